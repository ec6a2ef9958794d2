//! A family's series: found again by their values, exposed in the order of their first use,
//! and gone when they are removed.
#![allow(clippy::float_cmp, reason = "a test says exactly what it expects")]

mod prometheus_text;

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{ManualClock, Timestamp};
use mlops_monitor::metrics::{Buckets, Error, Format, Registry, Spec};
use proptest::prelude::*;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_micros(0)))
}

#[derive(Clone, Debug)]
enum Step {
    Add(String, String),
    Remove(String, String),
    RemoveFirst(String),
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let value = || prop::sample::select(vec!["", "a", "b", "a\",\"b", "\u{ff}", "ü"]).prop_map(str::to_owned);
    let step = prop_oneof![
        12 => (value(), value()).prop_map(|(a, b)| Step::Add(a, b)),
        4 => (value(), value()).prop_map(|(a, b)| Step::Remove(a, b)),
        2 => value().prop_map(Step::RemoveFirst),
        1 => Just(Step::Clear),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn as_a_plain_list_would(steps in steps()) {
        let registry = Registry::without_created(clock());
        let counters = registry.counter(Spec::new("c", "x").labels(["x", "y"])).unwrap();
        let mut plain: Vec<((String, String), f64)> = Vec::new();
        for step in steps {
            match step {
                Step::Add(a, b) => {
                    let ours = counters.with_labels(&[("y", &b), ("x", &a)]).unwrap();
                    ours.inc();
                    let found = plain.iter().position(|(key, _)| key.0 == a && key.1 == b);
                    let place = found.unwrap_or_else(|| {
                        plain.push(((a, b), 0.0));
                        plain.len() - 1
                    });
                    plain[place].1 += 1.0;
                    prop_assert_eq!(ours.value(), plain[place].1);
                }
                Step::Remove(a, b) => {
                    let before = plain.len();
                    plain.retain(|(key, _)| key.0 != a || key.1 != b);
                    prop_assert_eq!(counters.remove(&[&a, &b]).unwrap(), plain.len() < before);
                }
                Step::RemoveFirst(a) => {
                    let before = plain.len();
                    plain.retain(|(key, _)| key.0 != a);
                    prop_assert_eq!(counters.remove_where(&[("x", &a)]).unwrap(), before - plain.len());
                }
                Step::Clear => {
                    counters.clear();
                    plain.clear();
                }
            }
            let families = prometheus_text::read(&registry.encode(Format::Text), false);
            let samples = families[0].samples.iter().map(|sample| {
                let label = |name| sample.label(name).unwrap().to_owned();
                ((label("x"), label("y")), sample.value)
            });
            prop_assert_eq!(&samples.collect::<Vec<_>>(), &plain);
        }
    }
}

#[test]
fn labels_are_those_of_the_definition() {
    let registry = Registry::new(clock());
    let labelled = registry.gauge(Spec::new("g", "x").labels(["a", "b"])).unwrap();
    let unlabelled = registry.gauge(Spec::new("u", "x")).unwrap();
    let errors = [
        labelled.with(&["1"]).unwrap_err(),
        labelled.with(&[]).unwrap_err(),
        labelled.with_labels(&[("a", "1")]).unwrap_err(),
        labelled.with_labels(&[("a", "1"), ("c", "2")]).unwrap_err(),
        labelled.with_labels(&[("a", "1"), ("a", "2")]).unwrap_err(),
        labelled.with_labels(&[("a", "1"), ("b", "2"), ("b", "3")]).unwrap_err(),
        labelled.remove(&["1"]).unwrap_err(),
        labelled.remove_where(&[("c", "1")]).unwrap_err(),
        unlabelled.with(&["1"]).unwrap_err(),
        unlabelled.remove(&[]).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::Labels { .. }), "{error}");
    }
    let error = labelled.with(&["1"]).unwrap_err().to_string();
    assert_eq!(error, r#"metric "g" takes the labels ["a", "b"], not ["1"]"#);
    // The one series of a family without labels stays.
    unlabelled.with(&[]).unwrap().set(2.0);
    unlabelled.clear();
    assert!(registry.encode(Format::Text).contains("\nu 2.0\n"));
}

#[test]
fn a_name_is_exposed_once() {
    let registry = Registry::new(clock());
    registry.counter(Spec::new("c_total", "x")).unwrap();
    registry.summary(Spec::new("s", "x")).unwrap();
    registry.histogram(Spec::new("h", "x"), Buckets::default()).unwrap();
    for taken in ["c", "c_total", "c_created", "s", "s_sum", "s_count", "h_bucket", "h_created"] {
        let error = registry.gauge(Spec::new(taken, "x")).unwrap_err();
        assert!(matches!(&error, Error::Duplicate { name, .. } if name == taken), "{error}");
    }
    let error = registry.counter(Spec::new("c", "x")).unwrap_err();
    assert!(matches!(&error, Error::Duplicate { .. }), "{error}");
    // What was refused has left nothing behind.
    registry.gauge(Spec::new("c_bucket", "x")).unwrap();
    assert!(registry.encode(Format::Text).ends_with("# TYPE c_bucket gauge\nc_bucket 0.0\n"));
}

#[test]
fn created_is_when_counting_began() {
    let clock = clock();
    let registry = Registry::new(Arc::clone(&clock) as Arc<dyn mlops_core::Clock>);
    let counters = registry.counter(Spec::new("c", "x").labels(["of"])).unwrap();
    let created = || {
        let families = prometheus_text::read(&registry.encode(Format::OpenMetrics), true);
        let samples = families[0].samples.iter();
        samples.filter(|sample| sample.name == "c_created").map(|sample| sample.value).collect::<Vec<_>>()
    };
    clock.advance(Duration::from_millis(1_500));
    counters.with(&["a"]).unwrap().inc();
    clock.advance(Duration::from_secs(1));
    counters.with(&["b"]).unwrap().inc();
    counters.with(&["a"]).unwrap().inc();
    assert_eq!(created(), [1.5, 2.5]);
    clock.advance(Duration::from_secs(1));
    let handle = counters.with(&["a"]).unwrap();
    counters.reset(&["a"]).unwrap();
    handle.inc_by(0.5).unwrap();
    assert_eq!((handle.value(), created()), (0.5, vec![3.5, 2.5]));
}
