use std::cmp::Ordering;

use arrow_schema::DataType;
use hashbrown::HashSet;

use super::{Bound, Bounds, CellRule, Members, Mismatch};
use crate::table::{Cell, NANOS_PER_DAY, nanos_per_unit};

/// A range whose ends are read already, as values of a column.
enum Range {
    Whole(i128, i128),
    Floats(f64, f64),
    /// Ends in nanoseconds.
    Moments(i128, i128),
    Text {
        min: Option<(Vec<u8>, bool)>,
        max: Option<(Vec<u8>, bool)>,
    },
}

impl Range {
    fn breaks(&self, cell: &Cell<'_>) -> Option<bool> {
        Some(match (self, cell) {
            (Self::Whole(first, last), Cell::Int(value)) => value < first || value > last,
            (Self::Floats(first, last), Cell::Float(value)) => !(value >= first && value <= last),
            (Self::Floats(first, last), Cell::Int(value)) => {
                let value = *value as f64;
                !(value >= *first && value <= *last)
            }
            (Self::Moments(first, last), Cell::Moment { nanos, .. }) => nanos < first || nanos > last,
            (Self::Moments(first, last), Cell::Date(days)) => {
                let nanos = i128::from(*days) * NANOS_PER_DAY;
                nanos < *first || nanos > *last
            }
            (Self::Text { min, max }, Cell::Text(text)) => {
                let beyond = |end: &Option<(Vec<u8>, bool)>, side: Ordering| {
                    end.as_ref().is_some_and(|(end, strict)| {
                        let order = text.as_bytes().cmp(end);
                        order == side || (*strict && order == Ordering::Equal)
                    })
                };
                beyond(min, Ordering::Less) || beyond(max, Ordering::Greater)
            }
            _ => return None,
        })
    }
}

fn strange(cell: &Cell<'_>) -> Mismatch {
    Mismatch(format!("the value {cell} is not of the column's type"))
}

impl Bounds {
    pub(super) fn prepare(&self, data_type: &DataType) -> Result<CellRule, Mismatch> {
        let moments = |unit: i128| {
            let (first, last) = self.moments(unit, data_type)?;
            Ok(Range::Moments(first.saturating_mul(unit), last.saturating_mul(unit)))
        };
        let end = |end: &Option<Bound>, strict: bool| match end {
            None => Ok(None),
            Some(Bound::Text(text)) => Ok(Some((text.clone().into_bytes(), strict))),
            Some(end) => Err(Mismatch::new(format!("the bound {end}"), data_type)),
        };
        let range = match data_type {
            DataType::Dictionary(_, values) => return self.prepare(values),
            whole if whole.is_integer() => {
                let (first, last) = self.integers(data_type)?;
                Range::Whole(first, last)
            }
            floating if floating.is_floating() => {
                let (first, last) = self.floats(data_type)?;
                Range::Floats(first, last)
            }
            DataType::Timestamp(unit, _) => moments(nanos_per_unit(*unit))?,
            DataType::Date32 => moments(NANOS_PER_DAY)?,
            DataType::Date64 => moments(1_000_000)?,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Range::Text { min: end(&self.min, self.strict_min)?, max: end(&self.max, self.strict_max)? }
            }
            // Values of several kinds: each is compared as what it is.
            DataType::Null | DataType::Boolean | DataType::Decimal128(_, _) | DataType::Union(_, _) => {
                let bounds = self.clone();
                return Ok(Box::new(move |cell| bounds.contain(cell).map(|inside| !inside)));
            }
            other => return Err(Mismatch::new("a range", other)),
        };
        Ok(Box::new(move |cell| range.breaks(cell).ok_or_else(|| strange(cell))))
    }
}

impl Members {
    pub(super) fn prepare(&self) -> CellRule {
        let (set, forbidden) = (self.clone(), self.is_forbidden());
        if !set.has_many_floats() {
            return Box::new(move |cell| Ok(set.has(cell) == forbidden));
        }
        let bits = |value: f64| (value + 0.0).to_bits();
        let floats: HashSet<u64> = set.float_constants().iter().map(|value| bits(*value)).collect();
        Box::new(move |cell| {
            let has = match cell {
                Cell::Float(value) => !value.is_nan() && floats.contains(&bits(*value)),
                other => set.has(other),
            };
            Ok(has == forbidden)
        })
    }
}
