//! Several processes, some of which die, and one folder of artifacts: what one has
//! acknowledged is there for all, and nobody ever sees a part.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "processes talk by pipe, and tests fail by panic"
)]

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Cursor, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::artifact::{
    ArtifactStore, ArtifactStoreExt as _, ChunkSizes, ChunkedArtifacts, FolderArtifacts, Sweep,
};

/// Names the folder to the process that shall write to it.
const FOLDER: &str = "MLOPS_TEST_ARTIFACTS";
/// How it keeps what it writes.
const FORM: &str = "MLOPS_TEST_FORM";
/// Seeds what it writes.
const SEED: &str = "MLOPS_TEST_SEED";
/// How many artifacts it writes before it ends.
const COUNT: &str = "MLOPS_TEST_COUNT";
/// How many processes are killed.
const KILLS: &str = "MLOPS_KILLS";

/// `SplitMix64`: all the randomness that is needed here, and the same every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// An artifact of up to 300 kB.
fn artifact(seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let length = usize::try_from(random.below(300_000)).unwrap();
    std::iter::repeat_with(|| random.next().to_le_bytes()).flatten().take(length).collect()
}

/// The store in a folder that keeps artifacts as they are, in chunks, or in chunks encrypted.
fn store(folder: &Path, form: &str) -> Box<dyn ArtifactStore> {
    let files = FolderArtifacts::open(folder).unwrap();
    // Small ones, so that artifacts have some twenty.
    let sizes = ChunkSizes::new(1 << 10, 8 << 10, 32 << 10).unwrap();
    match form {
        "plain" => Box::new(files),
        "chunks" => Box::new(ChunkedArtifacts::with_sizes(files, sizes)),
        #[cfg(feature = "encryption")]
        "encrypted chunks" => {
            let secrets = mlops_registry::secret::MemorySecrets::default().with("k1", [7; 32]).unwrap();
            let secrets = std::sync::Arc::new(secrets);
            let sealed = mlops_registry::artifact::EncryptedArtifacts::open(files, secrets, "k1").unwrap();
            Box::new(ChunkedArtifacts::with_sizes(sealed, sizes))
        }
        other => panic!("{other}"),
    }
}

/// Says at every read that it is being read.
struct Telling(Cursor<Vec<u8>>);

impl Read for Telling {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        say("read");
        self.0.read(into)
    }
}

/// A line to the parent, on its way at once. The mark tells it from those of the test harness.
fn say(what: &str) {
    println!("\n> {what}");
    io::stdout().flush().unwrap();
}

/// Not a test of its own, but the process that the others start: does nothing without a folder.
#[test]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let store = store(Path::new(&folder), &std::env::var(FORM).unwrap());
    let (seed, count) = (number(SEED), number(COUNT));
    for turn in 0..count {
        let digest = store.put(&mut Telling(Cursor::new(artifact(seed + turn)))).unwrap();
        say(&format!("kept {digest}"));
    }
}

fn start(folder: &Path, form: &str, seed: u64, count: u64) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["artifact_processes::writer", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(FORM, form)
        .env(SEED, seed.to_string())
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// The next thing that a writer says; `None` at its end. A line cut by its death is none.
fn hear(output: &mut BufReader<ChildStdout>) -> Option<String> {
    loop {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        if !line.ends_with('\n') {
            return None;
        }
        if let Some(said) = line.strip_prefix("> ") {
            return Some(said.trim_end().to_owned());
        }
    }
}

fn kept(said: &str) -> Option<Digest> {
    said.strip_prefix("kept ").map(|digest| digest.parse().unwrap())
}

/// How many processes are killed; `usual`, unless the variable asks for other than fifty.
fn kills(usual: u64) -> u64 {
    std::env::var(KILLS).map_or(usual, |kills| kills.parse::<u64>().unwrap() * usual / 50)
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    survives("plain", kills(50));
}

#[test]
fn chunks_survive_a_kill_at_any_moment() {
    survives("chunks", kills(25));
}

#[cfg(feature = "encryption")]
#[test]
fn encrypted_chunks_survive_a_kill_at_any_moment() {
    survives("encrypted chunks", kills(25));
}

fn survives(form: &str, kills: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    let mut interrupted = 0;
    let mut random = Random(2013);
    for kill in 0..kills {
        let (mut child, mut output) = start(folder.path(), form, kill << 32, u64::MAX >> 32);
        let mut new = Vec::new();
        // Up to this many reads and acknowledgements, and then some work of random length,
        // so that the end comes while it reads, writes, flushes or renames.
        for _ in 0..random.below(25) {
            new.extend(kept(&hear(&mut output).unwrap()));
        }
        let work = vec![0; usize::try_from(random.below(400_000)).unwrap()];
        std::hint::black_box(Digest::of(&work));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it has said before it died counts, even if we had not listened yet.
        new.extend(std::iter::from_fn(|| hear(&mut output)).filter_map(|said| kept(&said)));

        let left = || std::fs::read_dir(folder.path().join("incoming")).map_or(0, Iterator::count);
        interrupted += usize::from(left() > 1);
        let store = store(folder.path(), form);
        assert_eq!(left(), 1, "only the lock is left");
        for digest in &new {
            store.check(digest).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        }
        acknowledged.extend(new);
    }
    let store = store(folder.path(), form);
    let listed = BTreeSet::from_iter(store.list(None, usize::MAX).unwrap());
    assert!(listed.is_superset(&acknowledged));
    for digest in &listed {
        store.check(digest).unwrap();
    }
    // What was not finished is not needed, and all that is goes on being there.
    store.reclaim(Duration::ZERO, Sweep::Remove).unwrap();
    for digest in &listed {
        store.check(digest).unwrap();
    }
    println!(
        "{form}: {kills} kills, {interrupted} within a put; {} artifacts acknowledged, {} kept",
        acknowledged.len(),
        listed.len()
    );
    // A few kills may all come before the first put, or between two; fifty do not.
    if kills >= 50 {
        assert!(acknowledged.len() as u64 >= kills, "the writers came to write");
        assert!(interrupted as u64 * 4 >= kills, "the kills came within puts");
    }
}

#[test]
fn processes_may_race_for_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderArtifacts::open(folder.path()).unwrap();
    let expected: Vec<Digest> = (0..30).map(|seed| Digest::of(artifact(seed))).collect();
    // Each writes what its neighbours write, a few steps apart.
    let mut writers: Vec<_> = (0..4).map(|writer| start(folder.path(), "plain", writer * 5, 15)).collect();
    for (_, output) in &mut writers {
        while let Some(said) = hear(output) {
            for digest in &expected {
                match store.check(digest) {
                    Ok(_) | Err(Error::NotFound { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            if let Some(digest) = kept(&said) {
                store.check(&digest).unwrap();
                assert!(expected.contains(&digest));
            }
        }
    }
    for (child, _) in &mut writers {
        assert!(child.wait().unwrap().success());
    }
    let all = BTreeSet::from_iter(expected);
    assert_eq!(BTreeSet::from_iter(store.list(None, usize::MAX).unwrap()), all);
}
