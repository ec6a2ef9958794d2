//! A folder with files, and a cache in it.

use std::fs;

use mlops_registry::dvc::Cache;
use tempfile::TempDir;

pub(crate) fn project(files: &[(&str, &str)]) -> (TempDir, Cache) {
    let project = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let cache = Cache::at(project.path().join(".dvc/cache"));
    (project, cache)
}
