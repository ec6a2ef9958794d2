//! What is added is in the cache, whatever happens around it.

use std::fs;
use std::path::Path;

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::dvc::{Cache, DvcFile, GitIgnore, Hash, ObjectId, Progress};
use mlops_registry::tracking::RunBatch;

use crate::project::project;
use crate::recorded::read_all;

#[test]
fn a_changed_file_is_added_again_and_keeps_its_remarks() {
    let (project, cache) = project(&[("d/a", "1"), ("d/b", "2")]);
    let folder = project.path().join("d");
    let first = cache.add(&folder).run().unwrap();
    let remarked = first.file.outs[0].clone().with_meta("owner", "ana: she");
    fs::write(&first.path, DvcFile::new(vec![remarked]).to_string()).unwrap();
    fs::write(folder.join("c"), "3").unwrap();
    let second = cache.add(&folder).run().unwrap();
    let out = &second.file.outs[0];
    assert_eq!((out.nfiles, out.size), (Some(3), Some(3)));
    assert_eq!(out.meta(), Some(serde_json::json!({"owner": "ana: she"})));
    assert_ne!(out.object, first.file.outs[0].object);
    assert_eq!(DvcFile::read(&second.path).unwrap(), second.file);
    for file in [&first.file, &second.file] {
        assert!(cache.is_intact(&file.outs[0].object).unwrap(), "both are kept");
    }
    // A file in the place of the folder.
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "4").unwrap();
    let third = cache.add(&folder).run().unwrap();
    assert_eq!((third.file.outs[0].nfiles, third.file.outs[0].size), (None, Some(1)));
    assert!(!third.file.outs[0].object.is_folder());
}

#[test]
fn what_a_person_wrote_is_not_overwritten() {
    let (project, cache) = project(&[("a", "1")]);
    let added = cache.add(project.path().join("a")).run().unwrap();
    let text = fs::read_to_string(&added.path).unwrap();
    for (text, expected) in [
        (format!("# mine\n{text}"), "comments"),
        (text.replace("path: a", "path: b"), "something else"),
        (format!("{text}more: 1\n"), "one that DVC 3 knows"),
        ("outs: [".to_owned(), "YAML"),
    ] {
        fs::write(&added.path, &text).unwrap();
        let error = cache.add(project.path().join("a")).run().unwrap_err();
        assert!(matches!(error, Error::Conflict { .. } | Error::Invalid { .. }));
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert_eq!(fs::read_to_string(&added.path).unwrap(), text);
    }
}

#[test]
fn a_damaged_object_is_mended() {
    let (project, cache) = project(&[("a", "the bytes")]);
    let path = project.path().join("a");
    let object = cache.add(&path).run().unwrap().file.outs[0].object;
    let place = cache.path(&object);
    assert!(fs::metadata(&place).unwrap().permissions().readonly());
    for damaged in [&b"the bytez"[..], b"", b"the bytes and more"] {
        let _ = fs::remove_file(&place);
        fs::write(&place, damaged).unwrap();
        assert!(!cache.is_intact(&object).unwrap());
        cache.add(&path).run().unwrap();
        assert!(cache.is_intact(&object).unwrap());
    }
}

#[test]
fn nothing_is_left_behind() {
    let (project, cache) = project(&[("d/a", "1"), ("d/b", "1"), ("e", "2")]);
    let added = cache.add(project.path().join("d")).run().unwrap();
    cache.add(project.path().join("e")).git_ignore(GitIgnore::Always).run().unwrap();
    let objects: Vec<_> = read_all(cache.root()).into_keys().collect();
    assert_eq!(objects.len(), 3, "{objects:?}");
    assert!(!cache.root().join("tmp").exists());
    let names: Vec<_> = read_all(project.path()).into_keys().collect();
    assert_eq!(names, [".gitignore", "d.dvc", "d/a", "d/b", "e", "e.dvc"], "no repository: no line for d");
    assert_eq!(fs::read_to_string(project.path().join(".gitignore")).unwrap(), "/e\n");
    assert_eq!(cache.listing(&added.file.outs[0].object).unwrap().len(), 2);
}

#[test]
fn what_can_not_be_added_is_refused_by_name() {
    let (project, cache) = project(&[
        ("d/a", "1"),
        ("x.dvc", "outs: []\n"),
        ("e/.dvcignore", "a"),
        ("e/a", "1"),
        ("f/g/.dvc/config", ""),
    ]);
    let refused = |path: &str, expected: &str| {
        let error = cache.add(project.path().join(path)).run().unwrap_err();
        assert!(error.to_string().contains(expected), "{path}: {error}");
        assert!(error.to_string().contains(path), "{path}: {error}");
    };
    refused("none", "is not there");
    refused("x.dvc", "data, not a file of DVC");
    refused("e", "no `.dvcignore` within");
    refused("f", "no project of DVC within");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::symlink;
        symlink("d", project.path().join("link")).unwrap();
        refused("link", "what a link leads to");
        symlink("/etc/passwd", project.path().join("d/out")).unwrap();
        refused("d", "what a link leads to");
        fs::remove_file(project.path().join("d/out")).unwrap();
        let odd = project.path().join("d").join(std::ffi::OsStr::from_bytes(b"\xff"));
        if fs::write(&odd, "1").is_ok() {
            refused("d", "a name in Unicode");
            fs::remove_file(odd).unwrap();
        }
    }
    let within = Cache::at(project.path().join("d/cache"));
    fs::create_dir(project.path().join("d/cache")).unwrap();
    let error = within.add(project.path().join("d")).run().unwrap_err().to_string();
    assert!(error.contains("the cache is not in"), "{error}");
    assert!(!project.path().join("d.dvc").exists() && !cache.root().exists());
}

#[test]
fn sha256_is_told_beside_md5() {
    let (project, cache) = project(&[("d/b", "b"), ("d/a", "a"), ("c", "c")]);
    let file = cache.add(project.path().join("c")).with_sha256().run().unwrap();
    assert_eq!(file.digest(), Some(Digest::of("c")));
    assert_eq!(file.sha256, [("c".to_owned(), Digest::of("c"))]);
    let folder = cache.add(project.path().join("d")).with_sha256().run().unwrap();
    let lines = format!("{}  a\n{}  b\n", Digest::of("a").to_hex(), Digest::of("b").to_hex());
    assert_eq!(folder.digest(), Some(Digest::of(lines)));
    assert_eq!(cache.add(project.path().join("d")).run().unwrap().digest(), None);
}

#[test]
fn progress_comes_to_its_end() {
    let files: Vec<_> = (0..300).map(|number| (format!("d/{number}"), "x".repeat(number))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (project, cache) = project(&files);
    let mut told: Vec<Progress> = Vec::new();
    let mut listen = |progress| told.push(progress);
    let added = cache.add(project.path().join("d")).on_progress(&mut listen).run().unwrap();
    let last = *told.last().unwrap();
    let size = added.file.outs[0].size.unwrap();
    assert_eq!((last.files, last.of_files, last.bytes, last.of_bytes), (300, 300, size, size));
    assert!(told.windows(2).all(|two| two[0].files <= two[1].files && two[0].bytes <= two[1].bytes));
    let mut last = Progress::default();
    let mut listen = |progress| last = progress;
    let elsewhere = tempfile::tempdir().unwrap();
    cache.restore(&added.file, elsewhere.path()).on_progress(&mut listen).run().unwrap();
    assert_eq!((last.files, last.of_files, last.bytes), (300, 300, size));
    let remote = Cache::at(elsewhere.path().join("remote"));
    let mut last = Progress::default();
    let mut listen = |progress| last = progress;
    cache.transfer(&added.file, &remote).on_progress(&mut listen).run().unwrap();
    assert_eq!((last.files, last.of_files), (301, 301));
    assert_eq!((last.bytes, last.of_bytes), (last.of_bytes, last.bytes));
}

#[test]
fn a_run_says_what_it_has_read() {
    let (project, cache) = project(&[("flights.csv", "1")]);
    let added = cache.add(project.path().join("flights.csv")).run().unwrap();
    let dataset = added.file.outs[0].dataset().context("training");
    let debugged = format!("{dataset:?}");
    assert!(debugged.contains("md5:c4ca4238a0b923820dcc509a6f75849b"), "{debugged}");
    let _batch = RunBatch::new().dataset(dataset);
}

#[test]
fn files_of_dvc_2_are_read() {
    // Made by the rules of DVC 2: the MD5 of the text with line feeds alone, at the root.
    let text = "a\r\nb\r\n";
    let object = ObjectId::parse("dd8c6a395b5dd36c56d23275028f526c", Hash::Md5DosToUnix).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path().join("cache"));
    let place = cache.root().join("dd").join("8c6a395b5dd36c56d23275028f526c");
    assert_eq!(cache.path(&object), place);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, text).unwrap();
    let file: DvcFile = format!("outs:\n- md5: {object}\n  size: 6\n  path: x\n").parse().unwrap();
    cache.restore(&file, folder.path()).run().unwrap();
    assert_eq!(fs::read(folder.path().join("x")).unwrap(), text.as_bytes());
    let remote = Cache::at(folder.path().join("remote"));
    assert_eq!(cache.transfer(&file, &remote).run().unwrap().copied, 1);
    assert!(remote.root().join("dd").is_dir() && !remote.root().join("files").exists());
    // Added again, it is written as DVC 3 does.
    fs::write(folder.path().join("x.dvc"), file.to_string()).unwrap();
    let added = cache.add(folder.path().join("x")).run().unwrap();
    assert!(added.file.to_string().contains("hash: md5"), "{}", added.file);
    assert!(Path::new(&cache.path(&added.file.outs[0].object)).starts_with(cache.root().join("files")));
}
