//! A model with a table of corrections beside it, as somebody in a hurry would ship it: two
//! versions of the story have a wrong entry.

use std::io::Read;
use std::sync::Arc;

use mlops::Digest;
use mlops::serve::ndarray::ArrayView2;
use mlops::serve::{self, Model, Scale, Signature};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::timetable::CARRIERS;

/// What its kind of file is called in the registry.
pub(crate) const FLAVOUR: &str = "a model and a table";

/// Another model's answers, but for one carrier.
#[derive(Debug)]
pub(crate) struct Adjusted {
    model: Arc<dyn Model>,
    signature: Signature,
    /// The code of the carrier, as the request brings it.
    carrier: f64,
    answer: f64,
}

/// Its file: what it is made of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Table {
    /// The digest of the model's file.
    pub(crate) model: Digest,
    pub(crate) carrier: String,
    /// As text, since JSON has no word for what is no number.
    pub(crate) answer: String,
}

impl Adjusted {
    /// Reads its file, and the model that the file names. It takes the carrier's code as one
    /// input more than that.
    pub(crate) fn read(
        file: &mut dyn Read,
        load: impl FnOnce(&Digest) -> Result<Arc<dyn Model>>,
    ) -> Result<Self> {
        let table: Table = serde_json::from_reader(file)?;
        let code = CARRIERS.iter().position(|carrier| *carrier == table.carrier);
        let code = code.ok_or_else(|| format!("there is no carrier {:?}", table.carrier))?;
        let model = load(&table.model)?;
        let inputs = model.signature().feature_names().unwrap_or_default();
        let names = inputs.iter().map(String::as_str).chain(["carrier_code"]);
        let signature = Signature::new(model.signature().n_features() + 1, 1).with_feature_names(names)?;
        Ok(Self { model, signature, carrier: code as f64, answer: table.answer.parse()? })
    }
}

impl Model for Adjusted {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn score_row(&self, scale: Scale, row: &[f64], out: &mut [f64]) -> serve::Result<()> {
        self.signature.check_row(row, out)?;
        let (inputs, code) = row.split_at(row.len() - 1);
        if code[0].to_bits() == self.carrier.to_bits() {
            out[0] = self.answer;
            return Ok(());
        }
        self.model.score_row(scale, inputs, out)
    }

    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> serve::Result<()> {
        self.signature.check_rows(&rows, out)?;
        for (row, out) in rows.outer_iter().zip(out.chunks_mut(1)) {
            self.score_row(scale, &row.to_vec(), out)?;
        }
        Ok(())
    }
}
