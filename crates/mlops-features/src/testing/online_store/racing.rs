//! What holds while writers, publishers and readers are at it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use mlops_core::Timestamp;

use super::publishing::{publish, watermark};
use super::{at, features, get, row, view};
use crate::{EntityKey, Error, OnlineStore, Value};

pub(in crate::testing) const WRITERS: i64 = 4;
pub(in crate::testing) const ROUNDS: i64 = 200;
const KEYS: i64 = 5;

/// The event timestamp of a writer's round: every one once, in another order for each writer.
fn shuffled(writer: i64, round: i64) -> i64 {
    (round * [3, 7, 11, 13][usize::try_from(writer).expect("writers are counted from 0")] + writer * 17)
        % ROUNDS
}

/// Writes `ROUNDS` timestamps to all keys, each row saying in both of its values when and by
/// whom it was written.
pub(in crate::testing) fn write_rounds(store: &dyn OnlineStore, writer: i64) {
    for round in 0..ROUNDS {
        let event = shuffled(writer, round);
        let mark = Value::Int(event * WRITERS + writer);
        let written = row(event, Some(writer), [mark.clone(), mark]);
        let rows: Vec<_> = (0..KEYS).map(|key| (EntityKey::from(key), written.clone())).collect();
        store.write(&view("v"), &features(["x", "y"]), &rows).expect("the store can be written");
    }
}

/// Lets all writers write at once.
fn race(store: &dyn OnlineStore) {
    std::thread::scope(|threads| {
        for writer in 0..WRITERS {
            threads.spawn(move || write_rounds(store, writer));
        }
    });
}

/// That the newest row of all that the writers wrote is what each key has.
pub(in crate::testing) fn the_newest_is_there(store: &dyn OnlineStore) {
    let mark = Value::Int((ROUNDS - 1) * WRITERS + WRITERS - 1);
    let newest = row(ROUNDS - 1, Some(WRITERS - 1), [mark.clone(), mark]);
    let keys: Vec<_> = (0..KEYS).map(EntityKey::from).collect();
    let read = store.get_many(&view("v"), &features(["x", "y"]), &keys).expect("the store can be read");
    for (key, row) in read.into_iter().enumerate() {
        assert_eq!(row.as_ref(), Some(&newest), "an older row won the race for key {key}");
    }
}

/// Whatever the order in which writers come, the newest row of all is what stays.
pub fn racing_writers_leave_the_newest(store: &dyn OnlineStore) {
    race(store);
    the_newest_is_there(store);
}

/// While writers race, readers see whole rows, and never go back in time.
pub fn readers_never_see_half_a_row(store: &dyn OnlineStore) {
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for key in 0..2 {
            let done = &done;
            threads.spawn(move || {
                let mut last = None;
                let mut finished = false;
                while !finished {
                    // The last look is at what the writers leave.
                    finished = done.load(Ordering::Acquire);
                    let read = store
                        .get_many(&view("v"), &features(["x", "y"]), &[EntityKey::from(key)])
                        .expect("the store can be read");
                    let Some(row) = &read[0] else { continue };
                    let now = (row.event_timestamp, row.created);
                    let writer = row.created.expect("the writers say so").as_micros();
                    let mark = Value::Int(row.event_timestamp.as_micros() * WRITERS + writer);
                    assert_eq!(row.values, [mark.clone(), mark], "a row of two halves");
                    assert!(last <= Some(now), "a reader went back in time: {last:?}, then {now:?}");
                    last = Some(now);
                }
            });
        }
        // Readers must end even if a writer panics.
        let raced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| race(store)));
        done.store(true, Ordering::Release);
        if let Err(panic) = raced {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Each step of the watermark is made once, by one of those who try.
pub fn one_of_racing_publishers_wins(store: &dyn OnlineStore) {
    let wins: i64 = std::thread::scope(|threads| {
        let publishers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                threads.spawn(move || {
                    let (mut wins, mut from) = (0, None);
                    while from.is_none_or(|from| from < ROUNDS) {
                        let to = from.map_or(1, |from| from + 1);
                        match publish(store, to, to * WRITERS + writer, from, to) {
                            Ok(_) => {
                                wins += 1;
                                from = Some(to);
                            }
                            Err(Error::Conflict { current, .. }) => from = current.map(Timestamp::as_micros),
                            Err(error) => panic!("neither won nor lost: {error}"),
                        }
                    }
                    wins
                })
            })
            .collect();
        publishers.into_iter().map(|publisher| publisher.join().expect("no publisher panics")).sum()
    });
    assert_eq!(wins, ROUNDS, "a step was made twice, or by none");
    assert_eq!(watermark(store, "v"), Some(ROUNDS));
    let last = get(store, 1).expect("it was published");
    assert_eq!(last.event_timestamp, at(ROUNDS), "the last step's row is there");
}

/// Rows are there when the watermark says so.
pub fn who_sees_the_watermark_sees_the_rows(store: &dyn OnlineStore) {
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for to in 1..=ROUNDS {
                publish(store, to, to, (to > 1).then(|| to - 1), to).expect("it is the only publisher");
            }
        });
        let mut seen = None;
        // A publisher that panicked is not waited for.
        for _ in 0..1_000_000 {
            let now = watermark(store, "v");
            assert!(seen <= now, "the watermark went back from {seen:?} to {now:?}");
            seen = now;
            if let Some(now) = now {
                let known = get(store, 1).map(|row| row.event_timestamp.as_micros());
                assert!(known >= Some(now), "published until {now}, but known is {known:?}");
            }
            if seen == Some(ROUNDS) {
                return;
            }
        }
        panic!("the watermark never came to {ROUNDS}");
    });
}
