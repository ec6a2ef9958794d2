//! With stretches of two entries and little that is few, every way is gone.

use std::collections::BTreeSet;

use mlops_core::{Digest, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::audit::Act;
use crate::registry::Document;
use crate::search::{Filter, Matches, OrderBy, Search, scan};
use crate::store::{Change, Commit, Key, Kind, MemoryStore, MetadataStore, Query, SqliteStore};
use crate::tracking::View;

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

fn clause() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("NaN"),
        Just("Infinity"),
        Just("-Infinity"),
        Just("0"),
        Just("0.5"),
        Just("1"),
        Just("-1.5"),
    ];
    let text = proptest::sample::select(TEXTS.to_vec()).prop_map(|text| format!("\"{text}\""));
    let field = proptest::sample::select(vec![
        "params.p0",
        "params.p1",
        "tags.t",
        "tags.none",
        "run_name",
        "datasets.context",
        "datasets.name",
    ]);
    prop_oneof![
        4 => ("[01]", proptest::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]), number)
            .prop_filter("NaN has no order", |(_, op, n)| *n != "NaN" || matches!(*op, "=" | "!="))
            .prop_map(|(m, op, n)| format!("metrics.m{m} {op} {n}")),
        4 => (field, proptest::sample::select(vec!["=", "!=", "LIKE", "ILIKE"]), text.clone())
            .prop_map(|(field, op, text)| format!("{field} {op} {text}")),
        1 => (proptest::sample::select(vec!["params.p0", "tags.t", "params.none"]), any::<bool>())
            .prop_map(|(field, not)| format!("{field} IS {}NULL", if not { "NOT " } else { "" })),
        1 => (proptest::sample::select(vec!["start_time", "end_time"]),
              proptest::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]), -2..3)
            .prop_map(|(field, op, at)| format!("{field} {op} {at}")),
        1 => (any::<bool>(), text.clone(), text).prop_map(|(not, a, b)| {
            format!("datasets.context {}IN ({a}, {b})", if not { "NOT " } else { "" })
        }),
        1 => Just("status = 'FINISHED'".to_owned()),
        1 => Just("run_id NOT IN ('a/1', 'b/2')".to_owned()),
    ]
}

/// A search with its text, for the report of a failure.
#[derive(Clone, Debug)]
struct Asked {
    filter: String,
    order: Vec<String>,
    view: View,
    experiments: Option<Vec<String>>,
    limit: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let fields = [
        "metrics.m0",
        "metrics.m1",
        "params.p0",
        "tags.t",
        "metrics.none",
        "start_time",
        "end_time",
        "status",
        "run_id",
        "run_name",
    ];
    let order = proptest::sample::subsequence(fields.to_vec(), 0..3).prop_shuffle();
    let order = (order, proptest::collection::vec(any::<bool>(), 3)).prop_map(|(fields, down)| {
        let word = |down: &bool| if *down { "DESC" } else { "ASC" };
        fields.iter().zip(&down).map(|(field, down)| format!("{field} {}", word(down))).collect::<Vec<_>>()
    });
    let experiments = prop_oneof![
        Just(None),
        Just(Some(vec!["a".to_owned()])),
        Just(Some(vec!["b".to_owned(), "a".to_owned(), "none".to_owned()])),
    ];
    let view = proptest::sample::select(vec![View::Active, View::Deleted, View::All]);
    let filter = proptest::collection::vec(clause(), 0..4).prop_map(|clauses| clauses.join(" AND "));
    (filter, order, view, experiments, 1usize..6).prop_map(|(filter, order, view, experiments, limit)| {
        Asked { filter, order, view, experiments, limit }
    })
}

impl Asked {
    fn search(&self) -> Search {
        let mut search = Search::new(Kind::Run, self.limit).unwrap();
        search.filter = Filter::parse(Kind::Run, &self.filter).unwrap();
        search.sort(self.order.iter().map(|by| OrderBy::parse(Kind::Run, by).unwrap()).collect()).unwrap();
        search.view = self.view;
        search.experiments.clone_from(&self.experiments);
        search
    }
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

/// Every page, each asked for with the place of the last thing of the one before.
fn pages(both: &Both, search: &Search, mut between: impl FnMut(usize)) -> Vec<Key> {
    let mut search = search.clone();
    let mut keys = Vec::new();
    for page in 0.. {
        let Matches { found, more } = both.search(&search);
        keys.extend(found.iter().map(|found| found.record.key.clone()));
        match found.last() {
            Some(last) if more => search.after = Some(last.position.clone()),
            _ => break,
        }
        between(page);
    }
    keys
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn stores_find_the_same_on_pages_as_at_once(
        specs in proptest::collection::vec(spec(), 1..40),
        searches in proptest::collection::vec(asked(), 24),
    ) {
        let mut both = Both::new();
        both.add(&specs);
        for asked in &searches {
            let mut search = asked.search();
            let paged = pages(&both, &search, |_| {});
            search.limit = 1000;
            let whole = both.search(&search);
            prop_assert!(!whole.more);
            prop_assert_eq!(&scan(&both.sqlite, &search).unwrap(), &whole);
            let whole: Vec<_> = whole.found.into_iter().map(|found| found.record.key).collect();
            prop_assert_eq!(paged, whole, "{:?}", asked);
        }
        prop_assert_eq!(both.sqlite.index_damage().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn who_is_there_throughout_is_on_one_page(
        before in proptest::collection::vec(spec(), 1..30),
        asked in asked(),
        meanwhile in proptest::collection::vec((proptest::collection::vec(spec(), 0..3), any::<u8>()), 30),
    ) {
        let mut both = Both::new();
        both.add(&before);
        let search = asked.search();
        let everything = Search { limit: 1000, ..search.clone() };
        let first: Vec<Key> = both.search(&everything).found.into_iter().map(|found| found.record.key).collect();
        let mut gone = BTreeSet::new();
        let mut keys = Vec::new();
        let mut page = search;
        let mut meanwhile = meanwhile.into_iter();
        loop {
            let Matches { found, more } = both.search(&page);
            keys.extend(found.iter().map(|found| found.record.key.clone()));
            match found.last() {
                Some(last) if more => page.after = Some(last.position.clone()),
                _ => break,
            }
            let Some((specs, deleted)) = meanwhile.next() else { continue };
            if !specs.is_empty() {
                both.add(&specs);
            }
            // Another one is deleted, or restored, and so is not there throughout.
            if let Some(key) = first.get(usize::from(deleted)) {
                gone.insert(key.clone());
                both.change(key, |body| {
                    let body = body.as_object_mut().unwrap();
                    if body.remove("deleted").is_none() {
                        body.insert("deleted".to_owned(), deletion());
                    }
                });
            }
        }
        let unique: BTreeSet<_> = keys.iter().collect();
        prop_assert_eq!(unique.len(), keys.len(), "nothing is found twice");
        let stayed: Vec<_> = first.into_iter().filter(|key| !gone.contains(key)).collect();
        let found: Vec<_> = keys.into_iter().filter(|key| stayed.contains(key)).collect();
        prop_assert_eq!(found, stayed, "all that stayed, in order");
        prop_assert_eq!(both.sqlite.index_damage().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn what_is_removed_is_no_longer_found() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(5)],
        params: [Some(1), None],
        tag: Some(2),
        contexts: vec![1, 2],
    };
    both.add(&[spec.clone(), spec]);
    let key = Key::from(["a"]).and(1);
    let search = Search::new(Kind::Run, 10).unwrap();
    for kind in [Kind::Metric, Kind::Param, Kind::Tag, Kind::Input, Kind::Run] {
        let records = both.memory.read(&Query::under(kind, key.clone(), 100)).unwrap();
        // One by one: of a metric, the point before is the latest then.
        for record in records.into_iter().rev() {
            both.commit(vec![Change::remove(kind, record.key, record.revision).unwrap()]);
            let found = both.search(&search);
            assert_eq!(scan(&both.sqlite, &search).unwrap(), found);
        }
    }
    assert_eq!(both.search(&search).found.len(), 1);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
}

#[test]
fn an_index_that_says_something_else_is_damage() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(5)],
        params: [Some(1), None],
        tag: Some(2),
        contexts: vec![1],
    };
    both.add(&[spec.clone(), spec]);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
    for (change, expected) in [
        ("UPDATE search_value SET value = 9.5 WHERE value = 0.0", "other values of run a/1"),
        ("UPDATE search_value SET tie = 9 WHERE value = 'a'", "other values of run a/1"),
        ("DELETE FROM search_value WHERE value = 'A'", "other values of run a/1"),
        ("UPDATE search_item SET shelf = 1", "lists run a/1 elsewhere"),
        ("UPDATE search_item SET tie = 1", "lists run a/1 elsewhere"),
        ("DELETE FROM search_item WHERE id % 2 = 1", "lacks run a/1"),
        ("INSERT INTO search_item SELECT id + 5, scope, shelf, tie, name FROM search_item", "has run a/6"),
    ] {
        let writer = both.sqlite.writer.lock();
        writer.connection.execute_batch("BEGIN").unwrap();
        assert!(writer.connection.execute(change, []).unwrap() > 0, "{change}");
        let told = differences_within(&writer.connection);
        writer.connection.execute_batch("ROLLBACK").unwrap();
        assert!(told.iter().any(|line| line.contains(expected)), "{change}: {told:?}");
    }
}

/// The differences as a transaction that is open sees them.
fn differences_within(connection: &Connection) -> Vec<String> {
    build::compare(connection).unwrap()
}

#[test]
fn what_users_write_is_never_sql() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), None],
        params: [Some(1), None],
        tag: None,
        contexts: vec![],
    };
    both.add(&[spec]);
    let evil = "x' OR 1=1 --\"; DROP TABLE search_value; /* ) ? :a @b $c \\ \u{0}";
    let quoted = format!("'{}'", evil.replace('\'', "''"));
    let key = format!("`{}`", evil.replace('`', "``"));
    for filter in [
        format!("params.{key} = {quoted}"),
        format!("metrics.{key} != NaN"),
        format!("tags.{key} LIKE {quoted}"),
        format!("datasets.name IN ({quoted}, {quoted})"),
        format!("run_id NOT IN ({quoted}) AND params.p0 = {quoted}"),
        format!("run_name ILIKE {quoted}"),
    ] {
        let mut search = Search::new(Kind::Run, 10).unwrap();
        search.filter = Filter::parse(Kind::Run, &filter).unwrap();
        search.sort(vec![OrderBy::parse(Kind::Run, &format!("params.{key} DESC")).unwrap()]).unwrap();
        search.experiments = Some(vec![evil.to_owned(), "a".to_owned()]);
        assert_eq!(both.search(&search).found.len(), 0, "{filter}");
    }
    let mut search = Search::new(Kind::Run, 10).unwrap();
    search.sort(vec![OrderBy::parse(Kind::Run, &format!("tags.{key}")).unwrap()]).unwrap();
    assert_eq!(both.search(&search).found.len(), 1);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
}

#[test]
fn walks_go_along_the_index() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(4)],
        params: [Some(1), None],
        tag: None,
        contexts: vec![],
    };
    both.add(&[spec]);
    let mut search = Search::new(Kind::Run, 10).unwrap();
    search.filter = Filter::parse(Kind::Run, "metrics.m0 > -5 AND params.p0 = 'a'").unwrap();
    search.sort(vec![OrderBy::parse(Kind::Run, "metrics.m1 DESC").unwrap()]).unwrap();
    let writer = both.sqlite.writer.lock();
    let scope = index::scope(&writer.connection, Kind::Run, "a").unwrap().unwrap();
    let shelf = shelf::Shelf::new(&writer.connection, &search, "a", (scope, 0)).unwrap().unwrap();
    let mut sql = shelf.select(&shelf::Through::Values(shelf.order[0].unwrap(), &[]), None);
    sql.push(" AND d.value <= ").bind(1.0).push(" AND d.value > ").bind(0.5);
    let mut statement = writer.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text)).unwrap();
    let plan: Vec<String> = statement
        .query_map(rusqlite::params_from_iter(&sql.bound), |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(
        plan[0].contains("COVERING INDEX search_value_order (field=? AND value>? AND value<?)"),
        "{plan:?}"
    );
    let probes: Vec<_> = plan.iter().filter(|line| line.contains("SEARCH v ")).collect();
    assert_eq!(probes.len(), 2, "{plan:?}");
    assert!(probes.iter().all(|line| line.contains("USING PRIMARY KEY (item=? AND field=?)")), "{plan:?}");
}
