use std::collections::VecDeque;

use mlops_core::{Finding, Severity, Timestamp};
use serde::{Deserialize, Serialize};

use super::StreamAlarm;
use super::course::{Course, Mark};
use crate::sealed::Format;
use crate::stream::bounds::MOST;
use crate::stream::{SavedDetector, Status, StreamDetector};
use crate::{Error, Result};

const FORMAT: Format = Format { magic: b"mlopsstm", version: 1, what: "the state of a stream monitor" };

/// How many alarms are remembered, the newest.
const ALARMS: usize = 1_000;

/// One stream and the detectors that watch it, side by side: whether predictions were wrong, a
/// loss, a measurement.
///
/// It keeps the course of the stream and of what each detector looked at, thinned to some
/// hundred points however long it is, and the latest 1,000 alarms: enough to
/// draw it (`section`, with the feature `report`). All of it is state that can be
/// [kept](Self::to_bytes): a monitor that goes on from it gives the same alarms as one that
/// was never stopped.
///
/// Memory: at most 512 readings a detector, and the alarms. Cost: the updates of the detectors and a
/// reading of each.
///
/// ```
/// use mlops_drift::stream::{PageHinkley, StreamMonitor};
/// let mut errors: StreamMonitor = StreamMonitor::new("error rate", [PageHinkley::default().into()])?;
/// for row in 0..2_000_u32 {
///     let wrong = row * 37 % 100 < if row < 1_000 { 10 } else { 40 };
///     for alarm in errors.update_error(wrong)? {
///         println!("{alarm}");
///     }
/// }
/// let first = errors.alarms().next().expect("the rate is four times what it was");
/// assert_eq!(
///     first.to_string(),
///     "Page–Hinkley: error rate has changed, seen at value 1182, after 1183 values with a mean of 0.15"
/// );
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamMonitor<D = SavedDetector> {
    name: String,
    severity: Severity,
    values: u64,
    latest: Option<Timestamp>,
    pub(super) watchers: Vec<Watcher<D>>,
    pub(super) course: Course,
    alarms: VecDeque<StreamAlarm>,
}

/// A detector and what is known of its current course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watcher<D> {
    pub(super) label: String,
    detector: D,
    /// Alarms, those that are no longer remembered among them.
    pub(super) alarms: u64,
    /// Values since it began anew, and their sum.
    count: u64,
    sum: f64,
}

impl<D: StreamDetector> StreamMonitor<D> {
    /// Watches the stream of this name by these detectors, each called what it is.
    ///
    /// # Errors
    /// As [`labelled`](Self::labelled): for two of a kind, give them labels.
    pub fn new(name: impl Into<String>, detectors: impl IntoIterator<Item = D>) -> Result<Self> {
        Self::labelled(name, detectors.into_iter().map(|detector| (detector.name().to_owned(), detector)))
    }

    /// Watches the stream of this name by these detectors under these labels.
    ///
    /// # Errors
    /// [`Error::Input`] if there is no detector, or a label stands twice.
    pub fn labelled<L: Into<String>>(
        name: impl Into<String>,
        detectors: impl IntoIterator<Item = (L, D)>,
    ) -> Result<Self> {
        let watchers: Vec<Watcher<D>> = detectors
            .into_iter()
            .map(|(label, detector)| Watcher { label: label.into(), detector, alarms: 0, count: 0, sum: 0.0 })
            .collect();
        let labels = || watchers.iter().map(|watcher| &watcher.label);
        if watchers.is_empty() {
            return Err(Error::input("the list of detectors", "empty", "at least one"));
        }
        if let Some((_, twice)) =
            labels().enumerate().find(|(place, label)| labels().take(*place).any(|other| other == *label))
        {
            return Err(Error::input(format!("the label {twice:?}"), "there twice", "one label a detector"));
        }
        Ok(Self {
            name: name.into(),
            severity: Severity::Warning,
            values: 0,
            latest: None,
            watchers,
            course: Course::new(),
            alarms: VecDeque::new(),
        })
    }

    /// How much its alarms matter as findings; [`Severity::Warning`] unless told.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Takes the next value and gives the alarms that it raised: none for nearly every value.
    ///
    /// # Errors
    /// [`Error::Input`] if a detector refuses the value: none has taken it then.
    pub fn update(&mut self, value: f64) -> Result<Vec<StreamAlarm>> {
        self.take(None, value)
    }

    /// The same, with the moment at which the value came.
    ///
    /// # Errors
    /// As [`update`](Self::update), and if the moment is before that of the value before.
    pub fn update_at(&mut self, at: Timestamp, value: f64) -> Result<Vec<StreamAlarm>> {
        if let Some(latest) = self.latest.filter(|latest| at < *latest) {
            let what = format!("the time of value {}", self.values);
            return Err(Error::input(what, at.to_string(), format!("not before {latest}")));
        }
        self.take(Some(at), value)
    }

    /// Takes whether the next prediction was wrong.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn update_error(&mut self, wrong: bool) -> Result<Vec<StreamAlarm>> {
        self.update(f64::from(u8::from(wrong)))
    }

    /// What the stream is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many values there have been.
    pub const fn values(&self) -> u64 {
        self.values
    }

    /// The label of each detector and what it says now.
    pub fn statuses(&self) -> impl Iterator<Item = (&str, Status)> {
        self.watchers.iter().map(|watcher| (watcher.label.as_str(), watcher.detector.status()))
    }

    /// The label of each detector and how many alarms it has raised.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.watchers.iter().map(|watcher| (watcher.label.as_str(), watcher.alarms))
    }

    /// The latest alarms, the oldest first.
    pub fn alarms(&self) -> impl DoubleEndedIterator<Item = &StreamAlarm> + ExactSizeIterator {
        self.alarms.iter()
    }

    /// The same as findings.
    pub fn findings(&self) -> Vec<Finding> {
        self.alarms.iter().map(|alarm| alarm.finding(self.severity)).collect()
    }

    fn take(&mut self, at: Option<Timestamp>, value: f64) -> Result<Vec<StreamAlarm>> {
        // Asked first: a value that only some have taken would leave them with different streams.
        self.watchers.iter().try_for_each(|watcher| watcher.detector.admits(value))?;
        let mut raised = Vec::new();
        for watcher in &mut self.watchers {
            let anew = watcher.detector.status() == Status::Drift;
            let status = watcher.detector.update(value)?;
            let (count, sum) = if anew { (0, 0.0) } else { (watcher.count, watcher.sum) };
            (watcher.count, watcher.sum) = (count + 1, sum + value);
            if status == Status::Drift {
                watcher.alarms += 1;
                raised.push(StreamAlarm {
                    stream: self.name.clone(),
                    detector: watcher.label.clone(),
                    index: self.values,
                    at,
                    observations: watcher.count,
                    mean: watcher.sum / watcher.count as f64,
                    reading: watcher.detector.reading(),
                });
            }
        }
        let marks = self
            .watchers
            .iter()
            .map(|watcher| Mark { status: watcher.detector.status(), reading: watcher.detector.reading() });
        self.course.push(self.values, at, value, marks);
        self.values += 1;
        self.latest = at.or(self.latest);
        self.alarms.extend(raised.iter().cloned());
        self.alarms.drain(..self.alarms.len().saturating_sub(ALARMS));
        Ok(raised)
    }
}

impl StreamMonitor {
    /// The monitor as a file. The same state gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        FORMAT.seal(&self.body())
    }

    /// The monitor that was kept, to go on with.
    ///
    /// # Errors
    /// As [`SavedDetector::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let body = FORMAT.open(bytes)?;
        let monitor: Self =
            serde_json::from_slice(body).map_err(|error| FORMAT.damaged(error.to_string()))?;
        match monitor.damage() {
            Some(damage) => Err(FORMAT.damaged(damage)),
            None => Ok(monitor),
        }
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names, counts and finite numbers are JSON")
    }

    /// What is wrong with it, if anything; its detectors were checked as they were read.
    fn damage(&self) -> Option<String> {
        let labels: Vec<&str> = self.watchers.iter().map(|watcher| watcher.label.as_str()).collect();
        if labels.is_empty() || labels.iter().enumerate().any(|(at, label)| labels[..at].contains(label)) {
            return Some("there is no detector, or two of them have one label".to_owned());
        }
        let counts = self.watchers.iter().flat_map(|watcher| [watcher.alarms, watcher.count]);
        if counts.chain([self.values]).any(|count| count > MOST) || self.alarms.len() > ALARMS {
            return Some("it counts more than can be".to_owned());
        }
        self.course.damage(self.values, labels.len()).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{PageHinkley, PageHinkleySettings};

    fn monitor() -> StreamMonitor {
        let quick = PageHinkleySettings { threshold: 5.0, ..PageHinkleySettings::default() };
        let detectors =
            [("slow", PageHinkley::default().into()), ("quick", PageHinkley::new(quick).unwrap().into())];
        StreamMonitor::labelled("loss", detectors).unwrap()
    }

    fn value(index: u32) -> f64 {
        f64::from(index * 37 % 101) / 100.0 + if index > 900 { 0.5 } else { 0.0 }
    }

    #[test]
    fn it_goes_on_where_it_stopped() {
        let mut whole = monitor();
        let all: Vec<_> = (0..1_500).flat_map(|index| whole.update(value(index)).unwrap()).collect();
        assert!(all.iter().any(|alarm| alarm.detector == "slow") && all.len() > 1, "{all:?}");
        let mut parts = monitor();
        let mut again = Vec::new();
        for index in 0..1_500 {
            if index % 311 == 0 {
                parts = StreamMonitor::from_bytes(&parts.to_bytes()).unwrap();
            }
            again.extend(parts.update(value(index)).unwrap());
        }
        assert_eq!(again, all);
        assert_eq!(parts, whole);
        assert_eq!(whole.findings().len(), all.len());
        assert_eq!(whole.counts().map(|(_, count)| count).sum::<u64>(), all.len() as u64);
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut monitor = monitor();
        monitor.update_at("2026-01-02T00:00:00Z".parse().unwrap(), 1.0).unwrap();
        let before = monitor.clone();
        assert!(matches!(monitor.update(f64::NAN), Err(Error::Input { .. })));
        let back = monitor.update_at("2026-01-01T00:00:00Z".parse().unwrap(), 1.0).unwrap_err();
        assert_eq!(
            back.to_string(),
            "the time of value 1 is 2026-01-01T00:00:00Z, expected not before 2026-01-02T00:00:00Z"
        );
        assert_eq!(monitor, before);
        assert!(StreamMonitor::<SavedDetector>::new("loss", []).is_err());
        let twice = [PageHinkley::default(), PageHinkley::default()];
        assert!(StreamMonitor::new("loss", twice).unwrap_err().to_string().contains("Page–Hinkley"));
    }

    #[test]
    fn another_version_and_damage_are_told_apart() {
        let bytes = monitor().to_bytes();
        let mut other = bytes.clone();
        other[8] = 9;
        assert!(matches!(
            StreamMonitor::from_bytes(&other),
            Err(Error::Version { found: 9, expected: 1, .. })
        ));
        assert!(matches!(StreamMonitor::from_bytes(&bytes[..40]), Err(Error::Damaged { .. })));
        let mut mixed = monitor();
        mixed.update(1.0).unwrap();
        mixed.values = 7;
        assert!(matches!(StreamMonitor::from_bytes(&mixed.to_bytes()), Err(Error::Damaged { .. })));
        let wrong: [fn(&mut StreamMonitor); 4] = [
            |monitor| monitor.watchers[0].alarms = u64::MAX,
            |monitor| monitor.watchers[1].count = u64::MAX,
            |monitor| monitor.watchers[1].label = "slow".to_owned(),
            |monitor| monitor.watchers.clear(),
        ];
        for wrong in wrong {
            let mut changed = self::monitor();
            changed.update(1.0).unwrap();
            wrong(&mut changed);
            assert!(matches!(StreamMonitor::from_bytes(&changed.to_bytes()), Err(Error::Damaged { .. })));
        }
    }
}
