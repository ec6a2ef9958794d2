use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use ndarray::ArrayView2;

use crate::{Error, Result};

/// Vectors of one dimension, one after the other.
///
/// ```
/// use mlops_drift::vectors::Vectors;
/// let vectors = Vectors::from_rows([[0.1, 0.9], [0.4, 0.2]])?;
/// assert_eq!((vectors.len(), vectors.dimension()), (2, 2));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    dimension: usize,
    values: Vec<f64>,
    missing: usize,
}

impl Vectors {
    /// Copies rows.
    ///
    /// # Errors
    /// [`Error::Input`] if they are of different lengths or have no entry, or one is NaN or infinite.
    pub fn from_rows<R: AsRef<[f64]>>(rows: impl IntoIterator<Item = R>) -> Result<Self> {
        let mut vectors = Self { dimension: 0, values: Vec::new(), missing: 0 };
        for (index, row) in rows.into_iter().enumerate() {
            vectors.push(index, row.as_ref().iter().copied())?;
        }
        Ok(vectors)
    }

    /// Copies the rows of an array of 32- or 64-bit floats, in whatever order it lies in memory.
    ///
    /// # Errors
    /// As [`from_rows`](Self::from_rows).
    ///
    /// ```
    /// use mlops_drift::ndarray::array;
    /// use mlops_drift::vectors::Vectors;
    /// let embeddings = array![[0.5_f32, 1.0], [0.25, 2.0]];
    /// let vectors = Vectors::from_array(embeddings.view())?;
    /// assert_eq!(vectors, Vectors::from_rows([[0.5, 1.0], [0.25, 2.0]])?);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a view is a reference already")]
    pub fn from_array<T: Copy + Into<f64>>(rows: ArrayView2<'_, T>) -> Result<Self> {
        let mut vectors = Self { dimension: 0, values: Vec::with_capacity(rows.len()), missing: 0 };
        for (index, row) in rows.rows().into_iter().enumerate() {
            vectors.push(index, row.iter().map(|entry| (*entry).into()))?;
        }
        Ok(vectors)
    }

    /// Reads a column of fixed-size lists of 32- or 64-bit floats. Null vectors are left out
    /// and counted.
    ///
    /// # Errors
    /// [`Error::Schema`] if the column is missing or of another type; as
    /// [`from_rows`](Self::from_rows), a null entry counting as NaN.
    pub fn read<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, column: &str) -> Result<Self> {
        let mut vectors = Self { dimension: 0, values: Vec::new(), missing: 0 };
        let mut index = 0;
        for batch in batches {
            let found = batch.column_by_name(column);
            let wrong = || Error::Schema {
                column: column.to_owned(),
                found: found.map_or_else(|| "missing".to_owned(), |array| array.data_type().to_string()),
                expected: "a fixed-size list of floats".to_owned(),
            };
            let list = found.and_then(|array| array.as_fixed_size_list_opt()).ok_or_else(wrong)?;
            for row in 0..list.len() {
                if list.is_null(row) {
                    vectors.missing += 1;
                } else {
                    let values = list.value(row);
                    match values.data_type() {
                        DataType::Float32 => {
                            let entries = values.as_primitive::<Float32Type>().iter();
                            vectors.push(index, entries.map(|entry| entry.map_or(f64::NAN, f64::from)))?;
                        }
                        DataType::Float64 => {
                            let entries = values.as_primitive::<Float64Type>().iter();
                            vectors.push(index, entries.map(|entry| entry.unwrap_or(f64::NAN)))?;
                        }
                        _ => return Err(wrong()),
                    }
                }
                index += 1;
            }
        }
        Ok(vectors)
    }

    fn push(&mut self, row: usize, entries: impl Iterator<Item = f64>) -> Result<()> {
        let before = self.values.len();
        self.values.extend(entries);
        let added = self.values.len() - before;
        if before == 0 {
            self.dimension = added;
        }
        if added == 0 || added != self.dimension {
            let expected = if added == 0 { 1 } else { self.dimension };
            let found = format!("{added} entries long");
            return Err(Error::input(format!("vector {row}"), found, format!("{expected} long")));
        }
        match self.values[before..].iter().position(|entry| !entry.is_finite()) {
            None => Ok(()),
            Some(place) => {
                let found = self.values[before + place].to_string();
                Err(Error::input(format!("entry {place} of vector {row}"), found, "a finite number"))
            }
        }
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dimension).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many entries each has; 0 without vectors.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How many null vectors were left out.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The vectors in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.dimension.max(1))
    }

    pub(super) fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.dimension..][..self.dimension]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, FixedSizeListArray, Float64Array};

    use super::*;

    #[test]
    fn what_is_no_vector_is_named() {
        let text = |rows: &[&[f64]]| Vectors::from_rows(rows).unwrap_err().to_string();
        assert_eq!(text(&[&[1.0, 2.0], &[1.0]]), "vector 1 is 1 entries long, expected 2 long");
        assert_eq!(text(&[&[1.0, f64::NAN]]), "entry 1 of vector 0 is NaN, expected a finite number");
        assert!(Vectors::from_rows::<&[f64]>([&[][..]]).is_err());
        assert!(Vectors::from_rows::<&[f64]>([]).unwrap().is_empty());
    }

    #[test]
    fn an_array_is_read_row_by_row() {
        let array = ndarray::array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let turned = Vectors::from_array(array.t()).unwrap();
        assert_eq!(turned, Vectors::from_rows([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]).unwrap());
        let bad = ndarray::array![[1.0, 2.0], [f64::INFINITY, 0.0]];
        let text = Vectors::from_array(bad.view()).unwrap_err().to_string();
        assert_eq!(text, "entry 0 of vector 1 is inf, expected a finite number");
        assert!(Vectors::from_array(ndarray::Array2::<f64>::zeros((2, 0)).view()).is_err());
        assert!(Vectors::from_array(ndarray::Array2::<f64>::zeros((0, 2)).view()).unwrap().is_empty());
    }

    #[test]
    fn a_column_of_lists_is_read() {
        let lists = vec![Some(vec![Some(1.0_f32), Some(2.0)]), None, Some(vec![Some(3.0), Some(4.0)])];
        let list = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(lists, 2);
        let other = Float64Array::from(vec![1.0, 2.0, 3.0]);
        let batch = RecordBatch::try_from_iter([
            ("e", Arc::new(list) as ArrayRef),
            ("n", Arc::new(other) as ArrayRef),
        ])
        .unwrap();
        let read = Vectors::read([&batch], "e").unwrap();
        assert_eq!((read.len(), read.missing(), read.row(1)), (2, 1, &[3.0, 4.0][..]));
        for column in ["n", "nowhere"] {
            assert!(matches!(Vectors::read([&batch], column), Err(Error::Schema { .. })));
        }
    }
}
