use std::collections::BTreeMap;
use std::time::Instant;

use mlops_core::Digest;

use super::{Garbage, GarbageCollection, GarbageReport, Kept, KeptBecause};
use crate::access::Action;
use crate::artifact::{Reclaimed, Sweep};
use crate::audit::{Collected, check_reason};
use crate::registry::{Registry, Session};
use crate::store::Commit;
use crate::{Error, Result};

/// How many artifacts are looked at together, and so the most that one entry tells of.
const PAGE: usize = 1000;

/// How many entries of the log are read at a time.
const ENTRIES: u64 = 256;

impl Session {
    /// What [`collect_garbage`](Self::collect_garbage) would remove at this moment, and why the
    /// rest would stay. Nothing is changed.
    ///
    /// Reads every record that refers to artifacts, and lists the store; 50 bytes an artifact.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::Corrupt`] if what a record refers to
    /// can't be told; those of the stores.
    pub fn garbage(&self, collection: &GarbageCollection) -> Result<GarbageReport> {
        self.allowed(Action::CollectGarbage, None)?;
        Collecting::new(self, collection, Sweep::DryRun)?.run(|_| Ok(None))
    }

    /// Removes the artifacts that nothing refers to and that nobody has put, or asked to be
    /// registered, within the grace period; then what the store needs for none any more.
    ///
    /// Others may put and register meanwhile: what they do counts from then on. An entry of the
    /// audit log names up to a thousand artifacts before they go, with `reason`; an
    /// [audit](crate::audit::Audit) no longer asks for these, unless an entry of after names
    /// them again. If it is interrupted, what was named and not removed goes the next time.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::Invalid`] for an empty reason,
    /// [`Error::Corrupt`] if what a record or an artifact refers to can't be told: then nothing
    /// more goes; those of the stores.
    pub fn collect_garbage(&self, collection: &GarbageCollection, reason: &str) -> Result<GarbageReport> {
        check_reason("reason", reason)?;
        let own = self.allowed(Action::CollectGarbage, None)?;
        let collecting = Collecting::new(self, collection, Sweep::Remove)?;
        collecting.run(|collected| {
            let subject = format!("{} artifacts", collected.artifacts().len());
            let mut act = self.act(Action::CollectGarbage, &subject);
            act.reason = Some(reason.to_owned());
            let commit = Commit::new(act, vec![own.clone()], vec![])?.collecting(collected);
            self.commit_told(Action::CollectGarbage, &subject, &commit).map(Some)
        })
    }
}

/// A collection on its way.
struct Collecting<'a> {
    registry: &'a Registry,
    collection: &'a GarbageCollection,
    since: Instant,
    /// How many entries the log had before the references were read.
    as_of: u64,
    referred: BTreeMap<Digest, KeptBecause>,
    report: GarbageReport,
}

impl<'a> Collecting<'a> {
    fn new(session: &'a Session, collection: &'a GarbageCollection, sweep: Sweep) -> Result<Self> {
        let registry = session.registry();
        let since = Instant::now();
        let as_of = registry.store().size()?;
        let mut referred = BTreeMap::new();
        registry.each_reference(|digest, because| {
            referred
                .entry(digest)
                .and_modify(|before: &mut KeptBecause| *before = (*before).min(because))
                .or_insert(because);
        })?;
        let (garbage, kept, entries) = Default::default();
        let reclaimed = Reclaimed::default();
        let report = GarbageReport { sweep, garbage, bytes: 0, kept, reclaimed, entries };
        let mut collecting = Self { registry, collection, since, as_of, referred, report };
        collecting.heed_those_since()?;
        Ok(collecting)
    }

    /// What was recorded or moved while the references were read may not be among them, or may be
    /// in either place: all that the log has named since stays.
    fn heed_those_since(&mut self) -> Result<()> {
        let size = self.registry.store().size()?;
        for start in (self.as_of..size).step_by(256) {
            for entry in self.registry.entries(start..size.min(start + ENTRIES))? {
                for digest in entry.act.artifacts {
                    self.referred
                        .entry(digest)
                        .and_modify(|before| *before = (*before).min(KeptBecause::File))
                        .or_insert(KeptBecause::Young);
                }
            }
        }
        Ok(())
    }

    /// Why an artifact stays, but for its age.
    fn is_referred(&self, digest: &Digest) -> Option<KeptBecause> {
        let because = *self.referred.get(digest)?;
        let history = matches!(because, KeptBecause::DeletedVersion | KeptBecause::Trial);
        (!history || !self.collection.deleted_versions).then_some(because)
    }

    /// Goes through the artifacts; `told` leaves an entry about those that go next.
    fn run(mut self, told: impl Fn(Collected) -> Result<Option<u64>>) -> Result<GarbageReport> {
        let artifacts = self.registry.artifacts();
        let sweep = self.report.sweep;
        let mut after = None;
        loop {
            let page = artifacts.list(after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            let mut garbage = Vec::new();
            for digest in page {
                match self.judge(&digest)? {
                    Ok(size) => garbage.push(Garbage { digest, size }),
                    Err(because) => self.report.kept.push(Kept { digest, because }),
                }
            }
            if sweep == Sweep::Remove && !garbage.is_empty() {
                let digests = garbage.iter().map(|garbage| garbage.digest);
                // Told before it is done: what is gone without a word would be a loss.
                self.report.entries.extend(told(Collected::new(self.as_of, digests)?)?);
            }
            for garbage in garbage {
                if sweep == Sweep::Remove && !self.remove(&garbage.digest, sweep)? {
                    // Someone has put it, or wants it registered, since it was judged.
                    if artifacts.size(&garbage.digest)?.is_some() {
                        let kept = Kept { digest: garbage.digest, because: KeptBecause::Young };
                        self.report.kept.push(kept);
                        continue;
                    }
                }
                self.report.bytes = self.report.bytes.saturating_add(garbage.size);
                self.report.garbage.push(garbage);
            }
        }
        self.report.kept.sort_unstable_by_key(|kept| kept.digest);
        self.report.reclaimed = artifacts.reclaim(self.collection.grace, sweep)?;
        Ok(self.report)
    }

    /// The size of an artifact that may go, or why it stays.
    fn judge(&self, digest: &Digest) -> Result<Result<u64, KeptBecause>> {
        if let Some(because) = self.is_referred(digest) {
            return Ok(Err(because));
        }
        let judged = self
            .remove(digest, Sweep::DryRun)
            .and_then(|old| Ok(if old { self.registry.artifacts().size(digest)? } else { None }));
        match judged {
            Ok(Some(size)) => Ok(Ok(size)),
            Ok(None) => Ok(Err(KeptBecause::Young)),
            Err(Error::Corrupt { .. }) => Ok(Err(KeptBecause::Damaged)),
            Err(error) => Err(error),
        }
    }

    /// Removes an artifact if it was not put since the grace period before the references were
    /// read: who refers to it since then may not be among them.
    fn remove(&self, digest: &Digest, sweep: Sweep) -> Result<bool> {
        let grace = self.collection.grace;
        let age = if grace.is_zero() { grace } else { grace.saturating_add(self.since.elapsed()) };
        self.registry.artifacts().remove_older(digest, age, sweep)
    }
}
