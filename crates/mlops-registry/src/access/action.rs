use std::fmt;

use super::Role;

/// What can be done in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Found the registry; whoever holds the empty store may.
    CreateRegistry,
    /// Give a role to someone.
    GrantRole,
    /// Take a role from someone.
    RevokeRole,
    /// Say what a promotion takes.
    SetPolicy,
    /// Take the bodies of old entries out of the audit log.
    PruneLog,
    /// Keep a file among the artifacts; the audit log tells of it when it is registered.
    StoreArtifact,
    /// Begin an experiment.
    CreateExperiment,
    /// Call an experiment otherwise, describe it, or tag it.
    UpdateExperiment,
    /// Hide an experiment and its runs.
    DeleteExperiment,
    /// Show a deleted experiment again.
    RestoreExperiment,
    /// Remove a deleted experiment for good.
    PurgeExperiment,
    /// Begin a run.
    StartRun,
    /// Add to a run.
    LogRun,
    /// End a run.
    EndRun,
    /// Call a run otherwise, or describe it.
    UpdateRun,
    /// Go on with a run that has ended, or begin one that was scheduled.
    ResumeRun,
    /// Hide a run.
    DeleteRun,
    /// Show a deleted run again.
    RestoreRun,
    /// Remove a deleted run for good.
    PurgeRun,
    /// Register a version of a model.
    RegisterVersion,
    /// Record a verdict on a version.
    RecordEvidence,
    /// Ask for a version to be put into production.
    RequestPromotion,
    /// Approve such a request.
    ApprovePromotion,
    /// Put a version into production.
    Promote,
    /// Say no to such a request.
    RejectPromotion,
    /// Take one's own request back.
    WithdrawPromotion,
    /// Put a version into staging by its policy.
    PromoteToStaging,
    /// Put a version into production in an emergency.
    BreakGlass,
    /// Look at what was done in an emergency.
    ReviewBreakGlass,
    /// Take a policy back.
    RemovePolicy,
    /// Put an earlier version back into production.
    RollBack,
    /// Put a version on trial beside the one in production.
    StartTrial,
    /// Make a running trial a shadow, or another canary.
    MoveTrial,
    /// End a running trial.
    EndTrial,
    /// Read a model: its versions and their files, its requests, its history.
    ReadModel,
    /// Read experiments and runs.
    ReadTracking,
    /// Read what is of the registry as a whole: grants and policies.
    ReadRegistry,
    /// Read, verify, prove or export the audit log.
    ReadAudit,
    /// Move a version to a stage by hand.
    TransitionStage,
    /// Point an alias at a version.
    SetAlias,
    /// Take an alias away.
    DeleteAlias,
    /// Tag a model or a version.
    TagModel,
    /// Take a tag off a model or a version.
    UntagModel,
    /// Describe a model or a version in other words.
    DescribeModel,
    /// Write the card of a version.
    SetCard,
    /// Delete a version.
    DeleteVersion,
    /// Delete a model with its versions.
    DeleteModel,
    /// Say that one thing came of another.
    RecordLink,
    /// Say what a version in service answers.
    RecordServing,
    /// Say what was learned from the predictions of a model.
    RecordOutcomes,
    /// Say what a run took or gave that others have made.
    LinkRunOfOthers,
    /// Take a link back that someone else has recorded.
    RetractLink,
    /// Sign a version, or keep a signature of it.
    SignVersion,
    /// Say which sources a version came from.
    RecordGit,
    /// Answer for something that no record can show.
    Attest,
    /// Remove artifacts that nothing refers to.
    CollectGarbage,
    /// Take over what MLflow has kept.
    ImportMlflow,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 57] = [
        Self::CreateRegistry,
        Self::GrantRole,
        Self::RevokeRole,
        Self::SetPolicy,
        Self::PruneLog,
        Self::StoreArtifact,
        Self::CreateExperiment,
        Self::UpdateExperiment,
        Self::DeleteExperiment,
        Self::RestoreExperiment,
        Self::PurgeExperiment,
        Self::StartRun,
        Self::LogRun,
        Self::EndRun,
        Self::UpdateRun,
        Self::ResumeRun,
        Self::DeleteRun,
        Self::RestoreRun,
        Self::PurgeRun,
        Self::RegisterVersion,
        Self::RecordEvidence,
        Self::RequestPromotion,
        Self::ApprovePromotion,
        Self::Promote,
        Self::RejectPromotion,
        Self::WithdrawPromotion,
        Self::PromoteToStaging,
        Self::BreakGlass,
        Self::ReviewBreakGlass,
        Self::RemovePolicy,
        Self::RollBack,
        Self::StartTrial,
        Self::MoveTrial,
        Self::EndTrial,
        Self::ReadModel,
        Self::ReadTracking,
        Self::ReadRegistry,
        Self::ReadAudit,
        Self::TransitionStage,
        Self::SetAlias,
        Self::DeleteAlias,
        Self::TagModel,
        Self::UntagModel,
        Self::DescribeModel,
        Self::SetCard,
        Self::DeleteVersion,
        Self::DeleteModel,
        Self::RecordLink,
        Self::RecordServing,
        Self::RecordOutcomes,
        Self::LinkRunOfOthers,
        Self::RetractLink,
        Self::SignVersion,
        Self::RecordGit,
        Self::Attest,
        Self::CollectGarbage,
        Self::ImportMlflow,
    ];

    /// As it stands in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateRegistry => "registry.create",
            Self::GrantRole => "role.grant",
            Self::RevokeRole => "role.revoke",
            Self::SetPolicy => "policy.set",
            Self::PruneLog => "log.prune",
            Self::StoreArtifact => "artifact.store",
            Self::CreateExperiment => "experiment.create",
            Self::UpdateExperiment => "experiment.update",
            Self::DeleteExperiment => "experiment.delete",
            Self::RestoreExperiment => "experiment.restore",
            Self::PurgeExperiment => "experiment.purge",
            Self::StartRun => "run.start",
            Self::LogRun => "run.log",
            Self::EndRun => "run.end",
            Self::UpdateRun => "run.update",
            Self::ResumeRun => "run.resume",
            Self::DeleteRun => "run.delete",
            Self::RestoreRun => "run.restore",
            Self::PurgeRun => "run.purge",
            Self::RegisterVersion => "version.register",
            Self::RecordEvidence => "evidence.record",
            Self::RequestPromotion => "promotion.request",
            Self::ApprovePromotion => "promotion.approve",
            Self::Promote => "promotion.execute",
            Self::RejectPromotion => "promotion.reject",
            Self::WithdrawPromotion => "promotion.withdraw",
            Self::PromoteToStaging => "promotion.stage",
            Self::BreakGlass => "promotion.break_glass",
            Self::ReviewBreakGlass => "promotion.review",
            Self::RemovePolicy => "policy.remove",
            Self::RollBack => "promotion.rollback",
            Self::StartTrial => "trial.start",
            Self::MoveTrial => "trial.move",
            Self::EndTrial => "trial.end",
            Self::ReadModel => "model.read",
            Self::ReadTracking => "tracking.read",
            Self::ReadRegistry => "registry.read",
            Self::ReadAudit => "audit.read",
            Self::TransitionStage => "version.transition",
            Self::SetAlias => "alias.set",
            Self::DeleteAlias => "alias.delete",
            Self::TagModel => "model.tag",
            Self::UntagModel => "model.untag",
            Self::DescribeModel => "model.describe",
            Self::SetCard => "card.set",
            Self::DeleteVersion => "version.delete",
            Self::DeleteModel => "model.delete",
            Self::RecordLink => "link.record",
            Self::RecordServing => "serving.record",
            Self::RecordOutcomes => "link.outcomes",
            Self::LinkRunOfOthers => "link.of_others",
            Self::RetractLink => "link.retract",
            Self::SignVersion => "version.sign",
            Self::RecordGit => "version.git",
            Self::Attest => "version.attest",
            Self::CollectGarbage => "artifact.collect",
            Self::ImportMlflow => "mlflow.import",
        }
    }

    /// The role that [`RoleTable`](super::RoleTable) asks for.
    pub const fn needs(self) -> Role {
        match self {
            Self::CreateRegistry
            | Self::GrantRole
            | Self::RevokeRole
            | Self::SetPolicy
            | Self::PruneLog
            | Self::DeleteVersion
            | Self::DeleteModel
            | Self::PurgeExperiment
            | Self::PurgeRun
            | Self::RemovePolicy
            | Self::LinkRunOfOthers
            | Self::RetractLink
            | Self::CollectGarbage
            | Self::ImportMlflow => Role::Admin,
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
            | Self::RegisterVersion
            | Self::RecordEvidence
            | Self::RequestPromotion
            | Self::TagModel
            | Self::UntagModel
            | Self::DescribeModel
            | Self::SetCard
            | Self::RecordLink
            | Self::RecordOutcomes
            | Self::SignVersion
            | Self::RecordGit
            | Self::WithdrawPromotion => Role::Author,
            Self::ApprovePromotion | Self::RejectPromotion | Self::ReviewBreakGlass | Self::Attest => {
                Role::Approver
            }
            Self::ReadModel | Self::ReadTracking | Self::ReadRegistry => Role::Viewer,
            Self::ReadAudit => Role::Auditor,
            Self::Promote
            | Self::PromoteToStaging
            | Self::BreakGlass
            | Self::RollBack
            | Self::StartTrial
            | Self::MoveTrial
            | Self::EndTrial
            | Self::TransitionStage
            | Self::SetAlias
            | Self::DeleteAlias
            | Self::RecordServing => Role::Deployer,
        }
    }

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

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CreateRegistry => "create a registry",
            Self::GrantRole => "grant a role",
            Self::RevokeRole => "revoke a role",
            Self::SetPolicy => "set the policy of promotions",
            Self::PruneLog => "prune the audit log",
            Self::StoreArtifact => "store an artifact",
            Self::CreateExperiment => "create an experiment",
            Self::UpdateExperiment => "update an experiment",
            Self::DeleteExperiment => "delete an experiment",
            Self::RestoreExperiment => "restore an experiment",
            Self::PurgeExperiment => "purge an experiment",
            Self::StartRun => "start a run",
            Self::LogRun => "log to a run",
            Self::EndRun => "end a run",
            Self::UpdateRun => "update a run",
            Self::ResumeRun => "resume a run",
            Self::DeleteRun => "delete a run",
            Self::RestoreRun => "restore a run",
            Self::PurgeRun => "purge a run",
            Self::RegisterVersion => "register a version",
            Self::RecordEvidence => "record evidence",
            Self::RequestPromotion => "request the promotion",
            Self::ApprovePromotion => "approve the promotion",
            Self::Promote => "carry out the promotion",
            Self::RejectPromotion => "reject the promotion",
            Self::WithdrawPromotion => "withdraw the promotion",
            Self::PromoteToStaging => "carry out the promotion to staging",
            Self::BreakGlass => "break the glass for the promotion",
            Self::ReviewBreakGlass => "review the emergency",
            Self::RemovePolicy => "take a policy of promotions back",
            Self::RollBack => "roll back the production",
            Self::StartTrial => "start a trial",
            Self::MoveTrial => "move the trial",
            Self::EndTrial => "end the trial",
            Self::ReadModel => "read the versions",
            Self::ReadTracking => "read experiments and runs",
            Self::ReadRegistry => "read grants and policies",
            Self::ReadAudit => "read the audit log",
            Self::TransitionStage => "move a version to a stage",
            Self::SetAlias => "set an alias",
            Self::DeleteAlias => "delete an alias",
            Self::TagModel => "tag a model",
            Self::UntagModel => "take a tag off a model",
            Self::DescribeModel => "describe a model",
            Self::SetCard => "write the card",
            Self::DeleteVersion => "delete a version",
            Self::DeleteModel => "delete a model",
            Self::RecordLink => "record a link",
            Self::RecordServing => "record what is served",
            Self::RecordOutcomes => "record what was learned from the predictions",
            Self::LinkRunOfOthers => "link a run of others",
            Self::RetractLink => "take a link of others back",
            Self::SignVersion => "sign a version",
            Self::RecordGit => "record the sources",
            Self::Attest => "attest to something",
            Self::CollectGarbage => "collect artifacts that nothing refers to",
            Self::ImportMlflow => "take over what MLflow has kept",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new action does not compile here before it is added, nor pass before it is in `ALL`.
    const fn place(action: Action) -> usize {
        match action {
            Action::CreateRegistry
            | Action::GrantRole
            | Action::RevokeRole
            | Action::SetPolicy
            | Action::PruneLog
            | Action::StoreArtifact
            | Action::CreateExperiment
            | Action::UpdateExperiment
            | Action::DeleteExperiment
            | Action::RestoreExperiment
            | Action::PurgeExperiment
            | Action::StartRun
            | Action::LogRun
            | Action::EndRun
            | Action::UpdateRun
            | Action::ResumeRun
            | Action::DeleteRun
            | Action::RestoreRun
            | Action::PurgeRun
            | Action::RegisterVersion
            | Action::RecordEvidence
            | Action::RequestPromotion
            | Action::ApprovePromotion
            | Action::Promote
            | Action::RejectPromotion
            | Action::WithdrawPromotion
            | Action::PromoteToStaging
            | Action::BreakGlass
            | Action::ReviewBreakGlass
            | Action::RemovePolicy
            | Action::RollBack
            | Action::StartTrial
            | Action::MoveTrial
            | Action::EndTrial
            | Action::ReadModel
            | Action::ReadTracking
            | Action::ReadRegistry
            | Action::ReadAudit
            | Action::TransitionStage
            | Action::SetAlias
            | Action::DeleteAlias
            | Action::TagModel
            | Action::UntagModel
            | Action::DescribeModel
            | Action::SetCard
            | Action::DeleteVersion
            | Action::DeleteModel
            | Action::RecordLink
            | Action::RecordServing
            | Action::RecordOutcomes
            | Action::LinkRunOfOthers
            | Action::RetractLink
            | Action::SignVersion
            | Action::RecordGit
            | Action::Attest
            | Action::CollectGarbage
            | Action::ImportMlflow => action as usize,
        }
    }

    #[test]
    fn all_are_all() {
        for (i, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(place(action), i, "{action}");
        }
        assert_eq!(Action::ALL.len(), place(Action::ImportMlflow) + 1);
    }
}
