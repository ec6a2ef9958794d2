//! Models that LightGBM saved as text (`version=v2`, `v3`, `v4`).
//!
//! | read | refused by name |
//! | --- | --- |
//! | `gbdt`, `goss`, `dart` (a saved tree is already weighted) | `rf` (`average_output`) |
//! | `binary`, `cross_entropy`; `regression`, `regression_l1`, `huber`, `fair`, `quantile`, `mape`; `lambdarank`, `rank_xendcg` | other objectives, none at all (a custom one), `sqrt` |
//! | numeric splits with the missing types None, Zero, NaN | categorical splits, linear trees |
//! | one tree an iteration | several classes |
//!
//! What is computed is what the library computes: a magnitude of at most `1e-35` (as `f32`)
//! counts as zero, infinities are numbers, the leaves are added in `f64` in the order of
//! the trees, and the response is `1 / (1 + exp(−sigmoid · margin))`.

mod header;
mod objective;
mod text;
mod tree;

use ndarray::ArrayView2;

use self::header::Header;
use self::objective::Link;
use self::text::Lines;
use crate::forest::{Forest, ForestBuilder};
use crate::{Error, Model, ModelFormat, Result, Scale, Signature};

const FORMAT: ModelFormat = ModelFormat::LightGbmText;

/// Magnitudes up to this count as zero: `kZeroThreshold` of the library, a `float`.
const ZERO: f64 = 1e-35_f32 as f64;

/// A LightGBM model.
#[derive(Clone, Debug)]
pub struct LightGbm {
    signature: Signature,
    forest: Forest<f64>,
    link: Link,
}

impl LightGbm {
    /// Reads the text up to `end of trees`; what follows does not matter for answers.
    /// Time and memory are proportional to the length of `bytes`, whatever they claim.
    ///
    /// # Errors
    /// [`Error::Malformed`] with line, tree or node, [`Error::Unsupported`] for what the
    /// table of the [module](self) refuses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut lines = Lines::new(bytes);
        let header = Header::read(&mut lines)?;
        let mut builder = ForestBuilder::new(ZERO);
        let mut n_trees = 0;
        while lines.expect_tree(n_trees)? {
            tree::read(&mut lines, n_trees, header.signature.n_features(), &mut builder)?;
            n_trees += 1;
        }
        let promised = header.n_trees.unwrap_or(n_trees);
        if n_trees == 0 || n_trees != promised {
            let reason = format!("{n_trees} trees before it, {} expected", promised.max(1));
            return Err(Error::malformed(FORMAT, lines.place(), reason));
        }
        Ok(Self { signature: header.signature, forest: builder.finish(), link: header.link })
    }

    /// How many trees it has.
    pub fn n_trees(&self) -> usize {
        self.forest.n_trees()
    }

    fn answer(&self, scale: Scale) -> impl Fn(f64) -> f64 + Sync {
        let link = match scale {
            Scale::Response => self.link,
            Scale::Margin => Link::Identity,
        };
        move |margin| link.response(margin)
    }
}

impl Model for LightGbm {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn score_row(&self, scale: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
        self.signature.check_row(row, out)?;
        out[0] = self.answer(scale)(self.forest.sum_row(0.0, row));
        Ok(())
    }

    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        self.signature.check_rows(&rows, out)?;
        self.forest.sum_rows(0.0, &rows, out, self.answer(scale));
        Ok(())
    }
}
