//! What the story can be told on: `--data`, `--out`, `--help`.

use std::path::PathBuf;

use clap::Parser;

/// The life of a model, from real data through nine months of production.
///
/// Validates a year of flights, joins features point-in-time, runs three genuine model
/// files, judges the champion with a gate, and promotes it with an approval into a
/// registry whose audit log is then verified. Then it serves every flight from April to
/// December in simulated time: watched, replaced by a better version, kept from a worse one,
/// recovered from two broken ones. Everything happens in this process.
#[derive(Debug, Parser)]
#[command(name = "lifecycle", version)]
pub(crate) struct Args {
    /// The folder with the flights, the models and `expected.json`.
    #[arg(long, value_name = "DIR", default_value_os_t = default_data())]
    pub(crate) data: PathBuf,

    /// Where the registry, the artifacts, the logs and the report go. Made new by each run.
    #[arg(long, value_name = "DIR", default_value = "mlops-lifecycle")]
    pub(crate) out: PathBuf,
}

/// The data beside this example, from whatever directory it is started.
fn default_data() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/flights"))
}
