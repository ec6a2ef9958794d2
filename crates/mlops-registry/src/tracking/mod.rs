//! What was tried: experiments, their runs, and what each run took and gave.

mod batch;
mod data;
mod experiment;
mod input;
mod lifecycle;
mod log;
mod metric;
mod number;
mod param;
mod run;
mod run_id;
mod tag;

pub use batch::RunBatch;
pub use data::RunData;
pub use experiment::Experiment;
pub use input::DataInput;
pub use lifecycle::{Deletion, Lifecycle, View};
pub use metric::Metric;
pub(crate) use number::RunNumbers;
pub use param::Param;
pub use run::{Run, RunStatus};
pub use run_id::RunId;
pub use tag::{ExperimentTag, Tag};
