//! Whatever the bytes, reading them and asking what was read ends in an answer or an error.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;
use std::sync::LazyLock;

use mlops_serve_core::ndarray::Array2;
use mlops_serve_core::{ModelArtifact, ModelFormat, Scale};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

static GENUINE: LazyLock<Vec<(ModelFormat, Vec<u8>)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/serving/models");
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let mut files = Vec::new();
    for file in ["lgb_edges", "lgb_binary_cancer", "lgb_single_leaf", "lgb_cat_two", "lgb_linear_tree"] {
        files.push((ModelFormat::LightGbmText, read(&format!("{file}.model.txt"))));
    }
    for file in ["xgb_edges", "xgb176_binary_cancer", "xgb214_cat", "xgb_gblinear_reg", "xgb_named"] {
        files.push((ModelFormat::XgBoostJson, read(&format!("{file}.model.json"))));
    }
    files
});

/// Reads and asks; an error is as good as an answer.
fn survives(format: ModelFormat, bytes: &[u8]) {
    let Ok(model) = format.read(bytes) else { return };
    let width = model.signature().n_features();
    if width > 1000 {
        return;
    }
    let values = [f64::NAN, 0.0, -1e300, 1e300, f64::INFINITY, 1e-36, 25.0];
    let rows = Array2::from_shape_fn((9, width), |(row, feature)| values[(row + feature) % values.len()]);
    let mut out = vec![0.0; rows.nrows() * model.signature().n_outputs()];
    for scale in [Scale::Response, Scale::Margin] {
        let _ = model.score_rows(scale, rows.view(), &mut out);
        let _ = model.score_row(scale, &vec![f64::NAN; width], &mut out[..model.signature().n_outputs()]);
    }
}

/// One thing that goes wrong with a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, Vec<u8>),
    /// The number that begins next becomes another.
    Number(Index, &'static str),
    /// The line or the element that begins next moves elsewhere.
    Move(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let numbers = vec![
        "-1",
        "0",
        "1",
        "-2147483648",
        "2147483647",
        "4294967296",
        "99999999999999999999",
        "1e999",
        "-0",
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "null",
        "true",
        "\"7\"",
        "",
        "[",
        "{",
        "1.5",
        "-",
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<Index>(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), select(numbers)).prop_map(|(at, number)| Damage::Number(at, number)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Move(from, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let until = |from: usize, count: usize| from..(from + count).min(length);
    match damage {
        Damage::Flip(at, bits) => bytes[at.index(length)] ^= bits,
        Damage::Cut(at) => bytes.truncate(at.index(length)),
        Damage::Remove(at, count) => drop(bytes.drain(until(at.index(length), count))),
        Damage::Repeat(at, count) => {
            let at = at.index(length);
            let part = bytes[until(at, count)].to_vec();
            drop(bytes.splice(at..at, part));
        }
        Damage::Insert(at, part) => {
            let at = at.index(length);
            drop(bytes.splice(at..at, part));
        }
        Damage::Number(at, number) => {
            let at = at.index(length);
            let begins = |at: usize| bytes[at].is_ascii_digit() || bytes[at] == b'-';
            let Some(from) = (at..length).find(|at| begins(*at)) else { return };
            let inside = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
            let to = (from..length).find(|at| !inside(bytes[*at])).unwrap_or(length);
            drop(bytes.splice(from..to, number.bytes()));
        }
        Damage::Move(from, to) => {
            let from = from.index(length);
            let part = bytes[from..].split_inclusive(|byte| b"\n,]}".contains(byte)).next().unwrap().to_vec();
            drop(bytes.drain(from..from + part.len()));
            let to = to.index(bytes.len() + 1);
            drop(bytes.splice(to..to, part));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in vec(any::<u8>(), 0..400)) {
        for format in [ModelFormat::LightGbmText, ModelFormat::XgBoostJson] {
            survives(format, &bytes);
        }
        let _ = ModelArtifact::from_bytes(&bytes);
    }

    #[test]
    fn arbitrary_text_of_the_formats_own_words(
        words in vec(select(vec![
            "tree\n", "version=v4\n", "num_class=1\n", "label_index=0\n", "max_feature_idx=0\n",
            "objective=regression\n", "feature_names=a\n", "feature_infos=none\n", "Tree=0\n", "Tree=1\n",
            "num_leaves=1\n", "num_leaves=2\n", "num_cat=0\n", "leaf_value=1\n", "leaf_value=1 2\n",
            "split_feature=0\n", "threshold=0\n", "left_child=-1\n", "left_child=0\n", "right_child=-2\n",
            "end of trees\n", "\r\n", "=", "\u{feff}",
        ]), 0..40),
        json in vec(select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\"learner\":", "\"gradient_booster\":", "\"model\":",
            "\"trees\":", "\"id\":", "\"name\":", "\"gbtree\"", "0", "-1", "1e9", "NaN", "null", " ", "\\u12",
        ]), 0..60),
    ) {
        survives(ModelFormat::LightGbmText, words.concat().as_bytes());
        survives(ModelFormat::XgBoostJson, json.concat().as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_genuine_models(file in any::<Index>(), damages in vec(damage(), 1..4)) {
        let (format, bytes) = file.get(&GENUINE);
        let mut bytes = bytes.clone();
        for damage in damages {
            apply(&mut bytes, damage);
        }
        survives(*format, &bytes);
    }
}

/// Nothing small in a file may become large in memory, and nothing long may become deep.
#[test]
fn claims_and_repetitions_stay_cheap() {
    let many = |part: &str| part.repeat(2_000_000 / part.len());
    for text in [
        format!("{{\"a\":{}", many("[")),
        format!("{{\"a\":{}", many("{\"a\":")),
        format!("{{\"learner\":{{\"gradient_booster\":{{\"model\":{{\"trees\":[{}", many("{},")),
        format!("{{\"learner\":{{\"feature_names\":[{}", many("\"\",")),
        format!("{{\"learner\":{}", many("{\"learner\":")),
        many("{\"\":0,"),
    ] {
        assert!(ModelFormat::XgBoostJson.read(text.as_bytes()).is_err());
    }
    for text in [
        format!("tree\n{}", many("a=b\n")),
        format!("tree\n{}", many("\n")),
        format!("tree\nfeature_names={}\n", many("a ")),
        many("Tree=0\n"),
        many("="),
    ] {
        assert!(ModelFormat::LightGbmText.read(text.as_bytes()).is_err());
    }
}
