//! Each promise of the suite of blobs is one that a wrong store has been seen to break.

use std::io::{self, Cursor, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use mlops_core::Digest;
use mlops_registry::artifact::{Blob, BlobSource, BlobStore, MemoryArtifacts, Reclaimed, Space, Sweep};
use mlops_registry::testing::blob_store as suite;
use mlops_registry::{Error, Result};

use crate::tied::Tied;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The right store.
    None,
    /// The last byte is another one.
    FlipsTheLastByte,
    /// The size is one too large.
    WrongSize,
    /// A source is asked for its name before it is read.
    AsksTooEarly,
    /// A source is asked for its name twice.
    AsksTwice,
    /// Whatever name a source tells, its bytes are kept under their digest.
    NamesByContent,
    /// What is there is not put again.
    KeepsTheFirst,
    /// Of several only the first is kept.
    KeepsOneOfSeveral,
    /// All spaces are one.
    MixesSpaces,
    /// What is not there is empty.
    Invents,
    /// What a failing source has yielded is kept.
    KeepsParts,
    /// What was there is forgotten before the source is read.
    ForgetsFirst,
    /// Whatever error comes through a source, it is one of the store.
    HidesErrors,
    /// An interruption is taken for the end.
    StopsWhenInterrupted,
    /// The list goes backwards.
    ListsBackwards,
    /// Everything is listed twice.
    ListsTwice,
    /// A page begins with the last of the page before.
    RepeatsThePage,
    /// Every page is the first.
    IgnoresAfter,
    /// The limit is not looked at.
    IgnoresTheLimit,
    /// What is removed stays.
    RemovesNothing,
    /// What is touched is always there.
    TouchesNothing,
    /// Everything is old.
    CollectsWhatIsNew,
    /// Nothing is ever old.
    CollectsNothing,
    /// A dry run is none.
    CollectsInADryRun,
    /// What is reclaimed is blobs.
    ReclaimsBlobs,
    /// Bytes are visible as they come.
    WritesInPlace,
    /// Readers work in their own thread only.
    TiedToAThread,
}

#[derive(Debug)]
struct Faulty {
    inner: MemoryArtifacts,
    fault: Fault,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { inner: MemoryArtifacts::default(), fault }
    }

    fn of(&self, blob: &Blob) -> Blob {
        let mixed = self.fault == Fault::MixesSpaces;
        Blob::new(if mixed { Space::Artifacts } else { blob.space }, blob.digest)
    }

    /// The bytes of a source, or what has come of them, and what went wrong.
    fn drain(&self, source: &mut dyn BlobSource) -> (Vec<u8>, Option<Error>) {
        let mut bytes = Vec::new();
        let mut some = [0; 4096];
        loop {
            match source.read(&mut some) {
                Ok(0) => return (bytes, None),
                Ok(read) => bytes.extend_from_slice(&some[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    if self.fault == Fault::StopsWhenInterrupted {
                        return (bytes, None);
                    }
                }
                Err(error) => {
                    let error = match error.downcast::<Error>() {
                        Ok(error) if self.fault != Fault::HidesErrors => error,
                        Ok(error) => unavailable(error),
                        Err(error) => unavailable(error),
                    };
                    return (bytes, Some(error));
                }
            }
        }
    }

    fn keep(&self, blob: Blob, bytes: &[u8]) -> Result<()> {
        if self.fault == Fault::KeepsTheFirst && self.inner.blob_size(&blob)?.is_some() {
            return Ok(());
        }
        if self.fault == Fault::WritesInPlace {
            self.inner.put_blobs(&[(blob, &bytes[..bytes.len() / 2])])?;
            // Long enough for somebody to look.
            (0..1000).for_each(|_| thread::yield_now());
        }
        self.inner.put_blobs(&[(blob, bytes)])
    }
}

fn unavailable(source: impl Into<mlops_registry::BoxError>) -> Error {
    Error::Unavailable { store: "source".to_owned(), transient: false, source: source.into() }
}

impl BlobStore for Faulty {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        let early = if self.fault == Fault::AsksTooEarly { Some(source.name()?) } else { None };
        if self.fault == Fault::ForgetsFirst {
            for space in Space::ALL {
                for digest in self.inner.list_blobs(space, None, usize::MAX)? {
                    self.inner.remove_blob(&Blob::new(space, digest), Duration::ZERO, Sweep::Remove)?;
                }
            }
        }
        let (bytes, error) = self.drain(source);
        if let Some(error) = error {
            if self.fault == Fault::KeepsParts {
                self.keep(Blob::new(Space::Artifacts, Digest::of(&bytes)), &bytes)?;
            }
            return Err(error);
        }
        let mut blob = early.map_or_else(|| source.name(), Ok)?;
        match self.fault {
            Fault::AsksTwice => blob = source.name()?,
            Fault::NamesByContent => blob.digest = Digest::of(&bytes),
            _ => {}
        }
        self.keep(self.of(&blob), &bytes)?;
        Ok(blob)
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        let count = if self.fault == Fault::KeepsOneOfSeveral { 1 } else { usize::MAX };
        blobs.iter().take(count).try_for_each(|(blob, bytes)| self.keep(self.of(blob), bytes))
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        let Some(mut reader) = self.inner.open_blob(&self.of(blob))? else {
            let invented: Option<Box<dyn Read + Send>> = Some(Box::new(io::empty()));
            return Ok(invented.filter(|_| self.fault == Fault::Invents));
        };
        match self.fault {
            Fault::FlipsTheLastByte => {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).unwrap();
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
                Ok(Some(Box::new(Cursor::new(bytes))))
            }
            Fault::TiedToAThread => Ok(Some(Box::new(Tied::here(reader)))),
            _ => Ok(Some(reader)),
        }
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        let off = u64::from(self.fault == Fault::WrongSize);
        Ok(self.inner.blob_size(&self.of(blob))?.map(|size| size + off))
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let space = self.of(&Blob::new(space, Digest::of(""))).space;
        let limit = if self.fault == Fault::IgnoresTheLimit { usize::MAX } else { limit };
        let after = after.filter(|_| self.fault != Fault::IgnoresAfter);
        let mut list = self.inner.list_blobs(space, after, limit)?;
        match self.fault {
            Fault::ListsTwice => list.extend_from_within(..),
            Fault::ListsBackwards => list.reverse(),
            Fault::RepeatsThePage if !list.is_empty() => list.splice(..0, after.copied()).for_each(drop),
            _ => {}
        }
        Ok(list)
    }

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        Ok(self.inner.touch_blob(&self.of(blob))? || self.fault == Fault::TouchesNothing)
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        let blob = &self.of(blob);
        match self.fault {
            Fault::RemovesNothing => Ok(self.inner.blob_size(blob)?.is_some()),
            Fault::CollectsWhatIsNew => self.inner.remove_blob(blob, Duration::ZERO, sweep),
            Fault::CollectsNothing => Ok(false),
            Fault::CollectsInADryRun => self.inner.remove_blob(blob, age, Sweep::Remove),
            _ => self.inner.remove_blob(blob, age, sweep),
        }
    }

    fn reclaim_parts(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        if self.fault == Fault::ReclaimsBlobs {
            for digest in self.inner.list_blobs(Space::Chunks, None, usize::MAX)? {
                self.inner.remove_blob(&Blob::new(Space::Chunks, digest), age, sweep)?;
            }
        }
        self.inner.reclaim_parts(age, sweep)
    }
}

#[test]
fn every_promise_catches_who_breaks_it() {
    type Case = fn(&dyn BlobStore);
    let cases: [(&str, Case, &[Fault]); 16] = [
        (
            "bytes_come_back_under_their_name",
            suite::bytes_come_back_under_their_name,
            &[
                Fault::FlipsTheLastByte,
                Fault::WrongSize,
                Fault::NamesByContent,
                Fault::AsksTooEarly,
                Fault::AsksTwice,
            ],
        ),
        (
            "a_name_is_asked_for_at_the_end",
            suite::a_name_is_asked_for_at_the_end,
            &[Fault::AsksTooEarly, Fault::AsksTwice, Fault::NamesByContent],
        ),
        ("what_is_there_is_replaced", suite::what_is_there_is_replaced, &[Fault::KeepsTheFirst]),
        (
            "several_are_kept_at_once",
            suite::several_are_kept_at_once,
            &[Fault::KeepsOneOfSeveral, Fault::MixesSpaces],
        ),
        ("spaces_are_apart", suite::spaces_are_apart, &[Fault::MixesSpaces]),
        (
            "missing_is_none",
            suite::missing_is_none,
            &[Fault::Invents, Fault::TouchesNothing, Fault::MixesSpaces],
        ),
        (
            "a_failing_source_leaves_what_was_there",
            suite::a_failing_source_leaves_what_was_there,
            &[Fault::KeepsParts, Fault::ForgetsFirst],
        ),
        (
            "a_panicking_source_leaves_what_was_there",
            suite::a_panicking_source_leaves_what_was_there,
            &[Fault::ForgetsFirst],
        ),
        (
            "an_error_of_the_source_comes_as_it_is",
            suite::an_error_of_the_source_comes_as_it_is,
            &[Fault::HidesErrors, Fault::KeepsParts],
        ),
        ("a_source_may_dribble", suite::a_source_may_dribble, &[Fault::StopsWhenInterrupted]),
        (
            "a_list_comes_in_order_and_in_pages",
            suite::a_list_comes_in_order_and_in_pages,
            &[
                Fault::ListsBackwards,
                Fault::ListsTwice,
                Fault::RepeatsThePage,
                Fault::IgnoresAfter,
                Fault::IgnoresTheLimit,
                Fault::MixesSpaces,
            ],
        ),
        ("what_is_removed_is_gone", suite::what_is_removed_is_gone, &[Fault::RemovesNothing]),
        (
            "what_is_new_is_not_collected",
            suite::what_is_new_is_not_collected,
            &[
                Fault::CollectsWhatIsNew,
                Fault::CollectsNothing,
                Fault::CollectsInADryRun,
                Fault::ReclaimsBlobs,
            ],
        ),
        ("what_is_needed_again_stays", suite::what_is_needed_again_stays, &[Fault::CollectsWhatIsNew]),
        ("one_name_may_be_raced_for", suite::one_name_may_be_raced_for, &[Fault::WritesInPlace]),
        ("a_reader_may_be_sent", suite::a_reader_may_be_sent, &[Fault::TiedToAThread]),
    ];
    for (name, case, faults) in cases {
        case(&Faulty::new(Fault::None));
        for fault in faults {
            let caught = catch_unwind(AssertUnwindSafe(|| case(&Faulty::new(*fault)))).is_err();
            assert!(caught, "{name} does not catch {fault:?}");
        }
    }
}
