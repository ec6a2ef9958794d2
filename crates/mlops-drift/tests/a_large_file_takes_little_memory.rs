//! A profile of a Parquet file takes the memory of its sketches and of what is being read,
//! however many rows there are.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use mlops_drift::parquet::ParquetTable;
use mlops_drift::{Columns, ProfileSettings};
use mlops_stats::Random;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use table::{batch, numbers};

/// Counts the bytes that are allocated now, and the most that ever were.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is unsafe by nature; this one hands all on to the system's")]
// SAFETY: every call goes to `System` with the same arguments, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const COLUMNS: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
/// Four row groups: as many of a column as are read at once on a machine with as many processors.
const GROUP_ROWS: usize = 40_000;

/// So many rows of ten columns of numbers, all different.
fn write(path: &Path, batches: usize) {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let mut random = Random::replicate(64, 0);
    let mut rows = || -> RecordBatch {
        batch(
            COLUMNS
                .map(|name| (name, numbers((0..GROUP_ROWS).map(|_| Some(random.unit())).collect())))
                .to_vec(),
        )
    };
    let first = rows();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), first.schema(), Some(properties)).unwrap();
    writer.write(&first).unwrap();
    for _ in 1..batches {
        writer.write(&rows()).unwrap();
    }
    writer.close().unwrap();
}

/// The most that was allocated at once while the profile of so many row groups was made.
fn peak(path: &Path, groups: usize) -> usize {
    write(path, groups);
    let table = ParquetTable::open(path).unwrap();
    assert_eq!(table.rows(), (groups * GROUP_ROWS) as u64);
    let before = ALLOCATED.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let profile = table.profile(&Columns::default(), ProfileSettings::default(), &|_| ()).unwrap();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    assert_eq!(profile.rows(), table.rows());
    for column in profile.columns() {
        let error = column.quantiles().unwrap().rank_error();
        assert!(error > 0.0 && error < 0.01, "{error}");
    }
    peak
}

#[test]
fn four_hundred_thousand_rows_take_hardly_more_than_a_hundred_and_sixty_thousand() {
    let folder = tempfile::tempdir().unwrap();
    // Two threads, so that the machine does not decide how many row groups are open.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (small, large) =
        pool.install(|| (peak(&folder.path().join("small"), 4), peak(&folder.path().join("large"), 10)));
    println!("{small} and {large} bytes at the most");
    let whole = 10 * GROUP_ROWS * COLUMNS.len() * size_of::<f64>();
    assert!(large < whole / 4, "{large} bytes were allocated at once, the table has {whole}");
    assert!(large < small + small / 2, "{large} bytes for ten row groups, {small} for four");
}
