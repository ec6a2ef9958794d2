//! Recorded answers of reference tools, for the `tests/cases.rs` of the other crates: where
//! an area's files are, the numbers in them, and the tally that is printed at the end.
//!
//! ```no_run
//! let folder = env!("CARGO_MANIFEST_DIR");
//! mlops_cases::each_file("drift/multitest", folder, |_path, case, tally| {
//!     let p_values = mlops_cases::numbers(&case["pvalues"])?;
//!     tally.check(!p_values.is_empty(), || "bonferroni: no p-values".to_owned());
//!     Ok(())
//! });
//! ```
//!
//! With the variable `MLOPS_CASES` naming a folder, `$MLOPS_CASES/<area>/` is read instead
//! of the crate's `testdata/<area>/`; an area that is absent there passes with a line that
//! says so.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "the tally is for people")]
#![allow(clippy::missing_panics_doc, reason = "tests fail by panic")]

mod files;
mod numbers;
mod tally;

pub use files::{absent, each_file, files, folder};
pub use numbers::{close, number, numbers, optional_numbers};
pub use tally::Tally;
