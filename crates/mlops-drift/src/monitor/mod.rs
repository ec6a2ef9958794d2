//! Drift over time: windows that fill as rows come, each compared with one reference.

mod batch;
mod cadence;
mod drift_monitor;
#[cfg(feature = "report")]
mod html;
mod observer;
mod report;
mod state;

pub use cadence::Cadence;
pub use drift_monitor::{DriftMonitor, DriftMonitorBuilder};
#[cfg(feature = "report")]
pub use html::windows_section;
pub use observer::{Collected, DriftObserver};
pub use report::WindowReport;
pub use state::MonitorState;
