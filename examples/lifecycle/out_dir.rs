//! The folder that the story writes into: made new by each run, and only if it is ours.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Marks a folder that an earlier run made, so that nothing else is ever removed.
const MARKER: &str = ".mlops-lifecycle";

/// An empty folder for this run.
#[derive(Debug)]
pub(crate) struct OutDir(PathBuf);

impl OutDir {
    /// Makes the folder, or empties it if an earlier run made it.
    pub(crate) fn fresh(path: &Path) -> Result<Self> {
        if path.join(MARKER).is_file() {
            fs::remove_dir_all(path).map_err(|error| format!("can't empty {}: {error}", path.display()))?;
        } else if path.is_dir() && fs::read_dir(path)?.next().is_some() {
            return Err(format!(
                "{} is not empty and was not made by this example: name another folder with --out",
                path.display()
            )
            .into());
        }
        fs::create_dir_all(path).map_err(|error| format!("can't make {}: {error}", path.display()))?;
        fs::write(path.join(MARKER), "made by the lifecycle example; each run makes this folder new\n")?;
        Ok(Self(path.to_owned()))
    }

    /// The path of `name` in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
