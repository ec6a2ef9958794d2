//! What is put is there as a whole or not at all, whichever request fails, and goes on where it was.

use std::io::{self, Read};
use std::sync::Arc;

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, ChunkedArtifacts, ObjectArtifacts,
};

use crate::meddled::{Asked, Failure, Fate, Meddled};

const PART: usize = 5 << 20;

fn over(store: &Meddled) -> ObjectArtifacts {
    ObjectArtifacts::over(Arc::new(store.clone()), "").unwrap().parts_of(PART).unwrap()
}

/// Bytes that repeat nowhere within what is put here.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn a_large_artifact_goes_in_parts_of_which_few_are_in_memory() {
    let store = Meddled::new();
    let artifacts = over(&store);
    for (length, parts) in [(PART, 0), (PART + 1, 2), (6 * PART, 6), (6 * PART + 1, 7)] {
        store.meddle(|_, _, _| Fate::Done);
        let bytes = bytes(length);
        let digest = artifacts.put(&mut bytes.as_slice()).unwrap();
        assert_eq!(store.count(Asked::Part), parts, "{length} bytes");
        assert_eq!(store.count(Asked::Complete), usize::from(parts > 0));
        assert!(artifacts.read(&digest, u64::MAX).unwrap() == bytes, "{length} bytes");
    }
    assert_eq!(store.longest_put(), PART);
    assert!((2..=4).contains(&store.most_parts_at_once()), "{}", store.most_parts_at_once());
}

#[test]
fn whichever_request_fails_nothing_is_seen_and_parts_are_given_up() {
    let store = Meddled::new();
    let artifacts = over(&store);
    let bytes = bytes(2 * PART + 7);
    let digest = Digest::of(&bytes);
    // A beginning, three parts, a completion, a look for claims, one for the object.
    for failing in 0..7 {
        let fate =
            if failing % 2 == 0 { Fate::Fails(Failure::Reset) } else { Fate::Fails(Failure::Forbidden) };
        store.fail(failing, fate);
        let error = artifacts.put(&mut bytes.as_slice()).unwrap_err();
        assert_eq!(error.is_transient(), failing % 2 == 0, "{failing}: {error:?}");
        if failing < 5 {
            assert_eq!(artifacts.size(&digest).unwrap(), None, "{failing}");
            assert_eq!(artifacts.list(None, 10).unwrap(), [], "{failing}");
            assert_eq!(store.count(Asked::Abort), usize::from(failing > 0), "{failing}");
        }
        store.meddle(|_, _, _| Fate::Done);
        assert_eq!(artifacts.put(&mut bytes.as_slice()).unwrap(), digest, "{failing}: again");
        assert_eq!(store.log().len(), 7, "{:?}", store.log());
        assert!(artifacts.remove(&digest).unwrap());
        assert_eq!(store.objects(), Vec::<String>::new());
    }
}

#[test]
fn a_completion_whose_answer_is_lost_leaves_the_whole() {
    let store = Meddled::new();
    let artifacts = over(&store);
    let bytes = bytes(PART + 7);
    store.meddle(|_, asked, _| match asked {
        Asked::Complete => Fate::DoneAndFails(Failure::Reset),
        _ => Fate::Done,
    });
    assert!(artifacts.put(&mut bytes.as_slice()).unwrap_err().is_transient());
    assert_eq!(artifacts.check(&Digest::of(&bytes)).unwrap(), bytes.len() as u64);
}

#[test]
fn a_part_that_cannot_even_be_given_up_is_told_by_what_went_wrong_first() {
    let store = Meddled::new();
    let artifacts = over(&store);
    store.meddle(|_, asked, _| match asked {
        Asked::Part => Fate::Fails(Failure::Forbidden),
        Asked::Abort => Fate::Fails(Failure::Reset),
        _ => Fate::Done,
    });
    let error = artifacts.put(&mut bytes(PART + 7).as_slice()).unwrap_err();
    let Error::Unavailable { source, transient: false, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().starts_with("put a part: these credentials may not do that"), "{source}");
}

#[test]
fn a_store_without_parts_takes_what_fits_into_memory() {
    let store = Meddled::new();
    let artifacts = over(&store);
    store.meddle(|_, asked, _| match asked {
        Asked::Begin => Fate::Fails(Failure::Unsupported),
        _ => Fate::Done,
    });
    let bytes = bytes(PART + 7);
    let digest = artifacts.put(&mut bytes.as_slice()).unwrap();
    assert!(artifacts.read(&digest, u64::MAX).unwrap() == bytes);

    let error = artifacts.put(&mut io::repeat(7).take((64 << 20) + 1)).unwrap_err();
    let Error::Invalid { field: "size of the artifact", value, expected } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(value, "67108865 bytes");
    assert!(expected.contains("ChunkedArtifacts"), "{expected}");
    assert_eq!(artifacts.list(None, 10).unwrap(), [digest]);
}

#[test]
fn an_upload_of_chunks_goes_on_where_it_was() {
    let store = Meddled::new();
    let artifacts = ChunkedArtifacts::new(over(&store));
    let bytes = bytes(24 << 20);
    let chunks = |log: &[(Asked, String, _)]| {
        let puts =
            log.iter().filter(|(asked, object, _)| *asked == Asked::Put && object.starts_with("chunks/"));
        puts.map(|(_, object, _)| object.clone()).collect::<Vec<String>>()
    };
    let mut puts = 0;
    store.meddle(move |_, asked, _| {
        puts += usize::from(asked == Asked::Put);
        if puts > 12 { Fate::Fails(Failure::Reset) } else { Fate::Done }
    });
    assert!(artifacts.put(&mut bytes.as_slice()).unwrap_err().is_transient());
    store.meddle(|_, _, _| Fate::Done);
    assert_eq!(artifacts.list(None, 10).unwrap(), [], "what is incomplete is not seen");
    let kept: Vec<String> =
        store.objects().into_iter().filter(|object| object.starts_with("chunks/")).collect();
    assert_eq!(kept.len(), 12, "chunks that have come are kept");

    store.meddle(|_, _, _| Fate::Done);
    let digest = artifacts.put(&mut bytes.as_slice()).unwrap();
    let sent = chunks(&store.log());
    assert!(kept.iter().all(|there| !sent.contains(there)), "what is there is not sent again");
    let all = artifacts.manifest(&digest).unwrap().unwrap().chunks().len();
    assert_eq!(sent.len() + kept.len(), all, "and what is not is sent once");
    assert_eq!(artifacts.check(&digest).unwrap(), bytes.len() as u64);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let artifacts = over(&Meddled::new()).spool_in(&missing);
    artifacts.put(&mut bytes(PART).as_slice()).unwrap();
    let error = artifacts.put(&mut bytes(PART + 1).as_slice()).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");
}

#[test]
fn parts_have_a_size_that_clouds_take() {
    for bytes in [0, (5 << 20) - 1, (1 << 30) + 1] {
        let refused = ObjectArtifacts::over(Arc::new(Meddled::new()), "").unwrap().parts_of(bytes);
        assert!(
            matches!(refused, Err(Error::Invalid { field: "size of a part", .. })),
            "{bytes}: {refused:?}"
        );
    }
    let refused = ObjectArtifacts::over(Arc::new(Meddled::new()), "a//b");
    assert!(matches!(refused, Err(Error::Invalid { field: "prefix of objects", .. })), "{refused:?}");
}
