//! Does the newest part of a window differ from the rest of it?

mod adwin;
mod buckets;
mod cuts;
mod kswin;
mod steps;
mod sums;
#[cfg(test)]
mod tests;

pub use adwin::{Adwin, AdwinSettings, AfterDrift};
pub use kswin::{Kswin, KswinSettings};
