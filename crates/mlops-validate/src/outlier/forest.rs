use mlops_stats::Random;
use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::{Error, Result};

/// Settings of an [`IsolationForest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForestSettings {
    /// How many trees.
    pub trees: usize,
    /// How many rows each tree is grown from, or all if there are fewer.
    pub sample: usize,
    /// The same seed gives the same forest, on any machine and number of threads.
    pub seed: u64,
}

impl ForestSettings {
    /// More trees than this are refused; scores hardly change beyond some hundred.
    pub const MOST_TREES: usize = 100_000;
    /// Larger samples than this are refused; the paper finds none above some thousand useful.
    pub const MOST_SAMPLED: usize = 1 << 20;
}

impl Default for ForestSettings {
    /// 100 trees of 256 rows each, as in the paper.
    fn default() -> Self {
        Self { trees: 100, sample: 256, seed: 0 }
    }
}

/// Tells rows apart from the others by how few random cuts isolate them.
///
/// Growing costs `O(trees · sample · log sample)`, a score `O(trees · log sample)`. Columns
/// need no scaling. A row that is like many has a score well below 0.5, one that stands alone
/// a score near 1.
///
/// ```
/// use mlops_validate::ndarray::Array2;
/// use mlops_validate::outlier::{ForestSettings, IsolationForest};
///
/// let mut rows = Array2::from_shape_fn((500, 2), |(row, column)| (row * (7 + column * 4) % 101) as f64);
/// rows[[77, 1]] = 400.0;
/// let forest = IsolationForest::fit(&rows.view(), ForestSettings::default())?;
/// let scores = forest.scores(&rows.view())?;
/// let strangest = (0..500).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
/// assert_eq!(strangest, Some(77));
/// assert!(scores[77] > 0.5 && scores[77] > scores[0]);
/// # Ok::<(), mlops_validate::Error>(())
/// ```
///
/// # Source
/// Liu, Ting and Zhou, *Isolation Forest* (2008), algorithms 1 to 3. As scikit-learn 1.9 does,
/// cuts are drawn among the columns that are not constant in a node; its `score_samples` is the negative of this score.
#[derive(Clone, Debug)]
pub struct IsolationForest {
    trees: Vec<Vec<Node>>,
    columns: usize,
    /// The mean depth at which a search in a tree of this size fails.
    depth: f64,
}

#[derive(Clone, Copy, Debug)]
enum Node {
    /// How deep a row is that ends here, with what the rows that were not cut apart add.
    Leaf(f64),
    /// Rows below the cut go to the next node, the others to `right`.
    Cut { column: usize, at: f64, right: usize },
}

/// The mean depth of a failed search in a binary search tree of `n` values:
/// `2 H(n − 1) − 2 (n − 1) / n`, where `H(i)` is `ln i` plus Euler's constant; 1 of two, 0 of fewer.
///
/// ```
/// assert!((mlops_validate::outlier::average_path_length(256) - 10.244_770_920_119_917).abs() < 1e-12);
/// ```
pub fn average_path_length(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => {
            let n = n as f64;
            2.0 * ((n - 1.0).ln() + EULER) - 2.0 * (n - 1.0) / n
        }
    }
}

impl IsolationForest {
    /// Grows a forest from rows, a column for each feature.
    ///
    /// # Errors
    /// [`Error::Input`] with the place of the first value that is not finite, or if there are
    /// fewer than two rows or no column; [`Error::Invalid`] if a setting is too small or too large.
    pub fn fit(rows: &ArrayView2<'_, f64>, settings: ForestSettings) -> Result<Self> {
        check(rows, rows.ncols())?;
        let (n, columns) = rows.dim();
        if n < 2 || columns == 0 {
            return Err(Error::input(
                "rows",
                format!("there are {n} of {columns} columns, expected two at least"),
            ));
        }
        for (path, value, allowed) in [
            ("trees", settings.trees, 1..=ForestSettings::MOST_TREES),
            ("sample", settings.sample, 2..=ForestSettings::MOST_SAMPLED),
        ] {
            if !allowed.contains(&value) {
                let expected = format!("{} to {}", allowed.start(), allowed.end());
                return Err(Error::invalid("isolation forest", path, value, expected));
            }
        }
        let sample = settings.sample.min(n);
        // ⌈log₂ sample⌉: no row is followed deeper.
        let deepest = sample.next_power_of_two().trailing_zeros() as usize;
        let trees = (0..settings.trees)
            .into_par_iter()
            .map(|tree| {
                let mut random = Random::replicate(settings.seed, tree as u64);
                let mut drawn = draw(n, sample, &mut random);
                let mut nodes = Vec::with_capacity(2 * sample);
                grow(rows, &mut drawn, 0, deepest, &mut random, &mut nodes);
                nodes
            })
            .collect();
        Ok(Self { trees, columns, depth: average_path_length(sample) })
    }

    /// How strange each row is, from 0 to 1: `2^(−E h(x) / c(sample))` for the mean depth `E h(x)` at which it
    /// ends.
    ///
    /// # Errors
    /// [`Error::Input`] if the number of columns is another than that of the forest, or with
    /// the place of the first value that is not finite.
    pub fn scores(&self, rows: &ArrayView2<'_, f64>) -> Result<Vec<f64>> {
        check(rows, self.columns)?;
        let score = |row: usize| {
            let depth: f64 = self.trees.iter().map(|tree| path_length(tree, rows, row)).sum();
            (-depth / self.trees.len() as f64 / self.depth).exp2()
        };
        Ok((0..rows.nrows()).into_par_iter().map(score).collect())
    }
}

fn check(rows: &ArrayView2<'_, f64>, columns: usize) -> Result<()> {
    if rows.ncols() != columns {
        return Err(Error::input("rows", format!("they have {} columns, expected {columns}", rows.ncols())));
    }
    match rows.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => {
            let reason = format!("row {row}, column {column} is {value}, expected a finite number");
            Err(Error::input("rows", reason))
        }
    }
}

/// So many different rows (Floyd, 1987, in the words of Bentley).
fn draw(n: usize, sample: usize, random: &mut Random) -> Vec<usize> {
    let mut drawn = std::collections::BTreeSet::new();
    for last in n - sample..n {
        let row = random.index(last + 1);
        if !drawn.insert(row) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

fn grow(
    rows: &ArrayView2<'_, f64>,
    drawn: &mut [usize],
    depth: usize,
    deepest: usize,
    random: &mut Random,
    nodes: &mut Vec<Node>,
) {
    let leaf = Node::Leaf(depth as f64 + average_path_length(drawn.len()));
    let ends = |column: usize| {
        let values = drawn.iter().map(|row| rows[[*row, column]]);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(value), max.max(value)))
    };
    let mut columns: Vec<(usize, (f64, f64))> = Vec::new();
    if depth < deepest && drawn.len() > 1 {
        let all = (0..rows.ncols()).map(|column| (column, ends(column)));
        columns = all.filter(|(_, (min, max))| min < max).collect();
    }
    let Some((column, (min, max))) = columns.get(random.index(columns.len())).copied() else {
        nodes.push(leaf);
        return;
    };
    let share = random.unit();
    // Never the lowest value itself: on both sides of a cut there is a row.
    let at = (min * (1.0 - share) + max * share).clamp(min.next_up(), max);
    let mut below = 0;
    for place in 0..drawn.len() {
        if rows[[drawn[place], column]] < at {
            drawn.swap(below, place);
            below += 1;
        }
    }
    let (left, right) = drawn.split_at_mut(below);
    let here = nodes.len();
    nodes.push(leaf);
    grow(rows, left, depth + 1, deepest, random, nodes);
    nodes[here] = Node::Cut { column, at, right: nodes.len() };
    grow(rows, right, depth + 1, deepest, random, nodes);
}

fn path_length(tree: &[Node], rows: &ArrayView2<'_, f64>, row: usize) -> f64 {
    let mut here = 0;
    loop {
        match tree[here] {
            Node::Leaf(length) => return length,
            Node::Cut { column, at, right } => here = if rows[[row, column]] < at { here + 1 } else { right },
        }
    }
}
