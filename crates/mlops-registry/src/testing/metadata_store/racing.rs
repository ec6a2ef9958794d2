use std::sync::Barrier;
use std::thread;

use super::{commit, keys, model, put, the_log_is_whole};
use crate::store::{Key, Kind, MetadataStore, Query};
use crate::{Error, Result};

/// Of threads that expect the same state, one gets through, in every round.
pub fn one_of_many_racing_threads_wins(store: &dyn MetadataStore) {
    const THREADS: usize = 8;
    const ROUNDS: u64 = 25;
    let start = Barrier::new(THREADS);
    // What came of it is looked at when all are done: a thread that panics here would let
    // the others wait for it.
    let results: Vec<Vec<Result<u64>>> = thread::scope(|scope| {
        let race = |thread: usize| {
            let start = &start;
            move || {
                let mut results = Vec::new();
                for round in 0..ROUNDS {
                    start.wait();
                    let changes =
                        vec![put(Kind::Model, model("a"), round.checked_sub(1), &thread.to_string())];
                    results.push(commit(store, changes));
                    start.wait();
                }
                results
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(race(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for round in 0..ROUNDS {
        let mut winners = 0;
        for (thread, results) in results.iter().enumerate() {
            match &results[usize::try_from(round).expect("a few rounds")] {
                Ok(sequence) => {
                    assert_eq!(*sequence, round, "nothing else was committed");
                    winners += 1;
                }
                Err(Error::Conflict { .. }) => {}
                Err(error) => panic!("thread {thread} neither won nor lost: {error}"),
            }
        }
        assert_eq!(winners, 1, "round {round} has one winner");
    }
}

/// Commits that have nothing to do with each other all go through, each with its own leaf.
pub fn racing_threads_lose_nothing(store: &dyn MetadataStore) {
    const THREADS: usize = 8;
    const EACH: usize = 25;
    let mut sequences: Vec<u64> = thread::scope(|scope| {
        let write = |thread: usize| {
            move || {
                let name = |n| model(&format!("{thread}-{n}"));
                let one = |n| commit(store, vec![put(Kind::Model, name(n), None, "x")]).expect("no conflict");
                (0..EACH).map(one).collect::<Vec<_>>()
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(write(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    sequences.sort_unstable();
    assert_eq!(sequences, (0..(THREADS * EACH) as u64).collect::<Vec<_>>());
    assert_eq!(keys(store, &Query::under(Kind::Model, Key::all(), 1000)).len(), THREADS * EACH);
    the_log_is_whole(store);
}

/// Two records that are always written together are never read apart.
pub fn readers_never_see_half_a_commit(store: &dyn MetadataStore) {
    const ROUNDS: u64 = 100;
    let pair = |was: Option<u64>, text: &str| {
        vec![put(Kind::Model, model("a"), was, text), put(Kind::Model, model("b"), was, text)]
    };
    commit(store, pair(None, "0")).expect("new records");
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 1..ROUNDS {
                commit(store, pair(Some(round - 1), &round.to_string())).expect("the only writer");
            }
        });
        while !writer.is_finished() {
            let records = store.read(&Query::under(Kind::Model, Key::all(), 10)).expect("the store reads");
            assert_eq!(records.len(), 2);
            assert_eq!(records[0].revision, records[1].revision);
            assert_eq!(records[0].body, records[1].body);
            // What the records say was written, the log has.
            assert!(store.size().expect("the store reads") > records[0].revision.0);
        }
    });
}
