//! How many of a kind are among rows that are drawn.

use mlops_stats::Random;

use crate::classifier::quantile;

/// From this standard deviation on the normal distribution stands for that of the counts:
/// no count's probability is off by more than a hundredth of the largest.
const NORMAL: f64 = 100.0;
/// Counts this much less likely than the likeliest are not drawn.
const NEVER: f64 = 1e-18;

/// How many of `marked` rows are among `drawn` of `rows`, drawn without putting back. All are
/// at most 2⁵⁴, and neither `marked` nor `drawn` is more than `rows`. `O(1000)` at most.
pub(super) fn hypergeometric(random: &mut Random, rows: u64, marked: u64, drawn: u64) -> u64 {
    let (lowest, highest) = ((marked + drawn).saturating_sub(rows), marked.min(drawn));
    if lowest == highest {
        return lowest;
    }
    let (all, k, n) = (rows as f64, marked as f64, drawn as f64);
    let (unmarked, left) = ((rows - marked) as f64, (rows - drawn) as f64);
    let deviation = (n / all * (k / all) * unmarked * (left / (all - 1.0))).sqrt();
    let likeliest = u128::from(marked + 1) * u128::from(drawn + 1) / u128::from(rows + 2);
    let likeliest = u64::try_from(likeliest).unwrap_or(highest).clamp(lowest, highest);
    if deviation > NORMAL {
        // A share of 0 has no quantile.
        let away = (quantile(random.unit().max(f64::MIN_POSITIVE)) * deviation).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "40 deviations of 2^27")]
        let distance = away.abs() as u64;
        let moved = if away < 0.0 { likeliest.saturating_sub(distance) } else { likeliest + distance };
        return moved.clamp(lowest, highest);
    }
    // How much likelier a count is than the one below.
    let up = |count: u64| {
        let there = (marked - count) as f64 * (drawn - count) as f64;
        there / ((count + 1) as f64 * (rows - marked - (drawn - count - 1)) as f64)
    };
    let outwards = |visit: &mut dyn FnMut(u64, f64) -> bool| {
        let (mut above, mut below) = ((likeliest, 1.0), (likeliest, 1.0));
        if visit(likeliest, 1.0) {
            return;
        }
        while above.1 > NEVER || below.1 > NEVER {
            above = if above.0 < highest { (above.0 + 1, above.1 * up(above.0)) } else { (above.0, 0.0) };
            below = if below.0 > lowest { (below.0 - 1, below.1 / up(below.0 - 1)) } else { (below.0, 0.0) };
            if visit(above.0, above.1) || visit(below.0, below.1) {
                return;
            }
        }
    };
    let mut sum = 0.0;
    outwards(&mut |_, weight| {
        sum += weight;
        false
    });
    let (mut left, mut found) = (random.unit() * sum, likeliest);
    outwards(&mut |count, weight| {
        left -= weight;
        if left < 0.0 {
            found = count;
        }
        left < 0.0
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_as_likely_as_they_should_be() {
        // 4 of 10 marked, 5 drawn: C(4, k) C(6, 5 − k) / C(10, 5).
        let expected = [6.0, 60.0, 120.0, 60.0, 6.0].map(|ways| ways / 252.0);
        let (mut random, mut seen) = (Random::replicate(5, 0), [0_u32; 5]);
        for _ in 0..20_000 {
            seen[usize::try_from(hypergeometric(&mut random, 10, 4, 5)).unwrap()] += 1;
        }
        for (seen, expected) in seen.into_iter().zip(expected) {
            let error = (expected * (1.0 - expected) / 20_000.0_f64).sqrt();
            let share = f64::from(seen) / 20_000.0;
            assert!((share - expected).abs() < 4.0 * error, "{share} {expected}");
        }
    }

    #[test]
    fn mean_and_spread_are_those_of_the_distribution() {
        // On both sides of where the normal distribution stands in, and where it is lopsided.
        for (rows, marked, drawn) in [
            (150_000, 75_000, 70_000),
            (170_000, 85_000, 85_000),
            (1 << 54, 1 << 53, 1 << 52),
            (1 << 54, 3, 1 << 53),
            (1 << 54, (1 << 54) - 3, 1 << 53),
            (1 << 53, 1 << 52, 7),
            (1_000_000, 20, 200_000),
        ] {
            let mut random = Random::replicate(6, rows);
            let (n, k, all) = (drawn as f64, marked as f64, rows as f64);
            let unmarked = (rows - marked) as f64;
            let deviation = (n * (k / all) * (unmarked / all) * ((rows - drawn) as f64 / (all - 1.0))).sqrt();
            let product = u128::from(marked) * u128::from(drawn);
            let (centre, rest) = (product / u128::from(rows), product % u128::from(rows));
            let off = rest as f64 / all;
            let from_centre: Vec<f64> = (0..4_000)
                .map(|_| {
                    let found = i128::from(hypergeometric(&mut random, rows, marked, drawn));
                    (found - i128::try_from(centre).unwrap()) as f64 - off
                })
                .collect();
            let mean = from_centre.iter().sum::<f64>() / 4_000.0;
            let spread = (from_centre.iter().map(|away| away * away).sum::<f64>() / 4_000.0).sqrt();
            assert!(mean.abs() < 4.0 * deviation / 63.0 + 1e-9, "{rows} {marked} {drawn}: {mean}");
            assert!((spread / deviation - 1.0).abs() < 0.06, "{rows} {marked} {drawn}: {spread} {deviation}");
        }
    }

    #[test]
    fn what_is_certain_is_not_drawn() {
        let mut random = Random::replicate(7, 0);
        for (rows, marked, drawn, expected) in
            [(0, 0, 0, 0), (9, 0, 4, 0), (9, 4, 0, 0), (9, 9, 4, 4), (9, 4, 9, 4), (1 << 54, 1 << 54, 1, 1)]
        {
            assert_eq!(hypergeometric(&mut random, rows, marked, drawn), expected);
        }
    }
}
