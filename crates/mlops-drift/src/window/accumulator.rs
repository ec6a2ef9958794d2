use std::collections::{HashMap, HashSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use mlops_stats::two_sample::Sample;

use super::column::{Kind, is_text};
use super::{Column, Columns, Values, Window};
use crate::{Error, Result};

/// A [`Window`] in the making: batches in any order, parts from several threads.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{Float64Array, RecordBatch};
/// use mlops_drift::{Columns, WindowAccumulator};
/// # let column: arrow_array::ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
/// # let batch = RecordBatch::try_from_iter([("temp", column)])?;
/// let mut part = WindowAccumulator::new(&Columns::default());
/// part.update(&batch)?;
/// let mut all = WindowAccumulator::new(&Columns::default());
/// all.merge(part)?;
/// assert_eq!(all.finish().rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WindowAccumulator {
    settings: Columns,
    rows: u64,
    /// `None` until the first batch says what there is.
    columns: Option<Vec<Gathered>>,
}

#[derive(Clone, Debug)]
struct Gathered {
    name: String,
    data_type: DataType,
    kind: Kind,
    missing: u64,
    numbers: Vec<f64>,
    categories: HashMap<String, u64>,
}

impl WindowAccumulator {
    /// A window without rows.
    pub fn new(columns: &Columns) -> Self {
        Self { settings: columns.clone(), rows: 0, columns: None }
    }

    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// [`Error::Schema`] if its columns are not those of the batches before, or one is there
    /// twice. Nothing is added then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let fields = batch.schema_ref().fields();
        let looked_at: Vec<usize> = (0..fields.len())
            .filter(|index| !self.settings.ignored.contains(fields[*index].name()))
            .collect();
        let found: Vec<(&str, &DataType)> = looked_at
            .iter()
            .map(|index| (fields[*index].name().as_str(), fields[*index].data_type()))
            .collect();
        match &self.columns {
            Some(columns) => same_columns(columns, &found)?,
            None => all_different(&found)?,
        }
        let settings = &self.settings;
        let columns = self.columns.get_or_insert_with(|| {
            found
                .iter()
                .map(|(name, data_type)| Gathered::new(name, data_type, settings.kind(name, data_type)))
                .collect()
        });
        for (column, index) in columns.iter_mut().zip(looked_at) {
            column.add(batch.column(index).as_ref());
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Adds all that another one has gathered.
    ///
    /// # Errors
    /// [`Error::Schema`] if the columns differ. Nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        let Some(theirs) = other.columns else {
            return Ok(());
        };
        match &mut self.columns {
            None => self.columns = Some(theirs),
            Some(ours) => {
                let found: Vec<(&str, &DataType)> =
                    theirs.iter().map(|column| (column.name.as_str(), &column.data_type)).collect();
                same_columns(ours, &found)?;
                for (column, other) in ours.iter_mut().zip(theirs) {
                    column.missing += other.missing;
                    column.numbers.extend(other.numbers);
                    for (category, count) in other.categories {
                        *column.categories.entry(category).or_default() += count;
                    }
                }
            }
        }
        self.rows += other.rows;
        Ok(())
    }

    /// Sorts what was gathered.
    pub fn finish(self) -> Window {
        let rows = self.rows;
        let columns = self.columns.unwrap_or_default().into_iter().map(|column| column.finish(rows));
        Window { rows, columns: columns.collect() }
    }
}

impl Gathered {
    fn new(name: &str, data_type: &DataType, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            data_type: data_type.clone(),
            kind,
            missing: 0,
            numbers: Vec::new(),
            categories: HashMap::new(),
        }
    }

    fn add(&mut self, array: &dyn Array) {
        match self.kind {
            Kind::Number => {
                self.numbers.reserve(array.len());
                each_number(array, |number| match number {
                    Some(number) if number.is_finite() => self.numbers.push(number),
                    _ => self.missing += 1,
                });
            }
            Kind::Category if array.data_type().is_numeric() => each_number(array, |number| match number {
                // Adding 0 makes one zero of the two.
                Some(number) if number.is_finite() => self.count(&(number + 0.0).to_string(), 1),
                _ => self.missing += 1,
            }),
            Kind::Category => each_name(array, &mut |name, times| match name {
                Some(name) => self.count(name, times),
                None => self.missing += times,
            }),
            Kind::Nothing => self.missing += array.len() as u64,
            Kind::Unsupported => self.missing += array.logical_null_count() as u64,
        }
    }

    fn count(&mut self, category: &str, times: u64) {
        match self.categories.get_mut(category) {
            Some(count) => *count += times,
            None => {
                self.categories.insert(category.to_owned(), times);
            }
        }
    }

    fn finish(self, rows: u64) -> Column {
        let values = match self.kind {
            Kind::Number => Values::Numbers(
                (!self.numbers.is_empty())
                    .then(|| Sample::new(self.numbers).expect("neither empty nor NaN: checked as they came")),
            ),
            Kind::Category => Values::Categories(self.categories.into_iter().collect()),
            Kind::Nothing => Values::Nothing,
            Kind::Unsupported => Values::Unsupported,
        };
        Column { name: self.name, data_type: self.data_type.to_string(), rows, missing: self.missing, values }
    }
}

fn same_columns(before: &[Gathered], found: &[(&str, &DataType)]) -> Result<()> {
    for index in 0..before.len().max(found.len()) {
        let expected = before.get(index).map(|column| (column.name.as_str(), &column.data_type));
        let found = found.get(index).copied();
        if expected != found {
            let column = found.or(expected).map_or("", |(name, _)| name).to_owned();
            let written = |side: Option<(&str, &DataType)>| match side {
                Some((name, data_type)) if name == column => data_type.to_string(),
                _ => "missing".to_owned(),
            };
            return Err(Error::Schema { found: written(found), expected: written(expected), column });
        }
    }
    Ok(())
}

fn all_different(found: &[(&str, &DataType)]) -> Result<()> {
    let mut seen = HashSet::new();
    match found.iter().find(|(name, _)| !seen.insert(*name)) {
        None => Ok(()),
        Some((name, data_type)) => Err(Error::Schema {
            column: (*name).to_owned(),
            found: data_type.to_string(),
            expected: "there already".to_owned(),
        }),
    }
}

/// Each value as a number; integers beyond 2⁵³ lose their last digits.
fn each_number(array: &dyn Array, mut see: impl FnMut(Option<f64>)) {
    macro_rules! numbers {
        ($type:ty) => {
            array.as_primitive::<$type>().iter().for_each(|value| see(value.map(|value| value as f64)))
        };
        ($type:ty, exact) => {
            array.as_primitive::<$type>().iter().for_each(|value| see(value.map(f64::from)))
        };
    }
    match array.data_type() {
        DataType::Int8 => numbers!(Int8Type, exact),
        DataType::Int16 => numbers!(Int16Type, exact),
        DataType::Int32 => numbers!(Int32Type, exact),
        DataType::Int64 => numbers!(Int64Type),
        DataType::UInt8 => numbers!(UInt8Type, exact),
        DataType::UInt16 => numbers!(UInt16Type, exact),
        DataType::UInt32 => numbers!(UInt32Type, exact),
        DataType::UInt64 => numbers!(UInt64Type),
        DataType::Float32 => numbers!(Float32Type, exact),
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().for_each(see),
        other => unreachable!("{other} is not of the kind number"),
    }
}

/// Each value as a name, with how often it comes.
fn each_name(array: &dyn Array, see: &mut dyn FnMut(Option<&str>, u64)) {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|name| see(name, 1)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|name| see(name, 1)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|name| see(name, 1)),
        DataType::Boolean => {
            let word = |flag| if flag { "true" } else { "false" };
            array.as_boolean().iter().for_each(|flag| see(flag.map(word), 1));
        }
        DataType::Dictionary(_, values) if is_text(values) => {
            let dictionary = array.as_any_dictionary();
            let names = dictionary.values();
            if names.is_empty() {
                return see(None, array.len() as u64);
            }
            let mut counts = vec![0; names.len()];
            let mut missing = 0;
            for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
                if dictionary.keys().is_null(row) { missing += 1 } else { counts[key] += 1 }
            }
            let mut key = 0;
            each_name(names, &mut |name, _| {
                if counts[key] > 0 {
                    see(name, counts[key]);
                }
                key += 1;
            });
            see(None, missing);
        }
        other => unreachable!("{other} is not of the kind category"),
    }
}
