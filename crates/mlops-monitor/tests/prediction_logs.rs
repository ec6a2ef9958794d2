//! Every log of ours holds the contract.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use mlops_monitor::{
    Appended, Counts, Cursor, Durability, FilePredictionLog, Label, LabelsTaken, MemoryPredictionLog, Page,
    PredictionLog, PredictionQuery, Result, prediction_log_suite,
};

/// A log on disk in a folder that goes away with it.
#[derive(Debug)]
struct OnDisk {
    log: FilePredictionLog,
    _folder: tempfile::TempDir,
}

impl OnDisk {
    fn new(durability: Durability) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = FilePredictionLog::open(folder.path().join("predictions.log"), durability).unwrap();
        Self { log, _folder: folder }
    }
}

#[deny(clippy::missing_trait_methods)]
impl PredictionLog for OnDisk {
    fn append(&self, predictions: &[mlops_core::PredictionEvent]) -> Result<Appended> {
        self.log.append(predictions)
    }
    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        self.log.label(labels)
    }
    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        self.log.page(query)
    }
    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        self.log.count(query)
    }
    fn waiting_labels(&self, model: &mlops_core::ModelName) -> Result<u64> {
        self.log.waiting_labels(model)
    }
}

/// A log that is closed and opened again before every call: what it knows is what the file says.
#[derive(Debug)]
struct Reopened {
    path: std::path::PathBuf,
    race: parking_lot::Mutex<()>,
    _folder: tempfile::TempDir,
}

impl Reopened {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("predictions.log");
        Self { path, race: parking_lot::Mutex::new(()), _folder: folder }
    }

    fn with<T>(&self, call: impl FnOnce(&FilePredictionLog) -> T) -> T {
        let _one = self.race.lock();
        let log = FilePredictionLog::open(&self.path, Durability::Never).unwrap();
        assert_eq!(log.torn_tail(), None);
        call(&log)
    }
}

#[deny(clippy::missing_trait_methods)]
impl PredictionLog for Reopened {
    fn append(&self, predictions: &[mlops_core::PredictionEvent]) -> Result<Appended> {
        self.with(|log| log.append(predictions))
    }
    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        self.with(|log| log.label(labels))
    }
    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        self.with(|log| log.page(query))
    }
    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        self.with(|log| log.count(query))
    }
    fn waiting_labels(&self, model: &mlops_core::ModelName) -> Result<u64> {
        self.with(|log| log.waiting_labels(model))
    }
}

prediction_log_suite!(memory, MemoryPredictionLog::new());
prediction_log_suite!(file, OnDisk::new(Durability::OnFlush));
prediction_log_suite!(file_synced, OnDisk::new(Durability::EachBatch));
prediction_log_suite!(file_reopened, Reopened::new());

mod a_clone_is_the_same_log {
    use super::*;

    fn shares(log: &dyn PredictionLog, clone: &dyn PredictionLog) {
        let label =
            Label::new("m".parse().unwrap(), "1".parse().unwrap(), 1.0, "2013-04-01".parse().unwrap());
        clone.label(&[label.unwrap()]).unwrap();
        assert_eq!(log.waiting_labels(&"m".parse().unwrap()).unwrap(), 1);
    }

    #[test]
    fn in_memory() {
        let log = MemoryPredictionLog::new();
        shares(&log, &log.clone());
    }

    #[test]
    fn on_disk() {
        let OnDisk { log, _folder } = OnDisk::new(Durability::OnFlush);
        shares(&log, &log.clone());
    }
}

/// A cursor stays good when the log is opened again: a reader can go on where it was.
#[test]
fn a_cursor_outlives_the_handle() {
    let log = Reopened::new();
    let events: Vec<_> = (0..10)
        .map(|id| mlops_core::PredictionEvent {
            id: format!("{id}").parse().unwrap(),
            model: "m".parse().unwrap(),
            version: mlops_core::Version::new(1, 0, 0),
            at: mlops_core::Timestamp::from_micros(i64::from(id % 3)),
            latency: std::time::Duration::ZERO,
            served_by: mlops_core::ServedBy::Champion,
            inputs: [].into(),
            prediction: mlops_core::Prediction::Score(0.5),
        })
        .collect();
    log.append(&events).unwrap();
    let all = PredictionQuery::new("m".parse().unwrap());
    let places: Vec<Cursor> = log.page(&all).unwrap().entries.iter().map(|entry| entry.place).collect();
    assert_eq!(places.len(), 10);
    for (index, place) in places.iter().enumerate() {
        let rest: Vec<Cursor> =
            log.page(&all.clone().after(*place)).unwrap().entries.iter().map(|entry| entry.place).collect();
        assert_eq!(rest, places[index + 1..]);
    }
}
