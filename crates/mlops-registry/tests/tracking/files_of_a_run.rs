//! The files of a run: names that lead nowhere else, folders without links, sizes within
//! limits; and where the run ran, without a secret.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::world::meddled::meddled;
use crate::world::{World, experiment, worlds};
use mlops_core::Digest;
use mlops_registry::tracking::environment::{Capture, Redaction};
use mlops_registry::tracking::{FileEntry, FileLimits, FilePath, RunId};
use mlops_registry::{Error, Result};

fn path(text: &str) -> FilePath {
    text.parse().unwrap()
}

fn started(world: &World) -> RunId {
    world.ana.start_run(&experiment(), "x").unwrap().id
}

fn text(world: &World, run: &RunId, name: &str) -> String {
    let mut text = String::new();
    world.registry.open_file(run, &path(name)).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn listed(world: &World, run: &RunId, folder: Option<&str>) -> Vec<String> {
    let folder = folder.map(path);
    let word = |entry: &FileEntry| match entry {
        FileEntry::Folder(path) => format!("{path}/"),
        FileEntry::File(file) => format!("{} {}", file.path, file.size),
        other => panic!("{other:?}"),
    };
    world.registry.folder(run, folder.as_ref()).unwrap().iter().map(word).collect()
}

#[test]
fn files_are_kept_listed_and_opened() {
    for world in worlds() {
        let run = started(&world);
        for name in
            ["model.txt", "plots/roc.svg", "plots/deep/pr.svg", "plots-old", "plots0", "a/b", "größe/x"]
        {
            let file = world.ana.log_file(&run, &path(name), &mut name.as_bytes()).unwrap();
            assert_eq!((file.size, file.digest), (name.len() as u64, Digest::of(name)));
        }
        let root = listed(&world, &run, None);
        assert_eq!(root, ["a/", "größe/", "model.txt 9", "plots/", "plots-old 9", "plots0 6"]);
        assert_eq!(listed(&world, &run, Some("plots")), ["plots/deep/", "plots/roc.svg 13"]);
        assert_eq!(listed(&world, &run, Some("plots/deep")), ["plots/deep/pr.svg 17"]);
        for none in ["plot", "plots/x", "model.txt"] {
            let nothing = world.registry.folder(&run, Some(&path(none)));
            assert!(matches!(nothing, Err(Error::NotFound { what: "folder", .. })), "{nothing:?}");
        }
        assert_eq!(text(&world, &run, "plots/deep/pr.svg"), "plots/deep/pr.svg");
        assert_eq!(world.registry.files(&run).unwrap().len(), 7);
        let size = world.registry.store().size().unwrap();
        world.ana.log_file(&run, &path("model.txt"), &mut "model.txt".as_bytes()).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "the same again changes nothing");
        world.ana.log_file(&run, &path("model.txt"), &mut "another".as_bytes()).unwrap();
        assert_eq!(text(&world, &run, "model.txt"), "another");
        let missing = world.registry.open_file(&run, &path("none")).map(drop);
        assert!(matches!(missing, Err(Error::NotFound { what: "file", .. })));
        let denied = world.ben.log_file(&run, &path("x"), &mut "x".as_bytes());
        assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
        world.is_whole();
    }
}

#[test]
fn a_file_is_no_folder() {
    for world in worlds() {
        let run = started(&world);
        world.ana.log_file(&run, &path("a"), &mut "x".as_bytes()).unwrap();
        world.ana.log_file(&run, &path("b/c/d"), &mut "x".as_bytes()).unwrap();
        for (name, told) in [
            ("a/b", r#"within "a", which is a file"#),
            ("a/b/c", r#"within "a", which is a file"#),
            ("b", r#"the folder of "b/c/d""#),
            ("b/c", r#"the folder of "b/c/d""#),
        ] {
            match world.ana.log_file(&run, &path(name), &mut "x".as_bytes()) {
                Err(Error::Conflict { what: "file", current, .. }) => assert_eq!(current, told),
                other => panic!("{name}: {other:?}"),
            }
        }
        world.ana.log_file(&run, &path("b/c/e"), &mut "x".as_bytes()).unwrap();
    }
}

#[test]
fn what_is_gone_or_changed_is_found() {
    for world in worlds() {
        let run = started(&world);
        let file = world.ana.log_file(&run, &path("model.txt"), &mut "model".as_bytes()).unwrap();
        world.is_whole();
        assert!(world.registry.artifacts().remove(&file.digest).unwrap());
        let opened = world.registry.open_file(&run, &path("model.txt")).map(drop);
        assert!(matches!(opened, Err(Error::NotFound { what: "artifact", .. })), "{opened:?}");
        let report = world.registry.verify().unwrap().to_string();
        assert!(report.contains("is missing"), "{report}");
    }
}

/// Yields bytes without end, and counts them.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        self.0 += chunk.len() as u64;
        Ok(chunk.len())
    }
}

#[test]
fn sizes_are_bounded() {
    for world in worlds() {
        let run = started(&world);
        let limits = FileLimits::default().file(1 << 20);
        let mut endless = Endless(0);
        match world.ana.log_file_within(&run, &path("a/b"), &mut endless, &limits) {
            Err(error @ Error::Invalid { field: "size of the file", .. }) => {
                assert!(error.to_string().contains("a/b: more than 1048576 bytes"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        assert!(endless.0 < 4 << 20, "no more is read than is wanted: {}", endless.0);
        assert_eq!(world.registry.files(&run).unwrap(), []);
        assert_eq!(world.registry.artifacts().list(None, 10).unwrap(), [], "nothing is left behind");
        let exact = FileLimits::default().file(3);
        world.ana.log_file_within(&run, &path("x"), &mut "123".as_bytes(), &exact).unwrap();
        assert!(world.ana.log_file_within(&run, &path("y"), &mut "1234".as_bytes(), &exact).is_err());
        // A run that takes none is found out before anything is read.
        world.ana.end_run(&run, mlops_registry::tracking::RunStatus::Finished).unwrap();
        let mut unread = Endless(0);
        assert!(world.ana.log_file(&run, &path("z"), &mut unread).is_err());
        assert_eq!(unread.0, 0);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_folder_is_kept_at_once() {
    for world in worlds() {
        let run = started(&world);
        let folder = tempfile::tempdir().unwrap();
        for name in ["MLmodel", "data/model.txt", "data/deep/x", "data/deep/y"] {
            write(folder.path(), name, name);
        }
        fs::create_dir(folder.path().join("empty")).unwrap();
        let before = world.registry.store().size().unwrap();
        let at = path("models/best");
        let files = world.ana.log_folder(&run, Some(&at), folder.path(), &FileLimits::default()).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), before + 1, "one transaction");
        let names: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        let expected = [
            "models/best/MLmodel",
            "models/best/data/deep/x",
            "models/best/data/deep/y",
            "models/best/data/model.txt",
        ];
        assert_eq!(names, expected);
        assert_eq!(text(&world, &run, "models/best/data/model.txt"), "data/model.txt");
        let root = world.ana.log_folder(&run, None, folder.path(), &FileLimits::default()).unwrap();
        assert_eq!(root.len(), 4);
        let missing = world.ana.log_folder(&run, None, &folder.path().join("none"), &FileLimits::default());
        assert!(matches!(missing, Err(Error::NotFound { what: "file", .. })), "{missing:?}");
        let file = world.ana.log_folder(&run, None, &folder.path().join("MLmodel"), &FileLimits::default());
        assert!(matches!(file, Err(Error::Invalid { .. })), "{file:?}");
        world.is_whole();
    }
}

#[test]
fn a_folder_over_a_limit_is_refused_before_a_byte_is_stored() {
    for world in worlds() {
        let run = started(&world);
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a/b/c", "12345");
        write(folder.path(), "a/d", "123");
        let log = |limits: FileLimits| world.ana.log_folder(&run, None, folder.path(), &limits);
        for (limits, told) in [
            (FileLimits::default().file(4), "at most 4 bytes, and it has 5"),
            (FileLimits::default().total(7), "at most 7 bytes in all files"),
            (FileLimits::default().files(1), "at most 1 files"),
            (FileLimits::default().depth(2), "at most 2 deep"),
        ] {
            let error = log(limits).unwrap_err().to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
        assert_eq!(world.registry.artifacts().list(None, 10).unwrap(), []);
        log(FileLimits::default().file(5).total(8).files(2).depth(3)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let secret = tempfile::tempdir().unwrap();
    write(secret.path(), "secret", "hunter2");
    for world in worlds() {
        let run = started(&world);
        let refused = |make: &dyn Fn(&Path), told: &str| {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), "innocent", "x");
            fs::create_dir(folder.path().join("sub")).unwrap();
            make(&folder.path().join("sub"));
            match world.ana.log_folder(&run, None, folder.path(), &FileLimits::default()) {
                Err(Error::Invalid { field, value, expected }) => {
                    assert!(
                        format!("{field} {value} {expected}").contains(told),
                        "{field} {value} {expected}"
                    );
                }
                other => panic!("{told}: {other:?}"),
            }
        };
        let secret = secret.path();
        refused(
            &|sub| symlink(secret.join("secret"), sub.join("to-file")).unwrap(),
            "to-file no symbolic link",
        );
        refused(&|sub| symlink(secret, sub.join("to-folder")).unwrap(), "to-folder no symbolic link");
        refused(&|sub| symlink("../innocent", sub.join("within")).unwrap(), "within no symbolic link");
        refused(&|sub| symlink("nowhere", sub.join("broken")).unwrap(), "broken no symbolic link");
        refused(&|sub| symlink("loop", sub.join("loop")).unwrap(), "loop no symbolic link");
        refused(&|sub| drop(UnixListener::bind(sub.join("socket")).unwrap()), "socket a file or a folder");
        refused(&|sub| fs::write(sub.join("a\\b"), "x").unwrap(), "a\\b");
        refused(&|sub| fs::write(sub.join("a:b"), "x").unwrap(), "a:b");
        refused(&|sub| fs::write(sub.join("a\u{202e}b"), "x").unwrap(), "file path");
        #[cfg(target_os = "linux")]
        refused(
            &|sub| {
                use std::os::unix::ffi::OsStrExt as _;
                fs::write(sub.join(std::ffi::OsStr::from_bytes(b"\xff")), "x").unwrap();
            },
            "a name in UTF-8",
        );
        // The folder itself may not be a link either.
        let link = tempfile::tempdir().unwrap();
        symlink(secret, link.path().join("link")).unwrap();
        let linked = world.ana.log_folder(&run, None, &link.path().join("link"), &FileLimits::default());
        assert!(matches!(linked, Err(Error::Invalid { .. })), "{linked:?}");
        assert_eq!(world.registry.files(&run).unwrap(), []);
        assert_eq!(world.registry.artifacts().list(None, 10).unwrap(), []);
    }
}

#[test]
fn where_it_ran_is_kept_without_a_secret() {
    for world in worlds() {
        let run = started(&world);
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "Cargo.lock", "lock");
        write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
        write(folder.path(), ".git/refs/heads/main", &"0".repeat(40));
        let capture = Capture::new()
            .folder(folder.path())
            .toolchain("rustc 1.95.0, by hunter2")
            .programs(false)
            .variables(["PATH", "CARGO_PKG_NAME", "NOT_SET_TOKEN"])
            .redaction(Redaction::default().known("hunter2").pattern("path"));
        assert!(!format!("{capture:?}").contains("known: [\""), "{capture:?}");
        let environment = capture.environment();
        let file = world.ana.log_environment(&run, &environment).unwrap();
        assert_eq!(file.path.as_str(), "environment.json");
        let json = text(&world, &run, "environment.json");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&json).unwrap(),
            serde_json::to_value(&environment).unwrap()
        );
        let tags = world.registry.run_data(&run).unwrap().tags;
        assert_eq!(tags["env.os"], std::env::consts::OS);
        assert_eq!(tags["env.lock"], Digest::of("lock").to_string());
        assert_eq!(tags["mlflow.source.git.commit"], "0".repeat(40));
        assert_eq!(tags["mlflow.source.git.branch"], "main");
        assert_eq!(environment.variables["PATH"], "[redacted]");
        assert_eq!(environment.variables["CARGO_PKG_NAME"], "mlops-registry");
        assert!(!environment.variables.contains_key("NOT_SET_TOKEN"));
        let all = format!("{json} {tags:?}");
        assert!(!all.contains("hunter2"), "{all}");
        let size = world.registry.store().size().unwrap();
        world.ana.log_environment(&run, &environment).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "the same again changes nothing");
        world.is_whole();
    }
}

#[test]
fn an_audit_names_what_was_logged() -> Result<()> {
    for world in worlds() {
        let run = started(&world);
        let file = world.ana.log_file(&run, &path("a/b.txt"), &mut "x".as_bytes())?;
        let last = world.registry.entries(0..u64::MAX)?.pop().unwrap();
        assert_eq!(
            (last.act.action.as_str(), last.act.subject.as_str()),
            ("run.log", "flight-delay/1 a/b.txt")
        );
        assert_eq!(last.act.artifacts, [file.digest]);
    }
    Ok(())
}

#[test]
fn of_two_who_make_a_file_and_a_folder_of_one_path_one_gets_it() {
    for (mine, theirs) in [("a", "a/b"), ("a/b", "a"), ("a", "a/b/c"), ("a/b/c", "a/b")] {
        for (world, store) in meddled() {
            let run = started(&world);
            let (ben, of, mut done) = (world.ana.clone(), run.clone(), false);
            store.meddle(move |call| {
                if call.commits() && !std::mem::replace(&mut done, true) {
                    ben.log_file(&of, &path(theirs), &mut "theirs".as_bytes())?;
                }
                Ok(())
            });
            let late = world.ana.log_file(&run, &path(mine), &mut "mine".as_bytes());
            assert!(matches!(late, Err(Error::Conflict { .. })), "{} {mine}: {late:?}", world.name);
            store.rest();
            let files = world.registry.files(&run).unwrap();
            assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), [theirs]);
            world.is_whole();
        }
    }
}

#[test]
fn folders_are_put_down_once_and_are_no_files() {
    for world in worlds() {
        let run = started(&world);
        for name in ["!first", "a/b/one", "a/b/two", "a/three", "z"] {
            world.ana.log_file(&run, &path(name), &mut name.as_bytes()).unwrap();
            world.ana.log_file(&run, &path(name), &mut "again".as_bytes()).unwrap();
        }
        let files = world.registry.files(&run).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(names, ["!first", "a/b/one", "a/b/two", "a/three", "z"]);
        assert_eq!(listed(&world, &run, None), ["!first 5", "a/", "z 5"]);
        assert_eq!(listed(&world, &run, Some("a")), ["a/b/", "a/three 5"]);
        world.is_whole();
    }
}

#[test]
fn an_artifact_has_a_size_as_a_file_has() {
    for world in worlds() {
        let limits = FileLimits::default().file(4);
        let over = world.ana.store_artifact_within(&mut "12345".as_bytes(), &limits).unwrap_err();
        assert!(matches!(over, Error::Invalid { field: "size of the file", .. }), "{over}");
        let kept = world.ana.store_artifact_within(&mut "1234".as_bytes(), &limits).unwrap();
        assert_eq!(kept, Digest::of("1234"));
        assert!(!world.registry.artifacts().list(None, 9).unwrap().contains(&Digest::of("12345")));
    }
}
