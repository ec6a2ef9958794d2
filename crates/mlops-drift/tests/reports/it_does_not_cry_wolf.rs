//! Windows of one distribution rarely alarm; real shifts do; small ones on many rows don't.
//!
//! Five cells stand for the grid that the bench `false_alarms` goes through. Each draws its
//! tables anew for every replicate and counts the reports that alarm, once as the detector
//! comes, once with all limits of the effect at 0, so that nothing but the p-values and the
//! control of false discoveries keeps quiet.

use std::sync::Arc;

use crate::table::shapes::{Drawn, Shape, codes};
use crate::table::{compare, normal, numbers};
use mlops_drift::{
    Columns, Decision, Detector, Direction, DriftTest, Error, Measurement, Pair, Result, Settings, Status,
    Window,
};
use mlops_stats::two_sample::KolmogorovSmirnov;
use mlops_stats::{Alternative, Random, counts::BinomialTest};

const ALPHA: f64 = 0.05;

/// A kind of table and how many rows of it are compared.
struct Cell<'s> {
    shapes: &'s [Shape],
    columns: usize,
    reference: usize,
    current: usize,
    replicates: u64,
}

impl Cell<'_> {
    /// Both windows of a replicate, and with `moved` the last column of the second elsewhere.
    fn draw(&self, replicate: u64, moved: bool) -> (Window, Window) {
        let mut random = Random::replicate(29, replicate);
        let columns = Columns::default().categorical(codes(self.shapes, self.columns));
        let mut window = |rows: usize, moved: bool| {
            let drawn = Drawn::new(self.shapes, self.columns, rows, moved, &mut random);
            Window::read_rows(&drawn.names, drawn.rows(), &columns).unwrap()
        };
        (window(self.reference, false), window(self.current, moved))
    }

    /// How many undrifted pairs of windows each detector finds drifted.
    fn alarms<const N: usize>(&self, detectors: [&Detector; N]) -> [u64; N] {
        let mut alarms = [0; N];
        for replicate in 0..self.replicates {
            let (reference, current) = self.draw(replicate, false);
            for (alarms, detector) in alarms.iter_mut().zip(detectors) {
                let report = detector.compare(&reference, &current).unwrap();
                *alarms += u64::from(report.dataset_drifted() == Some(true));
            }
        }
        alarms
    }

    fn is_quiet(&self) {
        let [default, by_chance] = self.alarms([&Detector::default(), &limits_aside()]);
        let allowed = allowed(self.replicates);
        assert!(default <= allowed, "{default} of {} as it comes", self.replicates);
        assert!(by_chance <= allowed, "{by_chance} of {} by p-values alone", self.replicates);
    }
}

/// The default without the limits that usually keep it quiet.
fn limits_aside() -> Detector {
    let mut settings = Settings::default();
    (settings.shift, settings.mix, settings.missing) = (0.0, 0.0, 0.0);
    Detector::new(settings).unwrap()
}

/// The 99.9 % quantile of the alarms, if each report alarms with probability α.
fn allowed(replicates: u64) -> u64 {
    let more_than = |count: &u64| {
        let test = BinomialTest::new(count + 1, replicates, ALPHA).unwrap();
        test.p_value(Alternative::Greater) <= 0.001
    };
    (0..replicates).find(more_than).unwrap_or(replicates)
}

#[test]
fn what_is_allowed_is_the_quantile() {
    // scipy.stats.binom.ppf(0.999, n, 0.05)
    assert_eq!([20, 60, 100, 200, 400].map(allowed), [5, 9, 13, 21, 35]);
}

#[test]
fn quiet_on_a_million_rows_of_one_feature() {
    let shapes = [Shape::Skewed];
    Cell { shapes: &shapes, columns: 1, reference: 1_000_000, current: 1_000_000, replicates: 10 }.is_quiet();
}

#[test]
fn quiet_on_a_thousand_features_of_few_rows() {
    let shapes = [Shape::Normal, Shape::Grades, Shape::FortyCodes, Shape::WithGaps, Shape::TwoCodes];
    Cell { shapes: &shapes, columns: 1_000, reference: 300, current: 100, replicates: 30 }.is_quiet();
}

#[test]
fn quiet_on_few_rows_against_many() {
    let shapes = [Shape::NUMBERS.as_slice(), &Shape::CODES].concat();
    Cell { shapes: &shapes, columns: 33, reference: 4_000, current: 50, replicates: 100 }.is_quiet();
}

#[test]
fn quiet_on_ties_and_heavy_tails() {
    let shapes = [Shape::Grades, Shape::Wild, Shape::MostlyZero, Shape::Heavy, Shape::Hours, Shape::Skewed];
    Cell { shapes: &shapes, columns: 50, reference: 400, current: 400, replicates: 100 }.is_quiet();
}

#[test]
fn quiet_on_rare_categories_and_missing_values() {
    let shapes = [Shape::RareCodes, Shape::FortyCodes, Shape::WithGaps];
    Cell { shapes: &shapes, columns: 30, reference: 250, current: 800, replicates: 200 }.is_quiet();
}

/// What many do: any column with p < 0.05.
#[derive(Debug)]
struct EachAtFivePercent;

impl DriftTest for EachAtFivePercent {
    fn name(&self) -> &'static str {
        "each at 5 %"
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let Pair::Numbers { reference, current } = pair else {
            return Err(Error::undefined(self.name(), "categories have no order"));
        };
        let ks = KolmogorovSmirnov::of(reference, current);
        let found = Measurement::new(ks.statistic(), "of 1", ALPHA).p_value(ks.p_exact());
        Ok(found.decided_by(Decision::PValueBelow))
    }
}

/// The cells are able to alarm: 1 − 0.95⁵⁰ is 92 %.
#[test]
fn each_column_by_itself_cries_wolf() {
    let naive = Detector::default().numbers_by(Arc::new(EachAtFivePercent));
    let cell = Cell { shapes: &[Shape::Normal], columns: 50, reference: 500, current: 500, replicates: 100 };
    let [naive, by_chance] = cell.alarms([&naive, &limits_aside()]);
    assert!(naive > 80, "{naive} of 100");
    assert!(by_chance <= allowed(100), "{by_chance} of 100 by p-values alone");
}

#[test]
fn one_column_of_fifty_that_moved_by_half_a_deviation_is_found() {
    let cell = Cell { shapes: &[Shape::Normal], columns: 50, reference: 500, current: 500, replicates: 100 };
    let found = |replicate: &u64| {
        let (reference, current) = cell.draw(*replicate, true);
        let report = Detector::default().compare(&reference, &current).unwrap();
        let moved = report.column("column 49").unwrap();
        let told = moved.values.as_ref().unwrap().direction == Some(Direction::Up);
        report.dataset_drifted() == Some(true) && moved.status == Status::Drifted && told
    };
    let found = (0..cell.replicates).filter(found).count();
    assert!(found >= 95, "{found} of 100");
}

#[test]
fn a_shift_that_matters_is_found_and_told_with_its_direction() {
    let mut random = Random::replicate(5, 0);
    let mut draw = |mean: f64, deviation: f64| {
        numbers((0..3_000).map(|_| Some(mean + deviation * normal(&mut random))).collect())
    };
    let report = compare(
        vec![("temp", draw(33.0, 11.0)), ("spread", draw(0.0, 1.0)), ("still", draw(0.0, 1.0))],
        vec![("temp", draw(39.9, 11.0)), ("spread", draw(0.0, 2.0)), ("still", draw(0.0, 1.0))],
    );
    let reason = |name| report.column(name).unwrap().reason.as_str();
    assert!(reason("temp").contains("shifted up by 0.6"), "{}", reason("temp"));
    assert!(reason("spread").contains("(wider), values moved by 0."), "{}", reason("spread"));
    assert!(reason("still").ends_with("less than 0.2"), "{}", reason("still"));
    assert_eq!(report.share_drifted(), Some(2.0 / 3.0));
    assert_eq!(report.to_string(), "2 of 3 columns drifted: temp, spread");
}

#[test]
fn on_many_rows_the_effect_decides() {
    let mut random = Random::replicate(6, 0);
    let mut draw = |mean: f64| numbers((0..40_000).map(|_| Some(mean + normal(&mut random))).collect());
    let report = compare(vec![("a", draw(0.0))], vec![("a", draw(0.08))]);
    let values = report.columns[0].values.as_ref().unwrap();
    assert!(values.adjusted_p_value.unwrap() < 1e-9, "{values:?}");
    assert_eq!(report.columns[0].status, Status::Stable, "{}", report.columns[0].reason);
}

#[test]
fn on_few_rows_chance_is_named() {
    let mut random = Random::replicate(7, 3);
    let mut draw = |mean: f64| numbers((0..30).map(|_| Some(mean + normal(&mut random))).collect());
    let report = compare(vec![("a", draw(0.0))], vec![("a", draw(0.3))]);
    let column = &report.columns[0];
    assert!(column.values.as_ref().unwrap().effect > 0.2, "{column}");
    assert_eq!(column.status, Status::Stable);
    assert!(column.reason.contains("but chance explains it (adjusted p 0."), "{column}");
}
