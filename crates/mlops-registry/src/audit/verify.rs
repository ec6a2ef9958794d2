use std::fmt;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use mlops_core::Digest;

use super::glance::key_text;
use super::replay::{Replay, Written};
use super::{AuditReport, Discrepancy, Phase, Progress};
use crate::artifact::{ArtifactStore, ArtifactStoreExt as _};
use crate::merkle::{Origin, PublicKey, Rejection, SignedCheckpoint, SignedTreeHead, VerifierKey, root_at};
use crate::registry::Founding;
use crate::store::{Key, Kind, MetadataStore, Query, Record, Revision};
use crate::{Error, Result};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// How often the log is read further when entries are gone that newer ones may account for.
const CATCH_UP: usize = 8;

/// As many pages are read at once; a store keeps connections for as many.
const MOST_THREADS: usize = 4;

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
    threads: usize,
    progress: Option<&'a mut dyn FnMut(Progress)>,
}

impl<'a> Audit<'a> {
    /// An audit of what `store` holds.
    pub fn of(store: &'a dyn MetadataStore) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Self { store, artifacts: None, claims: Vec::new(), threads, progress: None }
    }

    /// Reads the artifacts that the log is about as well.
    pub fn artifacts(mut self, artifacts: &'a dyn ArtifactStore) -> Self {
        self.artifacts = Some(artifacts);
        self
    }

    /// Compares the log with a head that was kept outside the store, signed with `key`. Without
    /// one, a log that was replaced as a whole can't be told from the true one.
    pub fn against(self, head: &'a SignedTreeHead, key: &'a PublicKey) -> Self {
        let claimed = head.unverified();
        let signed = head.verify(key).map(|_| ());
        self.claim(claimed.origin(), claimed.size(), *claimed.root(), signed)
    }

    /// The same with a checkpoint, signed with `key`. What its witnesses are worth is the caller's to say.
    pub fn against_checkpoint(self, checkpoint: &'a SignedCheckpoint, key: &'a VerifierKey) -> Self {
        let claimed = checkpoint.unverified();
        let signed = checkpoint.verify(key, &[]).map(|_| ());
        self.claim(claimed.origin(), claimed.size(), *claimed.root(), signed)
    }

    fn claim(mut self, origin: &'a Origin, size: u64, root: Digest, signed: Result<(), Rejection>) -> Self {
        self.claims.push(Claim { origin, size, root, signed });
        self
    }

    /// Reads the log with so many threads; as many as the machine has, up to four, without
    /// this. The report is the same, whatever the number.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
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
        let mut replay = Replay::new(self.threads, heads.iter().map(|head| head.size));
        let size = match self.store.size() {
            Err(Error::Corrupt { what, reason }) => {
                found.push(Discrepancy::StoreDamaged { reason: format!("{what}: {reason}") });
                0
            }
            other => other?,
        };
        let store = self.store;
        replay.extend(store, size, |done| self.tell(Phase::Entries, done, size))?;
        for _ in 0..CATCH_UP {
            // What is gone may have been taken out meanwhile, by an entry that was written since.
            if !replay.settle_pruned() || store.size()? == replay.size() {
                break;
            }
            replay.extend(store, store.size()?, |_| {})?;
        }
        let records = self.records(&mut replay)?;
        let beyond = replay.look_beyond(store)?;
        self.heads(&heads, &replay, &mut found)?;
        // An index says what the records say: of records that were changed it says something else.
        let index = if records.found.is_empty() { self.index()? } else { Vec::new() };
        let artifacts = self.check_artifacts(&replay)?;

        found.extend(replay.discrepancies());
        found.extend(beyond);
        found.extend(records.found);
        found.extend(index);
        found.extend(artifacts);
        Ok(AuditReport {
            entries: replay.size(),
            records: records.seen,
            artifacts: self.artifacts.map_or(0, |_| replay.artifacts.len() as u64),
            heads: heads.len() as u64,
            pruned: replay.pruned(),
            root: replay.root(),
            discrepancies: found,
        })
    }

    fn tell(&mut self, phase: Phase, done: u64, total: u64) {
        if let Some(progress) = &mut self.progress {
            progress(Progress { phase, done, total });
        }
    }

    fn index(&self) -> Result<Vec<Discrepancy>> {
        let index = |reason| Discrepancy::IndexChanged { reason };
        match self.store.index_damage() {
            Ok(reasons) => Ok(reasons.into_iter().map(index).collect()),
            Err(Error::Corrupt { reason, .. }) => Ok(vec![index(reason)]),
            Err(error) => Err(error),
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
        let total = replay.state.count();
        let store = self.store;
        let mut failed = Ok(());
        thread::scope(|scope| {
            // Reading the next records while these are compared.
            let (sender, pages) = sync_channel(2);
            scope.spawn(move || read_records(store, &sender));
            while let Ok(page) = pages.recv() {
                failed = page.and_then(|page| self.compare(page, replay, &mut records));
                if failed.is_err() {
                    return;
                }
                self.tell(Phase::Records, records.seen, total);
            }
        });
        failed?;
        for (kind, key) in replay.state.absent()? {
            self.settle(kind, &key, None, replay, &mut records.found)?;
        }
        Ok(records)
    }

    fn compare(&self, page: RecordPage, replay: &mut Replay, records: &mut Records) -> Result<()> {
        records.found.extend(page.damage.map(|reason| Discrepancy::StoreDamaged { reason }));
        for Read { key, digest, record } in page.records {
            records.seen += 1;
            let written = replay.state.meet(record.kind, &key);
            if !agrees(Some((record.revision, digest)), written.as_ref()) {
                self.settle(record.kind, &record.key.clone(), Some(record), replay, &mut records.found)?;
            }
        }
        Ok(())
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
        loop {
            let before = replay.size();
            let size = self.store.size()?;
            replay.extend(self.store, size, |_| {})?;
            let written = replay.written(kind, key)?;
            if agrees(record.as_ref().map(state_of), written.as_ref()) {
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
        let written = replay.written(kind, key)?;
        // What an entry wrote that can't be read, nobody can tell; the entry is named already.
        let lost = |sequence| replay.lost.contains(&sequence);
        if record.as_ref().is_some_and(|record| lost(record.revision.0))
            || written.is_some_and(|written| lost(written.by))
        {
            return Ok(());
        }
        let key = key.clone();
        found.push(match (record, written) {
            (Some(_), Some(Written { by: written_by, digest: Some(_), .. })) => {
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
        for ((digest, named), done) in replay.artifacts.iter().zip(1..) {
            match artifacts.check(digest) {
                Ok(_) => {}
                Err(Error::NotFound { .. }) => {
                    found.push(Discrepancy::ArtifactMissing { digest: *digest, named_by: named.first });
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

/// Some records of one kind, in order.
struct RecordPage {
    records: Vec<Read>,
    /// Why there are no more of this kind, if that is not because they are at their end.
    damage: Option<String>,
}

/// A record, and what it is compared by.
struct Read {
    key: String,
    digest: Digest,
    record: Record,
}

/// Hands out all records, kind by kind, until nobody wants more.
fn read_records(store: &dyn MetadataStore, pages: &SyncSender<Result<RecordPage>>) {
    for kind in Kind::ALL {
        let mut query = Query::under(kind, Key::all(), PAGE);
        loop {
            let page = match store.read(&query) {
                Ok(records) => read_page(records),
                Err(Error::Corrupt { what, reason }) => {
                    let damage = Some(format!("{what}, at the records of kind {kind}: {reason}"));
                    Ok(RecordPage { records: Vec::new(), damage })
                }
                Err(error) => Err(error),
            };
            let last = match &page {
                Ok(page) => page.records.get(PAGE - 1).map(|read| read.record.key.clone()),
                Err(_) => None,
            };
            let ended = page.is_err();
            if pages.send(page).is_err() || ended {
                return;
            }
            let Some(last) = last else { break };
            query.after = Some(last);
        }
    }
}

fn read_page(records: Vec<Record>) -> Result<RecordPage> {
    let read =
        |record: Record| Ok(Read { key: key_text(&record.key)?, digest: Digest::of(&record.body), record });
    Ok(RecordPage { records: records.into_iter().map(read).collect::<Result<_>>()?, damage: None })
}

fn state_of(record: &Record) -> (Revision, Digest) {
    (record.revision, Digest::of(&record.body))
}

/// Whether a record is what the log says of it.
fn agrees(record: Option<(Revision, Digest)>, written: Option<&Written>) -> bool {
    match (record, written) {
        (None, None | Some(Written { digest: None, .. })) => true,
        (Some((revision, found)), Some(Written { by, digest: Some(digest), .. })) => {
            revision.0 == *by && found == *digest
        }
        _ => false,
    }
}
