//! A detector that is warm takes values without an allocation.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use mlops_drift::stream::{Adwin, DetectorSettings, Kswin, SavedDetector, StreamDetector};

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

/// All of them. The conformal martingale has its grid: to lay a new one after a drift takes memory.
fn detectors() -> Vec<SavedDetector> {
    let with_grid = |mut settings| {
        if let DetectorSettings::ScoreMartingale(of_scores) = &mut settings {
            of_scores.edges = vec![0.5];
        }
        settings.detector().unwrap()
    };
    DetectorSettings::defaults().into_iter().map(with_grid).collect()
}

/// Ones come and go, so that there are drifts, and ones and noughts only.
fn bit(row: u32) -> f64 {
    let often = if (row / 3000).is_multiple_of(2) { 5 } else { 2 };
    f64::from(u8::from(row.wrapping_mul(2_654_435_761).is_multiple_of(often)))
}

#[test]
fn a_value_costs_no_allocation() {
    for mut detector in detectors() {
        for row in 0..10_000 {
            detector.update(bit(row)).unwrap();
        }
        let counted = allocations(|| {
            for row in 10_000..60_000 {
                detector.update(bit(row)).unwrap();
            }
        });
        assert_eq!(counted, 0, "{}", detector.name());
    }
}

#[test]
fn nor_do_values_of_any_size() {
    for mut detector in [SavedDetector::from(Adwin::default()), Kswin::default().into()] {
        let value = |row: u32| f64::from(row.wrapping_mul(2_654_435_761) % 1009) + f64::from(row / 3000);
        for row in 0..10_000 {
            detector.update(value(row)).unwrap();
        }
        let counted = allocations(|| {
            for row in 10_000..60_000 {
                detector.update(value(row)).unwrap();
            }
        });
        assert_eq!(counted, 0, "{}", detector.name());
    }
}

#[test]
fn an_allocation_is_counted() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1.0]))), 1);
}
