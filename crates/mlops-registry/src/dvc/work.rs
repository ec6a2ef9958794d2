use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::{Error, Result};

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Files that are done.
    pub files: u64,
    /// Files that there are.
    pub of_files: u64,
    /// Bytes that are done.
    pub bytes: u64,
    /// Bytes that there are; 0 if nobody has said.
    pub of_bytes: u64,
}

/// Files and bytes that a thread writes before it flushes them: then one entry of the file
/// system's journal is for all.
const BATCH: (usize, u64) = (512, 32 << 20);

/// Threads that wait for the disk at once. What is flushed at the same time a file system flushes
/// together: of small files, thirty times as many in the same time as one after the other.
const WAITING: usize = 32;

/// Told now and then how far the work is.
pub(super) type Listener<'a> = Option<&'a mut dyn FnMut(Progress)>;

/// Tells what a worker has done.
pub(super) struct Teller(Sender<(u64, u64)>);

impl Teller {
    pub(super) fn bytes(&self, count: usize) {
        // Who no longer listens has stopped for an error.
        let _ = self.0.send((0, count as u64));
    }

    pub(super) fn file(&self) {
        let _ = self.0.send((1, 0));
    }
}

/// Does `jobs` on all processors, and gives what came of them in their order. After the first
/// error no further job is begun.
pub(super) fn each<J: Sync, R: Send>(
    jobs: &[J],
    total: Progress,
    listener: &mut Listener<'_>,
    work: impl Fn(&J, &Teller) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    on_threads(processors, jobs, total, listener, work)
}

/// Makes each of `jobs` durable, many at once.
pub(super) fn flush<J: Sync>(jobs: &[J], flush: impl Fn(&J) -> Result<()> + Sync) -> Result<()> {
    on_threads(WAITING, jobs, Progress::default(), &mut None, |job, _| flush(job)).map(drop)
}

fn on_threads<J: Sync, R: Send>(
    threads: usize,
    jobs: &[J],
    total: Progress,
    listener: &mut Listener<'_>,
    work: impl Fn(&J, &Teller) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = channel();
    let worker = |teller: Teller| -> Result<Vec<(usize, R)>> {
        let mut done = Vec::new();
        while !broken.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { break };
            let result = work(job, &teller).inspect_err(|_| broken.store(true, Ordering::Relaxed))?;
            done.push((at, result));
        }
        Ok(done)
    };
    let mut done = thread::scope(|scope| -> Result<Vec<(usize, R)>> {
        let spawn = |_| {
            let teller = Teller(sender.clone());
            scope.spawn(|| worker(teller))
        };
        let workers: Vec<_> = (0..threads.min(jobs.len())).map(spawn).collect();
        drop(sender);
        let mut progress = total;
        for (files, bytes) in receiver {
            progress.files += files;
            progress.bytes += bytes;
            if let Some(listener) = listener {
                listener(progress);
            }
        }
        let mut done = Vec::with_capacity(jobs.len());
        for worker in workers {
            let panicked = |_| Error::Unavailable {
                store: "a thread that copies files".to_owned(),
                transient: false,
                source: "it panicked".into(),
            };
            done.append(&mut worker.join().map_err(panicked).flatten()?);
        }
        Ok(done)
    })?;
    done.sort_unstable_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// The jobs in groups that are flushed together.
pub(super) fn batches<J>(jobs: &[J], size: impl Fn(&J) -> u64) -> Vec<&[J]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0_u64);
    for (at, job) in jobs.iter().enumerate() {
        bytes = bytes.saturating_add(size(job));
        if at + 1 - start >= BATCH.0 || bytes >= BATCH.1 {
            batches.push(&jobs[start..=at]);
            (start, bytes) = (at + 1, 0);
        }
    }
    if start < jobs.len() {
        batches.push(&jobs[start..]);
    }
    batches
}
