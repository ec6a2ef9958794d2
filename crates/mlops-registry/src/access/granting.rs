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
    /// name would be read as a pattern.
    #[expect(clippy::needless_pass_by_value, reason = "a scope is spelled out in the call")]
    pub fn grant(&self, principal: &Principal, role: Role, scope: Scope) -> Result<Grant> {
        scope.check()?;
        self.transact(|| {
            let own = self.allowed_to(Action::GrantRole, None, &subject(principal, role, &scope))?;
            let key = Grant::key_of(principal, role, &scope);
            if let Some(held) = self.registry().find::<Grant>(key)? {
                return Ok((None, held.value));
            }
            let act = self.act(Action::GrantRole, subject(principal, role, &scope));
            let grant = Grant {
                principal: principal.clone(),
                role,
                scope: scope.clone(),
                granted_by: self.principal().clone(),
                granted_at: act.at,
            };
            Ok((Some(Commit::new(act, vec![own], vec![grant.create()?])?), grant))
        })
    }

    /// Takes a role from `principal`.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::NotFound`] if they do
    /// not hold it, [`Error::Invalid`] if nobody would be left to grant anything.
    #[expect(clippy::needless_pass_by_value, reason = "a scope is spelled out in the call")]
    pub fn revoke(&self, principal: &Principal, role: Role, scope: Scope) -> Result<()> {
        self.transact(|| {
            let own = self.allowed_to(Action::RevokeRole, None, &subject(principal, role, &scope))?;
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
                Some(other.map(Stored::expected).ok_or_else(|| Error::Invalid {
                    field: "role",
                    value: subject(principal, role, &scope),
                    expected: "another admin to remain".to_owned(),
                })?)
            } else {
                None
            };
            let act = self.act(Action::RevokeRole, subject(principal, role, &scope));
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
