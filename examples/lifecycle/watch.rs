//! Whether the scores can still be believed: a rule that is asked once a month, when the
//! month's labels are in.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Arc;

use mlops::monitor::{
    Alert, AlertRule, AlertState, Condition, Dispatcher, LogSink, Performance, PerformanceSummary, RuleState,
    Sample,
};
use mlops::report::number;
use mlops::stats::bootstrap::BlockBootstrap;
use mlops::{Timestamp, Version, Window};

use crate::Result;
use crate::expected::{Comparison, Expected};
use crate::judge::resampling;
use crate::out_dir::OutDir;
use crate::say;
use crate::service::Service;

/// The alerts' file in the folder of the story, a JSON document a line.
pub(crate) const ALERTS: &str = "alerts.jsonl";

/// Mean score and late rate may differ by so much.
pub(crate) const GAP: f64 = 0.025;
/// Over a month with at least so many labels.
const LABELS: u64 = 1_000;

/// The rule, what it has said, and the figures of each version and month.
#[derive(Debug)]
pub(crate) struct Watch {
    rule: RuleState,
    dispatcher: Dispatcher,
    bootstrap: BlockBootstrap,
    pub(crate) summaries: Vec<PerformanceSummary>,
    /// What is firing each time that the rule was asked.
    pub(crate) fired: Vec<(Window, Version)>,
    /// Every beginning and end of an alert.
    pub(crate) alerts: Vec<Alert>,
}

impl Watch {
    pub(crate) fn new(out: &OutDir) -> Result<Self> {
        let rule = AlertRule::new("scores can't be believed", Condition::Above(GAP))?.at_least(LABELS);
        let file = File::create(out.path(ALERTS))?;
        Ok(Self {
            rule: RuleState::new(rule),
            dispatcher: Dispatcher::new([Arc::new(LogSink::new(file)) as _]),
            bootstrap: resampling()?,
            summaries: Vec::new(),
            fired: Vec::new(),
            alerts: Vec::new(),
        })
    }

    /// Asks the rule about scores that were never served.
    pub(crate) fn offline(
        &mut self,
        at: Timestamp,
        gap: f64,
        labels: usize,
        version: &Version,
    ) -> Result<bool> {
        let sample = Sample::new(gap.abs())
            .label("model_name", "flight-delay")
            .label("model_version", &version.to_string())
            .count(labels as u64);
        self.ask(at, Window::month_before(at), &[sample])
    }

    /// Asks the rule about the month that is over, for each version that scored flights of it,
    /// and prints how each did. Gives what fires.
    pub(crate) fn month(&mut self, service: &Service, versions: &[Version]) -> Result<Vec<Alert>> {
        let now = service.now();
        let month = Window::month_before(now);
        let mut samples = Vec::new();
        for version in versions {
            let seen = Performance::of(&service.log, &service.model, version, month, now)?;
            if seen.counts().answers == 0 {
                continue;
            }
            let summary = seen.summary(&self.bootstrap);
            if seen.counts().labelled >= LABELS
                && let Ok(accuracy) = seen.metric("accuracy", 0.3)
            {
                service.metrics.set_accuracy(&service.model, version, accuracy);
            }
            say::detail(row(&summary));
            samples.push(seen.gap_sample("late rate"));
            self.summaries.push(summary);
        }
        self.ask(now, month, &samples)?;
        let firing: Vec<Alert> = self.rule.active().collect();
        for alert in &firing {
            say::detail(format!("ALERT  {}", alert.summary));
        }
        Ok(firing)
    }

    /// What fires now, in words.
    pub(crate) fn firing(&self) -> Option<String> {
        self.rule.active().next().map(|alert| alert.summary)
    }

    fn ask(&mut self, at: Timestamp, month: Window, samples: &[Sample]) -> Result<bool> {
        let changes = self.rule.evaluate(at, samples)?;
        if let Some(error) = self.dispatcher.dispatch(&changes).into_iter().next() {
            return Err(error.into());
        }
        self.alerts.extend(changes);
        let firing: Vec<Alert> =
            self.rule.active().filter(|alert| alert.state == AlertState::Firing).collect();
        for alert in &firing {
            let version = alert.labels.get("model_version").ok_or("an alert without a version")?;
            self.fired.push((month, version.parse()?));
        }
        Ok(!firing.is_empty())
    }

    /// Compares the months that a version scored from their first flight to their last with
    /// what was recorded, and the alerts with those that must come.
    pub(crate) fn compare(
        &self,
        whole: &[(u32, &str, &str)],
        alarms: &[(u32, &str)],
        expected: &Expected,
    ) -> Result<usize> {
        let mut comparison = Comparison::default();
        for (month, version, recorded) in whole {
            let of = |summary: &&PerformanceSummary| {
                summary.version.to_string() == *version && month_of(summary.window) == *month
            };
            let summary = self.summaries.iter().find(of);
            let summary = summary.ok_or_else(|| format!("{version} has no figures of month {month}"))?;
            let recorded = expected.by_month.get(month).and_then(|models| models.get(*recorded));
            let recorded = recorded.ok_or_else(|| format!("nothing is recorded of month {month}"))?;
            let value =
                |estimate: Option<mlops::stats::bootstrap::Estimate>| estimate.map(|estimate| estimate.value);
            let figures = [
                ("n", Some(summary.counts.labelled as f64)),
                ("mean_score", summary.mean_score),
                ("positive_rate", summary.positive_rate),
                ("roc_auc", value(summary.roc_auc)),
                ("brier", value(summary.brier)),
            ];
            for (name, figure) in figures {
                let recorded = recorded.get(name).copied().unwrap_or(f64::NAN);
                let got = figure.unwrap_or(f64::NAN);
                comparison.close(
                    || format!("{name} of {version} served in month {month}"),
                    got,
                    recorded,
                    1e-9,
                );
            }
        }
        let fired: BTreeSet<(u32, String)> =
            self.fired.iter().map(|(month, version)| (month_of(*month), version.to_string())).collect();
        let must: BTreeSet<(u32, String)> =
            alarms.iter().map(|(month, version)| (*month, (*version).to_owned())).collect();
        comparison.same(|| "alerts by month and version".to_owned(), &fired, &must);
        comparison.finish()
    }
}

/// The number of the month in its year.
pub(crate) fn month_of(window: Window) -> u32 {
    window.from().to_string().get(5..7).and_then(|month| month.parse().ok()).unwrap_or(0)
}

/// A line of figures: each with its interval, the day as the unit of chance.
fn row(summary: &PerformanceSummary) -> String {
    let interval = |estimate: &Option<mlops::stats::bootstrap::Estimate>| match estimate {
        Some(seen) => format!(
            "{} [{}, {}]",
            number::fixed(seen.value, 3),
            number::fixed(seen.interval.lower, 3),
            number::fixed(seen.interval.upper, 3)
        ),
        None => "too few to say".to_owned(),
    };
    let text = summary.window.to_string();
    format!(
        "{}  {}  {:>6} labels  AUC {}  Brier {}  gap {}",
        text.get(..7).unwrap_or_default(),
        summary.version,
        number::count(summary.counts.labelled),
        interval(&summary.roc_auc),
        interval(&summary.brier),
        interval(&summary.gap),
    )
}
