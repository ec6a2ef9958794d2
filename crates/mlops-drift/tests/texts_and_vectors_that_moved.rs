//! Columns of text and of vectors: what moved is found, what did not is quiet.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, Int64Array, RecordBatch, StringArray, types::Float32Type};
use mlops_drift::text::TextTest;
use mlops_drift::vectors::{VectorTest, Vectors};
use mlops_drift::{Columns, Detector, Error, Magnitude};
use mlops_stats::Random;

const WORDS: [&str; 24] = [
    "the", "train", "left", "late", "again", "staff", "kind", "seat", "window", "price", "fair", "ticket",
    "app", "crashed", "twice", "coffee", "warm", "quiet", "coach", "delay", "refund", "quick", "clean",
    "again",
];

fn texts(rows: usize, seed: u64, word: &dyn Fn(&mut Random) -> String) -> Vec<Option<String>> {
    let mut random = Random::replicate(seed, 5);
    let text = |_| {
        let length = 6 + random.index(6);
        Some((0..length).map(|_| word(&mut random)).collect::<Vec<_>>().join(" "))
    };
    (0..rows).map(text).collect()
}

fn usual(random: &mut Random) -> String {
    WORDS[random.index(WORDS.len())].to_owned()
}

fn vectors(rows: usize, seed: u64, shift: f64) -> Vectors {
    let mut random = Random::replicate(seed, 6);
    let mut entry = || (0..4).map(|_| random.unit()).sum::<f64>() - 2.0;
    Vectors::from_rows((0..rows).map(|_| (0..8).map(|_| entry() + shift).collect::<Vec<f64>>())).unwrap()
}

#[test]
fn texts_that_read_the_same_are_quiet() {
    // Two questions are wrong in one of forty each, the third in one of sixty: two or three of 40.
    let found: Vec<Magnitude> = (0..40)
        .map(|seed| {
            let (r, c) = (texts(120, 2 * seed, &usual), texts(80, 2 * seed + 1, &usual));
            TextTest::default().compare(&r, &c).unwrap().magnitude
        })
        .collect();
    let slight = found.iter().filter(|found| **found != Magnitude::None).count();
    assert!(slight <= 9 && found.iter().all(|found| *found != Magnitude::Material), "{slight}");
}

#[test]
fn a_new_subject_is_found_and_named() {
    let new = |random: &mut Random| {
        if random.index(5) == 0 {
            ["tram", "platform", "tunnel"][random.index(3)].to_owned()
        } else {
            usual(random)
        }
    };
    let (r, c) = (texts(200, 1, &usual), texts(200, 2, &new));
    let found = TextTest::default().compare(&r, &c).unwrap();
    assert_eq!(found.magnitude, Magnitude::Material, "{}", found.reason);
    let unknown = found.out_of_vocabulary;
    assert!(unknown.reference < 0.01 && unknown.difference.lower > 0.1, "{unknown:?}");
    assert!(found.words.iter().any(|word| word == "tram"), "{:?}", found.words);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<mlops_drift::text::TextDrift>(&json).unwrap(), found);
}

#[test]
fn the_same_words_in_longer_texts_are_longer() {
    let (r, c) = (texts(200, 1, &usual), texts(200, 2, &usual));
    let twice: Vec<Option<String>> =
        c.into_iter().map(|text| text.map(|text| format!("{text} {text}"))).collect();
    let found = TextTest::default().compare(&r, &twice).unwrap();
    assert!(
        found.length.drifted() && found.out_of_vocabulary.magnitude == Magnitude::None,
        "{}",
        found.reason
    );
    assert_eq!(found.as_column("review").name, "review");
}

#[test]
fn a_text_column_takes_its_place_in_a_report() {
    let batch = |texts: Vec<Option<String>>| {
        RecordBatch::try_from_iter([("review", Arc::new(StringArray::from(texts)) as ArrayRef)]).unwrap()
    };
    let (r, c) = (batch(texts(120, 1, &usual)), batch(texts(120, 2, &|_| "tunnel".to_owned())));
    let report = Detector::default()
        .compare_batches(std::slice::from_ref(&r), std::slice::from_ref(&c), &Columns::default())
        .unwrap();
    let found = TextTest::default().compare_batches(std::slice::from_ref(&r), &[c], "review").unwrap();
    let report = report.beside(found.as_column("review"));
    assert_eq!((report.columns.len(), report.drifted().count()), (1, 1));
    assert!(report.findings()[0].reason.starts_with("a classifier tells the two apart: AUC 1.000"));
    let none =
        TextTest::default().compare_batches(std::slice::from_ref(&r), std::slice::from_ref(&r), "comment");
    assert!(matches!(none, Err(Error::Schema { column, .. }) if column == "comment"));
    let numbers = Arc::new(Int64Array::from(vec![1])) as ArrayRef;
    let numbers = [RecordBatch::try_from_iter([("n", numbers)]).unwrap()];
    assert!(TextTest::default().compare_batches(&numbers, &numbers, "n").is_err());
}

#[test]
fn too_few_texts_say_nothing() {
    let (r, few) = (texts(120, 1, &usual), texts(10, 2, &usual));
    assert!(matches!(TextTest::default().compare(&r, &few), Err(Error::Undefined { .. })));
    let empty = vec![None, Some(" … ".to_owned())];
    assert!(matches!(TextTest::default().compare(&r, &empty), Err(Error::Empty { window: "current" })));
}

#[test]
fn a_centroid_that_moved_is_found_and_one_that_stayed_is_quiet() {
    let mut test = VectorTest::default();
    test.permutations = 199;
    let moved = test.compare(&vectors(300, 1, 0.0), &vectors(200, 2, 0.3)).unwrap();
    // An entry's standard deviation is 0.577: half of one in every direction.
    assert!((moved.effect - 0.52).abs() < 0.1 && moved.magnitude == Magnitude::Material, "{moved:?}");
    assert!(moved.interval.lower < 0.52 && moved.interval.upper > 0.52, "{moved:?}");
    let quiet: Vec<f64> = (0..100)
        .map(|seed| {
            test.compare(&vectors(60, 2 * seed, 0.0), &vectors(40, 2 * seed + 1, 0.0)).unwrap().p_value
        })
        .collect();
    let alarms = quiet.iter().filter(|p| **p <= 0.05).count();
    assert!(alarms <= 12, "{alarms} of 100 at 0.05");
}

#[test]
fn vectors_that_can_not_be_compared_are_refused() {
    let test = VectorTest::default();
    let two = |rows: &[[f64; 2]]| Vectors::from_rows(rows).unwrap();
    let three = Vectors::from_rows([[1.0, 2.0, 3.0], [2.0, 1.0, 0.0]]).unwrap();
    let some = two(&[[1.0, 2.0], [2.0, 1.0]]);
    assert!(matches!(test.compare(&some, &three), Err(Error::Input { .. })));
    assert!(matches!(test.compare(&some, &two(&[])), Err(Error::Empty { window: "current" })));
    assert!(matches!(test.compare(&some, &two(&[[1.0, 2.0]])), Err(Error::Undefined { .. })));
    assert!(matches!(test.compare(&two(&[[1.0, 2.0]; 3]), &some), Err(Error::Undefined { .. })));
    let zero = two(&[[1.0, -1.0], [-1.0, 1.0]]);
    assert_eq!(test.compare(&zero, &some).unwrap().cosine, None);
    let list = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>([Some([Some(1.0), None])], 2);
    let batch = RecordBatch::try_from_iter([("e", Arc::new(list) as ArrayRef)]).unwrap();
    assert!(matches!(Vectors::read([&batch], "e"), Err(Error::Input { .. })));
}
