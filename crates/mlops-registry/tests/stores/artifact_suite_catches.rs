//! Each promise of the suite is one that a wrong store has been seen to break.

use std::io::{self, Cursor, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mlops_core::Digest;
use mlops_registry::artifact::{ArtifactStore, ArtifactStoreExt as _, MemoryArtifacts, Reclaimed, Sweep};
use mlops_registry::testing::artifact_store as suite;
use mlops_registry::{Error, Result};

use crate::tied::Tied;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The right store.
    None,
    /// The address is not the digest of the bytes.
    WrongAddress,
    /// The last byte is another one.
    FlipsTheLastByte,
    /// The size is one too large.
    WrongSize,
    /// Everything is listed twice.
    ListsTwice,
    /// What is not there is empty.
    Invents,
    /// Each piece of a source is kept as it comes.
    KeepsParts,
    /// An interruption is taken for the end.
    StopsWhenInterrupted,
    /// The list goes backwards.
    ListsBackwards,
    /// A page begins with the last of the page before.
    RepeatsThePage,
    /// Every page is the first.
    IgnoresAfter,
    /// The limit is not looked at.
    IgnoresTheLimit,
    /// What is removed stays.
    RemovesNothing,
    /// What is there can't be put again.
    RefusesWhatItHas,
    /// One put in ten is lost.
    Forgets,
    /// Readers work in their own thread only.
    TiedToAThread,
    /// What is touched is always there.
    TouchesNothing,
    /// Everything is old.
    CollectsWhatIsNew,
    /// Nothing is ever old.
    CollectsNothing,
    /// A dry run is none.
    CollectsInADryRun,
    /// What is reclaimed is artifacts.
    ReclaimsArtifacts,
}

#[derive(Debug)]
struct Faulty {
    inner: MemoryArtifacts,
    fault: Fault,
    puts: AtomicUsize,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { inner: MemoryArtifacts::default(), fault, puts: AtomicUsize::new(0) }
    }
}

impl ArtifactStore for Faulty {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        let turn = self.puts.fetch_add(1, Ordering::Relaxed);
        let mut bytes = Vec::new();
        let mut some = [0; 4096];
        loop {
            match source.read(&mut some) {
                Ok(0) => break,
                Ok(read) => bytes.extend_from_slice(&some[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    if self.fault == Fault::StopsWhenInterrupted {
                        break;
                    }
                }
                Err(error) => {
                    return Err(Error::Unavailable {
                        store: "source".to_owned(),
                        transient: false,
                        source: error.into(),
                    });
                }
            }
            if self.fault == Fault::KeepsParts {
                self.inner.put_bytes(&bytes)?;
            }
        }
        let digest = Digest::of(&bytes);
        match self.fault {
            Fault::RefusesWhatItHas if self.inner.contains(&digest)? => Err(Error::Conflict {
                what: "artifact",
                key: digest.to_string(),
                expected: "absent".to_owned(),
                current: "there".to_owned(),
            }),
            Fault::Forgets if turn % 10 == 9 => Ok(digest),
            Fault::WrongAddress => self.inner.put_bytes(&bytes).map(|digest| Digest::of(digest.as_bytes())),
            _ => self.inner.put_bytes(&bytes),
        }
    }

    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        match self.fault {
            Fault::Invents if !self.inner.contains(digest)? => Ok(Box::new(io::empty())),
            Fault::FlipsTheLastByte => {
                let mut bytes = self.inner.read(digest, u64::MAX)?;
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
                Ok(Box::new(Cursor::new(bytes)))
            }
            Fault::TiedToAThread => Ok(Box::new(Tied::here(self.inner.open(digest)?))),
            _ => self.inner.open(digest),
        }
    }

    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        let off = u64::from(self.fault == Fault::WrongSize);
        Ok(self.inner.size(digest)?.map(|size| size + off))
    }

    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let limit = if self.fault == Fault::IgnoresTheLimit { usize::MAX } else { limit };
        let after = after.filter(|_| self.fault != Fault::IgnoresAfter);
        let mut list = self.inner.list(after, limit)?;
        match self.fault {
            Fault::ListsTwice => list.extend_from_within(..),
            Fault::ListsBackwards => list.reverse(),
            Fault::RepeatsThePage if !list.is_empty() => list.splice(..0, after.copied()).for_each(drop),
            _ => {}
        }
        Ok(list)
    }

    fn remove(&self, digest: &Digest) -> Result<bool> {
        if self.fault == Fault::RemovesNothing {
            self.inner.contains(digest)
        } else {
            self.inner.remove(digest)
        }
    }

    fn touch(&self, digest: &Digest) -> Result<bool> {
        Ok(self.inner.touch(digest)? || self.fault == Fault::TouchesNothing)
    }

    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
        match self.fault {
            Fault::CollectsWhatIsNew => self.inner.remove_older(digest, Duration::ZERO, sweep),
            Fault::CollectsNothing => Ok(false),
            Fault::CollectsInADryRun => self.inner.remove_older(digest, age, Sweep::Remove),
            _ => self.inner.remove_older(digest, age, sweep),
        }
    }

    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        if self.fault == Fault::ReclaimsArtifacts {
            for digest in self.inner.list(None, usize::MAX)? {
                self.inner.remove_older(&digest, age, sweep)?;
            }
        }
        self.inner.reclaim(age, sweep)
    }
}

#[test]
fn every_promise_catches_who_breaks_it() {
    type Case = fn(&dyn ArtifactStore);
    let cases: [(&str, Case, &[Fault]); 14] = [
        (
            "bytes_come_back",
            suite::bytes_come_back,
            &[Fault::WrongAddress, Fault::FlipsTheLastByte, Fault::WrongSize],
        ),
        (
            "the_same_bytes_are_kept_once",
            suite::the_same_bytes_are_kept_once,
            &[Fault::ListsTwice, Fault::RefusesWhatItHas],
        ),
        ("missing_is_not_found", suite::missing_is_not_found, &[Fault::Invents]),
        ("a_failing_source_leaves_nothing", suite::a_failing_source_leaves_nothing, &[Fault::KeepsParts]),
        ("a_panicking_source_leaves_nothing", suite::a_panicking_source_leaves_nothing, &[Fault::KeepsParts]),
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
            ],
        ),
        ("what_is_removed_is_gone", suite::what_is_removed_is_gone, &[Fault::RemovesNothing]),
        (
            "what_is_new_is_not_collected",
            suite::what_is_new_is_not_collected,
            &[
                Fault::TouchesNothing,
                Fault::CollectsWhatIsNew,
                Fault::CollectsNothing,
                Fault::CollectsInADryRun,
                Fault::ReclaimsArtifacts,
            ],
        ),
        ("what_is_needed_again_stays", suite::what_is_needed_again_stays, &[Fault::CollectsWhatIsNew]),
        ("equal_bytes_may_race", suite::equal_bytes_may_race, &[Fault::RefusesWhatItHas]),
        ("other_bytes_may_race", suite::other_bytes_may_race, &[Fault::Forgets]),
        (
            "a_reader_sees_all_or_nothing",
            suite::a_reader_sees_all_or_nothing,
            &[Fault::KeepsParts, Fault::Forgets],
        ),
        ("a_handle_may_be_shared_and_sent", suite::a_handle_may_be_shared_and_sent, &[Fault::TiedToAThread]),
    ];
    for (name, case, faults) in cases {
        case(&Faulty::new(Fault::None));
        for fault in faults {
            let caught = catch_unwind(AssertUnwindSafe(|| case(&Faulty::new(*fault)))).is_err();
            assert!(caught, "{name} does not catch {fault:?}");
        }
    }
}
