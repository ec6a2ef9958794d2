//! How a version gets into production: evidence, approvals, and one transaction.

mod decision;

pub use decision::Decision;
