//! Whatever is recorded, under whatever names and labels: a scrape reads it back.

mod prometheus_text;

use std::collections::BTreeMap;
use std::sync::Arc;

use mlops_core::{ManualClock, Timestamp};
use mlops_monitor::metrics::{Buckets, Escaping, Exposition, Format, Registry, Spec};
use prometheus_text::{Family, Sample, read};
use proptest::prelude::*;

const CREATED: i64 = 1_364_774_400_000_000;

fn registry() -> Registry {
    Registry::new(Arc::new(ManualClock::new(Timestamp::from_micros(CREATED))))
}

fn family<'a>(families: &'a [Family], name: &str) -> &'a Family {
    families.iter().find(|family| family.name == name).unwrap_or_else(|| panic!("{name} is missing"))
}

/// By the label values, in the order of `names`.
fn by_values(samples: &[Sample], suffixed: &str, names: &[String]) -> BTreeMap<Vec<String>, Vec<f64>> {
    let mut found: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.name == suffixed) {
        let values = names.iter().map(|name| sample.label(name).expect("each label is there").to_owned());
        found.entry(values.collect()).or_default().push(sample.value);
    }
    found
}

/// Any text; those that need escaping more often than by chance.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,12}", "[a\\\\\"\n{}=,# ]{0,8}", any::<String>()]
}

fn label_names() -> impl Strategy<Value = Vec<String>> {
    let name = prop_oneof!["[a-z]{1,6}", "m[a-z]", text().prop_filter("valid", |name| !name.is_empty())];
    let allowed = |name: &String| !name.starts_with("__") && name != "le" && name != "quantile";
    prop::collection::btree_set(name.prop_filter("not reserved", allowed), 1..4)
        .prop_map(|names| names.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

#[derive(Clone, Debug)]
struct Recorded {
    name: String,
    help: String,
    names: Vec<String>,
    /// Label values and what was recorded.
    events: Vec<(Vec<String>, f64)>,
}

fn recorded(value: impl Strategy<Value = f64> + Clone + 'static) -> impl Strategy<Value = Recorded> {
    let name = prop_oneof!["[a-z_:][a-z0-9_:]{0,8}", text().prop_filter("a name", |name| !name.is_empty())];
    // What is a counter's suffix is not part of its name.
    let name = name.prop_map(|name| format!("{name}x"));
    (name, text(), label_names()).prop_flat_map(move |(name, help, names)| {
        let values = prop::collection::vec(text(), names.len());
        let events = prop::collection::vec((values, value.clone()), 0..12);
        events.prop_map(move |events| {
            let (name, help, names) = (name.clone(), help.clone(), names.clone());
            Recorded { name, help, names, events }
        })
    })
}

impl Recorded {
    fn spec(&self) -> Spec {
        Spec::new(&self.name, &self.help).labels(&self.names)
    }

    fn events(&self) -> impl Iterator<Item = (Vec<&str>, f64)> {
        self.events.iter().map(|(values, value)| (values.iter().map(String::as_str).collect(), *value))
    }

    /// What was recorded under each set of values, in the order of the events.
    fn by_values(&self) -> BTreeMap<Vec<String>, Vec<f64>> {
        let mut found: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
        for (values, value) in &self.events {
            found.entry(values.clone()).or_default().push(*value);
        }
        found
    }
}

/// What the fold of each series' events is.
fn folded(recorded: &Recorded, fold: impl Fn(&[f64]) -> f64) -> BTreeMap<Vec<String>, Vec<f64>> {
    recorded.by_values().into_iter().map(|(values, events)| (values, vec![fold(&events)])).collect()
}

/// Both texts of the registry; the family itself, and its times of creation where they are apart.
fn both(registry: &Registry) -> [(Format, Vec<Family>); 2] {
    [Format::Text, Format::OpenMetrics].map(|format| {
        let text = registry.encode(format);
        (format, read(&text, format == Format::OpenMetrics))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn gauges(recorded in recorded(any::<u64>().prop_map(f64::from_bits))) {
        let registry = registry();
        let gauges = registry.gauge(recorded.spec()).unwrap();
        for (values, value) in recorded.events() {
            gauges.with(&values).unwrap().set(value);
        }
        let bits = |found: BTreeMap<Vec<String>, Vec<f64>>| -> Vec<_> {
            // One NaN is as good as another.
            let one = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
            found.into_iter().map(|(key, values)| (key, values.into_iter().map(one).collect::<Vec<_>>())).collect()
        };
        let last = folded(&recorded, |events| events[events.len() - 1]);
        for (_, families) in both(&registry) {
            prop_assert_eq!(families.len(), 1);
            prop_assert_eq!(&families[0].help, &recorded.help);
            prop_assert_eq!(families[0].kind.as_str(), "gauge");
            let read = by_values(&families[0].samples, &recorded.name, &recorded.names);
            prop_assert_eq!(bits(read), bits(last.clone()));
        }
    }

    #[test]
    fn counters(recorded in recorded((0_u32..4_000_000).prop_map(|quarters| f64::from(quarters) / 4.0))) {
        let registry = registry();
        let counters = registry.counter(recorded.spec()).unwrap();
        for (values, value) in recorded.events() {
            counters.with(&values).unwrap().inc_by(value).unwrap();
        }
        // Quarters add up without rounding, in any order.
        let totals = folded(&recorded, |events| events.iter().sum());
        let created = folded(&recorded, |_| CREATED as f64 / 1e6);
        let (total, create) = (format!("{}_total", recorded.name), format!("{}_created", recorded.name));
        for (format, families) in both(&registry) {
            let (counted, times) = match format {
                Format::OpenMetrics => (&recorded.name, &recorded.name),
                _ => (&total, &create),
            };
            prop_assert_eq!(family(&families, counted).kind.as_str(), "counter");
            prop_assert_eq!(&by_values(&family(&families, counted).samples, &total, &recorded.names), &totals);
            if !totals.is_empty() {
                let read = by_values(&family(&families, times).samples, &create, &recorded.names);
                prop_assert_eq!(&read, &created);
            }
        }
    }

    #[test]
    fn histograms_and_summaries(
        recorded in recorded((-40_i32..40).prop_map(|quarters| f64::from(quarters) / 4.0)),
        bounds in prop::collection::btree_set(-30_i32..30, 1..6),
    ) {
        let registry = registry();
        let bounds: Vec<f64> = bounds.into_iter().map(|quarters| f64::from(quarters) / 4.0).collect();
        let histograms = registry.histogram(recorded.spec(), Buckets::new(bounds.clone()).unwrap()).unwrap();
        let other = Recorded { name: format!("summary_of_{}", recorded.name), ..recorded.clone() };
        let summaries = registry.summary(other.spec()).unwrap();
        for (values, value) in recorded.events() {
            histograms.with(&values).unwrap().observe(value).unwrap();
            summaries.with(&values).unwrap().observe(value).unwrap();
        }
        let counts = folded(&recorded, |events| events.len() as f64);
        let sums = folded(&recorded, |events| events.iter().sum());
        let cumulative: BTreeMap<Vec<String>, Vec<f64>> = recorded.by_values().into_iter().map(|(values, events)| {
            let below = |bound: f64| events.iter().filter(|event| **event <= bound).count() as f64;
            (values, bounds.iter().copied().chain([f64::INFINITY]).map(below).collect())
        }).collect();
        for (_, families) in both(&registry) {
            for of in [&recorded, &other] {
                let samples = &family(&families, &of.name).samples;
                prop_assert_eq!(&by_values(samples, &format!("{}_count", of.name), &of.names), &counts);
                // A histogram below zero has no sum, for it could fall.
                let has_sum = of.name == other.name || bounds[0] >= 0.0;
                let expected = if has_sum { sums.clone() } else { BTreeMap::new() };
                prop_assert_eq!(by_values(samples, &format!("{}_sum", of.name), &of.names), expected);
            }
            let samples = &family(&families, &recorded.name).samples;
            let buckets = by_values(samples, &format!("{}_bucket", recorded.name), &recorded.names);
            prop_assert_eq!(&buckets, &cumulative);
        }
    }

    #[test]
    fn escaped_names_are_those_of_old(recorded in recorded(Just(1.0))) {
        let registry = registry();
        let gauges = registry.gauge(recorded.spec()).unwrap();
        for (values, value) in recorded.events() {
            gauges.with(&values).unwrap().set(value);
        }
        for escaping in [Escaping::Underscores, Escaping::Dots, Escaping::Values] {
            let text = registry.encode(Exposition::from(Format::Text).with_escaping(escaping));
            let is_old = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c));
            for family in read(&text, false) {
                prop_assert!(is_old(&family.name), "{}", family.name);
                let labels = family.samples.iter().flat_map(|sample| &sample.labels);
                for (label, _) in labels {
                    prop_assert!(is_old(label), "{}", label);
                }
                prop_assert_eq!(family.samples.len(), recorded.by_values().len());
            }
        }
    }
}

/// As `prometheus_client` 0.26.0 writes them with `escaping="allow-utf-8"`.
#[test]
fn unusual_names_stand_in_quotes() {
    let registry = Registry::without_created(Arc::new(ManualClock::new(Timestamp::from_micros(CREATED))));
    registry.counter(Spec::new("http.requests", "a")).unwrap().with(&[]).unwrap().inc();
    let temperature = registry.gauge(Spec::new("größe:x", "b").labels(["zone", "city.name"])).unwrap();
    temperature.with(&["z", "Zürich"]).unwrap().set(2.0);
    let seconds = Spec::new("t.s", "c").labels(["model.name"]);
    let histogram = registry.histogram(seconds, Buckets::new([1.0]).unwrap()).unwrap();
    histogram.with(&["m"]).unwrap().observe(0.5).unwrap();
    let text = r#"# HELP "http.requests_total" a
# TYPE "http.requests_total" counter
{"http.requests_total"} 1.0
# HELP "größe:x" b
# TYPE "größe:x" gauge
{"größe:x","city.name"="Zürich",zone="z"} 2.0
# HELP "t.s" c
# TYPE "t.s" histogram
{"t.s_bucket",le="1.0","model.name"="m"} 1.0
{"t.s_bucket",le="+Inf","model.name"="m"} 1.0
{"t.s_count","model.name"="m"} 1.0
{"t.s_sum","model.name"="m"} 0.5
"#;
    assert_eq!(registry.encode(Format::Text), text);
    let open_metrics = format!(
        "{}# EOF\n",
        text.replacen(
            "# HELP \"http.requests_total\" a\n# TYPE \"http.requests_total\"",
            "# HELP \"http.requests\" a\n# TYPE \"http.requests\"",
            1
        )
    );
    assert_eq!(registry.encode(Format::OpenMetrics), open_metrics);
}
