//! How much may be logged. The numbers are MLflow's (3.x, `mlflow/utils/validation.py`),
//! counted in bytes of UTF-8, so that what one keeps the other can.
//!
//! Over a limit nothing is cut off: it is refused with the name, the size and the limit.

/// The name of a parameter, a metric or a tag.
pub const KEY: usize = 250;

/// The value of a parameter.
pub const PARAM_VALUE: usize = 6000;

/// The value of a tag of a run.
pub const TAG_VALUE: usize = 8000;

/// The value of a tag of an experiment.
pub const EXPERIMENT_TAG_VALUE: usize = 20_000;

/// The name of a run, and the title of an experiment.
pub const TITLE: usize = 500;

/// What is said of an experiment or a run.
pub const DESCRIPTION: usize = 20_000;

/// Parameters in one batch.
pub const BATCH_PARAMS: usize = 100;

/// Points of metrics in one batch.
pub const BATCH_METRICS: usize = 1000;

/// Tags in one batch.
pub const BATCH_TAGS: usize = 100;

/// Data sets in one batch.
pub const BATCH_INPUTS: usize = 1000;

/// The name of a data set.
pub const INPUT_NAME: usize = 500;

/// The digest of a data set that another tool has made.
pub const INPUT_DIGEST: usize = 64;

/// Where a data set came from.
pub const INPUT_SOURCE: usize = 65_535;

/// The schema of a data set, as canonical JSON.
pub const INPUT_SCHEMA: usize = 1_048_575;

/// The profile of a data set, as canonical JSON.
pub const INPUT_PROFILE: usize = 16_777_215;

/// The schemas and profiles of all data sets in one batch, as canonical JSON.
pub const BATCH_PROFILES: usize = 64 << 20;

/// The value of a tag of a data set, and what it was for.
pub const INPUT_TAG_VALUE: usize = 500;

/// The path of a file of a run.
pub const FILE_PATH: usize = 1024;

/// One part of the path of a file: what file systems take.
pub const FILE_PART: usize = 255;
