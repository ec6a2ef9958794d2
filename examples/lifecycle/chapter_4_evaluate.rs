//! How good are the models, month by month, and may the first of them go to production?

use std::collections::BTreeSet;

use mlops::arrow::RecordBatch;
use mlops::drift::{Columns, Detector};
use mlops::report::{LineChart, Section, Series};
use mlops::serve::ndarray::ArrayView2;
use mlops::serve::{ModelArtifact, ModelExt as _};
use mlops::stats::classification::{BinaryMetric, BinaryScores};
use mlops::validate::gate::{Candidate, Gate, GroupColumn, Probe, Production, sections};
use mlops::validate::ndarray::Array2;
use mlops::{Clock, Digest, Finding, Subject, Verdict, Version, Window};

use crate::Result;
use crate::chapter_3_model::Models;
use crate::expected::{Comparison, Expected};
use crate::flights::{History, Rows, TRAINING, months, within};
use crate::say;

/// What every candidate of the story is asked, declared before anyone looked.
pub(crate) const GATE: &str = include_str!("gate.json");

/// What the chapter leaves behind.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) subject: Subject,
    pub(crate) training: Window,
    pub(crate) evaluation: Window,
    pub(crate) verdict: Verdict,
    /// The champion's scores in the month that it was judged on.
    pub(crate) metrics: Vec<(&'static str, f64)>,
    pub(crate) by_month: Section,
    pub(crate) verdict_sections: Vec<Section>,
}

pub(crate) fn tell(
    history: &History,
    models: &Models,
    inputs: Vec<(String, Digest)>,
    clock: &dyn Clock,
    expected: &Expected,
) -> Result<Judged> {
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

    let training = months(TRAINING)?;
    let evaluation = Window::month_before(clock.now());
    let subject = Subject {
        model: "flight-delay".parse()?,
        version: Version::new(1, 0, 0),
        artifact: models.champion.digest(),
    };
    let gate = Gate::from_json(GATE)?;
    let rows = history.rows(evaluation);
    let champion: Vec<f64> = rows.of(&scores[0].1).copied().collect();
    let predict = |row: &[f64]| models.champion.model().predict_one(row).map_err(Into::into);
    let candidate = Candidate::builder()
        .subject(subject.clone())
        .training(training)
        .evaluation(evaluation)
        .times(&rows.times)
        .labels(&rows.late)
        .scores(&champion)
        .groups(groups(history, &rows)?)
        .findings(vec![(
            "input drift against the training window".to_owned(),
            drift(history, training, evaluation)?,
        )])
        .probe(Probe::new(&predict, sample(history, &rows)?)?)
        .production(Production::Nothing)
        .inputs(inputs)
        .build()?;
    let verdict = say::with_progress("judging", gate.checks().len() as u64, |bar| {
        gate.evaluate_with(&candidate, clock.now(), &|progress| bar.set_position(progress.done as u64))
    });

    say::line("gate", format!("{}, {} checks, on {evaluation}", gate.name(), verdict.checks.len()));
    for check in &verdict.checks {
        say::detail(format!("{:<14} {}: {}", check.outcome, check.name, check.reason));
    }
    say::detail(format!("{:<14} {}", "too few to say", too_few(&verdict).join(", ")));
    say::line("verdict", if verdict.passed() { "passed" } else { "refused" });
    Ok(Judged {
        metrics: metrics(&history.labelled(evaluation), &scores[0].1, expected.decision_threshold)?,
        by_month: Section::new("By month").with(chart),
        verdict_sections: sections(&verdict),
        subject,
        training,
        evaluation,
        verdict,
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

/// The groups within which the gate looks for the worst served.
fn groups(history: &History, rows: &Rows) -> Result<Vec<GroupColumn>> {
    ["carrier", "origin"]
        .into_iter()
        .map(|name| Ok(GroupColumn::new(name, history.texts(name, rows)?)))
        .collect()
}

/// The groups that are too small to be judged.
fn too_few(verdict: &Verdict) -> Vec<&str> {
    let details = verdict.checks.iter().flat_map(|check| &check.details);
    let mut labels: Vec<&str> = details
        .filter(|detail| detail.note.starts_with("too few to say"))
        .map(|detail| detail.label.as_str())
        .collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Flights of the evaluated month for the latency of single predictions.
fn sample(history: &History, rows: &Rows) -> Result<Array2<f64>> {
    let some = rows.places.iter().step_by(100.min(rows.places.len().max(1)));
    let values: Vec<f64> = some.flat_map(|place| history.features.row(*place)).copied().collect();
    let columns = history.features.columns();
    Ok(Array2::from_shape_vec((values.len() / columns, columns), values)?)
}

/// How the inputs of the evaluated month differ from those of the training window.
fn drift(history: &History, training: Window, evaluation: Window) -> Result<Vec<Finding>> {
    let inputs = |window| -> Result<RecordBatch> {
        let flights = within(&history.flights, window)?;
        let places = history
            .inputs
            .iter()
            .map(|name| flights.schema().index_of(name))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(flights.project(&places)?)
    };
    let (reference, current) = (inputs(training)?, inputs(evaluation)?);
    let report = Detector::default().compare_batches(&[reference], &[current], &Columns::default())?;
    Ok(report.findings())
}
