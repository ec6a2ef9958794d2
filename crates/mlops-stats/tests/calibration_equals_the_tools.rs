//! Recorded answers of scikit-learn, statsmodels, netcal and uncertainty-calibration in
//! `testdata/calibration`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use approx::assert_relative_eq;
use mlops_stats::classification::{BinaryScores, Bins};
use serde_json::Value;

#[track_caller]
fn near(seen: f64, expected: &Value) {
    assert_relative_eq!(seen, expected.as_f64().unwrap(), max_relative = 1e-9, epsilon = 1e-12);
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn each_case(check: impl Fn(BinaryScores<'_>, &Value)) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/calibration/cases.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let labels: Vec<bool> = numbers(&case["labels"]).iter().map(|label| *label > 0.5).collect();
        let scores = numbers(&case["scores"]);
        let rows = BinaryScores::new(&labels, &scores).unwrap();
        if case["weights"].is_null() {
            check(rows, case);
        } else {
            check(rows.weighted(&numbers(&case["weights"])).unwrap(), case);
        }
    }
}

#[test]
fn bins_their_intervals_and_errors() {
    each_case(|rows, case| {
        let bins = usize::try_from(case["bins"].as_u64().unwrap()).unwrap();
        for (by, name) in [(Bins::Uniform, "uniform"), (Bins::Quantile, "quantile")] {
            let expected = &case["expected"][name];
            let seen = rows.reliability(bins, by, 0.9).unwrap();
            let of_bins = expected["bins"].as_array().unwrap();
            assert_eq!(seen.bins.len(), of_bins.len());
            for (bin, expected) in seen.bins.iter().zip(of_bins) {
                assert_eq!(bin.rows, expected["rows"].as_u64().unwrap());
                near(bin.weight, &expected["weight"]);
                near(bin.predicted, &expected["predicted"]);
                near(bin.observed, &expected["observed"]);
                near(bin.interval.lower, &expected["lower"]);
                near(bin.interval.upper, &expected["upper"]);
            }
            near(seen.expected_error(), &expected["expected_error"]);
            near(seen.maximum_error(), &expected["maximum_error"]);
            near(seen.root_mean_square_error(), &expected["root_mean_square_error"]);
            near(seen.debiased_squared_error(), &expected["debiased_squared_error"]);
            if expected["netcal"].is_object() {
                near(seen.expected_error(), &expected["netcal"]["ece"]);
                near(seen.maximum_error(), &expected["netcal"]["mce"]);
            }
            if expected["unbiased_square_ce"].is_number() {
                near(seen.debiased_squared_error(), &expected["unbiased_square_ce"]);
            }
            let (parts, of_brier) = (seen.brier, &expected["brier"]);
            near(parts.brier, &of_brier["brier"]);
            near(parts.reliability, &of_brier["reliability"]);
            near(parts.resolution, &of_brier["resolution"]);
            near(parts.uncertainty, &of_brier["uncertainty"]);
            near(parts.within_bin_variance, &of_brier["within_bin_variance"]);
            near(parts.within_bin_covariance, &of_brier["within_bin_covariance"]);
            assert_relative_eq!(parts.recomposed(), rows.brier().unwrap(), max_relative = 1e-12);
            let test = &expected["hosmer_lemeshow"];
            if test.is_object() {
                let seen_test = seen.hosmer_lemeshow(false).unwrap();
                near(seen_test.statistic, &test["statistic"]);
                near(seen_test.p_value, &test["p_value"]);
                near(seen.hosmer_lemeshow(true).unwrap().p_value, &test["fitted_p_value"]);
            } else {
                assert!(seen.hosmer_lemeshow(false).unwrap_err().is_undefined(), "weights");
            }
        }
    });
}

#[test]
fn what_takes_no_bins() {
    each_case(|rows, case| {
        let expected = &case["expected"];
        let corp = rows.corp().unwrap();
        near(corp.brier, &expected["corp"]["brier"]);
        near(corp.miscalibration, &expected["corp"]["miscalibration"]);
        near(corp.discrimination, &expected["corp"]["discrimination"]);
        near(corp.uncertainty, &expected["corp"]["uncertainty"]);
        let recalibrated = numbers(&expected["corp"]["recalibrated"]);
        let mut compared = 0;
        for (score, expected) in rows.scores().iter().zip(recalibrated) {
            // scikit-learn interpolates for scores that have no weight; here they are not there.
            if let Some(step) = corp.steps.iter().find(|step| (step.lower..=step.upper).contains(score)) {
                assert_relative_eq!(step.recalibrated, expected, max_relative = 1e-9, epsilon = 1e-12);
                compared += 1;
            }
        }
        assert!(compared > rows.rows() / 2);
        let ratio = rows.observed_expected(0.9).unwrap();
        near(ratio.ratio, &expected["observed_expected"]["ratio"]);
        near(ratio.interval.lower, &expected["observed_expected"]["lower"]);
        near(ratio.interval.upper, &expected["observed_expected"]["upper"]);
        let test = rows.spiegelhalter().unwrap();
        near(test.z, &expected["spiegelhalter"]["z"]);
        near(test.p_value, &expected["spiegelhalter"]["p_value"]);
        let parts = rows.brier_decomposition().unwrap();
        near(parts.reliability, &expected["distinct"]["reliability"]);
        near(parts.resolution, &expected["distinct"]["resolution"]);
        near(parts.uncertainty, &expected["distinct"]["uncertainty"]);
        assert_relative_eq!(parts.recomposed(), rows.brier().unwrap(), max_relative = 1e-12);
    });
}

#[test]
fn the_line_in_log_odds() {
    each_case(|rows, case| {
        let (line, expected) = (rows.recalibration().unwrap(), &case["expected"]["recalibration"]);
        near(line.intercept, &expected["intercept"]);
        near(line.slope, &expected["slope"]);
        near(line.intercept_error, &expected["intercept_error"]);
        near(line.slope_error, &expected["slope_error"]);
        let interval = line.slope_interval(0.9).unwrap();
        near(interval.lower, &expected["slope_interval"][0]);
        near(interval.upper, &expected["slope_interval"][1]);
        let (large, expected) =
            (rows.recalibration_in_the_large().unwrap(), &case["expected"]["in_the_large"]);
        near(large.intercept, &expected["intercept"]);
        near(large.intercept_error, &expected["intercept_error"]);
        assert_eq!((large.slope, large.slope_error), (1.0, 0.0));
    });
}
