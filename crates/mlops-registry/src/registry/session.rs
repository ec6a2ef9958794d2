use std::fmt::Display;
use std::io::Read;

use mlops_core::{Digest, ModelName, Principal};

use super::Registry;
use crate::access::{Access, Action, Grant};
use crate::audit::Act;
use crate::store::{Commit, Expected, Key};
use crate::{Error, Result};

/// How often a change is built anew when others change the same things. Each time means
/// that someone else got through, so that this is reached only under siege.
const ATTEMPTS: usize = 10_000;

/// The registry in the hands of one principal: everything that changes something.
///
/// Each method that changes something is one transaction with its entry in the audit
/// log, and begins by asking whether the principal's grants allow it:
/// [`Error::Denied`] if not.
#[derive(Clone, Debug)]
pub struct Session {
    registry: Registry,
    principal: Principal,
}

impl Session {
    pub(super) const fn new(registry: Registry, principal: Principal) -> Self {
        Self { registry, principal }
    }

    /// Who acts here.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The registry.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Keeps what `source` yields among the artifacts; a model file, before its version is registered.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, of whatever model; those of the store.
    pub fn store_artifact(&self, source: &mut dyn Read) -> Result<Digest> {
        self.allowed(Action::StoreArtifact, None)?;
        self.registry.artifacts().put(source)
    }

    /// That the principal may do `action`, as the condition that the grant still stands.
    pub(crate) fn allowed(&self, action: Action, model: Option<&ModelName>) -> Result<Expected> {
        let grants = self.registry.list::<Grant>(&Key::from([self.principal.as_str()]))?;
        let held: Vec<&Grant> = grants.iter().map(|grant| &grant.value).collect();
        match self.registry.authorizer().decide(action, model, &held) {
            Access::Allowed { by } => {
                grants.get(by).map(super::Stored::expected).ok_or_else(|| Error::Invalid {
                    field: "grant",
                    value: by.to_string(),
                    expected: format!("one of the {} that the authorizer was given", grants.len()),
                })
            }
            Access::Denied { needed } => Err(Error::Denied {
                principal: self.principal.clone(),
                action: match model {
                    Some(model) => format!("{action} of {model}"),
                    None => action.to_string(),
                },
                needed,
            }),
        }
    }

    /// What this principal does now.
    pub(crate) fn act(&self, action: Action, subject: impl Display) -> Act {
        Act::new(self.registry.now(), self.principal.clone(), action.as_str(), subject.to_string())
    }

    /// Builds a transaction and commits it; anew from the state of then, if someone was faster.
    /// `build` reads that state, and gives an error of its own if it no longer wants to.
    /// Without a transaction there is nothing to be done.
    pub(crate) fn transact<T>(&self, mut build: impl FnMut() -> Result<(Option<Commit>, T)>) -> Result<T> {
        for _ in 1..ATTEMPTS {
            let (commit, value) = build()?;
            let Some(commit) = commit else { return Ok(value) };
            match self.registry.store().commit(&commit) {
                Ok(_) => return Ok(value),
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (commit, value) = build()?;
        if let Some(commit) = commit {
            self.registry.store().commit(&commit)?;
        }
        Ok(value)
    }
}
