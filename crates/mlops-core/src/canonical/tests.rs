use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::to_string;

/// What another implementation of RFC 8785 writes.
fn other<T: Serialize>(document: &T) -> Option<String> {
    serde_json_canonicalizer::to_string(document).ok()
}

#[track_caller]
fn agrees<T: Serialize>(document: &T) {
    assert_eq!(to_string(document).ok(), other(document));
}

fn values() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<f64>().prop_filter("JSON has it", |number| number.is_finite()).prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<u64>().prop_map(|number| json!(number)),
        (-1000i64..1000).prop_map(|number| json!(number)),
        (-40..40).prop_map(|power| json!(10f64.powi(power))),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::hash_map("[a-c\"\\\\\u{1}é€\u{10000}\u{e000}]{0,3}", inner, 0..8)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_is_written_as_by_another_implementation(value in values()) {
        prop_assert_eq!(to_string(&value).ok(), other(&value));
    }
}

#[derive(Serialize)]
enum Every {
    Unit,
    Newtype(Box<Every>),
    Tuple(u8, char, i128, f32),
    Struct { z: Option<&'static str>, a: (), m: Vec<Every> },
}

#[derive(Serialize)]
struct Flat {
    second: u128,
    first: Unit,
    #[serde(flatten)]
    rest: BTreeMap<&'static str, u8>,
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Name {
    B,
    A,
}

#[test]
fn whatever_serde_knows_is_written() {
    let every = || Every::Struct {
        z: Some("z"),
        a: (),
        m: vec![Every::Unit, Every::Newtype(Box::new(Every::Unit)), Every::Tuple(1, '"', i128::MIN, 0.1)],
    };
    agrees(&every());
    agrees(&Every::Newtype(Box::new(every())));
    agrees(&Flat { second: u128::MAX, first: Unit, rest: [("a", 1), ("zz", 2)].into() });
    agrees(&HashMap::from([(10, 'a'), (9, 'b'), (-1, 'c')]));
    agrees(&HashMap::from([(Name::B, true), (Name::A, false)]));
    agrees(&HashMap::from([(true, u64::MAX), (false, (1 << 53) + 1)]));
    agrees(&HashMap::from([('é', -0.0), ('\u{10000}', f64::MIN_POSITIVE), ('\u{ffff}', 1e21)]));
    agrees(&[i64::MIN, i64::MAX, 1 << 53, -(1 << 53), (1 << 53) + 1]);
    agrees(&json!({"": [], "a": {}, "\n": {"b": 1, "a": [{"y": 1, "x": 2}]}}));
}

#[test]
fn what_has_no_canonical_text_is_refused() {
    let twice = Flat { second: 1, first: Unit, rest: [("second", 1)].into() };
    let error = to_string(&twice).unwrap_err().to_string();
    assert!(error.contains("\"second\" is there twice"), "{error}");
    assert_eq!(other(&twice), None);
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        // Others write null where it stands in something: that would be another document.
        for error in [to_string(&number).unwrap_err(), to_string(&[number]).unwrap_err()] {
            assert!(error.to_string().contains(&number.to_string()), "{error}");
        }
    }
    agrees(&HashMap::from([(vec![1], 1)]));
    agrees(&HashMap::from([(None::<u8>, 1)]));
}
