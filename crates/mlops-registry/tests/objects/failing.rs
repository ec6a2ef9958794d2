//! What a store does not do is told by what the caller can do about it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mlops_core::Digest;
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, Blob, BlobStore as _, ObjectArtifacts, Space, Sweep,
};
use mlops_registry::{Error, Result};

use crate::meddled::{Failure, Fate, Meddled};

/// Every call, once.
fn calls(artifacts: &ObjectArtifacts) -> Vec<(&'static str, Result<()>)> {
    let digest = Digest::of("model");
    let blob = Blob::new(Space::Artifacts, digest);
    vec![
        ("put", artifacts.put_bytes(b"model").map(drop)),
        ("put several", artifacts.put_blobs(&[(blob, b"model"), (blob, b"model")])),
        ("open", artifacts.open(&digest).map(drop)),
        ("size", artifacts.size(&digest).map(drop)),
        ("list", artifacts.list(None, 10).map(drop)),
        ("touch", artifacts.touch(&digest).map(drop)),
        ("remove", artifacts.remove(&digest).map(drop)),
        ("remove older", artifacts.remove_older(&digest, Duration::from_secs(1), Sweep::Remove).map(drop)),
        ("dry run", artifacts.remove_older(&digest, Duration::from_secs(1), Sweep::DryRun).map(drop)),
        ("reclaim", artifacts.reclaim(Duration::ZERO, Sweep::Remove).map(drop)),
    ]
}

#[test]
fn every_call_tells_what_is_wrong_and_what_to_do() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "models").unwrap();
    for (failure, transient, advice) in [
        (Failure::Reset, true, "it can't be reached, or it is busy or broke off: try again"),
        (Failure::Forbidden, false, "these credentials may not do that"),
        (Failure::Unknown, false, "it does not know these credentials"),
        (Failure::NoBucket, false, "there is no such bucket"),
    ] {
        store.meddle(move |_, _, _| Fate::Fails(failure));
        for (call, result) in calls(&artifacts) {
            let error = result.expect_err(call);
            let Error::Unavailable { store, transient: passing, source } = &error else {
                panic!("{call}, {failure:?}: {error:?}")
            };
            assert_eq!(store, "meddled/models", "{call}");
            assert_eq!(*passing, transient, "{call}, {failure:?}: {source}");
            assert!(source.to_string().contains(advice), "{call}, {failure:?}: {source}");
        }
    }
}

#[test]
fn a_store_that_never_answers_is_given_up() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap();
    let artifacts = artifacts.patience(Duration::from_millis(50));
    artifacts.put_bytes(b"model").unwrap();
    store.meddle(|_, _, _| Fate::Hangs);
    let start = Instant::now();
    for (call, result) in calls(&artifacts) {
        let error = result.expect_err(call);
        assert!(error.is_transient(), "{call}: {error:?}");
        let Error::Unavailable { source, .. } = error else { unreachable!("it is transient") };
        assert!(source.to_string().contains("no answer for 50 ms"), "{call}: {source}");
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    store.meddle(|_, _, _| Fate::Done);
    assert_eq!(artifacts.list(None, 10).unwrap(), [Digest::of("model")], "and works when it is back");
}

#[test]
fn a_client_that_panics_takes_nobody_with_it() {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap();
    store.meddle(|_, _, _| Fate::Panics);
    for (call, result) in calls(&artifacts) {
        assert!(matches!(result, Err(Error::Unavailable { transient: false, .. })), "{call}: {result:?}");
    }
    store.meddle(|_, _, _| Fate::Done);
    let digest = artifacts.put_bytes(b"model").unwrap();
    assert_eq!(artifacts.read(&digest, 10).unwrap(), b"model");
}
