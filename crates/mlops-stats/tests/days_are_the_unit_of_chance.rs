//! Two models on real flights, whole days drawn: the recorded answers of scikit-learn on
//! the same draws, see `testdata/flights/README.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use mlops_stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks, Estimate};
use mlops_stats::classification::{BinaryMetric, BinaryScores};
use serde_json::Value;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/flights").join(name)
}

struct Month {
    days: Vec<u32>,
    late: Vec<bool>,
    candidate: Vec<f64>,
    baseline: Vec<f64>,
}

fn month(name: &str) -> Month {
    let mut month = Month { days: vec![], late: vec![], candidate: vec![], baseline: vec![] };
    for line in fs::read_to_string(file(name)).unwrap().lines().skip(1) {
        let columns: Vec<u32> = line.split(',').map(|column| column.parse().unwrap()).collect();
        month.days.push(columns[0]);
        month.late.push(columns[1] == 1);
        month.candidate.push(f64::from(columns[2]) / 1e5);
        month.baseline.push(f64::from(columns[3]) / 1e5);
    }
    month
}

fn difference(month: &Month, metric: BinaryMetric, blocks: &Blocks, bootstrap: &BlockBootstrap) -> Estimate {
    let of =
        |scores| BlockMetric::new(metric, &BinaryScores::new(&month.late, scores).unwrap(), blocks).unwrap();
    bootstrap.difference(&of(&month.candidate), &of(&month.baseline)).unwrap()
}

#[test]
fn differences_of_two_models_equal_the_recorded_ones() {
    let expected: Value = serde_json::from_str(&fs::read_to_string(file("expected.json")).unwrap()).unwrap();
    let replicates = u32::try_from(expected["replicates"].as_u64().unwrap()).unwrap();
    let level = expected["level"].as_f64().unwrap();
    let bootstrap = BlockBootstrap::new(replicates, expected["seed"].as_u64().unwrap(), level).unwrap();
    for case in expected["cases"].as_array().unwrap() {
        let name = case["file"].as_str().unwrap();
        let month = month(name);
        let days = Blocks::by(&month.days).unwrap();
        for metric in [BinaryMetric::RocAuc, BinaryMetric::LogLoss] {
            let seen = difference(&month, metric, &days, &bootstrap);
            let recorded = |key: &str| case[metric.name()][key].as_f64().unwrap();
            for (key, seen) in
                [("value", seen.value), ("lower", seen.interval.lower), ("upper", seen.interval.upper)]
            {
                assert!((seen - recorded(key)).abs() < 1e-12, "{name} {metric} {key}: {seen}");
            }
        }
    }
}

#[test]
fn flights_taken_as_independent_claim_too_much() {
    let month = month("october_retrained_minus_challenger.csv");
    let bootstrap = BlockBootstrap::new(500, 1, 0.95).unwrap();
    let width = |blocks: &Blocks| {
        let interval = difference(&month, BinaryMetric::LogLoss, blocks, &bootstrap).interval;
        interval.upper - interval.lower
    };
    let ratio =
        width(&Blocks::by(&month.days).unwrap()) / width(&Blocks::each_row(month.days.len()).unwrap());
    assert!(ratio > 1.5, "{ratio}");
}
