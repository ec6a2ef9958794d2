use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use mlops_core::Outcome;
use proptest::prelude::*;

use super::*;

fn table(rows: usize) -> RecordBatch {
    let random = |salt: u64| {
        let mut random = mlops_stats::Random::replicate(3, salt);
        move |below: usize| random.index(below)
    };
    let (mut n, mut k) = (random(1), random(2));
    let mut of_x = mlops_stats::Random::replicate(3, 0);
    let mut x = || of_x.unit();
    let x: ArrayRef =
        Arc::new((0..rows).map(|row| (row % 11 > 0).then(|| 100.0 * x())).collect::<Float64Array>());
    let n: ArrayRef =
        Arc::new(Int64Array::from_iter_values((0..rows).map(|_| i64::try_from(n(50)).unwrap())));
    let k: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..rows).map(|_| ["red", "green", "blue"][k(3)])));
    RecordBatch::try_from_iter_with_nullable([("x", x, true), ("n", n, true), ("k", k, true)]).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "a model may fail")]
/// Rises with x, falls with n, does not look at k; a missing x is 0.
fn model(rows: &RecordBatch) -> Result<Vec<f64>, crate::error::BoxError> {
    let (x, n) = (rows.column(0).as_primitive::<Float64Type>(), rows.column(1).as_primitive::<Int64Type>());
    Ok(x.iter()
        .zip(n.iter())
        .map(|(x, n)| x.unwrap_or(0.0) / 200.0 - n.unwrap_or(0) as f64 / 200.0)
        .collect())
}

fn suite(tests: &str) -> BehaviourSuite {
    let text = format!(r#"{{"suite": "s", "tests": [{tests}]}}"#);
    BehaviourSuite::from_json(&text).unwrap_or_else(|error| panic!("{tests}: {error}"))
}

fn answer(test: &str, model: &dyn Model) -> TestReport {
    suite(test).run(model, &[table(500)]).unwrap().tests.remove(0)
}

fn same(perturb: &str) -> String {
    format!(r#"{{"kind": "invariance", "name": "t", "tolerance": 0, "perturb": [{perturb}]}}"#)
}

#[test]
fn what_is_not_looked_at_may_change() {
    for perturb in [
        r#"{"kind": "swap", "column": "k"}"#,
        r#"{"kind": "case", "column": "k", "to": "upper"}"#,
        r#"{"kind": "whitespace", "column": "k"}"#,
        r#"{"kind": "missing", "column": "k"}"#,
        r#"{"kind": "set", "column": "k", "value": "mauve"}"#,
    ] {
        let seen = answer(&same(perturb), &model);
        assert_eq!((seen.outcome, seen.tried, seen.failures), (Outcome::Passed, 500, 0), "{perturb}");
    }
    for perturb in [r#"{"kind": "typo", "column": "k"}"#, r#"{"kind": "shuffle", "column": "k"}"#] {
        let seen = answer(&same(perturb), &model);
        assert!(seen.outcome == Outcome::Passed && seen.tried > 200 && seen.tried + seen.unchanged == 500);
    }
}

#[test]
fn what_is_looked_at_may_not() {
    let of_x = answer(&same(r#"{"kind": "noise", "column": "x", "by": {"deviations": 0.5}}"#), &model);
    assert_eq!(of_x.outcome, Outcome::Failed);
    assert!(of_x.failures > 400 && of_x.unchanged >= 46, "missing values stay: {of_x:?}");
    assert_eq!(of_x.examples.len(), 10);
    assert!(of_x.examples.is_sorted_by_key(|example| example.row), "in the order of rows");
    let example = &of_x.examples[0];
    let (before, after) =
        (example.values[0].before.as_f64().unwrap(), example.values[0].after.as_f64().unwrap());
    assert!((before - after).abs() > 0.0 && (0.0..=100.0).contains(&after));
    assert!((example.before.unwrap() - example.after - (before - after) / 200.0).abs() < 1e-12);
    assert!(of_x.interval.unwrap().lower > 0.9);
    let lenient = same(r#"{"kind": "noise", "column": "x", "by": {"deviations": 0.5}}"#)
        .replace(r#""tolerance": 0"#, r#""tolerance": 0.2"#);
    assert_eq!(answer(&lenient, &model).outcome, Outcome::Passed);
    let some = same(r#"{"kind": "round", "column": "x", "digits": -1}"#)
        .replace(r#""tolerance": 0"#, r#""threshold": 0.1, "max_failure_rate": 0.2"#);
    let seen = answer(&some, &model);
    assert!(seen.outcome == Outcome::Passed && seen.failures > 0, "{seen:?}");
}

#[test]
fn directions_are_told_apart() {
    let test = |column: &str, by: i32, rest: &str| {
        answer(
            &format!(
                r#"{{"kind": "directional", "name": "t", "perturb": [{{"kind": "shift", "column": "{column}", "by": {by}}}], {rest}}}"#
            ),
            &model,
        )
    };
    assert_eq!(test("x", 10, r#""moves": "up""#).outcome, Outcome::Passed);
    assert_eq!(test("x", 10, r#""moves": "down""#).outcome, Outcome::Failed);
    assert_eq!(test("x", 10, r#""moves": "not_down""#).outcome, Outcome::Passed);
    assert_eq!(test("x", -10, r#""moves": "down", "at_most": 0.051"#).outcome, Outcome::Passed);
    assert_eq!(test("x", 10, r#""moves": "up", "at_most": 0.04"#).outcome, Outcome::Failed);
    assert_eq!(
        test("x", 10, r#""moves": "up", "at_most": 0.04, "tolerance": 0.011"#).outcome,
        Outcome::Passed
    );
    assert_eq!(test("n", 5, r#""moves": "down""#).outcome, Outcome::Passed);
    assert_eq!(test("n", 5, r#""moves": "up""#).failures, test("n", 5, r#""moves": "up""#).tried);
    // The last steps are cut off at the largest value: fewer are moved by the whole.
    let at_least = test("n", 5, r#""moves": "down", "at_least": 0.025, "tolerance": 1e-9"#);
    assert!(at_least.outcome == Outcome::Failed && at_least.failures < 60, "{at_least:?}");
    let constant = |rows: &RecordBatch| Ok(vec![0.5; rows.num_rows()]);
    let up = r#"{"kind": "directional", "name": "t", "perturb": [{"kind": "shift", "column": "x", "by": 1}], "moves": "up"}"#;
    assert_eq!(answer(up, &constant).outcome, Outcome::Failed, "staying is not up");
    assert_eq!(answer(&up.replace("\"up\"", "\"not_up\""), &constant).outcome, Outcome::Passed);
}

#[test]
fn monotonic_is_monotonic() {
    let test = |column: &str, moves: &str| {
        format!(r#"{{"kind": "monotonic", "name": "t", "column": "{column}", "moves": "{moves}"}}"#)
    };
    assert_eq!(answer(&test("x", "not_down"), &model).outcome, Outcome::Passed);
    assert_eq!(answer(&test("n", "not_up"), &model).outcome, Outcome::Passed);
    assert_eq!(answer(&test("x", "not_up"), &model).failures, 500);
    // A hump in the middle, which the ends do not show.
    let hump = |rows: &RecordBatch| {
        let x = rows.column(0).as_primitive::<Float64Type>();
        Ok(x.iter()
            .map(|x| x.map_or(0.0, |x| x + if (40.0..60.0).contains(&x) { 30.0 } else { 0.0 }))
            .collect())
    };
    let seen = answer(&test("x", "not_down"), &hump);
    assert_eq!((seen.outcome, seen.failures), (Outcome::Failed, 500));
    assert_eq!(seen.examples[0].values[0].column, "x");
    let forgiven = test("x", "not_down").replace('}', r#", "tolerance": 30}"#);
    assert_eq!(answer(&forgiven, &hump).outcome, Outcome::Passed);
}

#[test]
fn rows_with_a_known_answer() {
    let test = |rest: &str| format!(r#"{{"kind": "minimum_functionality", "name": "t", {rest}}}"#);
    let seen = answer(
        &test(
            r#""rows": [{"x": 100, "n": 0}, {"x": 0, "n": 50, "k": "red"}], "label": true, "threshold": 0.4"#,
        ),
        &model,
    );
    assert_eq!((seen.tried, seen.failures, seen.examples[0].row), (2, 1, 1));
    assert_eq!(seen.examples[0].values[2].after, "red");
    let template =
        r#""template": {"columns": {"x": [0, 50, 100], "n": [0, 10], "k": ["red", null]}}, "max": 0.45"#;
    let seen = answer(&test(template), &model);
    assert_eq!((seen.tried, seen.failures), (12, 2), "the limit belongs to it: {seen:?}");
    assert_eq!(seen.examples[0].values[0].after, 100.0);
    let sampled = template.replace("}}", r#"}, "sample": 40}"#);
    assert_eq!(answer(&test(&sampled), &model).tried, 40);
    assert_eq!(answer(&test(r#""table": true, "min": -0.5, "max": 0.5"#), &model).outcome, Outcome::Passed);
}

#[test]
fn a_model_without_an_answer_never_passes() {
    let test = same(r#"{"kind": "missing", "column": "k"}"#);
    let odd = |rows: &RecordBatch| rows.column(2).is_null(0);
    let nan = |rows: &RecordBatch| {
        Ok((0..rows.num_rows()).map(|row| if row == 7 { f64::NAN } else { 0.1 }).collect())
    };
    let seen = answer(&test, &nan);
    assert_eq!((seen.outcome, seen.reason.as_str()), (Outcome::Inconclusive, "row 7: the prediction is NaN"));
    let failing = |rows: &RecordBatch| {
        let broken = rows.column(2).as_string::<i32>().iter().any(|k| k.is_none());
        if broken { Err("no colour".into()) } else { Ok(vec![0.1; rows.num_rows()]) }
    };
    let seen = answer(&test, &failing);
    assert_eq!(
        (seen.outcome, seen.reason.as_str()),
        (Outcome::Inconclusive, "row 0: the model failed: no colour")
    );
    let panicking = |rows: &RecordBatch| -> Result<Vec<f64>, crate::error::BoxError> {
        assert!(!odd(rows), "out of colours");
        Ok(vec![0.1; rows.num_rows()])
    };
    let seen = answer(&test, &panicking);
    assert!(
        seen.outcome == Outcome::Inconclusive && seen.reason.contains("the model panicked: out of colours")
    );
    let short = |rows: &RecordBatch| Ok(vec![0.1; rows.num_rows() - 1]);
    assert!(answer(&test, &short).reason.contains("0 predictions for 1 rows"));
    let nothing = suite(&test).run(&model, &[table(500).slice(0, 0)]).unwrap().tests.remove(0);
    assert_eq!(nothing.outcome, Outcome::Inconclusive);
    let still = same(r#"{"kind": "case", "column": "k", "to": "lower"}"#);
    assert!(answer(&still, &model).reason.contains("all 500 were left as they are"));
}

#[test]
fn batches_and_threads_do_not_matter() {
    let tests = [
        same(r#"{"kind": "noise", "column": "x", "by": 3}, {"kind": "typo", "column": "k"}"#),
        same(r#"{"kind": "shuffle", "columns": ["x", "n"]}"#).replace("\"t\"", "\"u\""),
        same(r#"{"kind": "noise", "columns": ["x", "n"], "by": {"relative": 0.5}}"#)
            .replace("\"t\"", "\"v\", \"repeats\": 3"),
    ];
    let suite = suite(&tests.join(","));
    let whole = table(9_000);
    let run = |threads: usize, batches: &[RecordBatch]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| suite.run(&model, batches).unwrap())
    };
    let one = run(1, std::slice::from_ref(&whole));
    let parts = [whole.slice(0, 17), whole.slice(17, 5_000), whole.slice(5_017, 3_983)];
    assert_eq!(one.digest().unwrap(), run(4, std::slice::from_ref(&whole)).digest().unwrap());
    assert_eq!(one, run(2, &parts));
    let other = suite.clone().seed(2).run(&model, &[whole]).unwrap();
    assert_ne!(one.tests[0].examples[0].values, other.tests[0].examples[0].values);
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<BehaviourReport>(&text).unwrap(), one);
}

#[test]
fn whole_numbers_stay_whole_and_within_the_range() {
    let seen = std::sync::Mutex::new(Vec::new());
    let watching = |rows: &RecordBatch| {
        seen.lock().unwrap().extend(rows.column(1).as_primitive::<Int64Type>().values().to_vec());
        Ok(vec![0.0; rows.num_rows()])
    };
    let test = same(r#"{"kind": "noise", "column": "n", "by": 1e30}"#);
    assert_eq!(answer(&test, &watching).outcome, Outcome::Passed);
    let highest = *table(500).column(1).as_primitive::<Int64Type>().values().iter().max().unwrap();
    assert!(seen.lock().unwrap().iter().all(|n| (0..=highest).contains(n)));
    let beyond = test.replace("1e30", r#"1e30, "beyond_range": true"#);
    assert_eq!(answer(&beyond, &watching).outcome, Outcome::Passed);
    assert!(seen.lock().unwrap().contains(&i64::MAX));
}

#[test]
fn what_is_written_is_read_back() {
    let built = BehaviourSuite::new("s")
        .seed(7)
        .test(
            BehaviourTest::invariance(
                "a",
                vec![Perturbation::noise("x", Amount::Deviations(0.1)).and("n").range(0.0, 5.0)],
                Unchanged::Threshold(0.5),
            )
            .repeats(3)
            .max_failure_rate(0.1),
        )
        .test(BehaviourTest::directional(
            "b",
            vec![Perturbation::set("k", "red")],
            Movement::new(Direction::Up).at_least(0.1),
        ))
        .test(BehaviourTest::monotonic("c", "x", Direction::NotDown))
        .test(BehaviourTest::minimum_functionality(
            "d",
            Rows::Table,
            Expected::Score { min: 0.0, max: f64::INFINITY },
        ))
        .test(BehaviourTest::minimum_functionality(
            "e",
            Rows::Template { columns: serde_json::from_str(r#"{"x": [1, 2]}"#).unwrap(), sample: Some(3) },
            Expected::Label { label: true, threshold: 0.5 },
        ));
    let text = serde_json::to_string(&built).unwrap();
    let read = BehaviourSuite::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!((&read, read.digest().unwrap()), (&built, built.digest().unwrap()));
    assert!(built.run(&model, &[table(10)]).is_ok());
}

#[test]
fn bad_suites_are_refused_with_the_place() {
    let good = same(r#"{"kind": "swap", "column": "k"}"#);
    for (change, with, message) in [
        ("\"invariance\"", "\"invariant\"", "invariance?"),
        ("\"swap\"", "\"swop\"", "tests[0].perturb[0].kind is \"swop\", expected swap?"),
        ("\"tolerance\": 0", "\"tolerence\": 0", "tests[0].tolerance is missing"),
        ("\"tolerance\": 0", "\"tolerance\": -1", "tests[0].tolerance is -1"),
        ("\"tolerance\": 0", "\"tolerance\": 0, \"threshold\": 1", "missing, since there is a tolerance"),
        ("\"tolerance\": 0", "\"tolerance\": 0, \"repeat\": 1", "repeats?"),
        ("\"column\": \"k\"", "\"columm\": \"k\"", "tests[0].perturb[0].columns is missing"),
        ("\"name\": \"t\"", "\"name\": \"\"", "tests[0].name"),
        ("{\"kind\": \"swap\", \"column\": \"k\"}", "", "1 to 100"),
        ("{\"kind\": \"swap\"", "{\"kind\": \"noise\", \"by\": {\"deviation\": 1}", "deviations?"),
        ("{\"kind\": \"swap\"", "{\"kind\": \"noise\", \"by\": -1", "perturb[0].by is -1"),
    ] {
        let text = format!(r#"{{"suite": "s", "tests": [{}]}}"#, good.replace(change, with));
        let error = BehaviourSuite::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(message), "{with}: {error} does not say {message}");
    }
    let twice = format!(r#"{{"suite": "s", "tests": [{good}, {good}]}}"#);
    assert!(BehaviourSuite::from_json(&twice).unwrap_err().to_string().contains("tests[1].name"));
    for (perturb, message) in [
        (r#"{"kind": "swap", "column": "kk"}"#, r#"columns is "kk", expected k? (one of x, n, k)"#),
        (r#"{"kind": "noise", "column": "k", "by": 1}"#, "expected a column of numbers"),
        (r#"{"kind": "typo", "column": "x"}"#, "expected a column of text"),
        (r#"{"kind": "set", "column": "n", "value": 0.5}"#, "a value of column \"n\", Int64"),
    ] {
        let error = suite(&same(perturb)).run(&model, &[table(5)]).unwrap_err().to_string();
        assert!(error.contains(message), "{perturb}: {error}");
    }
    assert!(suite(&good).run(&model, &[]).is_err());
    let stopped = suite(&good).run_with(&model, &[table(5)], &|_| std::ops::ControlFlow::Break(()));
    assert!(matches!(stopped, Err(crate::Error::Stopped { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Parts of suites put together at random, and bytes changed in a good one.
    #[test]
    fn hostile_suites_never_panic(
        at in 0_usize..2000, byte in any::<u8>(), value in "[-0-9eE.\"a-z\\[\\]{}]{0,9}", field in 0_usize..40,
    ) {
        let good = concat!(
            r#"{"suite": "s", "seed": 1, "max_examples": 3, "tests": ["#,
            r#"{"kind": "invariance", "name": "a", "tolerance": 0.5, "repeats": 2, "perturb": [{"kind": "noise", "column": "x", "by": {"relative": 0.1}, "range": [0, 9]}]},"#,
            r#"{"kind": "directional", "name": "b", "moves": "up", "at_least": 1, "perturb": [{"kind": "set", "columns": ["k"], "value": "red"}, {"kind": "shift", "column": "n", "by": 4, "beyond_range": true}]},"#,
            r#"{"kind": "monotonic", "name": "c", "column": "x", "moves": "not_up", "points": 4, "range": [0, 1]},"#,
            r#"{"kind": "minimum_functionality", "name": "d", "template": {"columns": {"x": [1, 2]}, "sample": 4}, "label": true, "threshold": 0.5},"#,
            r#"{"kind": "minimum_functionality", "name": "e", "rows": [{"x": 1, "k": null}], "min": 0}]}"#,
        );
        let mut bytes = good.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let parts: Vec<&str> = good.split(": ").collect();
        let mut spliced: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let place = field % spliced.len();
        if let Some((_, rest)) = spliced[place].clone().split_once([',', '}', ']']) {
            spliced[place] = format!("{value},{rest}");
        }
        for text in [String::from_utf8_lossy(&bytes).into_owned(), spliced.join(": ")] {
            let run = BehaviourSuite::from_json(&text).and_then(|suite| suite.run(&model, &[table(12)]));
            if let Ok(report) = run {
                prop_assert!(report.digest().is_ok());
            }
        }
    }
}
