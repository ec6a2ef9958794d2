//! What a rule sees of a table: single values, and which of them are missing.

mod cell;
mod column;

pub use cell::{Cell, Scalar};
pub(crate) use cell::{NANOS_PER_DAY, number, parse_moment};
pub use column::NanIs;
pub(crate) use column::{
    F16, Present, and, cell_at, decoded, is_moment, nanos_per_unit, present, through_dictionary,
};
