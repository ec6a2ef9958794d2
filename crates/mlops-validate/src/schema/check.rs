use std::sync::Arc;

use arrow_array::RecordBatch;
use hashbrown::HashSet;
use rayon::prelude::*;

use super::infer::columns_of;
use super::{Anomaly, AnomalyType, ColumnSchema, ColumnType, Range, Schema};
use crate::profile::Extent;
use crate::result::percent;
use crate::table::{ValueKind, Values, write_moment};
use crate::{Error, Result};

/// Checks a table against a [`Schema`], in one pass, in parts that merge.
///
/// What does not fit is an [`Anomaly`], not an error. How the rows are split does not
/// matter. The state is bounded, but for columns that have to be unique: those need their
/// different values.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use mlops_validate::schema::{AnomalyType, Schema};
///
/// let schema = Schema::from_toml(r#"
///     format = 1
///     name = "flights"
///     version = "1.0.0"
///     columns = [{ name = "dest", type = "Utf8", nullable = false, domain = ["BOS", "JFK"] }]
/// "#)?;
/// # let dest: ArrayRef = Arc::new(StringArray::from(vec![Some("JFK"), Some("jfk"), Some("BOS"), None]));
/// # let batch = RecordBatch::try_from_iter_with_nullable([("dest", dest, true)])?;
/// let anomalies = schema.check(&[batch])?;
/// assert_eq!(anomalies[0].anomaly, AnomalyType::FeatureTypeLowFractionPresent);
/// assert_eq!(anomalies[1].anomaly.name(), "ENUM_TYPE_UNEXPECTED_STRING_VALUES");
/// assert_eq!(
///     anomalies[1].reason,
///     "1 of 3 values is not of the domain (33.33 %), expected at most 0 %: \"jfk\""
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SchemaCheck<'a> {
    schema: &'a Schema,
    rows: u64,
    /// Those of the table, once a batch has come.
    columns: Option<Vec<ColumnState<'a>>>,
}

#[derive(Clone, Debug)]
struct ColumnState<'a> {
    name: String,
    data_type: ColumnType,
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

/// The different values of a column that has to be unique.
#[derive(Clone, Debug, Default)]
struct Distinct {
    numbers: HashSet<i128>,
    texts: HashSet<Box<str>>,
    repeats: u64,
}

impl Schema {
    /// The anomalies of a table that is in memory: of the table, then of the schema's columns
    /// in their order, then new columns.
    ///
    /// # Errors
    /// [`Error::Input`] if the batches have different columns.
    pub fn check(&self, batches: &[RecordBatch]) -> Result<Vec<Anomaly>> {
        let mut check = SchemaCheck::new(self);
        for batch in batches {
            check.update(batch)?;
        }
        Ok(check.finish())
    }
}

impl<'a> SchemaCheck<'a> {
    /// How many different strange values are shown.
    pub const EXAMPLES: usize = 5;

    /// A check that has seen no row.
    pub fn new(schema: &'a Schema) -> Self {
        Self { schema, rows: 0, columns: None }
    }

    /// Takes in the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if its columns are not those of the first batch, or if two have one
    /// name. Nothing is taken in then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = columns_of(batch)?;
        let schema = self.schema;
        let states = self
            .columns
            .get_or_insert_with(|| columns.iter().cloned().map(|column| start(schema, column)).collect());
        let known = states.iter().map(|state| (state.name.clone(), state.data_type.clone()));
        if !known.eq(columns) {
            return Err(Error::input("record batch", "it has other columns than the first"));
        }
        states.par_iter_mut().zip(batch.columns()).for_each(|(state, array)| {
            if state.asked.is_some() {
                state.update(&Values::of(array.as_ref()));
            }
        });
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Takes in what another has seen of the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if it has another schema or saw other columns.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        if self.schema != later.schema {
            return Err(Error::input("the part to be merged", "it has another schema"));
        }
        let Some(theirs) = later.columns else { return Ok(()) };
        let Some(own) = &mut self.columns else {
            self.columns = Some(theirs);
            self.rows += later.rows;
            return Ok(());
        };
        let same = |a: &ColumnState<'_>, b: &ColumnState<'_>| a.name == b.name && a.data_type == b.data_type;
        if own.len() != theirs.len() || !own.iter().zip(&theirs).all(|(a, b)| same(a, b)) {
            return Err(Error::input("the part to be merged", "it has other columns"));
        }
        for (own, theirs) in own.iter_mut().zip(theirs) {
            own.merge(theirs);
        }
        self.rows += later.rows;
        Ok(())
    }

    /// What is strange. A table without a row lacks columns and rows, but no values.
    pub fn finish(self) -> Vec<Anomaly> {
        let Self { schema, rows, columns } = self;
        let states = columns.unwrap_or_default();
        let mut found = Found { schema, anomalies: Vec::new() };
        if let Some(min) = schema.rows.min.filter(|min| rows < *min) {
            let expected = format!("at least {min} rows");
            found.table(AnomalyType::DatasetLowNumExamples, rows, expected);
        }
        if let Some(max) = schema.rows.max.filter(|max| rows > *max) {
            let expected = format!("at most {max} rows");
            found.table(AnomalyType::DatasetHighNumExamples, rows, expected);
        }
        for column in &schema.columns {
            match states.iter().find(|state| state.name == column.name) {
                None if column.min_presence > 0.0 => {
                    let (expected, reason) = ("a column".to_owned(), "the column is not there".to_owned());
                    found.column(&column.name, AnomalyType::SchemaMissingColumn, None, expected, reason);
                }
                None => {}
                Some(state) => state.judge(column, rows, &mut found),
            }
        }
        for state in states.iter().filter(|state| schema.column(&state.name).is_none()) {
            let reason = format!("the column, of type {}, is not in the schema", state.data_type);
            let expected = "only columns of the schema".to_owned();
            found.column(&state.name, AnomalyType::SchemaNewColumn, None, expected, reason);
        }
        found.anomalies
    }
}

fn start(schema: &Schema, (name, data_type): (String, ColumnType)) -> ColumnState<'_> {
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

impl ColumnState<'_> {
    fn update(&mut self, values: &Values<'_>) {
        let Some(Asked { column, domain }) = &self.asked else { return };
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

    fn merge(&mut self, later: Self) {
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

    fn judge(&self, column: &ColumnSchema, rows: u64, found: &mut Found<'_>) {
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
            (Some((min, max)), _, super::column_type::TypeKind::Moment) => {
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

impl Distinct {
    fn update(&mut self, values: &Values<'_>) {
        let floats;
        let numbers = match &values.kind {
            ValueKind::Whole(values) | ValueKind::Moments(values) => values.as_slice(),
            ValueKind::Floats(values) => {
                // Both zeros are one value.
                let bits = values.iter().map(|value| i128::from((value + 0.0).to_bits()));
                floats = bits.collect::<Vec<i128>>();
                floats.as_slice()
            }
            ValueKind::Truth { falses, trues } => {
                for (value, times) in [(0, *falses), (1, *trues)] {
                    let new = times > 0 && self.numbers.insert(value);
                    self.repeats += times - u64::from(new);
                }
                return;
            }
            ValueKind::Text(texts) => {
                for (text, times) in texts {
                    let new = !self.texts.contains(*text) && self.texts.insert(Box::from(*text));
                    self.repeats += times - u64::from(new);
                }
                return;
            }
            ValueKind::Opaque(_) => return,
        };
        self.repeats += numbers.iter().filter(|value| !self.numbers.insert(**value)).count() as u64;
    }

    fn merge(&mut self, later: Self) {
        self.repeats += later.repeats;
        self.repeats += later.numbers.into_iter().filter(|value| !self.numbers.insert(*value)).count() as u64;
        self.repeats +=
            later.texts.into_iter().filter(|text| !self.texts.insert(text.clone())).count() as u64;
    }
}

struct Found<'a> {
    schema: &'a Schema,
    anomalies: Vec<Anomaly>,
}

impl Found<'_> {
    fn table(&mut self, anomaly: AnomalyType, rows: u64, expected: String) {
        let reason = format!("the table has {rows} rows, expected {expected}");
        self.push(None, anomaly, Some(rows as f64), expected, reason);
    }

    fn column(
        &mut self,
        column: &str,
        anomaly: AnomalyType,
        observed: Option<f64>,
        expected: String,
        reason: String,
    ) {
        self.push(Some(column.to_owned()), anomaly, observed, expected, reason);
    }

    fn push(
        &mut self,
        column: Option<String>,
        anomaly: AnomalyType,
        observed: Option<f64>,
        expected: String,
        reason: String,
    ) {
        let severity = self.schema.severity(anomaly);
        let examples = Vec::new();
        self.anomalies.push(Anomaly { column, anomaly, severity, observed, examples, expected, reason });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_names_of_the_file_are_those_of_the_anomalies() {
        let names: BTreeSet<&str> = AnomalyType::ALL.iter().map(|anomaly| anomaly.name()).collect();
        assert_eq!(names.len(), AnomalyType::ALL.len());
        for anomaly in AnomalyType::ALL {
            assert_eq!(serde_json::to_value(anomaly).unwrap(), anomaly.name());
        }
    }
}
