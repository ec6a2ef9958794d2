//! The performance of a version over a window is what a slow and obvious count gives,
//! whatever parts of the chain asked it and however labels came.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version, Window};
use mlops_monitor::{
    Error, Label, MemoryPredictionLog, PairedPerformance, Performance, PredictionLog, Sample,
};
use mlops_stats::bootstrap::BlockBootstrap;
use proptest::prelude::*;

const PARTS: [ServedBy; 5] =
    [ServedBy::Champion, ServedBy::Canary, ServedBy::Shadow, ServedBy::Fallback, ServedBy::Constant];

fn hour(hour: u64) -> Timestamp {
    "2013-04-01".parse::<Timestamp>().unwrap() + Duration::from_secs(3600 * hour)
}

fn event(id: u64, minor: u64, part: usize, prediction: Prediction) -> PredictionEvent {
    PredictionEvent {
        id: id.to_string().parse().unwrap(),
        model: "flight-delay".parse().unwrap(),
        version: Version::new(1, minor, 0),
        // A request has one moment, whoever answers it.
        at: hour(id * 7),
        latency: Duration::ZERO,
        served_by: PARTS[part],
        inputs: [].into(),
        prediction,
    }
}

fn label(id: u64, late: bool, known: u64) -> Label {
    let id = id.to_string().parse().unwrap();
    Label::new("flight-delay".parse().unwrap(), id, f64::from(u8::from(late)), hour(known)).unwrap()
}

fn performance(log: &dyn PredictionLog, minor: u64, window: Window, as_of: Timestamp) -> Performance {
    let (model, version) = ("flight-delay".parse().unwrap(), Version::new(1, minor, 0));
    Performance::of(log, &model, &version, window, as_of).unwrap()
}

fn april() -> Window {
    Window::month_of(hour(0))
}

#[test]
fn every_part_counts_but_the_constant() {
    let log = MemoryPredictionLog::new();
    let score = |score| Prediction::Score(score);
    log.append(&[
        event(1, 0, 0, score(0.1)),
        event(2, 0, 1, score(0.2)),
        event(3, 0, 2, score(0.3)),
        event(4, 0, 3, score(0.4)),
        event(5, 0, 4, score(0.5)),
        // A failed canary, whose request the constant answered; a score that is none.
        event(6, 0, 1, Prediction::Failed("timeout")),
        event(6, 0, 4, score(0.5)),
        event(7, 0, 0, score(f64::NAN)),
        event(8, 0, 0, score(f64::INFINITY)),
        // The same version in two parts, as in an A/A trial: one request, one answer.
        event(9, 0, 0, score(0.9)),
        event(9, 0, 1, score(0.9)),
        // It failed in one part and answered in another.
        event(10, 0, 0, Prediction::Failed("timeout")),
        event(10, 0, 2, score(0.7)),
        event(11, 0, 0, score(0.6)),
        // Another version.
        event(12, 1, 0, score(0.6)),
    ])
    .unwrap();
    let late = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12].map(|id| label(id, id % 2 == 0, 700));
    log.label(&late).unwrap();
    let seen = performance(&log, 0, april(), april().until());
    let counts = seen.counts();
    assert_eq!((counts.answers, counts.failed, counts.labelled, counts.unlabelled), (10, 3, 6, 1));
    assert_eq!(seen.rows().scores(), [0.1, 0.2, 0.3, 0.4, 0.9, 0.7]);
    assert_eq!(seen.rows().labels(), [false, true, false, true, false, true]);
    assert_eq!(seen.rows().times()[5], hour(70));
    assert_eq!(seen.positive_rate(), Some(0.5));
    assert!((seen.mean_score().unwrap() - 2.6 / 6.0).abs() < 1e-15);
    assert!((seen.metric("roc_auc", 0.5).unwrap() - 5.0 / 9.0).abs() < 1e-15);
    assert!((seen.metric("recall", 0.4).unwrap() - 2.0 / 3.0).abs() < 1e-15);
    assert!(matches!(seen.metric("auc", 0.5), Err(Error::Parameter { what: "metric", .. })));
}

#[test]
fn a_label_counts_from_the_moment_it_is_known() {
    let log = MemoryPredictionLog::new();
    log.append(&[event(1, 0, 0, Prediction::Score(0.5)), event(2, 0, 0, Prediction::Score(0.5))]).unwrap();
    log.label(&[label(1, true, 100), label(2, true, 101)]).unwrap();
    let labelled = |as_of| performance(&log, 0, april(), hour(as_of)).counts().labelled;
    assert_eq!([99, 100, 101].map(labelled), [0, 1, 2]);
    // A correction takes back what was known, until it is known itself.
    log.label(&[label(1, false, 200)]).unwrap();
    assert_eq!([101, 200].map(labelled), [1, 2]);
}

#[test]
fn what_has_no_value_is_no_number() {
    let log = MemoryPredictionLog::new();
    let empty = performance(&log, 0, april(), april().until());
    assert_eq!((empty.mean_score(), empty.positive_rate(), empty.gap()), (None, None, None));
    assert!(matches!(empty.metric("brier", 0.5), Err(Error::Statistic { .. })));
    assert_eq!(empty.gap_in_words("late rate"), "flight-delay 1.0.0, April 2013: no labels");
    assert!(empty.gap_sample("late rate").value().is_nan());
    log.append(&[event(1, 0, 0, Prediction::Score(0.25))]).unwrap();
    log.label(&[label(1, true, 5)]).unwrap();
    let one = performance(&log, 0, april(), april().until());
    assert_eq!(one.gap(), Some(-0.75));
    assert!(one.metric("roc_auc", 0.5).is_err(), "one class");
    let bootstrap = BlockBootstrap::new(100, 7, 0.95).unwrap();
    assert!(one.interval("brier", 0.5, &bootstrap).is_err(), "one day");
    let summary = one.summary(&bootstrap);
    assert_eq!((summary.mean_score, summary.gap, summary.roc_auc), (Some(0.25), None, None));
    // A value that is no class is a mistake, not a negative.
    let id = "1".parse().unwrap();
    log.label(&[Label::new("flight-delay".parse().unwrap(), id, 0.5, hour(9)).unwrap()]).unwrap();
    let (model, version) = ("flight-delay".parse().unwrap(), Version::new(1, 0, 0));
    let error = Performance::of(&log, &model, &version, april(), april().until()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "label of prediction 1 is 0.5, expected 0 or 1: this is the performance of a binary classifier"
    );
}

#[test]
fn the_gap_has_words_and_a_sample() {
    let log = MemoryPredictionLog::new();
    let answers: Vec<_> = (0..100).map(|id| event(id, 0, 0, Prediction::Score(0.259))).collect();
    log.append(&answers).unwrap();
    log.label(&(0..100).map(|id| label(id, id < 29, 800)).collect::<Vec<_>>()).unwrap();
    let window = Window::new(hour(0), hour(24 * 30)).unwrap();
    let seen = performance(&log, 0, window, hour(800));
    let words =
        "flight-delay 1.0.0, April 2013: mean score 0.259 is 0.031 below the late rate 0.290 (100 labels)";
    assert_eq!(seen.gap_in_words("late rate"), words);
    let sample = seen.gap_sample("late rate");
    assert!((sample.value() - 0.031).abs() < 1e-12);
    let expected = Sample::new(sample.value())
        .label("model_name", "flight-delay")
        .label("model_version", "1.0.0")
        .count(100)
        .words(words);
    assert_eq!(sample, expected);
}

#[derive(Clone, Debug)]
struct Answer {
    id: u64,
    minor: u64,
    part: usize,
    score: Option<f64>,
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let score = prop_oneof![
        4 => (0_u32..=8).prop_map(|score| Some(f64::from(score) / 8.0)),
        1 => Just(None),
        1 => Just(Some(f64::NAN)),
    ];
    let answer = (0_u64..40, 0_u64..2, 0_usize..5, score).prop_map(|(id, minor, part, score)| Answer {
        id,
        minor,
        part,
        score,
    });
    prop::collection::vec(answer, 0..80)
}

proptest! {
    #[test]
    fn it_equals_a_slow_count(
        mut answers in answers(),
        labels in prop::collection::btree_map(0_u64..40, (any::<bool>(), 0_u64..300), 0..40),
        (from, hours, as_of) in (0_u64..200, 1_u64..200, 0_u64..300),
    ) {
        // One content a key, as the log demands it.
        answers.sort_by_key(|a| (a.id, a.minor, a.part));
        answers.dedup_by_key(|a| (a.id, a.minor, a.part));
        let log = MemoryPredictionLog::new();
        let prediction = |a: &Answer| a.score.map_or(Prediction::Failed("timeout"), Prediction::Score);
        log.append(&answers.iter().map(|a| event(a.id, a.minor, a.part, prediction(a))).collect::<Vec<_>>())
            .unwrap();
        log.label(&labels.iter().map(|(id, (late, known))| label(*id, *late, *known)).collect::<Vec<_>>())
            .unwrap();
        let window = Window::new(hour(from), hour(from + hours)).unwrap();
        let known = |id: u64| labels.get(&id).filter(|(_, known)| *known <= as_of).map(|(late, _)| *late);
        let of = |id: u64, minor: u64| -> Vec<&Answer> {
            answers.iter().filter(|a| a.id == id && a.minor == minor && a.part != 4).collect()
        };
        let score = |id, minor| of(id, minor).iter().filter_map(|a| a.score).find(|score| score.is_finite());
        let ids: Vec<u64> = (0..40).filter(|id| window.contains(hour(id * 7))).collect();

        let seen = performance(&log, 0, window, hour(as_of));
        let asked: Vec<u64> = ids.iter().copied().filter(|id| !of(*id, 0).is_empty()).collect();
        let scored: Vec<u64> = asked.iter().copied().filter(|id| score(*id, 0).is_some()).collect();
        let rows: Vec<(u64, bool, f64)> = scored
            .iter()
            .filter_map(|id| Some((*id, known(*id)?, score(*id, 0)?)))
            .collect();
        let counts = seen.counts();
        prop_assert_eq!(counts.answers, asked.len() as u64);
        prop_assert_eq!(counts.failed, (asked.len() - scored.len()) as u64);
        prop_assert_eq!(counts.labelled, rows.len() as u64);
        prop_assert_eq!(counts.answers, counts.failed + counts.labelled + counts.unlabelled);
        let ids_seen: Vec<u64> = seen.rows().ids().iter().map(|id| id.as_str().parse().unwrap()).collect();
        prop_assert_eq!(ids_seen, rows.iter().map(|row| row.0).collect::<Vec<_>>());
        prop_assert_eq!(seen.rows().labels(), rows.iter().map(|row| row.1).collect::<Vec<_>>());
        prop_assert_eq!(seen.rows().scores(), rows.iter().map(|row| row.2).collect::<Vec<_>>());

        let (model, one, two) = ("flight-delay".parse().unwrap(), Version::new(1, 1, 0), Version::new(1, 0, 0));
        let paired = PairedPerformance::of(&log, &model, (&one, &two), window, hour(as_of)).unwrap();
        let both: Vec<u64> = scored.iter().copied().filter(|id| score(*id, 1).is_some()).collect();
        let rows: Vec<u64> = both.iter().copied().filter(|id| known(*id).is_some()).collect();
        prop_assert_eq!(paired.both(), both.len() as u64);
        let of_version = |minor| rows.iter().map(|id| score(*id, minor).unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(paired.rows().candidate(), of_version(1));
        prop_assert_eq!(paired.rows().baseline(), of_version(0));
        prop_assert_eq!(paired.rows().labels(), rows.iter().map(|id| known(*id).unwrap()).collect::<Vec<_>>());
    }
}

#[test]
fn two_versions_stand_side_by_side() {
    let log = MemoryPredictionLog::new();
    let mut random = mlops_stats::Random::replicate(3, 0);
    let mut late = Vec::new();
    for id in 0..90 {
        let truth = random.index(3) == 0;
        let noise = random.index(100) as f64 / 200.0;
        let good = if truth { 0.4 } else { 0.1 } + noise;
        log.append(&[event(id, 1, 2, Prediction::Score(good)), event(id, 0, 0, Prediction::Score(noise))])
            .unwrap();
        late.push(label(id, truth, 10));
    }
    // Only one of them scored it: no part of the comparison.
    log.append(&[event(95, 0, 0, Prediction::Score(0.99))]).unwrap();
    late.push(label(95, true, 10));
    log.label(&late).unwrap();
    let (model, one, two) = ("flight-delay".parse().unwrap(), Version::new(1, 1, 0), Version::new(1, 0, 0));
    let paired = PairedPerformance::of(&log, &model, (&one, &two), april(), april().until()).unwrap();
    assert_eq!((paired.both(), paired.rows().len()), (90, 90));
    let bootstrap = BlockBootstrap::new(500, 7, 0.95).unwrap();
    let auc = paired.compare("roc_auc", 0.5, &bootstrap).unwrap();
    assert!((auc.difference.value - (auc.candidate - auc.baseline)).abs() < 1e-12);
    assert!(auc.difference.interval.lower > 0.0, "{auc:?}");
    let same = PairedPerformance::of(&log, &model, (&two, &two), april(), april().until()).unwrap();
    let nothing = same.compare("brier", 0.5, &bootstrap).unwrap().difference;
    assert_eq!((nothing.value, nothing.interval.lower, nothing.interval.upper), (0.0, 0.0, 0.0));
}
