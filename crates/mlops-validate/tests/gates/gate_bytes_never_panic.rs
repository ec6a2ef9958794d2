//! Gate files from anywhere: the function of the fuzz target, with a check of every kind,
//! and with mutations of them.

use mlops_validate::gate::Gate;
use proptest::prelude::*;

#[path = "../../fuzz/read_gate.rs"]
mod read_gate;

use read_gate::read_gate;

/// A check of every kind, and of most of its forms.
const CHECKS: &[&str] = &[
    r#"{"kind": "evaluation_window", "rule": "full_utc_month_after_training", "every_day": true}"#,
    r#"{"kind": "metric", "metric": "roc_auc", "min": 0.5, "severity": "warn"}"#,
    r#"{"kind": "metric", "metric": "f1", "min": 0.1, "max": 0.9}"#,
    r#"{"kind": "log_loss_below_constant_rate"}"#,
    r#"{"kind": "worst_group", "by": "carrier", "metric": "brier", "max": 0.4, "min_labels": 5}"#,
    r#"{"kind": "group_difference", "by": "carrier", "metric": "recall", "max": 0.4, "min_labels": 5}"#,
    r#"{"kind": "latency", "percentile": 99, "max_ms": 5, "calls": 300, "warm_up": 10, "callers": 2}"#,
    r#"{"kind": "throughput", "min_per_second": 100, "confidence": 0.9}"#,
    r#"{"kind": "memory", "max_mib": 64, "of": "growth"}"#,
    r#"{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 0.05}"#,
    r#"{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 0.05, "method": "delong", "unit": "row"}"#,
    r#"{"kind": "not_worse_than_production", "metric": "accuracy", "margin": 0.05, "method": "mcnemar", "unit": "row"}"#,
    r#"{"kind": "better_than_production", "metric": "log_loss", "method": "permutation", "unit": {"column": "carrier"}}"#,
    r#"{"kind": "metric_threshold", "source": "rows", "metric": "brier", "threshold": 0.4, "min_relative_change": 0.05, "greater_is_better": false}"#,
    r#"{"kind": "metric", "metric": "profit", "source": "given", "min": 3}"#,
    r#"{"kind": "fairness", "by": "carrier", "metric": "equalized_odds_difference", "max": 0.3, "min_group": 5}"#,
    r#"{"kind": "fairness", "by": ["carrier"], "metric": "four_fifths", "min_group": 5}"#,
    r#"{"kind": "calibration", "measure": "ece", "bins": 5, "binning": "quantile", "max": 0.3}"#,
    r#"{"kind": "business_value", "threshold": 0.2, "min": 0, "values": {"tp": 9, "fp": -3, "tn": 0, "fn": -5, "currency": "EUR"}}"#,
    r#"{"kind": "behaviour", "report": "suite"}"#,
    r#"{"kind": "golden", "report": "rows"}"#,
    r#"{"kind": "worst_slice", "loss": "log_loss", "max_difference": 0.1, "min_rows": 5, "columns": ["carrier"]}"#,
    r#"{"kind": "findings", "source": "drift", "fail_on": "critical"}"#,
    r#"{"kind": "custom", "name": "of your own"}"#,
];

/// A gate of one check, with everything else that a file may say.
fn gate_of(check: &str) -> String {
    format!(
        r#"{{"gate": "to production", "decision_threshold": 0.4,
            "resampling": {{"unit": "utc_day", "replicates": 100, "seed": 7, "level": 0.9, "min_units": 10}},
            "checks": [{check}]}}"#
    )
}

#[test]
fn there_is_a_seed_of_every_kind_and_each_is_read() {
    let nonsense = Gate::from_json(&gate_of(r#"{"kind": "?"}"#)).unwrap_err().to_string();
    let kinds = nonsense.split("one of ").nth(1).unwrap().split(", ");
    for kind in kinds {
        let named = format!("\"kind\": \"{kind}\"");
        assert!(CHECKS.iter().any(|check| check.contains(&named)), "no seed of {kind}");
    }
    for check in CHECKS {
        let gate = gate_of(check);
        assert!(Gate::from_json(&gate).is_ok(), "{:?}", Gate::from_json(&gate));
        read_gate(gate.as_bytes());
    }
}

/// Pieces that matter to the parser.
const PIECES: [&str; 16] = [
    "null",
    "-1",
    "1e999",
    "0.5",
    "1e308",
    "\"\"",
    "\"carrier\"",
    "[]",
    "{}",
    "true",
    "18446744073709551616",
    "\"roc_auc\"",
    "\"row\"",
    "\"\\ud83d\\ude00\"",
    "[[[[[[]]]]]]",
    ",",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_are_read_or_refused(
        which: prop::sample::Index,
        changes in crate::mutated::changes(),
    ) {
        let bytes = crate::mutated::mutated(&gate_of(CHECKS[which.index(CHECKS.len())]), &PIECES, changes);
        read_gate(&bytes);
    }
}
