//! What was tried: experiments, their runs, and what each run took and gave.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | do some work in a run that ends by itself | [`Session::run`](crate::Session::run), [`RunGuard`], [`Session::with_run`](crate::Session::with_run) |
//! | keep parameters, metrics, tags and data sets | [`RunBatch`], [`Dataset`] |
//! | keep files | [`Session::log_file`](crate::Session::log_file), [`Session::log_folder`](crate::Session::log_folder), [`FilePath`] |
//! | keep where it ran | [`environment`] |
//! | start a run within another one | [`NewRun`] |
//! | read what was kept | [`Registry::run_data`](crate::Registry::run_data), [`Registry::metric_history`](crate::Registry::metric_history), [`Registry::files`](crate::Registry::files) |
//! | hide, restore and remove | [`Session::delete_run`](crate::Session::delete_run), [`Session::purge_run`](crate::Session::purge_run), [`Lifecycle`] |
//! | know how much may be logged | [`limits`] |

mod batch;
mod course;
mod data;
mod dataset;
mod deletion;
pub mod environment;
mod experiment;
mod experiments;
mod file;
mod guard;
mod input;
mod latest;
mod lifecycle;
pub mod limits;
mod log;
mod metric;
mod number;
mod param;
mod purge;
mod run;
mod run_id;
mod start;
mod tag;

pub use batch::RunBatch;
pub use data::RunData;
pub use dataset::Dataset;
pub use experiment::Experiment;
#[cfg(feature = "mlflow-import")]
pub(crate) use file::open_seen;
pub use file::{FileEntry, FileLimits, FilePath, RunFile};
pub use guard::{FAILURE_TAG, RunGuard};
pub use input::DataInput;
pub use lifecycle::{Deletion, Lifecycle, View};
#[cfg(feature = "mlflow-import")]
pub(crate) use log::{check_param, check_point, check_tag};
pub use metric::Metric;
pub(crate) use number::RunNumbers;
pub use param::Param;
pub use purge::Purged;
#[cfg(feature = "mlflow-import")]
pub(crate) use run::NestedRun;
pub use run::{Run, RunStatus};
pub use run_id::RunId;
pub use start::NewRun;
pub use tag::{ExperimentTag, Tag};
