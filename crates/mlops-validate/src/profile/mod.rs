//! What is known of a table's columns.

mod extent;
mod unique;

pub(crate) use extent::Extent;
pub(crate) use unique::Unique;
