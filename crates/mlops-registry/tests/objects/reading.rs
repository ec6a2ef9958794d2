//! A read goes on where it broke off, in the same object or not at all, and is checked.

use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use mlops_core::Digest;
use mlops_registry::artifact::object_store::path::Path;
use mlops_registry::artifact::object_store::{ObjectStoreExt as _, PutPayload};
use mlops_registry::artifact::{ArtifactStore as _, ArtifactStoreExt as _, ObjectArtifacts};
use mlops_registry::{Error, Result};

use crate::meddled::{Asked, Failure, Fate, Meddled};
use crate::runtimes::block_on;
use crate::uploading::bytes;

const LENGTH: usize = 3_500_000;

fn stored() -> (Meddled, ObjectArtifacts, Digest, Vec<u8>) {
    let store = Meddled::new();
    let artifacts = ObjectArtifacts::over(Arc::new(store.clone()), "models").unwrap();
    let bytes = bytes(LENGTH);
    let digest = artifacts.put_bytes(&bytes).unwrap();
    (store, artifacts, digest, bytes)
}

/// Reads without asking first how much there is.
fn read(artifacts: &ObjectArtifacts, digest: &Digest) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    artifacts.copy_to(digest, &mut bytes).map(|_| bytes)
}

#[test]
fn a_read_goes_on_where_the_connection_broke() {
    let (store, artifacts, digest, bytes) = stored();
    for fate in [Fate::Breaks, Fate::Ends] {
        // Each of the first ten connections brings 300,000 bytes.
        store.meddle(move |number, _, _| if number < 10 { fate(300_000) } else { Fate::Done });
        assert!(read(&artifacts, &digest).unwrap() == bytes);
        let ranges: Vec<_> = store.log().into_iter().filter(|(asked, ..)| *asked == Asked::Get).collect();
        assert_eq!(ranges.len(), 11);
        for (number, (_, _, range)) in ranges.into_iter().enumerate() {
            let from = 300_000 * number as u64;
            assert_eq!(range, (number > 0).then_some(from..LENGTH as u64), "{number}");
        }
    }
}

#[test]
fn a_read_gives_up_when_nothing_comes_any_more() {
    let (store, artifacts, digest, _) = stored();
    for fate in [Fate::Breaks(0), Fate::Ends(0), Fate::Fails(Failure::Reset)] {
        store.meddle(move |number, _, _| if number == 0 { Fate::Breaks(1_500_000) } else { fate.clone() });
        let error = read(&artifacts, &digest).unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        assert_eq!(store.count(Asked::Get), 1 + 5, "five times it was tried again");
    }
}

#[test]
fn a_read_that_may_not_go_on_is_not_tried_again() {
    let (store, artifacts, digest, _) = stored();
    store.meddle(|number, _, _| match number {
        0 => Fate::Breaks(1_500_000),
        _ => Fate::Fails(Failure::Forbidden),
    });
    let mut reader = artifacts.open(&digest).unwrap();
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(store.count(Asked::Get), 2);
    let kind = error.kind();
    let error = error.downcast::<Error>().unwrap();
    assert!(matches!(error, Error::Unavailable { transient: false, .. }), "{error:?}");
    assert_eq!(reader.read(&mut [0; 9]).unwrap_err().kind(), kind, "an error stays an error");
}

#[test]
fn a_read_never_mixes_two_objects() {
    let (store, artifacts, digest, bytes) = stored();
    for gone in [false, true] {
        artifacts.put_bytes(&bytes).unwrap();
        store.meddle(|number, _, _| if number == 0 { Fate::Breaks(1_500_000) } else { Fate::Done });
        let mut reader = artifacts.open(&digest).unwrap();
        // What follows the break is asked for when the first megabyte was read.
        let object = Path::from(store.objects().remove(0));
        block_on(async {
            if gone {
                store.behind().delete(&object).await.unwrap();
            } else {
                store.behind().put(&object, PutPayload::from(vec![0; LENGTH])).await.unwrap();
            }
        });
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
        let said = error.downcast::<Error>().unwrap();
        let Error::Unavailable { source, transient: true, .. } = &said else { panic!("{said:?}") };
        assert!(source.to_string().contains("replaced or removed while it was read"), "{source}");
    }
}

#[test]
fn wrong_bytes_are_found_and_mended() {
    let (store, artifacts, digest, bytes) = stored();
    for at in [0, LENGTH / 2, LENGTH - 1] {
        store.meddle(move |_, asked, _| if asked == Asked::Get { Fate::Flips(at) } else { Fate::Done });
        for error in [artifacts.check(&digest).unwrap_err(), read(&artifacts, &digest).unwrap_err()] {
            assert!(matches!(&error, Error::Corrupt { .. }), "{error:?}");
            assert!(error.to_string().contains(&digest.to_string()), "{error}");
        }
    }
    store.meddle(|_, _, _| Fate::Done);
    let object = Path::from(store.objects().remove(0));
    let shorter = PutPayload::from(bytes[..LENGTH - 1].to_vec());
    block_on(store.behind().put(&object, shorter)).unwrap();
    assert!(matches!(artifacts.check(&digest), Err(Error::Corrupt { .. })));
    artifacts.put_bytes(&bytes).unwrap();
    assert_eq!(artifacts.check(&digest).unwrap(), LENGTH as u64);
}
