//! Whatever happens to the bytes of a store, it is told as an error or found by the audit:
//! nothing panics, nothing is read as what it is not.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::world::{World, experiment, model, principal};
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::audit::Audit;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::store::{Key, Kind, MetadataStore, Query, SqliteStore};
use mlops_registry::{Error, Registry};

/// The bytes of a store with a history.
fn bytes() -> Vec<u8> {
    let world = World::sqlite();
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    let copy = world.folder.path().join("copy.db");
    let store = SqliteStore::open(world.folder.path().join("registry.db")).unwrap();
    store.backup(&copy, |_| ()).unwrap();
    fs::read(copy).unwrap()
}

fn typed(error: &Error) {
    assert!(
        matches!(
            error,
            Error::Corrupt { .. }
                | Error::Unavailable { .. }
                | Error::NewerSchema { .. }
                | Error::NotFound { .. }
                | Error::Conflict { .. }
                | Error::Denied { .. }
                | Error::Invalid { .. }
        ),
        "{error:?}"
    );
}

/// Everything that can be asked, and a write; whether the damage was seen.
fn use_it(path: &Path) -> bool {
    let store = match SqliteStore::open(path) {
        Ok(store) => Arc::new(store),
        Err(error) => {
            typed(&error);
            return true;
        }
    };
    let mut seen = false;
    let mut look = |error: Error| {
        typed(&error);
        seen = true;
    };
    for kind in Kind::ALL {
        store.read(&Query::under(kind, Key::all(), usize::MAX)).map_or_else(&mut look, drop);
    }
    store.leaves(0..u64::MAX).map_or_else(&mut look, drop);
    match Audit::of(&*store).verify() {
        Ok(report) if report.is_clean() => {}
        Ok(_) => seen = true,
        Err(error) => look(error),
    }
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    match Registry::builder(store, Arc::new(MemoryArtifacts::default()), signer).open() {
        Ok(registry) => {
            let ana = registry.session(&principal("ana"));
            ana.start_run(&experiment(), "after the damage").map_or_else(typed_of, drop);
            registry.production(&model()).map_or_else(typed_of, drop);
            registry.history(&model()).map_or_else(typed_of, drop);
        }
        Err(error) => typed(&error),
    }
    seen
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where a result is folded")]
fn typed_of(error: Error) {
    typed(&error);
}

#[test]
fn a_flipped_bit_is_told_or_does_no_harm() {
    let bytes = bytes();
    let folder = tempfile::tempdir().unwrap();
    let (trials, mut seen) = (80, 0);
    for trial in 0..trials {
        // Spread over the file, and all over the header.
        let at = if trial < 20 { trial * 5 } else { bytes.len() / trials * trial + trial * 37 % 4096 };
        let mut damaged = bytes.clone();
        let at = at % damaged.len();
        damaged[at] ^= 1 << (trial % 8);
        let path = folder.path().join(format!("{trial}.db"));
        fs::write(&path, damaged).unwrap();
        seen += usize::from(use_it(&path));
    }
    // Bytes that nothing is kept in are as they are.
    assert!(seen > trials / 4, "{seen} of {trials}");
}

#[test]
fn a_cut_file_is_told() {
    let bytes = bytes();
    let folder = tempfile::tempdir().unwrap();
    for (number, length) in
        [1, 15, 99, 511, 512, 4095, 4096, 4097, bytes.len() / 2, bytes.len() - 4096, bytes.len() - 1]
            .into_iter()
            .enumerate()
    {
        let path = folder.path().join(format!("{number}.db"));
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(use_it(&path), "cut to {length} bytes");
    }
}

#[test]
fn a_table_that_is_gone_and_a_trigger_of_others_are_named() {
    for (edit, told) in [
        ("DROP TABLE tag", "table tag is not there"),
        ("DROP TABLE search_value", "table search_value is not there"),
        ("DROP INDEX search_item_order", "index search_item_order is not there"),
        (
            "CREATE TRIGGER quiet AFTER INSERT ON leaf BEGIN DELETE FROM leaf WHERE 0; END",
            "trigger quiet is none of ours",
        ),
        ("ALTER TABLE tag ADD COLUMN note TEXT", "table tag is not as it was made"),
    ] {
        let world = World::sqlite();
        world.promoted("1.0.0");
        let connection = rusqlite::Connection::open(world.folder.path().join("registry.db")).unwrap();
        connection.execute_batch(edit).unwrap();
        let report = world.registry.verify().unwrap();
        assert!(report.to_string().contains(told), "{edit}: {report}");
        if edit == "DROP TABLE tag" {
            let read = world.store.read(&Query::under(Kind::Tag, Key::all(), 1));
            assert!(matches!(read, Err(Error::Corrupt { .. })), "{read:?}");
        }
    }
}
