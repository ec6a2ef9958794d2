use std::collections::HashSet;
use std::fmt;

use mlops_core::Digest;

use super::replay::{Replay, Written};
use super::{AuditReport, Discrepancy, Phase, Progress};
use crate::artifact::{ArtifactStore, ArtifactStoreExt as _};
use crate::merkle::{Origin, PublicKey, Rejection, SignedCheckpoint, SignedTreeHead, VerifierKey, root_at};
use crate::registry::Founding;
use crate::store::{Key, Kind, MetadataStore, Query, Record};
use crate::{Error, Result};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// A comparison of the audit log with everything that it tells of.
///
/// Others may go on writing meanwhile. The cost is one pass over the log, the records and
/// the artifacts; memory grows with the number of records, about 150 bytes each.
///
/// ```no_run
/// # fn audit(registry: &mlops_registry::Registry, signer: &dyn mlops_registry::merkle::Signer) -> Result<(), Box<dyn std::error::Error>> {
/// use mlops_registry::merkle::SignedTreeHead;
/// let kept = SignedTreeHead::from_text(&std::fs::read_to_string("tree-head.json")?)?;
/// let report = registry.audit().against(&kept, &signer.public_key()).verify()?;
/// assert!(report.is_clean(), "{report}");
/// # Ok(()) }
/// ```
#[must_use]
pub struct Audit<'a> {
    store: &'a dyn MetadataStore,
    artifacts: Option<&'a dyn ArtifactStore>,
    claims: Vec<Claim<'a>>,
    progress: Option<&'a mut dyn FnMut(Progress)>,
}

impl<'a> Audit<'a> {
    /// An audit of what `store` holds.
    pub fn of(store: &'a dyn MetadataStore) -> Self {
        Self { store, artifacts: None, claims: Vec::new(), progress: None }
    }

    /// Reads the artifacts that the log is about as well.
    pub fn artifacts(mut self, artifacts: &'a dyn ArtifactStore) -> Self {
        self.artifacts = Some(artifacts);
        self
    }

    /// Compares the log with a head that was kept outside the store, signed with `key`. Without
    /// one, a log that was replaced as a whole can't be told from the true one.
    pub fn against(mut self, head: &'a SignedTreeHead, key: &'a PublicKey) -> Self {
        let claimed = head.unverified();
        let signed = head.verify(key).map(|_| ());
        self.claims.push(Claim {
            origin: claimed.origin(),
            size: claimed.size(),
            root: *claimed.root(),
            signed,
        });
        self
    }

    /// The same with a checkpoint, signed with `key`. What its witnesses are worth is the caller's to say.
    pub fn against_checkpoint(mut self, checkpoint: &'a SignedCheckpoint, key: &'a VerifierKey) -> Self {
        let claimed = checkpoint.unverified();
        let signed = checkpoint.verify(key, &[]).map(|_| ());
        self.claims.push(Claim {
            origin: claimed.origin(),
            size: claimed.size(),
            root: *claimed.root(),
            signed,
        });
        self
    }

    /// Tells `progress` now and then how far it is.
    pub fn on_progress(mut self, progress: &'a mut dyn FnMut(Progress)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Looks at everything, and reports what is not as it should be.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it could not look. What is damaged is in the report.
    pub fn verify(mut self) -> Result<AuditReport> {
        self.tell(Phase::Store, 0, 1);
        let mut found: Vec<_> =
            self.store.damage()?.into_iter().map(|reason| Discrepancy::StoreDamaged { reason }).collect();
        self.tell(Phase::Store, 1, 1);

        let heads = self.trusted(&mut found)?;
        let mut replay = Replay::new(heads.iter().map(|head| head.size));
        let size = match self.store.size() {
            Err(Error::Corrupt { what, reason }) => {
                found.push(Discrepancy::StoreDamaged { reason: format!("{what}: {reason}") });
                0
            }
            other => other?,
        };
        let store = self.store;
        replay.extend(store, size, |done| self.tell(Phase::Entries, done, size))?;
        let records = self.records(&mut replay)?;
        replay.look_beyond(store)?;
        self.heads(&heads, &replay, &mut found)?;
        let artifacts = self.check_artifacts(&replay)?;

        found.append(&mut replay.found);
        found.extend(records.found);
        found.extend(artifacts);
        Ok(AuditReport {
            entries: replay.size(),
            records: records.seen,
            artifacts: self.artifacts.map_or(0, |_| replay.artifacts.len() as u64),
            heads: heads.len() as u64,
            root: replay.root(),
            discrepancies: found,
        })
    }

    fn tell(&mut self, phase: Phase, done: u64, total: u64) {
        if let Some(progress) = &mut self.progress {
            progress(Progress { phase, done, total });
        }
    }

    /// The heads that are signed as they should be, and of this log.
    fn trusted(&self, found: &mut Vec<Discrepancy>) -> Result<Vec<Claim<'a>>> {
        let founding = match self.store.read(&Query::one(Kind::Registry, Founding::only())) {
            Ok(records) => records.first().and_then(|record| record.document::<Founding>().ok()),
            Err(Error::Corrupt { .. }) => None,
            Err(error) => return Err(error),
        };
        let mut trusted = Vec::new();
        for claim in &self.claims {
            if let Err(reason) = claim.signed {
                found.push(Discrepancy::HeadRejected { size: claim.size, reason });
                continue;
            }
            // Of another log or not, the entries are compared: a changed name hides nothing.
            if let Some(here) = founding.as_ref().map(|founding| &founding.origin)
                && here != claim.origin
            {
                found.push(Discrepancy::OtherLog { head: claim.origin.clone(), here: here.clone() });
            }
            trusted.push(claim.clone());
        }
        Ok(trusted)
    }

    fn heads(&self, heads: &[Claim<'_>], replay: &Replay, found: &mut Vec<Discrepancy>) -> Result<()> {
        for head in heads {
            let (size, signed) = (head.size, head.root);
            if size > replay.size() {
                found.push(Discrepancy::LogCut { size: replay.size(), signed: size });
                continue;
            }
            let Some(root) = replay.roots.get(&size).copied().flatten() else { continue };
            if root == signed {
                continue;
            }
            // If the stored tree is still the one that was signed, it has told which entries
            // differ. Else it was rewritten with them.
            let stored = match root_at(self.store, size) {
                Err(Error::Corrupt { .. }) => None,
                other => Some(other?),
            };
            if stored != Some(signed) || replay.lost.is_empty() {
                found.push(Discrepancy::LogRewritten { size, signed, found: root });
            }
        }
        Ok(())
    }

    fn records(&mut self, replay: &mut Replay) -> Result<Records> {
        let mut records = Records::default();
        let mut present = HashSet::new();
        let total = replay.state.values().filter(|written| written.digest.is_some()).count() as u64;
        for kind in Kind::ALL {
            let mut query = Query::under(kind, Key::all(), PAGE);
            loop {
                let page = match self.store.read(&query) {
                    Ok(page) => page,
                    Err(Error::Corrupt { what, reason }) => {
                        let reason = format!("{what}, at the records of kind {kind}: {reason}");
                        records.found.push(Discrepancy::StoreDamaged { reason });
                        break;
                    }
                    Err(error) => return Err(error),
                };
                let full = page.len() == PAGE;
                for record in page {
                    records.seen += 1;
                    query.after = Some(record.key.clone());
                    let id = (record.kind, record.key.clone());
                    if !agrees(Some(&record), replay.state.get(&id)) {
                        self.settle(id.0, &id.1, Some(record), replay, &mut records.found)?;
                    }
                    present.insert(id);
                }
                self.tell(Phase::Records, records.seen, total);
                if !full {
                    break;
                }
            }
        }
        let mut absent: Vec<_> = replay
            .state
            .iter()
            .filter(|(id, written)| written.digest.is_some() && !present.contains(*id))
            .map(|(id, _)| id.clone())
            .collect();
        absent.sort();
        for (kind, key) in absent {
            self.settle(kind, &key, None, replay, &mut records.found)?;
        }
        Ok(records)
    }

    /// Decides on a record that is not as the replay has it: others may have changed it
    /// since, so that it is read again until log and record are of the same time.
    fn settle(
        &self,
        kind: Kind,
        key: &Key,
        mut record: Option<Record>,
        replay: &mut Replay,
        found: &mut Vec<Discrepancy>,
    ) -> Result<()> {
        let id = (kind, key.clone());
        loop {
            let before = replay.size();
            let size = self.store.size()?;
            replay.extend(self.store, size, |_| {})?;
            let written = replay.state.get(&id).copied();
            if agrees(record.as_ref(), written.as_ref()) {
                return Ok(());
            }
            let again = match self.store.read(&Query::one(kind, key.clone())) {
                Ok(mut records) => records.pop(),
                Err(Error::Corrupt { .. }) => None,
                Err(error) => return Err(error),
            };
            if again == record && replay.size() == before {
                break;
            }
            record = again;
        }
        let written = replay.state.get(&id).copied();
        // What an entry wrote that can't be read, nobody can tell; the entry is named already.
        let lost = |sequence| replay.lost.contains(&sequence);
        if record.as_ref().is_some_and(|record| lost(record.revision.0))
            || written.is_some_and(|written| lost(written.by))
        {
            return Ok(());
        }
        let (kind, key) = id;
        found.push(match (record, written) {
            (Some(_), Some(Written { by: written_by, digest: Some(_) })) => {
                Discrepancy::RecordChanged { kind, key, written_by }
            }
            (None, Some(Written { by: written_by, .. })) => {
                Discrepancy::RecordMissing { kind, key, written_by }
            }
            (_, None | Some(Written { digest: None, .. })) => Discrepancy::RecordUnaccounted { kind, key },
        });
        Ok(())
    }

    fn check_artifacts(&mut self, replay: &Replay) -> Result<Vec<Discrepancy>> {
        let Some(artifacts) = self.artifacts else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let total = replay.artifacts.len() as u64;
        for ((digest, named_by), done) in replay.artifacts.iter().zip(1..) {
            match artifacts.check(digest) {
                Ok(_) => {}
                Err(Error::NotFound { .. }) => {
                    found.push(Discrepancy::ArtifactMissing { digest: *digest, named_by: *named_by });
                }
                Err(Error::Corrupt { reason, .. }) => {
                    found.push(Discrepancy::ArtifactChanged { digest: *digest, reason });
                }
                Err(error) => return Err(error),
            }
            self.tell(Phase::Artifacts, done, total);
        }
        Ok(found)
    }
}

impl fmt::Debug for Audit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit")
            .field("store", &self.store)
            .field("artifacts", &self.artifacts)
            .field("heads", &self.claims.len())
            .finish_non_exhaustive()
    }
}

/// What a head or checkpoint from outside says of the log.
#[derive(Clone)]
struct Claim<'a> {
    origin: &'a Origin,
    size: u64,
    root: Digest,
    /// Whether its signature holds.
    signed: Result<(), Rejection>,
}

#[derive(Default)]
struct Records {
    seen: u64,
    found: Vec<Discrepancy>,
}

/// Whether a record is what the log says of it.
fn agrees(record: Option<&Record>, written: Option<&Written>) -> bool {
    match (record, written) {
        (None, None | Some(Written { digest: None, .. })) => true,
        (Some(record), Some(Written { by, digest: Some(digest) })) => {
            record.revision.0 == *by && Digest::of(&record.body) == *digest
        }
        _ => false,
    }
}
