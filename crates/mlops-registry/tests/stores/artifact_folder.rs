//! What lies in the folder of artifacts, and what comes of it when others have been there.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mlops_core::{Digest, ManualClock};
use mlops_registry::Error;
use mlops_registry::artifact::{ArtifactStore as _, ArtifactStoreExt as _, FolderArtifacts, Sweep};

fn store(folder: &Path) -> FolderArtifacts {
    FolderArtifacts::open(folder).expect("the folder is writable")
}

fn path(folder: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    folder.join("sha256").join(&hex[..2]).join(&hex[2..])
}

/// The files that a writer has left.
fn left(folder: &Path) -> usize {
    fs::read_dir(folder.join("incoming"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name() != "lock")
        .count()
}

#[test]
fn an_artifact_is_a_file_named_by_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let digest = store(folder.path()).put_bytes(b"model").unwrap();
    assert_eq!(fs::read(path(folder.path(), &digest)).unwrap(), b"model");
    assert_eq!(left(folder.path()), 0);
    assert_eq!(store(folder.path()).read(&digest, 5).unwrap(), b"model", "and is there after reopening");
}

#[test]
fn a_changed_file_is_found_named_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let bytes = vec![7; 200_000];
    let digest = store.put_bytes(&bytes).unwrap();
    let path = path(folder.path(), &digest);

    let mut flipped = bytes.clone();
    flipped[100_000] ^= 1;
    let longer = [&bytes[..], b"x"].concat();
    for damaged in [&flipped[..], &bytes[..bytes.len() - 1], &bytes[..0], &longer] {
        fs::write(&path, damaged).unwrap();
        for error in [
            store.check(&digest).unwrap_err(),
            store.read(&digest, u64::MAX).unwrap_err(),
            store.copy_to(&digest, &mut Vec::new()).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
            let message = error.to_string();
            assert!(message.contains(&digest.to_string()), "{message}");
            assert!(message.contains(&Digest::of(damaged).to_string()), "{message}");
        }
    }
    assert_eq!(store.put_bytes(&bytes).unwrap(), digest);
    assert_eq!(store.check(&digest).unwrap(), 200_000);
}

#[test]
fn files_of_others_are_let_be() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let digest = store.put_bytes(b"model").unwrap();
    let shard = path(folder.path(), &digest).parent().unwrap().to_owned();
    let shouted = path(folder.path(), &digest).file_name().unwrap().to_str().unwrap().to_uppercase();
    for foreign in [
        shard.join("README"),
        shard.join(shouted),
        folder.path().join("sha256/notes.txt"),
        folder.path().join("incoming/keep.txt"),
    ] {
        fs::write(&foreign, "of somebody else").unwrap();
    }
    assert_eq!(self::store(folder.path()).list(None, 10).unwrap(), [digest]);
    assert!(folder.path().join("incoming/keep.txt").exists());
}

/// A source in the middle of which others open the store: what is under way must stay.
struct Reopening<'a>(&'a Path, u8);
impl std::io::Read for Reopening<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.1 == 0 {
            return Ok(0);
        }
        self.1 -= 1;
        store(self.0);
        assert_eq!(left(self.0), 2, "the stale file, and the one under way");
        into[0] = self.1;
        Ok(1)
    }
}

#[test]
fn what_the_dead_have_left_is_removed_while_nobody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path());
    let stale = folder.path().join("incoming/1-0.part");
    fs::write(&stale, "half a mod").unwrap();

    let digest = first.put(&mut Reopening(folder.path(), 3)).unwrap();
    assert_eq!(first.read(&digest, 3).unwrap(), [2, 1, 0]);
    assert!(stale.exists());

    store(folder.path());
    assert_eq!(left(folder.path()), 0);
    assert_eq!(first.list(None, 10).unwrap(), [digest]);
}

#[test]
fn a_name_that_is_taken_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for number in 0..5 {
        fs::write(folder.path().join(format!("incoming/{}-{number}.part", std::process::id())), "other")
            .unwrap();
    }
    let digest = store.put_bytes(b"model").unwrap();
    assert_eq!(store.read(&digest, 5).unwrap(), b"model");
    assert_eq!(left(folder.path()), 5);
}

#[test]
fn a_source_that_fails_leaves_no_file() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the network is gone"))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let error = store(folder.path()).put(&mut std::io::Read::chain(&b"half"[..], Failing)).unwrap_err();
    assert!(error.to_string().contains("source"), "{error}");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("network"), "{error:?}");
    assert_eq!(left(folder.path()), 0);
}

#[test]
fn a_place_that_can_not_be_a_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let within = folder.path().join("taken");
    fs::create_dir(&within).unwrap();
    fs::write(within.join("sha256"), "not a folder").unwrap();
    for (root, named) in
        [(file.clone(), file.clone()), (file.join("deep"), file), (within.clone(), within.join("sha256"))]
    {
        let error = FolderArtifacts::open(&root).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        assert!(error.to_string().contains(named.to_str().unwrap()), "{error}");
    }
}

/// Nobody can make a folder there, not even root.
#[cfg(target_os = "linux")]
#[test]
fn a_place_that_can_not_be_written_is_named() {
    let error = FolderArtifacts::open("/proc/artifacts").unwrap_err();
    assert!(matches!(error, Error::Unavailable { transient: false, .. }), "{error:?}");
    assert!(error.to_string().contains("/proc/artifacts"), "{error}");
}

#[test]
fn files_are_put_and_limits_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("store"));
    let file = folder.path().join("model.txt");
    fs::write(&file, "the model file").unwrap();
    let digest = store.put_file(&file).unwrap();
    assert_eq!(digest, Digest::of("the model file"));
    assert_eq!(store.read(&digest, 14).unwrap(), b"the model file");
    let error = store.read(&digest, 13).unwrap_err();
    assert_eq!(error.to_string(), "size of the artifact \"14\" is not valid: expected at most 13 bytes");
    let missing = folder.path().join("missing.txt");
    let error = store.put_file(&missing).unwrap_err();
    assert!(
        matches!(&error, Error::NotFound { key, .. } if *key == missing.display().to_string()),
        "{error:?}"
    );
}

#[test]
fn the_age_of_an_artifact_is_that_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new("2013-04-01T00:00:00Z".parse().unwrap()));
    let store = FolderArtifacts::with_clock(folder.path(), Arc::clone(&clock) as _).unwrap();
    let hour = Duration::from_hours(1);
    let digest = store.put_bytes(b"model").unwrap();
    let older = |age| store.remove_older(&digest, age, Sweep::DryRun).unwrap();
    assert!(older(Duration::ZERO) && !older(Duration::from_micros(1)));
    clock.advance(hour);
    assert!(older(hour) && !older(hour + Duration::from_micros(1)));
    let modified = fs::metadata(path(folder.path(), &digest)).unwrap().modified().unwrap();
    let put = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(
        put.as_micros(),
        "2013-04-01".parse::<mlops_core::Timestamp>().unwrap().as_micros().unsigned_abs().into()
    );
    // Put again, or touched, it is new; by a clock that goes back, it is not old.
    store.put_bytes(b"model").unwrap();
    assert!(!older(hour));
    clock.advance(hour);
    assert!(older(hour) && store.touch(&digest).unwrap() && !older(hour));
    clock.set("2012-01-01".parse().unwrap());
    assert!(!older(Duration::from_micros(1)));
    clock.set("2014-01-01".parse().unwrap());
    assert!(store.remove_older(&digest, hour, Sweep::Remove).unwrap());
    assert!(!store.contains(&digest).unwrap());
}

#[cfg(unix)]
#[test]
fn a_link_a_folder_or_a_pipe_is_no_artifact() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let digest = store.put_bytes(b"model").unwrap();
    let path = path(folder.path(), &digest);
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, "model").unwrap();
    let modified = || fs::metadata(&elsewhere).unwrap().modified().unwrap();
    let before = modified();
    let refused = |is: &str| {
        for error in [
            store.check(&digest).unwrap_err(),
            store.size(&digest).unwrap_err(),
            store.touch(&digest).unwrap_err(),
            store.remove_older(&digest, Duration::from_hours(1), Sweep::Remove).unwrap_err(),
        ] {
            let expected = format!("artifact {digest} is damaged: {} is {is}", path.display());
            assert_eq!(error.to_string(), expected);
        }
    };
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    refused("a link");
    assert_eq!(store.put_bytes(b"model").unwrap(), digest, "a put replaces it");
    assert_eq!(store.check(&digest).unwrap(), 5);
    assert_eq!((fs::read(&elsewhere).unwrap().as_slice(), modified()), (&b"model"[..], before));
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(store.remove(&digest).unwrap());
    assert!(elsewhere.exists(), "what it led to stays");
    fs::create_dir(&path).unwrap();
    refused("a folder");
    fs::remove_dir(&path).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(&path);
    // Where the path is short enough to be one.
    if socket.is_ok() {
        refused("neither a file nor a folder");
    }
}

#[test]
fn what_is_collected_while_it_is_put_again_stays() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new("2013-04-01T00:00:00Z".parse().unwrap()));
    let opened = || FolderArtifacts::with_clock(folder.path(), Arc::clone(&clock) as _).unwrap();
    let (putting, touching, collecting) = (opened(), opened(), opened());
    let hour = Duration::from_hours(1);
    for _ in 0..60 {
        let digest = putting.put_bytes(b"model").unwrap();
        clock.advance(2 * hour);
        // It is old now, and goes unless someone is faster. Whoever was told that it is there is right.
        thread::scope(|scope| {
            let put = scope.spawn(|| putting.put_bytes(b"model").unwrap());
            let touched = scope.spawn(|| touching.touch(&digest).unwrap());
            collecting.remove_older(&digest, hour, Sweep::Remove).unwrap();
            if touched.join().unwrap() {
                assert!(touching.contains(&digest).unwrap(), "it was touched, and is gone");
            }
            put.join().unwrap();
            assert!(putting.contains(&digest).unwrap(), "it was put, and is gone");
        });
    }
}
