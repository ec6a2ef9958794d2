//! A rollout that is written down and read back after every event does the same as one that
//! is not.

use std::time::Duration;

use mlops_core::ServedBy;
use mlops_serve_core::rollout::{Action, Event, Rollout, RolloutPlan, Step};
use proptest::prelude::*;

use crate::{hour, id, pair, start};

#[derive(Clone, Debug)]
enum Happening {
    Pair { number: usize, minutes: u64, candidate: u8, production: u8, segment: u8, shadow: bool },
    Label { number: usize, value: u8, minutes: u64 },
    Tick { minutes: u64 },
    Abort,
}

fn happening() -> impl Strategy<Value = Happening> {
    let minutes = || 0..600_u64;
    prop_oneof![
        60 => (0..60_usize, minutes(), any::<u8>(), any::<u8>(), 0..6_u8, 0..10_u8).prop_map(
            |(number, minutes, candidate, production, segment, role)| Happening::Pair {
                number, minutes, candidate, production, segment, shadow: role == 0
            }
        ),
        40 => (0..60_usize, 0..3_u8, minutes())
            .prop_map(|(number, value, minutes)| Happening::Label { number, value, minutes }),
        10 => minutes().prop_map(|minutes| Happening::Tick { minutes }),
        1 => Just(Happening::Abort),
    ]
}

fn plan() -> RolloutPlan {
    let mut plan = RolloutPlan::default();
    let mut first = Step::new(0.1, 1);
    (first.pairs_a_day, first.labels) = (2, 1);
    let mut second = Step::new(0.5, 1);
    (second.pairs_a_day, second.labels) = (2, 1);
    plan.steps = vec![first, second];
    plan.segments.as_mut().unwrap().values = 3;
    plan.most_waiting = 10;
    plan.label_timeout_hours = 30;
    plan.snapshot_hours = 2;
    plan
}

fn tell(rollout: &mut Rollout, happening: &Happening, step: u64) -> Vec<Action> {
    let at = |minutes: u64| hour(step) + Duration::from_mins(minutes);
    // A tenth of the answers are failures, one in fifty lies out of range.
    let answer = |byte: u8| match byte {
        0..25 => Err("output_not_finite"),
        25..30 => Ok(1.5),
        30..32 => Ok(f64::NAN),
        _ => Ok(f64::from(byte) / 255.0),
    };
    match *happening {
        Happening::Pair { number, minutes, candidate, production, segment, shadow } => {
            let mut pair = pair(number, at(minutes), 0.0, 0.0);
            (pair.candidate, pair.production) = (answer(candidate), answer(production));
            pair.segments = vec![
                ("carrier".into(), format!("{segment}").into()),
                ("origin".into(), format!("{}", segment % 2).into()),
                ("carrier".into(), format!("{segment}").into()),
            ];
            if shadow {
                pair.candidate_role = ServedBy::Shadow;
            }
            rollout.apply(Event::Pair(&pair))
        }
        Happening::Label { number, value, minutes } => {
            let value = if value == 2 { f64::NAN } else { f64::from(value) };
            rollout.apply(Event::Label { id: &id(number), value, known_at: at(minutes) })
        }
        Happening::Tick { minutes } => rollout.apply(Event::Tick(at(minutes))),
        Happening::Abort => rollout.apply(Event::Abort { at: at(0), reason: "enough" }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_restart_changes_nothing(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut steady = start(plan(), hour(0));
        let mut restarted = steady.clone();
        let mut ended = false;
        for (step, happening) in happenings.iter().enumerate() {
            let actions = tell(&mut steady, happening, step as u64);
            prop_assert_eq!(tell(&mut restarted, happening, step as u64), actions.clone());
            restarted = serde_json::from_str(&serde_json::to_string(&restarted).unwrap()).unwrap();
            prop_assert_eq!(&restarted, &steady);
            prop_assert!(!ended || actions.is_empty(), "nothing happens after the end");
            ended |= actions.iter().any(|action| matches!(action, Action::Stop(_) | Action::Complete));
            prop_assert!(steady.waiting() <= 10);
            prop_assert!(!ended || steady.waiting() == 0);
        }
    }
}
