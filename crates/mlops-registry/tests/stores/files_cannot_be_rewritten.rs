//! Whatever is changed in the files behind the registry's back is found: those of the artifacts, and that of the store.

use std::fs;
use std::path::{Path, PathBuf};

use crate::world::kept::kept;
use crate::world::{model, version};
use mlops_registry::audit::{Audit, Discrepancy};
use mlops_registry::store::SqliteStore;

#[test]
fn a_byte_of_an_artifact_is_named() {
    let kept = kept();
    let artifact = kept.world.registry.version(&model(), &version("1.0.0")).unwrap().artifact;
    let file = find(&kept.world.folder.path().join("artifacts"), &artifact.to_hex());
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    fs::set_permissions(&file, permissions).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[3] ^= 1;
    fs::write(&file, bytes).unwrap();
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::ArtifactChanged { digest, .. }] if *digest == artifact),
        "{found:?}"
    );
    fs::remove_file(&file).unwrap();
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::ArtifactMissing { digest, .. }] if *digest == artifact),
        "{found:?}"
    );
}

/// The file whose path, without its separators, ends with `hex`.
fn find(folder: &Path, hex: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().replace('/', "").ends_with(hex) {
                return path;
            }
        }
    }
    panic!("no file of {hex}");
}

#[test]
fn a_byte_anywhere_in_the_file_is_found_or_changes_nothing() {
    let kept = kept();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let path = copy.display().to_string();
    kept.connection().execute("VACUUM INTO ?1", [&path]).unwrap();
    let whole = fs::read(&copy).unwrap();
    let contents = |path: &Path| {
        let store = SqliteStore::open(path).ok()?;
        let report = Audit::of(&store).verify().ok()?;
        report.is_clean().then_some((report.entries, report.records, report.root))
    };
    let untouched = contents(&copy);
    assert!(untouched.is_some());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let (mut found, mut harmless) = (0, 0);
    for _ in 0..300 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut bytes = whole.clone();
        let at = usize::try_from(random >> 20).unwrap() % bytes.len();
        bytes[at] ^= 1 << (random & 7);
        for side in ["copy.db-wal", "copy.db-shm"] {
            let _ = fs::remove_file(folder.path().join(side));
        }
        fs::write(&copy, bytes).unwrap();
        match contents(&copy) {
            None => found += 1,
            // In a part of a page that holds nothing: everything is still there.
            same => {
                assert_eq!(same, untouched, "byte {at}");
                harmless += 1;
            }
        }
    }
    assert!(found > 30, "{found} found, {harmless} harmless");
}
