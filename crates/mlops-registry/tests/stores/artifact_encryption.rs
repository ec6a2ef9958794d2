//! What lies in the folder of encrypted artifacts: nothing that tells what they are, and nothing
//! that could be changed unnoticed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, ChunkedArtifacts, EncryptedArtifacts, FolderArtifacts,
};
use mlops_registry::secret::{FolderSecrets, MemorySecrets, SecretSource};

use crate::artifact_chunks::{files, random};

/// A segment as it is kept, and what is before the first.
const SEGMENT: usize = 64 * 1024 + 16;
const HEADER: usize = 72;

fn secrets(names: &[(&str, u8)]) -> Arc<MemorySecrets> {
    let with = |secrets: MemorySecrets, (name, byte): &(&str, u8)| secrets.with(name, [*byte; 32]).unwrap();
    Arc::new(names.iter().fold(MemorySecrets::default(), with))
}

fn open(folder: &Path, secrets: Arc<dyn SecretSource>, key: &str) -> Result<EncryptedArtifacts, Error> {
    EncryptedArtifacts::open(FolderArtifacts::open(folder).unwrap(), secrets, key)
}

fn path(folder: &Path, space: &str, digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    folder.join(space).join(&hex[..2]).join(&hex[2..])
}

/// Refused as damaged, by its address.
#[track_caller]
fn named(digest: &Digest, checked: Result<u64, Error>) {
    let error = checked.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains(&digest.to_string()), "{error}");
}

#[test]
fn nothing_plain_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), secrets(&[("k1", 7)]), "k1").unwrap();
    let plain = b"a secret model ".repeat(20_000);
    let digest = store.put_bytes(&plain).unwrap();
    assert_eq!(digest, Digest::of(&plain), "the address is that of the plain bytes");
    assert_eq!(store.size(&digest).unwrap(), Some(plain.len() as u64));
    let again = {
        let before = fs::read(path(folder.path(), "sealed", &digest)).unwrap();
        store.put_bytes(&plain).unwrap();
        before != fs::read(path(folder.path(), "sealed", &digest)).unwrap()
    };
    assert!(again, "the same bytes are never encrypted the same way");
    let chunked = ChunkedArtifacts::new(store);
    let large = b"another secret model ".repeat(210_000);
    let other = chunked.put_bytes(&large).unwrap();
    assert!(chunked.read(&other, u64::MAX).unwrap() == large);
    for (path, bytes) in files(folder.path()) {
        assert!(!bytes.windows(12).any(|window| window == b"secret model"), "{}", path.display());
        assert!(!bytes.windows(32).any(|window| window == [7; 32]), "{}", path.display());
    }
    assert!(fs::read_dir(folder.path().join("sha256")).unwrap().next().is_none(), "no plain artifact");
}

#[test]
fn every_byte_of_every_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = secrets(&[("k1", 7)]);
    let digest =
        open(folder.path(), Arc::clone(&secrets) as _, "k1").unwrap().put_bytes(&random(1, 700)).unwrap();
    let files = files(folder.path());
    assert_eq!(files.len(), 2, "the artifact, and the data key");
    for (path, good) in &files {
        let is_key = path.starts_with(folder.path().join("keys"));
        let refused = || {
            // Who opens the store anew knows no keys yet.
            match open(folder.path(), Arc::clone(&secrets) as _, "k1").and_then(|store| store.check(&digest))
            {
                Err(
                    // Another key than the one that it says, or the name of one that is not there.
                    Error::Invalid { field: "encryption key", .. }
                    | Error::NotFound { what: "encryption key", .. }
                    | Error::Corrupt { .. },
                ) if is_key => {}
                other => named(&digest, other),
            }
        };
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(path, &bad).unwrap();
            refused();
        }
        for bad in [&good[..good.len() - 1], &good[..good.len() / 2], &[], &[&good[..], b"x"].concat()] {
            fs::write(path, bad).unwrap();
            refused();
        }
        if is_key {
            fs::remove_file(path).unwrap();
            refused();
        }
        fs::write(path, good).unwrap();
    }
    let store = open(folder.path(), secrets, "k1").unwrap();
    assert_eq!(store.check(&digest).unwrap(), 700);
}

#[test]
fn segments_and_artifacts_can_not_be_cut_swapped_or_moved() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), secrets(&[("k1", 7)]), "k1").unwrap();
    let (mine, theirs) =
        (store.put_bytes(&random(1, 300_000)).unwrap(), store.put_bytes(&random(2, 300_000)).unwrap());
    let (at, other) = (path(folder.path(), "sealed", &mine), path(folder.path(), "sealed", &theirs));
    let (good, other) = (fs::read(at.as_path()).unwrap(), fs::read(other).unwrap());
    let segment = |number: usize| HEADER + number * SEGMENT..good.len().min(HEADER + (number + 1) * SEGMENT);
    let check = |bytes: &[u8]| {
        fs::write(&at, bytes).unwrap();
        named(&mine, store.check(&mine));
    };
    // Cut at each end of a segment, and one byte beside.
    for number in 0..5 {
        for end in [segment(number).start - 1, segment(number).start, segment(number).start + 1] {
            check(&good[..end]);
        }
    }
    let mut swapped = good.clone();
    swapped.copy_within(segment(1), segment(0).start);
    swapped[segment(1)].copy_from_slice(&good[segment(0)]);
    check(&swapped);
    check(&[&good[..segment(1).start], &good[segment(2).start..]].concat());
    check(&[&good[..segment(2).start], &good[segment(1).start..]].concat());
    check(&[&good[..], &good[segment(0)]].concat());
    // A segment, the header, and the whole of another artifact.
    let mut mixed = good.clone();
    mixed[segment(1)].copy_from_slice(&other[segment(1)]);
    check(&mixed);
    check(&[&other[..HEADER], &good[HEADER..]].concat());
    check(&other);
    fs::write(&at, &good).unwrap();
    assert_eq!(store.check(&mine).unwrap(), 300_000);
    // No byte of a segment that was changed comes out, nor any after it.
    let mut changed = good.clone();
    changed[segment(2).start + 5] ^= 1;
    fs::write(&at, &changed).unwrap();
    let mut out = Vec::new();
    let _ = std::io::Read::read_to_end(&mut store.open(&mine).unwrap(), &mut out).unwrap_err();
    assert!(out.len() <= 2 * 64 * 1024 && random(1, 300_000).starts_with(&out));
}

#[test]
fn a_wrong_or_missing_key_is_named_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let digest = open(folder.path(), secrets(&[("k1", 7)]), "k1").unwrap().put_bytes(b"model").unwrap();
    let say = |error: Error| {
        let said = format!("{error} {error:?}");
        assert!(!said.contains("0808") && !said.contains("8, 8") && !said.contains("7, 7"), "{said}");
        error.to_string()
    };
    // Another key of the same name is noticed at once; under another name, when it is needed.
    let wrong = say(open(folder.path(), secrets(&[("k1", 8)]), "k1").unwrap_err());
    assert!(
        wrong.starts_with(r#"encryption key "k1" is not valid: expected the one that data key "#),
        "{wrong}"
    );
    let store = open(folder.path(), secrets(&[("k1", 8), ("k2", 9)]), "k2").unwrap();
    let wrong = say(store.check(&digest).unwrap_err());
    assert!(wrong.contains("\"k1\"") && wrong.contains(&digest.to_string()), "{wrong}");
    let store = open(folder.path(), secrets(&[("k2", 9)]), "k2").unwrap();
    let missing = store.check(&digest).unwrap_err();
    assert!(matches!(missing, Error::NotFound { what: "encryption key", .. }), "{missing:?}");
    let missing = say(missing);
    assert!(missing.contains("k1 of artifact") && missing.contains(&digest.to_string()), "{missing}");
    assert!(matches!(
        open(folder.path(), secrets(&[]), "k1"),
        Err(Error::NotFound { what: "encryption key", .. })
    ));
    let short = MemorySecrets::default().with("k1", [8; 31]).unwrap();
    let short = say(open(folder.path(), Arc::new(short), "k1").unwrap_err());
    assert!(short.contains("31 bytes in k1"), "{short}");
}

#[test]
fn keys_are_rotated_without_rewriting_what_they_keep() {
    let folder = tempfile::tempdir().unwrap();
    let keys = tempfile::tempdir().unwrap();
    let secret = |name: &str, byte: u8| {
        let path = keys.path().join(name);
        fs::write(&path, format!("{byte:02x}").repeat(32)).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    };
    let source: Arc<dyn SecretSource> = Arc::new(FolderSecrets::new(keys.path()));
    secret("k1", 1);
    let store = open(folder.path(), Arc::clone(&source), "k1").unwrap();
    let old: Vec<_> = (0..5).map(|seed| store.put_bytes(&random(seed, 1000)).unwrap()).collect();
    let sealed = |digest: &Digest| fs::read(path(folder.path(), "sealed", digest)).unwrap();
    let before: Vec<_> = old.iter().map(sealed).collect();
    let uses = store.keys().unwrap();
    assert_eq!(
        uses.iter().map(|used| (used.wrapped_by.as_str(), used.blobs)).collect::<Vec<_>>(),
        [("k1", 5)]
    );

    assert!(matches!(store.rotate("k2"), Err(Error::NotFound { what: "encryption key", .. })));
    secret("k2", 2);
    let rotation = store.rotate("k2").unwrap();
    assert_eq!((rotation.rewrapped, rotation.already, rotation.is_complete()), (1, 0, true));
    assert_eq!(old.iter().map(sealed).collect::<Vec<_>>(), before, "nothing was rewritten");
    let new = store.put_bytes(b"after the rotation").unwrap();
    let uses = store.keys().unwrap();
    let counts: Vec<_> =
        uses.iter().map(|used| (used.wrapped_by.as_str(), used.generation, used.blobs)).collect();
    assert_eq!(counts, [("k2", 1, 5), ("k2", 2, 1)], "what is new depends on no key of before");

    // The key of before is not needed any more.
    fs::remove_file(keys.path().join("k1")).unwrap();
    for store in [store, open(folder.path(), Arc::clone(&source), "k2").unwrap()] {
        for digest in old.iter().chain([&new]) {
            store.check(digest).unwrap();
        }
        let again = store.rotate("k2").unwrap();
        assert_eq!((again.rewrapped, again.already), (0, 2));
        store.put_bytes(b"after the rotation").unwrap();
        assert_eq!(store.keys().unwrap().len(), 2, "and no data key is made without need");
    }
}

#[test]
fn a_data_key_that_does_not_open_is_told_of_and_the_others_are_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let all = secrets(&[("k1", 1), ("k2", 2), ("k3", 3)]);
    let of_first = open(folder.path(), Arc::clone(&all) as _, "k1").unwrap().put_bytes(b"first").unwrap();
    let second = open(folder.path(), all, "k2").unwrap();
    let of_second = second.put_bytes(b"second").unwrap();
    // Whoever has lost the first key.
    let store = open(folder.path(), secrets(&[("k2", 2), ("k3", 3)]), "k2").unwrap();
    let rotation = store.rotate("k3").unwrap();
    assert_eq!((rotation.rewrapped, rotation.already, rotation.failed.len()), (1, 0, 1));
    assert!(rotation.failed[0].reason.contains("k1") && !rotation.is_complete(), "{rotation:?}");
    store.check(&of_second).unwrap();
    store.check(&of_first).unwrap_err();
    // One that has it goes on as before, and can finish.
    second.check(&of_first).unwrap();
    let finished = second.rotate("k3").unwrap();
    assert_eq!((finished.rewrapped, finished.is_complete()), (1, true));
    store.check(&of_first).unwrap();
}
