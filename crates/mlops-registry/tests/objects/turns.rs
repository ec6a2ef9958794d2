//! Who needs a blob and who removes it for its age take turns in every order that there is:
//! what a put or a touch has promised is kept in each.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use mlops_core::Digest;
use mlops_registry::artifact::object_store::memory::InMemory;
use mlops_registry::artifact::object_store::path::Path;
use mlops_registry::artifact::object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use mlops_registry::artifact::{Blob, BlobStore as _, ObjectArtifacts, Space, Sweep};
use parking_lot::Mutex;

use crate::runtimes::block_on;

/// How old what was there before counts.
const OLD: Duration = Duration::from_hours(2);

const AGE: Duration = Duration::from_hours(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
    Needs,
    Removes,
}

/// A store in which one request at a time is met, in an order that is laid down, and in which
/// what was there before is old.
#[derive(Clone)]
struct InTurns {
    actor: Actor,
    turns: Arc<Mutex<Turns>>,
}

#[derive(Default)]
struct Turns {
    inner: Arc<InMemory>,
    /// Whose turn it is, the next one last.
    order: Vec<Actor>,
    /// Who has nothing more to ask.
    done: Vec<Actor>,
    /// The object that is old, as long as it is this one.
    old: Option<ObjectMeta>,
    /// How many requests were met after all that had been laid down.
    beyond: usize,
}

impl Turns {
    /// Whether somebody may go now.
    fn is_turn_of(&mut self, actor: Actor) -> bool {
        while self.order.last().is_some_and(|next| self.done.contains(next)) {
            self.order.pop();
        }
        match self.order.last() {
            Some(next) if *next == actor => self.order.pop().is_some(),
            Some(_) => false,
            None => {
                self.beyond += 1;
                true
            }
        }
    }
}

impl InTurns {
    /// Does one request when its turn has come, while nobody else does any.
    async fn meet<T>(&self, request: impl AsyncFnOnce(Arc<InMemory>) -> Result<T>) -> Result<T> {
        loop {
            {
                let mut turns = self.turns.lock();
                if turns.is_turn_of(self.actor) {
                    let inner = Arc::clone(&turns.inner);
                    return request(inner).now_or_never().expect("memory is always ready");
                }
            }
            thread::yield_now();
            tokio::task::yield_now().await;
        }
    }

    fn aged(&self, mut object: ObjectMeta) -> ObjectMeta {
        let old = self.turns.lock().old.clone();
        if old.is_some_and(|old| object.last_modified <= old.last_modified) {
            object.last_modified -= OLD;
        }
        object
    }
}

#[async_trait]
impl ObjectStore for InTurns {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.meet(async |inner| inner.put_opts(location, payload, opts).await).await
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        panic!("what is put here is small")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let mut found = self.meet(async |inner| inner.get_opts(location, options).await).await?;
        found.meta = self.aged(found.meta);
        Ok(found)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        locations
            .and_then(move |location| {
                let this = this.clone();
                async move {
                    this.meet(async |inner| inner.delete(&location).await).await?;
                    Ok(location)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned());
        let listed = async move {
            let objects: Vec<ObjectMeta> =
                this.meet(async |inner| inner.list(prefix.as_ref()).try_collect().await).await?;
            Ok(stream::iter(objects.into_iter().map(move |object| Ok(this.aged(object)))))
        };
        listed.try_flatten_stream().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        panic!("it is not asked for")
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        panic!("it is not asked for")
    }
}

impl fmt::Debug for InTurns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InTurns")
    }
}

impl fmt::Display for InTurns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("in turns")
    }
}

/// Every order in which so many requests of both can come, the last one first.
fn orders(needs: usize, removes: usize) -> Vec<Vec<Actor>> {
    if needs == 0 && removes == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (actor, count) in [(Actor::Needs, needs), (Actor::Removes, removes)] {
        if count > 0 {
            let (needs, removes) = match actor {
                Actor::Needs => (needs - 1, removes),
                Actor::Removes => (needs, removes - 1),
            };
            for mut order in orders(needs, removes) {
                order.push(actor);
                all.push(order);
            }
        }
    }
    all
}

/// What came of all orders: how often who removes did, how often not, and how often somebody waited.
#[derive(Debug, Default)]
struct Outcomes {
    removed: usize,
    stayed: usize,
    waited: usize,
}

/// Lets `need` and a removal take turns in every order in which `requests` of `need` and all of
/// the removal can come after `first`; `need` says whether the blob must be there when it is done.
fn every_order(first: &[Actor], requests: usize, need: impl Fn(&ObjectArtifacts) -> bool + Sync) -> Outcomes {
    /// A claim, its age, the blob's and the mark's; then the blob's again, and three to delete.
    const REMOVAL: usize = 8;
    let turns = Arc::<Mutex<Turns>>::default();
    let [needing, removing] = [Actor::Needs, Actor::Removes].map(|actor| {
        let store = InTurns { actor, turns: Arc::clone(&turns) };
        ObjectArtifacts::over(Arc::new(store), "").unwrap()
    });
    let blob = blob();
    let mut outcomes = Outcomes::default();
    for order in orders(requests, REMOVAL) {
        let inner = Arc::new(InMemory::new());
        *turns.lock() = Turns { inner: Arc::clone(&inner), ..Turns::default() };
        needing.put_blobs(&[(blob, b"old")]).unwrap();
        {
            let mut turns = turns.lock();
            turns.old = block_on(inner.list(None).try_next()).unwrap();
            turns.order = order.iter().copied().chain(first.iter().rev().copied()).collect();
            turns.beyond = 0;
        }
        let done = |actor| turns.lock().done.push(actor);
        let (must_be_there, removed) = thread::scope(|scope| {
            let removal = scope.spawn(|| {
                let removed = removing.remove_blob(&blob, AGE, Sweep::Remove);
                done(Actor::Removes);
                removed.unwrap()
            });
            let needed = need(&needing);
            done(Actor::Needs);
            (needed, removal.join().unwrap())
        });
        let objects: Vec<ObjectMeta> = block_on(inner.list(None).try_collect()).unwrap();
        let left: Vec<&str> = objects.iter().map(|object| object.location.as_ref()).collect();
        let is_there = left.iter().any(|object| object.starts_with("chunks/"));
        assert_eq!(is_there, must_be_there, "{order:?}: {left:?}");
        assert!(!left.iter().any(|object| object.starts_with("removing/")), "{order:?}: {left:?}");
        outcomes.removed += usize::from(removed);
        outcomes.stayed += usize::from(!removed);
        outcomes.waited += usize::from(turns.lock().beyond > 0);
    }
    outcomes
}

fn blob() -> Blob {
    Blob::new(Space::Chunks, Digest::of("raced for"))
}

/// By the clock of this machine the blob is old, which is all that the first look is for.
const FIRST_LOOK: [Actor; 2] = [Actor::Removes; 2];

#[test]
fn what_was_put_stays_in_every_order() {
    // It writes the blob, looks for claims, and for the blob.
    let outcomes = every_order(&FIRST_LOOK, 3, |artifacts| {
        artifacts.put_blobs(&[(blob(), b"new")]).unwrap();
        true
    });
    assert_eq!(outcomes.removed + outcomes.stayed, 165);
    assert!(outcomes.removed > 0 && outcomes.stayed > 0 && outcomes.waited > 0, "{outcomes:?}");
}

#[test]
fn what_was_touched_stays_in_every_order() {
    // It has seen the blob; it writes a mark, looks for claims, and for the blob once more.
    let first = [&FIRST_LOOK[..], &[Actor::Needs]].concat();
    let outcomes = every_order(&first, 3, |artifacts| artifacts.touch_blob(&blob()).unwrap());
    assert_eq!(outcomes.removed + outcomes.stayed, 165);
    assert!(outcomes.removed > 0 && outcomes.stayed > 0 && outcomes.waited > 0, "{outcomes:?}");
}
