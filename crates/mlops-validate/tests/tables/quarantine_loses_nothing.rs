//! A table taken apart is still all there.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_array::{
    ArrayRef, Int64Array, ListArray, RecordBatch, RecordBatchIterator, RecordBatchReader, StringArray,
};
use arrow_select::concat::concat_batches;
use mlops_core::Severity;
use mlops_validate::expectation::{
    ColumnExists, Mostly, ValuesBetween, ValuesInSet, ValuesNotNull, ValuesUnique,
};
use mlops_validate::{Error, Result, Suite, SuiteEntry};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

fn table(ids: &[i64], distances: &[Option<i64>], carriers: &[&str]) -> RecordBatch {
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(Int64Array::from(ids.to_vec()))),
        ("distance", Arc::new(Int64Array::from(distances.to_vec()))),
        ("carrier", Arc::new(StringArray::from(carriers.to_vec()))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).unwrap()
}

/// Uniqueness needs the whole table; a tenth of the distances may be out of range.
fn suite() -> Suite {
    let mostly = Mostly::new(0.9).unwrap();
    Suite::new("flights")
        .expect(ValuesUnique::new("id"))
        .expect(ValuesBetween::new("distance").above(0).mostly(mostly))
        .expect(ValuesNotNull::new("distance"))
        .expect(ValuesInSet::texts("carrier", ["AA", "UA"]))
}

fn small() -> RecordBatch {
    table(
        &[1, 2, 2, 3, 4, 5],
        &[Some(10), Some(-5), Some(9), None, Some(7), Some(8)],
        &["AA", "UA", "AA", "UA", "??", "AA"],
    )
}

fn reader(batch: &RecordBatch, size: usize) -> impl RecordBatchReader + use<> {
    let from = (0..batch.num_rows()).step_by(size);
    let parts: Vec<_> = from.map(|at| Ok(batch.slice(at, size.min(batch.num_rows() - at)))).collect();
    RecordBatchIterator::new(parts, batch.schema())
}

fn write(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn read(path: &Path) -> RecordBatch {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let schema = reader.schema();
    concat_batches(&schema, &reader.collect::<Result<Vec<_>, _>>().unwrap()).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "a callback may fail")]
fn keep(kept: &mut Vec<RecordBatch>, rows: &RecordBatch) -> Result<()> {
    kept.push(rows.clone());
    Ok(())
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<String> {
    let column = batch.column_by_name(column).unwrap().as_string::<i32>();
    column.iter().map(|text| text.unwrap().to_owned()).collect()
}

#[test]
fn each_row_says_every_rule_that_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("flights.parquet"), &small());
    let (good, bad) = (path("accepted.parquet"), path("quarantined.parquet"));
    let split = suite().quarantine().parquet(path("flights.parquet"), &good, &bad).unwrap();
    assert_eq!((split.accepted, split.quarantined, split.validation.rows), (2, 4, 6));
    assert!(!split.validation.success());
    let (good, bad) = (read(&good), read(&bad));
    assert_eq!(good.schema().fields(), small().schema().fields(), "accepted rows are as they were");
    assert_eq!(good.column(0).as_primitive::<Int64Type>().values(), &[1, 5]);
    assert_eq!(
        texts(&bad, "quarantine_reason"),
        [
            "id: unique; distance: above 0, at least 90 % of them",
            "id: unique",
            "distance: not null",
            r#"carrier: one of {"AA", "UA"}"#,
        ]
    );
    assert_eq!(
        bad.column_by_name("quarantine_row").unwrap().as_primitive::<UInt64Type>().values(),
        &[1, 2, 3, 4]
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "and nothing else is left");
}

#[test]
fn only_rules_that_matter_enough_count() {
    let suite = Suite::new("flights")
        .expect(SuiteEntry::new(ValuesUnique::new("id")).severity(Severity::Warning))
        .expect(ValuesInSet::texts("carrier", ["AA", "UA"]));
    let count = |severity| {
        let quarantine = suite.quarantine().at_least(severity);
        quarantine.split(|| Ok(reader(&small(), 2)), |_| Ok(()), |_| Ok(())).unwrap().quarantined
    };
    assert_eq!((count(Severity::Info), count(Severity::Critical)), (3, 1));
}

#[test]
fn what_can_not_be_done_says_why_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("in.parquet"), &small());
    let run = |suite: &Suite, good: &str, bad: &str| {
        suite.quarantine().parquet(path("in.parquet"), path(good), path(bad)).unwrap_err().to_string()
    };
    assert!(run(&suite(), "a", "a").contains("rows would go to the same file as those that are accepted"));
    assert!(run(&suite(), "in.parquet", "b").contains("rows would go to the file that they come from"));
    assert!(run(&suite(), "a", "none/b").contains("none/b: it can't be written"));
    let unknown = suite().expect(ValuesNotNull::new("delay"));
    let reason = run(&unknown, "a", "b");
    assert!(reason.contains("delay") && reason.contains("no such column"), "{reason}");
    let error = suite().quarantine().reason_column("id").parquet(path("in.parquet"), path("a"), path("b"));
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("column \"id\": quarantined rows get a column of this name"), "{error}");
    let suite = suite();
    let stop = suite.quarantine().on_progress(|progress| {
        assert_eq!(progress.total, Some(12));
        if progress.rows > 6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let stopped = stop.parquet(path("in.parquet"), path("a"), path("b"));
    assert!(matches!(stopped, Err(Error::Stopped { rows: 12 })), "{stopped:?}");
    let missing = suite.quarantine().parquet(path("none.parquet"), path("a"), path("b"));
    assert!(matches!(missing, Err(Error::Input { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only what was there");
}

#[test]
fn a_table_that_changes_between_the_readings_is_noticed() {
    let turn = std::cell::Cell::new(0);
    let open = || {
        turn.set(turn.get() + 1);
        Ok(reader(&small().slice(0, 7 - turn.get()), 4))
    };
    let error = suite().quarantine().split(open, |_| Ok(()), |_| Ok(())).unwrap_err().to_string();
    assert_eq!(error, "table: it had 6 rows when it was judged, and 5 now");
}

#[test]
fn a_table_without_a_rule_about_rows_is_accepted_whole_with_nested_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1), None]), None]);
    let batch = RecordBatch::try_from_iter([("lists", Arc::new(lists) as ArrayRef)]).unwrap();
    write(&path("in.parquet"), &batch);
    let suite = Suite::new("lists").expect(ColumnExists::new("lists"));
    let quarantine = suite.quarantine().row_column(None);
    let split = quarantine.parquet(path("in.parquet"), path("a.parquet"), path("b.parquet")).unwrap();
    assert_eq!((split.accepted, split.quarantined), (2, 0));
    assert_eq!(read(&path("a.parquet")).column(0), batch.column(0));
    let empty = read(&path("b.parquet"));
    assert_eq!((empty.num_rows(), empty.num_columns()), (0, 2), "an empty file with its columns");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_two_add_up_to_the_input(
        rows in prop::collection::vec((0_i64..30, prop::option::of(-2_i64..9), 0_usize..4), 1..60),
        first in 1_usize..20, second in 1_usize..20,
    ) {
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let distances: Vec<Option<i64>> = rows.iter().map(|row| row.1).collect();
        let carriers: Vec<&str> = rows.iter().map(|row| ["AA", "UA", "AA", "??"][row.2]).collect();
        let batch = table(&ids, &distances, &carriers);
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        let turn = std::cell::Cell::new(false);
        // Another split into batches each time.
        let open = || Ok(reader(&batch, if turn.replace(true) { second } else { first }));
        let split = suite()
            .quarantine()
            .split(open, |rows| keep(&mut good, rows), |rows| keep(&mut bad, rows))
            .unwrap();
        let good = concat_batches(&batch.schema(), &good).unwrap();
        let count = |of: &i64| ids.iter().filter(|id| *id == of).count();
        let breaks = |row: usize| {
            count(&ids[row]) > 1 || distances[row].is_none_or(|distance| distance <= 0) || carriers[row] == "??"
        };
        let (broken, kept): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|row| breaks(*row));
        prop_assert_eq!(split.quarantined, broken.len() as u64);
        prop_assert_eq!(split.accepted, kept.len() as u64);
        let pick = |rows: &[usize]| {
            let parts: Vec<RecordBatch> = rows.iter().map(|row| batch.slice(*row, 1)).collect();
            concat_batches(&batch.schema(), &parts).unwrap()
        };
        prop_assert_eq!(good, pick(&kept));
        if let Some(first) = bad.first() {
            let bad = concat_batches(&first.schema(), &bad).unwrap();
            let without_reasons = bad.project(&[0, 1, 2]).unwrap();
            let expected = pick(&broken);
            prop_assert_eq!(without_reasons.columns(), expected.columns());
            let numbers = bad.column(4).as_primitive::<UInt64Type>();
            prop_assert!(numbers.values().iter().zip(&broken).all(|(number, row)| *number == *row as u64));
        }
    }
}
