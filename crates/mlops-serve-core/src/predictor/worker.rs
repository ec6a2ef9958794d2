use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Predictor;
use crate::Pair;

/// A thread that works off what a [`Predictor`] has queued.
///
/// Dropped, it is told to stop and not waited for: a model on trial that hangs must not
/// hang its owner. [`finish`](Self::finish) waits. A sink that panics ends the thread; what
/// comes then is dropped and counted once the queue is full.
#[derive(Debug)]
pub struct ShadowWorker {
    predictor: Arc<Predictor>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A wake-up that got lost costs no more than this.
const NAP: Duration = Duration::from_millis(500);

impl ShadowWorker {
    /// Starts the thread; `sink` gets each pair.
    ///
    /// # Errors
    /// If the machine has no thread left.
    pub fn spawn(
        predictor: Arc<Predictor>,
        sink: impl FnMut(Pair) + Send + 'static,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (theirs, stopped) = (Arc::clone(&predictor), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("mlops-shadow".to_owned()).spawn(move || {
            let mut sink = sink;
            while !stopped.load(Ordering::Acquire) {
                theirs.queue.wait(NAP);
                theirs.score_waiting_into(&mut sink);
            }
            // What came between the last look and the word to stop.
            theirs.score_waiting_into(&mut sink);
        })?;
        Ok(Self { predictor, stop, thread: Some(thread) })
    }

    /// Works off what waits, and ends.
    pub fn finish(mut self) {
        self.tell();
        if let Some(thread) = self.thread.take() {
            // A sink that panicked has said so on its own thread.
            let _ = thread.join();
        }
    }

    fn tell(&self) {
        self.stop.store(true, Ordering::Release);
        self.predictor.queue.wake();
    }
}

impl Drop for ShadowWorker {
    fn drop(&mut self) {
        self.tell();
    }
}
