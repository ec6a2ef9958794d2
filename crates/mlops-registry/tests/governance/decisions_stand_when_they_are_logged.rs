//! What a decision rests on still holds at the moment when the audit log tells of it.

use std::fmt;
use std::io::Read;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::world::{GATE, World, granted, model, refused, version};
use mlops_core::{Digest, Outcome};
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::{ArtifactStore, FolderArtifacts, Reclaimed, Sweep};
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::promotion::PromotionPolicy;
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::{Error, Registry, Result};

type Deed = Box<dyn FnOnce() + Send>;

/// A store in which someone does something in the moment before a commit.
#[derive(Default)]
struct Meddled {
    store: MemoryStore,
    deed: Mutex<Option<Deed>>,
}

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddled")
    }
}

impl NodeSource for Meddled {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Meddled {
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.store.read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        let deed = self.deed.lock().unwrap().take();
        if let Some(deed) = deed {
            deed();
        }
        self.store.commit(commit)
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

fn meddled() -> (World, Arc<Meddled>) {
    let store = Arc::new(Meddled::default());
    (World::over("meddled", tempfile::tempdir().unwrap(), Arc::clone(&store) as _), store)
}

impl Meddled {
    fn before_the_next_commit(&self, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().unwrap() = Some(Box::new(deed));
    }

    /// Takes a role from someone in that moment.
    fn revoke(&self, world: &World, session: &mlops_registry::Session, role: Role) {
        let (admin, who) = (world.admin.clone(), session.principal().clone());
        self.before_the_next_commit(move || admin.revoke(&who, role, Scope::All).unwrap());
    }
}

/// That the log tells of the revocation, and then that what was tried after it takes the role:
/// none of what else would have kept it out.
#[track_caller]
fn was_shut_out<T: fmt::Debug>(world: &World, result: &Result<T>) {
    let Err(Error::Denied { needed, .. }) = result else { panic!("{result:?}") };
    let mut entries = world.registry.entries(0..u64::MAX).unwrap();
    let last = entries.pop().unwrap().act;
    assert_eq!(last.refused, [format!("grant: that takes the role {needed}")]);
    assert_eq!(entries.pop().unwrap().act.action, "role.revoke");
    world.is_whole();
}

#[test]
fn who_was_just_revoked_is_refused_for_that_alone() {
    let (world, store) = meddled();
    let candidate = world.register("1.0.0");
    world.judge(&candidate, Outcome::Passed);
    let request = world.request("1.0.0");
    world.admin.grant(world.ana.principal(), Role::Approver, Scope::All).unwrap();
    store.revoke(&world, &world.ana, Role::Approver);
    was_shut_out(&world, &world.ana.approve(&request));

    store.revoke(&world, &world.dora, Role::Deployer);
    was_shut_out(&world, &world.dora.promote(&request.id()));

    world.register("1.1.0");
    store.revoke(&world, &world.ana, Role::Author);
    was_shut_out(&world, &world.ana.request_promotion(&model(), &version("1.1.0")));
}

#[test]
fn a_refusal_whose_reason_is_gone_is_decided_anew() {
    let (world, store) = meddled();
    let candidate = world.register("1.0.0");
    let verdict = world.verdict(&candidate, Outcome::Passed);
    let ana = world.ana.clone();
    store.before_the_next_commit(move || {
        ana.record_evidence(&mlops_core::Evidence::of(&verdict).unwrap()).unwrap();
    });
    let request = granted(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());

    let _approval = granted(world.ben.approve(&request).unwrap());
    let policy = PromotionPolicy::requiring(GATE);
    let two = policy.clone().approvals(NonZeroU32::new(2).unwrap());
    world.admin.set_policy(&two).unwrap();
    assert_eq!(refused(world.dora.promote(&request.id()).unwrap()), ["approvals: approved by ben"]);
    let admin = world.admin.clone();
    store.before_the_next_commit(move || admin.set_policy(&policy).unwrap());
    let _promotion = granted(world.dora.promote(&request.id()).unwrap());
    world.is_whole();
}

#[test]
fn an_approval_is_not_given_to_what_became_void_meanwhile() {
    let (world, store) = meddled();
    let candidate = world.register("1.1.0");
    world.judge(&candidate, Outcome::Passed);
    let late = world.request("1.1.0");
    let first = world.approved("1.0.0");
    let dora = world.dora.clone();
    store.before_the_next_commit(move || {
        let _promotion = granted(dora.promote(&first.id()).unwrap());
    });
    for _ in 0..2 {
        match world.ben.approve(&late) {
            Err(Error::Conflict { what: "production of", key, expected, current }) => {
                assert_eq!((key.as_str(), current.as_str()), ("flight-delay", "at 1.0.0"));
                assert_eq!(expected, format!("empty, as when {} was requested", late.id()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.registry.approvals(&late.id()).unwrap(), []);
    world.is_whole();
}

/// Counts how often an artifact is read.
#[derive(Debug)]
struct Counted(FolderArtifacts, AtomicUsize);

impl ArtifactStore for Counted {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        self.0.put(source)
    }
    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.open(digest)
    }
    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        self.0.size(digest)
    }
    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        self.0.list(after, limit)
    }
    fn remove(&self, digest: &Digest) -> Result<bool> {
        self.0.remove(digest)
    }
    fn touch(&self, digest: &Digest) -> Result<bool> {
        self.0.touch(digest)
    }
    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
        self.0.remove_older(digest, age, sweep)
    }
    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        self.0.reclaim(age, sweep)
    }
}

#[test]
fn the_artifact_is_read_once_however_often_others_get_in_between() {
    let (world, store) = meddled();
    let request = world.approved("1.0.0");
    let folder = FolderArtifacts::open(world.folder.path().join("artifacts")).unwrap();
    let artifacts = Arc::new(Counted(folder, AtomicUsize::new(0)));
    let registry = Registry::builder(
        Arc::clone(&store) as _,
        Arc::clone(&artifacts) as _,
        Arc::clone(&world.signer) as _,
    )
    .open()
    .unwrap();
    let other = world.register("2.0.0");
    let (ana, verdict) = (world.ana.clone(), world.verdict(&other, Outcome::Passed));
    store.before_the_next_commit(move || {
        // Changes the model, so that the promotion must be built anew.
        ana.record_evidence(&mlops_core::Evidence::of(&verdict).unwrap()).unwrap();
    });
    let _promotion = granted(registry.session(world.dora.principal()).promote(&request.id()).unwrap());
    assert_eq!(artifacts.1.load(Ordering::Relaxed), 1);
    assert!(store.deed.lock().unwrap().is_none(), "someone got in between");
}
