//! With stretches of two entries and little that is few, every way is gone.

mod damage;
mod pages;

use mlops_core::{Digest, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::audit::Act;
use crate::registry::Document;
use crate::search::{Filter, Matches, Search};
use crate::store::{Change, Commit, Key, Kind, MemoryStore, MetadataStore, Query, SqliteStore};

const EXPERIMENTS: [&str; 2] = ["a", "b"];
const NUMBERS: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 0.5, 1.0, -1.5, f64::MAX];
const TEXTS: [&str; 9] = ["", "a", "A", "b", "é", "É", "50%", "it's", "a_b"];

/// A run that may be there.
#[derive(Clone, Debug)]
struct Spec {
    experiment: usize,
    at: i64,
    ended: bool,
    deleted: bool,
    metrics: [Option<usize>; 2],
    params: [Option<usize>; 2],
    tag: Option<usize>,
    contexts: Vec<usize>,
}

fn spec() -> impl Strategy<Value = Spec> {
    let number = || proptest::option::weighted(0.8, 0..NUMBERS.len());
    let text = || proptest::option::weighted(0.7, 0..TEXTS.len());
    (
        (0..EXPERIMENTS.len(), -2i64..3, any::<bool>(), proptest::bool::weighted(0.2)),
        [number(), number()],
        [text(), text()],
        text(),
        proptest::collection::vec(0..TEXTS.len(), 0..3),
    )
        .prop_map(|((experiment, at, ended, deleted), metrics, params, tag, contexts)| Spec {
            experiment,
            at: at * 500,
            ended,
            deleted,
            metrics,
            params,
            tag,
            contexts,
        })
}

/// Two stores that hold the same.
struct Both {
    memory: MemoryStore,
    sqlite: SqliteStore,
    _folder: TempDir,
    runs: [i64; 2],
}

impl Both {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(folder.path().join("registry.db")).unwrap();
        Self { memory: MemoryStore::default(), sqlite, _folder: folder, runs: [0; 2] }
    }

    fn commit(&self, changes: Vec<Change>) {
        let act = Act::new(Timestamp::from_micros(0), "ana".parse().unwrap(), "test", "test");
        let commit = Commit::new(act, vec![], changes).unwrap();
        self.memory.commit(&commit).unwrap();
        self.sqlite.commit(&commit).unwrap();
    }

    fn add(&mut self, specs: &[Spec]) {
        let mut changes = Vec::new();
        for spec in specs {
            let number = &mut self.runs[spec.experiment];
            *number += 1;
            changes.extend(records(spec, *number));
        }
        self.commit(changes);
    }

    /// Reads the record of a run, changes it, and writes it.
    fn change(&self, key: &Key, change: impl FnOnce(&mut serde_json::Value)) {
        let record = self.memory.read(&Query::one(Kind::Run, key.clone())).unwrap().remove(0);
        let mut body: serde_json::Value = record.document().unwrap();
        change(&mut body);
        self.commit(vec![Change::put(Kind::Run, key.clone(), Some(record.revision), &body).unwrap()]);
    }

    fn search(&self, search: &Search) -> Matches {
        let found = self.memory.search(search).unwrap();
        assert_eq!(self.sqlite.search(search).unwrap(), found, "the stores agree");
        found
    }
}

fn deletion() -> serde_json::Value {
    serde_json::json!({"at": Timestamp::from_micros(9), "by": "ana"})
}

fn records(spec: &Spec, number: i64) -> Vec<Change> {
    let experiment = EXPERIMENTS[spec.experiment];
    let key = Key::from([experiment]).and(number);
    let run = format!("{experiment}/{number}");
    let mut body = serde_json::json!({
        "id": run, "name": TEXTS[usize::try_from(number).unwrap() % TEXTS.len()], "started_by": "ana",
        "status": if spec.ended { "finished" } else { "running" },
        "started_at": Timestamp::from_micros(spec.at),
        "ended_at": spec.ended.then(|| Timestamp::from_micros(spec.at + 700)),
    });
    if spec.deleted {
        body["deleted"] = deletion();
    }
    let put = |kind, key: Key, body: &serde_json::Value| Change::put(kind, key, None, body).unwrap();
    let mut changes = Vec::new();
    // A value may come before the run that it belongs to.
    for (i, value) in spec.metrics.iter().enumerate() {
        for (step, value) in value.iter().flat_map(|v| [(1, (v + 1) % NUMBERS.len()), (2, *v), (2, 4)]) {
            let metric = crate::tracking::Metric {
                run: run.parse().unwrap(),
                name: format!("m{i}"),
                value: NUMBERS[value],
                step,
                at: Timestamp::from_micros(i64::from(value != 4)),
            };
            let change = metric.create().unwrap();
            if changes.iter().all(|there: &Change| there.expected().key != change.expected().key) {
                changes.push(change);
            }
        }
    }
    changes.push(put(Kind::Run, key.clone(), &body));
    for (i, value) in spec.params.iter().enumerate() {
        if let Some(value) = value {
            let name = format!("p{i}");
            let body = serde_json::json!({"run": run, "name": name, "value": TEXTS[*value]});
            changes.push(put(Kind::Param, key.clone().and(name), &body));
        }
    }
    if let Some(value) = spec.tag {
        let body = serde_json::json!({"run": run, "name": "t", "value": TEXTS[value]});
        changes.push(put(Kind::Tag, key.clone().and("t"), &body));
    }
    for (i, context) in spec.contexts.iter().enumerate() {
        let (name, digest) = (TEXTS[i + 1], Digest::of(run.as_bytes()));
        let body = serde_json::json!({
            "run": run, "name": name, "digest": digest, "contexts": [TEXTS[*context], format!("x{i}")],
        });
        changes.push(put(Kind::Input, key.clone().and(name).and(digest.to_string()), &body));
    }
    changes
}
