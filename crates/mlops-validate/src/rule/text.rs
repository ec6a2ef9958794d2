//! Values as text, as Python's `str` writes them, for rules that read text.

use std::borrow::Cow;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;

use super::{CellRule, Mismatch};
use crate::table::{Cell, cell_at};

/// Which values break a rule about their text.
///
/// Values that are no text are written as Python does: `1`, `1.0`, `True`,
/// `2024-01-01 00:00:00`. Rows without a value are not looked at.
///
/// # Errors
/// The first that `fulfils` gives; a [`Mismatch`] for types without text, such as lists.
pub(crate) fn broken_by_text(
    values: &dyn Array,
    mut fulfils: impl FnMut(&str) -> Result<bool, Mismatch>,
) -> Result<BooleanBuffer, Mismatch> {
    let nulls = values.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    let nulls = nulls.as_ref();
    let len = values.len();
    match values.data_type() {
        DataType::Utf8 => {
            let text = values.as_string::<i32>();
            each(len, nulls, |row| fulfils(text.value(row)))
        }
        DataType::LargeUtf8 => {
            let text = values.as_string::<i64>();
            each(len, nulls, |row| fulfils(text.value(row)))
        }
        DataType::Utf8View => {
            let text = values.as_string_view();
            each(len, nulls, |row| fulfils(text.value(row)))
        }
        _ => each(len, nulls, |row| fulfils(&text_at(values, row)?)),
    }
}

/// A rule about the text of single values, if the column holds text; other columns' values
/// become arrays for [`broken_by_text`].
pub(crate) fn prepared_for_text(
    data_type: &DataType,
    fulfils: impl Fn(&str) -> Result<bool, Mismatch> + Send + Sync + 'static,
) -> Option<Result<CellRule, Mismatch>> {
    let is_text = matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    is_text.then(|| {
        let rule: CellRule = Box::new(move |cell| match cell {
            Cell::Text(text) => Ok(!fulfils(text)?),
            other => Err(Mismatch(format!("the value {other} is no text"))),
        });
        Ok(rule)
    })
}

/// Which values break a rule that only text can fulfil: what else there is, breaks it
/// (`other` is true) or can't be judged.
pub(crate) fn broken_by_only_text(
    values: &dyn Array,
    rule: &str,
    other_breaks: bool,
    mut fulfils: impl FnMut(&str) -> Result<bool, Mismatch>,
) -> Result<BooleanBuffer, Mismatch> {
    match values.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => broken_by_text(values, fulfils),
        data_type => {
            let nulls = values.logical_nulls().filter(|nulls| nulls.null_count() > 0);
            each(values.len(), nulls.as_ref(), |row| match cell_at(values, row) {
                Cell::Text(text) => fulfils(&text),
                _ if other_breaks => Ok(false),
                _ => Err(Mismatch(format!(
                    "{rule} needs text, but a value is {}",
                    kind(values, row, data_type)
                ))),
            })
        }
    }
}

fn kind(values: &dyn Array, row: usize, data_type: &DataType) -> String {
    match data_type {
        DataType::Union(_, _) => cell_at(values, row).to_string(),
        other => format!("of type {other}"),
    }
}

/// Asks for each row with a value, until the first error.
fn each(
    len: usize,
    nulls: Option<&NullBuffer>,
    mut fulfils: impl FnMut(usize) -> Result<bool, Mismatch>,
) -> Result<BooleanBuffer, Mismatch> {
    let mut failure = None;
    let broken = BooleanBuffer::collect_bool(len, |row| {
        if failure.is_some() || nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return false;
        }
        match fulfils(row) {
            Ok(fulfilled) => !fulfilled,
            Err(mismatch) => {
                failure = Some(mismatch);
                false
            }
        }
    });
    failure.map_or(Ok(broken), Err)
}

/// The value in `row` as Python's `str` writes it.
pub(crate) fn text_at(values: &dyn Array, row: usize) -> Result<Cow<'_, str>, Mismatch> {
    Ok(match values.data_type() {
        // As doubles they would show digits that they do not have.
        DataType::Float32 => {
            let value = values.as_primitive::<Float32Type>().value(row);
            python_float(f64::from(value), &format!("{value:e}")).into()
        }
        DataType::Decimal128(_, _) => values.as_primitive::<Decimal128Type>().value_as_string(row).into(),
        _ => match cell_at(values, row) {
            Cell::Text(text) => text,
            Cell::Bool(true) => "True".into(),
            Cell::Bool(false) => "False".into(),
            Cell::Float(value) => python_float(value, &format!("{value:e}")).into(),
            cell @ Cell::Moment { .. } => cell.to_string().replacen('T', " ", 1).into(),
            cell @ (Cell::Int(_) | Cell::Date(_)) => cell.to_string().into(),
            Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => {
                return Err(Mismatch(format!("values of type {} have no text", values.data_type())));
            }
        },
    })
}

/// A number as Python's `repr` writes it, from its shortest digits as `d.ddde±x`: as a
/// plain number if the exponent is from -4 to 15.
fn python_float(value: f64, scientific: &str) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let text = match usize::try_from(exponent) {
        // Zeros before the first digit.
        Err(_) => format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
        Ok(whole) if digits.len() <= whole + 1 => format!("{digits:0<width$}.0", width = whole + 1),
        Ok(whole) => format!("{}.{}", &digits[..=whole], &digits[whole + 1..]),
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int64Array,
        TimestampMicrosecondArray,
    };

    use super::*;

    #[test]
    fn values_are_written_as_python_does() {
        // From pandas 3.1.1, `Series.astype(str)`.
        let floats: [(f64, &str); 12] = [
            (1.0, "1.0"),
            (2.5, "2.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-0.0, "-0.0"),
            (123_456_789.123, "123456789.123"),
            (1.5e300, "1.5e+300"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "inf"),
            (-1234.5, "-1234.5"),
        ];
        for (value, text) in floats {
            assert_eq!(text_at(&Float64Array::from(vec![value]), 0).unwrap(), text);
        }
        let cells: [(ArrayRef, &str); 6] = [
            (Arc::new(Float32Array::from(vec![0.1])), "0.1"),
            (Arc::new(Int64Array::from(vec![-7])), "-7"),
            (Arc::new(BooleanArray::from(vec![true])), "True"),
            (Arc::new(Date32Array::from(vec![19_723])), "2024-01-01"),
            (Arc::new(TimestampMicrosecondArray::from(vec![1_704_070_861_000_000])), "2024-01-01 01:01:01"),
            (Arc::new(Decimal128Array::from(vec![150]).with_precision_and_scale(10, 2).unwrap()), "1.50"),
        ];
        for (array, text) in cells {
            assert_eq!(text_at(array.as_ref(), 0).unwrap(), text);
        }
    }
}
