//! On the flights of 2013 it does what a careful person would have wanted, whichever flights
//! the hash picks.

use mlops_core::{Digest, Outcome, Subject};
use mlops_serve_core::rollout::{Cause, Phase, RolloutPlan, Step};

use crate::flights::{Ended, read, run};
use crate::{CANDIDATE, hour};

/// 1 August 12:00, in hours of the year.
const FIRST_OF_AUGUST: u64 = 212 * 24 + 12;
/// 4 November 12:00.
const FOURTH_OF_NOVEMBER: u64 = 307 * 24 + 12;
const FIFTH_OF_NOVEMBER: u64 = FOURTH_OF_NOVEMBER + 24;

fn subject() -> Subject {
    Subject { model: "flight-delay".parse().unwrap(), version: CANDIDATE, artifact: Digest::of(b"") }
}

/// In truth some carriers differ by more than 0.05 in August (VX by 0.067), and on the stormy
/// first day nearly all do. A stop needs proof, and 10 % of the flights are none.
#[test]
fn a_better_model_goes_through_in_august() {
    let flights = read("august.csv");
    for salt in 1..=25 {
        let (ended, rollout) = run(RolloutPlan::default(), &flights, FIRST_OF_AUGUST, salt, |flight| {
            (Ok(flight.new), flight.old)
        });
        let Ended::Complete(at) = ended else { panic!("salt {salt}: {}", rollout.status()) };
        assert!(hour(FIRST_OF_AUGUST + 144) <= at && at < hour(FIRST_OF_AUGUST + 148), "salt {salt}: {at}");
        let verdict = rollout.verdict(subject());
        assert!(verdict.passed(), "salt {salt}: {verdict:?}");
        assert_eq!(verdict.checks.len(), 4);
        assert!(rollout.counts().labels > 1_400, "{:?}", rollout.counts());
    }
}

#[test]
fn a_version_against_itself_is_never_stopped() {
    let flights = read("august.csv");
    for salt in 1..=25 {
        let (ended, rollout) = run(RolloutPlan::default(), &flights, FIRST_OF_AUGUST, salt, |flight| {
            (Ok(flight.new), flight.new)
        });
        assert!(matches!(ended, Ended::Complete(_)), "salt {salt}: {}", rollout.status());
    }
}

/// At 10 % a day has seven flights of MQ, and the fifth failure is the first that can prove
/// anything: a failure at most doubles the e-value.
#[test]
fn an_answer_that_is_no_number_is_stopped_within_three_days_and_mostly_within_one() {
    let flights = read("november.csv");
    let mut within_a_day = 0;
    for salt in 1..=40 {
        let (ended, rollout) = run(RolloutPlan::default(), &flights, FOURTH_OF_NOVEMBER, salt, |flight| {
            let broken = &*flight.carrier == "MQ";
            (if broken { Err("output_not_finite") } else { Ok(flight.new) }, flight.new)
        });
        let Ended::Stopped(stop) = ended else { panic!("salt {salt}: {}", rollout.status()) };
        assert_eq!(stop.cause, Cause::Failures);
        assert!(stop.at < hour(FOURTH_OF_NOVEMBER + 72), "salt {salt}: {}", stop.at);
        assert!(stop.reason.contains("output_not_finite"), "{}", stop.reason);
        assert!(rollout.counts().candidate_failed >= 5);
        within_a_day += u32::from(stop.at < hour(FOURTH_OF_NOVEMBER + 24));
        let verdict = rollout.verdict(subject());
        assert!(!verdict.passed() && verdict.checks[0].outcome == Outcome::Failed);
    }
    assert!(within_a_day >= 28, "{within_a_day} of 40");
}

/// At 10 % for as long as it takes, and with the default plan, which goes to 50 % after three
/// days: it has to be caught before it is through.
#[test]
fn a_plausible_wrong_answer_for_one_carrier_is_stopped_within_a_fortnight() {
    let flights = read("november.csv");
    let mut patient = RolloutPlan::default();
    patient.steps = vec![Step::new(0.1, 28)];
    for (plan, days, labels) in [(patient, 14, 1_300), (RolloutPlan::default(), 6, 1_700)] {
        let mut latest = (0, 0);
        for salt in 1..=25 {
            let (ended, rollout) = run(plan.clone(), &flights, FIFTH_OF_NOVEMBER, salt, |flight| {
                let broken = &*flight.carrier == "B6";
                (Ok(if broken { 0.05 } else { flight.new }), flight.new)
            });
            let Ended::Stopped(stop) = ended else { panic!("salt {salt}: {}", rollout.status()) };
            assert_eq!(stop.cause, Cause::Segment { field: "carrier".into(), value: "B6".into() });
            let hours = stop.at.saturating_since(hour(FIFTH_OF_NOVEMBER)).as_secs() / 3600;
            latest = (latest.0.max(hours), latest.1.max(rollout.counts().labels));
            assert!(hours < days * 24, "salt {salt}: {hours} hours");
            assert!(stop.reason.starts_with("on ") && !stop.reason.contains("carrier"), "{}", stop.reason);
            let checks = rollout.verdict(subject()).checks;
            assert!(checks[2].reason.starts_with("carrier=B6: on "), "{}", checks[2].reason);
            let numbers = stop.numbers.unwrap();
            assert!(numbers.interval.upper < -0.05 && numbers.mean < numbers.interval.upper, "{numbers:?}");
            assert!(matches!(rollout.phase(), Phase::Stopped(_)) && rollout.share() == 0.0);
        }
        println!("stopped after at most {} hours and {} labels", latest.0, latest.1);
        assert!(latest.1 < labels, "{latest:?}");
    }
}
