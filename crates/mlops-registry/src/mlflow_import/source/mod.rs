//! What MLflow has written, as it is read: from a database or from a folder.

mod database;
mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlops_core::{Digest, Timestamp};

pub(super) use database::Database;
pub(super) use folder::Folder;

use super::report::{Matter, SourceKind};
use crate::Result;
use crate::tracking::RunStatus;

/// What can't be read of a source, told by what it is, its name and the reason. The rest is
/// read all the same.
pub(super) type Refuse<'a> = &'a mut dyn FnMut(Matter, String, String);

/// A source that is open, and does not change while it is.
///
/// What a method gives is in an order that is the same each time. An `Err` is about the source
/// as a whole; single things that can't be read are refused by name.
pub(super) trait Source {
    fn about(&self) -> About;

    fn experiments(&self, refuse: Refuse<'_>) -> Result<Vec<SourceExperiment>>;

    /// The runs of all experiments, without what was logged to them.
    fn runs(&self, refuse: Refuse<'_>) -> Result<Vec<SourceRun>>;

    /// What was logged to a run, but for its metrics.
    fn logged(&self, run: &SourceRun, refuse: Refuse<'_>) -> Result<Logged>;

    /// Hands over the metrics of a run, one after the other, each with all its points.
    fn metrics(
        &self,
        run: &SourceRun,
        refuse: Refuse<'_>,
        each: &mut dyn FnMut(&str, &[Point]) -> Result<()>,
    ) -> Result<()>;

    /// The latest value of each metric, as the source has it apart from the points; empty if
    /// it has none.
    fn latest(&self, run: &SourceRun, refuse: Refuse<'_>) -> Result<BTreeMap<String, f64>>;

    fn models(&self, refuse: Refuse<'_>) -> Result<Vec<SourceModel>>;

    /// The folder that paths without a root are relative to.
    fn home(&self) -> &Path;

    /// The folders within which files are read without being asked for: those that MLflow makes.
    fn own(&self) -> Vec<PathBuf>;

    /// Addresses that lead to what lies in the source itself, wherever it was when they were
    /// written: each with the folder that it means now.
    fn moved(&self) -> Vec<(String, PathBuf)>;

    /// Where the files of a run lie if they lie where this source keeps them by itself.
    fn files_beside(&self, run: &SourceRun) -> Option<PathBuf>;

    /// Where the files of a model lie that was logged beside runs, as MLflow 3 does.
    fn logged_model(&self, id: &str) -> Result<Option<String>>;
}

/// What a source is.
#[derive(Debug)]
pub(super) struct About {
    pub(super) kind: SourceKind,
    pub(super) digest: Digest,
    /// The revision of its schema, and whether that was read with this version before.
    pub(super) schema: Option<(String, bool)>,
    /// What is there that is not read: the name of the table or of the folder, and how many.
    pub(super) unread: BTreeMap<String, u64>,
}

#[derive(Debug)]
pub(super) struct SourceExperiment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) deleted: bool,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) place: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct SourceRun {
    pub(super) id: String,
    pub(super) experiment: String,
    pub(super) name: String,
    pub(super) status: RunStatus,
    pub(super) user: Option<String>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) deleted: bool,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) place: Option<String>,
    pub(super) parent: Option<String>,
    /// Its folder, if the source is one.
    pub(super) folder: Option<PathBuf>,
    /// What MLflow keeps of the program that ran.
    pub(super) more: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(super) struct Logged {
    pub(super) params: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) inputs: Vec<SourceInput>,
}

#[derive(Clone, Debug)]
pub(super) struct SourceInput {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) source_type: String,
    pub(super) source: String,
    pub(super) schema: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) value: f64,
    pub(super) step: i64,
    /// Milliseconds since 1970, as MLflow keeps them; they may be beyond what a `Timestamp` is.
    pub(super) at_ms: i64,
}

#[derive(Debug)]
pub(super) struct SourceModel {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) tags: BTreeMap<String, String>,
    /// The number of the version that each points at.
    pub(super) aliases: BTreeMap<String, u32>,
    /// By number.
    pub(super) versions: Vec<SourceVersion>,
}

#[derive(Debug)]
pub(super) struct SourceVersion {
    pub(super) number: u32,
    pub(super) description: String,
    pub(super) user: Option<String>,
    /// As MLflow writes it, such as `Production`.
    pub(super) stage: String,
    pub(super) status: String,
    pub(super) source: String,
    pub(super) run: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) more: BTreeMap<String, String>,
}

/// The stage of versions that MLflow has deleted and keeps a record of.
pub(super) const DELETED_STAGE: &str = "Deleted_Internal";

/// The moment of so many milliseconds, if it is one of the years 0 to 9999.
pub(super) fn moment(ms: i64) -> Option<Timestamp> {
    let micros = ms.checked_mul(1000)?;
    let moment = Timestamp::from_micros(micros);
    (moment.as_micros() == micros).then_some(moment)
}

/// What MLflow calls the states of a run, as text and as the number that folders have.
pub(super) fn status(text: &str) -> Result<RunStatus, String> {
    match text {
        "RUNNING" | "1" => Ok(RunStatus::Running),
        "SCHEDULED" | "2" => Ok(RunStatus::Scheduled),
        "FINISHED" | "3" => Ok(RunStatus::Finished),
        "FAILED" | "4" => Ok(RunStatus::Failed),
        "KILLED" | "5" => Ok(RunStatus::Killed),
        other => Err(format!(
            "status is {:?}, expected RUNNING, SCHEDULED, FINISHED, FAILED or KILLED",
            crate::name::cut(other)
        )),
    }
}

/// Whether something is deleted, by the word that MLflow has for it; without one it is not.
pub(super) fn is_deleted(lifecycle: Option<&str>) -> Result<bool, String> {
    match lifecycle {
        None | Some("active") => Ok(false),
        Some("deleted") => Ok(true),
        Some(other) => {
            Err(format!("lifecycle_stage is {:?}, expected active or deleted", crate::name::cut(other)))
        }
    }
}

/// What is there, by name.
pub(super) fn known<const N: usize>(more: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    let known = more.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
    known.filter(|(_, text)| !text.is_empty()).collect()
}
