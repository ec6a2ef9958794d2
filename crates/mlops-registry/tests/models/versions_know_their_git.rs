//! A version finds the commit and the tag that it came from, and they find it.

use std::path::Path;
use std::process::Command;

use mlops_registry::Error;
use mlops_registry::model::GitTagRule;
use mlops_registry::tracking::environment::{Capture, Git};

use crate::world::{World, model, version, worlds};

/// Runs the real Git, in a way that no setting of the machine changes.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with a commit.
fn repository(folder: &Path) -> String {
    git(folder, &["init", "-q"]);
    std::fs::write(folder.join("train.rs"), "fn main() {}").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "train"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn what_git_says_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let outside = Git::at(folder.path()).unwrap_err();
    assert!(matches!(outside, Error::NotFound { what: "git repository", .. }), "{outside}");
    let sources = folder.path().join("sources");
    std::fs::create_dir(&sources).unwrap();
    git(&sources, &["init", "-q"]);
    let unborn = Git::at(&sources).unwrap();
    assert_eq!((unborn.commit, unborn.branch.as_deref(), unborn.tags.len()), (None, Some("main"), 0));

    let commit = repository(&sources);
    let clean = Git::at(&sources).unwrap();
    assert_eq!((clean.commit.as_deref(), clean.branch.as_deref()), (Some(commit.as_str()), Some("main")));
    assert_eq!((clean.dirty, clean.tags.len(), clean.shallow), (Some(false), 0, false));

    git(&sources, &["tag", "flight-delay/1.0.0"]);
    git(&sources, &["tag", "-m", "a release", "v1.0.0"]);
    std::fs::create_dir(sources.join("deep")).unwrap();
    std::fs::write(sources.join("train.rs"), "fn main() { todo!() }").unwrap();
    let dirty = Git::at(&sources.join("deep")).unwrap();
    assert_eq!(
        (dirty.dirty, dirty.tags),
        (Some(true), vec!["flight-delay/1.0.0".to_owned(), "v1.0.0".to_owned()])
    );

    git(&sources, &["commit", "-qam", "more"]);
    git(&sources, &["checkout", "-q", "v1.0.0"]);
    let detached = Git::at(&sources).unwrap();
    assert_eq!((detached.commit.as_deref(), detached.branch), (Some(commit.as_str()), None));
    assert_eq!((detached.dirty, detached.tags.len()), (Some(false), 2));
    git(&sources, &["pack-refs", "--all"]);
    assert_eq!(Git::at(&sources).unwrap().tags.len(), 2);
    // Without running anything: the annotated tag is packed with what it is of.
    let read = Capture::new().folder(&sources).programs(false).environment().git.unwrap();
    assert_eq!((read.commit.as_deref(), read.tags.len(), read.dirty), (Some(commit.as_str()), 2, None));

    git(&sources, &["checkout", "-q", "main"]);
    let clone = folder.path().join("clone");
    let from = format!("file://{}", sources.display());
    git(folder.path(), &["clone", "-q", "--depth", "1", "--no-tags", &from, clone.to_str().unwrap()]);
    let shallow = Git::at(&clone).unwrap();
    assert!(shallow.shallow && shallow.tags.is_empty() && shallow.commit.is_some(), "{shallow:?}");
}

/// A repository from elsewhere may ask Git to start what it likes.
#[cfg(unix)]
#[test]
fn nothing_that_a_repository_asks_for_is_started() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let mark = folder.path().join("started");
    let script = folder.path().join("evil.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = script.to_str().unwrap();
    git(folder.path(), &["config", "core.fsmonitor", path]);
    git(folder.path(), &["config", "core.pager", path]);
    git(folder.path(), &["config", "diff.external", path]);
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        let hook = folder.path().join(".git/hooks").join(hook);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::copy(&script, hook).unwrap();
    }
    let _gone = std::fs::remove_file(&mark);
    std::fs::write(folder.path().join("train.rs"), "fn main() { }").unwrap();
    assert_eq!(Git::at(folder.path()).unwrap().dirty, Some(true));
    assert!(!mark.exists(), "something was started");
}

#[test]
fn a_version_finds_its_commit_and_tag_and_they_find_it() {
    let folder = tempfile::tempdir().unwrap();
    let commit = repository(folder.path());
    git(folder.path(), &["tag", "release"]);
    let state = Git::at(folder.path()).unwrap();
    for world in worlds() {
        world.register("1.0.0");
        world.register("1.1.0");
        let (registry, name) = (&world.registry, version("1.0.0"));
        assert_eq!(registry.git_of(&model(), &name).unwrap(), None);
        assert_eq!(registry.versions_of_commit(&commit).unwrap(), []);

        let tag = GitTagRule::default().name(&model(), &name).unwrap();
        let recorded = world.ana.record_git(&model(), &name, &state, Some(&tag)).unwrap();
        assert_eq!(registry.git_of(&model(), &name).unwrap(), Some(recorded.clone()));
        assert_eq!(
            (recorded.git.dirty, recorded.tag.as_deref(), recorded.of_run),
            (Some(false), Some(tag.as_str()), false)
        );
        let found = |versions: Vec<mlops_registry::model::ModelVersion>| {
            versions.iter().map(|version| version.version.to_string()).collect::<Vec<_>>()
        };
        for digits in [&commit, &commit[..7], &commit.to_uppercase()] {
            assert_eq!(found(registry.versions_of_commit(digits).unwrap()), ["1.0.0"]);
        }
        for tag in [&tag, "release"] {
            assert_eq!(found(registry.versions_of_tag(tag).unwrap()), ["1.0.0"], "{tag}");
        }
        assert_eq!(registry.versions_of_tag("flight-delay/1.1.0").unwrap(), []);

        // Another of the same commit, and a tag that is taken.
        let taken = world.ana.record_git(&model(), &version("1.1.0"), &state, Some(&tag)).unwrap_err();
        assert!(matches!(taken, Error::Conflict { what: "git tag", .. }), "{taken}");
        world.ana.record_git(&model(), &version("1.1.0"), &state, None).unwrap();
        assert_eq!(found(registry.versions_of_commit(&commit).unwrap()), ["1.0.0", "1.1.0"]);
        let size = world.store.size().unwrap();
        world.ana.record_git(&model(), &name, &state, Some(&tag)).unwrap();
        assert_eq!(world.store.size().unwrap(), size, "nothing new");
        let tombstone = world.admin.delete_version(&model(), &name, "a mistake").unwrap();
        assert_eq!(tombstone.git, Some(recorded));
        assert_eq!(found(registry.versions_of_commit(&commit).unwrap()), ["1.1.0"]);
        world.is_whole();
    }
}

#[test]
fn else_its_run_knows() {
    let folder = tempfile::tempdir().unwrap();
    let commit = repository(folder.path());
    git(folder.path(), &["tag", "nightly"]);
    let world = World::over(
        "memory",
        tempfile::tempdir().unwrap(),
        std::sync::Arc::new(mlops_registry::store::MemoryStore::default()),
    );
    let registered = world.register("1.0.0");
    let run = world.ana.resume_run(&registered.run).unwrap().id;
    world.ana.log_environment(&run, &Capture::new().folder(folder.path()).environment()).unwrap();
    let found = world.registry.git_of(&model(), &version("1.0.0")).unwrap().unwrap();
    assert!(found.of_run);
    assert_eq!(
        (found.git.commit.as_deref(), found.git.branch.as_deref()),
        (Some(commit.as_str()), Some("main"))
    );
    assert_eq!(
        (found.git.dirty, found.git.tags.as_slice()),
        (Some(false), ["nightly".to_owned()].as_slice())
    );
    assert_eq!(world.registry.versions_of_commit(&commit).unwrap().len(), 1);
    assert_eq!(world.registry.versions_of_tag("nightly").unwrap().len(), 1);
    // What is said of the version itself counts instead.
    let mut other = found.git;
    other.commit = Some("f".repeat(40));
    other.tags.clear();
    world.ana.record_git(&model(), &version("1.0.0"), &other, None).unwrap();
    assert_eq!(world.registry.versions_of_commit(&commit).unwrap(), []);
    assert_eq!(world.registry.versions_of_tag("nightly").unwrap(), []);
    assert_eq!(world.registry.versions_of_commit("fffffff").unwrap().len(), 1);
}

#[test]
fn what_can_be_no_commit_or_tag_is_refused() {
    let world = World::over(
        "memory",
        tempfile::tempdir().unwrap(),
        std::sync::Arc::new(mlops_registry::store::MemoryStore::default()),
    );
    world.register("1.0.0");
    let good = |commit: &str| {
        let mut git = Git::default();
        git.commit = Some(commit.to_owned());
        git
    };
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let name = version("1.0.0");
    for bad in ["", "HEAD", "0123456", &commit.to_uppercase(), &format!("{commit} ")] {
        let refused = world.ana.record_git(&model(), &name, &good(bad), None);
        assert!(matches!(refused, Err(Error::Invalid { field: "commit", .. })), "{bad}: {refused:?}");
    }
    assert!(world.ana.record_git(&model(), &name, &Git::default(), None).is_err());
    for bad in ["", "--upload-pack=x", "a b", "a..b", "a\nb", ".lock"] {
        let refused = world.ana.record_git(&model(), &name, &good(commit), Some(bad));
        assert!(matches!(refused, Err(Error::Invalid { field: "git tag", .. })), "{bad}: {refused:?}");
        let mut git = good(commit);
        git.tags = vec![bad.to_owned()];
        assert!(world.ana.record_git(&model(), &name, &git, None).is_err(), "{bad}");
    }
    for bad in ["", "abc", "012345g", &"0".repeat(65), "%"] {
        let refused = world.registry.versions_of_commit(bad);
        assert!(matches!(refused, Err(Error::Invalid { field: "commit", .. })), "{bad}: {refused:?}");
    }
    assert!(matches!(world.ben.record_git(&model(), &name, &good(commit), None), Err(Error::Denied { .. })));
    let none = world.ana.record_git(&model(), &version("9.0.0"), &good(commit), None);
    assert!(matches!(none, Err(Error::NotFound { .. })));
}
