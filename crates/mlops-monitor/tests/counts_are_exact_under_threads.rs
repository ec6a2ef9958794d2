//! No increment is lost, and every scrape agrees with itself, whoever records meanwhile.
#![allow(clippy::float_cmp, reason = "a test says exactly what it expects")]

mod prometheus_text;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use mlops_core::{ManualClock, Timestamp};
use mlops_monitor::metrics::{Buckets, Format, Registry, Spec};
use prometheus_text::read;

const THREADS: usize = 4;
const EACH: usize = 20_000;

fn registry() -> Registry {
    Registry::new(Arc::new(ManualClock::new(Timestamp::from_micros(0))))
}

#[test]
fn nothing_is_lost() {
    let registry = registry();
    let labelled = |name: &str| Spec::new(name, "x").labels(["of"]);
    let counters = registry.counter(labelled("c")).unwrap();
    let gauges = registry.gauge(labelled("g")).unwrap();
    let summaries = registry.summary(labelled("s")).unwrap();
    let histograms = registry.histogram(labelled("h"), Buckets::new([1.0, 2.0, 3.0]).unwrap()).unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (counters, gauges, summaries, histograms) = (&counters, &gauges, &summaries, &histograms);
            scope.spawn(move || {
                for turn in 0..EACH {
                    // Series are made while others record into them.
                    let of = [["a", "b", "c", "d"][(turn + thread) % 4]];
                    counters.with(&of).unwrap().inc();
                    counters.with(&of).unwrap().inc_by(0.25).unwrap();
                    gauges.with(&of).unwrap().add(if turn % 3 == 0 { -1.0 } else { 1.0 }).unwrap();
                    summaries.with(&of).unwrap().observe(0.5).unwrap();
                    histograms.with(&of).unwrap().observe((turn / 4 % 4) as f64 + 0.5).unwrap();
                }
            });
        }
    });
    let each = (THREADS * EACH / 4) as f64;
    for of in ["a", "b", "c", "d"].map(|of| [of]) {
        assert_eq!(counters.with(&of).unwrap().value(), each * 1.25);
        let summary = summaries.with(&of).unwrap();
        assert_eq!((summary.count() as f64, summary.sum()), (each, each / 2.0));
        let histogram = histograms.with(&of).unwrap();
        assert_eq!(histogram.counts(), [THREADS as u64 * EACH as u64 / 16; 4]);
        assert_eq!(histogram.sum(), each * 2.0);
    }
    let net: f64 = ["a", "b", "c", "d"].iter().map(|of| gauges.with(&[of]).unwrap().value()).sum();
    let fallen = EACH.div_ceil(3);
    assert_eq!(net, (THREADS * (EACH - 2 * fallen)) as f64);
}

/// Nothing but additions to one series, so that threads meet in the middle of one even on a
/// machine that is busy with something else.
#[test]
fn additions_to_one_series_meet() {
    const MANY: usize = 500_000;
    let registry = registry();
    let gauge = registry.gauge(Spec::new("g", "x")).unwrap().with(&[]).unwrap();
    let counter = registry.counter(Spec::new("c", "x")).unwrap().with(&[]).unwrap();
    let summary = registry.summary(Spec::new("s", "x")).unwrap().with(&[]).unwrap();
    let histogram = registry.histogram(Spec::new("h", "x"), Buckets::new([1.0]).unwrap()).unwrap();
    let histogram = histogram.with(&[]).unwrap();
    let together = |work: &(dyn Fn() + Sync)| {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    (0..MANY).for_each(|_| work());
                });
            }
        });
    };
    together(&|| gauge.add(1.0).unwrap());
    together(&|| counter.inc_by(0.5).unwrap());
    together(&|| counter.inc());
    together(&|| summary.observe(0.5).unwrap());
    together(&|| histogram.observe(0.5).unwrap());
    let all = (THREADS * MANY) as f64;
    assert_eq!((gauge.value(), counter.value()), (all, all * 1.5));
    assert_eq!((summary.count() as f64, summary.sum()), (all, all / 2.0));
    assert_eq!((histogram.count() as f64, histogram.sum()), (all, all / 2.0));
}

#[test]
fn every_scrape_agrees_with_itself() {
    let registry = registry();
    // Many buckets: the longer a scrape reads, the more comes in meanwhile.
    let bounds = Buckets::new((1..200).map(f64::from)).unwrap();
    let histograms = registry.histogram(Spec::new("h", "x").labels(["of"]), bounds).unwrap();
    let counters = registry.counter(Spec::new("c", "x").labels(["of"])).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let recording: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (histograms, counters) = (&histograms, &counters);
                scope.spawn(move || {
                    for turn in 0..EACH {
                        let of = [["a", "b"][turn % 2]];
                        histograms.with(&of).unwrap().observe((turn % 4) as f64 + 0.5).unwrap();
                        counters.with(&of).unwrap().inc();
                        if turn % 64 == 0 {
                            let passing = format!("{thread}-{turn}");
                            counters.with(&[&passing]).unwrap().inc();
                            assert!(counters.remove(&[&passing]).unwrap());
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut scrapes = 0;
            let (mut before, mut last) = ((0.0, 0.0), false);
            while !last {
                last = done.load(Ordering::Acquire);
                let families = read(&registry.encode(Format::OpenMetrics), true);
                for of in ["a", "b"] {
                    let samples = families[0].samples.iter().filter(|sample| sample.label("of") == Some(of));
                    let value = |name: &str| -> Vec<f64> {
                        samples
                            .clone()
                            .filter(|sample| sample.name == name)
                            .map(|sample| sample.value)
                            .collect()
                    };
                    let (buckets, count) = (value("h_bucket"), value("h_count"));
                    assert!(buckets.is_sorted(), "{buckets:?}");
                    assert_eq!(buckets.last(), count.last());
                }
                // Counts never fall from scrape to scrape.
                let total = |family: usize, name: &str| -> f64 {
                    let samples = families[family].samples.iter();
                    let lasting = samples.filter(|sample| matches!(sample.label("of"), Some("a" | "b")));
                    lasting.filter(|sample| sample.name == name).map(|sample| sample.value).sum()
                };
                let now = (total(0, "h_count"), total(1, "c_total"));
                assert!(now.0 >= before.0 && now.1 >= before.1, "{before:?} {now:?}");
                before = now;
                scrapes += 1;
            }
            assert!(scrapes > 1);
            assert_eq!(before, ((THREADS * EACH) as f64, (THREADS * EACH) as f64));
        });
        for thread in recording {
            thread.join().unwrap();
        }
        done.store(true, Ordering::Release);
    });
    let names: Vec<Option<String>> = read(&registry.encode(Format::Text), false)[2]
        .samples
        .iter()
        .map(|sample| sample.label("of").map(str::to_owned))
        .collect();
    assert_eq!(names.len(), 2, "what passed is gone: {names:?}");
}
