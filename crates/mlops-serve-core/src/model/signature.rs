use std::collections::HashSet;

use ndarray::ArrayView2;

use crate::{Error, Result};

/// What a [`Model`](crate::Model) takes and gives.
///
/// ```
/// use mlops_serve_core::Signature;
/// let signature = Signature::new(2, 1).with_feature_names(["hour", "distance"])?;
/// assert!(signature.check_names(["hour", "distance"]).is_ok());
/// let error = signature.check_names(["distance", "hour"]).unwrap_err();
/// assert_eq!(error.to_string(), r#"feature 0 is "distance", expected "hour""#);
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    n_features: usize,
    n_outputs: usize,
    feature_names: Option<Vec<String>>,
}

impl Signature {
    /// A model of `n_features` numbers without names and `n_outputs` answers a row.
    pub const fn new(n_features: usize, n_outputs: usize) -> Self {
        Self { n_features, n_outputs, feature_names: None }
    }

    /// Names the features, in the order of the model.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are more or fewer names than features, or if a name
    /// stands there twice: nobody could say which of the two columns is meant.
    pub fn with_feature_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let expected = self.n_features;
        if names.len() != expected {
            return Err(Error::Shape { what: "feature names", expected, got: names.len() });
        }
        let different = names.iter().collect::<HashSet<_>>().len();
        if different != expected {
            return Err(Error::Shape { what: "different feature names", expected, got: different });
        }
        self.feature_names = Some(names);
        Ok(self)
    }

    /// How many numbers a row has.
    pub const fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many numbers an answer has.
    pub const fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// The features' names in the order of the model; `None` if the file has none.
    pub fn feature_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref()
    }

    /// Whether the caller's columns are those of the model, in its order. A model without
    /// names can only compare the count.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns, [`Error::FeatureName`] for the
    /// first name that differs.
    pub fn check_names<S: AsRef<str>>(&self, names: impl IntoIterator<Item = S>) -> Result<()> {
        let mut count = 0;
        let mut first_difference = None;
        for (position, got) in names.into_iter().enumerate() {
            count += 1;
            let expected = self.feature_names.as_ref().and_then(|names| names.get(position));
            if let Some(expected) = expected.filter(|expected| *expected != got.as_ref())
                && first_difference.is_none()
            {
                first_difference = Some(Error::FeatureName {
                    position,
                    expected: expected.clone(),
                    got: got.as_ref().to_owned(),
                });
            }
        }
        self.check_width(count)?;
        first_difference.map_or(Ok(()), Err)
    }

    /// Whether a row and its answer have the right length.
    ///
    /// # Errors
    /// [`Error::Shape`] if not.
    pub fn check_row(&self, row: &[f64], out: &[f64]) -> Result<()> {
        self.check_width(row.len())?;
        self.check_answers(1, out)
    }

    /// Whether a batch and its answers have the right shape.
    ///
    /// # Errors
    /// [`Error::Shape`] if not.
    pub fn check_rows(&self, rows: &ArrayView2<'_, f64>, out: &[f64]) -> Result<()> {
        self.check_width(rows.ncols())?;
        self.check_answers(rows.nrows(), out)
    }

    fn check_width(&self, got: usize) -> Result<()> {
        if got == self.n_features {
            Ok(())
        } else {
            Err(Error::Shape { what: "features in a row", expected: self.n_features, got })
        }
    }

    fn check_answers(&self, rows: usize, out: &[f64]) -> Result<()> {
        let expected = rows.saturating_mul(self.n_outputs);
        if out.len() == expected {
            Ok(())
        } else {
            Err(Error::Shape { what: "places for answers", expected, got: out.len() })
        }
    }

    /// What to call a feature in a message.
    pub(crate) fn feature(&self, position: usize) -> String {
        self.feature_names
            .as_ref()
            .and_then(|names| names.get(position))
            .map_or_else(|| position.to_string(), Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_order_and_to_the_end() {
        let signature = Signature::new(2, 1).with_feature_names(["a", "b"]).unwrap();
        assert!(signature.check_names(["a", "b"]).is_ok());
        assert!(matches!(signature.check_names(["a", "c"]), Err(Error::FeatureName { position: 1, .. })));
        assert!(matches!(signature.check_names(["a"]), Err(Error::Shape { got: 1, .. })));
        assert!(matches!(signature.check_names(["b", "a", "c"]), Err(Error::Shape { got: 3, .. })));
        let unnamed = Signature::new(2, 1);
        assert!(unnamed.check_names(["x", "y"]).is_ok());
        assert!(unnamed.check_names(["x"]).is_err());
    }

    #[test]
    fn a_name_stands_for_one_column() {
        assert!(Signature::new(2, 1).with_feature_names(["a", "a"]).is_err());
        assert!(Signature::new(3, 1).with_feature_names(["a", "b"]).is_err());
    }
}
