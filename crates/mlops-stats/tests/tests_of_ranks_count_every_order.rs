//! The tests of ranks against the slow obvious way: every pair, every division of the values
//! into two samples, every rank by its definition.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]
#![expect(clippy::float_cmp, reason = "a test says exactly what it expects")]

use mlops_stats::Alternative;
use mlops_stats::two_sample::{
    AndersonDarling, BrunnerMunzel, Continuity, CramerVonMises, MannWhitney, Sample, TieRule,
};
use proptest::collection::vec;
use proptest::prelude::*;

const DIRECTIONS: [Alternative; 3] = [Alternative::TwoSided, Alternative::Less, Alternative::Greater];

fn sample(values: &[f64]) -> Sample {
    Sample::new(values.to_vec()).unwrap()
}

/// Values with many ties, infinities and both zeros among them.
fn tied(least: usize, most: usize) -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        8 => (-3_i32..4).prop_map(f64::from),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(-0.0),
    ];
    vec(value, least..=most)
}

/// Half the pairs' comparisons, 0, 1 or 2 each.
fn pairs_won(x: &[f64], y: &[f64]) -> f64 {
    let won = |a: f64, b: f64| if a > b { 1.0 } else { f64::from(u8::from(a >= b)) / 2.0 };
    x.iter().flat_map(|a| y.iter().map(move |b| won(*a, *b))).sum()
}

fn midrank(of: f64, among: &[f64]) -> f64 {
    let below = among.iter().filter(|other| **other < of).count();
    let upto = among.iter().filter(|other| **other <= of).count();
    (below + upto + 1) as f64 / 2.0
}

/// Every division of the ranks 1 … n + m into two samples.
fn divisions(n: usize, m: usize) -> impl Iterator<Item = (Vec<f64>, Vec<f64>)> {
    (0_u32..1 << (n + m)).filter(move |chosen| chosen.count_ones() as usize == n).map(move |chosen| {
        let rank = |i: &usize| f64::from(u32::try_from(*i).unwrap());
        let (x, y): (Vec<usize>, Vec<usize>) = (0..n + m).partition(|i| chosen >> i & 1 == 1);
        (x.iter().map(rank).collect(), y.iter().map(rank).collect())
    })
}

#[test]
fn exact_p_values_are_shares_of_all_divisions() {
    for (n, m) in [(1, 1), (1, 4), (2, 3), (4, 2), (3, 3), (5, 4), (4, 6), (6, 6)] {
        let all: Vec<_> = divisions(n, m).map(|(x, y)| (sample(&x), sample(&y))).collect();
        let wins: Vec<f64> = all.iter().map(|(x, y)| MannWhitney::of(x, y).statistic()).collect();
        let share = |holds: &dyn Fn(f64) -> bool, of: &[f64]| {
            of.iter().filter(|value| holds(**value)).count() as f64 / of.len() as f64
        };
        for (place, (x, y)) in all.iter().enumerate() {
            let (test, seen) = (MannWhitney::of(x, y), wins[place]);
            let (less, greater) = (share(&|u| u <= seen, &wins), share(&|u| u >= seen, &wins));
            let expected = [(2.0 * less.min(greater)).min(1.0), less, greater];
            for (direction, expected) in DIRECTIONS.into_iter().zip(expected) {
                let ours = test.p_exact(direction).unwrap();
                assert!((ours - expected).abs() < 1e-12, "{n} {m} {direction:?} U {seen}: {ours} {expected}");
                assert_eq!(test.p_value(direction), ours);
            }
        }
        if n.min(m) < 2 {
            continue;
        }
        let heights: Vec<f64> =
            all.iter().map(|(x, y)| CramerVonMises::of(x, y).unwrap().statistic()).collect();
        for (place, (x, y)) in all.iter().enumerate() {
            let expected = share(&|t| t >= heights[place] - 1e-9, &heights);
            let ours = CramerVonMises::of(x, y).unwrap().p_exact().unwrap();
            assert!((ours - expected).abs() < 1e-12, "{n} {m} T {}: {ours} {expected}", heights[place]);
        }
    }
}

/// A hundred values each need numbers of 192 bits; the limit is known to be close there.
#[test]
fn counting_goes_on_where_a_word_ends() {
    let x: Vec<f64> = (0..100).map(|i| f64::from(i) * 1.01).collect();
    for shift in [0.5, 5.0, 12.0] {
        let y: Vec<f64> = (0..100).map(|i| f64::from(i) + shift).collect();
        let test = MannWhitney::of(&sample(&x), &sample(&y));
        for direction in DIRECTIONS {
            let (exact, limit) =
                (test.p_exact(direction).unwrap(), test.p_limit(direction, Continuity::Corrected).unwrap());
            assert!((exact / limit - 1.0).abs() < 0.05, "{shift} {direction:?}: {exact} {limit}");
        }
    }
    // Nothing overlaps: one order of all.
    let far: Vec<f64> = (0..100).map(|i| f64::from(i) + 1e3).collect();
    let least = MannWhitney::of(&sample(&x), &sample(&far)).p_exact(Alternative::Less).unwrap();
    let orders: f64 = (1..=100).map(|i| (f64::from(100 + i) / f64::from(i)).log2()).sum();
    assert!((least.log2() + orders).abs() < 1e-9, "{least} {orders}");
}

#[test]
fn what_is_too_much_to_count_is_refused_and_the_default_goes_on() {
    let many = sample(&(0..20_000).map(f64::from).collect::<Vec<_>>());
    let test = MannWhitney::of(&many, &many);
    assert!(test.p_exact(Alternative::TwoSided).is_err());
    assert_eq!(test.p_value(Alternative::TwoSided), 1.0);
    // No tie, one value: uniform over its places, and never the normal limit.
    let single = MannWhitney::of(&sample(&[-0.5]), &many);
    let p = single.p_value(Alternative::Less);
    assert!((p - 1.0 / 20_001.0).abs() < 1e-15, "{p}");
    let primes = (
        sample(&(0..997).map(f64::from).collect::<Vec<_>>()),
        sample(&(0..991).map(f64::from).collect::<Vec<_>>()),
    );
    assert!(CramerVonMises::of(&primes.0, &primes.1).is_ok_and(|test| (0.0..=1.0).contains(&test.p_value())));
}

#[test]
fn what_has_no_answer_says_so() {
    let (one, two) = (sample(&[1.0]), sample(&[1.0, 2.0]));
    let constant = sample(&[3.0; 5]);
    assert!(CramerVonMises::of(&one, &two).unwrap_err().is_undefined());
    assert!(BrunnerMunzel::of(&one, &two).unwrap_err().is_undefined());
    assert!(BrunnerMunzel::of(&constant, &constant).unwrap_err().is_undefined());
    assert!(AndersonDarling::of(&[&constant, &constant], TieRule::Right).unwrap_err().is_undefined());
    assert!(AndersonDarling::of(&[&one, &two], TieRule::Midrank).unwrap_err().is_undefined());
    assert!(AndersonDarling::of(&[&two], TieRule::Midrank).is_err());
    assert!(AndersonDarling::of(&[], TieRule::Midrank).is_err());
    assert!(AndersonDarling::with_nan_above(&[&[1.0, 2.0, 3.0], &[]], TieRule::Midrank).is_err());
    let nan = [f64::NAN, -f64::NAN];
    assert!(AndersonDarling::with_nan_above(&[&nan, &nan], TieRule::Midrank).unwrap_err().is_undefined());
    let test = MannWhitney::of(&constant, &constant);
    assert_eq!(test.p_value(Alternative::Less), 1.0);
    assert!(test.p_limit(Alternative::TwoSided, Continuity::Uncorrected).unwrap_err().is_undefined());
    let apart = BrunnerMunzel::of(&two, &constant).unwrap();
    assert_eq!((apart.statistic(), apart.relative_effect()), (f64::INFINITY, 1.0));
    assert!(apart.p_value(Alternative::TwoSided).unwrap_err().is_undefined());
    assert_eq!(apart.p_normal(Alternative::Less), 0.0);
}

#[test]
fn permutations_of_anderson_darling_go_below_its_table() {
    let (x, y): (Vec<f64>, Vec<f64>) =
        ((0..40).map(f64::from).collect(), (0..40).map(|i| f64::from(i) + 30.0).collect());
    let (x, y) = (sample(&x), sample(&y));
    assert_eq!(AndersonDarling::of(&[&x, &y], TieRule::Midrank).unwrap().p_value(), 0.001);
    let p = |samples: &[&Sample], seed| {
        AndersonDarling::p_permutation(samples, TieRule::Midrank, 1999, seed).unwrap()
    };
    assert_eq!(p(&[&x, &y], 1), 1.0 / 2000.0);
    assert_eq!(p(&[&x, &x], 1), 1.0, "nothing is less extreme than the same twice");
    // In the middle of the table both say about the same.
    let shifted = sample(&(0..40).map(|i| f64::from(i) + 8.3).collect::<Vec<_>>());
    let table = AndersonDarling::of(&[&x, &shifted], TieRule::Midrank).unwrap().p_value();
    let drawn = p(&[&x, &shifted], 7);
    assert!((table - drawn).abs() < 0.02 && table < 0.1, "{table} {drawn}");
    assert_eq!(drawn, p(&[&x, &shifted], 7), "a seed is a promise");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn statistics_are_what_they_are_by_definition(x in tied(2, 25), y in tied(2, 25)) {
        let (a, b) = (sample(&x), sample(&y));
        let (n, m) = (x.len() as f64, y.len() as f64);
        let won = pairs_won(&x, &y);
        let test = MannWhitney::of(&a, &b);
        prop_assert_eq!(test.statistic(), won);
        prop_assert!((test.common_language_effect() - won / (n * m)).abs() < 1e-15);
        prop_assert!((test.rank_biserial() - (2.0 * won / (n * m) - 1.0)).abs() < 1e-14);

        let pooled: Vec<f64> = x.iter().chain(&y).copied().collect();
        let squares = |sorted: &[f64]| -> f64 {
            sorted.iter().enumerate().map(|(i, v)| (midrank(*v, &pooled) - (i + 1) as f64).powi(2)).sum()
        };
        let u = n * squares(a.values()) + m * squares(b.values());
        let t = u / (n * m * (n + m)) - (4.0 * n * m - 1.0) / (6.0 * (n + m));
        prop_assert!((CramerVonMises::of(&a, &b).unwrap().statistic() - t).abs() < 1e-11);

        let spread = |values: &[f64]| {
            let apart: Vec<f64> = values.iter().map(|v| midrank(*v, &pooled) - midrank(*v, values)).collect();
            let mean = apart.iter().sum::<f64>() / apart.len() as f64;
            apart.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (apart.len() as f64 - 1.0)
        };
        let mean_rank = |values: &[f64]| values.iter().map(|v| midrank(*v, &pooled)).sum::<f64>() / values.len() as f64;
        let both = n * spread(&x) + m * spread(&y);
        match BrunnerMunzel::of(&a, &b) {
            Ok(test) if test.statistic().is_finite() => {
                let w = n * m * (mean_rank(&y) - mean_rank(&x)) / ((n + m) * both.sqrt());
                prop_assert!((test.statistic() - w).abs() < 1e-9 * w.abs().max(1.0), "{} {}", test.statistic(), w);
            }
            _ => prop_assert!(both < 1e-9),
        }
    }

    #[test]
    fn p_values_are_shares_and_turn_with_the_samples(x in tied(1, 12), y in tied(1, 12)) {
        let (a, b) = (sample(&x), sample(&y));
        let (here, there) = (MannWhitney::of(&a, &b), MannWhitney::of(&b, &a));
        for direction in DIRECTIONS {
            let turned = match direction {
                Alternative::TwoSided => Alternative::TwoSided,
                Alternative::Less => Alternative::Greater,
                Alternative::Greater => Alternative::Less,
            };
            for (p, q) in [
                (here.p_value(direction), there.p_value(turned)),
                (here.p_exact(direction).unwrap(), there.p_exact(turned).unwrap()),
            ] {
                prop_assert!((0.0..=1.0).contains(&p) && p == q, "{} {}", p, q);
            }
        }
        if let (Ok(here), Ok(there)) = (CramerVonMises::of(&a, &b), CramerVonMises::of(&b, &a)) {
            prop_assert_eq!(here.statistic(), there.statistic());
            prop_assert!((here.p_value() - there.p_value()).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&here.p_value()) && (0.0..=1.0).contains(&here.p_limit()));
        }
        for rule in [TieRule::Midrank, TieRule::Right, TieRule::Continuous] {
            let Ok(test) = AndersonDarling::of(&[&a, &b], rule) else { continue };
            let slices = AndersonDarling::with_nan_above(&[&x, &y], rule).unwrap();
            prop_assert_eq!(test, slices);
            prop_assert!(test.statistic().is_finite() && (0.001..=0.25).contains(&test.p_value()));
        }
    }
}
