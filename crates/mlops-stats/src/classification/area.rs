use rayon::prelude::*;

use super::order::sort_key;
use super::parallel::ROWS;

/// Pairs of a positive and a negative.
pub(super) struct Pairs {
    /// Twice the pairs in which the positive scores higher, and once those of equal score.
    pub won_twice: u128,
    pub positives: usize,
    pub negatives: usize,
}

/// Counts the pairs of unweighted rows.
///
/// The scores of either class are sorted for themselves, 8 bytes a row, which moves half of
/// what row numbers and scores would. What a positive wins is then its rank among the
/// negatives; that is a sum of integers, exact in any order.
pub(super) fn pairs(labels: &[bool], scores: &[f64]) -> Pairs {
    let (mut positives, mut negatives) = keys_by_class(labels, scores);
    rayon::join(|| positives.par_sort_unstable(), || negatives.par_sort_unstable());
    let won_twice = positives.par_chunks(ROWS).map(|positives| won_twice(positives, &negatives)).sum();
    Pairs { won_twice, positives: positives.len(), negatives: negatives.len() }
}

/// Sort keys of the positives and of the negatives.
type Keys = (Vec<u64>, Vec<u64>);

fn keys_by_class(labels: &[bool], scores: &[f64]) -> Keys {
    let parts: Vec<Keys> = labels
        .par_chunks(ROWS)
        .zip(scores.par_chunks(ROWS))
        .map(|(labels, scores)| {
            let (mut positives, mut negatives) = (vec![0; scores.len()], vec![0; scores.len()]);
            let (mut positive, mut negative) = (0, 0);
            // Both are written, one moves on: labels are not to be guessed by the processor.
            for (label, score) in labels.iter().zip(scores) {
                let key = sort_key(*score);
                positives[positive] = key;
                negatives[negative] = key;
                positive += usize::from(*label);
                negative += usize::from(!*label);
            }
            positives.truncate(positive);
            negatives.truncate(negative);
            (positives, negatives)
        })
        .collect();
    let joined = |class: fn(&Keys) -> &Vec<u64>| {
        let mut keys = Vec::with_capacity(parts.iter().map(|part| class(part).len()).sum());
        for part in &parts {
            keys.extend_from_slice(class(part));
        }
        keys
    };
    rayon::join(|| joined(|part| &part.0), || joined(|part| &part.1))
}

/// For sorted positives, the negatives below each and those not above it, summed.
fn won_twice(positives: &[u64], negatives: &[u64]) -> u128 {
    let Some(first) = positives.first() else { return 0 };
    let mut below = negatives.partition_point(|negative| negative < first);
    let mut up_to = below;
    let mut won = 0;
    for positive in positives {
        while negatives.get(below).is_some_and(|negative| negative < positive) {
            below += 1;
        }
        up_to = up_to.max(below);
        while negatives.get(up_to).is_some_and(|negative| negative <= positive) {
            up_to += 1;
        }
        won += below as u128 + up_to as u128;
    }
    won
}
