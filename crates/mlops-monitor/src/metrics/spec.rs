use super::number::push_number;
use super::{Error, Kind, Result};

/// What a family is called, and which labels tell its series apart.
///
/// Names and label names may be any UTF-8 but for the empty string; those outside
/// `[a-zA-Z0-9_:]` are quoted in the exposition, which Prometheus reads from 3.0 on.
///
/// ```
/// use mlops_monitor::metrics::Spec;
/// // Exposed as `serving_model_memory_bytes`.
/// let spec = Spec::new("memory", "Memory in use")
///     .namespace("serving")
///     .subsystem("model")
///     .unit("bytes")
///     .labels(["model_name"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Spec {
    name: String,
    help: String,
    labels: Vec<String>,
    namespace: String,
    subsystem: String,
    unit: String,
}

impl Spec {
    /// A family without labels. A counter may be named with `_total` or without: it is exposed with it.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            help: help.into(),
            labels: Vec::new(),
            namespace: String::new(),
            subsystem: String::new(),
            unit: String::new(),
        }
    }

    /// The label names; values are given in this order, and exposed in that of the names.
    pub fn labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    /// Stands before the name, and before the subsystem: `namespace_subsystem_name`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Stands before the name, after the namespace.
    pub fn subsystem(mut self, subsystem: impl Into<String>) -> Self {
        self.subsystem = subsystem.into();
        self
    }

    /// Base unit such as `seconds`; put behind the name if it is not there already.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Checks the definition as that of a `kind`.
    pub(super) fn define(self, kind: Kind) -> Result<Definition> {
        let base = self.base(kind);
        let invalid = |what, value: &str, expected| {
            let (metric, value) = (self.name.clone(), value.to_owned());
            Err(Error::Definition { what, metric, value, expected })
        };
        if self.name.is_empty() || base.is_empty() {
            return invalid("name", &self.name, "at least one character besides `_total`");
        }
        for (at, label) in self.labels.iter().enumerate() {
            if label.is_empty() {
                return invalid("label name", label, "at least one character");
            }
            if label.starts_with("__") {
                return invalid("label name", label, "no `__` at the start, which is reserved");
            }
            if kind.reserved_label() == Some(label) {
                return invalid("label name", label, "another name: the exposition uses this one itself");
            }
            if self.labels[..at].contains(label) {
                return invalid("label name", label, "each label once");
            }
        }
        let mut sorted: Vec<usize> = (0..self.labels.len()).collect();
        sorted.sort_unstable_by(|a, b| self.labels[*a].cmp(&self.labels[*b]));
        Ok(Definition { kind, base, help: self.help, labels: self.labels, sorted, unit: self.unit })
    }

    /// The name without the suffixes of the kind: what OpenMetrics calls the family.
    fn base(&self, kind: Kind) -> String {
        let mut name = String::new();
        for part in [&self.namespace, &self.subsystem] {
            if !part.is_empty() {
                name.push_str(part);
                name.push('_');
            }
        }
        name.push_str(&self.name);
        if kind == Kind::Counter
            && let Some(stripped) = name.strip_suffix("_total")
        {
            name.truncate(stripped.len());
        }
        let has_unit = name.strip_suffix(self.unit.as_str()).is_some_and(|rest| rest.ends_with('_'));
        if !self.unit.is_empty() && !has_unit {
            name.push('_');
            name.push_str(&self.unit);
        }
        name
    }
}

/// A definition that was checked.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) kind: Kind,
    /// The name without the suffixes of the kind.
    pub(super) base: String,
    pub(super) help: String,
    /// In the order in which values are given.
    pub(super) labels: Vec<String>,
    /// Places in `labels`, in the order in which they are exposed.
    pub(super) sorted: Vec<usize>,
    pub(super) unit: String,
}

impl Definition {
    /// All names under which the family may expose something, its own first.
    pub(super) fn exposed(&self) -> Vec<String> {
        let base = &self.base;
        let suffixed = self.kind.suffixes().iter().map(|suffix| format!("{base}{suffix}"));
        std::iter::once(base.clone()).chain(suffixed).collect()
    }
}

/// Upper bounds of a histogram's buckets, ascending, each inclusive; the last one is +∞.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    bounds: Box<[f64]>,
    /// As the label `le` says them.
    texts: Box<[String]>,
}

impl Buckets {
    /// The bounds; +∞ is added if it is missing.
    ///
    /// # Errors
    /// [`Error::Buckets`] if they are not ascending, contain NaN, or there is none but +∞.
    pub fn new(bounds: impl IntoIterator<Item = f64>) -> Result<Self> {
        let mut bounds: Vec<f64> = bounds.into_iter().collect();
        // `<` is false for NaN too, so that only a proper order passes.
        if !bounds.windows(2).all(|pair| pair[0] < pair[1]) || bounds.iter().any(|bound| bound.is_nan()) {
            return Err(Error::Buckets { bounds, expected: "each greater than the one before, none NaN" });
        }
        if bounds.last() != Some(&f64::INFINITY) {
            bounds.push(f64::INFINITY);
        }
        if bounds.len() < 2 {
            return Err(Error::Buckets { bounds, expected: "at least one finite bound" });
        }
        let text = |bound: &f64| {
            let mut text = String::new();
            push_number(&mut text, *bound);
            text
        };
        Ok(Self { texts: bounds.iter().map(text).collect(), bounds: bounds.into() })
    }

    /// The bounds, +∞ included.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The first bucket whose bound is not below `value`, which is not NaN.
    pub(super) fn place(&self, value: f64) -> usize {
        // A handful of bounds: walking them beats halving.
        self.bounds.iter().take_while(|bound| value > **bound).count()
    }
}

/// 5 ms to 10 s: what Prometheus clients take for the latency of requests.
impl Default for Buckets {
    fn default() -> Self {
        let bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
        Self::new(bounds).expect("ascending and finite")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(spec: Spec, kind: Kind) -> String {
        spec.define(kind).unwrap_err().to_string()
    }

    #[test]
    fn names_are_put_together_as_the_python_client_does() {
        let base = |spec: Spec, kind| spec.define(kind).unwrap().base;
        assert_eq!(base(Spec::new("c_total", ""), Kind::Counter), "c");
        assert_eq!(base(Spec::new("c_total", ""), Kind::Gauge), "c_total");
        assert_eq!(base(Spec::new("cost_dollars_total", "").unit("dollars"), Kind::Counter), "cost_dollars");
        assert_eq!(base(Spec::new("dollars", "").unit("dollars"), Kind::Gauge), "dollars_dollars");
        let full = Spec::new("t", "").namespace("a").subsystem("b").unit("seconds");
        assert_eq!(base(full, Kind::Summary), "a_b_t_seconds");
        assert_eq!(base(Spec::new("größe in %", ""), Kind::Gauge), "größe in %");
    }

    #[test]
    fn what_can_not_be_exposed_is_not_defined() {
        assert!(error(Spec::new("", "x"), Kind::Gauge).contains("name \"\""));
        assert!(error(Spec::new("_total", "x"), Kind::Counter).contains("besides `_total`"));
        let labels = |label: &str| Spec::new("m", "x").labels([label]);
        assert!(error(labels(""), Kind::Gauge).contains("at least one character"));
        assert!(error(labels("__name"), Kind::Gauge).contains("reserved"));
        assert!(error(labels("le"), Kind::Histogram).contains("uses this one itself"));
        assert!(error(labels("quantile"), Kind::Summary).contains("uses this one itself"));
        assert!(labels("le").define(Kind::Counter).is_ok());
        assert!(error(Spec::new("m", "x").labels(["a", "b", "a"]), Kind::Gauge).contains("each label once"));
    }

    #[test]
    fn bounds_ascend_and_end_in_infinity() {
        assert_eq!(Buckets::new([1.0]).unwrap().bounds(), [1.0, f64::INFINITY]);
        assert_eq!(Buckets::new([1.0, f64::INFINITY]).unwrap().texts(), ["1.0", "+Inf"]);
        for bad in [&[1.0, 0.5][..], &[1.0, 1.0], &[f64::NAN], &[1.0, f64::NAN], &[], &[f64::INFINITY]] {
            assert!(matches!(Buckets::new(bad.iter().copied()), Err(Error::Buckets { .. })), "{bad:?}");
        }
        let buckets = Buckets::new([0.0, 1.0]).unwrap();
        let placed =
            [f64::NEG_INFINITY, -0.0, 0.0, 1e-300, 1.0, 1.1, f64::INFINITY].map(|v| buckets.place(v));
        assert_eq!(placed, [0, 0, 0, 1, 1, 2, 2]);
    }
}
