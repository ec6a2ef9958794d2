//! Who comes while another is writing is written with all who came: one flush for all of them.

use std::fmt;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::{Account, Commit};
use crate::{Error, Result};

/// How many are written together at most, so that nobody waits for ever for those behind.
const MOST: usize = 1024;

/// A queue whose first one leads: it does the work of all who have joined by then, while they
/// sleep, and calls the next leader when it is done. Each gets an answer of its own.
pub(super) struct Group<J, R>(Mutex<State<J, R>>);

struct State<J, R> {
    waiting: Vec<Arc<Place<J, R>>>,
    /// Whether someone leads now, or was called to.
    led: bool,
}

/// Where one waits for its turn.
struct Place<J, R> {
    job: J,
    turn: Mutex<Turn<R>>,
    called: Condvar,
}

enum Turn<R> {
    Waits,
    Leads,
    Done(R),
    /// Its leader has panicked.
    Lost,
}

impl<J, R> Group<J, R> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State { waiting: Vec::new(), led: false }))
    }

    /// Joins with `job`, and returns when it is answered; `None` if who was to do it panicked.
    /// Only one at a time is in `lead`, which answers all of the batch that it takes.
    pub(super) fn join(&self, job: J, lead: impl FnOnce(&mut Batch<'_, J, R>)) -> Option<R> {
        let place = Arc::new(Place { job, turn: Mutex::new(Turn::Waits), called: Condvar::new() });
        let leads = {
            let mut state = self.0.lock();
            state.waiting.push(Arc::clone(&place));
            !std::mem::replace(&mut state.led, true)
        };
        if leads || place.is_called() {
            let mut batch = Batch { group: self, taken: Vec::new() };
            lead(&mut batch);
        }
        let turn = std::mem::replace(&mut *place.turn.lock(), Turn::Lost);
        if let Turn::Done(answer) = turn { Some(answer) } else { None }
    }
}

#[cfg(all(test, feature = "sqlite"))]
impl<J, R> Group<J, R> {
    /// How many have joined and are not yet taken along.
    pub(super) fn waiting(&self) -> usize {
        self.0.lock().waiting.len()
    }
}

impl<J, R> Place<J, R> {
    /// Waits for its turn, which is to lead or to go with an answer.
    fn is_called(&self) -> bool {
        let mut turn = self.turn.lock();
        while matches!(*turn, Turn::Waits) {
            self.called.wait(&mut turn);
        }
        matches!(*turn, Turn::Leads)
    }

    fn call(&self, turn: Turn<R>) {
        *self.turn.lock() = turn;
        self.called.notify_one();
    }
}

/// Those whose work a leader does. When it is dropped, each has its answer, and the next leads.
pub(super) struct Batch<'a, J, R> {
    group: &'a Group<J, R>,
    taken: Vec<Arc<Place<J, R>>>,
}

impl<J, R> Batch<'_, J, R> {
    /// Takes in who has joined since; how many there are now.
    pub(super) fn gather(&mut self) -> usize {
        let mut state = self.group.0.lock();
        let room = MOST.saturating_sub(self.taken.len()).min(state.waiting.len());
        self.taken.extend(state.waiting.drain(..room));
        self.taken.len()
    }

    pub(super) fn job(&self, index: usize) -> &J {
        &self.taken[index].job
    }

    /// Lets all of the batch go, in their order.
    pub(super) fn answer(&mut self, answers: impl IntoIterator<Item = R>) {
        let mut answers = answers.into_iter();
        for place in self.taken.drain(..) {
            place.call(answers.next().map_or(Turn::Lost, Turn::Done));
        }
    }
}

impl<J, R> Drop for Batch<'_, J, R> {
    fn drop(&mut self) {
        self.answer([]);
        let mut state = self.group.0.lock();
        match state.waiting.first() {
            Some(next) => next.call(Turn::Leads),
            None => state.led = false,
        }
    }
}

/// A commit with all that can be made of it before it is known where in the log it stands.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) commit: Commit,
    pub(super) account: Account,
}

impl Prepared {
    pub(super) fn new(commit: &Commit) -> Result<Self> {
        Ok(Self { commit: commit.clone(), account: commit.account()? })
    }
}

/// Commits that are written together.
pub(super) type Commits = Group<Prepared, Result<u64>>;

impl Commits {
    /// Writes a commit with those that come meanwhile; `lead` writes all of a batch.
    pub(super) fn write(
        &self,
        store: impl fmt::Display,
        commit: &Commit,
        lead: impl FnOnce(&mut Batch<'_, Prepared, Result<u64>>),
    ) -> Result<u64> {
        self.join(Prepared::new(commit)?, lead).unwrap_or_else(|| {
            Err(Error::Unavailable {
                store: store.to_string(),
                transient: true,
                source: "the thread that was to write it panicked".into(),
            })
        })
    }
}

/// The same error for another one of those whom it stopped.
pub(super) fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable { store, transient, source } => Error::Unavailable {
            store: store.clone(),
            transient: *transient,
            source: source.to_string().into(),
        },
        Error::Corrupt { what, reason } => Error::Corrupt { what: what.clone(), reason: reason.clone() },
        other => Error::Corrupt { what: "store".to_owned(), reason: other.to_string() },
    }
}

impl<J, R> fmt::Debug for Group<J, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    /// Doubles all of a batch, and counts the batches.
    fn double(batch: &mut Batch<'_, u32, u32>, batches: &AtomicUsize) {
        batches.fetch_add(1, Ordering::SeqCst);
        let count = batch.gather();
        let answers: Vec<u32> = (0..count).map(|index| batch.job(index) * 2).collect();
        batch.answer(answers);
    }

    #[test]
    fn who_waits_is_taken_along_and_each_gets_its_own_answer() {
        let (group, batches, full) = (Group::new(), AtomicUsize::new(0), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                let answer = group.join(1, |batch| {
                    batches.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(batch.gather(), 1);
                    full.wait();
                    // The others have joined by now.
                    while group.0.lock().waiting.len() < 7 {
                        thread::yield_now();
                    }
                    batch.answer([2]);
                });
                assert_eq!(answer, Some(2));
            });
            full.wait();
            for number in 2..9 {
                let (group, batches) = (&group, &batches);
                scope.spawn(move || {
                    assert_eq!(group.join(number, |batch| double(batch, batches)), Some(number * 2));
                });
            }
        });
        assert_eq!(batches.load(Ordering::SeqCst), 2, "the seven who waited went together");
        assert!(!group.0.lock().led);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (group, batches) = (Group::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..8 {
                let (group, batches) = (&group, &batches);
                scope.spawn(move || {
                    for number in 0..2_000 {
                        let job = thread * 10_000 + number;
                        assert_eq!(group.join(job, |batch| double(batch, batches)), Some(job * 2));
                    }
                });
            }
        });
        assert!(batches.load(Ordering::SeqCst) <= 16_000);
    }

    #[test]
    fn a_leader_that_panics_lets_the_others_go() {
        let group: Group<u32, u32> = Group::new();
        let full = Barrier::new(2);
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                group.join(1, |batch| {
                    full.wait();
                    while batch.gather() < 2 {
                        thread::yield_now();
                    }
                    panic!("it breaks off");
                })
            });
            full.wait();
            assert_eq!(group.join(2, |_| unreachable!("it was taken along")), None);
            assert!(leader.join().is_err());
        });
        assert_eq!(group.join(3, |batch| double(batch, &AtomicUsize::new(0))), Some(6), "it goes on");
    }

    #[test]
    fn a_batch_has_an_end() {
        let group: Group<usize, usize> = Group::new();
        {
            let place = |job| Arc::new(Place { job, turn: Mutex::new(Turn::Waits), called: Condvar::new() });
            group.0.lock().waiting.extend((0..MOST + 10).map(place));
        }
        let mut batch = Batch { group: &group, taken: Vec::new() };
        assert_eq!((batch.gather(), batch.gather()), (MOST, MOST));
        assert_eq!((*batch.job(0), *batch.job(MOST - 1)), (0, MOST - 1));
    }
}
