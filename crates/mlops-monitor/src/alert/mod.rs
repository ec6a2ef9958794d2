//! When to call someone, and how.

mod dispatcher;
mod rule;
mod sample;
mod sink;
mod state;
#[cfg(feature = "webhook")]
mod webhook;

pub use dispatcher::Dispatcher;
pub use rule::{AlertRule, Condition};
pub use sample::{Labels, Sample};
pub use sink::{AlertSink, LogSink, MemorySink};
pub use state::{Alert, AlertState, Ending, RuleState};
#[cfg(feature = "webhook")]
pub use webhook::WebhookSink;
