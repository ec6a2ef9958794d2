//! Dates as `dateutil.parser.parse` (python-dateutil 4.0.0) reads them: a text is split into
//! tokens, these are read from left to right as names, numbers and zones, and of the numbers
//! that are left over it is said which is the year, the month and the day.

mod date;
mod members;
mod names;
mod numbers;
mod reading;
mod tokens;

pub(crate) use date::IsDate;
#[cfg(test)]
pub(super) use date::is_date;
