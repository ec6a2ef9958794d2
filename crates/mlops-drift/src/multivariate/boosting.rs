use super::binned::{BINS, BinnedColumn};

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    pub(super) trees: usize,
    pub(super) depth: usize,
    pub(super) learning_rate: f64,
    /// A leaf has at least so many rows.
    pub(super) leaf_rows: usize,
}

/// Shrinks the weight of a leaf towards 0, as one more row of indifference would.
const RIDGE: f64 = 1.0;
/// A gain that is rounding.
const NO_GAIN: f64 = 1e-9;

/// The sum of small trees whose logistic function is the chance that a row is a current one.
///
/// # Source
/// Friedman, *Greedy function approximation* (2001), with the second-order gain of Chen and
/// Guestrin, *XGBoost* (2016), over histograms; names are split in the order of their mean
/// gradient (Fisher, *On grouping for maximum homogeneity*, 1958).
#[derive(Clone, Debug)]
pub(super) struct Boosted {
    trees: Vec<Vec<Node>>,
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(f64),
    /// Bins of the column whose bit is set go to the first child.
    Split {
        column: usize,
        first: u64,
        children: [usize; 2],
    },
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    gradient: f64,
    curvature: f64,
    rows: usize,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    fn without(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            rows: self.rows - other.rows,
        }
    }

    fn score(self) -> f64 {
        self.gradient * self.gradient / (self.curvature + RIDGE)
    }
}

impl Boosted {
    /// Learns from these rows; `is_current` is of all rows.
    pub(super) fn fit(columns: &[BinnedColumn], is_current: &[bool], rows: &[usize], growth: Growth) -> Self {
        let mut scores = vec![0.0; is_current.len()];
        let share = rows.iter().filter(|row| is_current[**row]).count() as f64 / rows.len().max(1) as f64;
        // Every class counts as much as the other: the sizes of the sides are no difference.
        let weight = |current: bool| if current { 0.5 / share } else { 0.5 / (1.0 - share) };
        let weights = [weight(false), weight(true)];
        let mut derivatives = vec![(0.0, 0.0); is_current.len()];
        let mut trees = Vec::with_capacity(growth.trees);
        for _ in 0..growth.trees {
            for row in rows {
                let current = is_current[*row];
                let chance = 1.0 / (1.0 + f64::exp(-scores[*row]));
                let target = f64::from(u8::from(current));
                let weight = weights[usize::from(current)];
                derivatives[*row] = (weight * (chance - target), weight * chance * (1.0 - chance));
            }
            let mut tree = Vec::new();
            let mut rows = rows.to_vec();
            grow(columns, &derivatives, &mut rows, growth.depth, growth, &mut tree, &mut scores);
            let grown = tree.len() > 1;
            trees.push(tree);
            if !grown {
                break;
            }
        }
        Self { trees }
    }

    /// The larger, the more a row looks like a current one; `bin` gives its bin in a column.
    pub(super) fn score(&self, bin: impl Fn(usize) -> u8) -> f64 {
        let of_tree = |tree: &Vec<Node>| {
            let mut at = 0;
            loop {
                match &tree[at] {
                    Node::Leaf(weight) => return *weight,
                    Node::Split { column, first, children } => {
                        at = children[usize::from(first >> bin(*column) & 1 == 0)];
                    }
                }
            }
        };
        self.trees.iter().map(of_tree).sum()
    }

    /// Which columns any tree looks at.
    pub(super) fn uses(&self, columns: usize) -> Vec<bool> {
        let mut used = vec![false; columns];
        for node in self.trees.iter().flatten() {
            if let Node::Split { column, .. } = node {
                used[*column] = true;
            }
        }
        used
    }
}

/// Grows a tree of these rows, adds its weights to their scores, and returns its root's place.
fn grow(
    columns: &[BinnedColumn],
    derivatives: &[(f64, f64)],
    rows: &mut [usize],
    depth: usize,
    growth: Growth,
    tree: &mut Vec<Node>,
    scores: &mut [f64],
) -> usize {
    let place = tree.len();
    let mut all = Sums::default();
    for row in rows.iter() {
        let (gradient, curvature) = derivatives[*row];
        all.add(Sums { gradient, curvature, rows: 1 });
    }
    let split = if depth == 0 { None } else { best_split(columns, derivatives, rows, all, growth.leaf_rows) };
    let Some((column, first)) = split else {
        let weight = -growth.learning_rate * all.gradient / (all.curvature + RIDGE);
        for row in rows.iter() {
            scores[*row] += weight;
        }
        tree.push(Node::Leaf(weight));
        return place;
    };
    tree.push(Node::Leaf(0.0));
    // The order within each side does not matter but for rounding, and is always the same.
    let (mut left, mut right): (Vec<usize>, Vec<usize>) =
        rows.iter().partition(|row| first >> columns[column].bins[**row] & 1 == 1);
    let mut child = |rows: &mut Vec<usize>| grow(columns, derivatives, rows, depth - 1, growth, tree, scores);
    let children = [child(&mut left), child(&mut right)];
    tree[place] = Node::Split { column, first, children };
    place
}

/// The column and the bins of its first child that gain most; the first column if two do.
fn best_split(
    columns: &[BinnedColumn],
    derivatives: &[(f64, f64)],
    rows: &[usize],
    all: Sums,
    leaf_rows: usize,
) -> Option<(usize, u64)> {
    let mut best = (NO_GAIN, None);
    for (index, column) in columns.iter().enumerate() {
        let mut histogram = [Sums::default(); BINS];
        for row in rows {
            let (gradient, curvature) = derivatives[*row];
            histogram[usize::from(column.bins[*row])].add(Sums { gradient, curvature, rows: 1 });
        }
        let mut order: Vec<usize> = (0..BINS).filter(|bin| histogram[*bin].rows > 0).collect();
        if column.categories {
            let mean = |bin: &usize| histogram[*bin].gradient / (histogram[*bin].curvature + RIDGE);
            order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
        }
        let (mut left, mut first) = (Sums::default(), 0_u64);
        for bin in order {
            left.add(histogram[bin]);
            first |= 1 << bin;
            let right = all.without(left);
            if left.rows < leaf_rows || right.rows < leaf_rows {
                continue;
            }
            let gain = left.score() + right.score() - all.score();
            if gain > best.0 {
                best = (gain, Some((index, first)));
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROWTH: Growth = Growth { trees: 30, depth: 3, learning_rate: 0.3, leaf_rows: 5 };

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
        let model = Boosted::fit(&columns, &current, &(0..400).collect::<Vec<_>>(), GROWTH);
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
        let model = Boosted::fit(&columns, &current, &(0..300).collect::<Vec<_>>(), growth);
        assert!((0..300).all(|row| (score(&model, &columns, row) > 0.0) == current[row]));
    }

    #[test]
    fn nothing_to_split_is_one_leaf() {
        let columns = [BinnedColumn { bins: vec![3; 40], categories: false }];
        let current: Vec<bool> = (0..40).map(|row| row % 2 == 0).collect();
        let model = Boosted::fit(&columns, &current, &(0..40).collect::<Vec<_>>(), GROWTH);
        assert_eq!((model.trees.len(), score(&model, &columns, 0)), (1, 0.0));
    }
}
