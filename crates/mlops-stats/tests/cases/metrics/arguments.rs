use mlops_stats::classification::whole_labels;
use mlops_stats::{Error, Result};
use serde_json::Value;

/// A class as a case has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Whole(i64),
    Text(String),
}

/// A call that can't be written with our types, and that scikit-learn refuses when it runs:
/// ragged or text where numbers are, labels of two types, a third class or no positive one
/// for rows that are `bool`, a name that no enum has, a count below 0, a method that the type
/// of rows does not have. All else is asked of the library, and refused there.
pub fn refused(expected: &'static str) -> Error {
    Error::Parameter { what: "the call", value: f64::NAN, expected }
}

/// An array as a case has it: its numbers row by row, and how many columns it has (`None`
/// for one dimension).
#[derive(Debug)]
pub struct Array {
    pub values: Vec<f64>,
    pub columns: Option<usize>,
}

pub fn array(value: &Value) -> Result<Array> {
    let rows = value.as_array().ok_or(refused("an array"))?;
    let number = |value: &Value| match value {
        Value::Bool(value) => Ok(f64::from(u8::from(*value))),
        value => mlops_cases::number(value).ok_or(refused("numbers")),
    };
    if let Some(first) = rows.first().and_then(Value::as_array) {
        let columns = first.len();
        let mut values = Vec::new();
        for row in rows {
            let row =
                row.as_array().filter(|row| row.len() == columns).ok_or(refused("rows of one length"))?;
            for value in row {
                values.push(number(value)?);
            }
        }
        return Ok(Array { values, columns: Some(columns) });
    }
    let values = rows.iter().map(number).collect::<Result<_>>()?;
    Ok(Array { values, columns: None })
}

/// Numbers of an array of one dimension, or of one column.
pub fn numbers(value: &Value) -> Result<Vec<f64>> {
    let array = array(value)?;
    if array.columns.is_some_and(|columns| columns != 1) {
        Err(refused("one dimension"))
    } else {
        Ok(array.values)
    }
}

pub fn weights(kwargs: &Value) -> Result<Option<Vec<f64>>> {
    match &kwargs["sample_weight"] {
        Value::Null => Ok(None),
        weights => numbers(weights).map(Some),
    }
}

pub fn class(value: &Value) -> Result<Class> {
    classes(&Value::Array(vec![value.clone()])).map(|mut classes| classes.remove(0))
}

/// Classes of an array of one dimension: all numbers, or all strings.
pub fn classes(value: &Value) -> Result<Vec<Class>> {
    let texts = |value: &Value| match value {
        // A number that JSON can't write is one of these.
        Value::String(text) if mlops_cases::number(value).is_none() => Some(Class::Text(text.clone())),
        _ => None,
    };
    let values = value.as_array().ok_or(refused("an array"))?;
    if !values.is_empty() && values.iter().all(|value| texts(value).is_some()) {
        return Ok(values.iter().filter_map(texts).collect());
    }
    Ok(whole_labels("labels", &numbers(value)?)?.into_iter().map(Class::Whole).collect())
}

/// Classes of two arrays of one kind.
pub fn pair(args: &Value) -> Result<(Vec<Class>, Vec<Class>)> {
    let (truth, predicted) = (classes(&args[0])?, classes(&args[1])?);
    let is_text = |class: &Class| matches!(class, Class::Text(_));
    let mixed = truth.first().zip(predicted.first()).is_some_and(|(a, b)| is_text(a) != is_text(b));
    if mixed { Err(refused("labels of one type")) } else { Ok((truth, predicted)) }
}

/// Whether the first argument is a table of labels rather than a list of classes; one column
/// is a list.
pub fn is_table(args: &Value) -> bool {
    args[0][0].as_array().is_some_and(|row| row.len() != 1)
}

/// A table of labels that are there or not, and its columns.
pub fn indicators(value: &Value) -> Result<(Vec<bool>, usize)> {
    let table = array(value)?;
    let columns = table.columns.ok_or(refused("a table"))?;
    let values = mlops_stats::classification::binary_labels("labels", &table.values)?;
    Ok((values, columns))
}
