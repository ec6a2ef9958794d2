//! Whatever another does to a model between any two steps of an operation, the outcome is
//! that of one after the other, or the operation is told that the state has moved on.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod world;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use mlops_core::Digest;
use mlops_registry::artifact::FolderArtifacts;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::model::{Stage, VersionStage};
use mlops_registry::promotion::{Promotion, RequestId};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::trial::{Trial, TrialKind, TrialOutcome};
use mlops_registry::{Error, Registry, Result, Session};
use world::{World, model, version};

type Deed = Box<dyn FnOnce() + Send>;

/// A store in which someone does something just before the call whose turn it is.
#[derive(Default)]
struct Interrupted {
    store: MemoryStore,
    commits: Mutex<Vec<Commit>>,
    deed: Mutex<Option<(usize, Deed)>>,
}

impl Interrupted {
    /// `deed` comes before call number `turn` from now, counted from 0.
    fn at(&self, turn: usize, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().unwrap() = Some((turn, Box::new(deed)));
    }

    /// Whether it has happened; if not, it never will.
    fn is_over(&self) -> bool {
        self.deed.lock().unwrap().take().is_none()
    }

    fn tick(&self) {
        let mut deed = self.deed.lock().unwrap();
        match deed.take() {
            Some((0, act)) => {
                drop(deed);
                act();
            }
            Some((turn, act)) => *deed = Some((turn - 1, act)),
            None => {}
        }
    }
}

impl fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupted")
    }
}

impl NodeSource for Interrupted {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Interrupted {
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.tick();
        self.store.read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.tick();
        let sequence = self.store.commit(commit)?;
        self.commits.lock().unwrap().push(commit.clone());
        Ok(sequence)
    }
    fn size(&self) -> Result<u64> {
        self.store.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.store.leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.store.damage()
    }
}

/// Two versions were in production, 1.2.0 may go there, and 1.3.0 may be tried; or 1.2.0 is.
struct Scene {
    world: World,
    commits: Vec<Commit>,
}

impl Scene {
    fn new(on_trial: bool) -> Self {
        let store = Arc::new(Interrupted::default());
        let world = World::over("interrupted", tempfile::tempdir().unwrap(), Arc::clone(&store) as _);
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.approved("1.2.0");
        world.approved("1.3.0");
        if on_trial {
            world.dora.start_trial(&model(), &version("1.2.0"), TrialKind::Shadow).unwrap();
        }
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
        let dora = registry.session(self.world.dora.principal());
        let words = (first.carry_out(&dora), second.carry_out(&dora));
        is_sound(&registry);
        (words.0, words.1, state(&registry))
    }

    /// What comes of `mine` if `theirs` gets in between before a call to the store; `None`
    /// if it makes no such call.
    fn interrupted(&self, turn: usize, mine: Operation, theirs: Operation) -> Option<(String, State)> {
        let (registry, store) = self.again();
        let dora = registry.session(self.world.dora.principal());
        let other = dora.clone();
        store.at(turn, move || drop(theirs.carry_out(&other)));
        let words = mine.carry_out(&dora);
        if !store.is_over() {
            return None;
        }
        is_sound(&registry);
        Some((words, state(&registry)))
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Promote(u32),
    RollBack,
    RollBackTo(&'static str),
    Start(&'static str),
    Move,
    End,
}

const OPERATIONS: [Operation; 9] = [
    Operation::Promote(3),
    Operation::Promote(4),
    Operation::RollBack,
    Operation::RollBackTo("1.0.0"),
    Operation::RollBackTo("1.2.0"),
    Operation::Start("1.2.0"),
    Operation::Start("1.3.0"),
    Operation::Move,
    Operation::End,
];

impl Operation {
    /// What came of it, in words.
    fn carry_out(self, session: &Session) -> String {
        let canary = TrialKind::Canary { percent: 10 };
        let tried = version("1.2.0");
        let result = match self {
            Self::Promote(number) => {
                let decision = session.promote(&RequestId { model: model(), number });
                decision.map(|decision| format!("granted {}", decision.granted().is_some()))
            }
            Self::RollBack => session.rollback(&model(), "why").map(|back| back.version.to_string()),
            Self::RollBackTo(text) => {
                let decision = session.rollback_to(&model(), &version(text), "why");
                decision.map(|decision| format!("granted {}", decision.granted().is_some()))
            }
            Self::Start(text) => {
                session.start_trial(&model(), &version(text), canary).map(|trial| trial.to_string())
            }
            Self::Move => session.move_trial(&model(), &tried, canary).map(|trial| trial.to_string()),
            Self::End => {
                session.end_trial(&model(), &tried, TrialOutcome::Completed).map(|trial| trial.to_string())
            }
        };
        match result {
            Ok(words) => words,
            Err(Error::Conflict { .. }) => "conflict".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

/// All that an operation may change, without the entries that wrote it.
type State = (Vec<Promotion>, Vec<Trial>, Vec<VersionStage>, Option<String>);

fn state(registry: &Registry) -> State {
    let production = registry.production(&model()).unwrap().map(|version| version.version.to_string());
    (
        registry.history(&model()).unwrap(),
        registry.trials(&model()).unwrap(),
        registry.stages(&model()).unwrap(),
        production,
    )
}

/// What always holds of a model.
#[track_caller]
fn is_sound(registry: &Registry) {
    let (history, trials, stages, production) = state(registry);
    let at = |stage| -> Vec<String> {
        let there = stages.iter().filter(|version| version.stage == stage);
        there.map(|version| version.version.to_string()).collect()
    };
    assert_eq!(at(Stage::Production), production.iter().cloned().collect::<Vec<_>>());
    assert_eq!(history.last().map(|last| last.version.to_string()), production);
    for (before, after) in history.iter().zip(history.iter().skip(1)) {
        assert_eq!((after.number, after.replaced.as_ref()), (before.number + 1, Some(&before.version)));
    }
    let running: Vec<_> = trials.iter().filter(|trial| trial.is_running()).collect();
    assert!(running.len() <= 1, "{running:?}");
    assert_eq!(at(Stage::Staging), running.iter().map(|trial| trial.version.to_string()).collect::<Vec<_>>());
    for trial in running {
        assert_eq!(trial.beside.as_ref().map(ToString::to_string), production);
    }
    let report = registry.verify().unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn each_operation_within_each_other() {
    let (mut conflicts, mut both) = (0, 0);
    for scene in [false, true].map(Scene::new) {
        for mine in OPERATIONS {
            for theirs in OPERATIONS {
                let (first, _, mine_first) = scene.one_after_the_other(mine, theirs);
                let (_, second, theirs_first) = scene.one_after_the_other(theirs, mine);
                let alone = {
                    let (registry, _) = scene.again();
                    theirs.carry_out(&registry.session(scene.world.dora.principal()));
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
    }
    assert!(conflicts > 100 && both > 100, "{conflicts} conflicts, {both} one after the other");
}
