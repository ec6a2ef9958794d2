use std::fmt;
use std::sync::Arc;

use mlops_core::{Observer, PredictionEvent};
use ndarray::ArrayView2;
use parking_lot::Mutex;

use crate::{Model, Result, Scale, Signature};

/// A model that is a function of its inputs: for tests, and for wrapping another model.
///
/// Both scales are the function's value. What the function does, the model does: it may
/// panic, hang, or answer NaN.
///
/// ```
/// use mlops_serve_core::testing::FnModel;
/// use mlops_serve_core::ModelExt;
/// let sum = FnModel::new(["a", "b"], |row| row[0] + row[1]);
/// assert_eq!(sum.predict_one(&[1.0, 2.0])?, 3.0);
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
pub struct FnModel {
    signature: Signature,
    function: Box<Function>,
}

type Function = dyn Fn(&[f64]) -> f64 + Send + Sync;

impl FnModel {
    /// Of the inputs with these names.
    ///
    /// # Panics
    /// If a name stands there twice.
    pub fn new<S: Into<String>>(
        names: impl IntoIterator<Item = S>,
        function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
    ) -> Arc<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let signature = Signature::new(names.len(), 1)
            .with_feature_names(names)
            .expect("each input has a name of its own");
        Arc::new(Self { signature, function: Box::new(function) })
    }
}

impl fmt::Debug for FnModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnModel").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl Model for FnModel {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn score_row(&self, _: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
        self.signature.check_row(row, out)?;
        out[0] = (self.function)(row);
        Ok(())
    }

    fn score_rows(&self, _: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        self.signature.check_rows(&rows, out)?;
        let answers: Vec<f64> = rows.rows().into_iter().map(|row| (self.function)(&row.to_vec())).collect();
        out.copy_from_slice(&answers);
        Ok(())
    }
}

/// An observer that keeps every event.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<PredictionEvent>>);

impl Recorder {
    /// What has come since it was last asked.
    pub fn take(&self) -> Vec<PredictionEvent> {
        std::mem::take(&mut *self.0.lock())
    }
}

impl Observer for Recorder {
    fn observe(&self, event: &PredictionEvent) {
        self.0.lock().push(event.clone());
    }
}
