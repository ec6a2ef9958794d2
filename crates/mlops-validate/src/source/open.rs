use std::fs::File;
use std::path::Path;

use crate::{Error, Result};

/// A file, its name for messages and its length.
pub(super) fn open(path: &Path) -> Result<(String, File, u64)> {
    let name = path.display().to_string();
    let unavailable = |error: std::io::Error| Error::Input {
        what: name.clone(),
        reason: "it can't be opened".to_owned(),
        source: Some(Box::new(error)),
    };
    let file = File::open(path).map_err(unavailable)?;
    let facts = file.metadata().map_err(unavailable)?;
    if !facts.is_file() {
        return Err(unavailable(std::io::Error::other("it is not a file")));
    }
    Ok((name, file, facts.len()))
}
