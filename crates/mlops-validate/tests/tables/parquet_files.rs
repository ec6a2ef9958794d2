//! A Parquet file is the table that was written, however it is laid out; a damaged one is an error.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use mlops_validate::result::{Level, ResultFormat};
use mlops_validate::source::ParquetTable;
use mlops_validate::{Error, Suite};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

const ROWS: usize = 30_000;

/// Names of few and of many values, numbers with gaps and NaN, moments, and lists.
fn table() -> RecordBatch {
    let gaps = |row: usize, every: usize| !row.is_multiple_of(every);
    let mut lists = ListBuilder::new(Int32Builder::new());
    for row in 0..ROWS {
        lists.values().append_value(i32::try_from(row).unwrap());
        lists.append(true);
    }
    let columns: [(&str, ArrayRef); 6] = [
        (
            "id",
            Arc::new((0..ROWS).map(|row| Some(i64::try_from(row).unwrap() % 29_990)).collect::<Int64Array>()),
        ),
        (
            "price",
            Arc::new(
                (0..ROWS)
                    .map(|row| {
                        gaps(row, 17).then_some(if row % 97 == 0 { f64::NAN } else { row as f64 * 0.1 })
                    })
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "carrier",
            Arc::new(
                (0..ROWS)
                    .map(|row| gaps(row, 13).then_some(["AA", "UA", "ZZ"][row % 3]))
                    .collect::<StringArray>(),
            ),
        ),
        ("tail", Arc::new((0..ROWS).map(|row| Some(format!("N{}", row % 9000))).collect::<StringArray>())),
        (
            "at",
            Arc::new(
                (0..ROWS)
                    .map(|row| Some(i64::try_from(row).unwrap() * 1_000_000))
                    .collect::<TimestampMicrosecondArray>(),
            ),
        ),
        ("stops", Arc::new(lists.finish())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn suite() -> Suite {
    let of = |name: &str, kwargs: Value| json!({"type": format!("expect_{name}"), "kwargs": kwargs});
    let expectations = [
        of("table_row_count_to_equal", json!({"value": ROWS})),
        of(
            "table_row_count_to_be_between",
            json!({"min_value": 1, "row_condition": "price > 100 and carrier == \"AA\""}),
        ),
        of("column_values_to_be_unique", json!({"column": "id"})),
        of("column_values_to_not_be_null", json!({"column": "carrier"})),
        of("column_values_to_be_in_set", json!({"column": "carrier", "value_set": ["AA", "UA"]})),
        of(
            "column_values_to_be_in_set",
            json!({"column": "carrier", "value_set": ["AA"], "row_condition": "id > 7"}),
        ),
        of("column_values_to_be_unique", json!({"column": "tail", "mostly": 0.1})),
        of("column_values_to_be_between", json!({"column": "tail", "min_value": "N1", "max_value": "N7"})),
        of("column_values_to_be_between", json!({"column": "price", "max_value": 2900})),
        of("column_values_to_not_be_null", json!({"column": "price"})),
        of("column_mean_to_be_between", json!({"column": "price", "min_value": 0})),
        of("column_values_to_be_between", json!({"column": "at", "max_value": "1970-01-01T01:00:00"})),
        of("column_values_to_be_between", json!({"column": "stops", "max_value": 1})),
        of("column_values_to_be_unique", json!({"column": "nowhere"})),
    ];
    Suite::from_json(&json!({"name": "flights", "expectations": expectations}).to_string()).unwrap()
}

fn written(table: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
    bytes
}

fn layouts() -> Vec<(&'static str, WriterProperties)> {
    let builder = WriterProperties::builder;
    vec![
        ("one group", builder().build()),
        ("groups of a batch and a bit", builder().set_max_row_group_row_count(Some(8200)).build()),
        ("small groups", builder().set_max_row_group_row_count(Some(1111)).build()),
        ("no dictionaries", builder().set_dictionary_enabled(false).build()),
        ("dictionaries that were given up", builder().set_dictionary_page_size_limit(20_000).build()),
    ]
}

#[test]
fn the_layout_of_the_file_and_the_threads_change_nothing() {
    let (suite, table) = (suite(), table());
    let formats: [fn() -> ResultFormat; 3] = [
        || ResultFormat::new(Level::Complete),
        || ResultFormat::new(Level::Summary).index_columns(["tail", "id"]),
        || ResultFormat::new(Level::Summary).include_unexpected_rows(),
    ];
    for format in formats {
        let expected =
            suite.validator().result_format(format()).batches(std::slice::from_ref(&table)).unwrap();
        assert!(expected.results.iter().filter(|result| result.outcome.is_err()).count() == 2);
        for (layout, properties) in layouts() {
            let file = ParquetTable::from_bytes(written(&table, properties)).unwrap();
            assert_eq!(file.rows(), ROWS as u64);
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let found =
                    pool.install(|| suite.validator().result_format(format()).parquet_table(&file)).unwrap();
                assert_eq!(found.to_json(), expected.to_json(), "{layout}, {threads} threads");
                assert_eq!(found.lines(), expected.lines(), "{layout}, {threads} threads");
            }
        }
    }
}

#[test]
fn a_reader_gives_the_columns_that_were_asked_for() {
    let table = table();
    let file = ParquetTable::from_bytes(written(&table, layouts().remove(1).1)).unwrap();
    let batches: Vec<RecordBatch> = file.reader(&["tail", "id"]).unwrap().map(Result::unwrap).collect();
    let expected = table.project(&[3, 0]).unwrap();
    let mut from = 0;
    for batch in &batches {
        assert_eq!(*batch, expected.slice(from, batch.num_rows()));
        from += batch.num_rows();
    }
    assert_eq!(from, ROWS);
    assert!(file.reader(&["nowhere"]).is_err());
}

#[test]
fn progress_grows_to_the_total_and_can_stop_the_work() {
    let (suite, table) = (suite(), table());
    let file = ParquetTable::from_bytes(written(&table, layouts().remove(1).1)).unwrap();
    let mut told = Vec::new();
    let go_on = |progress: mlops_validate::Progress| {
        told.push((progress.rows, progress.total));
        ControlFlow::Continue(())
    };
    let _ = suite.validator().on_progress(go_on).parquet_table(&file).unwrap();
    assert_eq!(told.last(), Some(&(ROWS as u64, Some(ROWS as u64))), "{told:?}");
    assert!(told.is_sorted());
    let stop = |_| ControlFlow::Break(());
    let stopped = suite.validator().on_progress(stop).parquet_table(&file).unwrap_err();
    assert!(matches!(stopped, Error::Stopped { .. }), "{stopped}");
}

#[test]
fn tables_without_rows_or_columns_that_matter_are_tables() {
    let empty = table().slice(0, 0);
    let file = ParquetTable::from_bytes(written(&empty, WriterProperties::builder().build())).unwrap();
    let expected = suite().validate(&[empty]).unwrap();
    assert_eq!(suite().validator().parquet_table(&file).unwrap().to_json(), expected.to_json());
    let nothing = Suite::new("nothing");
    let result = nothing.validator().parquet_table(&file).unwrap();
    assert!(result.success() && result.rows == 0);
}

#[test]
fn damaged_files_are_errors_with_a_place() {
    let bytes = written(&table(), layouts().remove(1).1);
    for cut in [0, 3, 100, bytes.len() / 2, bytes.len() - 1] {
        let error = ParquetTable::from_bytes(bytes[..cut].to_vec()).unwrap_err();
        assert!(error.to_string().starts_with("Parquet bytes: it is no whole Parquet file: "), "{error}");
    }
    // The pages of one column overwritten: only who looks at it is told.
    let file = ParquetTable::from_bytes(bytes.clone()).unwrap();
    let result = suite().validator().parquet_table(&file).unwrap();
    assert_eq!(result.rows, ROWS as u64);
    let reader =
        parquet::file::serialized_reader::SerializedFileReader::new(bytes::Bytes::from(bytes.clone()))
            .unwrap();
    let metadata = parquet::file::reader::FileReader::metadata(&reader).clone();
    let (from, length) = metadata.row_group(2).column(1).byte_range();
    let mut damaged = bytes;
    let range = usize::try_from(from).unwrap()..usize::try_from(from + length).unwrap();
    damaged[range].fill(0xff);
    let file = ParquetTable::from_bytes(damaged).unwrap();
    let error = suite().validator().parquet_table(&file).unwrap_err();
    assert!(
        error.to_string().starts_with("Parquet bytes: column \"price\", row group 2 can't be read: "),
        "{error}"
    );
    let others = Suite::new("others").expect(mlops_validate::expectation::ValuesUnique::new("id"));
    assert!(others.validator().parquet_table(&file).is_ok());
    assert!(file.reader(&["price"]).unwrap().any(|batch| batch.is_err()));
}

#[test]
fn a_path_that_is_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere.parquet")] {
        let error = suite().validator().parquet(&path).unwrap_err();
        assert!(
            matches!(&error, Error::Input { what, .. } if *what == path.display().to_string()),
            "{error}"
        );
    }
    let path = folder.path().join("flights.parquet");
    std::fs::write(&path, written(&table(), layouts().remove(0).1)).unwrap();
    assert_eq!(suite().validator().parquet(&path).unwrap().rows, ROWS as u64);
}
