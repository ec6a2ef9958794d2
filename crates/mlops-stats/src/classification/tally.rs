use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::parallel::ROWS;

/// Weight by true and predicted class, as positions in a list of classes.
pub(super) type Cells = BTreeMap<(u32, u32), f64>;

/// Up to this many classes of a task have a table; pairs with others are in a map.
const DENSE: usize = 128;

/// The distinct classes in ascending order, and the weight of each pair of them.
pub(super) fn tally<'a, L: Ord + Sync>(
    truth: &'a [L],
    predicted: &'a [L],
    weights: Option<&[f64]>,
) -> (Vec<&'a L>, Cells) {
    let parts: Vec<Part<'a, L>> = truth
        .par_chunks(ROWS)
        .zip(predicted.par_chunks(ROWS))
        .enumerate()
        .map(|(chunk, (truth, predicted))| {
            let mut part = Part::new();
            let rows = truth.iter().zip(predicted);
            match weights {
                None => part.add(rows.map(|(truth, predicted)| (truth, predicted, 1.0))),
                Some(weights) => {
                    let weights = &weights[chunk * ROWS..][..truth.len()];
                    part.add(
                        rows.zip(weights).map(|((truth, predicted), weight)| (truth, predicted, *weight)),
                    );
                }
            }
            part
        })
        .collect();

    let mut position: BTreeMap<&L, u32> =
        parts.iter().flat_map(|part| part.ids.keys().map(|class| (*class, 0))).collect();
    position.values_mut().zip(0..).for_each(|(position, next)| *position = next);
    let mut cells = Cells::new();
    for part in &parts {
        let mut to = vec![0; part.ids.len()];
        for (class, id) in &part.ids {
            to[*id as usize] = position[class];
        }
        // In order, so that equal rows give equal sums.
        for ((truth, predicted), weight) in part.cells() {
            *cells.entry((to[truth as usize], to[predicted as usize])).or_default() += weight;
        }
    }
    (position.into_keys().collect(), cells)
}

/// What one task counted, under ids in the order of first sight.
struct Part<'a, L> {
    ids: BTreeMap<&'a L, u32>,
    /// `side × side` cells; NaN where no row was seen.
    dense: Vec<f64>,
    side: usize,
    sparse: HashMap<(u32, u32), f64>,
}

impl<'a, L: Ord> Part<'a, L> {
    fn new() -> Self {
        Self { ids: BTreeMap::new(), dense: Vec::new(), side: 0, sparse: HashMap::new() }
    }

    fn id(&mut self, class: &'a L) -> u32 {
        if let Some(id) = self.ids.get(class) {
            return *id;
        }
        let id = u32::try_from(self.ids.len()).expect("a task has far fewer rows than 2³²");
        self.ids.insert(class, id);
        if id as usize >= self.side && self.side < DENSE {
            self.grow();
        }
        id
    }

    fn grow(&mut self) {
        let side = (2 * self.side).max(4);
        let mut dense = vec![f64::NAN; side * side];
        for (row, old) in self.dense.chunks_exact(self.side.max(1)).enumerate() {
            dense[row * side..][..self.side].copy_from_slice(old);
        }
        (self.dense, self.side) = (dense, side);
    }

    fn add(&mut self, rows: impl Iterator<Item = (&'a L, &'a L, f64)>) {
        for (truth, predicted, weight) in rows {
            let from = self.id(truth);
            // Most rows of a useful model are right: one look-up then.
            let to = if truth == predicted { from } else { self.id(predicted) };
            let (row, column) = (from as usize, to as usize);
            if row < self.side && column < self.side {
                let cell = &mut self.dense[row * self.side + column];
                *cell = if cell.is_nan() { weight } else { *cell + weight };
            } else {
                *self.sparse.entry((from, to)).or_default() += weight;
            }
        }
    }

    fn cells(&self) -> impl Iterator<Item = ((u32, u32), f64)> {
        let side = self.side;
        let narrow = |index: usize| u32::try_from(index).expect("a table has at most 128 rows");
        let dense = self.dense.iter().enumerate().filter(|(_, weight)| !weight.is_nan());
        let dense = dense.map(move |(index, weight)| ((narrow(index / side), narrow(index % side)), *weight));
        dense.chain(self.sparse.iter().map(|(cell, weight)| (*cell, *weight)))
    }
}
