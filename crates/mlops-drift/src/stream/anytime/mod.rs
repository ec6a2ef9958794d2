//! Detectors whose alarms are false with a chance of at most α, over the whole course: what each
//! takes, promises and costs is in the documentation of [`stream`](super).

mod levels;
mod mean_e_process;
mod p_values;
mod risk;
mod scores;

pub use mean_e_process::{MeanEProcess, MeanEProcessSettings};
pub use p_values::{PValueMartingale, PValueMartingaleSettings};
pub use risk::{RiskEProcess, RiskEProcessSettings};
pub use scores::{ScoreMartingale, ScoreMartingaleSettings};

#[cfg(test)]
mod tests;
