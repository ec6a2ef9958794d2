//! The genuine `dvc`, if `MLOPS_DVC` names the program, and this crate work in one project.
#![allow(clippy::print_stdout, reason = "what was not tested is said")]

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use mlops_registry::dvc::{Cache, DvcFile};

use crate::recorded::{Recorded, read_all};

struct Dvc(OsString);

impl Dvc {
    fn find() -> Option<Self> {
        let found = std::env::var_os("MLOPS_DVC").map(Self);
        if found.is_none() {
            println!("not tested with the genuine dvc: MLOPS_DVC does not name it");
        }
        found
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> String {
        run(Command::new(&self.0).args(arguments).env("DVC_NO_ANALYTICS", "1").current_dir(folder))
    }

    /// A project whose usual remote is the folder `remote`.
    fn init(&self, folder: &Path, remote: &Path) {
        fs::create_dir_all(folder).unwrap();
        run(Command::new("git").args(["init", "-q"]).current_dir(folder));
        self.run(folder, &["init", "-q"]);
        self.run(folder, &["remote", "add", "-q", "-d", "r", remote.to_str().unwrap()]);
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// One project with the files of many cases, each in a folder of its own.
fn cases() -> Vec<crate::recorded::Case> {
    let variants = include_str!("../../testdata/dvc/variants.json");
    let recorded: Recorded = serde_json::from_str(variants).unwrap();
    recorded
        .cases
        .into_iter()
        .filter(|case| !case.files_hex.keys().any(|path| path.contains("ignore")))
        .collect()
}

#[test]
fn what_we_push_dvc_pulls() {
    let Some(dvc) = Dvc::find() else { return };
    let world = tempfile::tempdir().unwrap();
    let (project, remote) = (world.path().join("project"), world.path().join("remote"));
    dvc.init(&project, &remote);
    let (cache, remote) = (Cache::at(project.join(".dvc/cache")), Cache::at(remote));
    for (number, case) in cases().into_iter().enumerate() {
        let folder = project.join(number.to_string());
        crate::recorded::write_all(&folder, &case.files_hex);
        for path in &case.add {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            if !folder.join(path).exists() {
                fs::create_dir(folder.join(path)).unwrap();
            }
            let added = cache.add(folder.join(path)).run().unwrap();
            cache.transfer(&added.file, &remote).run().unwrap();
        }
    }
    let status = dvc.run(&project, &["status"]);
    assert!(status.contains("up to date"), "{status}");
    let status = dvc.run(&project, &["status", "--cloud"]);
    assert!(status.contains("in sync"), "{status}");
    assert!(
        run(Command::new("git").args(["status", "--porcelain", "--ignored"]).current_dir(&project))
            .contains("!!")
    );

    // Without our cache and without the files, DVC brings them back.
    let before = read_all(&project);
    let dvc_files = |path: &str| [".dvc", ".gitignore", ".dvcignore"].iter().any(|end| path.ends_with(end));
    for path in before.keys().filter(|path| !dvc_files(path)) {
        fs::remove_file(project.join(path)).unwrap();
    }
    fs::remove_dir_all(cache.root()).unwrap();
    dvc.run(&project, &["pull", "-q"]);
    let missing: Vec<_> = before.keys().filter(|path| !project.join(path).exists()).collect();
    let known: Vec<_> = missing
        .iter()
        .filter(|path| path.contains("/.git") || path.contains("/.hg") || path.contains("/.dvc"))
        .collect();
    assert_eq!(known.len(), missing.len(), "{missing:?}");
    for (path, bytes) in &before {
        if let Ok(now) = fs::read(project.join(path)) {
            assert_eq!(now, *bytes, "{path}");
        }
    }
}

#[test]
fn what_dvc_pushes_we_restore() {
    let Some(dvc) = Dvc::find() else { return };
    let world = tempfile::tempdir().unwrap();
    let (project, remote) = (world.path().join("project"), world.path().join("remote"));
    dvc.init(&project, &remote);
    fs::create_dir_all(project.join("data/sub dir/é")).unwrap();
    for (path, bytes) in [
        ("data/a.csv", &b"a,b\r\n1,2\r\n"[..]),
        ("data/sub dir/é/😀 \"x\"", b"2"),
        ("data/empty", b""),
        ("model: v1.bin", &[0, 1, 2, 255].repeat(100_000)),
    ] {
        fs::write(project.join(path), bytes).unwrap();
    }
    dvc.run(&project, &["add", "-q", "data", "model: v1.bin"]);
    dvc.run(&project, &["push", "-q"]);
    let before = read_all(&project);
    let remote = Cache::at(remote);
    let elsewhere = world.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for name in ["data.dvc", "model: v1.bin.dvc"] {
        let file = DvcFile::read(project.join(name)).unwrap();
        assert_eq!(file.to_string(), fs::read_to_string(project.join(name)).unwrap());
        remote.restore(&file, &elsewhere).run().unwrap();
    }
    let after = read_all(&elsewhere);
    assert_eq!(after.len(), 4);
    assert!(after.iter().all(|(path, bytes)| before[path] == *bytes));
    // In the cache of DVC itself there is nothing to add.
    let cache = Cache::at(project.join(".dvc/cache"));
    let objects = read_all(cache.root());
    cache.add(project.join("data")).run().unwrap();
    assert_eq!(read_all(cache.root()), objects);
    assert!(dvc.run(&project, &["status"]).contains("up to date"));
}
