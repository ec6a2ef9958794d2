//! A Parquet table gives the answers of its rows, column by column or in a fixed size, and
//! a damaged one a typed error.

use std::fs::File;
use std::path::Path;
use std::slice::from_ref;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::table::{batch, normal, numbers, promised_ranks, texts};
use arrow_array::RecordBatch;
use mlops_drift::parquet::ParquetTable;
use mlops_drift::{Columns, Detector, Error, Exactness, Profile, ProfileSettings, Status, Window};
use mlops_stats::Random;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

fn write(path: &Path, batches: &[RecordBatch], group_rows: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
}

fn drawn(replicate: u64, rows: usize, moved: f64) -> RecordBatch {
    let mut random = Random::replicate(62, replicate);
    let value = |random: &mut Random| (random.below(20) > 0).then(|| normal(random) + moved);
    let values = (0..rows).map(|_| value(&mut random)).collect();
    let names: Vec<&str> = (0..rows).map(|_| ["EWR", "JFK", "LGA"][random.index(3)]).collect();
    batch(vec![("temp", numbers(values)), ("origin", texts(&names))])
}

#[test]
fn column_by_column_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (reference, current) = (drawn(0, 20_000, 0.0), drawn(1, 15_000, 0.4));
    write(&path("reference"), from_ref(&reference), 3_000);
    write(&path("one"), &[current.slice(0, 9_000)], 100_000);
    write(&path("two"), &[current.slice(9_000, 6_000)], 1_000);
    let detector = Detector::default();
    let expected =
        detector.compare_batches(from_ref(&reference), from_ref(&current), &Columns::default()).unwrap();
    let tables = || {
        let (one, two) = (path("one"), path("two"));
        (ParquetTable::open(path("reference")).unwrap(), ParquetTable::open_many([one, two]).unwrap())
    };
    let (left, right) = tables();
    let seen = AtomicU64::new(0);
    let watch = |progress: mlops_drift::parquet::Progress| {
        assert_eq!(progress.total, 70_000);
        seen.fetch_max(progress.done, Ordering::Relaxed);
    };
    assert_eq!(detector.compare_parquet(&left, &right, &Columns::default(), &watch).unwrap(), expected);
    assert_eq!(seen.into_inner(), 70_000);
    let window = right.window(&Columns::default(), &|_| ()).unwrap();
    assert_eq!(window, Window::read([&current], &Columns::default()).unwrap());
    // Columns gone and new are findings here too.
    let ignoring = Columns::default().ignore(["temp"]);
    write(&path("renamed"), &[batch(vec![("other", numbers(vec![Some(1.0); 100]))])], 100);
    let renamed = ParquetTable::open(path("renamed")).unwrap();
    let report = detector.compare_parquet(&left, &renamed, &ignoring, &|_| ()).unwrap();
    let names: Vec<(&str, Status)> = report.columns.iter().map(|c| (c.name.as_str(), c.status)).collect();
    assert_eq!(names, [("origin", Status::SchemaChanged), ("other", Status::SchemaChanged)]);
}

#[test]
fn in_a_fixed_size_it_is_as_exact_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let rows = drawn(2, 60_000, 0.0);
    write(&path, from_ref(&rows), 7_000);
    let table = ParquetTable::open(&path).unwrap();
    let settings = ProfileSettings::default();
    let profile = table.profile(&Columns::default(), settings, &|_| ()).unwrap();
    // The same on one thread, to the bit.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = alone.install(|| table.profile(&Columns::default(), settings, &|_| ()).unwrap());
    assert_eq!(again.to_bytes(), profile.to_bytes());
    let whole = Profile::read([&rows], &Columns::default()).unwrap();
    assert_eq!(profile.column("origin"), whole.column("origin"));
    let (temp, expected) = (profile.column("temp").unwrap(), whole.column("temp").unwrap());
    assert_eq!((temp.missing(), temp.distinct()), (expected.missing(), expected.distinct()));
    let Exactness::Ranks { within } = temp.exactness() else { panic!("{temp:?}") };
    assert!(within > 0.0 && within <= promised_ranks(60_000), "{within}");
    let detector = Detector::default();
    let report = detector.compare(&profile.window(), &whole.window()).unwrap();
    assert_eq!(report.of_status(Status::Stable).count(), 2, "{report:?}");
}

#[test]
fn what_can_not_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(matches!(ParquetTable::open(path("none")), Err(Error::Unavailable { .. })));
    assert!(matches!(ParquetTable::open(folder.path()), Err(Error::Unavailable { .. })));
    std::fs::write(path("text"), "a,b\n1,2\n").unwrap();
    assert!(matches!(ParquetTable::open(path("text")), Err(Error::Damaged { .. })));
    write(&path("good"), &[drawn(3, 3_000, 0.0)], 1_000);
    write(&path("other"), &[batch(vec![("temp", texts(&["a"; 3]))])], 10);
    let error = ParquetTable::open_many([path("good"), path("other")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"temp\" is temp Utf8, expected temp Float64, as in the batches before or as it was named"
    );
    let nothing = ParquetTable::open_many::<&Path>([]).unwrap();
    let good = ParquetTable::open(path("good")).unwrap();
    let compared = Detector::default().compare_parquet(&nothing, &good, &Columns::default(), &|_| ());
    assert_eq!(compared, Err(Error::Empty { window: "reference" }));
    let profile = nothing.profile(&Columns::default(), ProfileSettings::default(), &|_| ()).unwrap();
    assert_eq!((profile.rows(), profile.columns().len()), (0, 0));
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    write(&path, &[drawn(4, 2_000, 0.0)], 500);
    let bytes = std::fs::read(&path).unwrap();
    let whole =
        ParquetTable::open(&path).unwrap().profile(&Columns::default(), ProfileSettings::default(), &|_| ());
    let whole = whole.unwrap();
    let mut random = Random::replicate(63, 0);
    let (mut refused, mut changed) = (0, 0);
    for round in 0..150 {
        let mut bytes = bytes.clone();
        for _ in 0..=random.index(3) {
            let at = random.index(bytes.len());
            bytes[at] = random.bits().to_le_bytes()[0];
        }
        if round % 5 == 0 {
            bytes.truncate(random.index(bytes.len()));
        }
        std::fs::write(&path, &bytes).unwrap();
        let columns = Columns::default();
        let read = ParquetTable::open(&path)
            .and_then(|table| table.profile(&columns, ProfileSettings::default(), &|_| ()));
        match read {
            Err(Error::Damaged { what, .. }) => {
                assert!(what.ends_with("table"), "{what}");
                refused += 1;
            }
            // Parquet has no checksum over values: another value is another value.
            Ok(profile) => changed += u32::from(profile != whole),
            Err(other) => panic!("{other}"),
        }
    }
    // The thirty that were cut have no footer.
    assert!(refused >= 30 && changed > 0, "{refused} {changed}");
}
