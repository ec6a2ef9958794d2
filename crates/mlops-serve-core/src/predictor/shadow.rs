//! What is scored for nobody to see: queued on the path of the request, worked off elsewhere.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mlops_core::{Prediction, PredictionEvent, ServedBy};
use parking_lot::{Condvar, Mutex};

use super::route::{Link, Snapshot};
use super::{Predictor, score};
use crate::Pair;

/// The side of a pair that nobody has scored yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Candidate,
    Production,
    /// Both have been scored on the path of the request.
    Nothing,
}

/// One pair to be, with the side that is known.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) missing: Missing,
    /// The row of the look-up, of which the version takes its inputs.
    pub(crate) looked_up: Arc<[f64]>,
    pub(crate) pair: Pair,
}

impl Job {
    /// Who has to score it.
    fn link<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a Link> {
        match self.missing {
            Missing::Candidate => snapshot.trial.as_ref(),
            Missing::Production => Some(&snapshot.champion),
            Missing::Nothing => None,
        }
    }

    fn same_work(&self, other: &Self) -> bool {
        self.missing == other.missing && Arc::ptr_eq(&self.snapshot, &other.snapshot)
    }
}

/// A bounded queue that never makes the one who puts in wait for the one who takes out: the
/// lock is held for one push, or for exchanging the whole queue.
#[derive(Debug)]
pub(crate) struct ShadowQueue {
    waiting: Mutex<VecDeque<Job>>,
    filled: Condvar,
    capacity: usize,
    dropped: AtomicU64,
}

impl ShadowQueue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { waiting: Mutex::default(), filled: Condvar::new(), capacity, dropped: AtomicU64::new(0) }
    }

    /// A full queue drops what comes, whatever its outcome: pairs of failures must not have
    /// a better chance than others.
    pub(crate) fn push(&self, job: Job) {
        let mut waiting = self.waiting.lock();
        if waiting.len() < self.capacity {
            waiting.push_back(job);
            drop(waiting);
            self.filled.notify_one();
        } else {
            drop(waiting);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.lock().len()
    }

    fn take_all(&self) -> VecDeque<Job> {
        std::mem::take(&mut *self.waiting.lock())
    }

    /// Until there is something, or the time is over, or somebody calls [`wake`](Self::wake).
    pub(crate) fn wait(&self, at_most: Duration) {
        let mut waiting = self.waiting.lock();
        if waiting.is_empty() {
            self.filled.wait_for(&mut waiting, at_most);
        }
    }

    pub(crate) fn wake(&self) {
        self.filled.notify_all();
    }
}

/// Rows that one batch has at most: enough to pay, few enough that the first pair of a long
/// queue does not wait for the last.
const BATCH: usize = 1024;

impl Predictor {
    /// Scores what waits, and gives the pairs in the order of their requests.
    ///
    /// Call it from wherever it delays nobody, or let a [`ShadowWorker`](super::ShadowWorker)
    /// do it. Several threads may call it at once; each takes what waits then.
    pub fn score_waiting(&self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        self.score_waiting_into(|pair| pairs.push(pair));
        pairs
    }

    /// The same, each pair given to `sink` as soon as its batch is scored.
    pub fn score_waiting_into(&self, mut sink: impl FnMut(Pair)) {
        let mut waiting = self.queue.take_all();
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(BATCH));
            let mut jobs: Vec<Job> = std::mem::replace(&mut waiting, rest).into();
            self.score_jobs(&mut jobs);
            for job in jobs {
                sink(job.pair);
            }
        }
    }

    /// Pairs that wait to be scored.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Fills in the missing side of each: one batch for all jobs of one route and side.
    fn score_jobs(&self, jobs: &mut [Job]) {
        let mut done = vec![false; jobs.len()];
        for first in 0..jobs.len() {
            if done[first] {
                continue;
            }
            let group: Vec<usize> =
                (first..jobs.len()).filter(|other| jobs[*other].same_work(&jobs[first])).collect();
            for job in &group {
                done[*job] = true;
            }
            let snapshot = Arc::clone(&jobs[first].snapshot);
            let Some(link) = jobs[first].link(&snapshot) else { continue };
            let deployment = &link.deployment;
            let rows: Vec<Arc<[f64]>> = group.iter().map(|job| link.row(&jobs[*job].looked_up)).collect();
            let start = Instant::now();
            let scores = score::many(deployment.model.as_ref(), &self.output_guard, &rows);
            let each = start.elapsed() / u32::try_from(group.len()).unwrap_or(u32::MAX);
            for ((job, inputs), score) in group.into_iter().zip(rows).zip(scores) {
                let job = &mut jobs[job];
                match job.missing {
                    Missing::Candidate => job.pair.candidate = score,
                    _ => job.pair.production = score,
                }
                if self.is_observed() {
                    self.observe(&PredictionEvent {
                        id: job.pair.id.clone(),
                        model: self.name.clone(),
                        version: deployment.version.clone(),
                        at: job.pair.at,
                        latency: each,
                        served_by: ServedBy::Shadow,
                        inputs,
                        prediction: score.map_or_else(Prediction::Failed, Prediction::Score),
                    });
                }
            }
        }
    }
}
