use std::collections::BTreeSet;

use mlops_core::Digest;

use super::Registry;
use crate::Result;
use crate::garbage::KeptBecause;
use crate::model::{ModelVersion, Tombstone};
use crate::store::{Key, Kind, Record};
use crate::tracking::{DataInput, RunFile};
use crate::trial::Trial;

impl Registry {
    /// The digests of all artifacts that the registry still refers to: the files of versions,
    /// also of deleted ones, the files of runs, the data sets that runs have read and versions
    /// were made from, and what the ends of trials rest on. What else lies among the artifacts,
    /// such as the files of a run that was [purged](crate::Session::purge_run), is of no use to
    /// any record.
    ///
    /// It is the state of some moment during the call. Someone may be about to refer to bytes
    /// that they have put already: whoever removes the rest leaves out what is young. The audit
    /// log goes on naming what is gone.
    ///
    /// Reads every record of these kinds, a page at a time, and holds 32 bytes a digest.
    ///
    /// ```
    /// # use mlops_registry::{Registry, Result};
    /// # fn a(registry: &Registry) -> Result<()> {
    /// let used = registry.referenced_artifacts()?;
    /// let kept = registry.artifacts().list(None, 1000)?;
    /// let unused = kept.iter().filter(|digest| !used.contains(digest));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if a record can't be read: what it refers to is
    /// not known then; those of the store.
    pub fn referenced_artifacts(&self) -> Result<BTreeSet<Digest>> {
        let mut named = BTreeSet::new();
        self.each_reference(|digest, _| {
            named.insert(digest);
        })?;
        Ok(named)
    }

    /// The same with what refers to each, as often as something does.
    pub(crate) fn each_reference(&self, mut named: impl FnMut(Digest, KeptBecause)) -> Result<()> {
        Kind::ALL
            .into_iter()
            .filter(|kind| refers(*kind))
            .try_for_each(|kind| self.each_record(kind, &Key::all(), |record| refer(record, &mut named)))
    }
}

/// Whether records of the kind refer to artifacts that no other record needs to name. All kinds
/// are spelled out, so that whoever adds one must say.
const fn refers(kind: Kind) -> bool {
    match kind {
        Kind::Version | Kind::Tombstone | Kind::File | Kind::Input | Kind::Trial => true,
        // The first five name the file of a version, which is registered or has a tombstone.
        Kind::Evidence
        | Kind::Request
        | Kind::Approval
        | Kind::Promotion
        | Kind::Emergency
        | Kind::Registry
        | Kind::Grant
        | Kind::Policy
        | Kind::Experiment
        | Kind::Run
        | Kind::Param
        | Kind::Metric
        | Kind::Tag
        | Kind::Model
        | Kind::Stage
        | Kind::Alias
        | Kind::ExperimentTag
        | Kind::Nested
        | Kind::Lookalike
        | Kind::Description
        | Kind::ModelTag
        | Kind::Card
        | Kind::Link
        // The files that were signed are those of the version and of its run.
        | Kind::VersionSignature
        | Kind::VersionGit
        | Kind::Attestation => false,
    }
}

/// Tells what a record refers to.
fn refer(record: &Record, named: &mut impl FnMut(Digest, KeptBecause)) -> Result<()> {
    let mut version = |version: &ModelVersion, because: KeptBecause| {
        named(version.artifact, because);
        for (_, digest) in &version.lineage.data {
            named(*digest, KeptBecause::DataSet);
        }
    };
    match record.kind {
        Kind::Version => version(&record.document()?, KeptBecause::Version),
        Kind::Tombstone => {
            if let Some(deleted) = record.document::<Tombstone>()?.version() {
                version(deleted, KeptBecause::DeletedVersion);
            }
        }
        Kind::File if RunFile::is_folder(&record.key) => {}
        Kind::File => named(record.document::<RunFile>()?.digest, KeptBecause::File),
        Kind::Input => named(record.document::<DataInput>()?.digest, KeptBecause::DataSet),
        Kind::Trial => {
            let trial: Trial = record.document()?;
            named(trial.artifact, KeptBecause::Trial);
            for digest in trial.end.into_iter().flat_map(|end| end.evidence) {
                named(digest, KeptBecause::Trial);
            }
        }
        _ => {}
    }
    Ok(())
}
