use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{LatencyReport, Load, LoadProgress, MemoryUse, Probe};

/// When a run may end early: so many calls took longer that the rest can't help.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hopeless {
    pub(crate) slower_than_ms: f64,
    pub(crate) more_than: f64,
}

/// How often memory is looked at, and how often progress is told.
const LOOKS: u32 = 64;
const TOLD: u32 = 100;

/// Makes the calls of a load.
pub(crate) fn run(
    load: &Load,
    probe: &Probe<'_>,
    hopeless: Option<Hopeless>,
    progress: &(dyn Fn(LoadProgress) + Sync),
) -> Result<LatencyReport, String> {
    if let Some(fault) = load.fault() {
        return Err(fault);
    }
    let before = probe.resident_bytes();
    let warming = Load { calls: load.warm_up, per_second: None, ..*load };
    Run::new(&warming, probe, None, 0, &|_| ()).finish()?;
    let warm = probe.resident_bytes();
    let run = Run::new(load, probe, hopeless, u64::from(load.warm_up), progress);
    let peak_before = warm.unwrap_or(0).max(before.unwrap_or(0));
    run.peak.fetch_max(peak_before, Ordering::Relaxed);
    let start = Instant::now();
    let (times, peak) = run.finish()?;
    let elapsed = start.elapsed();
    let after = probe.resident_bytes();
    let memory = match (before, warm, after) {
        (Some(before), Some(warm), Some(after)) => {
            Some(MemoryUse { before, warm, peak: peak.max(after), after })
        }
        _ => None,
    };
    Ok(LatencyReport::new(*load, times, elapsed, memory))
}

/// What the callers share.
struct Run<'r, 'p> {
    load: &'r Load,
    probe: &'r Probe<'p>,
    hopeless: Option<Hopeless>,
    /// The number that the first call has for the probe.
    first: u64,
    progress: &'r (dyn Fn(LoadProgress) + Sync),
    next: AtomicU32,
    done: AtomicU32,
    slow: AtomicU32,
    stop: AtomicBool,
    peak: AtomicU64,
    failed: Mutex<Option<(u32, String)>>,
}

impl<'r, 'p> Run<'r, 'p> {
    fn new(
        load: &'r Load,
        probe: &'r Probe<'p>,
        hopeless: Option<Hopeless>,
        first: u64,
        progress: &'r (dyn Fn(LoadProgress) + Sync),
    ) -> Self {
        Self {
            load,
            probe,
            hopeless,
            first,
            progress,
            next: AtomicU32::new(0),
            done: AtomicU32::new(0),
            slow: AtomicU32::new(0),
            stop: AtomicBool::new(false),
            peak: AtomicU64::new(0),
            failed: Mutex::new(None),
        }
    }

    /// Milliseconds in the order of the calls, and the most memory seen.
    fn finish(self) -> Result<(Vec<f64>, u64), String> {
        let start = Instant::now();
        let mut times: Vec<(u32, f64)> = if self.load.callers == 1 {
            self.caller(start)
        } else {
            std::thread::scope(|scope| {
                let callers: Vec<_> =
                    (0..self.load.callers).map(|_| scope.spawn(|| self.caller(start))).collect();
                let mut all = Vec::with_capacity(self.load.calls.min(1 << 20) as usize);
                for caller in callers {
                    match caller.join() {
                        Ok(times) => all.extend(times),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
                all
            })
        };
        if let Some((_, reason)) = self.failed.into_inner() {
            return Err(reason);
        }
        times.sort_unstable_by_key(|(number, _)| *number);
        Ok((times.into_iter().map(|(_, took)| took).collect(), self.peak.into_inner()))
    }

    /// One thread takes the next call until there is none.
    fn caller(&self, start: Instant) -> Vec<(u32, f64)> {
        let share = self.load.calls / self.load.callers;
        let mut times = Vec::with_capacity(share.min(1 << 16) as usize);
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.load.calls {
                break;
            }
            let due = self.load.due(number);
            if let Some(wait) = due.and_then(|due| due.checked_sub(start.elapsed())) {
                wait_until_due(wait);
            }
            let took = match self.probe.call(self.first + u64::from(number)) {
                Ok(took) => due.map_or(took, |due| start.elapsed().saturating_sub(due)),
                Err(reason) => {
                    let mut failed = self.failed.lock();
                    if failed.as_ref().is_none_or(|(first, _)| number < *first) {
                        *failed = Some((number, reason));
                    }
                    self.stop.store(true, Ordering::Relaxed);
                    break;
                }
            };
            times.push((number, milliseconds(took)));
            self.note(milliseconds(took));
        }
        times
    }

    fn note(&self, took: f64) {
        let (done, total) = (self.done.fetch_add(1, Ordering::Relaxed) + 1, self.load.calls);
        if done.is_multiple_of((total / LOOKS).max(1))
            && let Some(bytes) = self.probe.resident_bytes()
        {
            self.peak.fetch_max(bytes, Ordering::Relaxed);
        }
        if done.is_multiple_of((total / TOLD).max(1)) || done == total {
            (self.progress)(LoadProgress { done, total });
        }
        if let Some(hopeless) = self.hopeless.filter(|hopeless| took > hopeless.slower_than_ms) {
            let slow = self.slow.fetch_add(1, Ordering::Relaxed) + 1;
            if f64::from(slow) > hopeless.more_than {
                self.stop.store(true, Ordering::Relaxed);
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a request that is due at a moment has nothing else to wait for"
)]
fn wait_until_due(wait: Duration) {
    std::thread::sleep(wait);
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
