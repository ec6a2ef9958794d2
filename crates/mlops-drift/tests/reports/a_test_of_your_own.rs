//! The port takes any test, and a bad one can't do harm.

use std::sync::Arc;

use crate::table::{batch, numbers, ramp};
use mlops_drift::{Columns, Detector, DriftReport, DriftTest, Error, Measurement, Pair, Result, Status};

#[derive(Debug)]
struct Answers(Result<Measurement>);

impl DriftTest for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn compare(&self, _: &Pair<'_>) -> Result<Measurement> {
        self.0.clone()
    }
}

fn judged(answer: Result<Measurement>) -> DriftReport {
    let table = [batch(vec![("a", numbers(ramp(50, 1.0))), ("b", numbers(ramp(50, 1.0)))])];
    let detector = Detector::default().column_by("a", Arc::new(Answers(answer)));
    detector.compare_batches(&table, &table, &Columns::default()).unwrap()
}

#[test]
fn an_effect_alone_decides_at_its_limit() {
    for (effect, status) in [(0.99, Status::Stable), (1.0, Status::Drifted)] {
        let report = judged(Ok(Measurement::new(effect, "units", 1.0)));
        assert_eq!((report.columns[0].status, report.columns[1].status), (status, Status::Stable));
    }
    let finding = &judged(Ok(Measurement::new(2.0, "units", 1.0))).findings()[0];
    assert_eq!((finding.rule.as_str(), finding.expected.as_str()), ("answers", "< 1 units"));
    assert_eq!(finding.reason, "mean 24.5 → 24.5, moved by 2.00 units");
}

#[test]
fn p_values_are_judged_together() {
    let of = |p| judged(Ok(Measurement::new(2.0, "units", 1.0).p_value(p))).columns[0].clone();
    // Two tests in the report: 0.03 becomes 0.06.
    assert_eq!((of(0.03).status, of(0.02).status), (Status::Stable, Status::Drifted));
    assert_eq!(of(0.03).values.unwrap().adjusted_p_value, Some(0.06));
}

#[test]
fn an_answer_that_is_none_is_inconclusive() {
    let nan = Measurement::new(f64::NAN, "units", 1.0);
    let no_probability = Measurement::new(1.0, "units", 1.0).p_value(1.5);
    for answer in [Ok(nan), Ok(no_probability), Err(Error::undefined("answers", "the moon is down"))] {
        let report = judged(answer);
        assert_eq!(report.columns[0].status, Status::Inconclusive);
        assert!(report.columns[0].reason.contains("answers"), "{}", report.columns[0]);
        assert_eq!(report.to_string(), "0 of 1 columns drifted; 1 could not be judged");
    }
}
