//! The port: what a model is to everyone who asks it.

mod signature;

use std::fmt::Debug;

use ndarray::ArrayView2;

pub use signature::Signature;

use crate::{Error, Result};

/// On which scale a model answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "before or after the link function: there is no third side")]
pub enum Scale {
    /// What the model predicts: a probability for a classifier, a value for a regressor.
    #[default]
    Response,
    /// The sum before the link function: log-odds for a logistic model, the same as the
    /// response where the link is the identity. LightGBM says `raw_score`, XGBoost
    /// `output_margin`.
    Margin,
}

/// Something that turns rows of numbers into answers.
///
/// A row has one `f64` a feature, in the order of [`Signature::feature_names`]; NaN is a
/// missing value. An answer has [`Signature::n_outputs`] numbers.
///
/// # Contract
/// - The same row gives the same bits, alone or in a batch, from any memory layout and
///   with any number of threads.
/// - An error leaves `out` as it was.
/// - A row costs no allocation; a batch costs a few, however many rows it has.
/// - No input panics.
pub trait Model: Debug + Send + Sync {
    /// What the model takes and gives.
    fn signature(&self) -> &Signature;

    /// The answer to one row, into `out`, which has [`Signature::n_outputs`] places.
    ///
    /// # Errors
    /// [`Error::Shape`] if `row` or `out` has another length,
    /// [`Error::ForbiddenValue`] for a value that the model can't take.
    fn score_row(&self, scale: Scale, row: &[f64], out: &mut [f64]) -> Result<()>;

    /// The answers to a batch (a row of the view is a row of features), into `out`, one
    /// answer after the other. No rows is no work and no error.
    ///
    /// # Errors
    /// As [`score_row`](Self::score_row); of several forbidden values the first is named.
    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()>;
}

/// The ways in which one mostly asks a [`Model`].
pub trait ModelExt: Model {
    /// The response to each row: one number after the other, `rows × n_outputs` of them.
    ///
    /// # Errors
    /// As [`Model::score_rows`].
    fn predict(&self, rows: ArrayView2<'_, f64>) -> Result<Vec<f64>> {
        let mut out = vec![0.0; rows.nrows() * self.signature().n_outputs()];
        self.score_rows(Scale::Response, rows, &mut out)?;
        Ok(out)
    }

    /// The response to one row of a model with one output. No allocation.
    ///
    /// # Errors
    /// As [`Model::score_row`]; [`Error::Shape`] also if the model has several outputs.
    fn predict_one(&self, row: &[f64]) -> Result<f64> {
        one(self, Scale::Response, row)
    }

    /// The margin of each row, as [`predict`](Self::predict).
    ///
    /// # Errors
    /// As [`Model::score_rows`].
    fn margin(&self, rows: ArrayView2<'_, f64>) -> Result<Vec<f64>> {
        let mut out = vec![0.0; rows.nrows() * self.signature().n_outputs()];
        self.score_rows(Scale::Margin, rows, &mut out)?;
        Ok(out)
    }

    /// The margin of one row, as [`predict_one`](Self::predict_one).
    ///
    /// # Errors
    /// As [`Model::score_row`]; [`Error::Shape`] also if the model has several outputs.
    fn margin_one(&self, row: &[f64]) -> Result<f64> {
        one(self, Scale::Margin, row)
    }
}

impl<M: Model + ?Sized> ModelExt for M {}

fn one<M: Model + ?Sized>(model: &M, scale: Scale, row: &[f64]) -> Result<f64> {
    let n_outputs = model.signature().n_outputs();
    if n_outputs != 1 {
        return Err(Error::Shape { what: "outputs of the model", expected: 1, got: n_outputs });
    }
    let mut out = [0.0];
    model.score_row(scale, row, &mut out)?;
    Ok(out[0])
}
