use serde::{Deserialize, Serialize};

/// Says how much memory is in use.
pub trait MemoryMeter: Sync {
    /// Bytes in use now; `None` if that can't be said.
    fn resident_bytes(&self) -> Option<u64>;
}

/// The resident memory of this process, everything in it: measure a model in a process
/// that does nothing else. Known on Linux; elsewhere `None`.
///
/// It is counted in pages, and an allocator keeps what was freed: differences below a
/// mebibyte say little.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessMemory;

impl MemoryMeter for ProcessMemory {
    fn resident_bytes(&self) -> Option<u64> {
        // `smaps`-like files cost milliseconds, this one microseconds. `VmRSS` is in kibibytes
        // whatever the size of a page.
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    }
}

/// Bytes in use around and during the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemoryUse {
    /// Before the first call.
    pub before: u64,
    /// After the warm-up: what the model takes once it is in use.
    pub warm: u64,
    /// The most that was seen at 64 moments of the run.
    pub peak: u64,
    /// After the last call.
    pub after: u64,
}

impl MemoryUse {
    /// The most above what was in use before the first call.
    pub const fn most_above_start(&self) -> u64 {
        self.peak.saturating_sub(self.before)
    }

    /// What a warm model gained over the run, and did not give back: above some mebibytes a
    /// leak or a cache without bound.
    pub const fn growth(&self) -> u64 {
        self.after.saturating_sub(self.warm)
    }
}
