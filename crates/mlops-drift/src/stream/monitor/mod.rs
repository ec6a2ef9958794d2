//! A stream and the detectors that watch it.

mod alarm;
mod course;
#[cfg(feature = "report")]
mod html;
mod stream_monitor;

pub use alarm::StreamAlarm;
pub use stream_monitor::StreamMonitor;
