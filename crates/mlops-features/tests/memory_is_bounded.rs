//! Feature rows pass through: twenty million of them need no more memory than the entity
//! rows and a few batches.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use mlops_features::{
    Batches, Catalog, Entity, FeatureService, FeatureView, OfflineSource, PointInTimeJoin, Result, ValueType,
};

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

const ENTITY_ROWS: i64 = 100_000;
const FEATURE_ROWS: i64 = 20_000_000;
const KEYS: i64 = 10_000;
const PARTITION_ROWS: u64 = 1_000_000;
const BATCH_ROWS: u64 = 65_536;

/// The time of a feature row: each moment once, in no order.
fn time(row: u64) -> i64 {
    i64::try_from(row).unwrap() * 7_654_321 % FEATURE_ROWS
}

/// Rows that are made as they are read. Key and values follow from the time.
#[derive(Debug, Default)]
struct Generated {
    gathered: AtomicU64,
}

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
        (0..FEATURE_ROWS.unsigned_abs() / PARTITION_ROWS)
            .map(|part| part * PARTITION_ROWS..(part + 1) * PARTITION_ROWS)
            .collect()
    }

    fn scan(&self, columns: &[&str], rows: Range<u64>) -> Result<Batches<'_>> {
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        assert!(!columns.iter().any(|column| column == "value"), "features are gathered, not scanned");
        let starts = (rows.start..rows.end).step_by(usize::try_from(BATCH_ROWS).unwrap());
        Ok(Box::new(starts.map(move |start| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            Ok(Self::rows(&columns, start..rows.end.min(start + BATCH_ROWS)))
        })))
    }

    fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch> {
        self.gathered.fetch_add(rows.len() as u64, Ordering::Relaxed);
        Ok(Self::rows(columns, rows.iter().copied()))
    }
}

#[test]
fn twenty_million_feature_rows_stay_under_200_mb() {
    let ids: Vec<i64> = (0..ENTITY_ROWS).map(|row| row * 31 % (KEYS + 100)).collect();
    let times: Vec<i64> = (0..ENTITY_ROWS).map(|row| row * 12_345_701 % FEATURE_ROWS).collect();
    let entities = RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(ids.clone())) as ArrayRef),
        ("event_timestamp", Arc::new(TimestampMicrosecondArray::from(times.clone())) as ArrayRef),
    ])
    .unwrap();
    let source = Arc::new(Generated::default());
    let view = FeatureView::builder_shared("view", Arc::clone(&source) as Arc<dyn OfflineSource>)
        .entity(&Entity::new("thing", ["id"]).unwrap())
        .timestamp("at")
        .feature("value", ValueType::Int)
        .build()
        .unwrap();
    let catalog = Catalog::new([view]).unwrap();
    let service = FeatureService::new("service", ["view:value"]).unwrap();

    let before = ALLOCATED.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let joined = PointInTimeJoin::new(&catalog, &service).unwrap().run(&entities).unwrap();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    println!("{} MB at the most", peak / 1_000_000);
    assert!(peak < 200_000_000, "{peak} bytes were allocated at once");

    // The newest row of a key is as far back as the times of the key are apart.
    let values = joined.batch().column(2).as_primitive::<Int64Type>();
    for (row, (value, (id, now))) in values.iter().zip(ids.iter().zip(&times)).enumerate() {
        let newest = now - (now - id).rem_euclid(KEYS);
        let expected = (*id < KEYS && newest >= 0).then_some(newest);
        assert_eq!(value, expected, "entity row {row}");
    }
    assert!(
        source.gathered.load(Ordering::Relaxed) <= ENTITY_ROWS.unsigned_abs(),
        "only winners are gathered"
    );
}
