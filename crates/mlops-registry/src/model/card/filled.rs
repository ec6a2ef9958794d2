use std::collections::BTreeMap;

use mlops_core::{Outcome, Version};

use super::{ModelCard, RecordedCard};
use crate::model::signature::Field;
use crate::model::{ModelVersion, VersionStage};
use crate::promotion::{Promotion, RecordedEvidence};

/// A card with all that the registry knows of its version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FilledCard {
    /// The version, with signature, lineage and run.
    pub version: ModelVersion,
    /// Where it stands.
    pub stage: VersionStage,
    /// What people have written; `None` if nobody has.
    pub written: Option<RecordedCard>,
    /// The description that holds now.
    pub description: String,
    /// The tags of the version.
    pub tags: BTreeMap<String, String>,
    /// The verdicts on it.
    pub evidence: Vec<RecordedEvidence>,
    /// The times that it was in production.
    pub promotions: Vec<Promotion>,
    /// The metrics of the versions up to this one, in the order of their registration.
    pub versions: Vec<(Version, BTreeMap<String, f64>)>,
}

/// A row of a table of checks: gate, check, observed, expected, outcome.
pub(super) type CheckRow = (String, String, Option<f64>, String, Outcome);

impl FilledCard {
    /// What people have written; empty if nobody has.
    pub fn card(&self) -> ModelCard {
        self.written.as_ref().map(|written| written.card.clone()).unwrap_or_default()
    }

    pub(super) fn title(&self) -> String {
        format!("{} {}", self.version.model, self.version.version)
    }

    /// What there is to say in a word, by name.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let version = &self.version;
        let mut facts = vec![
            ("model".to_owned(), version.model.to_string()),
            ("version".to_owned(), format!("{} (number {})", version.version, version.number)),
            ("stage".to_owned(), format!("{} since {}", self.stage.stage, self.stage.since)),
        ];
        let mut fact = |name: &str, value: String| {
            if !value.is_empty() {
                facts.push((name.to_owned(), value));
            }
        };
        fact("flavour", version.flavour.clone());
        fact("framework", version.framework.as_ref().map(ToString::to_string).unwrap_or_default());
        fact("artifact", version.artifact.to_string());
        fact("run", version.run.to_string());
        fact("trained by", version.made_by.to_string());
        fact("registered", format!("by {} at {}", version.registered_by, version.registered_at));
        fact("trained on", version.lineage.window.map(|window| window.to_string()).unwrap_or_default());
        fact("license", self.card().license);
        for promotion in &self.promotions {
            let names: Vec<_> = promotion.approved_by.iter().map(ToString::to_string).collect();
            let word = if promotion.rollback.is_some() { "put back" } else { "in production" };
            let how = match &promotion.emergency {
                Some(reason) => format!("in an emergency: {reason}"),
                None if names.is_empty() => "approved by nobody".to_owned(),
                None => format!("approved by {}", names.join(", ")),
            };
            fact(word, format!("{}, {how}", promotion.promoted_at));
            if let Some(end) = &promotion.ended {
                fact("out of production", format!("{}, by {}: {}", end.at, end.by, end.reason));
            }
        }
        if let Some(written) = &self.written {
            fact("card", format!("by {} at {}", written.by, written.at));
        }
        for (name, value) in &self.tags {
            fact(&format!("tag {name}"), value.clone());
        }
        facts
    }

    /// The columns of the signature: side, name, type, whether it must be there.
    pub(super) fn columns(&self) -> Vec<(&'static str, String, String, &'static str)> {
        let Some(signature) = &self.version.signature else { return Vec::new() };
        let row = |side, (place, field): (usize, &Field)| {
            let name = field.name.clone().unwrap_or_else(|| format!("#{}", place + 1));
            let required = if field.required { "required" } else { "optional" };
            (side, name, field.kind.to_string(), required)
        };
        let inputs = signature.inputs().iter().enumerate().map(|field| row("input", field));
        let outputs = signature.outputs().iter().enumerate().map(|field| row("output", field));
        inputs.chain(outputs).collect()
    }

    /// What the gates have seen.
    pub(super) fn checks(&self) -> Vec<CheckRow> {
        let mut rows = Vec::new();
        for recorded in &self.evidence {
            // One that can't be read says so itself where it is used; here it is left out.
            let Ok(verdict) = recorded.evidence.verdict() else { continue };
            for check in verdict.checks {
                rows.push((recorded.gate.clone(), check.name, check.observed, check.expected, check.outcome));
            }
        }
        rows
    }
}
