//! Whatever was kept out is in the audit log, with the rule that kept it out, and is no way
//! to fill it.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{GATE, World, experiment, granted, model, principal, version, worlds};
use mlops_core::{Alias, Outcome, Timestamp};
use mlops_registry::access::{Action, Role, Scope};
use mlops_registry::audit::Act;
use mlops_registry::garbage::GarbageCollection;
use mlops_registry::lineage::LineageNode;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::card::ModelCard;
use mlops_registry::model::{AliasIs, Stage, StageTransition};
use mlops_registry::promotion::{PromotionPolicy, PromotionRequest, ReviewOutcome, TargetStage};
use mlops_registry::tracking::RunBatch;
use mlops_registry::tracking::environment::Git;
use mlops_registry::trial::{TrialKind, TrialOutcome};
use mlops_registry::{Error, Result, Session};

/// What the log has from entry `from` on.
fn told(world: &World, from: u64) -> Vec<Act> {
    world.registry.entries(from..u64::MAX).unwrap().into_iter().map(|entry| entry.act).collect()
}

type Attempt = Box<dyn Fn(&Session) -> Result<()>>;

/// Everything that takes a grant, each on things that are there; that nothing is left out, the
/// test sees to.
fn attempts(world: &World, request: &PromotionRequest) -> Vec<(Action, Attempt)> {
    let run = world.run();
    let [update, resume, delete, restore, purge] = std::array::from_fn(|_| run.clone());
    let hour = Duration::from_hours(1);
    let alias: Alias = "champion".parse().unwrap();
    let other_alias = alias.clone();
    let reviewed = version("1.0.0");
    let node = |text: &str| text.parse::<LineageNode>().unwrap();
    let (view, of) = (node("view:weather"), LineageNode::Run(run.clone()));
    let wrong = (
        node("dataset:sha256:0000000000000000000000000000000000000000000000000000000000000000:a"),
        view.clone(),
    );
    world.ana.record_link(&wrong.0, &wrong.1).unwrap();
    let answers = "predictions:2013-04-01T00:00:00Z/2013-05-01T00:00:00Z/production:flight-delay/1";
    let (answers, learned) = (node(answers), wrong.0.clone());
    let (served, service) = (node("version:flight-delay/1.0.0"), node("deployment:flight-delay/eu-west"));
    let request = request.clone();
    let candidate = world.registry.version(&model(), &version("1.0.0")).unwrap();
    let verdict = mlops_core::Evidence::of(&world.verdict(&candidate, Outcome::Passed)).unwrap();
    let new =
        mlops_registry::model::NewVersion::new(model(), version("9.0.0"), run.clone(), candidate.artifact);
    let (id, other) = (request.id(), run.clone());
    let (first, second, third) = (id.clone(), id.clone(), id.clone());
    let eve = principal("eve");
    let root = principal("root");
    vec![
        (Action::GrantRole, Box::new(move |s| s.grant(&eve, Role::Admin, Scope::All).map(drop))),
        (Action::RevokeRole, Box::new(move |s| s.revoke(&root, Role::Admin, Scope::All))),
        (Action::SetPolicy, Box::new(|s| s.set_policy(&PromotionPolicy::requiring("lax")))),
        (Action::StoreArtifact, Box::new(|s| s.store_artifact(&mut "x".as_bytes()).map(drop))),
        (Action::CreateExperiment, Box::new(|s| s.create_experiment(&"eve's".parse().unwrap()).map(drop))),
        (Action::StartRun, Box::new(|s| s.start_run(&experiment(), "eve's").map(drop))),
        (Action::LogRun, Box::new(move |s| s.log(&run, &RunBatch::new().param("a", 1)))),
        (
            Action::EndRun,
            Box::new(move |s| s.end_run(&other, mlops_registry::tracking::RunStatus::Failed).map(drop)),
        ),
        (Action::RegisterVersion, Box::new(move |s| s.register(&new).map(drop))),
        (Action::RecordEvidence, Box::new(move |s| s.record_evidence(&verdict).map(drop))),
        (Action::RequestPromotion, Box::new(|s| s.request_promotion(&model(), &version("1.0.0")).map(drop))),
        (Action::ApprovePromotion, Box::new(move |s| s.approve(&request).map(drop))),
        (Action::Promote, Box::new(move |s| s.promote(&id).map(drop))),
        (Action::RejectPromotion, Box::new(move |s| s.reject(&first, "no").map(drop))),
        (Action::WithdrawPromotion, Box::new(move |s| s.withdraw(&second, "no").map(drop))),
        (Action::PromoteToStaging, Box::new(move |s| s.promote_to_staging(&third).map(drop))),
        (Action::BreakGlass, Box::new(|s| s.break_glass(&model(), &version("1.0.0"), "fire").map(drop))),
        (
            Action::ReviewBreakGlass,
            Box::new(|s| s.review_break_glass(&model(), 1, ReviewOutcome::Justified, "yes").map(drop)),
        ),
        (Action::RemovePolicy, Box::new(|s| s.remove_policy(TargetStage::Production, &Scope::All).map(drop))),
        (Action::RollBack, Box::new(|s| s.rollback(&model(), "why not").map(drop))),
        (
            Action::StartTrial,
            Box::new(|s| s.start_trial(&model(), &version("1.0.0"), TrialKind::Shadow).map(drop)),
        ),
        (
            Action::MoveTrial,
            Box::new(|s| s.move_trial(&model(), &version("1.0.0"), TrialKind::Shadow).map(drop)),
        ),
        (
            Action::EndTrial,
            Box::new(|s| s.end_trial(&model(), &version("1.0.0"), TrialOutcome::Completed).map(drop)),
        ),
        (Action::PruneLog, Box::new(|s| s.prune_log(Timestamp::default(), "old", &mut Vec::new()).map(drop))),
        (
            Action::CollectGarbage,
            Box::new(|s| s.collect_garbage(&GarbageCollection::new(), "tidy").map(drop)),
        ),
        #[cfg(feature = "mlflow-import")]
        (
            Action::ImportMlflow,
            Box::new(|s| {
                let import = mlops_registry::mlflow_import::MlflowImport::folder("mlruns");
                s.import_mlflow(&import, &mut |_| {}).map(drop)
            }),
        ),
        (Action::UpdateExperiment, Box::new(|s| s.rename_experiment(&experiment(), "mine").map(drop))),
        (Action::DeleteExperiment, Box::new(|s| s.delete_experiment(&experiment()).map(drop))),
        (Action::RestoreExperiment, Box::new(|s| s.restore_experiment(&experiment()).map(drop))),
        (Action::PurgeExperiment, Box::new(move |s| s.purge_experiment(&experiment(), hour).map(drop))),
        (Action::UpdateRun, Box::new(move |s| s.rename_run(&update, "mine").map(drop))),
        (Action::ResumeRun, Box::new(move |s| s.resume_run(&resume).map(drop))),
        (Action::DeleteRun, Box::new(move |s| s.delete_run(&delete).map(drop))),
        (Action::RestoreRun, Box::new(move |s| s.restore_run(&restore).map(drop))),
        (Action::PurgeRun, Box::new(move |s| s.purge_run(&purge, hour).map(drop))),
        (
            Action::TransitionStage,
            Box::new(|s| {
                let to = StageTransition::to(Stage::Archived);
                s.transition_stage(&model(), &version("1.0.0"), &to).map(drop)
            }),
        ),
        (
            Action::SetAlias,
            Box::new(move |s| s.set_alias(&model(), &alias, &version("1.0.0"), &AliasIs::Any).map(drop)),
        ),
        (Action::DeleteAlias, Box::new(move |s| s.delete_alias(&model(), &other_alias, &AliasIs::Any))),
        (Action::TagModel, Box::new(|s| s.set_model_tag(&model(), None, "team", "eve").map(drop))),
        (Action::UntagModel, Box::new(|s| s.delete_model_tag(&model(), None, "team"))),
        (Action::DescribeModel, Box::new(|s| s.describe_model(&model(), None, "mine").map(drop))),
        (
            Action::SetCard,
            Box::new(move |s| s.set_card(&model(), &reviewed, &ModelCard::new().owner("eve")).map(drop)),
        ),
        (Action::DeleteVersion, Box::new(|s| s.delete_version(&model(), &version("1.0.0"), "no").map(drop))),
        (Action::DeleteModel, Box::new(|s| s.delete_model(&model(), "no").map(drop))),
        (Action::RecordLink, Box::new(move |s| s.record_link(&view, &of).map(drop))),
        (Action::RecordServing, Box::new(move |s| s.record_link(&served, &service).map(drop))),
        (Action::RecordOutcomes, Box::new(move |s| s.record_link(&answers, &learned).map(drop))),
        (Action::RetractLink, Box::new(move |s| s.retract_link(&wrong.0, &wrong.1, "no").map(drop))),
        (
            Action::SignVersion,
            Box::new(|s| {
                let own = Ed25519Signer::from_seed(&[9; 32]);
                s.sign_version(&model(), &version("1.0.0"), &own).map(drop)
            }),
        ),
        (
            Action::RecordGit,
            Box::new(|s| {
                let mut git = Git::default();
                git.commit = Some("0123456789".repeat(4));
                s.record_git(&model(), &version("1.0.0"), &git, None).map(drop)
            }),
        ),
        (
            Action::Attest,
            Box::new(|s| s.attest(&model(), &version("1.0.0"), "sr-11-7/6-board", "yes").map(drop)),
        ),
        (Action::ReadModel, Box::new(|s| s.reader().versions(&model()).map(drop))),
        (Action::ReadTracking, Box::new(|s| s.reader().experiments().map(drop))),
        (Action::ReadRegistry, Box::new(|s| s.reader().grants().map(drop))),
        (Action::ReadAudit, Box::new(|s| s.reader().entries(0..9).map(drop))),
    ]
}

#[test]
fn who_holds_no_grant_is_denied_and_told_of() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let eve = world.registry.session(&principal("eve"));
        let attempts = attempts(&world, &request);
        // Whoever founds a registry has no grant yet, and who links a run of others has one of an
        // author. `Action` itself tells what all are, by a match that a new one does not get past.
        let tried = |action: &Action| match action {
            Action::CreateRegistry | Action::LinkRunOfOthers => false,
            Action::ImportMlflow => cfg!(feature = "mlflow-import"),
            _ => true,
        };
        for action in Action::ALL.into_iter().filter(tried) {
            assert!(attempts.iter().any(|(tried, _)| *tried == action), "{action} is not tried");
        }
        for (action, attempt) in attempts {
            let before = world.registry.store().size().unwrap();
            match attempt(&eve) {
                Err(Error::Denied { principal, needed, .. }) => {
                    assert_eq!((principal.as_str(), needed), ("eve", action.needs()));
                }
                other => panic!("{action}: {other:?}"),
            }
            let acts = told(&world, before);
            assert_eq!(acts.len(), 1, "{action}: {acts:?}");
            assert_eq!((acts[0].actor.as_str(), acts[0].action.as_str()), ("eve", action.as_str()));
            assert_eq!(acts[0].refused, [format!("grant: that takes the role {}", action.needs())]);
            // Once more is not told once more.
            assert!(matches!(attempt(&eve), Err(Error::Denied { .. })));
            assert_eq!(told(&world, before).len(), 1, "{action}");
        }
        assert_eq!(world.registry.production(&model()).unwrap(), None);
        world.is_whole();
    }
}

#[test]
fn what_was_tried_on_a_grant_says_which() {
    for world in worlds() {
        let before = world.registry.store().size().unwrap();
        let _ = world.ana.grant(&principal("ana"), Role::Admin, Scope::All);
        let act = told(&world, before).remove(0);
        assert_eq!(
            act.to_string(),
            format!("{} ana role.grant ana as admin, refused: grant: that takes the role admin", act.at)
        );
    }
}

#[test]
fn the_same_attempt_is_told_once_a_minute() {
    for world in worlds() {
        let eve = world.registry.session(&principal("eve"));
        let before = world.registry.store().size().unwrap();
        let tries = |count: usize| {
            for _ in 0..count {
                assert!(matches!(eve.rollback(&model(), "why not"), Err(Error::Denied { .. })));
            }
            told(&world, before).len()
        };
        assert_eq!(tries(50), 1);
        world.clock.advance(Duration::from_secs(59));
        assert_eq!(tries(50), 1);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(tries(50), 2);
        // Another is told at once, be it of the same person or of another.
        assert!(eve.rollback(&"other".parse().unwrap(), "why not").is_err());
        assert!(world.ana.rollback(&model(), "why not").is_err());
        assert_eq!(told(&world, before).len(), 4);
    }
}

#[test]
fn many_different_attempts_are_told_up_to_a_number() {
    for world in worlds() {
        let eve = world.registry.session(&principal("eve"));
        let before = world.registry.store().size().unwrap();
        for i in 0..500 {
            assert!(eve.rollback(&format!("model-{i}").parse().unwrap(), "why not").is_err());
        }
        let acts = told(&world, before);
        assert_eq!(acts.len(), 101);
        assert_eq!(acts[100].refused[1], "too many within a minute: this one stands for those that follow");
        world.is_whole();
    }
}

#[test]
fn racing_attempts_are_told_once() {
    for world in worlds() {
        let world = Arc::new(world);
        let before = world.registry.store().size().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let eve = world.registry.session(&principal("eve"));
                    assert!(matches!(eve.rollback(&model(), "why not"), Err(Error::Denied { .. })));
                });
            }
        });
        assert_eq!(told(&world, before).len(), 1);
    }
}

#[test]
fn a_decision_on_what_has_moved_on_is_told() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        let before = world.registry.store().size().unwrap();
        let conflicts = [
            world.dora.promote(&request.id()).map(drop),
            world.ben.approve(&request).map(drop),
            world.ana.request_promotion(&model(), &version("1.0.0")).map(drop),
            world.dora.rollback_to(&model(), &version("1.0.0"), "again").map(drop),
        ];
        let acts = told(&world, before);
        assert_eq!(acts.len(), conflicts.len());
        for (conflict, act) in conflicts.into_iter().zip(acts) {
            let conflict = conflict.unwrap_err();
            assert!(matches!(conflict, Error::Conflict { .. }), "{conflict:?}");
            assert_eq!(act.refused, [format!("state: {conflict}")]);
        }
        assert!(world.dora.promote(&request.id()).is_err());
        assert_eq!(told(&world, before).len(), 4);
        world.is_whole();
    }
}

#[test]
fn who_may_is_not_told_of_twice() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        let before = world.registry.store().size().unwrap();
        world.ana.log(&run, &RunBatch::new().param("a", 1)).unwrap();
        assert_eq!(told(&world, before).len(), 1);
        world.admin.set_policy(&PromotionPolicy::requiring(GATE)).unwrap();
        assert_eq!(told(&world, before).len(), 1);
    }
}
