//! Our side of `peers/registry.py`: `peer_registry FOLDER`, rounds on standard input.
//!
//! The registry is one SQLite file in the folder. A round is `log_batch CALLERS COUNT`
//! (batches of ten metrics to one run, by so many threads), or `create_run CALLERS COUNT`:
//! the answer is how many are in the file afterwards. `seed COUNT` makes runs to look for in
//! an experiment of their own, `search LIMIT;FILTER;ORDER` looks: the answer are their names.

use std::env;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::MemoryArtifacts;
use mlops::registry::merkle::Ed25519Signer;
use mlops::registry::search::RunSearch;
use mlops::registry::store::SqliteStore;
use mlops::registry::tracking::{RunBatch, RunId};
use mlops::registry::{Registry, Session};
use mlops::{ExperimentName, Timestamp};
use mlops_benches::answer_rounds;
use serde_json::{Value, json};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let folder = env::args().nth(1).ok_or("expected a folder")?;
    let bench = Bench::new(Path::new(&folder))?;
    answer_rounds(
        |operation| -> Result<Value, Failure> {
            if let Some(search) = operation.strip_prefix("search ") {
                return bench.search(search);
            }
            let words: Vec<&str> = operation.split(' ').collect();
            match *words.as_slice() {
                ["log_batch", callers, count] => bench.log_batches(callers.parse()?, count.parse()?),
                ["create_run", callers, count] => bench.create_runs(callers.parse()?, count.parse()?),
                ["seed", count] => bench.seed(count.parse()?),
                _ => Err(format!("no operation {operation:?}").into()),
            }
        },
        Value::clone,
    )
}

struct Bench {
    session: Session,
    experiment: ExperimentName,
    /// Of the runs that are looked for.
    sought: ExperimentName,
    run: RunId,
    steps: AtomicI64,
    created: AtomicI64,
}

impl Bench {
    fn new(folder: &Path) -> Result<Self, Failure> {
        let store = Arc::new(SqliteStore::open(folder.join("registry.db"))?);
        let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
        let admin = "root".parse()?;
        let registry = Registry::builder(store, Arc::new(MemoryArtifacts::default()), signer)
            .create("bench.example".parse()?, &admin)?;
        let author = "ana".parse()?;
        registry.session(&admin).grant(&author, Role::Author, Scope::All)?;
        let session = registry.session(&author);
        let experiment: ExperimentName = "bench".parse()?;
        session.create_experiment(&experiment)?;
        let run = session.start_run(&experiment, "log")?.id;
        let sought = "sought".parse()?;
        Ok(Self { session, experiment, sought, run, steps: AtomicI64::new(0), created: AtomicI64::new(1) })
    }

    /// Whether everything that was logged is there, is asked once for each round: how many
    /// points of the last metric there are.
    fn log_batches(&self, callers: usize, count: usize) -> Result<Value, Failure> {
        shared(callers, count, || {
            let step = self.steps.fetch_add(1, Ordering::Relaxed);
            let at = Timestamp::from_micros(1_700_000_000_000_000 + step * 1000);
            let value = |metric: i32| step as f64 + f64::from(metric) / 10.0;
            let batch = (0..10).fold(RunBatch::new(), |batch, metric| {
                batch.metric_at(format!("m{metric}"), value(metric), step, at)
            });
            self.session.log(&self.run, &batch)
        })?;
        Ok(json!(self.steps.load(Ordering::Relaxed)))
    }

    fn create_runs(&self, callers: usize, count: usize) -> Result<Value, Failure> {
        shared(callers, count, || {
            self.created.fetch_add(1, Ordering::Relaxed);
            self.session.start_run(&self.experiment, "bench").map(drop)
        })?;
        Ok(json!(self.created.load(Ordering::Relaxed)))
    }

    /// Runs with five metrics, three parameters and two tags each. One caller, so that they
    /// start one after the other.
    fn seed(&self, count: usize) -> Result<Value, Failure> {
        self.session.create_experiment(&self.sought)?;
        for number in 0..count {
            let run = self.session.start_run(&self.sought, &format!("r{number}"))?.id;
            let mut batch = RunBatch::new();
            for j in 0..5 {
                let thousandths = u32::try_from((number * 7919 + j) % 1000)?;
                batch = batch.metric(format!("m{j}"), f64::from(thousandths) / 1000.0);
            }
            for j in 0..3 {
                batch = batch.param(format!("p{j}"), (number + j) % 10);
            }
            for j in 0..2 {
                batch = batch.tag(format!("t{j}"), (number % 5).to_string());
            }
            self.session.log(&run, &batch)?;
        }
        Ok(json!(count))
    }

    fn search(&self, words: &str) -> Result<Value, Failure> {
        let [limit, filter, order] = words.split(';').collect::<Vec<_>>()[..] else {
            return Err(format!("no search {words:?}").into());
        };
        let mut search = RunSearch::within([self.sought.clone()]).limit(limit.parse()?);
        if !filter.is_empty() {
            search = search.filter(filter)?;
        }
        if !order.is_empty() {
            search = search.order_by(order)?;
        }
        let found = self.session.registry().search_runs(&search)?;
        Ok(found.items.into_iter().map(|found| found.run.name).collect())
    }
}

/// `count` calls, taken by `callers` threads one after the other.
fn shared(
    callers: usize,
    count: usize,
    call: impl Fn() -> mlops::registry::Result<()> + Sync,
) -> Result<(), Failure> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        let work = || {
            while next.fetch_add(1, Ordering::Relaxed) < count {
                call()?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .map_err(|_| "a caller panicked")?
                .map_err(|e: mlops::registry::Error| e.to_string().into())
        })
    })
}
