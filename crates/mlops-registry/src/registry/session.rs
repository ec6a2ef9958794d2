use std::fmt::Display;
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use mlops_core::{Digest, ModelName, Principal};

use super::{Registry, Stored};
use crate::access::{Access, Action, Grant, Telling};
use crate::audit::Act;
use crate::store::{Commit, Expected};
use crate::tracking::FileLimits;
use crate::{Error, Result};

/// How often a change is built anew when others change the same things. Each time means
/// that someone else got through, so that this is reached only under siege.
const ATTEMPTS: usize = 10_000;

/// How often something missing is looked for again while others write. Beyond, it is missing.
const READINGS: usize = 100;

/// How much of the subject and of the reason of a refusal is told, in characters.
const TOLD: usize = 2000;

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
    /// As [`store_artifact_within`](Self::store_artifact_within), with the bytes that
    /// [`FileLimits::default`] lets one file have.
    pub fn store_artifact(&self, source: &mut dyn Read) -> Result<Digest> {
        self.store_artifact_within(source, &FileLimits::default())
    }

    /// The same within a limit of the caller's, [`FileLimits::file`].
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, of whatever model; [`Error::Invalid`]
    /// with the limit if there are more bytes, of which none is kept; those of the store.
    pub fn store_artifact_within(&self, source: &mut dyn Read, limits: &FileLimits) -> Result<Digest> {
        self.allowed(Action::StoreArtifact, None)?;
        Ok(self.put_file("artifact", source, limits.file)?.0)
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

    /// That the principal may do what belongs to no model, by the grants as they were a moment
    /// ago, without reading them each time. A denial is never from memory.
    fn presumed(&self, action: Action, subject: &dyn Display) -> Result<Expected> {
        let known = self.registry.known_grants().of(&self.principal);
        match known.map(|grants| self.decide(action, None, &grants)) {
            Some(Ok(grant)) => Ok(grant),
            _ => self.allowed_to(action, None, subject),
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
        // What was asked for may be of any length.
        let short = |text: &str| text.chars().take(TOLD).collect::<String>();
        let act = self.act(action, short(&subject.to_string()));
        let recent = self.registry.refusals();
        let (ticket, reasons) = match recent.ask(&self.principal, action, &act.subject, reason, act.at) {
            Telling::Told => return Ok(()),
            Telling::Tell(ticket) => (ticket, vec![short(reason)]),
            Telling::TellLast(ticket) => {
                let last = "too many within a minute: this one stands for those that follow".to_owned();
                (ticket, vec![short(reason), last])
            }
        };
        let act = act.refused(reasons).refused(ticket.untold());
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
        self.telling(action, subject, self.transact(build))
    }

    /// Commits what can't be built anew, since something went out with it; told of as by
    /// [`transact_told`](Self::transact_told).
    pub(crate) fn commit_told(&self, action: Action, subject: &dyn Display, commit: &Commit) -> Result<u64> {
        self.telling(action, subject, self.commit(commit))
    }

    fn telling<T>(&self, action: Action, subject: &dyn Display, result: Result<T>) -> Result<T> {
        let word = match &result {
            Err(Error::Conflict { .. }) => "state",
            Err(Error::BumpTooSmall(_)) => "bump",
            _ => return result,
        };
        if let Err(error) = &result {
            self.tell_refusal(action, subject, &format!("{word}: {error}"))?;
        }
        result
    }

    /// [`transact`](Self::transact) on a grant as it was a moment ago, which the commit must
    /// have as a condition: there a grant that is gone is found. Where nothing is committed,
    /// be it done already or impossible, the grant is read, so that who no longer holds it
    /// learns nothing.
    pub(crate) fn transact_presuming<T>(
        &self,
        action: Action,
        subject: &dyn Display,
        mut build: impl FnMut(Expected) -> Result<(Option<Commit>, T)>,
    ) -> Result<T> {
        self.transact(|| {
            let built = build(self.presumed(action, subject)?);
            if !matches!(built, Ok((Some(_), _))) {
                self.allowed_to(action, None, subject)?;
            }
            built
        })
    }

    /// Builds a transaction and commits it; anew from the state of then, if someone was faster.
    /// `build` reads that state, and gives an error of its own if it no longer wants to.
    /// Without a transaction there is nothing to be done.
    pub(crate) fn transact<T>(&self, mut build: impl FnMut() -> Result<(Option<Commit>, T)>) -> Result<T> {
        for _ in 1..ATTEMPTS {
            let (commit, value) = self.settled(&mut build)?;
            let Some(commit) = commit else { return Ok(value) };
            match self.commit(&commit) {
                Ok(_) => return Ok(value),
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (commit, value) = self.settled(&mut build)?;
        if let Some(commit) = commit {
            self.commit(&commit)?;
        }
        Ok(value)
    }

    /// What `build` makes of several reads. Where something is missing or does not fit, the one
    /// may have been read before a change by someone else and the other after: that is believed
    /// only if nothing was recorded while it was read once more.
    fn settled<T>(&self, build: &mut impl FnMut() -> Result<T>) -> Result<T> {
        let mut built = build();
        for _ in 1..READINGS {
            if !matches!(
                built,
                Err(Error::NotFound { .. } | Error::NothingBefore { .. } | Error::Corrupt { .. })
            ) {
                break;
            }
            let Ok(before) = self.registry.store().size() else { break };
            built = build();
            if self.registry.store().size().is_ok_and(|after| after == before) {
                break;
            }
        }
        built
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
