use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::DleSettings;
use super::metric::{Loss, Spread};
use super::nanny::{Inputs, Nanny};
use crate::Result;
use crate::rows::RowColumn;

/// How far fitting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FitProgress {
    /// How many trees are grown.
    pub done: usize,
    /// How many there are to grow.
    pub total: usize,
}

/// A loss of the reference, and what has learnt it.
#[derive(Clone, Debug)]
pub(super) struct Learnt {
    pub(super) loss: Loss,
    pub(super) spread: Spread,
    pub(super) nanny: Nanny,
}

/// The losses of the reference, row by row.
pub(super) type Losses = BTreeMap<Loss, Vec<f64>>;

/// Learns each of the losses, and says what is expected of the reference's own rows: by trees
/// that have not seen them, if there are folds. Losses and what is expected are in the order
/// of `rows`.
pub(super) fn fit(
    inputs: &Inputs,
    columns: &[&RowColumn],
    rows: &[usize],
    losses: &Losses,
    settings: &DleSettings,
    watch: &(dyn Fn(FitProgress) + Sync),
) -> Result<(Vec<Learnt>, Losses)> {
    let spreads: Vec<(Loss, &Vec<f64>, Spread)> = losses
        .iter()
        .map(|(loss, values)| Ok((*loss, values, Spread::of(*loss, values)?)))
        .collect::<Result<_>>()?;
    let binned = inputs.bin(columns, rows);
    // All rows, and then all but those of each fold, as places in the order of `rows`.
    let held_out: Vec<Range<usize>> = std::iter::once(0..0).chain(folds(rows.len(), settings)).collect();
    let done = AtomicUsize::new(0);
    let total = spreads.len() * held_out.len() * settings.trees;
    let tell =
        |trees: usize| watch(FitProgress { done: done.fetch_add(trees, Ordering::Relaxed) + trees, total });
    let grow = |(loss, held_out): (usize, &Range<usize>)| {
        let (_, losses, spread) = spreads[loss];
        let known: Vec<usize> = (0..rows.len()).filter(|row| !held_out.contains(row)).collect();
        let grown = AtomicUsize::new(0);
        let nanny = Nanny::fit(&binned, losses, spread, &known, settings, || {
            grown.fetch_add(1, Ordering::Relaxed);
            tell(1);
        });
        // It may have stopped early.
        match settings.trees - grown.into_inner() {
            0 => {}
            left => tell(left),
        }
        nanny
    };
    let jobs: Vec<(usize, &Range<usize>)> =
        (0..spreads.len()).flat_map(|loss| held_out.iter().map(move |rows| (loss, rows))).collect();
    let mut nannies: Vec<Nanny> = jobs.into_par_iter().map(grow).collect();
    let mut expected = Losses::new();
    for (place, (loss, ..)) in spreads.iter().enumerate() {
        let of_loss = &nannies[place * held_out.len()..(place + 1) * held_out.len()];
        let values = match of_loss {
            [all] => inputs.expected(columns, rows, &[all]).swap_remove(0),
            _ => (of_loss[1..].iter().zip(&held_out[1..]))
                .flat_map(|(nanny, held_out)| {
                    inputs.expected(columns, &rows[held_out.clone()], &[nanny]).swap_remove(0)
                })
                .collect(),
        };
        expected.insert(*loss, values);
    }
    let mut of_all = nannies.drain(..).step_by(held_out.len());
    let learnt = |(loss, _, spread)| Some(Learnt { loss, spread, nanny: of_all.next()? });
    Ok((spreads.into_iter().filter_map(learnt).collect(), expected))
}

/// Rows that follow each other: those of one hour or one customer are mostly in one fold.
fn folds(rows: usize, settings: &DleSettings) -> Vec<Range<usize>> {
    let folds = settings.reference_folds;
    (0..folds).map(|fold| rows * fold / folds..rows * (fold + 1) / folds).collect()
}
