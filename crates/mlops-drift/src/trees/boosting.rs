use super::binning::BinnedColumn;
use super::growing::{Growth, Node, Tree, grow};
use super::loss::Loss;

/// A sum of small trees.
///
/// # Source
/// Friedman, *Greedy function approximation* (2001), with the second-order gain of Chen and
/// Guestrin, *XGBoost* (2016), over histograms, leaf by leaf as `LightGBM` (Ke and others, 2017);
/// names are split in the order of their mean gradient (Fisher, *On grouping for maximum
/// homogeneity*, 1958).
#[derive(Clone, Debug)]
pub(crate) struct Boosted {
    start: f64,
    trees: Vec<Tree>,
}

impl Boosted {
    /// Learns from these rows; `on_tree` is called after each tree.
    pub(crate) fn fit(
        columns: &[BinnedColumn],
        loss: &impl Loss,
        rows: &[usize],
        growth: &Growth,
        on_tree: impl Fn(),
    ) -> Self {
        let start = loss.start();
        let mut scores = vec![start; loss.rows()];
        let mut derivatives = vec![(0.0, 0.0); loss.rows()];
        let mut trees = Vec::with_capacity(growth.trees.min(1 << 10));
        for _ in 0..growth.trees {
            for row in rows {
                derivatives[*row] = loss.derivatives(*row, scores[*row]);
            }
            let tree = grow(columns, &derivatives, rows, growth, &mut scores);
            let grown = tree.len() > 1;
            trees.push(tree);
            on_tree();
            if !grown {
                break;
            }
        }
        Self { start, trees }
    }

    /// The score of a row; `bin` gives its bin in a column.
    pub(crate) fn score(&self, bin: impl Fn(usize) -> u8) -> f64 {
        self.trees.iter().fold(self.start, |score, tree| score + weight(tree, &bin))
    }

    /// The scores of the rows of these columns. Tree by tree, so that each is read from near by.
    pub(crate) fn scores(&self, columns: &[Vec<u8>], rows: usize) -> Vec<f64> {
        let mut scores = vec![self.start; rows];
        for tree in &self.trees {
            for (row, score) in scores.iter_mut().enumerate() {
                *score += weight(tree, &|column: usize| columns[column][row]);
            }
        }
        scores
    }

    /// Which columns any tree looks at.
    pub(crate) fn uses(&self, columns: usize) -> Vec<bool> {
        let mut used = vec![false; columns];
        for node in self.trees.iter().flatten() {
            if let Node::Split { column, .. } = node {
                used[*column] = true;
            }
        }
        used
    }
}

fn weight(tree: &Tree, bin: &impl Fn(usize) -> u8) -> f64 {
    let mut at = 0;
    loop {
        match &tree[at] {
            Node::Leaf(weight) => return *weight,
            Node::Split { column, first, children } => {
                at = children[usize::from(!first.contains(bin(*column)))];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::growing::Gaps;
    use super::super::loss::{Logistic, Squared};
    use super::*;

    const GROWTH: Growth = Growth {
        trees: 30,
        depth: 3,
        leaves: usize::MAX,
        learning_rate: 0.3,
        leaf_rows: 5,
        ridge: 1.0,
        gaps: Gaps::Second,
    };

    fn told_apart(columns: &[BinnedColumn], current: &[bool], growth: &Growth) -> Boosted {
        let rows: Vec<usize> = (0..current.len()).collect();
        Boosted::fit(columns, &Logistic::new(current, &rows), &rows, growth, || ())
    }

    fn score(model: &Boosted, columns: &[BinnedColumn], row: usize) -> f64 {
        model.score(|column| columns[column].bins[row])
    }

    #[test]
    fn an_exclusive_or_is_found() {
        // Neither column says anything alone; a little less often than even, as data are.
        let bit = |row: usize, of: usize| u8::from((row * 7 / of).is_multiple_of(2));
        let column =
            |of| BinnedColumn { bins: (0..400).map(|row| 1 + bit(row, of)).collect(), categories: false };
        let columns = [column(1), column(3)];
        let current: Vec<bool> = (0..400).map(|row| bit(row, 1) == bit(row, 3)).collect();
        let model = told_apart(&columns, &current, &GROWTH);
        assert!((0..400).all(|row| (score(&model, &columns, row) > 0.0) == current[row]));
        assert_eq!(model.uses(2), [true, true]);
    }

    #[test]
    fn names_are_split_whatever_their_order() {
        let columns = [BinnedColumn {
            bins: (0..300).map(|row: usize| u8::try_from(row % 10).unwrap()).collect(),
            categories: true,
        }];
        let current: Vec<bool> = (0..300).map(|row| [1, 4, 8].contains(&(row % 10))).collect();
        let growth = Growth { trees: 1, depth: 1, ..GROWTH };
        let model = told_apart(&columns, &current, &growth);
        assert!((0..300).all(|row| (score(&model, &columns, row) > 0.0) == current[row]));
    }

    #[test]
    fn nothing_to_split_is_one_leaf() {
        let columns = [BinnedColumn { bins: vec![3; 40], categories: false }];
        let current: Vec<bool> = (0..40).map(|row| row % 2 == 0).collect();
        let model = told_apart(&columns, &current, &GROWTH);
        assert_eq!((model.trees.len(), score(&model, &columns, 0)), (1, 0.0));
    }

    fn learnt(columns: &[BinnedColumn], targets: &[f64], growth: &Growth) -> Vec<f64> {
        let rows: Vec<usize> = (0..targets.len()).collect();
        let model = Boosted::fit(columns, &Squared::new(targets, &rows), &rows, growth, || ());
        let bins: Vec<Vec<u8>> = columns.iter().map(|column| column.bins.clone()).collect();
        let scores = model.scores(&bins, targets.len());
        assert!((0..targets.len()).all(|row| scores[row] == score(&model, columns, row)));
        scores
    }

    #[test]
    fn a_number_is_learnt_and_its_mean_kept() {
        let bins: Vec<u8> = (0..2000).map(|row: usize| u8::try_from(row * 7 % 200).unwrap()).collect();
        let targets: Vec<f64> = bins.iter().map(|bin| (f64::from(*bin) / 20.0).sin() + 5.0).collect();
        let columns = [BinnedColumn { bins, categories: false }];
        let growth = Growth { leaves: 8, depth: usize::MAX, ridge: 0.0, gaps: Gaps::InOrder, ..GROWTH };
        let scores = learnt(&columns, &targets, &growth);
        let far =
            scores.iter().zip(&targets).map(|(score, target)| (score - target).abs()).fold(0.0, f64::max);
        assert!(far < 0.1, "{far}");
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
        assert!((mean(&scores) - mean(&targets)).abs() < 1e-9);
    }

    #[test]
    fn a_tree_has_no_more_leaves_and_each_enough_rows() {
        let bins: Vec<u8> = (0..600).map(|row: usize| u8::try_from(row * 11 % 251).unwrap()).collect();
        let targets: Vec<f64> = bins.iter().map(|bin| f64::from(*bin).powi(2)).collect();
        let columns = [BinnedColumn { bins, categories: false }];
        for (leaves, leaf_rows) in [(2, 5), (7, 5), (31, 5), (31, 100)] {
            let growth = Growth { trees: 1, leaves, leaf_rows, depth: usize::MAX, ridge: 0.0, ..GROWTH };
            let mut scores = learnt(&columns, &targets, &growth);
            scores.sort_by(f64::total_cmp);
            let sizes: Vec<usize> = scores.chunk_by(|a, b| a == b).map(<[f64]>::len).collect();
            assert_eq!(sizes.len(), if leaf_rows == 5 { leaves } else { 600 / 100 - 1 }, "{sizes:?}");
            assert!(sizes.iter().all(|size| *size >= leaf_rows));
        }
    }

    #[test]
    fn a_gap_goes_where_its_neighbours_go() {
        // Rows have bins 10 and 50 only.
        let bins: Vec<u8> = (0..100).map(|row| if row % 2 == 0 { 10 } else { 50 }).collect();
        let targets: Vec<f64> = bins.iter().map(|bin| f64::from(*bin)).collect();
        let columns = [BinnedColumn { bins, categories: false }];
        let rows: Vec<usize> = (0..100).collect();
        let score = |gaps, bin: u8| {
            let growth = Growth { trees: 1, learning_rate: 1.0, ridge: 0.0, gaps, ..GROWTH };
            Boosted::fit(&columns, &Squared::new(&targets, &rows), &rows, &growth, || ()).score(|_| bin)
        };
        assert_eq!([3, 10, 49, 50, 99].map(|bin| score(Gaps::InOrder, bin)), [10.0, 10.0, 50.0, 50.0, 50.0]);
        assert_eq!([3, 10, 99].map(|bin| score(Gaps::Second, bin)), [50.0, 10.0, 50.0]);
    }
}
