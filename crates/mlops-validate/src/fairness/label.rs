use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::keys::{dictionary_of, text_at, whole_numbers};
use crate::{Error, Result};

/// How many different labels there may be: what has more is no class but a number.
pub(super) const MOST_CLASSES: usize = 256;
/// Rows that one thread takes at a time.
pub(super) const ROWS: usize = 1 << 16;

/// A class, as labels and predictions name it: a number or a text. `true` is 1.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a label is one or the other")]
pub enum Label {
    /// A number; 0 and −0 are one, NaN is no label.
    Number(f64),
    /// A text.
    Text(Arc<str>),
}

impl Label {
    /// Whether it may be a class: a text, or a whole number.
    pub(super) fn is_class(&self) -> bool {
        match self {
            Self::Number(number) => number.fract() == 0.0,
            Self::Text(_) => true,
        }
    }

    pub(super) fn is(&self, number: f64) -> bool {
        *self == Self::Number(number)
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Label {}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{:?}", crate::error::shorten(text)),
        }
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => mlops_core::number::serialize(number, serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl From<bool> for Label {
    fn from(label: bool) -> Self {
        Self::Number(f64::from(u8::from(label)))
    }
}

impl From<i32> for Label {
    fn from(label: i32) -> Self {
        Self::Number(label.into())
    }
}

impl From<f64> for Label {
    fn from(label: f64) -> Self {
        Self::Number(label)
    }
}

impl From<&str> for Label {
    fn from(label: &str) -> Self {
        Self::Text(label.into())
    }
}

impl From<String> for Label {
    fn from(label: String) -> Self {
        Self::Text(label.into())
    }
}

/// The label of each row: a byte a row, and what the bytes stand for.
///
/// ```
/// use mlops_validate::fairness::Labels;
/// let labels = Labels::integers("label", &[1, 0, 1])?;
/// assert_eq!(labels.rows(), 3);
/// assert!(Labels::integers("label", &(0..300).collect::<Vec<_>>()).is_err());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    classes: Vec<Label>,
    codes: Vec<u8>,
}

impl Labels {
    /// Truth values. O(n).
    pub fn bools(labels: &[bool]) -> Self {
        let codes = labels.iter().map(|label| u8::from(*label)).collect();
        Self { classes: vec![Label::Number(0.0), Label::Number(1.0)], codes }
    }

    /// Whole numbers; `what` is their name for messages. O(n).
    ///
    /// # Errors
    /// [`Error::Input`] if there are more than 256 different ones.
    pub fn integers(what: &str, labels: &[i64]) -> Result<Self> {
        let extent = labels
            .par_chunks(ROWS)
            .map(|rows| (rows.iter().copied().min(), rows.iter().copied().max()))
            .reduce_with(|left, right| (left.0.min(right.0), left.1.max(right.1)));
        let Some((Some(low), Some(high))) = extent else {
            return Ok(Self { classes: Vec::new(), codes: Vec::new() });
        };
        if i128::from(high) - i128::from(low) >= MOST_CLASSES as i128 {
            return Self::distinct(what, labels.iter().map(|label| Label::Number(*label as f64)));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
        let codes = labels.par_iter().map(|label| (label - low) as u8).collect();
        let classes = (low..=high).map(|label| Label::Number(label as f64)).collect();
        Ok(Self { classes, codes })
    }

    /// Labels of any kind, one a row; `what` is their name for messages. O(n) look-ups.
    ///
    /// # Errors
    /// [`Error::Input`] for the first that is NaN, or if there are more than 256 different ones.
    pub fn distinct<L: Into<Label>>(what: &str, labels: impl IntoIterator<Item = L>) -> Result<Self> {
        let mut known: std::collections::BTreeMap<Label, u8> = std::collections::BTreeMap::new();
        let mut codes = Vec::new();
        let mut last: Option<(Label, u8)> = None;
        for (row, label) in labels.into_iter().enumerate() {
            let label = label.into();
            if let Label::Number(number) = label
                && number.is_nan()
            {
                return Err(Error::input(what, format!("row {row} is NaN, expected a label")));
            }
            if let Some((_, code)) = last.as_ref().filter(|(before, _)| *before == label) {
                codes.push(*code);
                continue;
            }
            let code = if let Some(code) = known.get(&label) {
                *code
            } else {
                let code = u8::try_from(known.len()).map_err(|_| {
                    let reason = format!("row {row} is {label}, the {}th label", MOST_CLASSES + 1);
                    Error::input(what, format!("{reason}, expected at most {MOST_CLASSES} different ones"))
                })?;
                known.insert(label.clone(), code);
                code
            };
            codes.push(code);
            last = Some((label, code));
        }
        let mut order = vec![0_u8; known.len()];
        for (rank, code) in known.values().enumerate() {
            order[usize::from(*code)] = u8::try_from(rank).unwrap_or(u8::MAX);
        }
        for code in &mut codes {
            *code = order[usize::from(*code)];
        }
        Ok(Self { classes: known.into_keys().collect(), codes })
    }

    /// A column of truth values, numbers or text, which may be a dictionary. O(n).
    ///
    /// # Errors
    /// [`Error::Input`] for another type, for the first null or NaN, or if there are more
    /// than 256 different ones.
    pub fn from_array(what: &str, array: &dyn Array) -> Result<Self> {
        if let Some(row) =
            array.logical_nulls().and_then(|nulls| (0..nulls.len()).find(|row| nulls.is_null(*row)))
        {
            return Err(Error::input(what, format!("row {row} is null, expected a label")));
        }
        match array.data_type() {
            DataType::Boolean => {
                let labels: &BooleanArray = array.as_boolean();
                let codes = labels.values().iter().map(u8::from).collect();
                Ok(Self { classes: vec![Label::Number(0.0), Label::Number(1.0)], codes })
            }
            DataType::Int64 => Self::integers(what, array.as_primitive::<Int64Type>().values()),
            DataType::Float64 => {
                Self::distinct(what, array.as_primitive::<Float64Type>().values().iter().copied())
            }
            DataType::Dictionary(_, _) => {
                let (values, codes) = dictionary_of(what, array)?;
                let of_values = Self::from_array(what, &values)?;
                let codes = codes.iter().map(|code| of_values.codes[*code]).collect();
                Ok(Self { classes: of_values.classes, codes })
            }
            other => match (whole_numbers(array), text_at(array)) {
                (Some(numbers), _) => Self::integers(what, &numbers),
                (None, Some(text)) => Self::distinct(what, (0..array.len()).map(text)),
                (None, None) => {
                    let reason =
                        format!("it is of type {other}, expected labels: truth values, numbers or text");
                    Err(Error::input(what, reason))
                }
            },
        }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    /// What the labels may be, ascending; not each of them need be there.
    pub fn classes(&self) -> &[Label] {
        &self.classes
    }

    pub(super) fn into_codes(self) -> Vec<u8> {
        self.codes
    }

    /// The labels of both, and for each class of `self` and of `other` its number among them.
    pub(super) fn union(left: &[Label], right: &[Label]) -> Result<(Vec<Label>, Vec<u8>, Vec<u8>)> {
        let mut classes: Vec<Label> = left.iter().chain(right).cloned().collect();
        classes.sort();
        classes.dedup();
        if classes.len() > MOST_CLASSES {
            let reason = format!("{} different ones, expected at most {MOST_CLASSES}", classes.len());
            return Err(Error::input("labels", reason));
        }
        let number =
            |label: &Label| u8::try_from(classes.partition_point(|class| class < label)).unwrap_or(u8::MAX);
        let (left, right) = (left.iter().map(number).collect(), right.iter().map(number).collect());
        Ok((classes, left, right))
    }

    /// The same rows, where class `i` has the number `numbers[i]` of `classes`.
    pub(super) fn renumbered(mut self, classes: &[Label], numbers: &[u8]) -> Self {
        if self.classes != classes {
            self.codes.par_iter_mut().for_each(|code| *code = numbers[usize::from(*code)]);
            self.classes = classes.to_vec();
        }
        self
    }
}
