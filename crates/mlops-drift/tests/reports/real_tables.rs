//! Two real tables: one whose world changed along the stream, and one that drifts a little
//! and harmlessly. `testdata/README.md` says where they come from.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use mlops_drift::{Columns, Detector, Direction, DriftReport, Window};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// All rows of a table in one batch.
fn read(name: &str) -> RecordBatch {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut batches = builder.with_batch_size(100_000).build().unwrap();
    let table = batches.next().unwrap().unwrap();
    assert!(batches.next().is_none(), "the tables are smaller than a batch");
    table
}

fn drifted(report: &DriftReport) -> Vec<&str> {
    report.drifted().map(|column| column.name.as_str()).collect()
}

/// Windows of 2,000 rows of the stream against what came before it.
fn california(detector: &Detector) -> Vec<DriftReport> {
    let columns = Columns::default().ignore(["id", "timestamp", "y_pred", "clf_target"]);
    let (reference, stream) = (read("california_reference.parquet"), read("california_analysis.parquet"));
    let reference = Window::read([&reference], &columns).unwrap();
    let windows = (0..stream.num_rows()).step_by(2_000).map(|first| {
        let window = stream.slice(first, 2_000.min(stream.num_rows() - first));
        detector.compare(&reference, &Window::read([&window], &columns).unwrap()).unwrap()
    });
    windows.collect()
}

/// The reference lies mostly around Los Angeles; the stream goes on to the north and the west.
#[test]
fn california_alarms_in_every_window_and_says_where_it_went() {
    let reports = california(&Detector::default());
    let found: Vec<_> = reports.iter().map(drifted).collect();
    assert_eq!(
        found,
        [
            &["MedInc", "Latitude", "Longitude", "y_pred_proba"] as &[&str],
            &["HouseAge", "Latitude", "Longitude", "y_pred_proba"],
            &["MedInc", "AveOccup", "Latitude", "Longitude"],
            &["MedInc", "HouseAge", "AveOccup", "Latitude", "Longitude", "y_pred_proba"],
            &["HouseAge", "Latitude", "Longitude", "y_pred_proba"],
        ]
    );
    // In the first two windows the places lie to both sides of where they were.
    for report in &reports[2..] {
        for (name, direction) in [("Latitude", Direction::Up), ("Longitude", Direction::Down)] {
            let values = report.column(name).unwrap().values.as_ref().unwrap();
            assert_eq!(values.direction, Some(direction), "{report}");
            assert!(values.effect > 1.0, "{name}: {}", values.effect);
        }
    }
    for report in &reports {
        let told = |name| report.column(name).unwrap().values.as_ref().unwrap().direction.is_some();
        assert!(told("Latitude") && told("Longitude"), "{report}");
    }
}

#[test]
fn california_alarms_by_the_stability_index_too() {
    for report in california(&Detector::psi_classic()) {
        assert!(drifted(&report).contains(&"Latitude"), "{report}");
        assert!(drifted(&report).contains(&"Longitude"), "{report}");
    }
}

/// Employment in Massachusetts, 2015 against parts of a later year.
struct Employment {
    table: RecordBatch,
    columns: Columns,
    reference: Window,
}

/// The first row of a year and how many it has.
const YEARS: [(u16, usize); 3] = [(2016, 8_000), (2017, 14_000), (2018, 20_000)];
const ROWS_A_YEAR: usize = 6_000;

impl Employment {
    fn read() -> Self {
        let columns = Columns::default()
            .categorical(["SCHL", "MAR", "RELP", "DIS", "ESP", "CIT", "MIG", "MIL", "ANC", "NATIVITY"])
            .categorical(["DEAR", "DEYE", "DREM", "SEX", "RAC1P", "prediction"])
            .ignore(["id", "year", "employed"]);
        let table = read("employment_ma.parquet");
        let reference = Window::read([&table.slice(0, 8_000)], &columns).unwrap();
        Self { table, columns, reference }
    }

    /// Some blocks of rows against 2015.
    fn compare(
        &self,
        detector: &Detector,
        starts: impl IntoIterator<Item = usize>,
        block: usize,
    ) -> DriftReport {
        let blocks: Vec<_> = starts.into_iter().map(|start| self.table.slice(start, block)).collect();
        detector.compare(&self.reference, &Window::read(&blocks, &self.columns).unwrap()).unwrap()
    }
}

/// Every year as a whole, and every third and sixth ten of its rows: windows of 2,000 and
/// 1,000 rows that each stand for their year.
#[test]
fn employment_stays_quiet() {
    let employment = Employment::read();
    for detector in [Detector::default(), Detector::psi_classic()] {
        for (year, first) in YEARS {
            for every in [1, 3, 6] {
                for offset in 0..every {
                    let tens = (first + 10 * offset..first + ROWS_A_YEAR).step_by(10 * every);
                    let report = employment.compare(&detector, tens, 10);
                    assert_eq!(report.dataset_drifted(), Some(false), "{year}, 1 of {every}: {report}");
                }
            }
        }
    }
}

/// It is no accident: something has moved by more than chance, but by less than what matters.
#[test]
fn employment_has_drifted_by_more_than_chance() {
    let employment = Employment::read();
    for (year, first) in YEARS {
        let report = employment.compare(&Detector::default(), [first], ROWS_A_YEAR);
        let ancestry = report.column("ANC").unwrap().values.as_ref().unwrap();
        assert!(ancestry.adjusted_p_value.unwrap() < 0.05, "{year}: {ancestry:?}");
        assert!(ancestry.effect < 0.05, "{year}: {ancestry:?}");
    }
}

/// In 2017 and 2018 the file has those who live in institutions and dormitories (two codes
/// of `RELP`) all together, at the end and at the start. Windows in the order of the file
/// have all of them or none: another population, and so it is said.
#[test]
fn employment_in_the_order_of_the_file_alarms_for_a_reason() {
    let employment = Employment::read();
    for (year, first) in YEARS {
        for start in (first..first + ROWS_A_YEAR).step_by(2_000) {
            let report = employment.compare(&Detector::default(), [start], 2_000);
            let expected: &[&str] = if year == 2016 { &[] } else { &["RELP"] };
            assert_eq!(drifted(&report), expected, "{year}, from row {start}: {report}");
        }
    }
}
