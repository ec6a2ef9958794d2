//! What was tried: experiments, their runs, and what each run took and gave.

mod batch;
mod experiment;
mod log;
mod number;
mod run;

pub use batch::RunBatch;
pub use experiment::Experiment;
pub(crate) use number::RunNumbers;
pub use run::{DataInput, Metric, Param, Run, RunData, RunId, RunStatus, Tag};
