//! How good are the models, month by month, and may the first of them go to production?

use std::collections::BTreeSet;

use mlops::report::{LineChart, Section, Series};
use mlops::serve::ndarray::ArrayView2;
use mlops::serve::{ModelArtifact, ModelExt as _};
use mlops::stats::classification::{BinaryMetric, BinaryScores};
use mlops::{Clock, Digest, Version};

use crate::Result;
use crate::chapter_3_model::Models;
use crate::expected::{Comparison, Expected};
use crate::flights::{History, Rows, TRAINING, months};
use crate::judge::{Judged, Offer, judge};
use crate::say;

/// What the chapter leaves behind.
#[derive(Debug)]
pub(crate) struct Evaluated {
    pub(crate) judged: Judged,
    /// The champion's scores in the month that it was judged on.
    pub(crate) metrics: Vec<(&'static str, f64)>,
    /// How many labels those rest on.
    pub(crate) labels: usize,
    /// The retraining's probability for each flight of the year.
    pub(crate) retrained: Vec<f64>,
    pub(crate) by_month: Section,
}

pub(crate) fn tell(
    history: &History,
    models: &Models,
    inputs: Vec<(String, Digest)>,
    clock: &dyn Clock,
    expected: &Expected,
) -> Result<Evaluated> {
    say::chapter(4, "Evaluate and gate: is the champion good enough?");
    let scores = say::with_progress("scoring", 3, |bar| {
        models.named().map(|(name, artifact)| {
            let scores = score(artifact, history);
            bar.inc(1);
            scores.map(|scores| (name, scores))
        })
    });
    let [champion, challenger, retrained] = scores;
    let scores = [champion?, challenger?, retrained?];
    let (checked, chart) = by_month(history, &scores, expected)?;
    say::line("equal to expected.json", format!("{} scores", say::count(checked)));

    let offer = Offer {
        version: Version::new(1, 0, 0),
        artifact: &models.champion,
        training: months(TRAINING)?,
        scores: &scores[0].1,
        production: None,
        inputs,
    };
    let judged = judge(history, offer, clock)?;
    judged.tell();
    let rows = history.labelled(judged.evaluation);
    let metrics = metrics(&rows, &scores[0].1, expected.decision_threshold)?;
    let [_, _, (_, retrained)] = scores;
    Ok(Evaluated {
        metrics,
        labels: rows.places.len(),
        by_month: Section::new("By month").with(chart),
        judged,
        retrained,
    })
}

/// The probability of being late that the model gives to each flight of the year.
fn score(artifact: &ModelArtifact, history: &History) -> Result<Vec<f64>> {
    let features = &history.features;
    let rows = ArrayView2::from_shape((features.rows(), features.columns()), features.values())?;
    Ok(artifact.model().predict(rows)?)
}

/// What `expected.json` records of each model and month.
const METRICS: [&str; 9] =
    ["positive_rate", "mean_score", "brier", "roc_auc", "log_loss", "accuracy", "precision", "recall", "f1"];

/// The metrics of these flights by name.
fn metrics(rows: &Rows, scores: &[f64], threshold: f64) -> Result<Vec<(&'static str, f64)>> {
    let late: Vec<bool> = rows.late.iter().flatten().copied().collect();
    let scores: Vec<f64> = rows.of(scores).copied().collect();
    let rows = BinaryScores::new(&late, &scores)?;
    METRICS
        .into_iter()
        .map(|name| {
            let metric =
                BinaryMetric::named(name, threshold).ok_or_else(|| format!("there is no metric {name}"))?;
            Ok((name, metric.of(&rows)?))
        })
        .collect()
}

/// Prints and draws the area under the curve of each month, and compares every score with
/// the recorded one.
fn by_month(
    history: &History,
    scores: &[(&'static str, Vec<f64>); 3],
    expected: &Expected,
) -> Result<(usize, LineChart)> {
    let mut comparison = Comparison::default();
    let year: BTreeSet<u32> = (1..=12).collect();
    comparison.same_names("by_month", &year, &expected.by_month);
    let models: BTreeSet<String> = scores.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names: BTreeSet<String> = METRICS.iter().chain(&["n"]).map(|name| (*name).to_owned()).collect();
    let mut areas: [Vec<f64>; 3] = Default::default();
    say::line("month", "flights   late  champion  challenger  retrained   (area under the ROC curve)");
    for (month, recorded) in expected.by_month.iter().filter(|(month, _)| year.contains(month)) {
        let rows = history.labelled(months(*month..=*month)?);
        comparison.same_names(&format!("month {month}"), &models, recorded);
        let mut late = f64::NAN;
        for ((name, scores), areas) in scores.iter().zip(&mut areas) {
            let recorded = recorded.get(*name).ok_or_else(|| format!("nothing is recorded of {name}"))?;
            comparison.same_names(&format!("{name} of month {month}"), &names, recorded);
            comparison.same(
                || format!("flights of month {month}"),
                &Some(&(rows.places.len() as f64)),
                &recorded.get("n"),
            );
            for (metric, value) in metrics(&rows, scores, expected.decision_threshold)? {
                let recorded = recorded.get(metric).copied().unwrap_or(f64::NAN);
                comparison.close(|| format!("{metric} of {name} in month {month}"), value, recorded, 1e-9);
                match metric {
                    "roc_auc" => areas.push(value),
                    "positive_rate" => late = value,
                    _ => {}
                }
            }
        }
        let [champion, challenger, retrained] =
            areas.each_ref().map(|areas| areas.last().copied().unwrap_or(f64::NAN));
        let flights = say::count(rows.places.len());
        say::line(
            &month.to_string(),
            format!("{flights:>7}  {late:.3}  {champion:>8.3}  {challenger:>10.3}  {retrained:>9.3}"),
        );
    }
    let [champion, challenger, retrained] = areas;
    let chart =
        LineChart::over_labels("Area under the ROC curve", expected.by_month.keys().map(u32::to_string))
            .series(Series::new("champion, trained on 1–2", champion))
            .series(Series::new("challenger, trained on 1–6", challenger))
            .series(Series::new("naive retraining, trained on 7–9", retrained))
            .limit("at least", 0.6);
    Ok((comparison.finish()?, chart))
}
