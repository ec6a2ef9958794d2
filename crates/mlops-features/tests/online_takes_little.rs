//! What is due passes through, however much it is, and a look-up allocates what it says.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use mlops_core::Timestamp;
use mlops_features::{
    Batches, Catalog, Entity, FeatureService, FeatureView, KeyRef, Materializer, MemoryOnlineStore,
    OfflineSource, OnlineFeatures, OnlineStore, Result, Value, ValueType,
};

/// Counts allocations, the bytes that are allocated now, and the most that ever were.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is unsafe by nature; this one hands all on to the system's")]
// SAFETY: every call goes to `System` with the same arguments, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
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

const ROWS: i64 = 2_000_000;
const KEYS: i64 = 1_000;

/// The time of a row: each moment once, in no order.
fn time(row: u64) -> i64 {
    i64::try_from(row).unwrap() * 7_654_321 % ROWS
}

/// Rows that are made as they are read. Key and value follow from the time.
#[derive(Debug)]
struct Generated;

impl Generated {
    fn rows(columns: &[&str], rows: impl Iterator<Item = u64>) -> RecordBatch {
        let times: Vec<i64> = rows.map(time).collect();
        let column = |name: &&str| -> (&'static str, ArrayRef) {
            match *name {
                "id" => ("id", Arc::new(times.iter().map(|time| time % KEYS).collect::<Int64Array>())),
                "at" => ("at", Arc::new(TimestampMicrosecondArray::from(times.clone()))),
                _ => ("value", Arc::new(Int64Array::from(times.clone()))),
            }
        };
        RecordBatch::try_from_iter(columns.iter().map(column)).unwrap()
    }
}

impl OfflineSource for Generated {
    fn name(&self) -> &'static str {
        "generated rows"
    }

    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, None), false),
            Field::new("value", DataType::Int64, false),
        ]))
    }

    fn partitions(&self) -> Vec<Range<u64>> {
        (0..4).map(|part| part * 500_000..(part + 1) * 500_000).collect()
    }

    fn scan(&self, columns: &[&str], rows: Range<u64>) -> Result<Batches<'_>> {
        assert_eq!(columns, ["at"], "what is not due is not read");
        Ok(Box::new(
            rows.clone()
                .step_by(50_000)
                .map(move |start| Ok(Self::rows(&["at"], start..rows.end.min(start + 50_000)))),
        ))
    }

    fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch> {
        Ok(Self::rows(columns, rows.iter().copied()))
    }
}

/// One test, since what is allocated elsewhere at the same time would be counted too.
#[test]
fn memory_and_allocations() {
    let view = |name: &str, entity: &str| {
        FeatureView::builder(name, Generated)
            .entity(&Entity::new(entity, ["id"]).unwrap())
            .timestamp("at")
            .feature("value", ValueType::Int)
            .build()
            .unwrap()
    };
    let catalog = Catalog::new([view("view", "thing"), view("other", "thing")]).unwrap();
    let service = FeatureService::new("service", ["view:value", "column", "other:value"]).unwrap();
    let store = Arc::new(MemoryOnlineStore::default());
    let one = Arc::clone(&catalog.views()[0]);
    let mut materializer = Materializer::of([one], Arc::clone(&store) as _).unwrap().read_ahead(200_000);

    let before = ALLOCATED.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let end = Timestamp::from_micros(ROWS);
    let done = materializer.advance(end).unwrap();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    println!("{} MB at the most", peak / 1_000_000);
    assert_eq!(done.rows, ROWS.unsigned_abs());
    // All of the rows would be 48 MB of numbers alone, and several times that as rows of a store.
    assert!(peak < 40_000_000, "{peak} bytes were allocated at once");
    let keys: Vec<_> = (0..KEYS).map(Into::into).collect();
    let found = store.get_many(&"view".parse().unwrap(), &["value".parse().unwrap()], &keys).unwrap();
    for (key, row) in (0..).zip(found) {
        assert_eq!(row.unwrap().values, [Value::Int(ROWS - KEYS + key)]);
    }

    // A view costs the key, the list of rows, and the values of the row if there is one.
    let features = OnlineFeatures::new(&catalog, &service, store).unwrap();
    let mut inputs = [0.0; 3];
    features.fill(end, &[1.0], &[Some(KeyRef::Int(5))], &mut inputs).unwrap();
    let before = COUNT.load(Ordering::Relaxed);
    features.fill(end, &[1.0], &[Some(KeyRef::Int(5))], &mut inputs).unwrap();
    let allocations = COUNT.load(Ordering::Relaxed) - before;
    assert_eq!(inputs[..2], [1_999_005.0, 1.0]);
    // The first view has a row; nothing is published of the second, which has no values then.
    assert_eq!(allocations, 3 + 2, "as the documentation says");
}
