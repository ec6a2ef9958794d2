//! Models that XGBoost saved as JSON (1.0 to 3.x).
//!
//! | read | refused by name |
//! | --- | --- |
//! | `gbtree`, also with several parallel trees an iteration | `dart`, `gblinear` |
//! | `binary:logistic`, `reg:logistic`, `binary:logitraw`; `reg:squarederror`, `reg:squaredlogerror`, `reg:absoluteerror`, `reg:pseudohubererror`, `reg:quantileerror`; `rank:ndcg`, `rank:map`, `rank:pairwise` | other objectives |
//! | numeric splits | categorical splits, vector leaves |
//! | one answer a row | several classes or targets |
//!
//! What is computed is what the library computes: values are rounded to `f32` and compared
//! there, the leaves are added in `f32` in the order of the trees' ids from the margin of
//! `base_score`, and the logistic function is `f32` too. Missing is NaN; an infinity (also
//! what becomes one in `f32`) is refused, as the library's matrices refuse it.

mod document;
mod json;
mod objective;
mod tree;

use ndarray::ArrayView2;

use self::document::Document;
use self::objective::Link;
use crate::forest::{Forest, Real};
use crate::{Error, Model, ModelFormat, Result, Scale, Signature};

const FORMAT: ModelFormat = ModelFormat::XgBoostJson;

/// An XGBoost model.
#[derive(Clone, Debug)]
pub struct XgBoost {
    signature: Signature,
    forest: Forest<f32>,
    /// The margin before the first tree.
    base: f32,
    link: Link,
}

impl XgBoost {
    /// Reads the JSON: keys in any order, unknown ones and `null`s skipped, bare `NaN` and
    /// `Infinity` understood. Time and memory are proportional to the length of `bytes`,
    /// whatever they claim.
    ///
    /// # Errors
    /// [`Error::Malformed`] with byte, tree or node, [`Error::Unsupported`] for what the
    /// table of the [module](self) refuses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Document::read(bytes)?.into_model()
    }

    /// How many trees it has.
    pub fn n_trees(&self) -> usize {
        self.forest.n_trees()
    }

    fn answer(&self, scale: Scale) -> impl Fn(f32) -> f64 + Sync {
        let link = match scale {
            Scale::Response => self.link,
            Scale::Margin => Link::Identity,
        };
        move |margin| f64::from(link.response(margin))
    }

    /// An infinity is refused, and so is what becomes one on its way to `f32`.
    fn check_value(&self, row: usize, feature: usize, value: f64) -> Result<()> {
        if !f32::from_f64(value).is_infinite() {
            return Ok(());
        }
        let feature = self.signature.feature(feature);
        let expected = "a number within the range of f32, or NaN for missing";
        Err(Error::ForbiddenValue { row, feature, value, expected })
    }
}

impl Model for XgBoost {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn score_row(&self, scale: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
        self.signature.check_row(row, out)?;
        for (feature, value) in row.iter().enumerate() {
            self.check_value(0, feature, *value)?;
        }
        out[0] = self.answer(scale)(self.forest.sum_row(self.base, row));
        Ok(())
    }

    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        self.signature.check_rows(&rows, out)?;
        for (number, row) in rows.rows().into_iter().enumerate() {
            for (feature, value) in row.iter().enumerate() {
                self.check_value(number, feature, *value)?;
            }
        }
        self.forest.sum_rows(self.base, &rows, out, self.answer(scale));
        Ok(())
    }
}
