//! A restore writes what it should, where it should, or nothing.

use std::fs;
use std::path::Path;

use mlops_registry::Error;
use mlops_registry::dvc::{Cache, DvcFile, Hash, Listing, ObjectId, Out};
use tempfile::TempDir;

use crate::recorded::read_all;

/// A cache with a folder of two files and a single one, and their `.dvc` files.
struct World {
    folder: TempDir,
    cache: Cache,
    d: DvcFile,
    e: DvcFile,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir_all(source.join("d/sub")).unwrap();
        for (path, text) in [("d/a", "the first"), ("d/sub/b", "the second"), ("e", "the third")] {
            fs::write(source.join(path), text).unwrap();
        }
        let cache = Cache::at(folder.path().join("cache"));
        let d = cache.add(source.join("d")).run().unwrap().file;
        let e = cache.add(source.join("e")).run().unwrap().file;
        Self { folder, cache, d, e }
    }

    /// A new folder to restore into.
    fn target(&self, name: &str) -> std::path::PathBuf {
        let target = self.folder.path().join(name);
        fs::create_dir(&target).unwrap();
        target
    }
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_second_restore_has_nothing_to_do() {
    let world = World::new();
    let target = world.target("target");
    let first = world.cache.restore(&world.d, &target).run().unwrap();
    assert_eq!((first.written, first.unchanged, first.bytes), (2, 0, 19));
    fs::remove_file(target.join("d/a")).unwrap();
    let second = world.cache.restore(&world.d, &target).run().unwrap();
    assert_eq!((second.written, second.unchanged, second.bytes), (1, 1, 9));
    let third = world.cache.restore(&world.d, &target).run().unwrap();
    assert_eq!((third.written, third.unchanged), (0, 2));
    assert_eq!(read_all(&target).len(), 2);
}

#[test]
fn what_is_in_the_way_stays_as_it_is() {
    let world = World::new();
    let target = world.target("target");
    fs::create_dir_all(target.join("d/sub")).unwrap();
    fs::write(target.join("d/sub/b"), "my own b").unwrap();
    fs::write(target.join("d/more"), "more").unwrap();
    let error = world.cache.restore(&world.d, &target).run().unwrap_err();
    assert!(matches!(&error, Error::Conflict { key, .. } if key.ends_with('b')), "{error}");
    assert!(!target.join("d/a").exists(), "nothing is written before all is looked at");
    assert_eq!(text(target.join("d/sub/b")), "my own b");
    let replaced = world.cache.restore(&world.d, &target).replacing().run().unwrap();
    assert_eq!(replaced.written, 2);
    assert_eq!(
        (text(target.join("d/sub/b")), text(target.join("d/more"))),
        ("the second".into(), "more".into())
    );
    // A folder is never replaced.
    fs::create_dir(target.join("e")).unwrap();
    let error = world.cache.restore(&world.e, &target).replacing().run().unwrap_err();
    assert!(error.to_string().contains("a folder, not a file"), "{error}");
    // Nor is a file by a folder.
    let target = world.target("other");
    fs::write(target.join("d"), "mine").unwrap();
    let error = world.cache.restore(&world.d, &target).replacing().run().unwrap_err();
    assert!(error.to_string().contains("a file, not a folder"), "{error}");
    assert_eq!(text(target.join("d")), "mine");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let world = World::new();
    let outside = world.target("outside");
    fs::write(outside.join("a"), "outside").unwrap();
    for (number, link) in ["d", "d/sub", "d/a", "e"].into_iter().enumerate() {
        let target = world.target(&format!("target {number}"));
        let place = target.join(link);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(if link.ends_with(['a', 'e']) { outside.join("a") } else { outside.clone() }, &place)
            .unwrap();
        let file = if link == "e" { &world.e } else { &world.d };
        let error = world.cache.restore(file, &target).replacing().run().unwrap_err();
        assert!(error.to_string().contains("no link"), "{link}: {error}");
        assert!(fs::symlink_metadata(&place).unwrap().is_symlink(), "{link}");
        assert_eq!(read_all(&outside).into_values().collect::<Vec<_>>(), [b"outside"], "{link}");
    }
    // A link in the place of an object is none.
    let object = world.cache.path(&world.e.outs[0].object);
    fs::rename(&object, outside.join("object")).unwrap();
    symlink(outside.join("object"), &object).unwrap();
    let error = world.cache.restore(&world.e, world.target("last")).run().unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

#[test]
fn a_damaged_or_missing_object_writes_nothing() {
    let world = World::new();
    let listing = world.cache.listing(&world.d.outs[0].object).unwrap();
    let (_, b) = listing.iter().last().unwrap();
    let path = world.cache.path(b);
    fs::remove_file(&path).unwrap();
    let target = world.target("target");
    let error = world.cache.restore(&world.d, &target).run().unwrap_err();
    assert!(matches!(&error, Error::NotFound { key, .. } if *key == path.display().to_string()), "{error}");
    assert!(read_all(&target).is_empty());
    let remote = Cache::at(world.folder.path().join("remote"));
    assert!(matches!(world.cache.transfer(&world.d, &remote).run(), Err(Error::NotFound { .. })));
    for damaged in ["the secont", "the second and more", "the"] {
        fs::write(&path, damaged).unwrap();
        let error = world.cache.restore(&world.d, &target).run().unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert!(!target.join("d/sub/b").exists(), "{damaged}");
        let error = world.cache.transfer(&world.d, &remote).run().unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert_eq!(remote.size(&world.d.outs[0].object).unwrap(), None, "the list comes last");
        assert_eq!(remote.size(b).unwrap(), None);
    }
    // A list that is damaged.
    let list = world.cache.path(&world.d.outs[0].object);
    let bytes = fs::read(&list).unwrap();
    fs::remove_file(&list).unwrap();
    fs::write(&list, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(world.cache.restore(&world.d, &target).run(), Err(Error::Corrupt { .. })));
}

#[test]
fn what_the_file_says_must_be_so() {
    let world = World::new();
    let target = world.target("target");
    for (from, to, expected) in [
        ("size: 19", "size: 18", "it says 18 bytes, and the cache has 19"),
        ("size: 19", "size: 18446744073709551615", "it says 18446744073709551615 bytes"),
        ("nfiles: 2", "nfiles: 3", "it says 3 files, and the cache has 2"),
    ] {
        let file: DvcFile = world.d.to_string().replace(from, to).parse().unwrap();
        let error = world.cache.restore(&file, &target).run().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(read_all(&target).is_empty());
    let kept_out: DvcFile = format!("{}  cache: false\n", world.e).parse().unwrap();
    let restored = world.cache.restore(&kept_out, &target).run().unwrap();
    assert_eq!((restored.written, &restored.not_cached[..]), (0, &["e".to_owned()][..]));
}

#[test]
fn a_path_that_was_set_is_checked_too() {
    let world = World::new();
    let target = world.target("deep").join("target");
    fs::create_dir(&target).unwrap();
    let before = read_all(world.folder.path());
    for (file, path) in
        [(&world.d, "../../x"), (&world.e, "../../x"), (&world.e, "a/../../x"), (&world.e, "/x")]
    {
        let mut file = file.clone();
        file.outs[0].path = path.to_owned();
        let error = world.cache.restore(&file, &target).replacing().run().unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{path}: {error}");
        assert_eq!(read_all(world.folder.path()), before, "{path}");
    }
}

/// A cache whose list names these paths, all of the same bytes.
fn cache_listing(paths: &[&str]) -> (TempDir, Cache, DvcFile) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path().join("cache"));
    let a = "0cc175b9c0f1b6a831c399e269772661";
    let entries: Vec<_> =
        paths.iter().map(|path| format!("{{\"md5\": \"{a}\", \"relpath\": \"{path}\"}}")).collect();
    let list = format!("[{}]", entries.join(", "));
    let scratch = folder.path().join("scratch");
    for bytes in ["a", &list] {
        fs::write(&scratch, bytes).unwrap();
        let object = cache.add(&scratch).run().unwrap().file.outs[0].object;
        fs::remove_file(folder.path().join("scratch.dvc")).unwrap();
        if bytes != "a" {
            let listed = ObjectId::parse(&format!("{object}.dir"), Hash::Md5).unwrap();
            fs::rename(cache.path(&object), cache.path(&listed)).unwrap();
            let file = DvcFile::new(vec![Out::new("d", listed).unwrap()]);
            return (folder, cache, file);
        }
    }
    unreachable!()
}

#[test]
fn lists_that_lead_elsewhere_are_refused() {
    for (paths, expected) in [
        (vec!["../evil"], "none of them `.` or `..`"),
        (vec!["ok", "sub/../../evil"], "none of them `.` or `..`"),
        (vec!["/evil"], "relative"),
        #[cfg(windows)]
        (vec!["..\\\\evil"], "no backslash"),
        (vec!["ok", "ok"], "comes once"),
        (vec!["ok", "ok/evil"], "it is both"),
        (vec![""], "parts between"),
    ] {
        let (folder, cache, file) = cache_listing(&paths);
        let target = folder.path().join("deep/target");
        fs::create_dir_all(&target).unwrap();
        let before = read_all(folder.path());
        let error = cache.restore(&file, &target).replacing().run().unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{paths:?}: {error}");
        assert_eq!(read_all(folder.path()), before, "{paths:?}");
        let remote = Cache::at(folder.path().join("remote"));
        assert!(cache.transfer(&file, &remote).run().is_err(), "{paths:?}");
    }
    // Elsewhere that is a name like others.
    #[cfg(unix)]
    {
        let (folder, cache, file) = cache_listing(&["..\\\\evil"]);
        cache.restore(&file, folder.path()).run().unwrap();
        assert_eq!(text(folder.path().join("d/..\\evil")), "a");
    }
    let (folder, cache, file) = cache_listing(&["ok", "sub/ok"]);
    assert_eq!(cache.restore(&file, folder.path()).run().unwrap().written, 2);
    let listing: Listing = cache.listing(&file.outs[0].object).unwrap();
    assert_eq!(listing.object_id(), file.outs[0].object);
}
