//! Drift over time: windows that fill as rows come, each compared with one reference.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | watch what comes, window by window | [`DriftMonitor`] |
//! | say when is looked, and at which rows | [`Cadence`], [`CurrentWindow`] |
//! | close windows by a clock, without a row | [`DriftMonitor::tick`], [`DriftMonitor::due`] |
//! | know how often it alarms falsely, and say over what | [`Horizon`], [`WindowReport::look`] |
//! | be told when something begins and when it is over | [`AlarmSettings`], [`Alarm`], [`AlarmState`] |
//! | feed it from a running predictor | [`DriftObserver`] |
//! | stop and go on with a new process | [`MonitorState`] |
//! | show it | `DriftMonitor::section`, `windows_section` (feature `report`) |

mod alarm;
mod alarms;
mod batch;
mod builder;
mod cadence;
mod current;
mod drift_monitor;
#[cfg(feature = "report")]
mod html;
mod latest;
mod look;
mod looks;
mod observer;
mod report;
mod schedule;
mod state;

pub use alarm::{Alarm, AlarmSettings, AlarmState};
pub(crate) use batch::dated;
pub use builder::DriftMonitorBuilder;
pub use cadence::Cadence;
pub use current::CurrentWindow;
pub use drift_monitor::DriftMonitor;
#[cfg(feature = "report")]
pub use html::windows_section;
pub use looks::{Horizon, Look};
pub use observer::{Collected, DriftObserver};
pub use report::WindowReport;
pub use state::MonitorState;
