//! What lies in the folder of chunked artifacts, and what comes of it when others have been there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Digest, ManualClock};
use mlops_registry::Error;
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, ChunkSizes, ChunkedArtifacts, FolderArtifacts, Sweep,
};

const HOUR: Duration = Duration::from_hours(1);

pub(crate) fn random(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(length)
    .collect()
}

fn sizes() -> ChunkSizes {
    ChunkSizes::new(256, 1024, 4096).unwrap()
}

fn store(folder: &Path) -> ChunkedArtifacts {
    ChunkedArtifacts::with_sizes(FolderArtifacts::open(folder).unwrap(), sizes())
}

/// Every file of the store but its locks, with its bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_str().unwrap().contains("lock") {
                let bytes = fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

fn stored(folder: &Path) -> usize {
    files(folder).iter().map(|(_, bytes)| bytes.len()).sum()
}

fn chunk(folder: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    folder.join("chunks").join(&hex[..2]).join(&hex[2..])
}

#[test]
fn models_that_differ_by_a_little_share_their_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let base = random(1, 400_000);
    let first = store.put_bytes(&base).unwrap();
    let once = stored(folder.path());
    assert!((400_000..420_000).contains(&once), "{once}");

    let mut tuned = base.clone();
    tuned[200_000] ^= 1;
    let mut longer = base.clone();
    longer.splice(50_000..50_000, *b"a layer more");
    longer.truncate(350_000);
    let others = [store.put_bytes(&tuned).unwrap(), store.put_bytes(&longer).unwrap()];
    let more = stored(folder.path()) - once;
    assert!(more < 60_000, "{more} bytes more for two models of which most is the same");
    for (digest, bytes) in [(first, &base), (others[0], &tuned), (others[1], &longer)] {
        assert_eq!(digest, Digest::of(bytes));
        assert!(store.read(&digest, u64::MAX).unwrap() == *bytes);
    }
    assert_eq!(store.put_bytes(&base).unwrap(), first);
    assert_eq!(stored(folder.path()), once + more, "the same again costs nothing");
}

#[test]
fn small_ones_and_those_of_before_are_plain_files() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (random(1, 4096), random(2, 100_000));
    let before = FolderArtifacts::open(folder.path()).unwrap().put_bytes(&large).unwrap();
    let store = store(folder.path());
    let digest = store.put_bytes(&small).unwrap();
    assert_eq!(store.manifest(&digest).unwrap(), None);
    for (digest, bytes) in [(digest, &small), (before, &large)] {
        let hex = digest.to_hex();
        assert!(fs::read(folder.path().join("sha256").join(&hex[..2]).join(&hex[2..])).unwrap() == *bytes);
        assert!(store.read(&digest, u64::MAX).unwrap() == *bytes);
    }
    // Put once more, it is there both ways, and still one artifact.
    assert_eq!(store.put_bytes(&large).unwrap(), before);
    assert!(store.manifest(&before).unwrap().is_some());
    assert_eq!(store.list(None, 9).unwrap().len(), 2);
    assert!(store.remove(&before).unwrap());
    assert!(!store.contains(&before).unwrap());
}

#[test]
fn every_byte_of_every_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = ChunkSizes::new(64, 128, 256).unwrap();
    let store = ChunkedArtifacts::with_sizes(FolderArtifacts::open(folder.path()).unwrap(), sizes);
    let bytes = random(3, 900);
    let digest = store.put_bytes(&bytes).unwrap();
    let files = files(folder.path());
    assert!(files.len() > 5, "chunks, and the list of them");
    for (path, good) in &files {
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(path, &bad).unwrap();
            named(&digest, store.check(&digest));
        }
        for bad in [&good[..good.len() - 1], &good[..good.len() / 2], &[], &[&good[..], b"x"].concat()] {
            fs::write(path, bad).unwrap();
            named(&digest, store.check(&digest));
        }
        fs::remove_file(path).unwrap();
        match store.check(&digest) {
            Err(Error::NotFound { key, .. }) if path.starts_with(folder.path().join("manifests")) => {
                assert_eq!(key, digest.to_string());
            }
            other => named(&digest, other),
        }
        fs::write(path, good).unwrap();
    }
    assert_eq!(store.check(&digest).unwrap(), 900);
}

/// Refused as damaged, by its address.
#[track_caller]
fn named(digest: &Digest, checked: Result<u64, Error>) {
    let error = checked.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains(&digest.to_string()), "{error}");
}

#[test]
fn a_chunk_that_is_missing_swapped_or_cut_is_named_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let bytes = random(4, 50_000);
    let digest = store.put_bytes(&bytes).unwrap();
    let manifest = store.manifest(&digest).unwrap().unwrap();
    let count = manifest.chunks().len();
    let [first, second] = [0, 1].map(|number| chunk(folder.path(), &manifest.chunks()[number].digest));
    let (one, other) = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    let chunk = manifest.chunks()[1].digest;
    let refused = |said: &str| {
        let error = store.check(&digest).unwrap_err().to_string();
        let expected = format!("artifact {digest} is damaged: its chunk 1 of {count}, {chunk}, {said}");
        assert_eq!(error, expected);
        let error = store.check_chunks(&digest, manifest.digest(), 2).unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    fs::remove_file(&second).unwrap();
    refused("is missing");
    fs::write(&second, &other[..other.len() - 1]).unwrap();
    refused(&format!("has fewer than its {} bytes", other.len()));
    let mut swapped = one.clone();
    swapped.resize(other.len(), 0);
    fs::write(&second, &swapped).unwrap();
    refused(&format!("has the bytes of {}", Digest::of(&swapped)));
    fs::write(&second, [&other[..], b"x"].concat()).unwrap();
    refused(&format!("has more than its {} bytes", other.len()));
    assert_eq!(store.put_bytes(&bytes).unwrap(), digest, "what is damaged is written anew");
    assert_eq!(store.check(&digest).unwrap(), 50_000);
}

#[test]
fn a_list_of_other_chunks_is_found_by_the_whole_or_by_its_own_digest() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (mine, theirs) =
        (store.put_bytes(&random(5, 20_000)).unwrap(), store.put_bytes(&random(6, 20_000)).unwrap());
    let manifest = store.manifest(&mine).unwrap().unwrap();
    for threads in [0, 1, 2, 7, 1000] {
        assert_eq!(store.check_chunks(&mine, manifest.digest(), threads).unwrap(), 20_000);
    }
    let path = |digest: &Digest| {
        let hex = digest.to_hex();
        folder.path().join("manifests").join(&hex[..2]).join(&hex[2..])
    };
    // The list of another artifact, with the name of this one and a digest that fits.
    let mut forged = fs::read(path(&theirs)).unwrap();
    forged[8..40].copy_from_slice(mine.as_bytes());
    let body = forged.len() - 32;
    let seal = Digest::of(&forged[..body]);
    forged[body..].copy_from_slice(seal.as_bytes());
    fs::write(path(&mine), forged).unwrap();
    let error = store.check(&mine).unwrap_err().to_string();
    assert_eq!(error, format!("artifact {mine} is damaged: its bytes are those of {theirs}"));
    let error = store.check_chunks(&mine, manifest.digest(), 2).unwrap_err().to_string();
    assert!(error.ends_with(&format!("it is {seal}, not {}", manifest.digest())), "{error}");
    let missing = Digest::of("missing");
    assert!(matches!(store.check_chunks(&missing, &seal, 2), Err(Error::NotFound { .. })));
}

#[test]
fn chunks_go_when_no_artifact_has_them_and_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new("2013-04-01".parse().unwrap()));
    let blobs = FolderArtifacts::with_clock(folder.path(), Arc::clone(&clock) as _).unwrap();
    let store = ChunkedArtifacts::with_sizes(blobs, sizes());
    let base = random(7, 50_000);
    let mut tuned = base.clone();
    tuned[25_000] ^= 1;
    let (old, new) = (store.put_bytes(&base).unwrap(), store.put_bytes(&tuned).unwrap());
    clock.advance(2 * HOUR);
    let chunks = |digest| -> BTreeSet<Digest> {
        let manifest = store.manifest(digest).unwrap().unwrap();
        manifest.chunks().iter().map(|chunk| chunk.digest).collect()
    };
    let only_old = &chunks(&old) - &chunks(&new);
    assert!((1..=3).contains(&only_old.len()));
    assert!(store.remove_older(&old, HOUR, Sweep::Remove).unwrap());
    let dry = store.reclaim(HOUR, Sweep::DryRun).unwrap();
    assert_eq!(dry.parts, only_old.len() as u64);
    // Put again before it is swept: what it needs is new.
    store.put_bytes(&base).unwrap();
    assert!(store.remove(&old).unwrap());
    let young = store.reclaim(HOUR, Sweep::Remove).unwrap();
    assert_eq!((young.parts, young.young), (0, only_old.len() as u64));
    clock.advance(2 * HOUR);
    assert_eq!(store.reclaim(HOUR, Sweep::Remove).unwrap(), dry);
    assert_eq!(store.check(&new).unwrap(), 50_000);
    for gone in &only_old {
        assert!(!chunk(folder.path(), gone).exists());
    }

    // Nothing goes while it can't be told what is needed.
    store.put_bytes(&base).unwrap();
    clock.advance(2 * HOUR);
    let (list, _) = files(folder.path())
        .into_iter()
        .find(|(path, _)| path.starts_with(folder.path().join("manifests")))
        .unwrap();
    fs::write(list, "no list").unwrap();
    assert!(matches!(store.reclaim(HOUR, Sweep::Remove), Err(Error::Corrupt { .. })));
}
