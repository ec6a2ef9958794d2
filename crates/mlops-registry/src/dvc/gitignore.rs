use std::fmt::Write as _;
use std::path::Path;

use super::file::read_text;
use super::ignore::{Ignored, Reader};
use super::walk::root_with;
use crate::{Error, Result};

/// The line that keeps one file or folder beside it out of Git.
fn line(name: &str) -> String {
    let mut line = String::from("/");
    for sign in name.chars() {
        let escape = if matches!(sign, '\\' | '[' | ']' | '!' | '*' | '#' | '?') { "\\" } else { "" };
        let _ = write!(line, "{escape}{sign}");
    }
    line
}

/// Whether the file at `path` is in a repository of Git whose `.gitignore` files cover it: then it
/// is none of DVC's, whatever is in it.
pub(super) fn hides(path: &Path) -> Result<bool> {
    let Some((root, path)) = root_with(path, ".git")? else { return Ok(false) };
    Ok(Ignored::with(Reader::Git, "").read(&root, &path)?.covers(&path, false))
}

/// What the `.gitignore` beside `name` will have to be, so that Git ignores it: as DVC does it,
/// another line at its end; `None` if Git ignores it anyway. `path` is that of the file or folder
/// relative to `root`, the folder of the repository, if there is one.
pub(super) fn with_line(
    folder: &Path,
    name: &str,
    repository: Option<(&Path, &str)>,
    is_folder: bool,
) -> Result<Option<String>> {
    if name.contains(['\n', '\r']) {
        return Err(Error::Invalid {
            field: "name of what is added",
            value: name.to_owned(),
            expected: "no line break, which a `.gitignore` can't say; or no `.gitignore`".to_owned(),
        });
    }
    let text = read_text(&folder.join(".gitignore"))?.unwrap_or_default();
    let ignored = match repository {
        Some((root, path)) => Ignored::with(Reader::Git, "").read(root, path)?.covers(path, is_folder),
        None => Ignored::with(Reader::Git, &text).covers(name, is_folder),
    };
    if ignored {
        return Ok(None);
    }
    let line = line(name);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    // What is there already and does not help, a second time would not help either.
    if end.is_empty() && text.lines().any(|there| there == line) {
        return Ok(None);
    }
    Ok(Some(format!("{text}{end}{line}\n")))
}
