//! What is old goes by the clock of the store, and what the dead have left goes too.

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Clock as _, Digest, ManualClock, SystemClock, Timestamp};
use mlops_registry::Error;
use mlops_registry::artifact::object_store::path::Path;
use mlops_registry::artifact::object_store::{ObjectStoreExt as _, PutPayload};
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, ChunkedArtifacts, ObjectArtifacts, Reclaimed, Sweep,
};

use crate::meddled::{Asked, Failure, Fate, Meddled};
use crate::runtimes::block_on;
use crate::uploading::bytes;

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn a_clock_that_is_ahead_removes_nothing_that_is_new() {
    let store = Meddled::new();
    let ahead = SystemClock.now().as_micros() + i64::try_from(HOUR.as_micros()).unwrap();
    let clock = ManualClock::new(Timestamp::from_micros(ahead));
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap().with_clock(Arc::new(clock));
    let digest = artifacts.put_bytes(b"model").unwrap();
    let age = HOUR / 2;
    assert!(artifacts.remove_older(&digest, age, Sweep::DryRun).unwrap(), "a dry run believes its clock");
    assert!(!artifacts.remove_older(&digest, age, Sweep::Remove).unwrap(), "a removal asks the store");
    assert_eq!(artifacts.check(&digest).unwrap(), 5);
    assert_eq!(store.objects().len(), 1, "and takes its claim away");
}

#[test]
fn of_what_is_clearly_new_no_claim_is_written() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap();
    let digest = artifacts.put_bytes(b"model").unwrap();
    store.meddle(|_, _, _| Fate::Done);
    for sweep in [Sweep::DryRun, Sweep::Remove] {
        assert!(!artifacts.remove_older(&digest, HOUR, sweep).unwrap());
    }
    assert_eq!(store.count(Asked::Put) + store.count(Asked::Delete), 0);
}

#[test]
fn a_removal_whose_outcome_is_unknown_holds_up_who_puts_the_same_for_a_while() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap();
    let digest = artifacts.put_bytes(b"model").unwrap();
    store.age("sha256/", 2 * HOUR);
    store.meddle(|_, asked, object| match asked {
        Asked::Delete if object.as_ref().starts_with("sha256/") => Fate::DoneAndFails(Failure::Reset),
        _ => Fate::Done,
    });
    let error = artifacts.remove_older(&digest, HOUR, Sweep::Remove).unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    store.meddle(|_, _, _| Fate::Done);
    let claims = || store.objects().iter().filter(|object| object.starts_with("removing/")).count();
    assert_eq!(claims(), 1, "{:?}", store.objects());

    let impatient = artifacts.clone().patience(Duration::from_millis(100));
    let error = impatient.put_bytes(b"model").unwrap_err();
    assert!(matches!(error, Error::Unavailable { transient: true, .. }), "{error:?}");
    impatient.put_bytes(b"another model").unwrap();
    let reclaim = || artifacts.reclaim(Duration::ZERO, Sweep::Remove).unwrap();
    assert_eq!(reclaim(), Reclaimed::default(), "it may still be under way");

    store.age("removing/sha256-", HOUR / 4);
    impatient.put_bytes(b"model").unwrap();
    assert_eq!(artifacts.reclaim(Duration::ZERO, Sweep::DryRun).unwrap(), reclaim());
    assert_eq!(claims(), 0);
    assert_eq!(artifacts.check(&digest).unwrap(), 5);
}

#[test]
fn a_removal_that_is_refused_takes_its_claim_away() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap();
    let digest = artifacts.put_bytes(b"model").unwrap();
    store.age("sha256/", 2 * HOUR);
    for (asked, below) in [(Asked::Head, "removing/"), (Asked::Delete, "sha256/")] {
        store.meddle(move |_, what, object| {
            let fails = what == asked && object.as_ref().starts_with(below);
            if fails { Fate::Fails(Failure::Forbidden) } else { Fate::Done }
        });
        let error = artifacts.remove_older(&digest, HOUR, Sweep::Remove).unwrap_err();
        assert!(!error.is_transient(), "{error:?}");
        assert_eq!(store.objects().len(), 1, "{:?}", store.objects());
    }
    store.meddle(|_, _, _| Fate::Done);
    assert!(!artifacts.remove_older(&digest, 2 * HOUR, Sweep::Remove).unwrap(), "seconds count upwards");
    assert!(artifacts.remove_older(&digest, HOUR, Sweep::Remove).unwrap());
    assert_eq!(store.objects(), Vec::<String>::new());
}

#[test]
fn objects_of_others_are_let_be() {
    let store = Meddled::new();
    let hex = Digest::of("model").to_hex();
    let foreign = [
        "sha256/notes.txt".to_owned(),
        format!("sha256/{hex}"),
        "README".to_owned(),
        "chunks/ab/cd".to_owned(),
    ];
    for object in &foreign {
        block_on(store.behind().put(&Path::from(object.as_str()), PutPayload::from_static(b"of somebody")))
            .unwrap();
    }
    let artifacts = ChunkedArtifacts::new(ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap());
    let digest = artifacts.put_bytes(&bytes(100)).unwrap();
    assert_eq!(artifacts.list(None, 10).unwrap(), [digest]);
    assert_eq!(artifacts.reclaim(Duration::ZERO, Sweep::Remove).unwrap(), Reclaimed::default());
    assert!(foreign.iter().all(|object| store.objects().contains(object)));
}

#[test]
fn chunks_that_nobody_needs_go() {
    let store = Meddled::new();
    let artifacts =
        ChunkedArtifacts::new(ObjectArtifacts::over(Arc::new(store.clone()), "team/models").unwrap());
    let bytes = bytes(9 << 20);
    let [stays, goes] = [&bytes[..5 << 20], &bytes].map(|bytes| artifacts.put_bytes(bytes).unwrap());
    let shared = artifacts.manifest(&stays).unwrap().unwrap();
    let gone = artifacts.manifest(&goes).unwrap().unwrap();
    assert!(artifacts.remove_older(&goes, Duration::ZERO, Sweep::Remove).unwrap());
    let unneeded = gone.chunks().iter().filter(|chunk| !shared.chunks().contains(chunk)).count();
    let dry = artifacts.reclaim(HOUR, Sweep::Remove).unwrap();
    assert_eq!((dry.parts, dry.young), (0, unneeded as u64), "they are new");
    assert_eq!(artifacts.reclaim(Duration::ZERO, Sweep::Remove).unwrap().parts, unneeded as u64);
    assert_eq!(artifacts.check(&stays).unwrap(), 5 << 20);
    let [chunks, lists] = ["chunks", "manifests"].map(|space| {
        let within = format!("team/models/{space}/");
        store.objects().iter().filter(|object| object.starts_with(&within)).count()
    });
    assert_eq!((chunks, lists), (shared.chunks().len(), 1), "{:?}", store.objects());
}
