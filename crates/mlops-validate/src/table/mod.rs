//! What a rule sees of a table: single values, and which of them are missing.

mod cell;
mod column;
mod lane;
mod record;
mod values;

pub use cell::{Cell, Scalar};
pub(crate) use cell::{NANOS_PER_DAY, number, parse_moment};
pub use column::NanIs;
pub(crate) use column::{
    F16, Present, and, array_of, cell_at, decoded, is_moment, nanos_per_unit, only_column, present, rare,
    same_values, through_dictionary,
};
pub(crate) use lane::{Kind, Lane, decode, encode_cell, encode_missing, unpacked};
pub use record::Record;
pub(crate) use record::RecordOf;
pub(crate) use values::{ValueKind, Values, read_moment, write_moment};
