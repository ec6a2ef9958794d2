//! What DVC refuses to add, does not see or does not push is not added or pushed here either.

use std::fs;

use mlops_registry::Error;
use mlops_registry::dvc::{Cache, DvcFile};
use tempfile::TempDir;

use crate::project::project;
use crate::recorded::{Recorded, read_all};

const OUT: &str = "outs:\n- md5: d2b9de70b5f73e05dd3316667c4501bd\n  hash: md5\n  path: m.pkl\n";

/// A project in a repository of Git.
fn repository(files: &[(&str, &str)]) -> (TempDir, Cache) {
    let (project, cache) = project(files);
    for folder in [".git", ".dvc"] {
        fs::create_dir_all(project.path().join(folder)).unwrap();
    }
    (project, cache)
}

fn refused((project, cache): &(TempDir, Cache), path: &str, expected: &str) {
    let before = read_all(project.path());
    let error = cache.add(project.path().join(path)).run().unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{path}: {error}");
    assert!(error.to_string().contains(expected), "{path}: {error}");
    assert_eq!(read_all(project.path()), before, "{path}");
    assert!(!cache.root().exists() || read_all(cache.root()).keys().all(|path| !path.starts_with("tmp")));
}

#[test]
fn what_is_ignored_is_refused() {
    for (file, lines, path, expected) in [
        (".dvcignore", "data", "data", "what DVC does not ignore"),
        (".dvcignore", " data \n", "data", "what DVC does not ignore"),
        (".dvcignore", "d/", "d", "what DVC does not ignore"),
        (".dvcignore", "d/", "d/x", "what DVC does not ignore"),
        (".dvcignore", "d/**", "d", "what DVC does not ignore"),
        ("d/.dvcignore", "/x", "d/x", "what DVC does not ignore"),
        (".dvcignore", "*.dvc", "data", "what DVC does not ignore"),
        (".gitignore", "data*", "data", "no `.gitignore` covers"),
        (".gitignore", "d/", "d/x", "no `.gitignore` covers"),
        ("d/.gitignore", "*.dvc", "d/x", "no `.gitignore` covers"),
    ] {
        let world = repository(&[("data", "1"), ("d/x", "2"), (file, lines)]);
        refused(&world, path, expected);
        assert!(!world.1.root().exists(), "{lines}");
    }
    for (file, lines, path) in [
        (".dvcignore", "dat\n*.csv", "data"),
        (".dvcignore", "data\n!data", "data"),
        (".gitignore", "data", "data"),
        (".gitignore", "data*\n!*.dvc", "data"),
    ] {
        let (project, cache) = repository(&[("data", "1"), (file, lines)]);
        cache.add(project.path().join(path)).run().unwrap();
    }
}

#[test]
fn outputs_do_not_lie_in_each_other() {
    let world = repository(&[("d/e/x", "1"), ("d/y", "2"), ("data", "3")]);
    let (project, cache) = &world;
    let inner = cache.add(project.path().join("d/e/x")).run().unwrap();
    refused(&world, "d", "x.dvc");
    refused(&world, "d/e", "no output of DVC within");
    fs::remove_file(inner.path).unwrap();
    fs::remove_file(project.path().join("d/e/.gitignore")).unwrap();
    cache.add(project.path().join("d")).run().unwrap();
    refused(&world, "d/y", "add \"d\" again");
    refused(&world, "d/e", "add \"d\" again");
    refused(&world, "d/e/x", "add \"d\" again");
    // Beside it others may lie, and what Git ignores is none of DVC's: `/d` is in `.gitignore` now.
    cache.add(project.path().join("data")).run().unwrap();
    fs::write(project.path().join("d/m.pkl.dvc"), OUT).unwrap();
    let again = cache.add(project.path().join("d")).run().unwrap();
    assert_eq!(again.file.outs[0].nfiles, Some(3));
}

#[test]
fn data_may_be_called_like_a_dvc_file() {
    let (project, cache) = repository(&[("d/x.dvc", "no YAML: ["), ("d/y.dvc", "a: 1"), ("d.dvc", "")]);
    fs::remove_file(project.path().join("d.dvc")).unwrap();
    let added = cache.add(project.path().join("d")).run().unwrap();
    assert_eq!(added.file.outs[0].nfiles, Some(2));
}

#[test]
fn what_is_not_to_be_pushed_is_not() {
    let (project, cache) = repository(&[("d/x", "1"), ("data", "2")]);
    let remote = Cache::at(project.path().join(".dvc/remote"));
    for path in ["d", "data"] {
        let added = cache.add(project.path().join(path)).run().unwrap();
        let kept: DvcFile = format!("{}  push: false\n", added.file).parse().unwrap();
        assert!(added.file.outs[0].is_pushed() && !kept.outs[0].is_pushed());
        let pushed = cache.transfer(&kept, &remote).run().unwrap();
        assert_eq!((pushed.copied, pushed.present, pushed.bytes), (0, 0, 0));
        assert_eq!(pushed.not_pushed, [path]);
        assert!(!remote.root().exists());
        // A remote may have it from before.
        cache.transfer(&added.file, &remote).run().unwrap();
        let elsewhere = Cache::at(project.path().join(".dvc/elsewhere"));
        let pulled = remote.transfer(&kept, &elsewhere).pulling().run().unwrap();
        assert!(pulled.copied > 0 && pulled.not_pushed.is_empty(), "{pulled:?}");
        assert!(elsewhere.is_intact(&kept.outs[0].object).unwrap());
        fs::remove_dir_all(remote.root()).unwrap();
    }
}

#[test]
fn what_a_case_is_about_is_in_its_recorded_files() {
    // Cases that others have recorded have no lists of our own, and other names.
    let recorded: Recorded = serde_json::from_str(include_str!("../../testdata/dvc/variants.json")).unwrap();
    let mut told = 0;
    for mut case in recorded.cases {
        let ignored = case.name.contains("ignored") || case.name.contains("not data");
        if !ignored && case.folders.is_empty() && case.executable.is_empty() {
            continue;
        }
        case.name = format!("case {told}");
        case.folders.clear();
        case.executable.clear();
        told += 1;
        for (what, same) in case.written().into_iter().chain(case.restored()) {
            assert!(same, "{what}");
        }
    }
    assert!(told > 10, "{told}");
}
