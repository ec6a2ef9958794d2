//! The folder that the story writes into: made new by each run, and only if it is ours.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Marks a folder that an earlier run made, so that nothing else is ever removed.
const MARKER: &str = ".mlops-lifecycle";

/// A folder that is ours to write into.
#[derive(Debug)]
pub(crate) struct OutDir(PathBuf);

impl OutDir {
    /// The folder at `path`, if it is not there, empty, or made by an earlier run. It is
    /// left as it is until [`begin`](Self::begin).
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let there =
            path.try_exists().map_err(|error| format!("can't look at {}: {error}", path.display()))?;
        if there && !path.is_dir() {
            return Err(format!("{} is a file: name a folder with --out", path.display()).into());
        }
        if there && !path.join(MARKER).is_file() && fs::read_dir(path)?.next().is_some() {
            return Err(format!(
                "{} is not empty and was not made by this example: name another folder with --out",
                path.display()
            )
            .into());
        }
        Ok(Self(path.to_owned()))
    }

    /// Makes the folder new: what an earlier run left goes only now, when there is
    /// something to take its place.
    pub(crate) fn begin(&self) -> Result<()> {
        let path = &self.0;
        if path.join(MARKER).is_file() {
            fs::remove_dir_all(path).map_err(|error| format!("can't empty {}: {error}", path.display()))?;
        }
        fs::create_dir_all(path).map_err(|error| format!("can't make {}: {error}", path.display()))?;
        fs::write(path.join(MARKER), "made by the lifecycle example; each run makes this folder new\n")?;
        Ok(())
    }

    /// The path of `name` in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
