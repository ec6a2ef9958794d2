//! A value that breaks a rule gets the reaction that the rule names; a refusal names the
//! field, the value and what was expected.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use mlops_core::ServedBy;
use mlops_serve_core::predictor::{
    Answer, FieldRule, FieldValue, GuardAction, InputGuard, InputRule, NoModel, OutputGuard, PredictError,
    Reaction, Request, Route, UnknownFields, Violation,
};
use proptest::prelude::*;
use support::*;

type Fields<'a> = &'a [(&'a str, FieldValue<'a>)];

fn rules() -> [FieldRule; 4] {
    [
        FieldRule::integer("hour").required().range(0.0, 23.0),
        FieldRule::number("distance").range(0.0, 6000.0).or(Reaction::Clamp),
        FieldRule::text("carrier").one_of(["UA", "B6", "MQ"]).or(Reaction::Missing),
        FieldRule::boolean("holiday").when_wrong_type(Reaction::Constant),
    ]
}

fn ask(
    fields: &[(&str, FieldValue<'_>)],
) -> (Result<Answer, PredictError>, Vec<mlops_core::PredictionEvent>) {
    let set = set(Route::new(deployed(2, |row| row.iter().sum())).with_constant(0.2));
    let predictor = set.builder.input_guard(InputGuard::new(rules()).unwrap()).build().unwrap();
    (predictor.predict(&Request::new(&id("a"), "N1", fields)), set.events.take())
}

#[test]
fn a_refusal_names_field_value_and_expectation() {
    use FieldValue::{Bool, Integer, Missing, Number, Text};
    let long = "x".repeat(1_000_000);
    let cases: [(Fields<'_>, &str, Violation); 11] = [
        (&[("hour", Integer(42))], r#""hour" is 42, expected 0 to 23"#, Violation::Range),
        (&[("hour", Number(-1.0))], r#""hour" is -1, expected 0 to 23"#, Violation::Range),
        (&[("hour", Number(f64::INFINITY))], r#""hour" is inf, expected 0 to 23"#, Violation::Range),
        (&[("hour", Number(7.5))], r#""hour" is 7.5, expected a whole number"#, Violation::Type),
        (&[("hour", Text("noon"))], r#""hour" is "noon", expected a whole number"#, Violation::Type),
        (&[("hour", Bool(true))], r#""hour" is true, expected a whole number"#, Violation::Type),
        (&[], r#""hour" is missing, expected a whole number"#, Violation::Missing),
        (&[("hour", Missing)], r#""hour" is missing, expected a whole number"#, Violation::Missing),
        (&[("hour", Number(f64::NAN))], r#""hour" is missing, expected a whole number"#, Violation::Missing),
        (
            &[("hour", Integer(7)), ("hours", Integer(8))],
            r#""hours" is 8, expected only the fields hour, distance, carrier, holiday"#,
            Violation::Unknown,
        ),
        (
            &[("hour", Integer(7)), ("distance", Number(1.0)), ("hour", Integer(8))],
            r#""hour" is 8, expected each field once"#,
            Violation::Duplicate,
        ),
    ];
    for (fields, message, violation) in cases {
        let (answer, events) = ask(fields);
        let error = answer.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(error.is_callers_fault() && !error.is_transient());
        let PredictError::Refused(refused) = &error else { panic!("{error:?}") };
        assert_eq!(refused.violation, violation);
        assert_eq!(briefly(&events), [(2, ServedBy::Champion, Err(violation.kind()))]);
        assert!(events[0].inputs.is_empty() && events[0].prediction != mlops_core::Prediction::Score(0.0));
    }
    let hostile = ask(&[("hour", FieldValue::Text(&long))]).0.unwrap_err().to_string();
    assert!(hostile.len() < 200, "a message is short, whatever is sent: {} bytes", hostile.len());
}

#[test]
fn each_reaction_does_what_it_says_and_is_reported() {
    let action = |answer: &Answer| -> Vec<(String, Violation, Reaction)> {
        answer
            .guard_actions
            .iter()
            .map(|a: &GuardAction| (a.field.to_string(), a.violation, a.reaction))
            .collect()
    };
    let hour = ("hour", FieldValue::Integer(18));

    let answer = ask(&[hour, ("distance", FieldValue::Number(-5.0))]).0.unwrap();
    assert_eq!(*answer.inputs, [18.0, 0.0]);
    assert_eq!(action(&answer), [("distance".to_owned(), Violation::Range, Reaction::Clamp)]);
    let answer = ask(&[("distance", FieldValue::Integer(9999)), hour]).0.unwrap();
    assert_eq!(*answer.inputs, [18.0, 6000.0]);

    let answer =
        ask(&[hour, ("carrier", FieldValue::Text("ZZ")), ("distance", FieldValue::Number(1.0))]).0.unwrap();
    assert_eq!((*answer.inputs).to_vec(), [18.0, 1.0]);
    assert_eq!(action(&answer), [("carrier".to_owned(), Violation::NotAllowed, Reaction::Missing)]);

    let (answer, events) = ask(&[hour, ("holiday", FieldValue::Text("yes"))]);
    let answer = answer.unwrap();
    assert_eq!((answer.score, answer.served_by), (0.2, ServedBy::Constant));
    assert!(matches!(answer.no_model, Some(NoModel::Guarded(_))));
    assert_eq!(
        briefly(&events),
        [(2, ServedBy::Champion, Err("input_type")), (2, ServedBy::Constant, Ok(0.2))]
    );

    let answer =
        ask(&[hour, ("distance", FieldValue::Number(1.0)), ("holiday", FieldValue::Bool(true))]).0.unwrap();
    assert!(answer.guard_actions.is_empty(), "nothing was wrong");
}

#[test]
fn a_constant_that_is_not_there_can_not_answer() {
    let guard = InputGuard::new([FieldRule::number("hour").when_missing(Reaction::Constant)]).unwrap();
    let predictor = set(Route::new(constant(1, 0.5))).builder.input_guard(guard).build().unwrap();
    let error = predictor.predict(&Request::new(&id("a"), "N1", &[])).unwrap_err();
    assert_eq!(error.kind(), "input_missing");
}

#[test]
fn inputs_are_looked_at_after_the_look_up() {
    let rule = || InputRule::new("distance").range(0.0, 6000.0);
    let ask = |rule, distance: f64| {
        let set = set(Route::new(deployed(2, |row| row[0])).with_constant(0.2));
        let predictor = set.builder.input_rule(rule).build().unwrap();
        let (id, fields) = (id("a"), [("hour", 18.0.into()), ("distance", distance.into())]);
        let answer = predictor.predict(&Request::new(&id, "N1", &fields));
        (answer, predictor.counts())
    };
    let (answer, counts) = ask(rule(), 7000.0);
    assert_eq!(answer.unwrap_err().to_string(), r#""distance" is 7000, expected 0 to 6000"#);
    assert_eq!(
        counts.guards.iter().map(|count| (&*count.field, count.violation, count.count)).collect::<Vec<_>>(),
        [("distance", Violation::Range, 1)]
    );
    assert_eq!((counts.answered, counts.refused), (0, 1));
    assert_eq!(*ask(rule().or(Reaction::Clamp), 7000.0).0.unwrap().inputs, [18.0, 6000.0]);
    assert_eq!(*ask(rule().or(Reaction::Clamp), f64::INFINITY).0.unwrap().inputs, [18.0, 6000.0]);
    let missing = ask(rule().or(Reaction::Missing), 7000.0).0.unwrap();
    assert!(missing.inputs[1].is_nan() && missing.guard_actions.len() == 1);
    assert_eq!(ask(rule().or(Reaction::Constant), 7000.0).0.unwrap().served_by, ServedBy::Constant);
    let unknown = ask(rule(), f64::NAN).0.unwrap();
    assert!(
        unknown.inputs[1].is_nan() && unknown.guard_actions.is_empty(),
        "missing passes unless a rule says not"
    );
    let refused = ask(rule().when_missing(Reaction::Refuse), f64::NAN).0.unwrap_err();
    assert_eq!(refused.to_string(), r#""distance" is missing, expected 0 to 6000"#);
}

#[test]
fn a_text_is_no_input() {
    let predictor = set(Route::new(constant(1, 0.5))).builder.build().unwrap();
    let error = predictor.predict(&Request::new(&id("a"), "N1", &[("hour", "noon".into())])).unwrap_err();
    assert_eq!(error.to_string(), r#"field "hour" is "noon", expected a number"#);
    assert!(error.is_callers_fault());
}

#[test]
fn rules_that_can_not_be_are_refused() {
    let refused = |rule: FieldRule| InputGuard::new([rule]).unwrap_err().to_string();
    assert_eq!(
        refused(FieldRule::number("x").range(5.0, 1.0)),
        "range 5 to 1 is not valid: expected finite ends, the lower one first"
    );
    for rule in [
        FieldRule::number("x").range(f64::NAN, 1.0),
        FieldRule::text("x").range(0.0, 1.0),
        FieldRule::integer("x").range(0.5, 1.0),
        FieldRule::number("x").one_of(["a"]),
        FieldRule::number("x").or(Reaction::Clamp),
        FieldRule::text("x").one_of(["a"]).or(Reaction::Clamp),
        FieldRule::number("x").range(0.0, 1.0).when_missing(Reaction::Clamp),
        FieldRule::number("x").range(0.0, 1.0).when_wrong_type(Reaction::Clamp),
    ] {
        assert!(refused(rule).contains("is not valid: expected"));
    }
    assert!(InputGuard::new([FieldRule::number("x"), FieldRule::text("x")]).is_err());
    for rule in [
        InputRule::new("altitude"),
        InputRule::new("hour").range(1.0, 0.0),
        InputRule::new("hour").or(Reaction::Clamp),
        InputRule::new("hour").range(0.0, 1.0).when_missing(Reaction::Clamp),
    ] {
        assert!(set(Route::new(constant(1, 0.5))).builder.input_rule(rule).build().is_err());
    }
    let twice = set(Route::new(constant(1, 0.5))).builder.input_rule(InputRule::new("hour"));
    assert!(twice.input_rule(InputRule::new("hour")).build().is_err());
}

#[test]
fn settings_are_read_from_files() {
    let rules: Vec<FieldRule> = serde_json::from_str(
        r#"[{"field": "hour", "kind": "integer", "when_missing": "refuse", "min": 0, "max": 23},
            {"field": "carrier", "kind": "text", "one_of": ["UA"], "or": "missing"}]"#,
    )
    .unwrap();
    assert_eq!(rules[0], FieldRule::integer("hour").required().range(0.0, 23.0));
    assert_eq!(rules[1], FieldRule::text("carrier").one_of(["UA"]).or(Reaction::Missing));
    let written = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Vec<FieldRule>>(&written).unwrap(), rules);
}

fn any_value() -> impl Strategy<Value = FieldValue<'static>> {
    prop_oneof![
        Just(FieldValue::Missing),
        any::<f64>().prop_map(FieldValue::Number),
        (-10_i32..10).prop_map(|n| FieldValue::Number(f64::from(n))),
        (-10_i64..10).prop_map(FieldValue::Integer),
        any::<i64>().prop_map(FieldValue::Integer),
        any::<bool>().prop_map(FieldValue::Bool),
        prop_oneof![Just("UA"), Just("ZZ"), Just("")].prop_map(FieldValue::Text),
    ]
}

proptest! {
    /// Whatever is sent, what reaches the model keeps the rules.
    #[test]
    fn nothing_forbidden_reaches_a_model(
        fields in prop::collection::vec((prop_oneof![Just("hour"), Just("distance"), Just("carrier")], any_value()), 0..5),
        ignore in any::<bool>(),
        low in -5.0..0.0_f64,
    ) {
        let unknown = if ignore { UnknownFields::Ignore } else { UnknownFields::Refuse };
        let guard = InputGuard::new([
            FieldRule::integer("hour").range(0.0, 5.0).or(Reaction::Missing).when_wrong_type(Reaction::Missing),
            FieldRule::number("distance").range(low, 3.0).or(Reaction::Clamp),
            FieldRule::text("carrier").one_of(["UA"]).or(Reaction::Constant),
        ]).unwrap().unknown(unknown);
        let set = set(Route::new(deployed(1, move |row| {
            assert!(row[0].is_nan() || (0.0..=5.0).contains(&row[0]) && row[0].fract() == 0.0, "hour {}", row[0]);
            assert!(row[1].is_nan() || (low..=3.0).contains(&row[1]), "distance {}", row[1]);
            0.5
        })).with_constant(0.2));
        let predictor = set.builder.input_guard(guard).output_guard(OutputGuard::probability()).build().unwrap();
        let id = id("a");
        let answer = predictor.predict(&Request::new(&id, "N1", &fields));
        let twice = (1..fields.len()).any(|place| fields[..place].iter().any(|(name, _)| *name == fields[place].0));
        let by_model = answer.as_ref().is_ok_and(|answer| answer.served_by != ServedBy::Constant);
        prop_assert!(ignore || !twice || !by_model);
        if let Ok(answer) = answer {
            prop_assert!(answer.attempts.is_empty(), "{:?}", answer.attempts);
        }
    }
}
