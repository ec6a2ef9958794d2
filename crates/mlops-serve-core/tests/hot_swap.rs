//! Routes are exchanged under load: no answer fails by it, and none mixes two routes.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mlops_core::ServedBy;
use mlops_serve_core::predictor::{Route, ShadowWorker, Share, Trial};
use support::*;

/// The score of every version says which version it is.
fn score(minor: u64) -> f64 {
    minor as f64 / 1000.0
}

/// Generation `n` has its own versions, 3n, 3n + 1 and 3n + 2; every other one's canary fails.
fn generation(n: u64) -> Route {
    let canary = if n.is_multiple_of(2) { constant(3 * n + 2, score(3 * n + 2)) } else { broken(3 * n + 2) };
    Route::new(constant(3 * n + 1, score(3 * n + 1)))
        .with_previous(constant(3 * n, score(3 * n)))
        .with_trial(Trial::canary(canary, Share::percent(50.0).unwrap()).and_shadow())
}

#[test]
fn swaps_under_load_fail_and_mix_nothing() {
    // A panic in each of thousands of answers would fill the output.
    std::panic::set_hook(Box::new(|_| {}));
    let predictor = Arc::new(set(generation(0)).builder.shadow_capacity(500).build().unwrap());
    let done = AtomicBool::new(false);
    let (answered, pairs) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&pairs);
    let worker = ShadowWorker::spawn(Arc::clone(&predictor), move |pair| {
        let (candidate, production) = (pair.candidate_version.minor(), pair.production_version.minor());
        assert_eq!(candidate, production + 1, "a pair of one generation");
        assert_eq!(pair.production, Ok(score(production)));
        let fails = candidate / 3 % 2 == 1;
        assert_eq!(pair.candidate, if fails { Err("model_panicked") } else { Ok(score(candidate)) });
        counted.fetch_add(1, Ordering::SeqCst);
    })
    .unwrap();

    std::thread::scope(|scope| {
        for thread in 0..3 {
            let (predictor, done, answered) = (&predictor, &done, &answered);
            scope.spawn(move || {
                let units: Vec<_> = (0..50).map(|unit| format!("N{thread}-{unit}")).collect();
                let mut latest = 0;
                for unit in units.iter().cycle() {
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                    let answer = predictor.predict(&request(&id(unit), unit)).unwrap();
                    let minor = answer.version.minor();
                    assert_eq!(answer.score, score(minor), "the score is the version's");
                    let generation = minor / 3;
                    assert!(generation >= latest, "no thread sees a route that has been replaced before");
                    latest = generation;
                    match answer.served_by {
                        ServedBy::Champion => assert_eq!((minor % 3, answer.attempts.len()), (1, 0)),
                        ServedBy::Canary => assert_eq!((minor % 3, answer.attempts.len()), (2, 0)),
                        ServedBy::Fallback => {
                            assert_eq!(minor % 3, 1);
                            assert_eq!(answer.attempts[0].version.minor(), minor + 1, "of the same route");
                        }
                        other => panic!("{other:?}"),
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for n in 1..=300 {
            // Swap when something was answered since the last swap: the load is real on any machine.
            let before = answered.load(Ordering::SeqCst);
            while answered.load(Ordering::SeqCst) < before + 20 {
                std::thread::yield_now();
            }
            let old = predictor.swap(generation(n)).unwrap();
            assert_eq!(old.champion.version.minor(), 3 * (n - 1) + 1);
        }
        done.store(true, Ordering::SeqCst);
    });
    worker.finish();
    let counts = predictor.counts();
    assert_eq!((counts.answered, counts.refused), (answered.load(Ordering::SeqCst) as u64, 0));
    assert_eq!(
        pairs.load(Ordering::SeqCst) as u64 + counts.dropped_pairs,
        counts.answered,
        "each is a pair or counted"
    );
}
