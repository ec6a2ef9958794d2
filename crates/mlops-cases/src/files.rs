use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Tally;

/// What ends the name of a file that a case refers to, and that is none itself.
const BESIDE_A_CASE: [&str; 3] = [".model.json", ".twin.json", ".linear.json"];

/// The folder of an area; `None`, with a line, if `MLOPS_CASES` names a folder that lacks
/// it. `of_crate` is the crate's folder.
pub fn folder(area: &str, of_crate: impl AsRef<Path>) -> Option<PathBuf> {
    let Some(asked_for) = std::env::var_os("MLOPS_CASES") else {
        return Some(of_crate.as_ref().join("testdata").join(area));
    };
    let folder = Path::new(&asked_for).join(area);
    if !folder.is_dir() {
        absent(area);
        return None;
    }
    Some(folder)
}

/// Says that an area is absent from the folder asked for.
pub fn absent(area: &str) {
    println!("cases {area}: absent");
}

/// The case files of an area in the order of their names; `None`, with a line, if it is absent.
pub fn files(area: &str, of_crate: impl AsRef<Path>) -> Option<Vec<PathBuf>> {
    let folder = folder(area, of_crate)?;
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
