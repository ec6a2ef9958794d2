//! What was tried: experiments, their runs, and what each run took and gave.

mod batch;
mod experiment;
mod log;
mod run;

pub use batch::RunBatch;
pub use experiment::Experiment;
pub use run::{DataInput, Metric, Param, Run, RunData, RunId, RunStatus, Tag};
