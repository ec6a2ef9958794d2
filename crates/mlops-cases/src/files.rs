use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Tally;

/// What ends the name of a file that a case refers to, and that is none itself.
const BESIDE_A_CASE: [&str; 3] = [".model.json", ".twin.json", ".linear.json"];

/// The case files of an area in the order of their names; `None` if `MLOPS_CASES` names a
/// folder that lacks the area. `of_crate` is the crate's folder.
pub fn files(area: &str, of_crate: impl AsRef<Path>) -> Option<Vec<PathBuf>> {
    let asked_for = std::env::var_os("MLOPS_CASES");
    let root = asked_for.as_ref().map_or_else(|| of_crate.as_ref().join("testdata"), PathBuf::from);
    let folder = root.join(area);
    if asked_for.is_some() && !folder.is_dir() {
        println!("cases {area}: absent");
        return None;
    }
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path())
        .filter(|path| {
            let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            name.ends_with(".json") && !BESIDE_A_CASE.iter().any(|other| name.ends_with(other))
        })
        .collect();
    files.sort();
    Some(files)
}

/// Reads each case file of an area as JSON and hands it on, then prints the tally. A file
/// that is no JSON, or for which `run` has no answer (its error), counts as unsupported.
///
/// # Panics
/// As [`Tally::conclude`].
pub fn each_file(
    area: &str,
    of_crate: impl AsRef<Path>,
    mut run: impl FnMut(&Path, &Value, &mut Tally) -> Result<(), String>,
) {
    let Some(files) = files(area, of_crate) else { return };
    let mut tally = Tally::default();
    for path in files {
        let ran = fs::read_to_string(&path)
            .map_err(|error| error.to_string())
            .and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()))
            .and_then(|case| run(&path, &case, &mut tally));
        if let Err(error) = ran {
            tally.unsupported(format!("{}: {error}", path.display()));
        }
    }
    tally.conclude(area);
}
