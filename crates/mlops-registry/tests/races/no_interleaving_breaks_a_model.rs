//! Whatever another does to a model between any two steps of an operation, the outcome is
//! that of one after the other, or the operation is told that the state has moved on.

use std::sync::Arc;
use std::time::Duration;

use super::interrupted::Interrupted;
use crate::world::{GATE, World, granted, model, principal, version};
use mlops_core::Outcome;
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::FolderArtifacts;
use mlops_registry::model::{AliasIs, AliasTarget, Stage, StageTransition, VersionStage};
use mlops_registry::promotion::{
    Approval, BreakGlass, Emergency, Promotion, PromotionPolicy, PromotionRequest, RequestId, RequestState,
    ReviewOutcome, TargetStage,
};
use mlops_registry::store::{Commit, MetadataStore as _};
use mlops_registry::trial::{Trial, TrialKind, TrialOutcome};
use mlops_registry::{Error, Registry};

/// What a model has been through before two meet over it.
struct Scene {
    world: World,
    commits: Vec<Commit>,
}

impl Scene {
    /// Nothing is in production, and 1.0.0 may go there.
    fn fresh() -> Self {
        Self::after(|world| drop(world.approved("1.0.0")))
    }

    /// Two versions were in production, 1.2.0 may go there, and 1.3.0 may be tried.
    fn settled() -> Self {
        Self::after(settle)
    }

    /// The same, and 1.2.0 is tried.
    fn on_trial() -> Self {
        Self::after(|world| {
            settle(world);
            world.dora.start_trial(&model(), &version("1.2.0"), TrialKind::Shadow).unwrap();
        })
    }

    /// 1.2.0 went in without the rules, and 1.3.0 by them.
    fn emergency() -> Self {
        Self::after(|world| {
            world.promoted("1.0.0");
            world.promoted("1.1.0");
            world.register("1.2.0");
            let _broken = granted(world.dora.break_glass(&model(), &version("1.2.0"), "fire").unwrap());
            world.promoted("1.3.0");
        })
    }

    /// 1.0.0 is in staging, and 1.1.0 may go there, as a policy says.
    fn staged() -> Self {
        Self::after(|world| {
            let policy = PromotionPolicy::requiring(GATE).to(TargetStage::Staging);
            world.admin.set_policy(&policy).unwrap();
            for (text, number) in [("1.0.0", 1), ("1.1.0", 2)] {
                let candidate = world.register(text);
                world.judge(&candidate, Outcome::Passed);
                let asked =
                    world.ana.request_promotion_to(&model(), &candidate.version, TargetStage::Staging);
                let _approval = granted(world.ben.approve(&granted(asked.unwrap())).unwrap());
                if number == 1 {
                    let id = RequestId { model: model(), number };
                    let _stage = granted(world.dora.promote_to_staging(&id).unwrap());
                }
            }
        })
    }

    fn after(before: impl FnOnce(&World)) -> Self {
        let store = Arc::new(Interrupted::default());
        let world = World::over("interrupted", tempfile::tempdir().unwrap(), Arc::clone(&store) as _);
        let terms = BreakGlass::by(Role::Deployer, Duration::from_hours(24)).unwrap();
        let policy = PromotionPolicy::requiring(GATE).deployer_is_no_approver().break_glass(terms);
        world.admin.set_policy(&policy).unwrap();
        world.admin.grant(&principal("dora"), Role::Approver, Scope::All).unwrap();
        before(&world);
        world.later();
        let commits = store.commits.lock().unwrap().clone();
        Self { world, commits }
    }

    /// The same once more, with nothing done to it yet.
    fn again(&self) -> (Registry, Arc<Interrupted>) {
        let store = Arc::new(Interrupted::default());
        for commit in &self.commits {
            store.store.commit(commit).unwrap();
        }
        let artifacts = FolderArtifacts::open(self.world.folder.path().join("artifacts")).unwrap();
        let registry = Registry::builder(
            Arc::clone(&store) as _,
            Arc::new(artifacts),
            Arc::clone(&self.world.signer) as _,
        )
        .clock(Arc::clone(&self.world.clock) as _)
        .open()
        .unwrap();
        (registry, store)
    }

    fn one_after_the_other(&self, first: Operation, second: Operation) -> (String, String, State) {
        let (registry, _) = self.again();
        let words = (first.carry_out(&registry), second.carry_out(&registry));
        is_sound(&registry);
        (words.0, words.1, state(&registry))
    }

    /// What comes of `mine` if `theirs` gets in between before a call to the store; `None`
    /// if it makes no such call.
    fn interrupted(&self, turn: usize, mine: Operation, theirs: Operation) -> Option<(String, State)> {
        let (registry, store) = self.again();
        let other = registry.clone();
        store.at(turn, move || drop(theirs.carry_out(&other)));
        let words = mine.carry_out(&registry);
        if !store.is_over() {
            return None;
        }
        is_sound(&registry);
        Some((words, state(&registry)))
    }
}

/// Two versions were in production, and two may go there.
fn settle(world: &World) {
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    world.approved("1.2.0");
    world.approved("1.3.0");
    world.dora.set_alias(&model(), &"old".parse().unwrap(), &version("1.0.0"), &AliasIs::Any).unwrap();
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Promote(u32),
    PromoteToStaging(u32),
    RollBack,
    RollBackTo(&'static str),
    Start(&'static str),
    Move,
    End,
    SetAlias(&'static str, &'static str),
    DeleteAlias(&'static str),
    Delete(&'static str),
    /// By hand, with those that are in staging archived.
    Transition(&'static str, Stage),
    BreakGlass(&'static str),
    Review(u32),
    /// By who deploys.
    Approve(u32),
    /// Who deploys may no more.
    Revoke,
}

const OPERATIONS: [Operation; 18] = [
    Operation::Promote(3),
    Operation::Promote(4),
    Operation::RollBack,
    Operation::RollBackTo("1.0.0"),
    Operation::RollBackTo("1.2.0"),
    Operation::Start("1.2.0"),
    Operation::Start("1.3.0"),
    Operation::Move,
    Operation::End,
    Operation::SetAlias("champion", "1.0.0"),
    Operation::DeleteAlias("old"),
    Operation::Delete("1.0.0"),
    Operation::Delete("1.2.0"),
    Operation::Transition("1.1.0", Stage::Archived),
    Operation::Transition("1.3.0", Stage::Staging),
    Operation::BreakGlass("1.2.0"),
    Operation::Approve(3),
    Operation::Revoke,
];

impl Operation {
    /// What came of it, in words.
    fn carry_out(self, registry: &Registry) -> String {
        let canary = TrialKind::Canary { percent: 10 };
        let tried = version("1.2.0");
        let request = |number| RequestId { model: model(), number };
        let (root, session) = (registry.session(&principal("root")), registry.session(&principal("dora")));
        let result = match self {
            Self::Promote(number) => {
                session.promote(&request(number)).map(|decision| words(decision.granted().is_some()))
            }
            Self::PromoteToStaging(number) => session
                .promote_to_staging(&request(number))
                .map(|decision| words(decision.granted().is_some())),
            Self::RollBack => session.rollback(&model(), "why").map(|back| back.version.to_string()),
            Self::RollBackTo(text) => session
                .rollback_to(&model(), &version(text), "why")
                .map(|decision| words(decision.granted().is_some())),
            Self::Start(text) => {
                session.start_trial(&model(), &version(text), canary).map(|trial| trial.to_string())
            }
            Self::Move => session.move_trial(&model(), &tried, canary).map(|trial| trial.to_string()),
            Self::End => {
                session.end_trial(&model(), &tried, TrialOutcome::Completed).map(|trial| trial.to_string())
            }
            Self::SetAlias(alias, text) => session
                .set_alias(&model(), &alias.parse().unwrap(), &version(text), &AliasIs::Any)
                .map(|target| target.version.to_string()),
            Self::DeleteAlias(alias) => session
                .delete_alias(&model(), &alias.parse().unwrap(), &AliasIs::Any)
                .map(|()| "deleted".to_owned()),
            Self::Delete(text) => {
                root.delete_version(&model(), &version(text), "why").map(|_| "deleted".to_owned())
            }
            Self::Transition(text, to) => {
                let transition = StageTransition::to(to).because("why");
                let transition =
                    if to == Stage::Staging { transition.archiving_existing() } else { transition };
                session
                    .transition_stage(&model(), &version(text), &transition)
                    .map(|decision| words(decision.granted().is_some()))
            }
            Self::BreakGlass(text) => session
                .break_glass(&model(), &version(text), "fire")
                .map(|decision| words(decision.granted().is_some())),
            Self::Review(number) => registry
                .session(&principal("ben"))
                .review_break_glass(&model(), number, ReviewOutcome::Justified, "fire")
                .map(|decision| words(decision.granted().is_some())),
            Self::Approve(number) => registry
                .promotion_request(&request(number))
                .and_then(|request| session.approve(&request))
                .map(|decision| words(decision.granted().is_some())),
            Self::Revoke => {
                root.revoke(session.principal(), Role::Deployer, Scope::All).map(|()| "revoked".to_owned())
            }
        };
        match result {
            Ok(words) => words,
            Err(Error::Conflict { .. }) => "conflict".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

fn words(granted: bool) -> String {
    format!("granted {granted}")
}

/// All that an operation may change, without the entries that wrote it.
#[derive(Debug, PartialEq)]
struct State {
    history: Vec<Promotion>,
    trials: Vec<Trial>,
    stages: Vec<VersionStage>,
    aliases: Vec<AliasTarget>,
    requests: Vec<PromotionRequest>,
    approvals: Vec<Approval>,
    emergencies: Vec<Emergency>,
    production: Option<String>,
}

fn state(registry: &Registry) -> State {
    let production = registry.production(&model()).unwrap().map(|version| version.version.to_string());
    let requests = registry.promotion_requests(&model()).unwrap();
    let approvals = requests.iter().flat_map(|request| registry.approvals(&request.id()).unwrap());
    State {
        history: registry.history(&model()).unwrap(),
        trials: registry.trials(&model()).unwrap(),
        stages: registry.stages(&model()).unwrap(),
        aliases: registry.aliases(&model()).unwrap(),
        approvals: approvals.collect(),
        requests,
        emergencies: registry.emergencies(&model()).unwrap(),
        production,
    }
}

/// What always holds of a model.
#[track_caller]
fn is_sound(registry: &Registry) {
    let State { history, trials, stages, aliases, requests, production, .. } = state(registry);
    let at = |stage| -> Vec<String> {
        let there = stages.iter().filter(|version| version.stage == stage);
        there.map(|version| version.version.to_string()).collect()
    };
    assert_eq!(at(Stage::Production), production.iter().cloned().collect::<Vec<_>>());
    let last = history.last().filter(|last| last.ended.is_none());
    assert_eq!(last.map(|last| last.version.to_string()), production);
    for (before, after) in history.iter().zip(history.iter().skip(1)) {
        let there = Some(&before.version).filter(|_| before.ended.is_none());
        assert_eq!((after.number, after.replaced.as_ref()), (before.number + 1, there));
    }
    let running: Vec<_> = trials.iter().filter(|trial| trial.is_running()).collect();
    assert!(running.len() <= 1, "{running:?}");
    for trial in running {
        assert!(at(Stage::Staging).contains(&trial.version.to_string()), "{trial:?}");
        assert_eq!(trial.beside.as_ref().map(ToString::to_string), production);
    }
    let registered = |version: &mlops_core::Version| stages.iter().any(|stage| stage.version == *version);
    for alias in &aliases {
        assert!(registered(&alias.version), "{alias:?} points at nothing");
    }
    for request in requests.iter().filter(|request| request.state == RequestState::Open) {
        assert!(registered(&request.version), "{request:?} asks for nothing");
    }
    let report = registry.verify().unwrap();
    assert!(report.is_clean(), "{report}");
}

/// Tries each of `all` with each within it: how many conflicts came of it, and how often both went.
fn within_each_other(scene: &Scene, all: &[Operation]) -> (usize, usize) {
    let (mut conflicts, mut both) = (0, 0);
    for mine in all.iter().copied() {
        for theirs in all.iter().copied() {
            let (first, _, mine_first) = scene.one_after_the_other(mine, theirs);
            let (_, second, theirs_first) = scene.one_after_the_other(theirs, mine);
            let alone = {
                let (registry, _) = scene.again();
                theirs.carry_out(&registry);
                state(&registry)
            };
            for turn in 0.. {
                let Some((words, now)) = scene.interrupted(turn, mine, theirs) else { break };
                if words == "conflict" && now == alone {
                    conflicts += 1;
                    continue;
                }
                both += 1;
                assert!(
                    (words == first && now == mine_first) || (words == second && now == theirs_first),
                    "{mine:?} with {theirs:?} before call {turn}: {words}\n{now:#?}"
                );
            }
        }
    }
    (conflicts, both)
}

#[test]
fn each_operation_within_each_other() {
    let (conflicts, both) = within_each_other(&Scene::settled(), &OPERATIONS);
    assert!(conflicts > 100 && both > 100, "{conflicts} conflicts, {both} one after the other");
}

#[test]
fn each_operation_within_each_other_beside_a_trial() {
    let (conflicts, both) = within_each_other(&Scene::on_trial(), &OPERATIONS);
    assert!(conflicts > 100 && both > 100, "{conflicts} conflicts, {both} one after the other");
}

#[test]
fn the_first_promotion_within_others() {
    let all = [
        Operation::Promote(1),
        Operation::BreakGlass("1.0.0"),
        Operation::Transition("1.0.0", Stage::Archived),
        Operation::Delete("1.0.0"),
        Operation::Approve(1),
        Operation::RollBack,
    ];
    within_each_other(&Scene::fresh(), &all);
}

#[test]
fn a_review_within_a_rollback() {
    let all = [
        Operation::RollBack,
        Operation::RollBackTo("1.2.0"),
        Operation::Review(3),
        Operation::Delete("1.2.0"),
        Operation::Transition("1.3.0", Stage::Archived),
    ];
    within_each_other(&Scene::emergency(), &all);
}

#[test]
fn promotions_to_staging_within_those_that_archive_what_is_there() {
    let all = [
        Operation::PromoteToStaging(2),
        Operation::Transition("1.0.0", Stage::Staging),
        Operation::Transition("1.0.0", Stage::None),
        Operation::Delete("1.1.0"),
    ];
    within_each_other(&Scene::staged(), &all);
}

#[test]
fn a_reference_is_found_whatever_moves_and_is_deleted_meanwhile() {
    type Moving = fn(&Registry);
    let scene = Scene::settled();
    let moves: [(&str, Moving); 2] = [
        ("old", |registry| {
            Operation::SetAlias("old", "1.2.0").carry_out(registry);
            Operation::Delete("1.0.0").carry_out(registry);
        }),
        ("production", |registry| {
            Operation::Promote(3).carry_out(registry);
            Operation::Delete("1.1.0").carry_out(registry);
        }),
    ];
    for (alias, moving) in moves {
        for turn in 0.. {
            let (registry, store) = scene.again();
            let other = registry.clone();
            store.at(turn, move || moving(&other));
            let found = registry.resolve(&format!("flight-delay@{alias}").parse().unwrap()).unwrap();
            if alias == "production" {
                registry.production(&model()).unwrap().unwrap();
            }
            if !store.is_over() {
                assert!(turn > 1);
                break;
            }
            let expected = if alias == "old" { ["1.0.0", "1.2.0"] } else { ["1.1.0", "1.2.0"] };
            assert!(expected.contains(&found.version.to_string().as_str()), "{found:?}");
        }
    }
}
