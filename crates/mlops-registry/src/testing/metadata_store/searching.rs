//! What a store finds. [`scan`] is the slow answer that it must give.

use mlops_core::Timestamp;
use serde_json::json;

use super::act;
use crate::registry::Document as _;
use crate::search::{Filter, OrderBy, Position, Search, scan};
use crate::store::{Change, Commit, Key, Kind, MetadataStore, Revision};
use crate::tracking::{Metric, RunId, View};

/// The experiment that all runs here are of.
const EXPERIMENT: &str = "e";

fn key(number: u32) -> Key {
    Key::from([EXPERIMENT]).and(i64::from(number))
}

fn run(number: u32, was: Option<Revision>, deleted: bool) -> Change {
    let mut body = json!({
        "id": format!("{EXPERIMENT}/{number}"), "name": format!("run {number}"), "status": "running",
        "started_by": "suite", "started_at": Timestamp::from_micros(i64::from(number)), "ended_at": null,
    });
    if deleted {
        body["deleted"] = json!({"at": Timestamp::from_micros(9), "by": "suite"});
    }
    Change::put(Kind::Run, key(number), was, &body).expect("the key fits")
}

fn text(kind: Kind, number: u32, name: &str, value: &str) -> Change {
    let body = json!({"run": format!("{EXPERIMENT}/{number}"), "name": name, "value": value});
    Change::put(kind, key(number).and(name), None, &body).expect("the key fits")
}

fn metric(number: u32, value: f64, step: i64) -> Change {
    let run: RunId = format!("{EXPERIMENT}/{number}").parse().expect("a valid id");
    let metric = Metric { run, name: "m".to_owned(), value, step, at: Timestamp::from_micros(0) };
    metric.create().expect("the key fits")
}

fn write(store: &dyn MetadataStore, changes: Vec<Change>) -> u64 {
    let commit = Commit::new(act("write"), vec![], changes).expect("changes that fit");
    store.commit(&commit).expect("new records")
}

/// Eight runs: the metrics are 0, 1, 2, 0, NaN, missing, infinite and 1.
fn filled(store: &dyn MetadataStore) -> u64 {
    let mut changes = Vec::new();
    for number in 1..=8 {
        changes.push(run(number, None, number == 8));
        changes.push(text(Kind::Param, number, "parity", if number % 2 == 0 { "even" } else { "odd" }));
    }
    let values = [(1, 0.0), (2, 1.0), (3, 2.0), (4, 0.0), (5, f64::NAN), (7, f64::INFINITY), (8, 1.0)];
    changes.extend(values.map(|(number, value)| metric(number, value, 5)));
    // An earlier point counts for nothing, whether it is written along or afterwards.
    changes.push(metric(1, 9.0, 4));
    changes.push(text(Kind::Tag, 3, "note", "100% 'sure'"));
    let first = write(store, changes);
    write(store, vec![metric(2, 9.0, 4), metric(5, 9.0, 4)]);
    first
}

fn search(filter: &str, order: &[&str], limit: usize) -> Search {
    let mut search = Search::new(Kind::Run, limit).expect("runs are searched");
    search.filter = Filter::parse(Kind::Run, filter).expect("a filter");
    let order = order.iter().map(|by| OrderBy::parse(Kind::Run, by).expect("an order")).collect();
    search.sort(order).expect("each field once");
    search
}

/// The numbers of the runs that are found, whether there are more, and the place of the last.
fn found(store: &dyn MetadataStore, search: &Search) -> (Vec<u32>, bool, Option<Position>) {
    let matches = store.search(search).expect("the store searches");
    let slow = scan(store, search).expect("the store reads");
    let of = |matches: &crate::search::Matches| -> Vec<u32> {
        let number = |key: &Key| (1..=100).find(|number| self::key(*number) == *key);
        matches.found.iter().filter_map(|found| number(&found.record.key)).collect()
    };
    assert_eq!(of(&matches), of(&slow), "other things than the records tell of");
    assert_eq!(matches, slow, "found with other records, places or values than the records tell of");
    let last = matches.found.last().map(|found| found.position.clone());
    (of(&matches), matches.more, last)
}

/// What passes a filter is found, and nothing else.
pub fn a_search_finds_what_passes(store: &dyn MetadataStore) {
    filled(store);
    for (filter, expected) in [
        ("", vec![7, 6, 5, 4, 3, 2, 1]),
        ("metrics.m < 1", vec![4, 1]),
        ("metrics.m = NaN", vec![5]),
        ("metrics.m >= 2", vec![7, 3]),
        ("metrics.m != 0", vec![7, 5, 3, 2]),
        ("params.parity = 'even' AND metrics.m <= 1", vec![4, 2]),
        ("params.parity LIKE '_d%' AND metrics.m > 1", vec![7, 3]),
        ("tags.note = '100% ''sure''' AND params.parity != 'even'", vec![3]),
        ("tags.note IS NULL AND metrics.m = 2", vec![]),
        ("params.none = 'x'", vec![]),
    ] {
        assert_eq!(found(store, &search(filter, &[], 100)).0, expected, "found by {filter:?}");
    }
    let mut deleted = search("metrics.m = 1", &[], 100);
    deleted.view = View::Deleted;
    assert_eq!(found(store, &deleted).0, [8], "a deleted run");
    deleted.view = View::All;
    assert_eq!(found(store, &deleted).0, [8, 2], "a deleted run and another");
    let mut elsewhere = search("", &[], 100);
    elsewhere.experiments = Some(vec!["other".to_owned()]);
    assert_eq!(found(store, &elsewhere).0, Vec::<u32>::new(), "runs of another experiment");
}

/// Values go up or down, NaN comes after them, what is missing after that; among equals the
/// latest comes first.
pub fn a_search_goes_by_its_order(store: &dyn MetadataStore) {
    filled(store);
    for (order, expected) in [
        (&["metrics.m"][..], [4, 1, 2, 3, 7, 5, 6]),
        (&["metrics.m DESC"], [7, 3, 2, 4, 1, 5, 6]),
        (&["params.parity", "metrics.m DESC"], [2, 4, 6, 7, 3, 1, 5]),
        (&["start_time"], [1, 2, 3, 4, 5, 6, 7]),
    ] {
        assert_eq!(found(store, &search("", order, 100)).0, expected, "out of order by {order:?}");
    }
}

/// Page after page everything is found once, though others come and go meanwhile.
pub fn the_pages_of_a_search_skip_and_repeat_nothing(store: &dyn MetadataStore) {
    filled(store);
    let mut search = search("", &["metrics.m"], 2);
    let mut all = Vec::new();
    for page in 0..10 {
        let (numbers, more, last) = found(store, &search);
        all.extend(numbers);
        // One that comes before the place of the page is not seen any more.
        let number = 20 + page;
        write(store, vec![run(number, None, false), metric(number, -1.0, 0)]);
        if !more {
            break;
        }
        search.after = last;
    }
    assert_eq!(all, [4, 1, 2, 3, 7, 5, 6], "pages skip or repeat");
}

/// What is changed or removed is found as it is now.
pub fn a_search_follows_the_changes(store: &dyn MetadataStore) {
    let first = Revision(filled(store));
    let low = search("metrics.m <= 0", &[], 100);
    assert_eq!(found(store, &low).0, [4, 1]);
    write(store, vec![metric(1, 5.0, 6)]);
    assert_eq!(found(store, &low).0, [4], "after a later point");
    write(store, vec![run(4, Some(first), true)]);
    assert_eq!(found(store, &low).0, Vec::<u32>::new(), "after a deletion");
    let odd = search("params.parity = 'odd'", &[], 100);
    assert_eq!(found(store, &odd).0, [7, 5, 3, 1]);
    let remove = |kind, key| Change::remove(kind, key, first).expect("the key fits");
    write(store, vec![remove(Kind::Param, key(3).and("parity"))]);
    assert_eq!(found(store, &odd).0, [7, 5, 1], "after a parameter is gone");
    write(store, vec![remove(Kind::Run, key(5)), remove(Kind::Param, key(5).and("parity"))]);
    assert_eq!(found(store, &odd).0, [7, 1], "after a run is gone");
}
