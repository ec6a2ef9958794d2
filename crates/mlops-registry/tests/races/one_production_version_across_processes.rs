//! However many processes promote at once, at most one version of a model is in production at
//! every read, one promotion of those that were asked for at the same moment goes through, a
//! process that resolves from memory hears of it, and the audit finds nothing.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::world::{World, granted, model, principal};
use mlops_core::Outcome;
use mlops_registry::artifact::FolderArtifacts;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::{PRODUCTION, Stage};
use mlops_registry::promotion::{Decision, RequestId};
use mlops_registry::store::SqliteStore;
use mlops_registry::{Error, Registry};

const FOLDER: &str = "MLOPS_PROMOTING_CHILD";
const PROCESSES: usize = 4;
const THREADS: usize = 16;
const ROUNDS: usize = 2;
/// What a line begins with that reports what came of a promotion; the test harness prints lines too.
const RESULT: &str = "result ";

/// For each line of numbers of requests, promotes them all at once, a thread for each.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let registry = opened(Path::new(&folder));
    let dora = registry.session(&principal("dora"));
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let promote = |number: &str| {
            let id = RequestId { model: model(), number: number.parse().unwrap() };
            let won = match dora.promote(&id) {
                Ok(Decision::Granted(promotion)) => promotion.version.to_string(),
                Err(Error::Conflict { .. }) => "lost".to_owned(),
                other => panic!("neither won nor lost: {other:?}"),
            };
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{RESULT}{won}").unwrap();
            out.flush().unwrap();
        };
        thread::scope(|scope| {
            for number in line.split(' ') {
                scope.spawn(move || promote(number));
            }
        });
    }
}

/// The registry as a process that has come later has it, by the clock of the system.
fn opened(folder: &Path) -> Registry {
    let store = SqliteStore::open(folder.join("registry.db")).unwrap();
    let artifacts = FolderArtifacts::open(folder.join("artifacts")).unwrap();
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    Registry::builder(Arc::new(store), Arc::new(artifacts), signer).open().unwrap()
}

struct Promoter {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Promoter {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "one_production_version_across_processes::child",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    fn promote(&mut self, requests: &[u32]) {
        let numbers: Vec<_> = requests.iter().map(ToString::to_string).collect();
        writeln!(self.process.stdin.as_mut().unwrap(), "{}", numbers.join(" ")).unwrap();
    }

    fn result(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the child failed");
            if let Some(result) = line.trim_end().strip_prefix(RESULT) {
                return result.to_owned();
            }
        }
    }

    fn end(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn of_sixty_four_threads_in_four_processes_one_promotes() {
    let world = World::sqlite();
    world.promoted("0.1.0");
    let versions: Vec<_> = (0..PROCESSES * THREADS).map(|patch| format!("1.0.{patch}")).collect();
    for text in &versions {
        let candidate = world.register(text);
        world.judge(&candidate, Outcome::Passed);
    }
    let mut promoters: Vec<_> = (0..PROCESSES).map(|_| Promoter::start(world.folder.path())).collect();
    let resolver = opened(world.folder.path()).resolver();
    let in_production = || {
        let reference = format!("{}@{PRODUCTION}", model()).parse().unwrap();
        resolver.resolve(&reference).unwrap().version.to_string()
    };
    let mut winners = vec!["0.1.0".to_owned()];
    for round in 0..ROUNDS {
        let requests: Vec<u32> = versions
            .iter()
            .filter(|text| !winners.contains(*text))
            .map(|text| {
                let request = world.request(text);
                let _approval = granted(world.ben.approve(&request).unwrap());
                request.number
            })
            .collect();
        assert_eq!(&in_production(), winners.last().unwrap());
        let done = AtomicBool::new(false);
        let won: Vec<String> = thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut reads = 0;
                while !done.load(Ordering::Acquire) {
                    let stages = world.registry.stages(&model()).unwrap();
                    let now = stages.iter().filter(|stage| stage.stage == Stage::Production).count();
                    assert_eq!(now, 1, "read {reads} of round {round}");
                    assert!(world.registry.production(&model()).unwrap().is_some());
                    reads += 1;
                }
            });
            let parts: Vec<&[u32]> = requests.chunks(THREADS).collect();
            for (promoter, part) in promoters.iter_mut().zip(&parts) {
                promoter.promote(part);
            }
            let results: Vec<String> = promoters
                .iter_mut()
                .zip(&parts)
                .flat_map(|(promoter, part)| part.iter().map(|_| promoter.result()).collect::<Vec<_>>())
                .collect();
            done.store(true, Ordering::Release);
            reader.join().unwrap();
            results.into_iter().filter(|result| result != "lost").collect()
        });
        assert_eq!(won.len(), 1, "{won:?}");
        let history = world.registry.history(&model()).unwrap();
        assert_eq!(history.len(), round + 2);
        assert_eq!(history.last().unwrap().version.to_string(), won[0]);
        // Who resolves from memory has seen nothing of it, and knows once its period is over.
        let told = Instant::now();
        while in_production() != won[0] {
            assert!(told.elapsed() < Duration::from_mins(1), "nobody asks the store again");
            thread::yield_now();
        }
        winners.extend(won);
    }
    promoters.into_iter().for_each(Promoter::end);
    world.is_whole();
}
