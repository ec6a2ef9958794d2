use crate::classification::{BinaryScores, by_score};

use super::Blocks;

/// The area under the ROC curve of rows whose blocks count several times.
#[derive(Clone, Debug)]
pub(super) enum Area {
    Pairs(Pairs),
    Ranks(Ranks),
}

impl Area {
    pub(super) fn new(rows: &BinaryScores<'_>, blocks: &Blocks) -> Self {
        // A draw costs b² for pairs and n for ranks, with about the same work a step. Pairs
        // also cost n · b once, and b² numbers of memory.
        if blocks.len() * blocks.len() <= rows.rows() {
            Self::Pairs(Pairs::new(rows, blocks))
        } else {
            Self::Ranks(Ranks::new(rows, blocks))
        }
    }

    pub(super) fn of(&self, counts: &[u32]) -> Option<f64> {
        match self {
            Self::Pairs(pairs) => pairs.of(counts),
            Self::Ranks(ranks) => ranks.of(counts),
        }
    }
}

/// For each two blocks: how often a positive of the one beats a negative of the other.
///
/// The area is a mean over pairs of a positive and a negative. If block `i` counts `mᵢ`
/// times, its pairs with block `j` count `mᵢ · mⱼ` times, so that these sums are all that
/// is needed.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// Row-major: `wins[i * b + j]`, positives of `i`, negatives of `j`.
    wins: Vec<f64>,
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

impl Pairs {
    pub(super) fn new(rows: &BinaryScores<'_>, blocks: &Blocks) -> Self {
        let b = blocks.len();
        let mut wins = vec![0.0; b * b];
        let mut positives = vec![0.0; b];
        // Negatives below the present score, those of equal score one half.
        let mut negatives = vec![0.0; b];
        let order = by_score(rows.scores());
        for tie in order.chunk_by(|left, right| left.ties(*right)) {
            let of_class = |class: bool| {
                tie.iter().map(|ranked| ranked.row()).filter(move |row| rows.labels()[*row] == class)
            };
            let block_of = |row: usize| blocks.of_rows()[row] as usize;
            for row in of_class(false) {
                negatives[block_of(row)] += 0.5 * rows.weight(row);
            }
            for row in of_class(true) {
                let (block, weight) = (block_of(row), rows.weight(row));
                positives[block] += weight;
                for (won, below) in wins[block * b..(block + 1) * b].iter_mut().zip(&negatives) {
                    *won += weight * below;
                }
            }
            for row in of_class(false) {
                negatives[block_of(row)] += 0.5 * rows.weight(row);
            }
        }
        Self { wins, positives, negatives }
    }

    pub(super) fn of(&self, counts: &[u32]) -> Option<f64> {
        let b = self.positives.len();
        let dot = |values: &[f64]| -> f64 {
            values.iter().zip(counts).map(|(value, count)| value * f64::from(*count)).sum()
        };
        let won: f64 = self
            .wins
            .chunks_exact(b)
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .map(|(row, count)| f64::from(*count) * dot(row))
            .sum();
        area(won, dot(&self.positives), dot(&self.negatives))
    }
}

/// The rows in ascending order of score: one pass a draw.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    rows: Vec<RankedRow>,
}

#[derive(Clone, Copy, Debug)]
struct RankedRow {
    weight: f64,
    block: u32,
    positive: bool,
    /// Whether the next row has another score.
    closes_tie: bool,
}

impl Ranks {
    pub(super) fn new(rows: &BinaryScores<'_>, blocks: &Blocks) -> Self {
        let order = by_score(rows.scores());
        let ranked = order.iter().enumerate().map(|(rank, ranked)| RankedRow {
            weight: rows.weight(ranked.row()),
            block: blocks.of_rows()[ranked.row()],
            positive: rows.labels()[ranked.row()],
            closes_tie: order.get(rank + 1).is_none_or(|next| !next.ties(*ranked)),
        });
        Self { rows: ranked.collect() }
    }

    pub(super) fn of(&self, counts: &[u32]) -> Option<f64> {
        let (mut won, mut positives, mut negatives) = (0.0, 0.0, 0.0);
        let (mut tied_positives, mut tied_negatives) = (0.0, 0.0);
        for row in &self.rows {
            let count = counts.get(row.block as usize).copied().unwrap_or(0);
            let weight = row.weight * f64::from(count);
            // Labels in the order of scores are not to be guessed: no branch on them.
            let positive = weight * f64::from(u8::from(row.positive));
            tied_positives += positive;
            tied_negatives += weight - positive;
            if row.closes_tie {
                won += tied_positives * (negatives + 0.5 * tied_negatives);
                positives += tied_positives;
                negatives += tied_negatives;
                (tied_positives, tied_negatives) = (0.0, 0.0);
            }
        }
        area(won, positives, negatives)
    }
}

fn area(won: f64, positives: f64, negatives: f64) -> Option<f64> {
    (positives > 0.0 && negatives > 0.0).then(|| won / (positives * negatives))
}
