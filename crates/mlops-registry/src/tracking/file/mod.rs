//! The files of a run: what lies among its artifacts, under names of its own.

mod folder;
mod log;
mod path;
mod record;

pub use log::FileLimits;
pub use path::FilePath;
pub use record::{FileEntry, RunFile};
