//! How often a report alarms without drift, and how often it finds the one column that moved:
//! `false_alarms [REPLICATES]`, rows by features by shapes. Prints a Markdown table.
//!
//! `alarm`: the share of undrifted pairs of windows that drift as a table, by the detector's
//! own rule. `found`: the share of pairs whose last column moved (half a standard deviation,
//! or a quarter of the codes) where that column is named. Large cells take a fifth of the
//! replicates.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

#[allow(dead_code, reason = "the tests draw some shapes more")]
#[path = "../../crates/mlops-drift/tests/table/shapes.rs"]
mod shapes;

use std::env;
use std::error::Error;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mlops::drift::{
    Columns, DatasetRule, Decision, Detector, DriftTest, Measurement, Pair, Settings, Status, Window,
};
use mlops::stats::Random;
use mlops::stats::counts::ContingencyTable;
use mlops::stats::two_sample::KolmogorovSmirnov;
use shapes::{Drawn, Shape, codes};

/// Reference and current rows.
const ROWS: [(usize, usize); 6] =
    [(100, 100), (300, 100), (1_000, 1_000), (10_000, 200), (10_000, 10_000), (1_000_000, 1_000_000)];
const FEATURES: [usize; 4] = [1, 10, 50, 1_000];
/// Cells of more values are left out: a million rows only of one feature, a thousand
/// features only of few rows.
const MOST_VALUES: usize = 2_000_000;
/// From here on a cell is large.
const MANY_VALUES: usize = 200_000;
/// Up to this many pairs of values the naive rule takes the exact p-value.
const EXACT_PAIRS: usize = 100_000;

const SHAPES: [(&str, &[Shape]); 4] = [
    ("bell-shaped", &[Shape::Normal]),
    ("ties, heavy tails", &[Shape::Grades, Shape::Wild, Shape::MostlyZero, Shape::Heavy, Shape::Hours]),
    ("codes", &[Shape::RareCodes, Shape::TwoCodes, Shape::FortyCodes]),
    (
        "mixed, with gaps",
        &[Shape::FortyCodes, Shape::Skewed, Shape::Hours, Shape::RareCodes, Shape::WithGaps],
    ),
];

/// What many do: any column with p < 0.05, by Kolmogorov and Smirnov or by chi-square.
#[derive(Debug)]
struct EachAtFivePercent;

impl DriftTest for EachAtFivePercent {
    fn name(&self) -> &'static str {
        "each at 5 %"
    }

    fn compare(&self, pair: &Pair<'_>) -> mlops::drift::Result<Measurement> {
        let undefined =
            |error: mlops::stats::Error| mlops::drift::Error::undefined(self.name(), error.to_string());
        let p_value = match pair {
            Pair::Numbers { reference, current } => {
                let ks = KolmogorovSmirnov::of(reference, current);
                let few = reference.len() * current.len() <= EXACT_PAIRS;
                if few { ks.p_exact() } else { ks.p_limit().map_err(undefined)? }
            }
            Pair::Categories { reference, current, .. } => {
                let table = ContingencyTable::of_samples(reference, current).map_err(undefined)?;
                table.chi_square().map_err(undefined)?.p_value()
            }
            _ => return Err(mlops::drift::Error::undefined(self.name(), "neither numbers nor categories")),
        };
        let found = Measurement::new(1.0 - p_value, "of 1", 0.05).p_value(p_value);
        Ok(found.decided_by(Decision::PValueBelow))
    }
}

/// Each detector under the head of its columns.
fn detectors() -> Result<Vec<(&'static str, Detector)>, Box<dyn Error>> {
    let mut by_chance = Settings::default();
    (by_chance.shift, by_chance.mix, by_chance.missing) = (0.0, 0.0, 0.0);
    let naive: Arc<dyn DriftTest> = Arc::new(EachAtFivePercent);
    let naive = Detector::default().numbers_by(Arc::clone(&naive)).categories_by(naive).without_missing();
    Ok(vec![
        ("default", Detector::default()),
        ("default, limits at 0", Detector::new(by_chance)?),
        ("evidently", Detector::evidently()),
        ("evidently, any column", Detector::evidently().dataset_by(DatasetRule::AnyColumn)?),
        ("psi_classic", Detector::psi_classic()),
        ("any p < 0.05", naive),
    ])
}

struct Cell {
    shape: (&'static str, &'static [Shape]),
    features: usize,
    rows: (usize, usize),
    replicates: u64,
}

impl Cell {
    fn all(replicates: u64) -> Vec<Self> {
        let mut cells = Vec::new();
        for rows in ROWS {
            for features in FEATURES {
                let values = features * (rows.0 + rows.1);
                if values > MOST_VALUES {
                    continue;
                }
                let replicates = if values > MANY_VALUES { replicates.div_ceil(5) } else { replicates };
                cells.extend(SHAPES.map(|shape| Self { shape, features, rows, replicates }));
            }
        }
        cells
    }

    /// One pair of windows; with `moved` the last column of the second lies elsewhere.
    fn draw(&self, replicate: u64, moved: bool) -> mlops::drift::Result<(Window, Window)> {
        let mut random = Random::replicate(if moved { 68 } else { 67 }, replicate);
        let columns = Columns::default().categorical(codes(self.shape.1, self.features));
        let mut window = |rows, moved| {
            let drawn = Drawn::new(self.shape.1, self.features, rows, moved, &mut random);
            Window::read_rows(&drawn.names, drawn.rows(), &columns)
        };
        Ok((window(self.rows.0, false)?, window(self.rows.1, moved)?))
    }

    /// For each detector the shares of alarms and of moved columns that were found.
    fn rates(
        &self,
        detectors: &[(&str, Detector)],
        progress: &ProgressBar,
    ) -> mlops::drift::Result<Vec<[f64; 2]>> {
        let mut counts = vec![[0_u64; 2]; detectors.len()];
        for replicate in 0..self.replicates {
            let (undrifted, drifted) = (self.draw(replicate, false)?, self.draw(replicate, true)?);
            for (counts, (_, detector)) in counts.iter_mut().zip(detectors) {
                let alarmed = detector.compare(&undrifted.0, &undrifted.1)?.dataset_drifted() == Some(true);
                let report = detector.compare(&drifted.0, &drifted.1)?;
                let found = report.columns.last().is_some_and(|column| column.status == Status::Drifted);
                counts[0] += u64::from(alarmed);
                counts[1] += u64::from(found);
            }
            progress.inc(1);
        }
        let share = |count: u64| count as f64 / self.replicates as f64;
        Ok(counts.into_iter().map(|counts| counts.map(share)).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let replicates = env::args().nth(1).map_or(Ok(200), |number| number.parse())?;
    let detectors = detectors()?;
    let cells = Cell::all(replicates);
    let progress = ProgressBar::new(cells.iter().map(|cell| cell.replicates).sum())
        .with_style(ProgressStyle::with_template("{bar:40} {pos} of {len} pairs, {eta} to go  {msg}")?);
    let heads: Vec<String> = detectors.iter().map(|(name, _)| format!(" {name}: alarm | found |")).collect();
    println!("| shapes | features | rows | replicates |{}", heads.concat());
    println!("| --- | ---: | ---: | ---: |{}", " ---: | ---: |".repeat(detectors.len()));
    for cell in &cells {
        progress.set_message(format!("{} × {}", cell.shape.0, cell.features));
        let rates = cell.rates(&detectors, &progress)?;
        let (reference, current) = cell.rows;
        let rates: Vec<String> = rates.iter().flatten().map(|rate| format!(" {rate:.3} |")).collect();
        let line = format!(
            "| {} | {} | {reference} : {current} | {} |{}",
            cell.shape.0,
            cell.features,
            cell.replicates,
            rates.concat()
        );
        progress.suspend(|| println!("{line}"));
    }
    progress.finish_and_clear();
    Ok(())
}
