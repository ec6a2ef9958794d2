//! Recorded answers of reference tools, one test an area. `MLOPS_CASES` names another folder of them.
mod prometheus_text;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use mlops_cases::Tally;
use mlops_core::{ManualClock, Timestamp};
use mlops_monitor::metrics::{
    Buckets, Counter, Exposition, Family, Format, Gauge, Histogram, Registry, Result, Series, Spec, Summary,
};
use prometheus_text::Sample;
use serde::Deserialize;
use serde_json::Value;

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[derive(Deserialize)]
struct ExpositionCase {
    name: String,
    clock: f64,
    #[serde(default = "yes")]
    created: bool,
    #[serde(default)]
    expect_error: bool,
    #[serde(default)]
    metrics: Vec<Metric>,
    #[serde(default)]
    ops: Vec<Op>,
    expected: Expected,
    /// Parts that a later version of this test will know.
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Metric {
    kind: String,
    name: String,
    help: String,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    subsystem: String,
    #[serde(default)]
    unit: String,
    buckets: Option<Vec<Number>>,
}

#[derive(Deserialize)]
struct Op {
    m: usize,
    #[serde(rename = "op")]
    what: String,
    labels: Option<BTreeMap<String, String>>,
    value: Option<Number>,
    times: Option<usize>,
    values: Option<Vec<String>>,
    exemplar: Option<Value>,
}

/// A number, or the name of one that JSON can't hold.
#[derive(Clone, Copy, Deserialize)]
#[serde(transparent)]
struct Number(#[serde(with = "mlops_core::number")] f64);

#[derive(Deserialize)]
struct Expected {
    #[serde(rename = "text_0.0.4", default)]
    text: String,
    #[serde(rename = "openmetrics_1.0.0", default)]
    open_metrics: String,
}

enum Any {
    Counter(Family<Counter>),
    Gauge(Family<Gauge>),
    Histogram(Family<Histogram>),
    Summary(Family<Summary>),
}

impl Metric {
    fn register(&self, registry: &Registry) -> Result<Any> {
        let spec = Spec::new(&self.name, &self.help)
            .labels(&self.labels)
            .namespace(&self.namespace)
            .subsystem(&self.subsystem)
            .unit(&self.unit);
        Ok(match self.kind.as_str() {
            "counter" => Any::Counter(registry.counter(spec)?),
            "gauge" => Any::Gauge(registry.gauge(spec)?),
            "summary" => Any::Summary(registry.summary(spec)?),
            "histogram" => {
                let buckets = self.buckets.as_ref();
                let buckets = buckets.map_or(Ok(Buckets::default()), |bounds| {
                    Buckets::new(bounds.iter().map(|bound| bound.0))
                })?;
                Any::Histogram(registry.histogram(spec, buckets)?)
            }
            other => unreachable!("{other} is sorted out before"),
        })
    }
}

impl Op {
    /// Whether the four kinds have this operation.
    fn is_supported(&self) -> bool {
        matches!(
            self.what.as_str(),
            "inc" | "dec" | "set" | "observe" | "touch" | "remove" | "clear" | "reset"
        )
    }

    fn run(&self, metric: &Any) -> Result<()> {
        let value = |otherwise: f64| self.value.map_or(otherwise, |value| value.0);
        match (metric, self.what.as_str()) {
            (Any::Counter(family), "inc") => self.series(family)?.inc_by(value(1.0)),
            (Any::Counter(family), "reset") => {
                let labels = self.labels.iter().flatten();
                family.reset(&labels.map(|(_, value)| value.as_str()).collect::<Vec<_>>())
            }
            (Any::Gauge(family), "inc") => self.series(family)?.add(value(1.0)),
            (Any::Gauge(family), "dec") => self.series(family)?.add(-value(1.0)),
            (Any::Gauge(family), "set") => {
                self.series(family)?.set(value(f64::NAN));
                Ok(())
            }
            (Any::Histogram(family), "observe") => self.series(family)?.observe(value(f64::NAN)),
            (Any::Summary(family), "observe") => self.series(family)?.observe(value(f64::NAN)),
            (Any::Counter(family), _) => self.manage(family),
            (Any::Gauge(family), _) => self.manage(family),
            (Any::Histogram(family), _) => self.manage(family),
            (Any::Summary(family), _) => self.manage(family),
        }
    }

    fn series<S: Series>(&self, family: &Family<S>) -> Result<S> {
        let Some(labels) = &self.labels else { return family.with(&[]) };
        let labels: Vec<(&str, &str)> =
            labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        family.with_labels(&labels)
    }

    fn manage<S: Series>(&self, family: &Family<S>) -> Result<()> {
        match self.what.as_str() {
            "touch" => self.series(family).map(drop),
            "clear" => {
                family.clear();
                Ok(())
            }
            "remove" => {
                let values = self.values.iter().flatten().map(String::as_str);
                family.remove(&values.collect::<Vec<_>>()).map(drop)
            }
            other => panic!("{other} of {}", family.name()),
        }
    }
}

impl ExpositionCase {
    /// What of the case is not known to this test.
    fn unsupported(&self) -> Option<String> {
        let parts = ["families", "target_info", "only_names"];
        let part = parts.iter().find(|part| self.other.contains_key(**part)).map(ToString::to_string);
        let kinds = self.metrics.iter().map(|metric| &metric.kind);
        let kind = kinds.into_iter().find(|kind| matches!(kind.as_str(), "info" | "enum")).cloned();
        let op = self.ops.iter().find(|op| !op.is_supported()).map(|op| op.what.clone());
        let exemplar = self.ops.iter().find(|op| op.exemplar.is_some()).map(|_| "exemplar".to_owned());
        part.or(kind).or(op).or(exemplar)
    }

    fn run(&self) -> Result<Registry> {
        #[expect(clippy::cast_possible_truncation, reason = "a moment of this century")]
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros((self.clock * 1e6).round() as i64)));
        let registry = if self.created { Registry::new(clock) } else { Registry::without_created(clock) };
        let metrics: Vec<Any> =
            self.metrics.iter().map(|metric| metric.register(&registry)).collect::<Result<_>>()?;
        for op in &self.ops {
            for _ in 0..op.times.unwrap_or(1) {
                op.run(&metrics[op.m])?;
            }
        }
        Ok(registry)
    }

    /// Compares; how many of the texts are equal byte by byte.
    fn compare(&self, tally: &mut Tally) -> usize {
        let name = &self.name;
        if let Some(what) = self.unsupported() {
            tally.unsupported(format!("{name}: {what}"));
            return 0;
        }
        let registry = match self.run() {
            Err(_) if self.expect_error => {
                tally.check(true, String::new);
                return 0;
            }
            Err(error) => {
                tally.check(false, || format!("{name}: {error}"));
                return 0;
            }
            Ok(_) if self.expect_error => {
                tally.check(false, || format!("{name}: no error"));
                return 0;
            }
            Ok(registry) => registry,
        };
        let mut exact = 0;
        for (format, expected) in
            [(Format::Text, &self.expected.text), (Format::OpenMetrics, &self.expected.open_metrics)]
        {
            let ours = registry.encode(format);
            compare_texts(tally, &format!("{name}: {format:?}"), &ours, expected, format);
            exact += usize::from(ours == *expected);
        }
        exact
    }
}

/// Header lines byte by byte, families in their order, the samples of a series in theirs.
fn compare_texts(tally: &mut Tally, name: &str, ours: &str, expected: &str, format: Format) {
    let open_metrics = format == Format::OpenMetrics;
    let ours = prometheus_text::read(ours, open_metrics);
    let expected = prometheus_text::read(expected, open_metrics);
    tally.check(ours.len() == expected.len(), || format!("{name}: {} families", ours.len()));
    for (ours, expected) in ours.iter().zip(&expected) {
        let family = &expected.name;
        for (place, line) in expected.header.iter().enumerate() {
            tally.check(ours.header.get(place) == Some(line), || format!("{name}: {line}"));
        }
        let additional =
            ours.header.len() + ours.samples.len() > expected.header.len() + expected.samples.len();
        tally.check(!additional, || format!("{name}: {family} has more lines"));
        let sorted = ours.samples.iter().all(|sample| sample.labels.is_sorted());
        tally.check(sorted, || format!("{name}: labels of {family} are not in order"));
        let mut seen = BTreeMap::new();
        for sample in &expected.samples {
            let nth: &mut usize = seen.entry(sample.series()).or_default();
            let of_series = ours.samples.iter().filter(|other| other.series() == sample.series());
            let same = of_series.into_iter().nth(*nth).is_some_and(|other| is_same(other, sample));
            tally.check(same, || format!("{name}: {sample:?}"));
            *nth += 1;
        }
    }
}

fn is_same(ours: &Sample, expected: &Sample) -> bool {
    // Bit by bit but for the sign of zero, which is nobody's concern.
    let equal = (ours.value + 0.0).to_bits() == (expected.value + 0.0).to_bits();
    ours.name == expected.name && ours.label("le") == expected.label("le") && equal
}

#[derive(Deserialize)]
struct NegotiationCase {
    name: String,
    negotiation: Vec<Negotiation>,
}

#[derive(Deserialize)]
struct Negotiation {
    accept: Option<String>,
    content_type: String,
    format: String,
}

impl NegotiationCase {
    /// Media type, version and format; the escaping and OpenMetrics 2.0.0 are optional.
    fn compare(&self, tally: &mut Tally) {
        for Negotiation { accept, content_type, format } in &self.negotiation {
            let ours = Exposition::negotiate(accept.as_deref());
            let expected_format = if format == "openmetrics" { Format::OpenMetrics } else { Format::Text };
            let required = |content_type: &str| content_type.split("; escaping=").next().map(str::to_owned);
            let is_optional = content_type.contains("version=2.0.0");
            let same = is_optional || required(&ours.content_type()) == required(content_type);
            tally.check(ours.format() == expected_format && same, || {
                format!("{}: {accept:?} gives {}, not {content_type}", self.name, ours.content_type())
            });
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyCase {
    Negotiation(NegotiationCase),
    Exposition(Box<ExpositionCase>),
}

/// The rest of the area belongs to a later issue.
#[test]
fn monitor_exposition() {
    let area = "monitor/exposition";
    let Some(mut files) = mlops_cases::files(area, env!("CARGO_MANIFEST_DIR")) else { return };
    // The parts of the area that are read so far.
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("seed_")));
    if files.is_empty() {
        return mlops_cases::absent(area);
    }
    let mut tally = Tally::default();
    let (mut exact, mut texts) = (0, 0);
    for file in &files {
        match read(file) {
            AnyCase::Negotiation(case) => case.compare(&mut tally),
            AnyCase::Exposition(case) => {
                exact += case.compare(&mut tally);
                texts += if case.expect_error { 0 } else { 2 };
            }
        }
    }
    println!("{exact} of {texts} texts of {area} are equal byte by byte");
    tally.conclude(area);
}
