//! What was known about each flight when its decision was made, and nothing later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mlops::arrow::RecordBatch;
use mlops::features::{Catalog, DenseRows, OfflineSourceExt as _, PointInTimeJoin, Progress};
use mlops::report::{BarChart, Section, Tone};

use crate::Result;
use crate::expected::{Comparison, Expected};
use crate::flights::{History, TRAINING, months};
use crate::say;

/// What the chapter leaves behind.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) history: History,
    pub(crate) catalog: Catalog,
    pub(crate) section: Section,
}

/// What was known of each of `flights` at its decision.
pub(crate) fn join(catalog: &Catalog, flights: &RecordBatch) -> Result<History> {
    let service = mlops_examples::service()?;
    let joined = say::with_progress("joining", 0, |bar| {
        let progress = |seen: Progress| {
            bar.set_length(seen.of);
            bar.set_position(seen.rows);
        };
        PointInTimeJoin::new(catalog, &service)?.progress(&progress).run(flights)
    })?;
    History::new(joined)
}

pub(crate) fn tell(data: &Path, flights: &RecordBatch, expected: &Expected) -> Result<Known> {
    say::chapter(2, "Features: what was known at the time");
    let catalog = mlops_examples::catalog(data)?;
    let history = join(&catalog, flights)?;
    let checked = compare(&catalog, &history, expected)?;
    let training = history.labelled(months(TRAINING)?);
    for view in catalog.views() {
        let ttl = view.ttl().map_or("for ever".to_owned(), |ttl| format!("{} h", ttl.as_secs() / 3600));
        let features: Vec<&str> = view.features().iter().map(|feature| feature.name.as_str()).collect();
        let keys: Vec<&str> = view.keys().iter().map(|key| key.entity.as_str()).collect();
        say::line(
            view.name().as_str(),
            format!("by {:<8} holds {ttl:<5} {}", keys.join(", "), features.join(", ")),
        );
    }
    say::line(
        "point-in-time join",
        format!(
            "{} flights, {} inputs each",
            say::count(history.features.rows()),
            history.features.columns()
        ),
    );
    say::line(
        "training set",
        format!("{} labelled flights of January and February", say::count(training.places.len())),
    );
    say::line("equal to expected.json", format!("{} numbers", say::count(checked)));

    let share = |place| column(&history.features, place).filter(|value| !value.is_nan()).count() as f64;
    let chart = history
        .inputs
        .iter()
        .enumerate()
        .fold(BarChart::new("Share of flights for which it is known"), |chart, (place, name)| {
            chart.bar(name, share(place) / history.features.rows() as f64, Tone::Neutral)
        });
    Ok(Known { history, catalog, section: Section::new("Features").with(chart) })
}

fn column(features: &DenseRows, place: usize) -> impl Iterator<Item = f64> + Clone {
    features.values().iter().copied().skip(place).step_by(features.columns())
}

/// Counts and sums of each feature, and every sampled flight, against the recorded ones.
fn compare(catalog: &Catalog, history: &History, expected: &Expected) -> Result<usize> {
    let History { features, inputs, .. } = history;
    let mut comparison = Comparison::default();
    comparison.same(|| "features".to_owned(), inputs, &expected.features);
    let mut rows: BTreeMap<String, usize> = catalog
        .views()
        .iter()
        .map(|view| (view.name().to_string(), usize::try_from(view.source().rows()).unwrap_or(usize::MAX)))
        .collect();
    rows.insert("flights".to_owned(), features.rows());
    comparison.same_names("rows", &rows.keys().cloned().collect(), &expected.rows);
    for (table, rows) in &rows {
        comparison.same(|| format!("rows of {table}"), &Some(rows), &expected.rows.get(table));
    }
    let named: BTreeSet<String> = inputs.iter().cloned().collect();
    comparison.same_names("non_null", &named, &expected.non_null);
    comparison.same_names("sum", &named, &expected.sum);
    comparison.same(|| "sampled flights".to_owned(), &expected.sample.is_empty(), &false);
    for (place, name) in inputs.iter().enumerate() {
        let known = column(features, place).filter(|value| !value.is_nan());
        comparison.same(
            || format!("non-null {name}"),
            &Some(&known.clone().count()),
            &expected.non_null.get(name),
        );
        let sum = expected.sum.get(name).copied().unwrap_or(f64::NAN);
        comparison.close(|| format!("sum of {name}"), known.sum(), sum, 1e-9);
    }
    for sample in &expected.sample {
        let row = history.features_of(sample.flight_id)?;
        let got: Vec<Option<f64>> = row.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        comparison.same(|| format!("features of flight {}", sample.flight_id), &got, &sample.features);
    }
    comparison.finish()
}
