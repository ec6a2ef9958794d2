//! What a crash leaves of the file is cut off and reported; damage is refused with its
//! place; nothing that was kept is ever passed over in silence.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::path::Path;
use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use mlops_monitor::{
    Durability, Error, FilePredictionLog, Label, LoggedPrediction, PredictionLog, PredictionLogExt,
    PredictionQuery, TornTail,
};
use proptest::prelude::*;

fn event(id: u32) -> PredictionEvent {
    let failed = id.is_multiple_of(5);
    PredictionEvent {
        id: format!("flight-{id}").parse().unwrap(),
        model: if id.is_multiple_of(3) { "delay" } else { "cancelled" }.parse().unwrap(),
        version: Version::new(1, u64::from(id % 2), 0),
        at: Timestamp::from_micros(i64::from(id % 7) * 1_000_000),
        latency: Duration::new(u64::from(id), id),
        served_by: if failed { ServedBy::Fallback } else { ServedBy::Champion },
        inputs: (0..id % 4).map(|input| f64::from(input) / 3.0).collect(),
        prediction: if failed {
            Prediction::Failed("timeout")
        } else {
            Prediction::Score(f64::from(id) / 7.0)
        },
    }
}

fn label(id: u32, known: i64) -> Label {
    let PredictionEvent { model, id: of, .. } = event(id);
    Label::new(model, of, f64::from(id % 2), Timestamp::from_micros(known)).unwrap()
}

#[derive(Clone, Debug)]
enum Batch {
    Answers(Vec<u32>),
    Labels(Vec<(u32, i64)>),
}

/// Keeps a batch; ids that came before are repeated, which changes nothing.
fn keep(log: &dyn PredictionLog, batch: &Batch) {
    match batch {
        Batch::Answers(ids) => {
            log.append(&ids.iter().map(|id| event(*id)).collect::<Vec<_>>()).unwrap();
        }
        Batch::Labels(labels) => {
            log.label(&labels.iter().map(|(id, known)| label(*id, *known)).collect::<Vec<_>>()).unwrap();
        }
    }
}

/// All that a log says.
fn content(log: &dyn PredictionLog) -> (Vec<LoggedPrediction>, [u64; 2]) {
    let models = ["delay", "cancelled"].map(|model| model.parse().unwrap());
    let waiting = [0, 1].map(|model: usize| log.waiting_labels(&models[model]).unwrap());
    let entries = models.into_iter().flat_map(|model| log.entries(PredictionQuery::new(model)));
    (entries.collect::<Result<_, _>>().unwrap(), waiting)
}

fn open(path: &Path) -> Result<FilePredictionLog, Error> {
    FilePredictionLog::open(path, Durability::Never)
}

/// What a log holds: its answers, and the counts beside them.
type Kept = (Vec<LoggedPrediction>, [u64; 2]);

/// A file of these batches, and after each batch its length and what the log said.
fn written(path: &Path, batches: &[Batch]) -> Vec<(u64, Kept)> {
    let log = open(path).unwrap();
    let mut states = vec![(log.bytes(), content(&log))];
    for batch in batches {
        keep(&log, batch);
        states.push((log.bytes(), content(&log)));
    }
    states
}

fn batches() -> Vec<Batch> {
    vec![
        Batch::Answers(vec![1, 2, 3]),
        Batch::Labels(vec![(2, 10), (9, 10)]),
        Batch::Answers(vec![5, 9, 2]),
        Batch::Labels(vec![(2, 20), (1, 5)]),
        Batch::Answers(vec![10]),
    ]
}

#[test]
fn a_cut_at_any_byte_keeps_the_batches_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole");
    let states = written(&path, &batches());
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut");
    for length in 0..=bytes.len() {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        let log = open(&cut).unwrap();
        let length = length as u64;
        // The names of a batch are a frame of their own before it: without their batch they say nothing.
        let kept = states.iter().rfind(|(end, _)| *end <= length).unwrap_or(&states[0]);
        assert_eq!(content(&log), kept.1, "cut at {length}");
        match log.torn_tail() {
            Some(TornTail { offset: 0, bytes }) => assert!(length < 16 && bytes == length),
            Some(TornTail { offset, bytes }) => {
                assert_eq!(offset + bytes, length, "cut at {length}");
                assert_eq!(log.bytes(), offset);
            }
            None => assert!(length == 0 || length == log.bytes(), "cut at {length} and not reported"),
        }
        assert_eq!(std::fs::metadata(&cut).unwrap().len(), log.bytes());
        // What was lost is written again; the file is as good as the whole one.
        for batch in &batches() {
            keep(&log, batch);
        }
        let all = content(&log);
        assert_eq!((all.0.len(), all.1), (states.last().unwrap().1.0.len(), [0, 0]));
        drop(log);
        let log = open(&cut).unwrap();
        assert_eq!((content(&log), log.torn_tail()), (all, None), "cut at {length}");
    }
}

#[test]
fn a_damaged_byte_is_named_or_was_in_the_last_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole");
    let states = written(&path, &batches());
    let bytes = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged");
    let before_last = &states[states.len() - 2];
    for place in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut copy = bytes.clone();
            copy[place] ^= flip;
            std::fs::write(&damaged, &copy).unwrap();
            match open(&damaged) {
                Err(Error::Corrupt { file, offset, .. }) => {
                    assert_eq!(file, damaged);
                    assert!(offset <= place as u64, "byte {place} is damaged, not {offset}");
                    assert!((place as u64) < before_last.0, "byte {place} is of the last frame");
                    assert_eq!(std::fs::read(&damaged).unwrap(), copy, "a damaged file is left as it is");
                }
                Ok(log) => {
                    let torn = log.torn_tail().unwrap_or_else(|| panic!("byte {place} is passed over"));
                    assert_eq!(torn.offset, before_last.0);
                    assert_eq!(torn.bytes, bytes.len() as u64 - before_last.0);
                    assert_eq!(content(&log), before_last.1);
                }
                Err(other) => panic!("byte {place}: {other}"),
            }
        }
    }
}

/// After a loss of power the file may be as long as it should be, but its end was never written.
#[test]
fn an_end_of_zeros_is_a_torn_tail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let states = written(&path, &batches());
    let mut bytes = std::fs::read(&path).unwrap();
    let from = states[3].0;
    bytes[usize::try_from(from).unwrap()..].fill(0);
    bytes.extend(std::iter::repeat_n(0, 3_000_000));
    std::fs::write(&path, &bytes).unwrap();
    let log = open(&path).unwrap();
    assert_eq!(log.torn_tail(), Some(TornTail { offset: from, bytes: bytes.len() as u64 - from }));
    assert_eq!(content(&log), states[3].1);
}

/// However far behind it is: a length that lies must not swallow what follows.
#[test]
fn a_frame_behind_megabytes_of_damage_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let large: Vec<u32> = (100..40_000).collect();
    let states =
        written(&path, &[Batch::Answers(vec![1, 2, 3]), Batch::Answers(large), Batch::Answers(vec![4])]);
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 2_500_000, "more than two steps of the search");
    let (from, until) = (usize::try_from(states[1].0).unwrap(), usize::try_from(states[2].0).unwrap());
    bytes[from..until - 1].fill(0xa7);
    std::fs::write(&path, &bytes).unwrap();
    let error = open(&path).unwrap_err();
    let Error::Corrupt { offset, reason, .. } = &error else { panic!("{error}") };
    assert_eq!(*offset, states[1].0);
    assert!(reason.contains(&format!("at byte {until}")), "{reason}");
}

#[test]
fn a_file_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = open(&path).unwrap();
    let clone = log.clone();
    for _ in 0..2 {
        let error = open(&path).unwrap_err();
        assert!(matches!(&error, Error::InUse { file } if *file == path), "{error}");
        assert!(error.is_transient());
        log.append(&[event(1)]).unwrap();
    }
    drop(log);
    assert!(matches!(open(&path), Err(Error::InUse { .. })), "a clone has it still");
    drop(clone);
    assert_eq!(content(&open(&path).unwrap()).0.len(), 1);
}

#[test]
fn other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for bytes in [&b"id,score\nflight-1,0.5\n"[..], b"x", b"mlopsplg and more that is not ours"] {
        std::fs::write(&path, bytes).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Corrupt { offset: 0, .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    let missing = folder.path().join("no folder").join("log");
    let error = open(&missing).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("no folder"), "the path is named: {source}");
}

/// A file of this release, byte by byte: if this fails, the number of the format must change.
#[test]
fn the_format_is_stable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    written(&path, &[Batch::Answers(vec![5]), Batch::Labels(vec![(5, 7)])]);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(&bytes[..12], b"mlopsplg\x01\0\0\0");
    assert_eq!(&bytes[16..24], b"\xa7plf\x01\0\0\0");
    // Names: the model, its version, the kind of failure.
    let names = b"\x01\x09\0\0\0cancelled\x02\0\0\0\0\x05\0\0\x001.1.0\x03\x07\0\0\0timeout";
    assert_eq!(&bytes[36..36 + names.len()], names);
    assert_eq!((bytes.len(), crc32fast::hash(&bytes)), (210, 1_708_765_238));
}

fn any_batches() -> impl Strategy<Value = Vec<Batch>> {
    let answers = prop::collection::vec(0_u32..30, 0..6).prop_map(Batch::Answers);
    // A label of a later moment corrects the earlier; of one moment, they are the same.
    let labels = prop::collection::vec((0_u32..30, 0_i64..4), 0..6).prop_map(Batch::Labels);
    prop::collection::vec(prop_oneof![answers, labels], 1..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_keeps_the_batches_before_it(batches in any_batches(), cut in 0.0_f64..=1.0) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let states = written(&path, &batches);
        let length = std::fs::metadata(&path).unwrap().len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the file")]
        let length = (length as f64 * cut) as u64;
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        let log = open(&path).unwrap();
        let kept = states.iter().rfind(|(end, _)| *end <= length).unwrap_or(&states[0]);
        prop_assert_eq!(content(&log), kept.1.clone());
    }

    /// A file from anywhere: opened, or refused; never a panic, and never more memory than it is long.
    #[test]
    fn arbitrary_bytes_are_refused_or_cut(
        tail in prop::collection::vec(any::<u8>(), 0..300),
        place in 0_usize..600,
        replace in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        written(&path, &batches());
        let mut bytes = std::fs::read(&path).unwrap();
        let place = place.min(bytes.len());
        let until = (place + replace.len()).min(bytes.len());
        bytes.splice(place..until, replace);
        bytes.extend(tail);
        std::fs::write(&path, &bytes).unwrap();
        match open(&path) {
            Ok(log) => { let _ = content(&log); }
            Err(error) => prop_assert!(matches!(error, Error::Corrupt { .. } | Error::Format { .. }), "{}", error),
        }
    }
}
