use mlops_core::Principal;

use super::{Action, Grant, Role, Scope};
use crate::registry::{Document as _, Session, Stored};
use crate::store::{Change, Commit, Key, Kind};
use crate::{Error, Result};

impl Session {
    /// Gives `principal` a role. If they hold it already, nothing changes.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::Invalid`] for one model whose
    /// name would be read as a pattern, or a principal in whose name something can't be seen;
    /// [`Error::Conflict`] for a principal whose name looks like that of another who holds a role.
    #[expect(clippy::needless_pass_by_value, reason = "a scope is spelled out in the call")]
    pub fn grant(&self, principal: &Principal, role: Role, scope: Scope) -> Result<Grant> {
        scope.check()?;
        let what = subject(principal, role, &scope);
        self.transact_told(Action::GrantRole, &what, || {
            let own = self.allowed_to(Action::GrantRole, None, &what)?;
            let key = Grant::key_of(principal, role, &scope);
            if let Some(held) = self.registry().find::<Grant>(key)? {
                return Ok((None, held.value));
            }
            let act = self.act(Action::GrantRole, &what);
            let grant = Grant {
                principal: principal.clone(),
                role,
                scope: scope.clone(),
                granted_by: self.principal().clone(),
                granted_at: act.at,
            };
            let all = self.registry().grants()?;
            let others = all.into_iter().map(|grant| grant.principal.into()).collect();
            let (unlike, claim) = self.registry().claim_look("principal", principal.as_str(), others)?;
            let expected = [own].into_iter().chain(unlike).collect();
            let changes = [grant.create()?].into_iter().chain(claim).collect();
            Ok((Some(Commit::new(act, expected, changes)?), grant))
        })
    }

    /// Takes a role from `principal`.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::NotFound`] if they do
    /// not hold it, [`Error::Invalid`] if nobody would be left to grant anything.
    #[expect(clippy::needless_pass_by_value, reason = "a scope is spelled out in the call")]
    pub fn revoke(&self, principal: &Principal, role: Role, scope: Scope) -> Result<()> {
        let what = subject(principal, role, &scope);
        let last = || Error::Invalid {
            field: "role",
            value: what.clone(),
            expected: "another admin to remain".to_owned(),
        };
        self.transact_told(Action::RevokeRole, &what, || {
            let own = self.allowed_to(Action::RevokeRole, None, &what)?;
            let key = Grant::key_of(principal, role, &scope);
            let held = self.registry().get::<Grant>("grant", key.clone())?;
            // That the other stays is a condition: two admins may revoke each other at once.
            let stays = if role == Role::Admin {
                let grants = self.registry().list::<Grant>(&Key::all())?;
                let other = grants.iter().find(|grant| {
                    grant.value.role == Role::Admin
                        && grant.value.scope == Scope::All
                        && grant.value.key() != key
                });
                let Some(other) = other else {
                    self.tell_refusal(Action::RevokeRole, &what, &format!("last admin: {}", last()))?;
                    return Err(last());
                };
                Some(Stored::expected(other))
            } else {
                None
            };
            let act = self.act(Action::RevokeRole, &what);
            let mut expected: Vec<_> = [own].into_iter().chain(stays).collect();
            // Whoever gives up a role of their own rests on the grant that is removed.
            expected.retain(|expected| expected.key != key || expected.kind != Kind::Grant);
            let removed = Change::remove(Kind::Grant, key, held.revision)?;
            Ok((Some(Commit::new(act, expected, vec![removed])?), ()))
        })
    }
}

fn subject(principal: &Principal, role: Role, scope: &Scope) -> String {
    match scope {
        Scope::All => format!("{principal} as {role}"),
        Scope::Model(model) => format!("{principal} as {role} of {model}"),
        Scope::Pattern(pattern) => format!("{principal} as {role} of {pattern}"),
    }
}
