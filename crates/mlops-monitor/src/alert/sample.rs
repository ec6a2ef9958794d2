use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Names and values that tell series apart. A label with an empty value is no label.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Sets a label; an empty value takes it away.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        if value.is_empty() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, value);
        }
    }

    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut labels = Self::default();
        for (name, value) in pairs {
            labels.set(name, value);
        }
        labels
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// `{model_name="flight-delay", model_version="1.0.0"}`
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{name}={value:?}")?;
        }
        f.write_str("}")
    }
}

/// What a series shows at the moment of an evaluation.
///
/// ```
/// use mlops_monitor::Sample;
/// let gap = Sample::new(0.029).label("model_version", "1.0.0").count(27_578);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub(super) labels: Labels,
    pub(super) value: f64,
    pub(super) count: Option<u64>,
    pub(super) words: Option<String>,
}

impl Sample {
    /// A value of the series without labels; NaN is a value like others.
    pub fn new(value: f64) -> Self {
        Self { labels: Labels::default(), value, count: None, words: None }
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.set(name, value);
        self
    }

    /// Out of how many observations the value was made; see [`AlertRule::at_least`](super::AlertRule::at_least).
    #[must_use]
    pub const fn count(mut self, observations: u64) -> Self {
        self.count = Some(observations);
        self
    }

    /// What an alert says of it, in place of the words that the rule finds.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.words = Some(words.into());
        self
    }

    /// The labels of its series.
    pub const fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The value.
    pub const fn value(&self) -> f64 {
        self.value
    }
}
