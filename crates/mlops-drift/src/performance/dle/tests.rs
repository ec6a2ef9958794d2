use std::path::Path;

use mlops_core::{Severity, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::chunks::{Calendar, Chunking, Threshold};
use crate::performance::ChunkPerformance;
use crate::rows::RowValues;
use crate::{Error, Rows};

/// What `NannyML` said, and its rows.
struct Recorded {
    document: Value,
}

impl Recorded {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/performance/dle");
        let text = std::fs::read_to_string(path.join(format!("{name}.json"))).unwrap();
        Self { document: serde_json::from_str(&text).unwrap() }
    }

    fn rows(&self, period: &str) -> Rows {
        let columns = self.document[period].as_object().unwrap();
        columns.iter().filter(|(name, _)| *name != "time").fold(Rows::default(), |rows, (name, values)| {
            let values = values.as_array().unwrap();
            if name == "district" {
                rows.categories(name, values.iter().map(Value::as_str)).unwrap()
            } else {
                let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
                rows.numbers(name, values.iter().map(number).collect()).unwrap()
            }
        })
    }

    fn times(&self, period: &str) -> Vec<Timestamp> {
        let time = |value: &Value| value.as_str().unwrap().replace(' ', "T").parse().unwrap();
        self.document[period]["time"].as_array().unwrap().iter().map(time).collect()
    }

    fn settings(&self) -> DleSettings {
        let chunking = &self.document["chunking"];
        let size = |name: &str| usize::try_from(chunking[name].as_u64()?).ok();
        let chunking = match (size("chunk_size"), size("chunk_number")) {
            (Some(size), _) => Chunking::size(size),
            (_, Some(number)) => Chunking::number(number),
            _ => Chunking::period(chunking["chunk_period"].as_str().unwrap().parse::<Calendar>().unwrap()),
        };
        DleSettings::default().chunks(chunking)
    }

    fn columns() -> RegressionColumns {
        RegressionColumns::new("predicted", "price", ["area", "age", "district"])
    }

    /// What is realized, usual and a standard error is the tool's to 1e-9; the largest ratio of
    /// two estimates is given back.
    fn compare(&self, period: &str, ours: &[ChunkPerformance]) -> f64 {
        let theirs = self.document["expected"][period].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len());
        let mut furthest = 1.0_f64;
        for (ours, theirs) in ours.iter().zip(theirs) {
            let place = |name: &str| usize::try_from(theirs[name].as_u64().unwrap()).unwrap();
            let found = (ours.chunk_index, ours.start_index, ours.end_index);
            assert_eq!(found, (place("chunk_index"), place("start_index"), place("end_index")));
            assert_eq!(ours.metrics.len(), 6);
            for ours in &ours.metrics {
                let theirs = &theirs["metrics"][&ours.metric];
                for (name, ours) in [
                    ("realized", ours.realized),
                    ("sampling_error", ours.sampling_error),
                    ("lower_threshold", ours.thresholds.lower),
                    ("upper_threshold", ours.thresholds.upper),
                ] {
                    match (ours, theirs[name].as_f64()) {
                        (None, None) => {}
                        (Some(ours), Some(theirs)) => {
                            assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{name}: {ours}, {theirs}");
                        }
                        other => panic!("{name}: {other:?}"),
                    }
                }
                let (value, error) = (ours.value.unwrap(), ours.sampling_error.unwrap());
                let lower = ours.lower_confidence_boundary.unwrap();
                assert!((ours.upper_confidence_boundary.unwrap() - value - 3.0 * error).abs() < 1e-9 * value);
                assert!((lower - (value - 3.0 * error).max(0.0)).abs() < 1e-9 * value);
                let tools = theirs["value"].as_f64().unwrap();
                furthest = furthest.max(value / tools).max(tools / value);
                // Unless a threshold lies between the two estimates.
                let limits = ours.thresholds.lower.into_iter().chain(ours.thresholds.upper);
                if limits.into_iter().all(|limit| (value < limit) == (tools < limit)) {
                    assert_eq!(ours.alert, theirs["alert"].as_bool().unwrap(), "{ours:?}");
                }
            }
        }
        furthest
    }
}

/// How far the estimates lie from what was realized, as a ratio.
fn off(chunks: &[ChunkPerformance]) -> f64 {
    let ratio = |found: &crate::performance::Estimated| Some(found.value? / found.realized?);
    let ratios = chunks.iter().flat_map(|chunk| &chunk.metrics).filter_map(ratio);
    ratios.fold(1.0, |furthest, ratio| furthest.max(ratio).max(ratio.recip()))
}

#[test]
fn more_rows_of_a_kind_the_model_is_bad_at() {
    let recorded = Recorded::read("larger_houses");
    let columns = Recorded::columns();
    let dle = Dle::fit(&recorded.rows("reference"), &columns, &recorded.settings().folds(2)).unwrap();
    let found = dle.estimate(&recorded.rows("analysis")).unwrap();
    let ratio = recorded.compare("analysis", &found);
    assert!(ratio < 1.07, "{ratio} beside NannyML");
    // Of squares, of which a few decide; 1.24 for NannyML.
    assert!(off(&found) < 1.2, "{} beside what was realized", off(&found));
    // What was usual is no guess any more: in the last chunk errors are over twice as large.
    let mae = |chunk: &ChunkPerformance| chunk.get("mae").unwrap().clone();
    let usual = mae(&dle.reference()[0]).value.unwrap();
    assert!(mae(&found[3]).realized.unwrap() > 2.0 * usual && mae(&found[3]).value.unwrap() > 2.0 * usual);
    assert_eq!(found.iter().map(|chunk| mae(chunk).alert).collect::<Vec<_>>(), [false, true, true, true]);
    let finding = &found[3].findings(Severity::Warning)[0];
    assert_eq!((finding.subject.as_str(), finding.rule.as_str()), ("mae", "estimated_performance"));
    assert!(finding.reason.starts_with("rows 1500 to 1999: estimated at 3"), "{}", finding.reason);
}

#[test]
fn with_labels_known_the_reference_is_as_the_tool_says() {
    let recorded = Recorded::read("larger_houses");
    let (rows, columns) = (recorded.rows("reference"), Recorded::columns());
    let seen = Dle::fit(&rows, &columns, &recorded.settings().folds(0)).unwrap();
    let ratio = recorded.compare("reference", seen.reference());
    assert!(ratio < 1.02, "{ratio} beside NannyML");
    // Trees that know the labels of a chunk follow even its chance; those of the folds can't.
    let unseen = Dle::fit(&rows, &columns, &recorded.settings()).unwrap();
    assert!(off(unseen.reference()) > off(seen.reference()));
    assert!(off(unseen.reference()) < 1.2, "{}", off(unseen.reference()));
    // Of other rows both say the same.
    let analysis = recorded.rows("analysis");
    assert_eq!(seen.estimate(&analysis).unwrap(), unseen.estimate(&analysis).unwrap());
}

#[test]
fn concept_drift_is_not_seen() {
    let recorded = Recorded::read("other_prices");
    let dle =
        Dle::fit(&recorded.rows("reference"), &Recorded::columns(), &recorded.settings().folds(0)).unwrap();
    let ratio = recorded.compare("reference", dle.reference());
    assert!(ratio < 1.02, "{ratio}");
    for chunk in dle.estimate(&recorded.rows("analysis")).unwrap() {
        let mae = chunk.get("mae").unwrap();
        let usual = dle.reference()[0].get("mae").unwrap().value.unwrap();
        assert!((mae.value.unwrap() / usual - 1.0).abs() < 0.15, "as ever: {:?}", mae.value);
        assert!(mae.realized.unwrap() > 4.0 * usual && mae.realized_alert);
    }
}

#[test]
fn by_month_and_the_last_labels_have_not_come() {
    let recorded = Recorded::read("by_month");
    let columns = Recorded::columns();
    let (rows, times) = (recorded.rows("reference"), recorded.times("reference"));
    let dle =
        Dle::fit(TimedRows::new(&rows, &times).unwrap(), &columns, &recorded.settings().folds(0)).unwrap();
    let ratio = recorded.compare("reference", dle.reference());
    assert!(ratio < 1.06, "{ratio}");
    let (rows, times) = (recorded.rows("analysis"), recorded.times("analysis"));
    let found = dle.estimate(TimedRows::new(&rows, &times).unwrap()).unwrap();
    let ratio = recorded.compare("analysis", &found);
    assert!(ratio < 1.08, "{ratio}");
    assert_eq!(found[0].window.unwrap().to_string(), "2013-07-01 until 2013-08-01");
    assert!(found[3].get("mae").unwrap().realized.is_none());
    assert!(matches!(dle.estimate(&rows), Err(Error::Input { .. })), "without times there are no months");
    assert!(TimedRows::new(&rows, &times[1..]).is_err());
}

fn made_up(rows: u32, from: u32) -> Rows {
    let x: Vec<f64> = (0..rows).map(|row| f64::from(from + row * 37 % 101)).collect();
    let y = (0..rows).zip(&x).map(|(row, x)| x + x * f64::from(row * 71 % 97) / 97.0).collect();
    Rows::default().numbers("y", y).unwrap().numbers("p", x.clone()).unwrap().numbers("x", x).unwrap()
}

fn named() -> RegressionColumns {
    RegressionColumns::new("p", "y", ["x"])
}

/// The rows with one number of a column changed.
fn changed(rows: &Rows, column: &str, row: usize, to: f64) -> Rows {
    rows.columns().iter().fold(Rows::default(), |changed, from| {
        let crate::rows::RowValues::Numbers(values) = &from.values else { panic!("numbers") };
        let mut values = values.clone();
        if from.name == column {
            values[row] = to;
        }
        changed.numbers(from.name.clone(), values).unwrap()
    })
}

#[test]
fn the_order_of_time_counts_and_not_that_of_rows() {
    let day = |row: i64| Timestamp::from_micros(row * 86_400_000_000);
    let settings = DleSettings::default().chunks(Chunking::size(50));
    let rows = made_up(200, 0);
    let times: Vec<Timestamp> = (0..200).map(day).collect();
    let one = Dle::fit(TimedRows::new(&rows, &times).unwrap(), &named(), &settings).unwrap();
    let reversed = rows.columns().iter().fold(Rows::default(), |reversed, column| {
        let crate::rows::RowValues::Numbers(values) = &column.values else { panic!("numbers") };
        reversed.numbers(column.name.clone(), values.iter().rev().copied().collect()).unwrap()
    });
    let back: Vec<Timestamp> = (0..200).rev().map(day).collect();
    let other = Dle::fit(TimedRows::new(&reversed, &back).unwrap(), &named(), &settings).unwrap();
    assert_eq!(one.reference(), other.reference());
    assert_eq!(one.reference(), Dle::fit(&rows, &named(), &settings).unwrap().reference());
    let later = TimedRows::new(&reversed, &back).unwrap();
    assert_eq!(other.estimate(later).unwrap(), one.estimate(&rows).unwrap());
}

#[test]
fn what_can_not_be_used_is_named() {
    let rows = made_up(200, 0);
    let settings = DleSettings::default();
    let of = |rows: &Rows| Dle::fit(rows, &named(), &settings).unwrap_err().to_string();
    assert_eq!(
        of(&changed(&rows, "y", 7, f64::NAN)),
        "row 7 of column \"y\" is missing, expected a finite number"
    );
    assert_eq!(
        of(&changed(&rows, "p", 3, f64::INFINITY)),
        "row 3 of column \"p\" is inf, expected a finite number"
    );
    let below = changed(&rows, "p", 5, -1.5);
    assert_eq!(
        of(&below),
        "row 5 of column \"p\" is -1.5, expected at least 0, or neither msle nor rmsle asked for"
    );
    let mse = settings.clone().metrics([RegressionMetric::Mse]);
    let dle = Dle::fit(&below, &named(), &mse).unwrap();
    let huge = changed(&below, "y", 5, 1e200);
    let error = Dle::fit(&huge, &named(), &mse).unwrap_err().to_string();
    assert!(error.starts_with("the squared error of row 5 is of target 1e200"), "{error}");
    // Of an analysis a target may be missing, a prediction not.
    assert!(dle.estimate(&changed(&rows, "y", 7, f64::NAN)).is_ok());
    assert!(matches!(dle.estimate(&changed(&rows, "p", 7, f64::NAN)), Err(Error::Input { .. })));
    assert!(matches!(dle.estimate(&changed(&rows, "y", 7, f64::INFINITY)), Err(Error::Input { .. })));
    assert!(matches!(dle.estimate(&Rows::default()), Err(Error::Empty { window: "analysis" })));
    let without = Rows::default().numbers("p", vec![1.0]).unwrap();
    assert!(matches!(dle.estimate(&without), Err(Error::Schema { .. })));
    // Without a target, and a single row.
    let without = without.numbers("x", vec![f64::NAN]).unwrap();
    let one = Dle::fit(&rows, &named(), &mse.chunks(Chunking::size(9))).unwrap().estimate(&without).unwrap();
    assert!(one[0].metrics[0].realized.is_none() && one[0].metrics[0].value.unwrap().is_finite());
}

#[test]
fn what_can_not_be_learnt_is_refused() {
    let (rows, settings) = (made_up(200, 0), DleSettings::default());
    let fit = |rows: &Rows, features: &[&str]| {
        Dle::fit(rows, &RegressionColumns::new("p", "y", features.iter().copied()), &settings).map(|_| ())
    };
    for features in [&[][..], &["x", "x"], &["y"], &["p"]] {
        assert!(matches!(fit(&rows, features), Err(Error::Input { .. })), "{features:?}");
    }
    assert!(matches!(fit(&rows, &["z"]), Err(Error::Schema { .. })));
    assert!(matches!(fit(&Rows::default(), &["x"]), Err(Error::Empty { window: "reference" })));
    // A fifth of 49 rows apart, 39 are left; two leaves are 40.
    assert!(matches!(fit(&made_up(49, 0), &["x"]), Err(Error::Input { .. })));
    assert!(fit(&made_up(50, 0), &["x"]).is_ok());
    let x = |off: f64| (0..200).map(|row| f64::from(row) + off).collect::<Vec<f64>>();
    let constant = Rows::default().numbers("y", x(1.0)).unwrap().numbers("p", x(0.0)).unwrap();
    let constant = constant.numbers("x", x(0.0)).unwrap();
    let error = fit(&constant, &["x"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "direct loss estimation is not defined: the absolute error is 1 in every row of the reference"
    );
}

#[test]
fn settings_outside_their_range_are_refused() {
    let rows = made_up(200, 0);
    let change = |change: &dyn Fn(&mut DleSettings)| {
        let mut settings = DleSettings::default();
        change(&mut settings);
        Dle::fit(&rows, &named(), &settings).map(|_| ())
    };
    let refused: [&dyn Fn(&mut DleSettings); 8] = [
        &|settings| settings.metrics.clear(),
        &|settings| settings.trees = 0,
        &|settings| settings.leaves = 1,
        &|settings| settings.leaf_rows = 0,
        &|settings| settings.learning_rate = f64::NAN,
        &|settings| settings.reference_folds = 1,
        &|settings| settings.chunking = Chunking::size(0),
        &|settings| {
            let threshold = Threshold::Constant { lower: Some(2.0), upper: Some(1.0) };
            settings.thresholds.insert(RegressionMetric::Mae, threshold);
        },
    ];
    for wrong in refused {
        assert!(matches!(change(wrong), Err(Error::Setting { .. })));
    }
    let json = r#"{"metrics": ["rmse"], "thresholds": {"rmse": {"type": "constant", "upper": 7}}}"#;
    let settings: DleSettings = serde_json::from_str(json).unwrap();
    let dle = Dle::fit(&rows, &named(), &settings).unwrap();
    let rmse = &dle.reference()[0].metrics[0];
    assert_eq!((rmse.metric.as_str(), rmse.thresholds.upper, rmse.alert), ("rmse", Some(7.0), true));
    assert!(serde_json::from_str::<DleSettings>(r#"{"tree": 5}"#).is_err());
}

#[test]
fn it_does_not_depend_on_the_unit_of_the_target() {
    let metrics = [RegressionMetric::Mae, RegressionMetric::Rmse];
    let settings = DleSettings::default().metrics(metrics).chunks(Chunking::size(100));
    let values = |unit: f64| {
        let in_unit = |rows: Rows| {
            rows.columns().iter().fold(Rows::default(), |changed, column| {
                let crate::rows::RowValues::Numbers(values) = &column.values else { panic!("numbers") };
                let values = values.iter().map(|value| value * unit).collect();
                changed.numbers(column.name.clone(), values).unwrap()
            })
        };
        let dle = Dle::fit(&in_unit(made_up(400, 0)), &named(), &settings).unwrap();
        let found = dle.estimate(&in_unit(made_up(300, 30))).unwrap();
        let value = |chunk: &ChunkPerformance| {
            chunk.metrics.iter().map(|found| found.value.unwrap() / unit).collect()
        };
        found.iter().map(value).collect::<Vec<Vec<f64>>>()
    };
    let usual = values(1.0);
    // Powers of two: nothing is rounded. Squares of the smallest are nearly 0.
    for unit in [2.0_f64.powi(-500), 2.0_f64.powi(500), 4.0] {
        for (found, usual) in values(unit).iter().flatten().zip(usual.iter().flatten()) {
            assert!((found / usual - 1.0).abs() < 1e-9, "{unit}: {found}, {usual}");
        }
    }
}

#[test]
fn who_watches_sees_the_end_also_of_trees_that_stop_early() {
    use std::sync::Mutex;
    // A constant feature and prediction: no tree can be split.
    let y = (0..100).map(f64::from).collect();
    let rows = Rows::default().numbers("y", y).unwrap().numbers("p", vec![1.0; 100]).unwrap();
    let rows = rows.numbers("x", vec![1.0; 100]).unwrap();
    for (rows, splits) in [(rows, false), (made_up(200, 0), true)] {
        let seen = Mutex::new(Vec::new());
        let watch = |progress: FitProgress| seen.lock().unwrap().push((progress.done, progress.total));
        let dle = Dle::fit_watched(&rows, &named(), &DleSettings::default(), &watch).unwrap();
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        // Four losses, on all rows and without each of five folds.
        assert_eq!(seen.last(), Some(&(4 * 6 * 100, 4 * 6 * 100)));
        assert!(!splits || seen.len() == 4 * 6 * 100);
        if !splits {
            let mae = |of: &ChunkPerformance| of.get("mae").unwrap().value.unwrap();
            let found = dle.estimate(&made_up(60, 0)).unwrap();
            assert!(found.iter().all(|chunk| (mae(chunk) - 48.52).abs() < 1e-9), "always the mean");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn chunks_are_parts_of_the_whole(
        targets in prop::collection::vec(0.0_f64..50.0, 60..160), size in 7_usize..80, shift in 0_u32..20,
    ) {
        let reference = made_up(200, 0);
        let mut analysis = made_up(u32::try_from(targets.len()).unwrap(), shift);
        let RowValues::Numbers(said) = analysis.column("p").unwrap().values.clone() else { panic!("numbers") };
        analysis = Rows::default()
            .numbers("y", targets.clone()).unwrap()
            .numbers("p", said.clone()).unwrap()
            .numbers("x", said.clone()).unwrap();
        let estimate = |size: usize| {
            let settings = DleSettings::default().chunks(Chunking::size(size));
            Dle::fit(&reference, &named(), &settings).unwrap().estimate(&analysis).unwrap()
        };
        let (whole, parts) = (estimate(1000), estimate(size));
        prop_assert_eq!(whole.len(), 1);
        let get = |chunk: &ChunkPerformance, metric: &str| chunk.get(metric).unwrap().value.unwrap();
        for metric in ["mae", "mape", "mse", "msle"] {
            let rows = |chunk: &ChunkPerformance| (chunk.end_index + 1 - chunk.start_index) as f64;
            let sum: f64 = parts.iter().map(|chunk| get(chunk, metric) * rows(chunk)).sum();
            let mean = get(&whole[0], metric);
            prop_assert!((sum / targets.len() as f64 - mean).abs() < 1e-9 * mean.abs());
        }
        for chunk in &parts {
            prop_assert!((get(chunk, "rmse").powi(2) - get(chunk, "mse")).abs() < 1e-9 * get(chunk, "mse"));
            let rows = chunk.start_index..=chunk.end_index;
            let errors: Vec<f64> =
                targets[rows.clone()].iter().zip(&said[rows]).map(|(y, p)| (y - p).abs()).collect();
            let mae = errors.iter().sum::<f64>() / errors.len() as f64;
            let realized = chunk.get("mae").unwrap().realized.unwrap();
            prop_assert!((realized - mae).abs() < 1e-12 * mae);
        }
    }
}
