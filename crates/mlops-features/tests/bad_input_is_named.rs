//! What is wrong with a definition, a table or a file is said by name.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use mlops_features::{
    Catalog, DenseRows, Entity, Error, FeatureNaming, FeatureRef, FeatureService, FeatureView,
    FeatureViewBuilder, MemorySource, OfflineSource, PointInTimeJoin, Result, ValueType,
};

fn weather() -> RecordBatch {
    let rows = 0..1000_i64;
    RecordBatch::try_from_iter([
        (
            "origin",
            Arc::new(
                rows.clone()
                    .map(|row| Some(["JFK", "LGA"][usize::from(row % 2 == 0)]))
                    .collect::<StringArray>(),
            ) as ArrayRef,
        ),
        ("at", Arc::new(rows.clone().map(Some).collect::<TimestampMicrosecondArray>())),
        ("temp", Arc::new(rows.clone().map(|row| Some(row as f64 * 1.25)).collect::<Float64Array>())),
        ("visib", Arc::new(rows.clone().map(Some).collect::<Int64Array>())),
        ("snow", Arc::new(rows.map(|row| Some(row % 3 == 0)).collect::<BooleanArray>())),
    ])
    .unwrap()
}

fn flights() -> RecordBatch {
    RecordBatch::try_from_iter([
        ("origin", Arc::new(StringArray::from(vec!["JFK", "EWR"])) as ArrayRef),
        ("event_timestamp", Arc::new(TimestampMicrosecondArray::from(vec![500, 500]))),
        ("visib", Arc::new(Int64Array::from(vec![1, 2]))),
    ])
    .unwrap()
}

fn origin() -> Entity {
    Entity::new("origin", ["origin"]).unwrap()
}

fn view(source: impl OfflineSource + 'static) -> FeatureViewBuilder {
    FeatureView::builder("weather", source)
        .entity(&origin())
        .timestamp("at")
        .feature("temp", ValueType::Float)
        .feature("visib", ValueType::Int)
}

fn memory() -> MemorySource {
    MemorySource::single("weather table", weather())
}

fn catalog() -> Catalog {
    Catalog::new([view(memory()).build().unwrap()]).unwrap()
}

/// The message of what went wrong, causes included.
fn message<T>(result: Result<T>) -> String {
    let Err(error) = result else { panic!("it should have been refused") };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[test]
fn definitions_that_contradict_themselves() {
    let refused = [
        (message(Entity::new("a/b", ["k"])), r#"entity name "a/b" is not valid"#),
        (message(Entity::new("route", [""; 0])), r#"entity "route" has no join key"#),
        (message(Entity::new("route", ["k", "k"])), r#"entity "route" has join key "k" twice"#),
        (message(FeatureService::new("s", [""; 0])), r#"feature service "s" has no input"#),
        (message(FeatureService::new("s", ["v:a", "v:a"])), r#"feature service "s" has input "v:a" twice"#),
        (message("temp".parse::<FeatureRef>()), r#"feature reference "temp" has no view"#),
        (message(view(memory()).entity(&origin()).build()), r#"view "weather" has entity "origin" twice"#),
        (
            message(view(memory()).entity(&Entity::new("from", ["origin"]).unwrap()).build()),
            r#"view "weather" has join key "origin" twice"#,
        ),
        (
            message(view(memory()).feature("temp", ValueType::Float).build()),
            r#"view "weather" has feature "temp" twice"#,
        ),
        (
            message(view(memory()).ttl(Duration::from_nanos(10)).build()),
            r#"view "weather" has a TTL shorter than a microsecond"#,
        ),
        (
            message(view(memory()).key_column("orign", "station").build()),
            r#"view "weather" has no join key "orign"; did you mean "origin"?"#,
        ),
        (
            message(FeatureView::builder("weather", memory()).timestamp("at").build()),
            r#"view "weather" has no entity"#,
        ),
        (
            message(FeatureView::builder("weather", memory()).entity(&origin()).timestamp("at").build()),
            r#"view "weather" has no feature"#,
        ),
        (
            message(FeatureView::builder("weather", memory()).entity(&origin()).build()),
            r#"view "weather" has no timestamp column"#,
        ),
        (
            message(Catalog::new([view(memory()).build().unwrap(), view(memory()).build().unwrap()])),
            r#"the catalogue has view "weather" twice"#,
        ),
        (
            message(MemorySource::new("mixed", weather().schema(), vec![weather(), flights()])),
            r#"source "mixed" has another schema in batch 1"#,
        ),
    ];
    for (message, expected) in refused {
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn serde_can_not_smuggle_an_invalid_definition() {
    let service = FeatureService::new("flight-delay", ["hour", "weather:temp"]).unwrap();
    let text = serde_json::to_string(&service).unwrap();
    assert_eq!(text, r#"{"name":"flight-delay","inputs":["hour","weather:temp"]}"#);
    assert_eq!(serde_json::from_str::<FeatureService>(&text).unwrap(), service);
    for wrong in [r#"{"name":"s","inputs":[]}"#, r#"{"name":"s","inputs":["a","a"]}"#] {
        assert!(serde_json::from_str::<FeatureService>(wrong).is_err(), "{wrong}");
    }
    assert!(serde_json::from_str::<Entity>(r#"{"name":"e","join_keys":[]}"#).is_err());
}

#[test]
fn columns_that_the_source_lacks_or_has_otherwise() {
    let refused = [
        (
            message(view(memory()).feature("tempe", ValueType::Float).build()),
            r#"weather table has no column "tempe"; did you mean "temp"?"#,
        ),
        (
            message(view(memory()).timestamp("visib").build()),
            r#"column "visib" of weather table is Int64, expected a timestamp or a date"#,
        ),
        (
            message(view(memory()).created("temp").build()),
            r#"column "temp" of weather table is Float64, expected a timestamp or a date"#,
        ),
        (
            message(view(memory()).key_column("origin", "temp").build()),
            r#"column "temp" of weather table is Float64, expected integers, text or bytes as a join key"#,
        ),
        (
            message(view(memory()).feature("snow", ValueType::Int).build()),
            r#"column "snow" of weather table is Boolean, expected a feature of type int"#,
        ),
    ];
    for (message, expected) in refused {
        assert_eq!(message, expected);
    }
}

fn join(inputs: &[&str], entities: &RecordBatch) -> Result<mlops_features::Joined> {
    let (catalog, service) = (catalog(), FeatureService::new("s", inputs).unwrap());
    PointInTimeJoin::new(&catalog, &service)?.run(entities)
}

#[test]
fn a_service_that_asks_for_what_is_not_there() {
    let refused = [
        (
            message(join(&["wether:temp"], &flights())),
            r#"the catalogue has no view "wether"; did you mean "weather"?"#,
        ),
        (
            message(join(&["weather:tmep"], &flights())),
            r#"view "weather" has no feature "tmep"; did you mean "temp"?"#,
        ),
        (message(join(&["hour"], &flights())), r#"the entity table has no column "hour""#),
    ];
    for (message, expected) in refused {
        assert_eq!(message, expected);
    }
}

#[test]
fn entity_rows_that_can_not_be_joined() {
    let mut columns: Vec<(&str, ArrayRef)> = vec![("event_timestamp", Arc::new(Int64Array::from(vec![1])))];
    let table = |columns: &[(&str, ArrayRef)]| RecordBatch::try_from_iter(columns.to_vec()).unwrap();
    let expected = r#"the entity table has no column "origin""#;
    assert_eq!(message(join(&["weather:temp"], &table(&columns))), expected);

    columns.push(("origin", Arc::new(Int64Array::from(vec![1]))));
    let expected = r#"column "origin" of the entity table is Int64, expected a key to compare with column "origin" of weather table, which is Utf8"#;
    assert_eq!(message(join(&["weather:temp"], &table(&columns))), expected);

    columns[1].1 = Arc::new(StringArray::from(vec!["JFK"]));
    let expected = r#"column "event_timestamp" of the entity table is Int64, expected a timestamp or a date"#;
    assert_eq!(message(join(&["weather:temp"], &table(&columns))), expected);
}

#[test]
fn names_that_clash_are_told_apart_by_full_names() {
    let expected = r#"a column of the entity table and feature weather:visib would both be column "visib"; use full feature names (view__feature)"#;
    assert_eq!(message(join(&["weather:visib"], &flights())), expected);

    let (catalog, service) = (catalog(), FeatureService::new("s", ["weather:visib", "visib"]).unwrap());
    let join = PointInTimeJoin::new(&catalog, &service).unwrap().naming(FeatureNaming::Full);
    let joined = join.run(&flights()).unwrap();
    assert_eq!(joined.inputs(), ["weather__visib", "visib"]);
    let rows = joined.dense().unwrap();
    assert!(rows.row(0)[0].is_finite() && rows.row(1)[0].is_nan());
    assert_eq!(rows.iter().map(|row| row[1]).collect::<Vec<_>>(), [1.0, 2.0]);
}

#[test]
fn a_model_is_given_nothing_but_numbers() {
    let error = message(DenseRows::from_batch(&weather(), &["temp", "origin"]));
    assert_eq!(error, r#"column "origin" of the batch is Utf8, expected numbers or booleans"#);
    let error = message(DenseRows::from_batch(&weather(), &["tmp"]));
    assert_eq!(error, r#"the batch has no column "tmp"; did you mean "temp"?"#);
    let none = DenseRows::from_batch(&weather(), &[""; 0]).unwrap();
    assert_eq!((none.rows(), none.columns(), none.iter().count()), (1000, 0, 1000));
}

#[test]
fn a_source_that_breaks_its_contract() {
    /// Says that there is one more row than there is.
    #[derive(Debug)]
    struct Boasting(MemorySource);
    impl OfflineSource for Boasting {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn schema(&self) -> arrow_schema::SchemaRef {
            self.0.schema()
        }
        fn partitions(&self) -> Vec<std::ops::Range<u64>> {
            self.0.partitions().into_iter().map(|rows| rows.start..rows.end + 1).collect()
        }
        fn scan(&self, columns: &[&str], rows: std::ops::Range<u64>) -> Result<mlops_features::Batches<'_>> {
            self.0.scan(columns, rows.start..rows.end.min(1000))
        }
        fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch> {
            self.0.gather(columns, rows)
        }
    }
    let catalog = Catalog::new([view(Boasting(memory())).build().unwrap()]).unwrap();
    let service = FeatureService::new("s", ["weather:temp"]).unwrap();
    let refused = PointInTimeJoin::new(&catalog, &service).unwrap().run(&flights());
    assert!(matches!(refused, Err(Error::Contract { .. })), "{refused:?}");
}

#[cfg(feature = "parquet")]
mod files {
    use std::fs;
    use std::path::Path;

    use mlops_features::{OfflineSourceExt, ParquetSource};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::metadata::ParquetMetaDataReader;
    use parquet::file::properties::WriterProperties;
    use proptest::prelude::*;

    use super::*;

    /// The table as a file with two row groups.
    fn bytes(compression: Compression) -> Vec<u8> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(600))
            .set_compression(compression)
            .build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, weather().schema(), Some(properties)).unwrap();
        writer.write(&weather()).unwrap();
        writer.close().unwrap();
        bytes
    }

    fn write(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
        let path = folder.join("weather.parquet");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Everything that a join does with a file.
    fn join_file(path: &Path) -> Result<RecordBatch> {
        let catalog = Catalog::new([view(ParquetSource::open(path)?).build()?])?;
        let service = FeatureService::new("s", ["weather:temp"])?;
        Ok(PointInTimeJoin::new(&catalog, &service)?.run(&flights())?.into_batch())
    }

    #[test]
    fn a_file_that_is_not_there_or_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = ParquetSource::open(folder.path().join("none.parquet")).unwrap_err();
        assert!(matches!(&error, Error::NotFound { path } if path.ends_with("none.parquet")), "{error}");
        assert!(error.to_string().ends_with("none.parquet does not exist"), "{error}");
        let error = ParquetSource::open(folder.path()).unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
        assert!(message(ParquetSource::open_many([""; 0])).ends_with("has no file"));
    }

    #[test]
    fn a_file_that_was_cut_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let whole = bytes(Compression::SNAPPY);
        assert!(join_file(&write(folder.path(), &whole)).is_ok());
        for len in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
            let error = join_file(&write(folder.path(), &whole[..len])).unwrap_err();
            assert!(matches!(&error, Error::Corrupt { .. }), "cut at {len}: {error}");
            assert!(error.to_string().ends_with("weather.parquet is corrupt"), "{error}");
        }
    }

    #[test]
    fn a_column_that_was_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for compression in [Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default())] {
            let whole = bytes(compression);
            let path = write(folder.path(), &whole);
            let footer =
                ParquetMetaDataReader::new().parse_and_finish(&fs::File::open(&path).unwrap()).unwrap();
            for (place, column) in ["origin", "at", "temp"].iter().enumerate() {
                let (start, len) = footer.row_group(0).column(place).byte_range();
                let mut broken = whole.clone();
                let range = usize::try_from(start).unwrap()..usize::try_from(start + len).unwrap();
                broken[range].fill(0xff);
                let error = join_file(&write(folder.path(), &broken)).unwrap_err();
                let Error::Corrupt { table, column: named, .. } = &error else { panic!("{error}") };
                assert!(table.ends_with("weather.parquet"), "{table}");
                assert_eq!(named.as_deref(), Some(*column));
            }
        }
    }

    #[test]
    fn several_files_are_one_source() {
        let folder = tempfile::tempdir().unwrap();
        let table = weather();
        let paths = ["a.parquet", "b.parquet"].map(|name| folder.path().join(name));
        for (path, part) in paths.iter().zip([table.slice(0, 300), table.slice(300, 700)]) {
            let mut writer =
                ArrowWriter::try_new(fs::File::create(path).unwrap(), table.schema(), None).unwrap();
            writer.write(&part).unwrap();
            writer.close().unwrap();
        }
        let source = ParquetSource::open_many(&paths).unwrap();
        assert_eq!((source.rows(), source.read_all().unwrap()), (1000, table.clone()));
        let some = source.gather(&["visib", "origin"], &[0, 299, 300, 999]).unwrap();
        assert_eq!(
            some,
            MemorySource::single("t", table).gather(&["visib", "origin"], &[0, 299, 300, 999]).unwrap()
        );
        for rows in [&[3, 2][..], &[2, 2], &[1000]] {
            assert!(matches!(source.gather(&["visib"], rows), Err(Error::Unknown { .. })), "{rows:?}");
        }
        assert!(source.scan(&["visib"], 0..1001).is_err());

        let other = write(folder.path(), &{
            let mut bytes = Vec::new();
            let mut writer = ArrowWriter::try_new(&mut bytes, flights().schema(), None).unwrap();
            writer.write(&flights()).unwrap();
            writer.close().unwrap();
            bytes
        });
        let error = message(ParquetSource::open_many([&paths[0], &other]));
        assert!(error.contains("weather.parquet has other columns than"), "{error}");
    }

    #[test]
    fn a_damaged_page_is_an_error_even_where_the_reader_panics() {
        let folder = tempfile::tempdir().unwrap();
        let whole = bytes(Compression::ZSTD(ZstdLevel::default()));
        let path = write(folder.path(), &whole);
        let footer = ParquetMetaDataReader::new().parse_and_finish(&fs::File::open(&path).unwrap()).unwrap();
        for chunk in footer.row_groups().iter().flat_map(|group| &group.columns()[..3]) {
            let start = usize::try_from(chunk.byte_range().0).unwrap();
            for (place, byte) in (start..start + 40).flat_map(|place| [0, 16, 255].map(|byte| (place, byte)))
            {
                let mut broken = whole.clone();
                broken[place] = byte;
                let joined = join_file(&write(folder.path(), &broken));
                assert!(
                    matches!(joined, Ok(_) | Err(Error::Corrupt { .. })),
                    "byte {place} is {byte}: {joined:?}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn any_broken_byte_is_an_error_or_harmless(
            zstd: bool,
            breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let compression = if zstd { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED };
            let mut bytes = bytes(compression);
            for (place, byte) in breaks {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let folder = tempfile::tempdir().unwrap();
            let _ = join_file(&write(folder.path(), &bytes));
        }
    }
}
