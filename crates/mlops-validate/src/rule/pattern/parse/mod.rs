//! Reads patterns in the syntax of Python's `re` (3.11).
//!
//! A recursive descent: alternatives and repetitions here call groups, flags, classes and
//! escapes, each a file.

mod classes;
mod escapes;
mod flags;
mod groups;
mod parser;

pub(super) use parser::parse;
