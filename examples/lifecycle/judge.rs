//! One gate judges every candidate of the story, whenever it comes and wherever its scores
//! are from.

use mlops::arrow::RecordBatch;
use mlops::drift::{Columns, Detector};
use mlops::report::Section;
use mlops::serve::{ModelArtifact, ModelExt as _};
use mlops::stats::bootstrap::BlockBootstrap;
use mlops::validate::gate::{Candidate, Gate, GroupColumn, Probe, Production, sections};
use mlops::validate::ndarray::Array2;
use mlops::{Clock, Digest, Finding, Subject, Verdict, Version, Window};
use mlops_examples::within;

use crate::Result;
use crate::flights::{History, Rows};
use crate::say;

/// What every candidate of the story is asked, declared before anyone looked.
pub(crate) const GATE: &str = include_str!("gate.json");

/// Days are resampled as the gate does it, so that one question has one answer.
pub(crate) fn resampling() -> Result<BlockBootstrap> {
    Ok(BlockBootstrap::new(2000, 20_130_401, 0.95)?)
}

/// A candidate: what it is, what it was made from, and its scores for the flights of the year.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) version: Version,
    pub(crate) artifact: &'a ModelArtifact,
    pub(crate) training: Window,
    /// One for each flight of the history; only those of the judged month are looked at.
    pub(crate) scores: &'a [f64],
    /// What is in production, with its scores for the same flights.
    pub(crate) production: Option<(Version, &'a [f64])>,
    /// The digests of what it was made from.
    pub(crate) inputs: Vec<(String, Digest)>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) subject: Subject,
    pub(crate) training: Window,
    /// The month that it was judged on.
    pub(crate) evaluation: Window,
    pub(crate) verdict: Verdict,
    pub(crate) section: Section,
}

/// Judges it on the latest month that is over.
pub(crate) fn judge(history: &History, offer: Offer<'_>, clock: &dyn Clock) -> Result<Judged> {
    let Offer { version, artifact, training, scores, production, inputs } = offer;
    let evaluation = Window::month_before(clock.now());
    let subject = Subject { model: "flight-delay".parse()?, version, artifact: artifact.digest() };
    let gate = Gate::from_json(GATE)?;
    let rows = history.rows(evaluation);
    let of_month = |scores: &[f64]| rows.of(scores).copied().collect::<Vec<f64>>();
    let scores = of_month(scores);
    let production = production.map(|(version, scores)| (version, of_month(scores)));
    let predict = |row: &[f64]| artifact.model().predict_one(row).map_err(Into::into);
    let candidate = Candidate::builder()
        .subject(subject.clone())
        .training(training)
        .evaluation(evaluation)
        .times(&rows.times)
        .labels(&rows.late)
        .scores(&scores)
        .groups(groups(history, &rows)?)
        .findings(vec![(
            "input drift against the training window".to_owned(),
            drift(history, training, evaluation)?,
        )])
        .probe(Probe::new(&predict, sample(history, &rows)?)?)
        .production(match &production {
            None => Production::Nothing,
            Some((version, scores)) => Production::Version { version: version.clone(), scores },
        })
        .inputs(inputs)
        .build()?;
    let verdict = say::with_progress("judging", gate.checks().len() as u64, |bar| {
        gate.evaluate_with(&candidate, clock.now(), &|progress| bar.set_position(progress.done as u64))
    });
    let word = if verdict.passed() { "passed" } else { "refused" };
    let heading = Section::new(format!("Gate on {}: {word}", subject.version));
    let section = sections(&verdict).into_iter().fold(heading, Section::with);
    Ok(Judged { subject, training, evaluation, verdict, section })
}

impl Judged {
    /// An error unless it is refused by exactly these checks, in the order of the gate.
    pub(crate) fn refused_by(&self, names: &[&str]) -> Result<()> {
        let blocking: Vec<&str> = self.verdict.blocking().map(|check| check.name.as_str()).collect();
        if blocking == names && !self.verdict.passed() {
            Ok(())
        } else {
            Err(format!("{} is refused by {blocking:?}, expected {names:?}", self.subject.version).into())
        }
    }

    /// Prints every answer of the gate.
    pub(crate) fn tell(&self) {
        let verdict = &self.verdict;
        say::line(
            "gate",
            format!("{}, {} checks, on {}", verdict.gate, verdict.checks.len(), self.evaluation),
        );
        for check in &verdict.checks {
            say::detail(format!("{:<14} {}: {}", check.outcome, check.name, check.reason));
        }
        say::detail(format!("{:<14} {}", "too few to say", too_few(verdict).join(", ")));
        say::line("verdict", if verdict.passed() { "passed" } else { "refused" });
    }

    /// Prints what the gate says against it, or that nothing is, and the comparison with production.
    pub(crate) fn tell_briefly(&self) {
        let verdict = &self.verdict;
        let word = if verdict.passed() { "passed" } else { "refused" };
        let version = &self.subject.version;
        say::line(
            &format!("gate on {version}"),
            format!("{word}, {} checks, on {}", verdict.checks.len(), self.evaluation),
        );
        let absolute = |name: &str| !name.ends_with("against production");
        let passed: Vec<&str> = verdict
            .checks
            .iter()
            .filter(|check| check.outcome == mlops::Outcome::Passed && absolute(&check.name))
            .map(|check| check.name.as_str())
            .collect();
        say::detail(format!("{:<14} {}", mlops::Outcome::Passed, passed.join(", ")));
        for check in &verdict.checks {
            if check.outcome != mlops::Outcome::Passed || check.name.ends_with("against production") {
                say::detail(format!("{:<14} {}: {}", check.outcome, check.name, check.reason));
            }
        }
    }
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
    let (reference, current) = (inputs(history, training)?, inputs(history, evaluation)?);
    let report = Detector::default().compare_batches(&[reference], &[current], &Columns::default())?;
    Ok(report.findings())
}

/// The inputs of the flights of a window, as a table.
pub(crate) fn inputs(history: &History, window: Window) -> Result<RecordBatch> {
    let flights = within(&history.flights, window)?;
    let places = history
        .inputs
        .iter()
        .map(|name| flights.schema().index_of(name))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(flights.project(&places)?)
}
