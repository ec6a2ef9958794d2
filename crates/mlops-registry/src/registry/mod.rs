//! The registry as a whole: how it is made, opened, and entered by someone.

mod builder;
mod document;
mod references;
mod session;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mlops_core::{Clock, Principal, Timestamp};
use serde::{Deserialize, Serialize};

pub use builder::RegistryBuilder;
pub(crate) use document::{Document, Stored, StoredExt};
pub use session::Session;

use crate::Result;
use crate::access::{Authorizer, KnownGrants, RecentRefusals};
use crate::artifact::ArtifactStore;
use crate::audit::{Audit, AuditReport, Entry};
use crate::merkle::{
    Checkpoint, Origin, SignedCheckpoint, SignedTreeHead, Signer, TreeHead, VerifierKey, root_at,
};
use crate::promotion::PastTimes;
use crate::store::{Commit, Key, Kind, MetadataStore};
use crate::tracking::RunNumbers;

/// A model registry over a store of records and one of artifacts. A clone is the same registry.
///
/// This is the registry in the hands of whoever runs it: reading from it takes no grant, as
/// who can open the store can read it anyway. Whoever changes something does so in a
/// [`Session`], which knows who it is, and whoever reads for others does so through
/// [`Session::reader`].
#[derive(Clone)]
pub struct Registry {
    parts: Arc<Parts>,
}

struct Parts {
    store: Arc<dyn MetadataStore>,
    artifacts: Arc<dyn ArtifactStore>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    authorizer: Arc<dyn Authorizer>,
    origin: Origin,
    grants: KnownGrants,
    runs: RunNumbers,
    meanings: AtomicU64,
    refusals: RecentRefusals,
    past: PastTimes,
}

impl Registry {
    /// Puts a registry together: where its records are, where its artifacts are, and who
    /// signs its tree heads.
    pub fn builder(
        store: Arc<dyn MetadataStore>,
        artifacts: Arc<dyn ArtifactStore>,
        signer: Arc<dyn Signer>,
    ) -> RegistryBuilder {
        RegistryBuilder::new(store, artifacts, signer)
    }

    /// The registry as `principal` uses it. What they may do there, their grants decide.
    pub fn session(&self, principal: &Principal) -> Session {
        Session::new(self.clone(), principal.clone())
    }

    /// The store of the records and of the audit log.
    pub fn store(&self) -> &dyn MetadataStore {
        &*self.parts.store
    }

    /// The store of the artifacts.
    pub fn artifacts(&self) -> &dyn ArtifactStore {
        &*self.parts.artifacts
    }

    /// The name of the audit log, which its tree heads bear.
    pub fn origin(&self) -> &Origin {
        &self.parts.origin
    }

    /// The audit log of this moment in one signed line, to be kept where those who can
    /// write to the store can't reach.
    ///
    /// # Errors
    /// Those of the store and of the signer.
    pub fn tree_head(&self) -> Result<SignedTreeHead> {
        let size = self.store().size()?;
        let root = root_at(self.store(), size)?;
        let head = TreeHead::new(self.origin().clone(), size, root, self.now())?;
        SignedTreeHead::sign(head, &*self.parts.signer)
    }

    /// The same in the form that transparency logs and their witnesses exchange, signed under
    /// the name of the log.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if the origin can't be the name of a key, as
    /// one with spaces: then [`SignedCheckpoint::sign`] does it under another; those of the
    /// store and of the signer.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint> {
        let size = self.store().size()?;
        let checkpoint = Checkpoint::new(self.origin().clone(), size, root_at(self.store(), size)?);
        SignedCheckpoint::sign(&checkpoint, self.origin().as_str(), &*self.parts.signer)
    }

    /// What [checkpoints](Self::checkpoint) are checked with, to be made known beforehand.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if the origin can't be the name of a key.
    pub fn verifier_key(&self) -> Result<VerifierKey> {
        VerifierKey::new(self.origin().as_str(), self.parts.signer.public_key())
    }

    /// The entries of the audit log whose sequence lies in `range`, as many as there are.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if one can't be read; [`verify`](Self::verify) says more.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Entry>> {
        let leaves = self.store().leaves(range)?;
        leaves.iter().map(|(sequence, leaf)| Entry::read(*sequence, leaf)).collect()
    }

    /// An audit of the whole registry, to be given the tree heads that were kept.
    pub fn audit(&self) -> Audit<'_> {
        Audit::of(self.store()).artifacts(self.artifacts())
    }

    /// Replays the audit log and compares it with the records and artifacts. To find out
    /// whether the log as a whole was replaced, [`audit`](Self::audit) it against a tree
    /// head that was kept outside.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if it could not look. What it finds is in the report.
    pub fn verify(&self) -> Result<AuditReport> {
        self.audit().verify()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn past_times(&self) -> &PastTimes {
        &self.parts.past
    }

    pub(crate) fn refusals(&self) -> &RecentRefusals {
        &self.parts.refusals
    }

    pub(crate) fn authorizer(&self) -> &dyn Authorizer {
        &*self.parts.authorizer
    }

    pub(crate) fn known_grants(&self) -> &KnownGrants {
        &self.parts.grants
    }

    /// How often sessions of this registry have changed what references may mean.
    pub(crate) fn meanings(&self) -> u64 {
        self.parts.meanings.load(Ordering::Acquire)
    }

    /// Looks at what has just been committed.
    fn committed(&self, commit: &Commit) {
        let kinds = || commit.changes().iter().map(|change| change.expected().kind);
        if kinds().any(|kind| matches!(kind, Kind::Model | Kind::Version | Kind::Stage | Kind::Alias)) {
            self.parts.meanings.fetch_add(1, Ordering::Release);
        }
        if kinds().any(|kind| kind == Kind::Grant) {
            self.known_grants().forget();
        }
    }

    pub(crate) fn run_numbers(&self) -> &RunNumbers {
        &self.parts.runs
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("origin", &self.parts.origin)
            .field("store", &self.parts.store)
            .finish_non_exhaustive()
    }
}

/// The first record of every registry. That there can be only one keeps two who create a
/// registry in the same store at once from both becoming its admin.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Founding {
    pub(crate) origin: Origin,
    pub(crate) created_by: Principal,
    pub(crate) created_at: Timestamp,
}

impl Founding {
    pub(crate) fn only() -> Key {
        Key::from(["registry"])
    }
}

impl Document for Founding {
    const KIND: Kind = Kind::Registry;
    fn key(&self) -> Key {
        Self::only()
    }
}
