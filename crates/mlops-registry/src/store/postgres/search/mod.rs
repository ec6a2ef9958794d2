//! The index of search in tables of its own, written in the transaction that changes the records.

mod compare;
mod find;
mod rows;
mod sql;
mod write;

pub(super) use compare::differences;
pub(super) use find::find;
pub(super) use write::write;
