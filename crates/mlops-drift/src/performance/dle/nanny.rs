use rayon::prelude::*;

use super::DleSettings;
use super::metric::Spread;
use crate::rows::RowColumn;
use crate::trees::{BinnedColumn, Binning, Boosted, Squared};
use crate::{Result, Rows};

/// So many bins has a column at most; the first is for missing values. `LightGBM` has 255.
const BINS: usize = 256;
/// So many rows are estimated at a time.
const BLOCK: usize = 1 << 12;

/// What the losses are learnt from: the features, and the prediction last.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    /// Name, kind and bins of each.
    columns: Vec<(RowColumn, Binning)>,
}

impl Inputs {
    /// Learns the bins of the reference.
    pub(super) fn fit(columns: &[&RowColumn], rows: &[usize]) -> Self {
        let fit = |column: &&RowColumn| (column.without_values(), Binning::of(&[(*column, rows)], BINS));
        Self { columns: columns.par_iter().map(fit).collect() }
    }

    pub(super) fn bin(&self, columns: &[&RowColumn], rows: &[usize]) -> Vec<BinnedColumn> {
        let of = |((_, binning), column): (&(RowColumn, Binning), &&RowColumn)| {
            binning.column(column, rows.iter())
        };
        self.columns.par_iter().zip(columns).map(of).collect()
    }

    /// The columns of these names and kinds.
    pub(super) fn of<'r>(&self, rows: &'r Rows) -> Result<Vec<&'r RowColumn>> {
        self.columns.iter().map(|(column, _)| rows.same_column(column)).collect()
    }

    /// What each of the nannies expects of each row.
    pub(super) fn expected(
        &self,
        columns: &[&RowColumn],
        rows: &[usize],
        nannies: &[&Nanny],
    ) -> Vec<Vec<f64>> {
        let binners: Vec<_> =
            self.columns.iter().zip(columns).map(|((_, binning), column)| binning.binner(column)).collect();
        let of_block = |rows: &[usize]| -> Vec<Vec<f64>> {
            let bins: Vec<Vec<u8>> =
                binners.iter().map(|bin| rows.iter().map(|row| bin.of(*row)).collect()).collect();
            nannies.iter().map(|nanny| nanny.expected(&bins, rows.len())).collect()
        };
        let blocks: Vec<Vec<Vec<f64>>> = rows.par_chunks(BLOCK).map(of_block).collect();
        let joined = |nanny: usize| blocks.iter().flat_map(|block| block[nanny].iter().copied()).collect();
        (0..nannies.len()).map(joined).collect()
    }
}

/// Trees that expect a loss of a row. They learn it in standard deviations from its mean: what
/// is a gain does not depend on the unit of the target.
#[derive(Clone, Debug)]
pub(super) struct Nanny {
    trees: Boosted,
    spread: Spread,
}

impl Nanny {
    /// Learns from these rows of the reference.
    pub(super) fn fit(
        columns: &[BinnedColumn],
        losses: &[f64],
        spread: Spread,
        rows: &[usize],
        settings: &DleSettings,
        on_tree: impl Fn(),
    ) -> Self {
        let Spread { mean, deviation } = spread;
        let targets: Vec<f64> = losses.iter().map(|loss| (loss - mean) / deviation).collect();
        let loss = Squared::new(&targets, rows);
        Self { trees: Boosted::fit(columns, &loss, rows, &settings.growth(), on_tree), spread }
    }

    /// What it expects of so many rows with these bins; a loss is never below 0.
    fn expected(&self, bins: &[Vec<u8>], rows: usize) -> Vec<f64> {
        let mut scores = self.trees.scores(bins, rows);
        let Spread { mean, deviation } = self.spread;
        for score in &mut scores {
            *score = (mean + deviation * *score).max(0.0);
        }
        scores
    }
}
