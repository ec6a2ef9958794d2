use std::sync::Arc;

use mlops_core::{Digest, Severity, canonical};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Judge;
use super::document::{self, Fields, Unique};
use super::findings::SEVERITIES;
use super::resampling::Resampling;
use super::rule::Rule;
use crate::{Error, Result};

/// How many checks one file may have.
const MOST_CHECKS: usize = 1_000;

/// The checks that every candidate of a model has to stand, declared before anyone looks.
///
/// Read from a file with [`from_json`](Self::from_json), or as part of another document by
/// serde. Written, it is complete: every default is spelled out, but for
/// `method`, `unit` and `source`, which are left out where the file has none. The
/// [`digest`](Self::digest) is of that.
#[derive(Clone)]
pub struct Gate {
    definition: Definition,
    digest: Digest,
    judges: Vec<(String, Arc<dyn Judge>)>,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Definition {
    gate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_threshold: Option<f64>,
    resampling: Resampling,
    checks: Vec<Entry>,
}

/// One check of a gate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) severity: Severity,
    #[serde(flatten)]
    pub(super) rule: Rule,
}

impl Gate {
    /// Reads a gate file.
    ///
    /// # Errors
    /// [`Error::Parse`] if it is no JSON or a key stands twice; [`Error::Invalid`] for the
    /// first thing that is unknown, missing, of the wrong type or out of range, with its
    /// place and, for a name, the nearest that is known.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_value(document::read("gate", text)?)
    }

    fn from_value(document: Value) -> Result<Self> {
        let mut fields = Fields::of("", document)?;
        let gate = fields.text("gate")?;
        let gate = fields.needed("gate", gate, "the name of the gate")?;
        let probability = |threshold: f64| (0.0..=1.0).contains(&threshold);
        let threshold = fields.number("decision_threshold", probability, "a probability, 0 to 1")?;
        let resampling = match fields.value("resampling") {
            None => Resampling::default(),
            Some(value) => Resampling::read(Fields::of("resampling", value)?)?,
        };
        let list = match fields.value("checks") {
            Some(Value::Array(list)) if (1..=MOST_CHECKS).contains(&list.len()) => list,
            Some(Value::Array(list)) => {
                let found = format!("a list of {}", list.len());
                return Err(fields.invalid("checks", found, format!("1 to {MOST_CHECKS} checks")));
            }
            Some(other) => return Err(fields.invalid("checks", other, "a list of checks")),
            None => return Err(fields.invalid("checks", "missing", "a list of checks")),
        };
        fields.finish()?;
        let mut checks: Vec<Entry> = Vec::with_capacity(list.len());
        for (index, value) in list.into_iter().enumerate() {
            let fields = Fields::of(format!("checks[{index}]"), value)?;
            let entry = Entry::read(fields, threshold, &resampling)?;
            if let Some(first) = checks.iter().position(|other| other.name == entry.name) {
                let path = format!("checks[{index}].name");
                let expected = format!("another name than that of checks[{first}]");
                return Err(Error::invalid("gate", path, format!("{:?}", entry.name), expected));
            }
            checks.push(entry);
        }
        let definition = Definition { gate, decision_threshold: threshold, resampling, checks };
        let digest = canonical::digest(&definition)
            .map_err(|error| Error::invalid("gate", "the file", error, "what has a canonical form"))?;
        Ok(Self { definition, digest, judges: Vec::new() })
    }

    /// Answers the check of kind `custom` that has this name.
    ///
    /// # Errors
    /// [`Error::Input`] if the gate has no such check.
    ///
    /// ```
    /// use mlops_core::{Check, Outcome, Severity};
    /// use mlops_validate::gate::{Candidate, Gate};
    /// let gate = Gate::from_json(r#"{"gate": "g", "checks": [{"kind": "custom", "name": "saves money"}]}"#)?
    ///     .judged_by("saves money", |candidate: &Candidate<'_>| {
    ///         let flights = candidate.labels().len();
    ///         let outcome = if flights > 1_000 { Outcome::Passed } else { Outcome::Inconclusive };
    ///         Ok(Check::new("", Severity::Critical, outcome).because(format!("{flights} flights")))
    ///     })?;
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    pub fn judged_by(mut self, name: &str, judge: impl Judge + 'static) -> Result<Self> {
        let is_custom = |entry: &&Entry| matches!(entry.rule, Rule::Custom(_));
        let customs: Vec<&str> =
            self.entries().iter().filter(is_custom).map(|entry| entry.name.as_str()).collect();
        if !customs.contains(&name) {
            let has = if customs.is_empty() { "none".to_owned() } else { customs.join(", ") };
            let reason = format!("{name:?} is no check of kind custom of the gate, which has {has}");
            return Err(Error::input("judge", reason));
        }
        self.judges.retain(|(other, _)| other != name);
        self.judges.push((name.to_owned(), Arc::new(judge)));
        Ok(self)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition.gate
    }

    /// The digest of its canonical form, which stands in every verdict of it.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The names of its checks, in order.
    pub fn checks(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries().iter().map(|entry| entry.name.as_str())
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.definition.checks
    }

    pub(super) const fn decision_threshold(&self) -> Option<f64> {
        self.definition.decision_threshold
    }

    pub(super) const fn resampling(&self) -> &Resampling {
        &self.definition.resampling
    }

    pub(super) fn judge(&self, name: &str) -> Option<&dyn Judge> {
        self.judges.iter().find(|(other, _)| other == name).map(|(_, judge)| judge.as_ref())
    }
}

impl Entry {
    fn read(mut fields: Fields, threshold: Option<f64>, resampling: &Resampling) -> Result<Self> {
        let rule = Rule::read(&mut fields, threshold, resampling)?;
        let name = fields.text("name")?.or_else(|| rule.name());
        let name = fields.needed("name", name, "the name under which its judge is given")?;
        let severity = fields.word("severity", &SEVERITIES)?.unwrap_or(Severity::Critical);
        fields.finish()?;
        Ok(Self { name, severity, rule })
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let judges: Vec<&str> = self.judges.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Gate")
            .field("definition", &self.definition)
            .field("judges", &judges)
            .finish_non_exhaustive()
    }
}

impl Serialize for Gate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.definition.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Gate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unique(document) = Unique::deserialize(deserializer)?;
        Self::from_value(document).map_err(serde::de::Error::custom)
    }
}
