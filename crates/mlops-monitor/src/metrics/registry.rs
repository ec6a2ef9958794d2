use std::collections::HashSet;
use std::sync::Arc;

use mlops_core::Clock;
use parking_lot::RwLock;

use super::exposition::Collect;
use super::series::sealed::Sealed;
use super::{Buckets, Counter, Error, Exposition, Family, Gauge, Histogram, Result, Series, Spec, Summary};

/// The metrics of a process, or of a part of it: families in the order of their registration.
///
/// A handle: a clone is the same registry. There is no global one; it is passed to what
/// records and to what answers the scrape.
///
/// ```
/// use std::sync::Arc;
/// use mlops_core::ManualClock;
/// use mlops_monitor::metrics::{Format, Registry, Spec};
///
/// let registry = Registry::new(Arc::new(ManualClock::new("2013-04-01".parse()?)));
/// let requests = registry.counter(Spec::new("requests", "Requests").labels(["path"]))?;
/// let predict = requests.with(&["/predict"])?; // keep it: recording takes no lock
/// predict.inc();
/// let text = registry.encode(Format::OpenMetrics);
/// let lines: Vec<&str> = text.lines().collect();
/// assert_eq!(lines, [
///     "# HELP requests Requests",
///     "# TYPE requests counter",
///     r#"requests_total{path="/predict"} 1.0"#,
///     r#"requests_created{path="/predict"} 1.3647744e+09"#,
///     "# EOF",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Arc<dyn Clock>,
    with_created: bool,
    families: RwLock<Families>,
}

#[derive(Debug, Default)]
struct Families {
    /// In the order of registration.
    collectors: Vec<Arc<dyn Collect>>,
    /// All names under which they may expose something.
    names: HashSet<String>,
}

impl Registry {
    /// An empty registry; series are created at the time of `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::build(clock, true)
    }

    /// An empty registry that does not expose when series were created: two thirds of the
    /// text where series are counters, and Prometheus does not need them by default.
    pub fn without_created(clock: Arc<dyn Clock>) -> Self {
        Self::build(clock, false)
    }

    fn build(clock: Arc<dyn Clock>, with_created: bool) -> Self {
        Self(Arc::new(Inner { clock, with_created, families: RwLock::default() }))
    }

    /// A new family of counters.
    ///
    /// # Errors
    /// [`Error::Definition`] if it can't be exposed, [`Error::Duplicate`] if another family
    /// exposes one of its names: `c` and `c_total` are the same counter.
    pub fn counter(&self, spec: Spec) -> Result<Family<Counter>> {
        self.register(spec, ())
    }

    /// A new family of gauges.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn gauge(&self, spec: Spec) -> Result<Family<Gauge>> {
        self.register(spec, ())
    }

    /// A new family of histograms.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn histogram(&self, spec: Spec, buckets: Buckets) -> Result<Family<Histogram>> {
        self.register(spec, Arc::new(buckets))
    }

    /// A new family of summaries: count and sum.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn summary(&self, spec: Spec) -> Result<Family<Summary>> {
        self.register(spec, ())
    }

    fn register<S: Series>(&self, spec: Spec, shape: S::Shape) -> Result<Family<S>> {
        let definition = spec.define(<S as Sealed>::KIND)?;
        let exposed = definition.exposed();
        let mut families = self.0.families.write();
        if let Some(name) = exposed.iter().find(|name| families.names.contains(*name)) {
            return Err(Error::Duplicate { metric: definition.base, name: name.clone() });
        }
        families.names.extend(exposed);
        let family = Family::new(definition, shape, Arc::clone(&self.0.clock));
        families.collectors.push(family.collector());
        Ok(family)
    }

    /// All metrics as they are now, as text for Prometheus: a [`Format`](super::Format), or
    /// what [`Exposition::negotiate`] says.
    ///
    /// Series are read one after the other while others record: each number is current,
    /// a histogram's buckets and count agree, but a sum may be ahead of its count.
    pub fn encode(&self, exposition: impl Into<Exposition>) -> String {
        let mut out = String::new();
        self.encode_into(&mut out, exposition);
        out
    }

    /// The same behind what is in `out`, which is worth keeping from scrape to scrape.
    pub fn encode_into(&self, out: &mut String, exposition: impl Into<Exposition>) {
        let exposition = exposition.into();
        let collectors = self.0.families.read().collectors.clone();
        for collector in collectors {
            collector.write(out, exposition, self.0.with_created);
        }
        if exposition.is_open_metrics() {
            out.push_str("# EOF\n");
        }
    }
}
