use std::io::{ErrorKind, Read, Seek as _, SeekFrom};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use mlops_core::{Digest, DigestWriter};

use super::files::{ModelFile, ModelFiles};
use super::resources::{Method, Piece};
use crate::{Error, Result};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// A piece that is to be hashed: of which file, and from which byte to which.
struct Job<'f> {
    file: &'f ModelFile,
    shard: Option<(u64, u64)>,
}

impl Job<'_> {
    fn size(&self) -> u64 {
        self.shard.map_or(self.file.size, |(start, end)| end - start)
    }
}

/// How many pieces the files have.
pub(super) fn count(files: &[ModelFile], method: Method) -> u64 {
    files.iter().map(|file| pieces(file.size, method)).sum()
}

fn pieces(size: u64, method: Method) -> u64 {
    match method {
        Method::Files => 1,
        Method::Shards(shard) => size.div_ceil(shard.get()),
    }
}

impl ModelFiles {
    /// The digests of all pieces, in their order; large ones first, on all threads at once, one
    /// chunk of memory each.
    pub(super) fn hash(&self, files: &[ModelFile], method: Method) -> Result<Vec<(Piece, Digest)>> {
        let mut jobs: Vec<Job<'_>> = files.iter().flat_map(|file| cut(file, method)).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.size()));
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = self.threads.map_or(processors, NonZeroUsize::get).min(jobs.len()).max(1);
        let (next, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
        let hashed = Mutex::new(Vec::with_capacity(jobs.len()));
        let work = || -> Result<()> {
            let mut chunk = vec![0; CHUNK];
            while !broken.load(Ordering::Relaxed) {
                let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let digest = self.digest(job, &mut chunk).inspect_err(|_| {
                    broken.store(true, Ordering::Relaxed);
                })?;
                let piece = Piece { file: job.file.name.clone(), shard: job.shard };
                // A thread that panicked has left whole pairs behind.
                hashed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((piece, digest));
            }
            Ok(())
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut result = work();
            for other in others {
                let joined = other.join().unwrap_or_else(|_| {
                    Err(Error::Unavailable {
                        store: "a thread that hashes".to_owned(),
                        transient: false,
                        source: "it panicked".into(),
                    })
                });
                result = result.and(joined);
            }
            result
        })?;
        let mut hashed = hashed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        hashed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(hashed)
    }

    fn digest(&self, job: &Job<'_>, chunk: &mut [u8]) -> Result<Digest> {
        let path = &job.file.path;
        let mut file = self.open(path)?;
        let mut left = u64::MAX;
        if let Some((start, end)) = job.shard {
            file.seek(SeekFrom::Start(start)).map_err(|error| self.failed(path, error))?;
            left = end - start;
        }
        let mut digest = DigestWriter::new();
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            match file.read(&mut chunk[..most]) {
                Ok(0) => break,
                Ok(read) => {
                    digest.update(&chunk[..read]);
                    left -= read as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(path, error)),
            }
        }
        Ok(digest.finish())
    }
}

fn cut(file: &ModelFile, method: Method) -> impl Iterator<Item = Job<'_>> {
    (0..pieces(file.size, method)).map(move |place| {
        let shard = match method {
            Method::Files => None,
            Method::Shards(size) => {
                let start = place * size.get();
                Some((start, file.size.min(start.saturating_add(size.get()))))
            }
        };
        Job { file, shard }
    })
}
