//! Recorded answers of reference tools that this crate must give. `MLOPS_CASES` names
//! another folder of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]
#![allow(unreachable_pub, reason = "modules of a test are seen by it alone")]

#[path = "cases/metrics/mod.rs"]
mod metrics;
#[path = "cases/multitest.rs"]
mod multitest;
#[path = "cases/sequential.rs"]
mod sequential;
#[path = "cases/stat_tests/mod.rs"]
mod stat_tests;
#[path = "cases/two_sample/mod.rs"]
mod two_sample;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn drift_two_sample() {
    mlops_cases::each_file("drift/two_sample", CRATE, two_sample::run);
}

#[test]
fn drift_multitest() {
    mlops_cases::each_file("drift/multitest", CRATE, multitest::run);
}

#[test]
fn drift_sequential() {
    mlops_cases::each_file("drift/sequential", CRATE, sequential::run);
}

#[test]
fn validate_metrics() {
    mlops_cases::each_file("validate/metrics", CRATE, metrics::run);
}

#[test]
fn validate_stat_tests() {
    mlops_cases::each_file("validate/stat_tests", CRATE, stat_tests::run);
}
