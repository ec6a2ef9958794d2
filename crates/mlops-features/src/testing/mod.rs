//! Conformance suites for the ports of this crate: what an adapter must pass.

pub mod durable_online_store;
pub mod online_store;
