//! A request costs the memory of its inputs and, for each event, of the texts in it: nothing
//! that grows with the route, the guards or the model.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use mlops_core::{Observer, PredictionEvent};
use mlops_serve_core::predictor::{
    FieldRule, InputGuard, InputRule, OutputGuard, RateLimit, Route, Share, Trial,
};
use support::*;

mod support;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static MEMORY: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: every call goes to the system's allocator unchanged; counting touches a cell only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

/// Reads the event, as metrics do, and keeps nothing.
#[derive(Debug)]
struct Glance;

impl Observer for Glance {
    fn observe(&self, event: &PredictionEvent) {
        assert!(event.inputs.len() == 2);
    }
}

/// What a request costs with the whole chain in place, after a first one.
fn cost(route: Route, observed: bool) -> usize {
    let guard = InputGuard::new([
        FieldRule::integer("hour").required().range(0.0, 23.0),
        FieldRule::number("distance").range(0.0, 6000.0),
        FieldRule::text("carrier").one_of(["UA", "B6"]),
    ]);
    let builder = set_without_observer(route)
        .input_guard(guard.unwrap())
        .input_rule(InputRule::new("distance").range(0.0, 6000.0))
        .output_guard(OutputGuard::probability())
        .rate_limit(RateLimit::per_second(1000, 1000).unwrap())
        .concurrency_limit(4)
        .time_limit(std::time::Duration::from_secs(1))
        .segments(["carrier"]);
    let predictor = if observed { builder.observer(Arc::new(Glance)) } else { builder }.build().unwrap();
    let id = id("UA1545-2013-07-01");
    let ask = || drop(predictor.predict(&request(&id, "N14228")).unwrap());
    (0..40).for_each(|_| ask());
    allocations(ask)
}

#[test]
fn a_request_costs_its_inputs_and_the_texts_of_its_events() {
    let plain = || Route::new(constant(2, 0.7)).with_previous(constant(1, 0.1)).with_constant(0.2);
    assert_eq!(cost(plain(), false), 1, "the inputs");
    assert_eq!(cost(plain(), true), 3, "the inputs, the id and the model's name");
    let canary = |share| plain().with_trial(Trial::canary(constant(3, 0.4), share));
    assert_eq!(cost(canary(Share::NONE), true), 3, "a trial of others costs nothing");
    // Besides, the pair: its id, the list of its segments, the text of one.
    assert_eq!(cost(canary(Share::ALL), true), 6);
    assert_eq!(cost(plain().with_trial(Trial::shadow(constant(3, 0.4))), true), 6);
}
