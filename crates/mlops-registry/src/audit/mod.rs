//! What happened, in an order that nobody can change unnoticed.

mod entry;

pub use entry::{Act, Entry, Recorded};
