//! A verdict as a page.

use crate::gate_support::{STORY, finding, judge, march};
use mlops_core::Severity;
use mlops_validate::gate::{Gate, page};

#[test]
fn the_page_says_the_answer_and_every_check() {
    let mut rows = march(40);
    rows.production = Some(rows.scores.iter().map(|p| 1.0 - p).collect());
    rows.carriers[0] = Some("<script>alert(1)</script>".to_owned());
    rows.findings = vec![(
        "input drift against the training window".to_owned(),
        vec![finding("temp", Severity::Warning)],
    )];
    let verdict = judge(&Gate::from_json(STORY).unwrap(), &rows.build().unwrap());
    let html = page(&verdict);
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("flight-delay 1.1.0"));
    assert!(
        html.contains("Refused") && html.contains("3 checks block"),
        "latency and two of origin have nothing"
    );
    for check in &verdict.checks {
        assert!(html.contains(&check.name), "{}", check.name);
    }
    assert!(html.contains("too few to say: 1 label of 200"));
    assert!(html.contains(&verdict.gate_digest.unwrap().to_string()));
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    assert!(!html.contains("http://") && !html.contains("https://"));
    assert_eq!(html, page(&verdict));
}

#[test]
fn a_verdict_without_checks_is_no_pass() {
    let mut verdict = judge(&Gate::from_json(STORY).unwrap(), &march(2).build().unwrap());
    verdict.checks.clear();
    assert!(page(&verdict).contains("Nothing was shown: no check passed."));
}
