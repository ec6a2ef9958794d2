use std::fmt::Display;
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use mlops_core::{Digest, ModelName, Principal};

use super::{Registry, Stored};
use crate::access::{Access, Action, Grant, Telling};
use crate::audit::Act;
use crate::store::{Commit, Expected};
use crate::{Error, Result};

/// How often a change is built anew when others change the same things. Each time means
/// that someone else got through, so that this is reached only under siege.
const ATTEMPTS: usize = 10_000;

/// The registry in the hands of one principal: everything that changes something, and what
/// they may [read](Self::reader).
///
/// Each method that changes something is one transaction with its entry in the audit
/// log, and begins by asking whether the principal's grants allow it:
/// [`Error::Denied`] if not, which the log tells of as well.
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

    /// The registry itself, which asks nobody: whoever runs it may have this in hand, and
    /// those whom they act for may not.
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

    /// That the principal may do `action`, as the condition that the grant still stands. If
    /// not, the audit log tells that they tried.
    pub(crate) fn allowed(&self, action: Action, model: Option<&ModelName>) -> Result<Expected> {
        self.allowed_to(action, model, &model.map_or("*", ModelName::as_str))
    }

    /// The same, to be told of as something done to `subject`.
    pub(crate) fn allowed_to(
        &self,
        action: Action,
        model: Option<&ModelName>,
        subject: &dyn Display,
    ) -> Result<Expected> {
        let may = self.may(action, model);
        if let Err(Error::Denied { needed, .. }) = &may {
            self.tell_refusal(action, subject, &format!("grant: that takes the role {needed}"))?;
        }
        may
    }

    /// The same, asked out of curiosity: nobody is told.
    pub(crate) fn may(&self, action: Action, model: Option<&ModelName>) -> Result<Expected> {
        self.decide(action, model, &self.grants()?)
    }

    /// The same by the grants as they were a moment ago, without reading them each time; only
    /// where it becomes a condition of a commit, which is where a grant that is gone is found.
    /// A denial is never from memory.
    pub(crate) fn presumed(&self, action: Action, model: Option<&ModelName>) -> Result<Expected> {
        let known = self.registry.known_grants().of(&self.principal);
        match known.map(|grants| self.decide(action, model, &grants)) {
            Some(Ok(grant)) => Ok(grant),
            _ => self.allowed(action, model),
        }
    }

    fn grants(&self) -> Result<Arc<Vec<Stored<Grant>>>> {
        let since = Instant::now();
        let grants = Arc::new(self.registry.grants_as_read(&self.principal)?);
        self.registry.known_grants().learn(&self.principal, since, Arc::clone(&grants));
        Ok(grants)
    }

    fn decide(
        &self,
        action: Action,
        model: Option<&ModelName>,
        grants: &[Stored<Grant>],
    ) -> Result<Expected> {
        let held: Vec<&Grant> = grants.iter().map(|grant| &grant.value).collect();
        match self.registry.authorizer().decide(action, model, &held) {
            Access::Allowed { by } => grants.get(by).map(Stored::expected).ok_or_else(|| Error::Invalid {
                field: "grant",
                value: by.to_string(),
                expected: format!("one of the {} that the authorizer was given", grants.len()),
            }),
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

    /// Leaves a refusal in the audit log, if it is not [there](crate::access) already. Who can't be told
    /// of it gets the error of the store: nobody is refused behind the log's back.
    pub(crate) fn tell_refusal(&self, action: Action, subject: &dyn Display, reason: &str) -> Result<()> {
        let act = self.act(action, subject);
        let recent = self.registry.refusals();
        let (ticket, act) = match recent.ask(&self.principal, action, &act.subject, reason, act.at) {
            Telling::Told => return Ok(()),
            Telling::Tell(ticket) => (ticket, act.refused([reason.to_owned()])),
            Telling::TellLast(ticket) => {
                let last = "too many within a minute: this one stands for those that follow".to_owned();
                (ticket, act.refused([reason.to_owned(), last]))
            }
        };
        let told = Commit::new(act, vec![], vec![]).and_then(|commit| self.commit(&commit));
        if told.is_err() {
            recent.take_back(&ticket);
        }
        told.map(drop)
    }

    /// What this principal does now.
    pub(crate) fn act(&self, action: Action, subject: impl Display) -> Act {
        Act::new(self.registry.now(), self.principal.clone(), action.as_str(), subject.to_string())
    }

    /// [`transact`](Self::transact) for what people decide: that they decided on something that
    /// has moved on meanwhile is in the audit log too.
    pub(crate) fn transact_told<T>(
        &self,
        action: Action,
        subject: &dyn Display,
        build: impl FnMut() -> Result<(Option<Commit>, T)>,
    ) -> Result<T> {
        let result = self.transact(build);
        if let Err(conflict @ Error::Conflict { .. }) = &result {
            self.tell_refusal(action, subject, &format!("state: {conflict}"))?;
        }
        result
    }

    /// Builds a transaction and commits it; anew from the state of then, if someone was faster.
    /// `build` reads that state, and gives an error of its own if it no longer wants to.
    /// Without a transaction there is nothing to be done.
    pub(crate) fn transact<T>(&self, mut build: impl FnMut() -> Result<(Option<Commit>, T)>) -> Result<T> {
        for _ in 1..ATTEMPTS {
            let (commit, value) = build()?;
            let Some(commit) = commit else { return Ok(value) };
            match self.commit(&commit) {
                Ok(_) => return Ok(value),
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (commit, value) = build()?;
        if let Some(commit) = commit {
            self.commit(&commit)?;
        }
        Ok(value)
    }

    /// Commits, and forgets what was taken for granted where it may have changed.
    fn commit(&self, commit: &Commit) -> Result<u64> {
        let result = self.registry.store().commit(commit);
        match &result {
            Ok(_) => self.registry.committed(commit),
            Err(_) => self.registry.known_grants().forget(),
        }
        result
    }
}
