//! Where a run ran: toolchain, sources, machine, command line; never a secret.
//!
//! ```no_run
//! # fn demo(session: &mlops_registry::Session, run: &mlops_registry::tracking::RunId) -> mlops_registry::Result<()> {
//! use mlops_registry::tracking::environment::{Capture, Environment};
//! session.log_environment(run, &Environment::capture())?;
//! // With what the program knows better, and two variables by name.
//! let here = Capture::new().toolchain("rustc 1.95.0").variables(["RAYON_NUM_THREADS", "RUST_LOG"]);
//! session.log_environment(run, &here.environment())?;
//! # Ok(()) }
//! ```

mod capture;
mod command;
pub(crate) mod git;
mod log;
mod machine;
mod redaction;
mod text;

pub use capture::{Capture, Environment, Toolchain, ToolchainSource};
pub use git::Git;
pub use redaction::Redaction;
