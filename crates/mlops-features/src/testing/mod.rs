//! Conformance suites for the ports of this crate: what an adapter must pass.

pub mod online_store;
