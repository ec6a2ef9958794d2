//! A process writes and is killed at a random moment, again and again: what it was told is
//! kept is there, whole batches only, and the next process goes on.
#![cfg(unix)]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "processes talk by pipe, and tests fail by panic"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use mlops_monitor::{
    Durability, Error, FilePredictionLog, Label, PredictionLog, PredictionLogExt, PredictionQuery,
};

/// Names the file to the process that shall write to it.
const FILE: &str = "MLOPS_TEST_PREDICTION_LOG";
/// The first batch that it writes.
const FIRST: &str = "MLOPS_TEST_FIRST";
/// How many times the writer is killed.
const KILLS: u32 = 30;
/// How many of them befall one file, which grows from life to life.
const LIVES: u32 = 6;

/// Answers of a batch: mostly a few, sometimes so many that a write takes its time.
fn batch(number: u32) -> Vec<PredictionEvent> {
    let answers = if number % 4 == 3 { 2_000 } else { number % 17 + 1 };
    (0..answers)
        .map(|answer| PredictionEvent {
            id: format!("{number}-{answer}").parse().unwrap(),
            model: "flight-delay".parse().unwrap(),
            version: Version::new(1, u64::from(number / 50), 0),
            at: Timestamp::from_micros(i64::from(number)),
            latency: Duration::from_micros(80),
            served_by: ServedBy::Champion,
            inputs: (0..11).map(f64::from).collect(),
            prediction: Prediction::Score(f64::from(answer) / 2000.0),
        })
        .collect()
}

fn labels(number: u32) -> Vec<Label> {
    let label = |event: PredictionEvent| Label::new(event.model, event.id, 1.0, event.at);
    batch(number).into_iter().map(|event| label(event).unwrap()).collect()
}

/// A line to the parent, on its way at once. The mark tells it from those of the test harness.
fn say(what: &str) {
    println!("\n> {what}");
    std::io::stdout().flush().unwrap();
}

/// Opens the log. A process that another test is just starting may hold a copy of a handle
/// that was closed here already, until it has become what it shall be.
fn open(file: &Path, durability: Durability) -> FilePredictionLog {
    loop {
        match FilePredictionLog::open(file, durability) {
            Err(Error::InUse { .. }) => std::thread::yield_now(),
            other => return other.unwrap(),
        }
    }
}

/// Not a test of its own, but the process that the others start: does nothing without a file.
#[test]
fn writer() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let first: u32 = std::env::var(FIRST).unwrap().parse().unwrap();
    let log = open(Path::new(&file), Durability::OnFlush);
    say("open");
    for number in first.. {
        let kept = log.append(&batch(number)).and_then(|_| log.label(&labels(number)));
        if let Err(error) = kept {
            assert!(matches!(error, Error::Unavailable { .. }), "{error}");
            say("full");
            // It is as before, and the next attempt fails as this one did.
            let again = log.append(&batch(number)).and_then(|_| log.label(&labels(number)));
            assert!(again.is_err());
            let first = std::env::var(FIRST).unwrap().parse().unwrap();
            assert!((number..=number + 1).contains(&batches(&log, first).0));
            return;
        }
        if number.is_multiple_of(8) {
            log.flush().unwrap();
        }
        say(&format!("kept {number}"));
    }
}

fn start(file: &Path, first: u32, limit: Option<u32>) -> Command {
    let exe = std::env::current_exe().unwrap();
    let mut command = match limit {
        None => Command::new(exe),
        Some(blocks) => {
            // The shell sets the limit and ignores the signal, so that writing fails instead.
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")).arg(exe);
            shell
        }
    };
    command.args(["writer", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(FILE, file).env(FIRST, first.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Checks that the batches `first..` are there without a gap, each whole, and returns
/// how many there are in all, and how many have their labels.
fn batches(log: &FilePredictionLog, first: u32) -> (u32, u32) {
    let query = PredictionQuery::new("flight-delay".parse().unwrap());
    let entries: Vec<_> = log.entries(query).collect::<Result<_, _>>().unwrap();
    let (mut number, mut labelled, mut rest) = (0, 0, &entries[..]);
    while !rest.is_empty() {
        let expected = batch(number);
        assert!(rest.len() >= expected.len(), "batch {number} is torn");
        let (found, others) = rest.split_at(expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.event, *expected, "batch {number}");
        }
        let labels = found.iter().filter(|entry| entry.label.is_some()).count();
        assert!(labels == 0 || labels == found.len(), "the labels of batch {number} are torn");
        assert!(labels > 0 || others.is_empty(), "batch {number} lost its labels");
        labelled += u32::from(labels > 0);
        number += 1;
        rest = others;
    }
    assert!(number >= first, "batches that were there are gone");
    (number, labelled)
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut total, mut torn, mut beyond) = (0, 0, 0, 0);
    let mut random = mlops_stats::Random::replicate(5, 0);
    for kill in 0..KILLS {
        if kill % LIVES == 0 {
            (total, first) = (total + first, 0);
        }
        let file = folder.path().join(format!("predictions-{}.log", kill / LIVES));
        let mut child = start(&file, first, None).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let wait = random.index(10);
        let mut acknowledged = first;
        let mut said = 0;
        while said <= wait {
            let line = output.next().unwrap_or_else(|| panic!("writer {kill} ended: {:?}", child.wait()));
            let line = line.unwrap();
            if let Some(number) = line.strip_prefix("> kept ") {
                acknowledged = number.parse::<u32>().unwrap() + 1;
            }
            said += usize::from(line.starts_with("> "));
        }
        // Now, or a little later: within a write, between two, before the labels.
        for _ in 0..random.index(400_000) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in output {
            if let Some(number) = line.unwrap().strip_prefix("> kept ") {
                acknowledged = number.parse::<u32>().unwrap() + 1;
            }
        }
        let log = open(&file, Durability::Never);
        let (number, labelled) = batches(&log, first);
        assert!(number >= acknowledged, "{acknowledged} were acknowledged, {number} are there");
        assert!(labelled >= acknowledged, "{acknowledged} were acknowledged, {labelled} are labelled");
        assert!(number <= acknowledged + 1, "one was on its way, {} are there", number - acknowledged);
        torn += u32::from(log.torn_tail().is_some());
        beyond += u32::from(labelled > acknowledged || number > acknowledged);
        // The same batch again finishes what the dead one began.
        if labelled < number {
            log.label(&labels(labelled)).unwrap();
        }
        first = number;
    }
    println!(
        "{KILLS} kills: {} batches, {torn} torn tails, {beyond} kept but not acknowledged",
        total + first
    );
}

/// A write that does not fit is taken back: the log is as before, in this process and in the next.
#[test]
fn a_full_disk_tears_nothing() {
    for blocks in [1, 9, 40, 41] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("predictions.log");
        let output = start(&file, 0, Some(blocks)).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        assert!(text.contains("> full"), "{text}");
        let acknowledged = text.lines().filter(|line| line.starts_with("> kept ")).count();
        let log = open(&file, Durability::OnFlush);
        assert_eq!(log.torn_tail(), None, "{blocks} blocks");
        let (number, labelled) = batches(&log, 0);
        assert_eq!(labelled as usize, acknowledged);
        assert!(number == labelled || number == labelled + 1);
        log.label(&labels(number)).unwrap();
    }
}
