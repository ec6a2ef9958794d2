//! When to call someone, and how.

mod rule;
mod sample;
mod sink;
mod state;

pub use rule::{AlertRule, Condition};
pub use sample::{Labels, Sample};
pub use sink::{AlertSink, LogSink, MemorySink};
pub use state::{Alert, AlertState, RuleState};
