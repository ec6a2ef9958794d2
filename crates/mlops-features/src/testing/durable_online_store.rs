//! What an [`OnlineStore`] that outlives its process promises besides, as code.
//!
//! [`durable_online_store_suite!`](crate::durable_online_store_suite) makes of it a `#[test]`
//! each. The tests start the test binary again as child processes, which write to the same
//! store, report what was acknowledged through a pipe, and are killed.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use mlops_core::Timestamp;

use super::online_store::{self as suite, at, features, row, view};
use crate::{EntityKey, OnlineStore, Result, Value};

/// The folder that a child works in; where it is not set, the child's test does nothing.
const FOLDER: &str = "MLOPS_DURABLE_ONLINE_STORE_CHILD";
/// What the child does there.
const ROLE: &str = "MLOPS_DURABLE_ONLINE_STORE_ROLE";
/// How often a child is killed.
const KILLS: &str = "MLOPS_KILLS";

/// Holds a durable adapter of [`OnlineStore`](crate::OnlineStore) to what it promises of
/// crashes and other processes: a module `$name` with a `#[test]` for each. `$open` opens the
/// store in a folder, and `$folder` makes an empty one for each test.
///
/// The variable `MLOPS_KILLS` says how often a writer is killed; 50 times without it.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # mod tests {
/// use mlops_features::{Flush, SqliteOnlineStore};
/// mlops_features::durable_online_store_suite!(
///     sqlite,
///     tempfile::tempdir().unwrap(),
///     |folder: &std::path::Path| SqliteOnlineStore::open(folder.join("online.db"), Flush::EachWrite)
/// );
/// # }
/// ```
#[macro_export]
macro_rules! durable_online_store_suite {
    ($name:ident, $folder:expr, $open:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expressions are made of")]
            use super::*;
            use $crate::testing::durable_online_store as suite;

            /// How the test binary finds the child's part again.
            const CHILD: &str = concat!(module_path!(), "::child");

            #[test]
            fn child() {
                suite::child($open);
            }

            #[test]
            fn what_was_written_is_there_when_it_is_opened_again() {
                suite::what_was_written_is_there_when_it_is_opened_again($folder.as_ref(), $open);
            }

            #[test]
            fn racing_processes_leave_the_newest() {
                suite::racing_processes_leave_the_newest($folder.as_ref(), $open, CHILD);
            }

            #[test]
            fn a_kill_loses_nothing_that_was_acknowledged() {
                suite::a_kill_loses_nothing_that_was_acknowledged($folder.as_ref(), $open, CHILD);
            }
        }
    };
}

/// Keys that are written at each step.
const KEYS: i64 = 5;

/// Publishes the next step: a row of each key that says which step it is, and the watermark.
fn step(store: &dyn OnlineStore) -> Result<i64> {
    let from = store.watermark(&view("v"))?;
    let to = from.map_or(1, |from| from.as_micros() + 1);
    let rows: Vec<_> = (0..KEYS)
        .map(|key| (EntityKey::from(key), row(to, Some(to), [Value::Int(to), Value::from(f64::NAN)])))
        .collect();
    store.publish(&view("v"), &features(["x", "y"]), &rows, from, at(to))?;
    Ok(to)
}

/// The step that the store is at; all rows must be of it.
#[track_caller]
fn consistent(store: &dyn OnlineStore) -> i64 {
    let published = store.watermark(&view("v")).expect("the store can be read");
    let keys: Vec<_> = (0..KEYS).map(EntityKey::from).collect();
    let rows = store.get_many(&view("v"), &features(["x", "y"]), &keys).expect("the store can be read");
    for found in rows {
        let at = found.as_ref().map(|row| row.event_timestamp);
        assert_eq!(at, published, "a row without its watermark, or a watermark without its row");
        if let Some(row) = found {
            assert_eq!(row.created, Some(row.event_timestamp));
            assert_eq!(row.values[0], Value::Int(row.event_timestamp.as_micros()), "a row of another step");
            assert!(row.values[1].is_same(&Value::from(f64::NAN)), "a row by half");
        }
    }
    published.map_or(0, Timestamp::as_micros)
}

/// What was written is there when the store is opened again.
pub fn what_was_written_is_there_when_it_is_opened_again<S: OnlineStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
) {
    for round in 1..=5 {
        let store = open(folder).expect("the store opens");
        assert_eq!(consistent(&store), round - 1);
        assert_eq!(step(&store).expect("the only writer"), round);
    }
    let store = open(folder).expect("the store opens");
    suite::put(&store, 100, None, 7);
    drop(store);
    assert_eq!(suite::x(&open(folder).expect("the store opens")), Some(Value::Int(7)), "what is no step");
}

/// Processes that write the same keys in different orders leave the newest row of all.
pub fn racing_processes_leave_the_newest<S: OnlineStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
    test: &str,
) {
    let writers: Vec<_> =
        (0..suite::WRITERS).map(|writer| Writer::start(folder, test, &writer.to_string())).collect();
    for writer in writers {
        assert_eq!(writer.finish(), [suite::ROUNDS], "each writer comes to its end");
    }
    suite::the_newest_is_there(&open(folder).expect("the store opens"));
}

/// A writer that is killed at random moments leaves all that it has acknowledged, and
/// nothing by half.
pub fn a_kill_loses_nothing_that_was_acknowledged<S: OnlineStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
    test: &str,
) {
    let kills: u64 = env::var(KILLS).map_or(50, |kills| kills.parse().expect("MLOPS_KILLS is a number"));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut acknowledged = 0;
    for kill in 0..kills {
        let mut writer = Writer::start(folder, test, "steps");
        // Some die in their first write or before it, others in the middle of their work.
        for _ in 0..xorshift(&mut random) % 12 {
            let step = writer.acknowledged().expect("it writes until it is killed");
            assert!(step > acknowledged, "step {step} was acknowledged twice");
            acknowledged = step;
        }
        // So that the kill does not always come right after an acknowledgement.
        for _ in 0..xorshift(&mut random) % 2_000_000 {
            std::hint::spin_loop();
        }
        if let Some(last) = writer.kill().last() {
            acknowledged = *last;
        }
        let there = consistent(&open(folder).expect("the store opens after a kill"));
        assert!(there >= acknowledged, "kill {kill}: {acknowledged} was acknowledged, {there} is there");
        acknowledged = there;
    }
    assert!(kills == 0 || acknowledged > 0, "nothing was written at all");
}

fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// What the test binary does when it is started as a child: nothing, if it is not.
pub fn child<S: OnlineStore>(open: impl Fn(&Path) -> Result<S>) {
    let (Ok(folder), Ok(role)) = (env::var(FOLDER), env::var(ROLE)) else { return };
    let store = open(Path::new(&folder)).expect("the store opens");
    let acknowledge = |number: i64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{ACKNOWLEDGED}{number}").and_then(|()| out.flush())
    };
    if let Ok(writer) = role.parse() {
        suite::write_rounds(&store, writer);
        acknowledge(suite::ROUNDS).expect("the parent waits for it");
        return;
    }
    // The parent may be gone; then so is the reason to go on.
    while acknowledge(step(&store).expect("the only writer")).is_ok() {}
}

/// What a line begins with that reports a write; the test harness prints lines too.
const ACKNOWLEDGED: &str = "acknowledged ";

/// A child process that writes.
struct Writer {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Writer {
    fn start(folder: &Path, test: &str, role: &str) -> Self {
        // The name of the test has no crate in front.
        let name = test.split_once("::").map_or(test, |(_, name)| name);
        let mut process = Command::new(env::current_exe().expect("this program has a path"))
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .env(ROLE, role)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("this program starts again");
        let lines = BufReader::new(process.stdout.take().expect("the pipe that was asked for"));
        Self { process, lines }
    }

    /// The next number that the child reports; `None` when it has ended.
    fn acknowledged(&mut self) -> Option<i64> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.lines.read_line(&mut line).expect("the pipe is open") == 0 {
                return None;
            }
            // A line that a kill has cut in two reports nothing.
            let number = line.strip_prefix(ACKNOWLEDGED).and_then(|rest| rest.strip_suffix('\n'));
            if let Some(number) = number {
                return Some(number.parse().expect("a number"));
            }
        }
    }

    /// What it still has to report when it is killed now.
    fn kill(mut self) -> Vec<i64> {
        self.process.kill().expect("the child can be killed");
        let rest = std::iter::from_fn(|| self.acknowledged()).collect();
        self.process.wait().expect("the child has ended");
        rest
    }

    /// What it reports until it ends by itself.
    fn finish(mut self) -> Vec<i64> {
        let all = std::iter::from_fn(|| self.acknowledged()).collect();
        assert!(self.process.wait().expect("the child has ended").success(), "the child failed");
        all
    }
}
