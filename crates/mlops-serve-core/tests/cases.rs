//! Recorded cases of reference tools. `MLOPS_CASES` names a folder that is read instead of
//! `testdata/`.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use mlops_cases::Tally;
use mlops_serve_core::{Error, ModelArtifact, ModelExt, ModelFormat};
use serde::Deserialize;
use serde_json::Value;

const SUPPORTED: [ModelFormat; 2] = [ModelFormat::LightGbmText, ModelFormat::XgBoostJson];

#[derive(Deserialize)]
struct Hostile {
    limits: Limits,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Limits {
    seconds: f64,
    memory_mib: usize,
}

#[derive(Clone, Deserialize)]
struct Case {
    name: String,
    format: String,
    file: String,
    why: String,
    expect: Expect,
    #[serde(default)]
    rows: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    expected: Option<Expected>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expect {
    Error,
    Ok,
    ErrorOrOk,
}

#[derive(Clone, Deserialize)]
struct Expected {
    predict: Vec<Value>,
}

#[test]
fn serving_hostile() {
    let area = "serving/hostile";
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let Some(folder) = mlops_cases::folder(area, env!("CARGO_MANIFEST_DIR")) else { return };
    let file = folder.join("cases.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let hostile: Hostile = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::default();
    for case in hostile.cases {
        let Ok(format) = case.format.parse() else { continue };
        if SUPPORTED.contains(&format) {
            let places = [folder.clone(), testdata.clone(), testdata.join(area)];
            let file = places.iter().map(|place| place.join(&case.file)).find(|file| file.exists());
            judge(&mut tally, &case, format, file, &hostile.limits);
        }
    }
    tally.conclude(area);
}

/// Runs a case on a thread of its own, with a deadline and with its memory counted.
fn judge(tally: &mut Tally, case: &Case, format: ModelFormat, file: Option<PathBuf>, limits: &Limits) {
    let label = format!("{} ({})", case.name, case.why);
    let Some(file) = file else {
        tally.check(false, || format!("{label}: the file {} is not there", case.file));
        return;
    };
    let (sender, receiver) = mpsc::channel();
    let rows = rows(case);
    let before = MEMORY.live.load(Ordering::Relaxed);
    MEMORY.peak.store(before, Ordering::Relaxed);
    std::thread::spawn(move || sender.send(answer(format, &file, &rows)));
    let outcome = receiver.recv_timeout(Duration::from_secs_f64(limits.seconds));
    let used = MEMORY.peak.load(Ordering::Relaxed).saturating_sub(before);
    let limit = limits.memory_mib << 20;
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            tally.check(false, || format!("{label}: no answer after {} s", limits.seconds));
            return;
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            tally.check(false, || format!("{label}: it panicked"));
            return;
        }
    };
    if used > limit {
        tally.check(false, || format!("{label}: {used} bytes of memory, {limit} allowed"));
        return;
    }
    match (case.expect, outcome) {
        (Expect::Error | Expect::ErrorOrOk, Err(_)) => tally.check(true, String::new),
        (Expect::Error, Ok(answers)) => tally.check(false, || format!("{label}: answered {answers:?}")),
        (Expect::Ok, Err(error @ Error::Unsupported { .. })) => {
            tally.unsupported(format!("{label}: {error}"));
        }
        (Expect::Ok, Err(error)) => tally.check(false, || format!("{label}: {error}")),
        (Expect::Ok | Expect::ErrorOrOk, Ok(answers)) => compare(tally, &label, case, &answers),
    }
}

fn answer(format: ModelFormat, file: &Path, rows: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
    let bytes = std::fs::read(file).unwrap();
    let artifact = ModelArtifact::from_bytes_as(format, &bytes)?;
    rows.iter().map(|row| artifact.model().predict_one(row)).collect()
}

/// Each recorded number counts.
fn compare(tally: &mut Tally, label: &str, case: &Case, answers: &[f64]) {
    let Some(expected) = &case.expected else {
        tally.check(true, String::new);
        return;
    };
    if expected.predict.len() != answers.len() {
        tally.check(false, || {
            format!("{label}: {} answers to {} rows", answers.len(), expected.predict.len())
        });
        return;
    }
    for (row, (expected, answer)) in expected.predict.iter().zip(answers).enumerate() {
        let expected = number(expected);
        let near = (expected - answer).abs() <= 1e-6 + 1e-6 * expected.abs();
        tally.check(near, || format!("{label}: row {row} is {answer}, {expected} expected"));
    }
}

/// The rows of a case are float32.
#[expect(clippy::cast_possible_truncation, reason = "float32 is what the file says they are")]
fn rows(case: &Case) -> Vec<Vec<f64>> {
    match &case.rows {
        None => vec![vec![0.5, 1.5, -1.0]],
        Some(rows) => {
            rows.iter().map(|row| row.iter().map(|value| f64::from(number(value) as f32)).collect()).collect()
        }
    }
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        None => value.as_f64().unwrap(),
        Some(name) => name.parse().unwrap(),
    }
}

/// Counts what is allocated and not yet freed.
struct Counting {
    live: AtomicUsize,
    peak: AtomicUsize,
}

#[global_allocator]
static MEMORY: Counting = Counting { live: AtomicUsize::new(0), peak: AtomicUsize::new(0) };

impl Counting {
    fn grow(&self, bytes: usize) {
        let live = self.live.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.peak.fetch_max(live, Ordering::Relaxed);
    }
}

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: every call goes to the system's allocator unchanged; counting touches atomics only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.grow(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.live.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}
