use std::collections::BTreeSet;

use mlops_core::Digest;

use super::Registry;
use crate::Result;
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
        for kind in Kind::ALL.into_iter().filter(|kind| refers(*kind)) {
            self.each_record(kind, &Key::all(), |record| refer(record, &mut named))?;
        }
        Ok(named)
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

/// Adds what a record refers to.
fn refer(record: &Record, named: &mut BTreeSet<Digest>) -> Result<()> {
    let mut version = |version: &ModelVersion| {
        named.insert(version.artifact);
        named.extend(version.lineage.data.iter().map(|(_, digest)| *digest));
    };
    match record.kind {
        Kind::Version => version(&record.document()?),
        Kind::Tombstone => {
            if let Some(deleted) = record.document::<Tombstone>()?.version() {
                version(deleted);
            }
        }
        Kind::File if RunFile::is_folder(&record.key) => {}
        Kind::File => {
            named.insert(record.document::<RunFile>()?.digest);
        }
        Kind::Input => {
            named.insert(record.document::<DataInput>()?.digest);
        }
        Kind::Trial => {
            let trial: Trial = record.document()?;
            named.insert(trial.artifact);
            named.extend(trial.end.into_iter().flat_map(|end| end.evidence));
        }
        _ => {}
    }
    Ok(())
}
