//! What a report asks, and what the records answer.

mod control;
mod origin;
mod purpose;
mod service;

use super::Proof;
use super::dossier::Dossier;
use crate::Result;

/// What can be asked of the records of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// It is registered, and stands somewhere.
    Registration,
    /// The data sets that it was made from.
    Data,
    /// What it takes and gives.
    Schema,
    /// Parameters, metrics and environment of its run.
    Run,
    /// The commit of its sources.
    Sources,
    /// The card says what it is for.
    Purpose,
    /// The card says where it is wrong.
    Limits,
    /// The card says whom it may harm.
    Harm,
    /// The card says who answers for it.
    Owner,
    /// There is a card at all.
    Card,
    /// What is different from the version before.
    Description,
    /// What production takes.
    Policy,
    /// The verdicts that it takes.
    Verdicts,
    /// It was compared with what came true.
    Outcomes,
    /// It ran beside the one in production.
    Trial,
    /// Someone asked for it to be put into production.
    Request,
    /// Others said yes.
    Approvals,
    /// None of them has made it.
    Separation,
    /// Who may do what.
    Access,
    /// What was approved is what is in production.
    Deployed,
    /// Trusted keys have signed it.
    Signature,
    /// There is a version to go back to.
    Rollback,
    /// Emergencies are reviewed.
    Emergencies,
    /// What it answered was looked at.
    Monitoring,
    /// Nobody has rewritten anything.
    Log,
}

/// The answer.
pub(super) enum Finding {
    Found(Vec<Proof>),
    Missing {
        /// What is to be done.
        to_do: String,
        /// What is there all the same.
        found: Vec<Proof>,
    },
}

fn missing(to_do: impl Into<String>) -> Finding {
    Finding::Missing { to_do: to_do.into(), found: Vec::new() }
}

fn found_or(found: Vec<Proof>, to_do: &str) -> Finding {
    if found.is_empty() { missing(to_do) } else { Finding::Found(found) }
}

impl Question {
    pub(super) fn look(self, of: &Dossier) -> Result<Finding> {
        Ok(match self {
            Self::Registration => origin::registration(of),
            Self::Data => origin::data(of),
            Self::Schema => origin::schema(of),
            Self::Run => origin::run(of),
            Self::Sources => origin::sources(of),
            Self::Purpose | Self::Limits | Self::Harm | Self::Owner | Self::Card => purpose::card(self, of),
            Self::Description => purpose::description(of),
            Self::Policy => control::policy(of),
            Self::Verdicts => control::verdicts(of)?,
            Self::Outcomes => service::outcomes(of)?,
            Self::Trial => service::trial(of),
            Self::Request => control::request(of),
            Self::Approvals => control::approvals(of),
            Self::Separation => control::separation(of),
            Self::Access => control::access(of),
            Self::Deployed => service::deployed(of),
            Self::Signature => origin::signature(of),
            Self::Rollback => service::rollback(of),
            Self::Emergencies => control::emergencies(of),
            Self::Monitoring => service::monitoring(of),
            Self::Log => service::log(of),
        })
    }
}
