//! The contract of [`BlobStore`] as code: each promise a function over any store.
//!
//! [`blob_store_suite!`](crate::blob_store_suite) makes of them a `#[test]` each. A store that is
//! an [`ArtifactStore`](crate::artifact::ArtifactStore) too has the suite of that to pass besides.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use mlops_core::Digest;

use super::source::{Dribble, Ending, LENGTHS, bytes};
use crate::artifact::{Blob, BlobSource, BlobStore, Reclaimed, Space, Sweep};
use crate::{Error, Result};

/// Holds an adapter of [`BlobStore`](crate::artifact::BlobStore) to the contract: a module
/// `$name` with a `#[test]` for each promise, over a new and empty `$store` each.
///
/// ```
/// use mlops_registry::artifact::MemoryArtifacts;
/// mlops_registry::blob_store_suite!(memory, MemoryArtifacts::default());
/// ```
#[macro_export]
macro_rules! blob_store_suite {
    ($name:ident, $store:expr) => {
        $crate::blob_store_suite!(@each $name, $store,
            bytes_come_back_under_their_name
            a_name_is_asked_for_at_the_end
            what_is_there_is_replaced
            several_are_kept_at_once
            spaces_are_apart
            missing_is_none
            a_failing_source_leaves_what_was_there
            a_panicking_source_leaves_what_was_there
            an_error_of_the_source_comes_as_it_is
            a_source_may_dribble
            a_list_comes_in_order_and_in_pages
            what_is_removed_is_gone
            what_is_new_is_not_collected
            what_is_needed_again_stays
            one_name_may_be_raced_for
            a_reader_may_be_sent
        );
    };
    (@each $name:ident, $store:expr, $($case:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expression is made of")]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::testing::blob_store::$case(&$store);
                }
            )*
        }
    };
}

/// More than any test takes.
const LONG: Duration = Duration::from_hours(1);

/// A blob whose name has nothing to do with its bytes: a store must not care.
fn blob(space: Space, label: impl AsRef<[u8]>) -> Blob {
    Blob::new(space, Digest::of(label))
}

/// Bytes of a source that are called `name`, which must not be asked too early, nor twice.
struct Named<R> {
    source: R,
    name: Option<Blob>,
    ended: bool,
}

impl<R: Read> Named<R> {
    const fn new(source: R, name: Blob) -> Self {
        Self { source, name: Some(name), ended: false }
    }
}

impl<R: Read> Read for Named<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into);
        self.ended |= matches!(read, Ok(0)) && !into.is_empty();
        read
    }
}

impl<R: Read> BlobSource for Named<R> {
    fn name(&mut self) -> Result<Blob> {
        assert!(self.ended, "a source is asked for its name when it has ended");
        Ok(self.name.take().expect("a source is asked for its name once"))
    }
}

fn put(store: &dyn BlobStore, blob: Blob, bytes: &[u8]) {
    assert_eq!(store.put_blob(&mut Named::new(bytes, blob)).expect("bytes are kept"), blob);
}

fn read(store: &dyn BlobStore, blob: &Blob) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader = store.open_blob(blob).expect("the store can be asked")?;
    reader.read_to_end(&mut bytes).expect("bytes come back");
    Some(bytes)
}

fn all(store: &dyn BlobStore, space: Space) -> Vec<Digest> {
    store.list_blobs(space, None, usize::MAX).expect("a store lists what it has")
}

/// What is put comes back byte for byte, whatever its length, under the name that it was given.
pub fn bytes_come_back_under_their_name(store: &dyn BlobStore) {
    for length in LENGTHS {
        let (blob, bytes) = (blob(Space::Artifacts, length.to_string()), bytes(0, length));
        put(store, blob, &bytes);
        assert!(read(store, &blob).is_some_and(|found| found == bytes), "{length} bytes");
        assert_eq!(store.blob_size(&blob).expect("a size"), Some(length as u64));
        let mut reader = store.open_blob(&blob).expect("the store can be asked").expect("it is there");
        io::copy(&mut reader, &mut io::sink()).expect("bytes come back");
        assert_eq!(reader.read(&mut [0; 9]).expect("the end stays the end"), 0);
    }
    assert_eq!(all(store, Space::Artifacts).len(), LENGTHS.len());
}

/// A source knows its name when its last byte was read, and is asked once.
pub fn a_name_is_asked_for_at_the_end(store: &dyn BlobStore) {
    /// Is called after how often it was read.
    struct Counting(u8, bool);
    impl Read for Counting {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0 == 5 {
                self.1 = true;
                return Ok(0);
            }
            self.0 += 1;
            into[0] = self.0;
            Ok(1)
        }
    }
    impl BlobSource for Counting {
        fn name(&mut self) -> Result<Blob> {
            assert!(std::mem::take(&mut self.1), "asked once, after the end");
            Ok(blob(Space::Chunks, [self.0]))
        }
    }
    let kept = store.put_blob(&mut Counting(0, false)).expect("bytes are kept");
    assert_eq!(kept, blob(Space::Chunks, [5]), "the name is the one that the source told");
    assert_eq!(read(store, &kept).as_deref(), Some([1, 2, 3, 4, 5].as_slice()));
}

/// Who puts other bytes under a name replaces those that were there, which may be damaged.
pub fn what_is_there_is_replaced(store: &dyn BlobStore) {
    let blob = blob(Space::Artifacts, "model");
    for length in [100_000, 7, 300_000, 0] {
        put(store, blob, &bytes(1, length));
        assert!(read(store, &blob).is_some_and(|found| found == bytes(1, length)), "{length} bytes");
        store.put_blobs(&[(blob, &bytes(2, length))]).expect("bytes are kept");
        assert!(read(store, &blob).is_some_and(|found| found == bytes(2, length)), "{length} bytes");
        assert_eq!(store.blob_size(&blob).expect("a size"), Some(length as u64));
    }
    assert_eq!(all(store, Space::Artifacts), [blob.digest]);
}

/// Several blobs at once, of any spaces and lengths, or none at all.
pub fn several_are_kept_at_once(store: &dyn BlobStore) {
    store.put_blobs(&[]).expect("nothing is to be done");
    let contents: Vec<(Blob, Vec<u8>)> = LENGTHS
        .iter()
        .zip(Space::ALL.iter().cycle())
        .map(|(length, space)| (blob(*space, length.to_string()), bytes(4, *length)))
        .collect();
    let together: Vec<(Blob, &[u8])> = contents.iter().map(|(blob, bytes)| (*blob, &bytes[..])).collect();
    store.put_blobs(&together).expect("bytes are kept");
    for (blob, bytes) in &contents {
        assert!(read(store, blob).is_some_and(|found| found == *bytes), "{blob}");
    }
    let listed: usize = Space::ALL.iter().map(|space| all(store, *space).len()).sum();
    assert_eq!(listed, contents.len());
}

/// The same digest in two spaces names two blobs.
pub fn spaces_are_apart(store: &dyn BlobStore) {
    for (number, space) in (0_u8..).zip(Space::ALL) {
        put(store, blob(space, "same"), &[number]);
    }
    for (number, space) in (0_u8..).zip(Space::ALL) {
        let blob = blob(space, "same");
        assert_eq!(read(store, &blob), Some(vec![number]), "{space}");
        assert_eq!(all(store, space), [blob.digest], "{space}");
        assert!(store.remove_blob(&blob, Duration::ZERO, Sweep::Remove).expect("it is removed"), "{space}");
        assert_eq!(all(store, space), [], "{space}");
    }
}

/// A store says that it does not have what it does not have.
pub fn missing_is_none(store: &dyn BlobStore) {
    put(store, blob(Space::Artifacts, "there"), b"bytes");
    for missing in [blob(Space::Artifacts, "never put"), blob(Space::Chunks, "there")] {
        assert_eq!(read(store, &missing), None);
        assert_eq!(store.blob_size(&missing).expect("a size"), None);
        assert!(!store.touch_blob(&missing).expect("nothing to touch"));
        for (age, sweep) in [(Duration::ZERO, Sweep::Remove), (LONG, Sweep::Remove), (LONG, Sweep::DryRun)] {
            assert!(!store.remove_blob(&missing, age, sweep).expect("nothing to remove"));
        }
        assert!(!all(store, missing.space).contains(&missing.digest));
    }
}

/// A source that fails is an error; what was there before stays, and nothing else is.
pub fn a_failing_source_leaves_what_was_there(store: &dyn BlobStore) {
    let blob = blob(Space::Artifacts, "model");
    for before in [None, Some(b"before".to_vec())] {
        if let Some(before) = &before {
            put(store, blob, before);
        }
        for length in LENGTHS {
            let source = Ending(length, || Err(ErrorKind::ConnectionReset.into()));
            match store.put_blob(&mut Named::new(source, blob)) {
                Err(Error::Unavailable { .. }) => {}
                other => panic!("expected Unavailable, not {other:?}"),
            }
            assert_eq!(read(store, &blob), before, "after {length} bytes");
            assert_eq!(all(store, Space::Artifacts).len(), usize::from(before.is_some()));
        }
    }
}

/// A source that panics takes nobody with it; what was there before stays.
pub fn a_panicking_source_leaves_what_was_there(store: &dyn BlobStore) {
    let blob = blob(Space::Artifacts, "model");
    put(store, blob, b"before");
    let mut source = Named::new(Ending(100_000, || panic!("the source of this test panics")), blob);
    assert!(catch_unwind(AssertUnwindSafe(|| store.put_blob(&mut source))).is_err());
    assert_eq!(read(store, &blob), Some(b"before".to_vec()));
    put(store, blob, b"after");
    assert_eq!(read(store, &blob), Some(b"after".to_vec()));
    assert_eq!(all(store, Space::Artifacts), [blob.digest]);
}

/// An error of this library that comes through a source, or instead of its name, is what a put
/// gives.
pub fn an_error_of_the_source_comes_as_it_is(store: &dyn BlobStore) {
    struct Nameless(&'static [u8]);
    impl Read for Nameless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }
    impl BlobSource for Nameless {
        fn name(&mut self) -> Result<Blob> {
            Err(Error::NotFound { what: "name", key: "of this test".to_owned() })
        }
    }
    let is_of_the_test = |result: Result<Blob>| match result {
        Err(Error::NotFound { what: "name", .. }) => {}
        other => panic!("expected the error of the source, not {other:?}"),
    };
    is_of_the_test(store.put_blob(&mut Nameless(b"bytes that have no name")));
    let within = || {
        let error = Error::NotFound { what: "name", key: "of this test".to_owned() };
        Err(io::Error::other(error))
    };
    let name = blob(Space::Artifacts, "model");
    is_of_the_test(store.put_blob(&mut Named::new(Ending(70_000, within), name)));
    for space in Space::ALL {
        assert_eq!(all(store, space), [], "{space}");
    }
}

/// A source may come in single bytes, and be interrupted.
pub fn a_source_may_dribble(store: &dyn BlobStore) {
    let (blob, bytes) = (blob(Space::Chunks, "dribbled"), bytes(3, 70_000));
    store.put_blob(&mut Named::new(Dribble::new(&bytes), blob)).expect("an interruption is not the end");
    assert!(read(store, &blob).is_some_and(|found| found == bytes));
}

/// Every name of a space once, in order, page by page.
pub fn a_list_comes_in_order_and_in_pages(store: &dyn BlobStore) {
    assert_eq!(all(store, Space::Manifests), []);
    let blobs: Vec<Blob> = (0..200_u8).map(|label| blob(Space::Manifests, [label])).collect();
    let together: Vec<(Blob, &[u8])> = blobs.iter().map(|blob| (*blob, b"list".as_slice())).collect();
    store.put_blobs(&together).expect("bytes are kept");
    put(store, blob(Space::Chunks, "of another space"), b"chunk");
    let put = Vec::from_iter(blobs.iter().map(|blob| blob.digest).collect::<BTreeSet<_>>());
    let list = |after: Option<&Digest>, limit| {
        store.list_blobs(Space::Manifests, after, limit).expect("a store lists what it has")
    };
    assert_eq!(list(None, usize::MAX), put);
    assert_eq!(list(None, 0), []);
    let mut paged: Vec<Digest> = Vec::new();
    loop {
        let page = list(paged.last(), 17);
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 17);
        paged.extend(page);
        assert!(paged.len() <= put.len(), "what was listed is listed again");
    }
    assert_eq!(paged, put);
    let absent = Digest::from_bytes([0x80; 32]);
    let after: Vec<Digest> = put.iter().copied().filter(|digest| *digest > absent).collect();
    assert_eq!(list(Some(&absent), usize::MAX), after);
    assert_eq!(list(put.last(), 1), []);
}

/// What is removed is gone, the rest stays, and it may be put again.
pub fn what_is_removed_is_gone(store: &dyn BlobStore) {
    let [gone, stays] = ["old", "new"].map(|label| blob(Space::Artifacts, label));
    put(store, gone, b"old");
    put(store, stays, b"new");
    let remove = || store.remove_blob(&gone, Duration::ZERO, Sweep::Remove).expect("it is asked");
    assert!(remove() && !remove());
    assert_eq!(read(store, &gone), None);
    assert_eq!(read(store, &stays).as_deref(), Some(b"new".as_slice()));
    assert_eq!(all(store, Space::Artifacts), [stays.digest]);
    put(store, gone, b"again");
    assert_eq!(read(store, &gone).as_deref(), Some(b"again".as_slice()));
}

/// What was put or touched just now is not old, a dry run removes nothing, what is old enough
/// goes, and what writers that died have left is none of the blobs.
pub fn what_is_new_is_not_collected(store: &dyn BlobStore) {
    let blobs = [Space::Artifacts, Space::Chunks].map(|space| blob(space, "new"));
    for blob in blobs {
        put(store, blob, b"bytes");
    }
    for sweep in [Sweep::DryRun, Sweep::Remove] {
        for blob in &blobs {
            assert!(store.touch_blob(blob).expect("it is touched"));
            assert!(!store.remove_blob(blob, LONG, sweep).expect("it is asked"), "{sweep:?}: it is new");
        }
        store.reclaim_parts(Duration::ZERO, sweep).expect("it is asked");
        for blob in &blobs {
            assert_eq!(read(store, blob).as_deref(), Some(b"bytes".as_slice()), "{sweep:?}: blobs stay");
        }
    }
    for blob in &blobs {
        let go = |sweep| store.remove_blob(blob, Duration::ZERO, sweep).expect("it is asked");
        assert!(go(Sweep::DryRun) && go(Sweep::DryRun), "a dry run says that it would go");
        assert_eq!(store.blob_size(blob).expect("a size"), Some(5), "a dry run removes nothing");
        assert!(go(Sweep::Remove) && !go(Sweep::Remove) && !go(Sweep::DryRun));
        assert_eq!(store.blob_size(blob).expect("a size"), None);
    }
    let reclaim = |sweep| store.reclaim_parts(Duration::ZERO, sweep).expect("it is asked");
    let dry = reclaim(Sweep::DryRun);
    assert_eq!(reclaim(Sweep::Remove), dry, "a dry run says what would go");
    assert_eq!(reclaim(Sweep::Remove), Reclaimed::default());
}

/// What is put or touched while others collect what is old stays.
pub fn what_is_needed_again_stays(store: &dyn BlobStore) {
    let [touched, again] = ["touched", "again"].map(|label| blob(Space::Chunks, label));
    let collect = || {
        for digest in all(store, Space::Chunks) {
            let blob = Blob::new(Space::Chunks, digest);
            store.remove_blob(&blob, LONG, Sweep::Remove).expect("it is asked");
        }
        store.reclaim_parts(LONG, Sweep::Remove).expect("it is asked");
    };
    put(store, touched, b"touched");
    for round in 0..8 {
        thread::scope(|scope| {
            scope.spawn(|| (0..3).for_each(|_| collect()));
            if round % 2 == 0 {
                put(store, again, b"again");
            } else {
                store.put_blobs(&[(again, b"again")]).expect("bytes are kept");
            }
            assert!(store.touch_blob(&touched).expect("it is touched"), "what is new was collected");
        });
        collect();
        for needed in [again, touched] {
            assert!(read(store, &needed).is_some(), "what is needed stays");
        }
    }
    assert_eq!(all(store, Space::Chunks).len(), 2);
}

/// Who reads while others put other bytes under the same name gets those of one of them, whole.
pub fn one_name_may_be_raced_for(store: &dyn BlobStore) {
    const WRITERS: u8 = 4;
    let blob = blob(Space::Keys, "raced for");
    let length = |seed: u8| 50_000 + 1000 * usize::from(seed);
    put(store, blob, &bytes(0, length(0)));
    let (start, done) = (Barrier::new(usize::from(WRITERS) + 1), AtomicBool::new(false));
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            start.wait();
            let mut reads = 0;
            while reads == 0 || !done.load(Ordering::Acquire) {
                let found = read(store, &blob).expect("one or the other is there");
                let seed = found.first().copied().unwrap_or(u8::MAX);
                assert!(seed < WRITERS && found == bytes(seed, length(seed)), "{} bytes", found.len());
                reads += 1;
            }
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|seed| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..10 {
                        put(store, blob, &bytes(seed, length(seed)));
                    }
                })
            })
            .collect();
        let joined: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Release);
        reader.join().expect("who reads sees one or the other, whole");
        assert!(joined.iter().all(Result::is_ok), "writers don't get in each other's way");
    });
    assert_eq!(all(store, Space::Keys), [blob.digest]);
}

/// A reader may go to another thread, and outlive the call that gave it.
pub fn a_reader_may_be_sent(store: &dyn BlobStore) {
    let (blob, bytes) = (blob(Space::Artifacts, "sent"), bytes(9, 300_000));
    put(store, blob, &bytes);
    let readers: Vec<_> = (0..4)
        .map(|_| store.open_blob(&blob).expect("the store can be asked").expect("it is there"))
        .collect();
    let threads: Vec<_> = readers
        .into_iter()
        .map(|mut reader| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map(|_| bytes)
            })
        })
        .collect();
    for thread in threads {
        assert!(thread.join().expect("no panic").expect("bytes come back") == bytes);
    }
}
