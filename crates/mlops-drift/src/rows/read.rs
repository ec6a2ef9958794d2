use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use super::{Categories, RowColumn, RowValues, Rows};
use crate::window::{Kind, each_number};
use crate::{Columns, Error, Result};

impl Rows {
    /// Reads all batches, one after the other. What is a category is decided as for a
    /// [`Window`](crate::Window); columns that are neither numbers nor categories are
    /// [`skipped`](Self::skipped).
    ///
    /// # Errors
    /// [`Error::Schema`] if the batches do not have the same columns, or one of them twice.
    pub fn read<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, columns: &Columns) -> Result<Self> {
        let mut read: Option<Self> = None;
        for batch in batches {
            let rows = match &mut read {
                Some(rows) => rows,
                None => read.insert(Self::like(batch, columns)?),
            };
            rows.add(batch, columns)?;
        }
        Ok(read.unwrap_or_default())
    }

    fn like(batch: &RecordBatch, columns: &Columns) -> Result<Self> {
        let mut rows = Self::default();
        for (field, _) in looked_at(batch, columns) {
            let values = match columns.kind(field.name(), field.data_type()) {
                Kind::Number => RowValues::Numbers(Vec::new()),
                Kind::Category => RowValues::Categories(Categories::default()),
                _ => {
                    rows.skipped.push(field.name().clone());
                    continue;
                }
            };
            if rows.column(field.name()).is_some() {
                return Err(Error::Schema {
                    column: field.name().clone(),
                    found: field.data_type().to_string(),
                    expected: "there already".to_owned(),
                });
            }
            rows.columns.push(RowColumn { name: field.name().clone(), values });
        }
        Ok(rows)
    }

    fn add(&mut self, batch: &RecordBatch, columns: &Columns) -> Result<()> {
        let mut seen = 0;
        for (field, array) in looked_at(batch, columns) {
            let kind = columns.kind(field.name(), field.data_type());
            let column = self.columns.iter_mut().find(|column| column.name == *field.name());
            let (found, expected) = match (kind, column) {
                (Kind::Number, Some(RowColumn { values: RowValues::Numbers(numbers), .. })) => {
                    each_number(array, |number| numbers.push(number.unwrap_or(f64::NAN)));
                    seen += 1;
                    continue;
                }
                (Kind::Category, Some(RowColumn { values: RowValues::Categories(categories), .. })) => {
                    each_category(array, categories);
                    seen += 1;
                    continue;
                }
                (Kind::Nothing | Kind::Unsupported, None) if self.skipped.contains(field.name()) => continue,
                (_, Some(column)) => (field.data_type().to_string(), column.kind()),
                (_, None) => (field.data_type().to_string(), "missing"),
            };
            return Err(Error::Schema { column: field.name().clone(), found, expected: expected.to_owned() });
        }
        if seen < self.columns.len() {
            let names = batch.schema();
            let gone = self.columns.iter().find(|column| names.column_with_name(&column.name).is_none());
            if let Some(gone) = gone {
                return Err(Error::Schema {
                    column: gone.name.clone(),
                    found: "missing".to_owned(),
                    expected: gone.kind().to_owned(),
                });
            }
        }
        self.length += batch.num_rows();
        Ok(())
    }
}

fn looked_at<'b>(
    batch: &'b RecordBatch,
    columns: &'b Columns,
) -> impl Iterator<Item = (&'b arrow_schema::Field, &'b ArrayRef)> {
    let fields = batch.schema_ref().fields().iter().map(AsRef::as_ref);
    fields.zip(batch.columns()).filter(|(field, _)| !columns.ignored.contains(field.name()))
}

/// Each value as a name.
pub(crate) fn each_category(array: &dyn Array, categories: &mut Categories) {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|name| categories.push(name)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|name| categories.push(name)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|name| categories.push(name)),
        DataType::Boolean => {
            let word = |flag| if flag { "true" } else { "false" };
            array.as_boolean().iter().for_each(|flag| categories.push(flag.map(word)));
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let mut names = Categories::default();
            each_category(dictionary.values().as_ref(), &mut names);
            if names.codes.is_empty() {
                return (0..array.len()).for_each(|_| categories.push(None));
            }
            for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
                let code = names.codes.get(key).filter(|_| dictionary.keys().is_valid(row));
                let name = code.and_then(|code| names.names.get(*code as usize));
                categories.push(name.map(String::as_str));
            }
        }
        // Adding 0 makes one zero of the two.
        _ => each_number(array, |number| match number.filter(|number| !number.is_nan()) {
            Some(number) => categories.push(Some(&(number + 0.0).to_string())),
            None => categories.push(None),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type as Key;
    use arrow_array::{DictionaryArray, Float64Array, Int64Array};

    use super::*;

    #[test]
    fn batches_follow_each_other_and_codes_stay_the_same() {
        let batch = |numbers: Vec<Option<f64>>, names: Vec<Option<&str>>, codes: Vec<i64>| {
            let names: DictionaryArray<Key> = names.into_iter().collect();
            RecordBatch::try_from_iter([
                ("n", Arc::new(Float64Array::from(numbers)) as ArrayRef),
                ("k", Arc::new(names) as ArrayRef),
                ("day", Arc::new(Int64Array::from(codes)) as ArrayRef),
            ])
            .unwrap()
        };
        let one = batch(vec![Some(1.0), None], vec![Some("x"), None], vec![1, 2]);
        let two = batch(vec![Some(f64::NAN)], vec![Some("x")], vec![2]);
        let columns = Columns::default().categorical(["day"]);
        let rows = Rows::read([&one, &two], &columns).unwrap();
        assert_eq!(rows.len(), 3);
        let RowValues::Categories(k) = &rows.column("k").unwrap().values else { panic!("categories") };
        assert_eq!(k.codes, [0, super::super::MISSING, 0]);
        let RowValues::Categories(day) = &rows.column("day").unwrap().values else { panic!("categories") };
        assert_eq!((&day.codes[..], &day.names[..]), (&[0, 1, 1][..], &["1".to_owned(), "2".to_owned()][..]));
        let changed =
            RecordBatch::try_from_iter([("n", Arc::new(Float64Array::from(vec![1.0])) as ArrayRef)]);
        assert!(matches!(Rows::read([&one, &changed.unwrap()], &columns), Err(Error::Schema { .. })));
    }
}
