//! Columns that change together, and what finds it.

use std::path::Path;

use mlops_drift::multivariate::DomainClassifier;
use mlops_drift::{Magnitude, Rows};
use mlops_stats::Random;
use mlops_stats::two_sample::{KolmogorovSmirnov, Sample};

/// The sum of twelve is as good as normal.
fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| random.unit()).sum::<f64>() - 6.0
}

fn noise(rows: usize, seed: u64) -> Rows {
    let mut random = Random::replicate(seed, 99);
    let mut rows_of = Rows::default();
    for name in ["a", "b", "c"] {
        rows_of = rows_of.numbers(name, (0..rows).map(|_| normal(&mut random)).collect()).unwrap();
    }
    let words = ["x", "y", "z"];
    rows_of.categories("k", (0..rows).map(|_| Some(words[random.index(3)]))).unwrap()
}

fn recorded() -> (serde_json::Value, Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/drift/nannyml/pca_correlation_flip.json");
    let case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let names = case["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    let names = names.collect();
    (case, names)
}

#[test]
fn a_correlation_that_flips_is_found_though_no_column_moved() {
    let (case, names) = recorded();
    let side = |side: &str| {
        names.iter().fold(Rows::default(), |rows, name| {
            rows.numbers(name.as_str(), mlops_cases::numbers(&case[side][name]).unwrap()).unwrap()
        })
    };
    for name in &names {
        let sample = |side: &str| Sample::new(mlops_cases::numbers(&case[side][name]).unwrap()).unwrap();
        let p_value = KolmogorovSmirnov::of(&sample("reference"), &sample("analysis")).p_value();
        assert!(p_value > 0.01, "{name}: {p_value}");
    }
    let found = DomainClassifier::default().compare(&side("reference"), &side("analysis")).unwrap();
    assert_eq!(found.magnitude, Magnitude::Material, "{}", found.reason);
    let mut first: Vec<&str> = found.columns.iter().take(2).map(|found| found.column.as_str()).collect();
    first.sort_unstable();
    assert_eq!(first, ["a", "b"], "{}", found.reason);
}

#[test]
fn without_drift_it_is_quiet() {
    // One in forty is expected to be slight, three of 120. If folds were taken as independent,
    // it would be twelve, and two of them material.
    let classifier = DomainClassifier::default();
    let found: Vec<Magnitude> = (0..120)
        .map(|seed| classifier.compare(&noise(260, 2 * seed), &noise(140, 2 * seed + 1)).unwrap().magnitude)
        .collect();
    let slight = found.iter().filter(|found| **found != Magnitude::None).count();
    assert!(slight <= 8, "{slight} of {}", found.len());
    assert!(found.iter().all(|found| *found != Magnitude::Material));
}

#[test]
fn threads_and_repeats_change_nothing() {
    let (r, c) = (noise(300, 1), noise(200, 2));
    let classifier = DomainClassifier::default();
    let once = classifier.compare(&r, &c).unwrap();
    assert_eq!(once, classifier.compare(&r, &c).unwrap());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(once, one.install(|| classifier.compare(&r, &c).unwrap()));
    let mut other = DomainClassifier::default();
    other.seed = 8;
    assert_ne!(once, other.compare(&r, &c).unwrap());
}
