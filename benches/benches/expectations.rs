//! Twenty expectations over a Parquet file, and twenty rules for one row of a request.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::fs::File;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::validate::source::ParquetTable;
use mlops::validate::{Cell, Suite};
use mlops_benches::{TWENTY_EXPECTATIONS, schema_of_ten_columns, ten_columns};
use parquet::arrow::ArrowWriter;

const ROWS: usize = 1_000_000;
const BATCH_ROWS: usize = 1 << 13;

fn parquet(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.parquet");
    let mut writer =
        ArrowWriter::try_new(File::create(&path).unwrap(), schema_of_ten_columns(), None).unwrap();
    for first in (0..ROWS).step_by(BATCH_ROWS) {
        writer.write(&ten_columns(first as u64, BATCH_ROWS.min(ROWS - first))).unwrap();
    }
    writer.close().unwrap();

    let suite = Suite::from_json(TWENTY_EXPECTATIONS).unwrap();
    let result = suite.validator().parquet(&path).unwrap();
    assert_eq!((result.rows, result.results.len()), (ROWS as u64, 20));
    let failures = |suite: &Suite| suite.validator().parquet(&path).unwrap().failures().count();
    assert_eq!(failures(&suite), 1, "more than one moment in a hundred is missing: {:?}", result.lines());
    // A suite that passes anything would be quick too.
    let strict = Suite::from_json(&TWENTY_EXPECTATIONS.replace("\"ES\"", "\"EO\"")).unwrap();
    assert_eq!(failures(&strict), 2);

    let mut group = criterion.benchmark_group("expectations");
    group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(BenchmarkId::new("parquet", "20 expectations, 10 columns"), |bencher| {
        bencher.iter(|| suite.validator().parquet_table(&ParquetTable::open(&path).unwrap()).unwrap());
    });
    group.finish();
}

/// Each looks at single values: ranges, sets, patterns, lengths, missing values.
const RULES_OF_A_ROW: &str = r#"{"name": "request", "expectations": [
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "n0"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "n1"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "s0"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "s1"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "ts"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "b"}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n0", "min_value": -4, "max_value": 4}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n1", "min_value": 0, "max_value": 1}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n2", "min_value": 0, "max_value": 100}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n3", "min_value": -1e9, "max_value": 1e9}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n4", "min_value": 0, "strict_min": true}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "ts", "min_value": "2024-01-01", "max_value": "2024-04-01"}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n2", "max_value": 90, "row_condition": "s0 == 'DE'", "condition_parser": "pandas"}},
    {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "s0", "value_set": ["DE", "FR", "US", "GB", "IT", "ES"]}},
    {"type": "expect_column_values_to_not_be_in_set", "kwargs": {"column": "s1", "value_set": ["zz-0000", "zz-9999"]}},
    {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "b", "value_set": [true, false]}},
    {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "s1", "regex": "^[a-z]{2}-\\d{4}$"}},
    {"type": "expect_column_values_to_not_match_regex", "kwargs": {"column": "s2", "regex": "[^x]"}},
    {"type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "s2", "min_value": 1, "max_value": 12}},
    {"type": "expect_column_value_lengths_to_equal", "kwargs": {"column": "s1", "value": 7}}
]}"#;

fn row(criterion: &mut Criterion) {
    let suite = Suite::from_json(RULES_OF_A_ROW).unwrap();
    let rules = suite.validator().compile_row(&schema_of_ten_columns());
    assert_eq!((suite.entries().len(), rules.left_out()), (20, &[][..]));
    let text = |text: &'static str| Cell::Text(text.into());
    let moment = Cell::Moment { nanos: 1_706_000_000_000_000_000, zoned: false };
    let numbers = [0.5, 0.5, 12.0, 3.0, 50.0].map(Cell::Float);
    let others = [text("DE"), text("ab-0123"), text("xxxx"), moment, Cell::Bool(true)];
    let row: Vec<Cell<'_>> = numbers.into_iter().chain(others).collect();
    assert!(rules.accept(&row).unwrap());
    let mut wrong = row.clone();
    wrong[5] = text("EO");
    wrong[6] = text("AB-0123");
    assert_eq!(rules.broken(&wrong).unwrap().count(), 2);

    let mut group = criterion.benchmark_group("expectations");
    group.bench_function(BenchmarkId::new("row", "20 rules"), |bencher| {
        bencher.iter(|| rules.accept(black_box(&row)).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = row, parquet
}
criterion_main!(benches);
