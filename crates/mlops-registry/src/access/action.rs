use std::fmt;

use super::Role;

/// Makes [`Action`] of a table: a variant, how the audit log calls it, how a refusal does, and
/// the role that it needs.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident => ($name:literal, $words:literal, $role:ident);)*) => {
        /// What can be done in a registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$action),*];

            /// As it stands in the audit log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }

            /// The role that [`RoleTable`](super::RoleTable) asks for.
            pub const fn needs(self) -> Role {
                match self {
                    $(Self::$action => Role::$role,)*
                }
            }
        }

        impl fmt::Display for Action {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self {
                    $(Self::$action => $words,)*
                })
            }
        }
    };
}

actions! {
    /// Found the registry; whoever holds the empty store may.
    CreateRegistry => ("registry.create", "create a registry", Admin);
    /// Give a role to someone.
    GrantRole => ("role.grant", "grant a role", Admin);
    /// Take a role from someone.
    RevokeRole => ("role.revoke", "revoke a role", Admin);
    /// Say what a promotion takes.
    SetPolicy => ("policy.set", "set the policy of promotions", Admin);
    /// Take the bodies of old entries out of the audit log.
    PruneLog => ("log.prune", "prune the audit log", Admin);
    /// Keep a file among the artifacts; the audit log tells of it when it is registered.
    StoreArtifact => ("artifact.store", "store an artifact", Author);
    /// Begin an experiment.
    CreateExperiment => ("experiment.create", "create an experiment", Author);
    /// Call an experiment otherwise, describe it, or tag it.
    UpdateExperiment => ("experiment.update", "update an experiment", Author);
    /// Hide an experiment and its runs.
    DeleteExperiment => ("experiment.delete", "delete an experiment", Author);
    /// Show a deleted experiment again.
    RestoreExperiment => ("experiment.restore", "restore an experiment", Author);
    /// Remove a deleted experiment for good.
    PurgeExperiment => ("experiment.purge", "purge an experiment", Admin);
    /// Begin a run.
    StartRun => ("run.start", "start a run", Author);
    /// Add to a run.
    LogRun => ("run.log", "log to a run", Author);
    /// End a run.
    EndRun => ("run.end", "end a run", Author);
    /// Call a run otherwise, or describe it.
    UpdateRun => ("run.update", "update a run", Author);
    /// Go on with a run that has ended, or begin one that was scheduled.
    ResumeRun => ("run.resume", "resume a run", Author);
    /// Hide a run.
    DeleteRun => ("run.delete", "delete a run", Author);
    /// Show a deleted run again.
    RestoreRun => ("run.restore", "restore a run", Author);
    /// Remove a deleted run for good.
    PurgeRun => ("run.purge", "purge a run", Admin);
    /// Register a version of a model.
    RegisterVersion => ("version.register", "register a version", Author);
    /// Record a verdict on a version.
    RecordEvidence => ("evidence.record", "record evidence", Author);
    /// Ask for a version to be put into production.
    RequestPromotion => ("promotion.request", "request the promotion", Author);
    /// Approve such a request.
    ApprovePromotion => ("promotion.approve", "approve the promotion", Approver);
    /// Put a version into production.
    Promote => ("promotion.execute", "carry out the promotion", Deployer);
    /// Say no to such a request.
    RejectPromotion => ("promotion.reject", "reject the promotion", Approver);
    /// Take one's own request back.
    WithdrawPromotion => ("promotion.withdraw", "withdraw the promotion", Author);
    /// Put a version into staging by its policy.
    PromoteToStaging => ("promotion.stage", "carry out the promotion to staging", Deployer);
    /// Put a version into production in an emergency.
    BreakGlass => ("promotion.break_glass", "break the glass for the promotion", Deployer);
    /// Look at what was done in an emergency.
    ReviewBreakGlass => ("promotion.review", "review the emergency", Approver);
    /// Take a policy back.
    RemovePolicy => ("policy.remove", "take a policy of promotions back", Admin);
    /// Put an earlier version back into production.
    RollBack => ("promotion.rollback", "roll back the production", Deployer);
    /// Put a version on trial beside the one in production.
    StartTrial => ("trial.start", "start a trial", Deployer);
    /// Make a running trial a shadow, or another canary.
    MoveTrial => ("trial.move", "move the trial", Deployer);
    /// End a running trial.
    EndTrial => ("trial.end", "end the trial", Deployer);
    /// Read a model: its versions and their files, its requests, its history.
    ReadModel => ("model.read", "read the versions", Viewer);
    /// Read experiments and runs.
    ReadTracking => ("tracking.read", "read experiments and runs", Viewer);
    /// Read what is of the registry as a whole: grants and policies.
    ReadRegistry => ("registry.read", "read grants and policies", Viewer);
    /// Read, verify, prove or export the audit log.
    ReadAudit => ("audit.read", "read the audit log", Auditor);
    /// Move a version to a stage by hand.
    TransitionStage => ("version.transition", "move a version to a stage", Deployer);
    /// Point an alias at a version.
    SetAlias => ("alias.set", "set an alias", Deployer);
    /// Take an alias away.
    DeleteAlias => ("alias.delete", "delete an alias", Deployer);
    /// Tag a model or a version.
    TagModel => ("model.tag", "tag a model", Author);
    /// Take a tag off a model or a version.
    UntagModel => ("model.untag", "take a tag off a model", Author);
    /// Describe a model or a version in other words.
    DescribeModel => ("model.describe", "describe a model", Author);
    /// Write the card of a version.
    SetCard => ("card.set", "write the card", Author);
    /// Delete a version.
    DeleteVersion => ("version.delete", "delete a version", Admin);
    /// Delete a model with its versions.
    DeleteModel => ("model.delete", "delete a model", Admin);
    /// Say that one thing came of another.
    RecordLink => ("link.record", "record a link", Author);
    /// Say what a version in service answers.
    RecordServing => ("serving.record", "record what is served", Deployer);
    /// Say what was learned from the predictions of a model.
    RecordOutcomes => ("link.outcomes", "record what was learned from the predictions", Author);
    /// Say what a run took or gave that others have made.
    LinkRunOfOthers => ("link.of_others", "link a run of others", Admin);
    /// Take a link back that someone else has recorded.
    RetractLink => ("link.retract", "take a link of others back", Admin);
    /// Sign a version, or keep a signature of it.
    SignVersion => ("version.sign", "sign a version", Author);
    /// Say which sources a version came from.
    RecordGit => ("version.git", "record the sources", Author);
    /// Answer for something that no record can show.
    Attest => ("version.attest", "attest to something", Approver);
    /// Remove artifacts that nothing refers to.
    CollectGarbage => ("artifact.collect", "collect artifacts that nothing refers to", Admin);
    /// Take over what MLflow has kept.
    ImportMlflow => ("mlflow.import", "take over what MLflow has kept", Admin);
}

impl Action {
    /// Whether [`RoleTable`](super::RoleTable) takes `role` for it: the one that it
    /// [`needs`](Self::needs), and for what a viewer may do any other as well.
    pub fn is_given_by(self, role: Role) -> bool {
        matches!(self.needs(), Role::Viewer) || self.needs() == role
    }

    /// Whether the role suffices in whatever [scope](super::Scope) it is held: for what is
    /// done before it is of any model, as to experiments, runs and artifacts. What is done
    /// to a model takes the role for that model, and what is done to the registry as a whole
    /// takes it for all of them.
    pub const fn in_any_scope(self) -> bool {
        matches!(
            self,
            Self::StoreArtifact
                | Self::CreateExperiment
                | Self::UpdateExperiment
                | Self::DeleteExperiment
                | Self::RestoreExperiment
                | Self::StartRun
                | Self::LogRun
                | Self::EndRun
                | Self::UpdateRun
                | Self::ResumeRun
                | Self::DeleteRun
                | Self::RestoreRun
                | Self::ReadTracking
                | Self::RecordLink
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_are_called_the_same() {
        let names: BTreeSet<_> = Action::ALL.into_iter().map(Action::as_str).collect();
        let words: BTreeSet<_> = Action::ALL.into_iter().map(|action| action.to_string()).collect();
        assert_eq!((names.len(), words.len()), (Action::ALL.len(), Action::ALL.len()));
    }
}
