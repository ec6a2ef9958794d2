use std::io;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

/// Threads that do the work of an asynchronous client for whoever waits: the caller's thread
/// never runs any of it, and so may be one of a runtime itself, of one thread or of many.
#[derive(Debug)]
pub(super) struct Driver {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

/// Threads that work at once: signatures and TLS of several transfers.
const THREADS: usize = 2;

impl Driver {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("artifact objects")
            .enable_all()
            .build()?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// Begins to work, and says where the outcome will be.
    pub(super) fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Task<T> {
        let runtime = self.runtime.as_ref().expect("it goes with the last who could ask");
        // With room for the outcome, so that the thread that has it never waits.
        let (send, outcome) = sync_channel(1);
        let task = runtime.spawn(async move {
            let _ = send.send(work.await);
        });
        Task { outcome, task: task.abort_handle() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // To wait for its threads would panic in a thread of another runtime.
            runtime.shutdown_background();
        }
    }
}

/// Work that has begun. Dropped, it is given up.
#[derive(Debug)]
pub(super) struct Task<T> {
    outcome: Receiver<T>,
    task: AbortHandle,
}

impl<T> Task<T> {
    /// Waits for the outcome; `None` if the work has panicked.
    pub(super) fn wait(self) -> Option<T> {
        self.outcome.recv().ok()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
