//! What a [`MetadataStore`] that outlives its process promises besides, as code.
//!
//! [`durable_store_suite!`](crate::durable_store_suite) makes of it a `#[test]` each. The
//! tests start the test binary again as child processes, which write to the same store,
//! report each acknowledged commit through a pipe, and are killed.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use super::metadata_store::{act, put, read, the_log_is_whole};
use crate::store::{Commit, Key, Kind, MetadataStore, Query};
use crate::{Error, Result};

/// The folder that a child works in; where it is not set, the child's test does nothing.
const FOLDER: &str = "MLOPS_DURABLE_STORE_CHILD";
/// What the child does there.
const ROLE: &str = "MLOPS_DURABLE_STORE_ROLE";
/// How often a child is killed.
const KILLS: &str = "MLOPS_KILLS";

/// Holds a durable adapter of [`MetadataStore`](crate::store::MetadataStore) to what it
/// promises of crashes and other processes: a module `$name` with a `#[test]` for each.
/// `$open` opens the store in a folder, and `$folder` makes an empty one for each test.
///
/// The variable `MLOPS_KILLS` says how often a writer is killed; 50 times without it.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # mod tests {
/// use mlops_registry::store::SqliteStore;
/// mlops_registry::durable_store_suite!(
///     sqlite,
///     tempfile::tempdir().unwrap(),
///     |folder: &std::path::Path| SqliteStore::open(folder.join("registry.db"))
/// );
/// # }
/// ```
#[macro_export]
macro_rules! durable_store_suite {
    ($name:ident, $folder:expr, $open:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expressions are made of")]
            use super::*;
            use $crate::testing::durable_store as suite;

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
            fn one_of_many_racing_processes_wins() {
                suite::one_of_many_racing_processes_wins($folder.as_ref(), $open, CHILD);
            }

            #[test]
            fn a_kill_loses_nothing_that_was_acknowledged() {
                suite::a_kill_loses_nothing_that_was_acknowledged($folder.as_ref(), $open, CHILD);
            }
        }
    };
}

/// One commit that writes two records: the next note, and how many there are of this counter.
fn count_on(store: &dyn MetadataStore, counter: &str, author: &str) -> Result<u64> {
    let key = Key::from([counter]);
    let found = read(store, Kind::Model, &key);
    let next = found.as_ref().map_or(0, |(_, note)| note.text.parse::<i64>().expect("a number")) + 1;
    let changes = vec![
        put(Kind::Model, key, found.map(|(was, _)| was), &next.to_string()),
        put(Kind::Run, Key::from([counter]).and(next), None, author),
    ];
    store.commit(&Commit::new(act("count"), vec![], changes)?)
}

/// That counters, notes and log agree.
#[track_caller]
fn is_consistent(store: &dyn MetadataStore) {
    let counters = store.read(&Query::under(Kind::Model, Key::all(), usize::MAX)).expect("the store reads");
    let mut all = 0;
    for counter in counters {
        let (_, note) = read(store, Kind::Model, &counter.key).expect("it was there a moment ago");
        let counted: usize = note.text.parse().expect("a number");
        let notes = store.read(&Query::under(Kind::Run, counter.key, usize::MAX)).expect("the store reads");
        assert_eq!(notes.len(), counted, "a note without its count, or a count without its note");
        all += counted;
    }
    let notes = store.read(&Query::under(Kind::Run, Key::all(), usize::MAX)).expect("the store reads");
    assert_eq!(notes.len(), all, "a note of no counter");
    assert_eq!(store.size().expect("the store reads"), all as u64, "a leaf for each commit");
    the_log_is_whole(store);
}

/// What was committed is there when the store is opened again.
pub fn what_was_written_is_there_when_it_is_opened_again<S: MetadataStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
) {
    for round in 1..=5 {
        let store = open(folder).expect("the store opens");
        is_consistent(&store);
        assert_eq!(count_on(&store, "counter", "me").expect("the only writer") + 1, round);
    }
}

/// Processes that count on the same counter: each number has one winner, and nothing is lost.
pub fn one_of_many_racing_processes_wins<S: MetadataStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
    test: &str,
) {
    const PROCESSES: usize = 4;
    let children: Vec<_> =
        (0..PROCESSES).map(|n| Writer::start(folder, test, &format!("race {n}"))).collect();
    let mut acknowledged: Vec<u64> = children.into_iter().flat_map(Writer::finish).collect();
    acknowledged.sort_unstable();
    let expected: Vec<_> = (0..PROCESSES as u64 * RACE_WINS).collect();
    assert_eq!(acknowledged, expected, "each number was won once");
    is_consistent(&open(folder).expect("the store opens"));
}

/// How often each racing process must win.
const RACE_WINS: u64 = 25;

/// How many threads of a process that is killed write at once, each to a counter of its own.
const THREADS: usize = 4;

/// A process that is killed at random moments while several of its threads write leaves every
/// commit that it has acknowledged, and none by half.
pub fn a_kill_loses_nothing_that_was_acknowledged<S: MetadataStore>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<S>,
    test: &str,
) {
    let kills: u64 = env::var(KILLS).map_or(50, |kills| kills.parse().expect("MLOPS_KILLS is a number"));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut size = 0;
    for kill in 0..kills {
        // Threads report in another order than they were written in.
        let (before, mut acknowledged) = (size, BTreeSet::new());
        let mut report = |sequence: u64| {
            assert!(sequence >= before && acknowledged.insert(sequence), "{sequence} was acknowledged twice");
        };
        let mut writer = Writer::start(folder, test, "write");
        // Some die in their first commit or before it, others in the middle of their work.
        let lines = xorshift(&mut random) % 24;
        for _ in 0..lines {
            report(writer.acknowledged().expect("it writes until it is killed"));
        }
        // So that the kill does not always come right after an acknowledgement.
        for _ in 0..xorshift(&mut random) % 2_000_000 {
            std::hint::spin_loop();
        }
        writer.kill().into_iter().for_each(&mut report);
        let store = open(folder).expect("the store opens after a kill");
        size = store.size().expect("the store reads");
        let last = acknowledged.last().map_or(before, |last| last + 1);
        assert!(size >= last, "kill {kill}: {last} commits were acknowledged, {size} are there");
        is_consistent(&store);
    }
    assert!(kills == 0 || size > 0, "nothing was written at all");
}

fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// What the test binary does when it is started as a child: nothing, if it is not.
pub fn child<S: MetadataStore>(open: impl Fn(&Path) -> Result<S>) {
    let (Ok(folder), Ok(role)) = (env::var(FOLDER), env::var(ROLE)) else { return };
    let store = open(Path::new(&folder)).expect("the store opens");
    if role == "write" {
        thread::scope(|scope| {
            for counter in 0..THREADS {
                let (store, role) = (&store, &role);
                scope.spawn(move || count(store, &format!("counter {counter}"), role, u64::MAX));
            }
        });
    } else {
        count(&store, "counter", &role, RACE_WINS);
    }
}

/// Counts on until it has won so often, and reports each.
fn count(store: &dyn MetadataStore, counter: &str, author: &str, until: u64) {
    let mut wins = 0;
    while wins < until {
        match count_on(store, counter, author) {
            Ok(sequence) => {
                wins += 1;
                let mut out = std::io::stdout().lock();
                // The parent may be gone; then so is the reason to go on.
                if writeln!(out, "\n{ACKNOWLEDGED}{sequence}").and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
            Err(Error::Conflict { .. }) => {}
            Err(error) if error.is_transient() => {}
            Err(error) => panic!("neither won nor lost: {error}"),
        }
    }
}

/// What a line begins with that reports a commit; the test harness prints lines too.
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

    /// The next commit that the child reports; `None` when it has ended.
    fn acknowledged(&mut self) -> Option<u64> {
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
    fn kill(mut self) -> Vec<u64> {
        self.process.kill().expect("the child can be killed");
        let rest = std::iter::from_fn(|| self.acknowledged()).collect();
        self.process.wait().expect("the child has ended");
        rest
    }

    /// What it reports until it ends by itself.
    fn finish(mut self) -> Vec<u64> {
        let all = std::iter::from_fn(|| self.acknowledged()).collect();
        assert!(self.process.wait().expect("the child has ended").success(), "the child failed");
        all
    }
}
