//! The files of a run: what lies among its artifacts, under names of its own.

mod folder;
mod log;
mod path;
mod record;

#[cfg(feature = "mlflow-import")]
pub(crate) use folder::open as open_seen;
pub use log::FileLimits;
pub use path::FilePath;
pub use record::{FileEntry, RunFile};
