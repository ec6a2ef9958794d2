use std::sync::Arc;

use arrow_array::Array;
use hashbrown::HashSet;

use super::distinct::Distinct;
use super::found::Found;
use crate::profile::Extent;
use crate::result::percent;
use crate::schema::column_type::TypeKind;
use crate::schema::columns::OfColumn;
use crate::schema::{AnomalyType, ColumnSchema, ColumnType, Range, Schema, SchemaCheck};
use crate::table::{ValueKind, Values, write_moment};

#[derive(Clone, Debug)]
pub(super) struct ColumnState<'a> {
    pub(super) name: String,
    pub(super) data_type: ColumnType,
    /// `None` for a new column, or one of a type that the schema does not take.
    asked: Option<Asked<'a>>,
    missing: u64,
    nan: u64,
    present: u64,
    extent: Extent,
    below: u64,
    above: u64,
    unexpected: u64,
    examples: Vec<String>,
    values: Distinct,
}

#[derive(Clone, Debug)]
struct Asked<'a> {
    column: &'a ColumnSchema,
    domain: Option<Arc<HashSet<&'a str>>>,
}

pub(super) fn start(schema: &Schema, (name, data_type): (String, ColumnType)) -> ColumnState<'_> {
    let asked = schema.column(&name).filter(|column| column.data_type.takes(&data_type));
    ColumnState {
        asked: asked.map(|column| Asked {
            column,
            domain: column.domain.as_ref().map(|texts| Arc::new(texts.iter().map(String::as_str).collect())),
        }),
        name,
        data_type,
        missing: 0,
        nan: 0,
        present: 0,
        extent: Extent::default(),
        below: 0,
        above: 0,
        unexpected: 0,
        examples: Vec::new(),
        values: Distinct::default(),
    }
}

impl OfColumn for ColumnState<'_> {
    fn column(&self) -> (&str, &ColumnType) {
        (&self.name, &self.data_type)
    }
}

impl ColumnState<'_> {
    pub(super) fn update(&mut self, array: &dyn Array) {
        let Some(Asked { column, domain }) = &self.asked else { return };
        let values = &Values::of(array);
        self.missing += values.missing;
        self.nan += values.nan;
        self.present += values.count();
        self.extent.update(values);
        if column.unique {
            self.values.update(values);
        }
        match (&values.kind, column.range) {
            (ValueKind::Whole(values), Range::Whole { min, max })
            | (ValueKind::Moments(values), Range::Moment { min, max }) => {
                self.below += outside(min, |min| values.iter().filter(|value| **value < min).count());
                self.above += outside(max, |max| values.iter().filter(|value| **value > max).count());
            }
            (ValueKind::Floats(values), Range::Float { min, max }) => {
                self.below += outside(min, |min| values.iter().filter(|value| **value < min).count());
                self.above += outside(max, |max| values.iter().filter(|value| **value > max).count());
            }
            _ => {}
        }
        if let (ValueKind::Text(texts), Some(domain)) = (&values.kind, domain) {
            for (text, times) in texts.iter().filter(|(text, _)| !domain.contains(text)) {
                self.unexpected += times;
                // A text may be longer than anybody reads.
                show(&mut self.examples, || crate::error::shorten(&format!("{text:?}")));
            }
        }
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.missing += later.missing;
        self.nan += later.nan;
        self.present += later.present;
        self.extent.merge(&later.extent);
        self.below += later.below;
        self.above += later.above;
        self.unexpected += later.unexpected;
        for example in later.examples {
            show(&mut self.examples, || example.clone());
        }
        self.values.merge(later.values);
    }

    pub(super) fn judge(&self, column: &ColumnSchema, rows: u64, found: &mut Found<'_>) {
        if self.asked.is_none() {
            let expected = format!("type {}", column.data_type);
            let reason = format!("the type is {}, expected {}", self.data_type, column.data_type);
            found.column(&self.name, AnomalyType::UnexpectedDataType, None, expected, reason);
            return;
        }
        self.judge_presence(column, rows, found);
        let share = |part: u64| (self.present > 0).then(|| part as f64 / self.present as f64);
        if column.domain.is_some() {
            let strange = share(self.unexpected).unwrap_or(0.0);
            let allowed = 1.0 - column.min_domain_mass;
            if self.unexpected > 0 && strange > allowed {
                let expected = format!("at most {} %", allowed * 100.0);
                let part = self.part(self.unexpected, "is not of the domain", "are not of the domain");
                let reason = format!("{part}, expected {expected}: {}", self.examples.join(", "));
                let anomaly = AnomalyType::EnumTypeUnexpectedStringValues;
                found.column(&self.name, anomaly, Some(strange), expected, reason);
                if let Some(anomaly) = found.anomalies.last_mut() {
                    anomaly.examples.clone_from(&self.examples);
                }
            }
        }
        let (small, big) = match column.range {
            Range::Any | Range::Float { .. } => {
                (AnomalyType::FloatTypeSmallFloat, AnomalyType::FloatTypeBigFloat)
            }
            Range::Whole { .. } => (AnomalyType::IntTypeSmallInt, AnomalyType::IntTypeBigInt),
            Range::Moment { .. } => (AnomalyType::TimeTypeEarly, AnomalyType::TimeTypeLate),
        };
        let (lowest, highest) = self.extremes();
        for (anomaly, count, extreme) in [(small, self.below, lowest), (big, self.above, highest)] {
            if count > 0 {
                let part = self.part(count, "lies outside", "lie outside");
                let expected = column.range_text();
                let reason = format!("{part}, expected {expected}: {extreme}");
                found.column(&self.name, anomaly, share(count), expected, reason);
                if let Some(anomaly) = found.anomalies.last_mut() {
                    anomaly.examples.push(extreme);
                }
            }
        }
        if !column.nan && self.nan > 0 {
            let (of, expected) = (rows as f64, "no NaN".to_owned());
            let reason = format!("{} of {rows} rows have NaN, expected none", self.nan);
            let anomaly = AnomalyType::FloatTypeHasNan;
            found.column(&self.name, anomaly, Some(self.nan as f64 / of), expected, reason);
        }
        if !column.infinite && self.extent.infinite > 0 {
            let part = self.part(self.extent.infinite, "is infinite", "are infinite");
            let (anomaly, expected) = (AnomalyType::FloatTypeHasInf, "finite numbers".to_owned());
            let reason = format!("{part}, expected none");
            found.column(&self.name, anomaly, share(self.extent.infinite), expected, reason);
        }
        if column.unique && self.values.repeats > 0 {
            let part = self.part(self.values.repeats, "repeats another", "repeat another");
            let (anomaly, expected) = (AnomalyType::FeatureTypeNotUnique, "no value twice".to_owned());
            let reason = format!("{part}, expected none");
            found.column(&self.name, anomaly, share(self.values.repeats), expected, reason);
        }
    }

    fn judge_presence(&self, column: &ColumnSchema, rows: u64, found: &mut Found<'_>) {
        if rows == 0 || column.min_presence <= 0.0 {
            return;
        }
        let share = self.present as f64 / rows as f64;
        let expected = format!("at least {} %", column.min_presence * 100.0);
        if self.present == 0 {
            let reason = format!("none of {rows} rows has a value, expected {expected}");
            found.column(&self.name, AnomalyType::FeatureTypeNotPresent, Some(0.0), expected, reason);
        } else if share < column.min_presence || (!column.nullable() && self.missing > 0) {
            let shown = percent(self.present, rows);
            let reason =
                format!("{} of {rows} rows have a value ({shown}), expected {expected}", self.present);
            let anomaly = AnomalyType::FeatureTypeLowFractionPresent;
            found.column(&self.name, anomaly, Some(share), expected, reason);
        }
    }

    fn part(&self, count: u64, is: &str, are: &str) -> String {
        let verb = if count == 1 { is } else { are };
        format!("{count} of {} values {verb} ({})", self.present, percent(count, self.present))
    }

    fn extremes(&self) -> (String, String) {
        let of_type = self.data_type.arrow();
        match (self.extent.whole, self.extent.floats, self.data_type.kind()) {
            (Some((min, max)), _, TypeKind::Moment) => {
                (write_moment(min, of_type), write_moment(max, of_type))
            }
            (Some((min, max)), _, _) => (min.to_string(), max.to_string()),
            (None, Some((min, max)), _) if self.extent.infinite == 0 => (min.to_string(), max.to_string()),
            // The infinite ones are the extremes.
            _ => ("an infinite number".to_owned(), "an infinite number".to_owned()),
        }
    }
}

fn outside<T>(end: Option<T>, count: impl Fn(T) -> usize) -> u64 {
    end.map_or(0, |end| count(end) as u64)
}

/// Keeps one more example if it is new and there is room.
fn show(examples: &mut Vec<String>, example: impl Fn() -> String) {
    if examples.len() < SchemaCheck::EXAMPLES {
        let example = example();
        if !examples.contains(&example) {
            examples.push(example);
        }
    }
}
