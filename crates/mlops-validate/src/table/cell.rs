use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat};
use serde_json::Value;

use super::Record;

/// One value of a table, or a constant of a rule, borrowed where that is possible.
///
/// Values compare as Python's do, since suites were written against them: `1`, `1.0`
/// and `true` are equal, text is never equal to a number. Whole numbers and floating
/// point numbers compare exactly, beyond 2⁵³ too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// Null, or NaN where NaN counts as missing.
    Missing,
    /// A missing timestamp, which Great Expectations writes as `NaT`.
    MissingMoment,
    /// True or false.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// A floating point number.
    Float(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Nanoseconds since 1970-01-01T00:00:00, in UTC if `zoned`.
    Moment {
        /// Nanoseconds.
        nanos: i128,
        /// Whether the column has a time zone.
        zoned: bool,
    },
    /// Days since 1970-01-01.
    Date(i64),
    /// A value of a type that no rule looks into, named by its Arrow type.
    Other(Cow<'a, str>),
    /// The values of a row in several columns.
    Record(Arc<Record>),
}

/// A value that owns its text.
pub type Scalar = Cell<'static>;

pub(crate) const NANOS_PER_DAY: i128 = 86_400_000_000_000;

impl Cell<'_> {
    /// The same value, owning its text.
    pub fn into_owned(self) -> Scalar {
        match self {
            Cell::Missing => Cell::Missing,
            Cell::MissingMoment => Cell::MissingMoment,
            Cell::Bool(value) => Cell::Bool(value),
            Cell::Int(value) => Cell::Int(value),
            Cell::Float(value) => Cell::Float(value),
            Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Cell::Moment { nanos, zoned } => Cell::Moment { nanos, zoned },
            Cell::Date(days) => Cell::Date(days),
            Cell::Other(name) => Cell::Other(Cow::Owned(name.into_owned())),
            Cell::Record(record) => Cell::Record(record),
        }
    }

    /// Whether there is no value.
    pub fn is_missing(&self) -> bool {
        matches!(self, Cell::Missing | Cell::MissingMoment)
    }

    /// The order of two values, or `None` if they have none: different kinds, NaN, missing.
    pub fn order(&self, other: &Cell<'_>) -> Option<Ordering> {
        match (self, other) {
            (Cell::Text(a), Cell::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Cell::Moment { .. } | Cell::Date(_), Cell::Moment { .. } | Cell::Date(_)) => {
                Some(self.nanos()?.cmp(&other.nanos()?))
            }
            (Cell::Float(a), Cell::Float(b)) => a.partial_cmp(b),
            (Cell::Float(a), _) => Some(order_int_float(other.whole()?, *a)?.reverse()),
            (_, Cell::Float(b)) => order_int_float(self.whole()?, *b),
            _ => Some(self.whole()?.cmp(&other.whole()?)),
        }
    }

    /// Whether this value is below the other; `None` if Python would not compare them.
    pub(crate) fn is_below(&self, other: &Cell<'_>) -> Option<bool> {
        let is_nan = |cell: &Cell<'_>| matches!(cell, Cell::Float(value) if value.is_nan());
        let is_number = |cell: &Cell<'_>| matches!(cell, Cell::Bool(_) | Cell::Int(_) | Cell::Float(_));
        match (self, other) {
            (Cell::Record(own), Cell::Record(other)) => own.is_below(other),
            _ if (is_nan(self) && is_number(other)) || (is_number(self) && is_nan(other)) => Some(false),
            _ => Some(self.order(other)? == Ordering::Less),
        }
    }

    /// Whether two values are equal as Python has it. Missing values are not equal to anything.
    pub fn same(&self, other: &Cell<'_>) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }

    /// A truth value or whole number.
    pub(crate) fn whole(&self) -> Option<i128> {
        match self {
            Cell::Bool(value) => Some(i128::from(*value)),
            Cell::Int(value) => Some(*value),
            _ => None,
        }
    }

    fn nanos(&self) -> Option<i128> {
        match self {
            Cell::Moment { nanos, .. } => Some(*nanos),
            Cell::Date(days) => Some(i128::from(*days) * NANOS_PER_DAY),
            _ => None,
        }
    }

    /// The value as Great Expectations writes it: numbers, text, ISO 8601 moments and days,
    /// `null` for what is missing, and a name for a number that JSON can't hold.
    pub fn to_json(&self) -> Value {
        match self {
            Cell::Missing => Value::Null,
            Cell::MissingMoment => Value::from("NaT"),
            Cell::Bool(value) => Value::from(*value),
            Cell::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => Value::from(value),
                (_, Ok(value)) => Value::from(value),
                _ => Value::from(value.to_string()),
            },
            Cell::Float(value) => number(*value),
            Cell::Text(text) => Value::from(text.as_ref()),
            Cell::Moment { .. } | Cell::Date(_) => Value::from(self.to_string()),
            Cell::Other(name) => Value::from(format!("<{name}>")),
            Cell::Record(record) => record.to_json(),
        }
    }

    /// Reads a constant: a JSON scalar as it stands; objects and lists are no constants.
    pub(crate) fn from_json(value: &Value) -> Option<Scalar> {
        Some(match value {
            Value::Null => Cell::Missing,
            Value::Bool(value) => Cell::Bool(*value),
            Value::String(text) => Cell::Text(Cow::Owned(text.clone())),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Cell::Int(i128::from(value)),
                (_, Some(value)) => Cell::Int(i128::from(value)),
                _ => Cell::Float(number.as_f64()?),
            },
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

/// A number as JSON, by name if it is not finite.
pub(crate) fn number(value: f64) -> Value {
    match mlops_core::number::name(value) {
        Some(name) => Value::from(name),
        None => Value::from(value),
    }
}

/// The order of a whole and a floating point number, exactly.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn order_int_float(int: i128, float: f64) -> Option<Ordering> {
    const LIMIT: f64 = 1.7e38;
    if float.is_nan() {
        None
    } else if float >= LIMIT {
        Some(Ordering::Less)
    } else if float <= -LIMIT {
        Some(Ordering::Greater)
    } else {
        let floor = float.floor();
        Some(int.cmp(&(floor as i128)).then(if float > floor { Ordering::Less } else { Ordering::Equal }))
    }
}

impl fmt::Display for Cell<'_> {
    /// For people and for ISO 8601: text as it is, a missing value as `null`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Missing => f.write_str("null"),
            Cell::MissingMoment => f.write_str("NaT"),
            Cell::Bool(value) => write!(f, "{value}"),
            Cell::Int(value) => write!(f, "{value}"),
            Cell::Float(value) => write!(f, "{value}"),
            Cell::Text(text) => f.write_str(text),
            Cell::Moment { nanos, zoned } => match moment(*nanos) {
                Some(moment) => f.write_str(&iso(moment, *zoned)),
                None => write!(f, "{nanos} ns after 1970-01-01"),
            },
            Cell::Date(days) => match date(*days) {
                Some(date) => write!(f, "{date}"),
                None => write!(f, "{days} days after 1970-01-01"),
            },
            Cell::Other(name) => write!(f, "<{name}>"),
            Cell::Record(record) => write!(f, "{record}"),
        }
    }
}

fn moment(nanos: i128) -> Option<DateTime<chrono::Utc>> {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    DateTime::from_timestamp(seconds, rest)
}

fn date(days: i64) -> Option<NaiveDate> {
    let seconds = days.checked_mul(86_400)?;
    Some(DateTime::from_timestamp(seconds, 0)?.date_naive())
}

/// ISO 8601 as Python writes it: no fraction, six or nine digits.
fn iso(moment: DateTime<chrono::Utc>, zoned: bool) -> String {
    let nanos = moment.timestamp_subsec_nanos();
    let format = if nanos == 0 {
        SecondsFormat::Secs
    } else if nanos.is_multiple_of(1000) {
        SecondsFormat::Micros
    } else {
        SecondsFormat::Nanos
    };
    let mut text = moment.to_rfc3339_opts(format, false);
    if !zoned {
        text.truncate(text.len() - "+00:00".len());
    }
    text
}

/// Reads a moment as a suite may write it, in UTC if it names no offset: RFC 3339, the
/// same without offset or seconds, or a day.
pub(crate) fn parse_moment(text: &str) -> Option<i128> {
    let text = text.trim();
    let micros = if let Ok(moment) = text.parse::<mlops_core::Timestamp>() {
        moment.as_micros()
    } else {
        let naive = |format| chrono::NaiveDateTime::parse_from_str(text, format).ok();
        let moment = naive("%Y-%m-%dT%H:%M").or_else(|| naive("%Y-%m-%d %H:%M"))?;
        moment.and_utc().timestamp_micros()
    };
    Some(i128::from(micros) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(value))
    }

    #[test]
    fn equality_is_that_of_python() {
        assert!(Cell::Bool(true).same(&Cell::Int(1)));
        assert!(Cell::Int(1).same(&Cell::Float(1.0)));
        assert!(Cell::Float(-0.0).same(&Cell::Int(0)));
        assert!(!text("1").same(&Cell::Int(1)));
        assert!(!Cell::Missing.same(&Cell::Missing));
        assert!(!Cell::Float(f64::NAN).same(&Cell::Float(f64::NAN)));
        assert!(!Cell::Int((1 << 53) + 1).same(&Cell::Float(9_007_199_254_740_992.0)));
    }

    #[test]
    fn whole_and_floating_numbers_compare_exactly() {
        for (int, float, order) in [
            (1, 1.5, Ordering::Less),
            (2, 1.5, Ordering::Greater),
            (-1, -1.5, Ordering::Greater),
            (-2, -1.5, Ordering::Less),
            (i128::from(u64::MAX), f64::INFINITY, Ordering::Less),
            (i128::MIN, f64::NEG_INFINITY, Ordering::Greater),
        ] {
            assert_eq!(order_int_float(int, float), Some(order), "{int} {float}");
        }
    }

    #[test]
    fn moments_are_written_as_python_does() {
        for (written, read) in [
            ("2024-01-01T00:00:00", "2024-01-01"),
            ("2024-06-01T12:00:00", "2024-06-01 12:00"),
            ("1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999"),
            ("2024-01-01T10:00:00", "2024-01-01T12:00:00+02:00"),
        ] {
            let nanos = parse_moment(read).unwrap();
            assert_eq!(Cell::Moment { nanos, zoned: false }.to_string(), written);
            assert_eq!(Cell::Moment { nanos, zoned: true }.to_string(), format!("{written}+00:00"));
        }
        assert_eq!(Cell::Moment { nanos: 1, zoned: false }.to_string(), "1970-01-01T00:00:00.000000001");
        assert_eq!(Cell::Date(-1).to_string(), "1969-12-31");
        assert!(Cell::Moment { nanos: i128::MAX, zoned: true }.to_string().contains("1970"));
        assert!(Cell::Date(i64::MAX).to_string().contains("1970"));
    }
}
