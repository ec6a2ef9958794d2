//! How a blob that is old goes while others may be about to need it.
//!
//! An object store deletes without conditions, and knows no locks. So who wants to remove a blob
//! for its age first writes a *claim*, then looks how old the blob is, and takes the claim away
//! when the blob is gone, or stays. Who needs the blob does it the other way round: writes the
//! blob, or a *mark* that it is needed, and then looks for claims. Of two that do so at once
//! one at least sees the other: either who removes sees a blob that is new, or who needs it
//! sees the claim, waits until it is gone, and then looks whether the blob is still there.
//!
//! That takes a store in which what was written is there for the next that looks, as the large
//! clouds and what is compatible with them have it. All times that are compared are the
//! store's own.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::try_join;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mlops_core::Timestamp;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::bucket::{Bucket, written};
use crate::artifact::{Blob, Reclaimed, Sweep, unavailable};
use crate::{Error, Result};

/// After so long a claim counts as that of somebody who died. Longer than any removal takes: see
/// [`LONGEST_PATIENCE`](super::LONGEST_PATIENCE).
const CLAIM: Duration = Duration::from_mins(15);

/// How long one waits before one looks again for a claim of somebody else.
const PAUSE: Duration = Duration::from_millis(20);

/// Moments of a store are of whole seconds, some of them.
const GRAIN: Duration = Duration::from_secs(1);

/// How many objects are asked for at once.
const AT_ONCE: usize = 8;

impl Bucket {
    /// Those of `blobs`, which were written just now, that somebody has removed meanwhile. The
    /// others stay for as long as they are new.
    pub(super) async fn lost(&self, blobs: &[Blob]) -> Result<Vec<Blob>> {
        self.await_claims(blobs).await?;
        let looks = blobs.iter().copied().map(|blob| async move {
            let there = self.meta(&self.layout.blob(&blob)).await?;
            Ok::<_, Error>(there.is_none().then_some(blob))
        });
        let lost: Vec<_> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        Ok(lost.into_iter().flatten().collect())
    }

    /// Marks a blob as needed; returns whether it is there, and then stays for as long as the
    /// mark is new.
    pub(super) async fn mark(&self, blob: &Blob) -> Result<bool> {
        let object = self.layout.blob(blob);
        // Of what is not there no mark is left behind.
        if self.meta(&object).await?.is_none() {
            return Ok(false);
        }
        self.write(&self.layout.mark(blob), Bytes::new()).await?;
        self.await_claims(&[*blob]).await?;
        Ok(self.meta(&object).await?.is_some())
    }

    /// When a blob was last written or marked; `None` if there is none.
    pub(super) async fn needed(&self, blob: &Blob) -> Result<Option<Timestamp>> {
        let (object, mark) = (self.layout.blob(blob), self.layout.mark(blob));
        let (object, mark) = try_join(self.meta(&object), self.meta(&mark)).await?;
        Ok(object.map(|object| mark.iter().map(written).fold(written(&object), Timestamp::max)))
    }

    /// Removes a blob whatever its age; returns whether there was one.
    pub(super) async fn remove(&self, blob: &Blob) -> Result<bool> {
        let object = self.layout.blob(blob);
        if self.meta(&object).await?.is_none() {
            return Ok(false);
        }
        // First the mark: one without its blob would stay for ever.
        self.delete(&self.layout.mark(blob)).await?;
        self.delete(&object).await?;
        Ok(true)
    }

    /// Removes a blob if it was last needed `age` ago or longer; returns whether it did.
    pub(super) async fn remove_old(&self, blob: &Blob, age: Duration) -> Result<bool> {
        let claim = self.claim(&self.layout.claims_of(blob)).await?;
        let removed = self.remove_claimed(blob, age, &claim).await;
        match &removed {
            // Nobody knows whether the store still deletes it: the claim stays until it does not.
            Err(error) if error.is_transient() => {}
            _ => self.delete(&claim.location).await?,
        }
        removed
    }

    async fn remove_claimed(&self, blob: &Blob, age: Duration, claim: &ObjectMeta) -> Result<bool> {
        let now = written(claim);
        match self.needed(blob).await? {
            Some(needed) if now.saturating_since(needed) >= age.saturating_add(GRAIN) => {
                self.remove(blob).await
            }
            _ => Ok(false),
        }
    }

    /// Writes a claim with a name of its own. When it was written is the store's time of now.
    async fn claim(&self, below: &Path) -> Result<ObjectMeta> {
        let mut name = [0; 8];
        getrandom::fill(&mut name)
            .map_err(|error| unavailable("the system's random numbers", error.into()))?;
        let claim = below.clone().join(format!("{:016x}", u64::from_ne_bytes(name)));
        self.write(&claim, Bytes::new()).await?;
        match self.meta(&claim).await {
            Ok(Some(claim)) => Ok(claim),
            Ok(None) => {
                let words = "what was written is not there for the next that looks: artifacts need a store in which it is";
                Err(self.place.unavailable(false, words.to_owned()))
            }
            Err(error) => {
                // Nothing was done that it would be needed for. What is said is what went wrong first.
                let _ = self.delete(&claim).await;
                Err(error)
            }
        }
    }

    /// Waits until nobody claims one of the blobs any more.
    async fn await_claims(&self, blobs: &[Blob]) -> Result<()> {
        let below = match blobs {
            [] => return Ok(()),
            [one] => self.layout.claims_of(one),
            _ => self.layout.claims(),
        };
        let ours: Vec<Path> = blobs.iter().map(|blob| self.layout.claims_of(blob)).collect();
        let mut first_seen = None;
        loop {
            let mut claims = self.claims(&below).await?;
            claims.retain(|claim| ours.iter().any(|ours| claim.location.prefix_matches(ours)));
            if claims.is_empty() {
                return Ok(());
            }
            let (now, since) = match first_seen {
                Some(seen) => seen,
                None => *first_seen.insert((self.now().await?, Instant::now())),
            };
            let age = |claim: &ObjectMeta| now.saturating_since(written(claim)) + since.elapsed();
            // Those of the dead hold nobody up.
            if claims.iter().all(|claim| age(claim) >= CLAIM) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The claims below, few at any moment.
    async fn claims(&self, below: &Path) -> Result<Vec<ObjectMeta>> {
        let listed = self.store.list(Some(below)).try_collect().await;
        listed.map_err(|error| self.place.told("list claims", &error))
    }

    /// The store's time of now.
    async fn now(&self) -> Result<Timestamp> {
        let clock = self.claim(&self.layout.claims().join("clock")).await?;
        self.delete(&clock.location).await?;
        Ok(written(&clock))
    }

    /// Removes the claims of those who died `age` ago or earlier.
    pub(super) async fn reclaim(&self, age: Duration, sweep: Sweep, here: Timestamp) -> Result<Reclaimed> {
        let mut claims = self.claims(&self.layout.claims()).await?;
        if claims.is_empty() {
            return Ok(Reclaimed::default());
        }
        // To look is all that a dry run does: it goes by the time here.
        let now = if sweep == Sweep::Remove { self.now().await? } else { here };
        claims.retain(|claim| now.saturating_since(written(claim)) >= age.max(CLAIM));
        if sweep == Sweep::Remove {
            for claim in &claims {
                self.delete(&claim.location).await?;
            }
        }
        Ok(claims.iter().fold(Reclaimed::default(), |reclaimed, claim| reclaimed.part(claim.size)))
    }
}
