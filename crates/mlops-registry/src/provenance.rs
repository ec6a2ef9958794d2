//! Where things come from that were not made here.

use mlops_core::{Digest, Principal, Timestamp};
use serde::{Deserialize, Serialize};

/// That an experiment, a run, a model or a version was taken over from another system, and
/// what that system said of it.
///
/// It stands in the record itself, which no call changes: what was imported stays told apart
/// from what was made here. What it says is the word of the other system, that nobody here
/// has checked; who took it over, and when, is the word of this registry, in the audit log too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Imported {
    /// Which system, such as `mlflow`.
    pub system: String,
    /// What it is called there: for MLflow the id of an experiment or of a run, the name of
    /// a model, or `name/number` of a version.
    pub id: String,
    /// The digest of the database or of the folder that it was read from.
    pub source: Digest,
    /// Who made it, as that system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When, as that system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last, as that system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The stage that a version had there, such as `Production`. It gives no right here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Where its files lay there, such as the URI of a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What else that system kept of it, by name: for MLflow the `run_link` of a version, the
    /// program that a run ran.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub more: std::collections::BTreeMap<String, String>,
    /// Who took it over.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
}
