//! Suites that hold an adapter to the contract of its port, for ours and for yours.

pub mod prediction_log;
