use std::cmp::Ordering;
use std::fmt;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};
use serde_json::Value;

use super::{CellRule, Mismatch, ValueRule};
use crate::condition::Comparison;
use crate::table::{Cell, F16, NANOS_PER_DAY, Scalar, cell_at, nanos_per_unit, number, parse_moment, rare};

/// One end of a range, as a suite writes it. Text is read as what the column holds: a
/// moment or a day, a number, or text that compares by its bytes.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// A number; `true` is 1.
    Number(f64),
    /// A whole number beyond what a floating point number holds exactly.
    Whole(i128),
    /// Text.
    Text(String),
}

impl Bound {
    /// `None` if the value is no bound: null, a list, an object, empty text.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match Scalar::from_json(value)? {
            Cell::Bool(value) => Some(Self::Number(f64::from(u8::from(value)))),
            Cell::Int(value) => Some(Self::whole(value)),
            Cell::Float(value) => Some(Self::Number(value)),
            Cell::Text(text) if !text.is_empty() => Some(Self::Text(text.into_owned())),
            _ => None,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Number(value) => number(*value),
            Self::Whole(_) => self.as_number().to_json(),
            // Great Expectations turns text that is a number into the number.
            Self::Text(text) => text_as_number(text).map_or_else(|| Value::from(text.as_str()), number),
        }
    }

    /// A whole number.
    pub(crate) fn whole(value: i128) -> Self {
        if value.unsigned_abs() < 1 << 53 { Self::Number(value as f64) } else { Self::Whole(value) }
    }

    /// Whether it is a number, if only as text.
    pub(crate) fn is_number(&self) -> bool {
        !self.as_number().is_missing()
    }

    /// Whether it is neither a number nor a moment.
    pub(crate) fn is_only_text(&self) -> bool {
        self.as_number().is_missing() && self.as_moment().is_none()
    }

    fn as_number(&self) -> Scalar {
        match self {
            Self::Number(value) => Cell::Float(*value),
            Self::Whole(value) => Cell::Int(*value),
            Self::Text(text) => text_as_number(text).map_or(Cell::Missing, Cell::Float),
        }
    }

    fn as_moment(&self) -> Option<i128> {
        match self {
            Self::Text(text) => parse_moment(text),
            Self::Number(_) | Self::Whole(_) => None,
        }
    }

    /// The bound as a value of the kind of `like`, or `None` if it is of another kind.
    pub(crate) fn like(&self, like: &Cell<'_>) -> Option<Scalar> {
        match like {
            Cell::Text(_) => match self {
                Self::Text(text) => Some(Cell::Text(text.clone().into())),
                Self::Number(_) | Self::Whole(_) => None,
            },
            Cell::Moment { .. } | Cell::Date(_) => {
                self.as_moment().map(|nanos| Cell::Moment { nanos, zoned: false })
            }
            Cell::Bool(_) | Cell::Int(_) | Cell::Float(_) => {
                Some(self.as_number()).filter(|number| !number.is_missing())
            }
            Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => None,
        }
    }
}

fn text_as_number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Whole(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// A range with one or two ends; both belong to it unless they are strict.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
    pub(crate) strict_min: bool,
    pub(crate) strict_max: bool,
}

impl Bounds {
    /// The values that compare so with an end; any if the comparison has no order.
    pub(crate) fn compared(op: Comparison, end: Bound) -> Self {
        let strict = matches!(op, Comparison::Less | Comparison::Greater);
        match op {
            Comparison::Less | Comparison::LessOrEqual => {
                Self { max: Some(end), strict_max: strict, ..Self::default() }
            }
            _ => Self { min: Some(end), strict_min: strict, ..Self::default() },
        }
    }

    /// Whether there is no end at all.
    pub(crate) fn are_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Whether no value can lie between because the ends are the wrong way round.
    pub(crate) fn are_reversed(&self) -> bool {
        let (Some(min), Some(max)) = (&self.min, &self.max) else { return false };
        let as_kind = |kind: &Cell<'_>| Some((min.like(kind)?, max.like(kind)?));
        let kinds = [Cell::Int(0), Cell::Moment { nanos: 0, zoned: false }, Cell::Text("".into())];
        // The first kind that both ends can be; the column decides later, but an order
        // that is wrong for the most specific reading is wrong.
        kinds.iter().find_map(as_kind).is_some_and(|(min, max)| min.order(&max) == Some(Ordering::Greater))
    }

    /// Whether `value` lies in the range; NaN never does.
    ///
    /// # Errors
    /// The end that is of another kind than the value.
    pub(crate) fn contain(&self, value: &Cell<'_>) -> Result<bool, Mismatch> {
        let order = |bound: &Bound| match bound.like(value) {
            Some(bound) => Ok(value.order(&bound)),
            None => Err(Mismatch(format!("the bound {bound} can't be compared with the value {value}"))),
        };
        let above = match &self.min {
            None => true,
            Some(min) => match order(min)? {
                Some(Ordering::Greater) => true,
                Some(Ordering::Equal) => !self.strict_min,
                _ => false,
            },
        };
        let below = match &self.max {
            None => true,
            Some(max) => match order(max)? {
                Some(Ordering::Less) => true,
                Some(Ordering::Equal) => !self.strict_max,
                _ => false,
            },
        };
        Ok(above && below)
    }

    /// In words, such as `between 0 and 10 (exclusive)`.
    pub(crate) fn describe(&self) -> String {
        let strict = |strict| if strict { " (exclusive)" } else { "" };
        match (&self.min, &self.max) {
            (None, None) => "any".to_owned(),
            (Some(min), None) if self.strict_min => format!("above {min}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) if self.strict_max => format!("below {max}"),
            (None, Some(max)) => format!("at most {max}"),
            (Some(min), Some(max)) => {
                format!("between {min}{} and {max}{}", strict(self.strict_min), strict(self.strict_max))
            }
        }
    }

    /// The range in whole numbers of a `scale`, from the ends as `at` reads them: the first
    /// and the last value that belong to it.
    fn whole(
        &self,
        scale: i128,
        rule: &DataType,
        at: impl Fn(&Bound) -> Option<(i128, bool)>,
    ) -> Result<(i128, i128), Mismatch> {
        let read = |bound: &Option<Bound>| match bound {
            None => Ok(None),
            Some(bound) => {
                at(bound).map(Some).ok_or_else(|| Mismatch::new(format!("the bound {bound}"), rule))
            }
        };
        // `exact` says that the floor is the bound itself: only then does strictness matter.
        let first = match read(&self.min)? {
            None => i128::MIN,
            Some((floor, exact)) => {
                let on_scale = exact && floor.rem_euclid(scale) == 0;
                let step = i128::from(!on_scale || self.strict_min);
                floor.div_euclid(scale).saturating_add(step)
            }
        };
        let last = match read(&self.max)? {
            None => i128::MAX,
            Some((floor, exact)) => {
                let on_scale = exact && floor.rem_euclid(scale) == 0;
                let step = i128::from(on_scale && self.strict_max);
                floor.div_euclid(scale).saturating_sub(step)
            }
        };
        Ok((first, last))
    }

    /// The range as whole numbers.
    pub(super) fn integers(&self, data_type: &DataType) -> Result<(i128, i128), Mismatch> {
        // A bound that is NaN leaves nothing inside.
        let nan = |bound: &Option<Bound>| matches!(bound, Some(Bound::Number(value)) if value.is_nan());
        if nan(&self.min) || nan(&self.max) {
            return Ok((i128::MAX, i128::MIN));
        }
        self.whole(1, data_type, |bound| match bound.as_number() {
            Cell::Float(value) => floor(value),
            Cell::Int(value) => Some((value, true)),
            _ => None,
        })
    }

    /// The range as moments in units of so many nanoseconds.
    pub(super) fn moments(&self, unit: i128, data_type: &DataType) -> Result<(i128, i128), Mismatch> {
        self.whole(unit, data_type, |bound| bound.as_moment().map(|nanos| (nanos, true)))
    }

    /// The range as floating point numbers that both belong to it.
    pub(super) fn floats(&self, data_type: &DataType) -> Result<(f64, f64), Mismatch> {
        let read = |bound: &Bound| match bound.as_number() {
            Cell::Float(value) => Ok(value),
            Cell::Int(value) => Ok(value as f64),
            _ => Err(Mismatch::new(format!("the bound {bound}"), data_type)),
        };
        let first = match &self.min {
            None => f64::NEG_INFINITY,
            Some(min) if self.strict_min && read(min)? == f64::INFINITY => f64::NAN,
            Some(min) if self.strict_min => read(min)?.next_up(),
            Some(min) => read(min)?,
        };
        let last = match &self.max {
            None => f64::INFINITY,
            Some(max) if self.strict_max && read(max)? == f64::NEG_INFINITY => f64::NAN,
            Some(max) if self.strict_max => read(max)?.next_down(),
            Some(max) => read(max)?,
        };
        Ok((first, last))
    }

    fn text_outside<'a>(
        &self,
        len: usize,
        data_type: &DataType,
        value: impl Fn(usize) -> &'a [u8],
    ) -> Result<BooleanBuffer, Mismatch> {
        let read = |bound: &'_ Option<Bound>| match bound {
            None => Ok(None),
            Some(Bound::Text(text)) => Ok(Some(text.clone().into_bytes())),
            Some(bound) => Err(Mismatch::new(format!("the bound {bound}"), data_type)),
        };
        let (min, max) = (read(&self.min)?, read(&self.max)?);
        Ok(BooleanBuffer::collect_bool(len, |row| {
            let value = value(row);
            let below = min.as_deref().is_some_and(|min| value < min || (self.strict_min && value == min));
            let above = max.as_deref().is_some_and(|max| value > max || (self.strict_max && value == max));
            below || above
        }))
    }
}

/// A floating point number as its floor and whether that is the number itself.
#[expect(clippy::cast_possible_truncation, reason = "a cast saturates, which is what a bound needs")]
fn floor(value: f64) -> Option<(i128, bool)> {
    if value.is_nan() { None } else { Some((value.floor() as i128, value.fract() == 0.0)) }
}

/// A number of the array's own type, clamped to what the type holds.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch, several values are compared at once")]
fn whole_outside<T>(array: &dyn Array, (first, last): (i128, i128)) -> BooleanBuffer
where
    T: ArrowPrimitiveType,
    T::Native: Ord + Into<i128> + TryFrom<i128>,
{
    let values = array.as_primitive::<T>().values();
    let clamp = |bound: i128| T::Native::try_from(bound).ok();
    match (clamp(first), clamp(last)) {
        (Some(first), Some(last)) => rare(values, |value| (value < first) | (value > last)),
        (Some(first), None) if last > 0 => rare(values, |value| value < first),
        (None, Some(last)) if first < 0 => rare(values, |value| value > last),
        (None, None) if first < 0 && last > 0 => BooleanBuffer::new_unset(values.len()),
        // One end is beyond the type, on the side where nothing is left.
        _ => BooleanBuffer::new_set(values.len()),
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "without a branch, several values are compared at once")]
fn float_outside<T: ArrowPrimitiveType>(
    array: &dyn Array,
    (first, last): (f64, f64),
    widen: impl Fn(T::Native) -> f64,
) -> BooleanBuffer {
    let values = array.as_primitive::<T>().values();
    rare(values, |value| {
        let value = widen(value);
        !((value >= first) & (value <= last))
    })
}

impl ValueRule for Bounds {
    fn key(&self) -> String {
        format!("between {:?} {:?} {} {}", self.min, self.max, self.strict_min, self.strict_max)
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let data_type = values.data_type();
        let integers = || self.integers(data_type);
        let moments = |scale: i128| self.moments(scale, data_type);
        Ok(match data_type {
            DataType::Int8 => whole_outside::<Int8Type>(values, integers()?),
            DataType::Int16 => whole_outside::<Int16Type>(values, integers()?),
            DataType::Int32 => whole_outside::<Int32Type>(values, integers()?),
            DataType::Int64 => whole_outside::<Int64Type>(values, integers()?),
            DataType::UInt8 => whole_outside::<UInt8Type>(values, integers()?),
            DataType::UInt16 => whole_outside::<UInt16Type>(values, integers()?),
            DataType::UInt32 => whole_outside::<UInt32Type>(values, integers()?),
            DataType::UInt64 => whole_outside::<UInt64Type>(values, integers()?),
            DataType::Float16 => float_outside::<Float16Type>(values, self.floats(data_type)?, F16::to_f64),
            DataType::Float32 => float_outside::<Float32Type>(values, self.floats(data_type)?, f64::from),
            DataType::Float64 => float_outside::<Float64Type>(values, self.floats(data_type)?, |value| value),
            DataType::Timestamp(unit, _) => {
                let range = moments(nanos_per_unit(*unit))?;
                match unit {
                    TimeUnit::Second => whole_outside::<TimestampSecondType>(values, range),
                    TimeUnit::Millisecond => whole_outside::<TimestampMillisecondType>(values, range),
                    TimeUnit::Microsecond => whole_outside::<TimestampMicrosecondType>(values, range),
                    TimeUnit::Nanosecond => whole_outside::<TimestampNanosecondType>(values, range),
                }
            }
            DataType::Date32 => whole_outside::<Date32Type>(values, moments(NANOS_PER_DAY)?),
            DataType::Date64 => whole_outside::<Date64Type>(values, moments(1_000_000)?),
            DataType::Utf8 => {
                let text = values.as_string::<i32>();
                self.text_outside(text.len(), data_type, |row| text.value(row).as_bytes())?
            }
            DataType::LargeUtf8 => {
                let text = values.as_string::<i64>();
                self.text_outside(text.len(), data_type, |row| text.value(row).as_bytes())?
            }
            DataType::Utf8View => {
                let text = values.as_string_view();
                self.text_outside(text.len(), data_type, |row| text.value(row).as_bytes())?
            }
            DataType::Null => BooleanBuffer::new_unset(values.len()),
            DataType::Boolean | DataType::Decimal128(_, _) | DataType::Union(_, _) => {
                let mut broken = arrow_buffer::BooleanBufferBuilder::new(values.len());
                for row in 0..values.len() {
                    let cell = cell_at(values, row);
                    broken.append(!cell.is_missing() && !self.contain(&cell)?);
                }
                broken.finish()
            }
            other => return Err(Mismatch::new("a range", other)),
        })
    }

    fn prepare(&self, data_type: &DataType) -> Option<Result<CellRule, Mismatch>> {
        Some(Bounds::prepare(self, data_type))
    }
}

#[cfg(test)]
mod tests;
