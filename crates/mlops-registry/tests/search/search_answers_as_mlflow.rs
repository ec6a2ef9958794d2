//! Search gives the answers that MLflow 3.17.2 gave, recorded by `testdata/search/record.py`.

use mlops_core::{ExperimentName, Timestamp};
use mlops_registry::search::{Filter, OrderBy, Search};
use mlops_registry::store::{Change, Commit, Key, Kind, MetadataStore, Part};
use mlops_registry::tracking::View;
use serde_json::{Value, json};

/// Where the answers differ, on purpose, and why.
fn differs(filter: &str) -> Option<&'static str> {
    // MLflow's `ILIKE` is that of SQLite: `É` and `é` are different letters to it.
    if filter.to_lowercase().contains("ilike") && filter.contains('é') {
        return Some("the case of all letters is ignored, not of ASCII alone");
    }
    None
}

fn file(name: &str) -> Value {
    let path = format!("{}/testdata/search/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn experiment() -> ExperimentName {
    "e".parse().unwrap()
}

/// The records of a run, whose number is its place in the file, from 1.
fn records(number: i64, run: &Value) -> Vec<Change> {
    let key = || Key::from([experiment().as_str()]).and(number);
    let id = format!("e/{number}");
    let at = |ms: &Value| ms.as_i64().map(|ms| Timestamp::from_micros(ms * 1000));
    let put = |kind, key, body: &Value| Change::put(kind, key, None, body).unwrap();
    let mut body = json!({
        "id": id, "name": run["name"], "started_by": run["user"], "started_at": at(&run["start"]),
        "status": run["status"].as_str().unwrap().to_lowercase(), "ended_at": at(&run["end"]),
    });
    if run["deleted"] == true {
        body["deleted"] = json!({"at": at(&run["start"]), "by": "ana"});
    }
    let mut changes = vec![put(Kind::Run, key(), &body)];
    for (kind, of) in [(Kind::Param, "params"), (Kind::Tag, "tags")] {
        for (name, value) in run[of].as_object().unwrap() {
            let body = json!({"run": id, "name": name, "value": value});
            changes.push(put(kind, key().and(name.as_str()), &body));
        }
    }
    for (name, values) in run["metrics"].as_object().unwrap() {
        for (step, value) in values.as_array().unwrap().iter().enumerate() {
            let number = match value.as_str() {
                None => value.as_f64().unwrap(),
                Some("NaN") => f64::NAN,
                Some("Infinity") => f64::INFINITY,
                Some(_) => f64::NEG_INFINITY,
            };
            let bits = number.to_bits();
            let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
            let step = i64::try_from(step).unwrap();
            let key = key().and(name.as_str()).and(step).and(0).and(format!("{ordered:016x}"));
            let at = Timestamp::from_micros(0);
            changes.push(put(
                Kind::Metric,
                key,
                &json!({"run": id, "name": name, "value": value, "step": step, "at": at}),
            ));
        }
    }
    changes
}

fn stores() -> (tempfile::TempDir, Vec<Box<dyn MetadataStore>>) {
    let (folder, stores) = crate::world::stores();
    let mut changes = Vec::new();
    for (number, run) in (1..).zip(file("runs").as_array().unwrap()) {
        changes.extend(records(number, run));
    }
    for store in &stores {
        let act =
            mlops_registry::audit::Act::new(Timestamp::from_micros(0), "ana".parse().unwrap(), "log", "e");
        store.commit(&Commit::new(act, vec![], changes.clone()).unwrap()).unwrap();
    }
    (folder, stores)
}

fn number(key: &Key) -> usize {
    match key.parts().last() {
        Some(Part::Number(number)) => usize::try_from(*number).unwrap() - 1,
        other => panic!("{other:?}"),
    }
}

/// Runs that are equal by all that was asked for come by their ids, which differ: what is
/// compared of each is its rank, and of a tie the set.
fn ranks(found: &[usize], order: &[&str], runs: &[Value]) -> Vec<Vec<usize>> {
    let latest = |run: &Value, name: &str| {
        run["metrics"][name].as_array().map(|values| values.last().unwrap().to_string()).unwrap_or_default()
    };
    let rank = |run: usize| {
        let run = &runs[run];
        let mut rank: Vec<String> = order
            .iter()
            .map(|by| match by.split_whitespace().next().unwrap() {
                "metrics.m0" => latest(run, "m0"),
                "metrics.`a" => latest(run, "a b"),
                "metric.m1" | "metrics.m1" => latest(run, "m1"),
                "params.p0" => run["params"]["p0"].to_string(),
                "tags.t0" => run["tags"]["t0"].to_string(),
                "tags.\"é\"" => run["tags"]["é"].to_string(),
                "start_time" | "Created" => run["start"].to_string(),
                "end_time" => run["end"].to_string(),
                "status" => run["status"].to_string(),
                "run_name" => run["name"].to_string(),
                "user_id" => run["user"].to_string(),
                "metrics.none" => String::new(),
                other => panic!("{other}"),
            })
            .collect();
        rank.push(run["start"].to_string());
        rank
    };
    let mut groups: Vec<(Vec<String>, Vec<usize>)> = Vec::new();
    for run in found {
        let rank = rank(*run);
        match groups.last_mut().filter(|(last, _)| *last == rank) {
            Some((_, group)) => group.push(*run),
            None => groups.push((rank, vec![*run])),
        }
    }
    groups
        .into_iter()
        .map(|(_, mut group)| {
            group.sort_unstable();
            group
        })
        .collect()
}

#[test]
fn every_recorded_answer_is_given() {
    let (_folder, stores) = stores();
    let runs = file("runs");
    let runs = runs.as_array().unwrap();
    let answers = file("answers");
    let (mut same, mut other) = (0, 0);
    let mut wrong = Vec::new();
    for answer in answers.as_array().unwrap() {
        let filter = answer["filter"].as_str().unwrap();
        let order: Vec<_> =
            answer["order"].as_array().unwrap().iter().map(|by| by.as_str().unwrap()).collect();
        let mut search = Search::new(Kind::Run, 1000).unwrap();
        search.filter = Filter::parse(Kind::Run, filter).unwrap();
        search.sort(order.iter().map(|by| OrderBy::parse(Kind::Run, by).unwrap()).collect()).unwrap();
        search.view = match answer["view"].as_str().unwrap() {
            "active" => View::Active,
            "deleted" => View::Deleted,
            _ => View::All,
        };
        let theirs: Vec<usize> = answer["found"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| usize::try_from(run.as_u64().unwrap()).unwrap())
            .collect();
        for store in &stores {
            let ours: Vec<_> =
                store.search(&search).unwrap().found.iter().map(|found| number(&found.record.key)).collect();
            if ranks(&ours, &order, runs) == ranks(&theirs, &order, runs) {
                same += 1;
            } else if differs(filter).is_some() {
                other += 1;
            } else {
                wrong.push(format!("{store:?}: {answer}: {ours:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {same}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let count = stores.len();
    assert!(same >= 700 * count && other < 50 * count.max(1), "{same} the same, {other} on purpose not");
}

#[test]
fn what_mlflow_refuses_is_refused() {
    let refused = file("refused");
    for filter in refused["filters"].as_array().unwrap() {
        let filter = filter.as_str().unwrap();
        // To ours one blank is as good as two.
        if filter != "tags.x IS  NOT  NULL" {
            assert!(Filter::parse(Kind::Run, filter).is_err(), "{filter}");
        }
    }
    for order in refused["orders"].as_array().unwrap() {
        let order = order.as_str().unwrap();
        assert!(OrderBy::parse(Kind::Run, order).is_err(), "{order}");
    }
}
