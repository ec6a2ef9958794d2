//! Columns of text and of vectors: what moved is found, what did not is quiet.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, Int64Array, RecordBatch, StringArray, types::Float32Type};
use mlops_drift::text::TextTest;
use mlops_drift::vectors::{Moved, VectorDrift, VectorTest, Vectors};
use mlops_drift::{Columns, Detector, Error, Magnitude, Status};
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
    assert_eq!((moved.magnitude, moved.moved), (Magnitude::Material, Moved::Centroid), "{moved:?}");
    let centroid = moved.centroid;
    assert!((centroid.effect - 0.52).abs() < 0.1, "{moved:?}");
    assert!(centroid.interval.lower < 0.52 && centroid.interval.upper > 0.52, "{moved:?}");
    let quiet: Vec<VectorDrift> = (0..100)
        .map(|seed| test.compare(&vectors(60, 2 * seed, 0.0), &vectors(40, 2 * seed + 1, 0.0)).unwrap())
        .collect();
    let alarms = |p: &dyn Fn(&VectorDrift) -> f64| quiet.iter().filter(|found| p(found) <= 0.05).count();
    let (of_centroid, of_shape) =
        (alarms(&|found| found.centroid.p_value), alarms(&|found| found.shape.p_value));
    assert!(of_centroid <= 12 && of_shape <= 12, "{of_centroid} and {of_shape} of 100 at 0.05");
    let either = alarms(&|found| found.centroid.adjusted_p_value.min(found.shape.adjusted_p_value));
    assert!(either <= 12, "{either} of 100 at 0.05");
}

/// Of vectors of two entries: how they lie around (0, 0).
fn around(rows: usize, seed: u64, entries: &dyn Fn(f64, f64) -> [f64; 2]) -> Vectors {
    let mut random = Random::replicate(seed, 7);
    let mut normal = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    Vectors::from_rows((0..rows).map(|_| entries(normal(), normal()))).unwrap()
}

#[test]
fn another_shape_around_the_same_centroid_is_found_and_named() {
    let mut test = VectorTest::default();
    test.permutations = 199;
    let before = around(250, 1, &|a, b| [a, b]);
    let together = |a: f64, b: f64| [a, 0.9 * a + 0.436 * b];
    let stretched = |a: f64, b: f64| [1.3 * a, 0.5 * b];
    let wider = |a: f64, b: f64| [1.6 * a, 1.6 * b];
    let shapes: [&dyn Fn(f64, f64) -> [f64; 2]; 3] = [&together, &stretched, &wider];
    for shape in shapes {
        let found = test.compare(&before, &around(200, 2, shape)).unwrap();
        assert_eq!((found.magnitude, found.moved), (Magnitude::Material, Moved::Shape), "{found:?}");
        let column = found.as_column("e");
        let comparison = column.values.as_ref().unwrap();
        assert_eq!((column.status, comparison.test.as_str()), (Status::Drifted, "mmd"));
        assert!(comparison.effect.total_cmp(&found.shape.discrepancy).is_eq(), "{found:?}");
        let moved_too = |a, b| shape(a, b).map(|entry| entry + 1.0);
        assert_eq!(test.compare(&before, &around(200, 2, &moved_too)).unwrap().moved, Moved::Both);
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<VectorDrift>(&json).unwrap(), found);
    }
    // A change that is no chance and too small for the limit wakes nobody.
    test.shape_limit = 0.9;
    let found = test.compare(&before, &around(200, 2, &wider)).unwrap();
    assert_eq!((found.magnitude, found.as_column("e").status), (Magnitude::Slight, Status::Stable));
}

#[test]
fn two_questions_are_paid_for() {
    let mut test = VectorTest::default();
    // The smallest p-value is 0.05, and 0.1 for the smaller of two.
    test.permutations = 19;
    let (r, c) = (vectors(60, 1, 0.0), vectors(60, 2, 2.0));
    let found = test.compare(&r, &c).unwrap();
    assert_eq!((found.centroid.p_value, found.centroid.adjusted_p_value), (0.05, 0.1));
    assert_eq!(found.moved, Moved::Nothing);
    test.permutations = 39;
    assert_eq!(test.compare(&r, &c).unwrap().moved, Moved::Centroid);
}

#[test]
fn a_limit_of_nothing_needs_more_than_chance() {
    let mut test = VectorTest::default();
    (test.limit, test.shape_limit, test.permutations) = (0.0, 0.0, 199);
    let same = vectors(60, 1, 0.0);
    let found = test.compare(&same, &same).unwrap();
    assert_eq!((found.magnitude, found.as_column("e").status), (Magnitude::None, Status::Stable));
}

#[test]
fn vectors_that_are_mostly_the_same_one_are_compared() {
    let mut test = VectorTest::default();
    test.permutations = 99;
    let mostly = |other: usize| {
        Vectors::from_rows((0..100).map(|row| match row {
            _ if row >= other => [0.0, 0.0],
            _ if row % 2 == 0 => [1.0, 0.0],
            _ => [-1.0, 0.0],
        }))
        .unwrap()
    };
    assert_eq!(test.compare(&mostly(4), &mostly(20)).unwrap().moved, Moved::Shape);
    assert_eq!(test.compare(&mostly(4), &mostly(4)).unwrap().moved, Moved::Nothing);
    let huge = Vectors::from_rows([[1e300, 0.0], [-1e300, 0.0], [0.0, 1.0]]).unwrap();
    assert!(matches!(test.compare(&huge, &mostly(4)), Err(Error::Undefined { .. })));
}

#[test]
fn so_many_rows_are_looked_at() {
    let mut test = VectorTest::default();
    (test.max_rows, test.shape_rows, test.permutations) = (80, 50, 39);
    let found = test.compare(&vectors(200, 1, 0.0), &vectors(40, 2, 0.0)).unwrap();
    assert_eq!((found.shape.reference_rows, found.shape.current_rows), (50, 40));
    test.shape_rows = 1;
    let refused = test.compare(&vectors(20, 1, 0.0), &vectors(20, 2, 0.0));
    assert!(matches!(refused, Err(Error::Setting { setting: "shape_rows", .. })));
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
    assert_eq!(test.compare(&zero, &some).unwrap().centroid.cosine, None);
    let list = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>([Some([Some(1.0), None])], 2);
    let batch = RecordBatch::try_from_iter([("e", Arc::new(list) as ArrayRef)]).unwrap();
    assert!(matches!(Vectors::read([&batch], "e"), Err(Error::Input { .. })));
}
