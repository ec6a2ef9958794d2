use proptest::prelude::*;

use super::*;
use crate::Error;

#[test]
fn what_is_no_probability_is_refused() {
    for correction in Correction::ALL {
        let none = adjust(&[], 0.05, correction).unwrap();
        assert!(none.p_values.is_empty() && none.rejected.is_empty());
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(adjust(&[0.5, bad], 0.05, correction), Err(Error::Value { index: 1, .. })));
            assert!(matches!(adjust(&[0.5], bad, correction), Err(Error::Parameter { .. })));
        }
        for ends in [&[0.0, 1.0][..], &[0.0, 0.0], &[1.0, 1.0], &[1.0], &[0.0]] {
            let adjusted = adjust(ends, 0.05, correction).unwrap();
            assert!(adjusted.p_values.iter().all(|p| (0.0..=1.0).contains(p)), "{correction:?} {adjusted:?}");
        }
    }
}

#[test]
fn names_lead_back_to_themselves() {
    for correction in Correction::ALL {
        assert_eq!(Correction::named(correction.name()), Some(correction));
        let in_file = serde_json::to_string(&correction).unwrap();
        assert_eq!(in_file, format!("\"{}\"", correction.name()));
    }
}

fn p_values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![0.0..=1.0_f64, 0.0..0.01_f64, Just(0.02)], 1..9)
}

/// Closure: a hypothesis is rejected if every set with it is, by Simes' test of the set.
fn hommel_by_closure(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len();
    let mut adjusted = vec![0.0_f64; n];
    for set in 1_u32..(1 << n) {
        let within = |index: &usize| set >> *index & 1 == 1;
        let members: Vec<usize> = (0..n).filter(within).collect();
        let mut values: Vec<f64> = members.iter().map(|index| p_values[*index]).collect();
        values.sort_by(f64::total_cmp);
        let m = values.len() as f64;
        let simes = values.iter().enumerate().map(|(rank, p)| m * p / (rank + 1) as f64);
        let simes = simes.fold(f64::INFINITY, f64::min);
        for index in members {
            adjusted[index] = adjusted[index].max(simes);
        }
    }
    adjusted
}

proptest! {
    #[test]
    fn the_order_of_the_tests_does_not_matter(p_values in p_values()) {
        let backwards: Vec<f64> = p_values.iter().rev().copied().collect();
        for correction in Correction::ALL {
            let (there, mut back) =
                (adjust(&p_values, 0.05, correction).unwrap(), adjust(&backwards, 0.05, correction).unwrap());
            back.p_values.reverse();
            back.rejected.reverse();
            prop_assert_eq!(there, back, "{:?}", correction);
        }
    }

    #[test]
    fn the_stronger_corrections_find_what_the_weaker_ones_do(p_values in p_values()) {
        let of = |correction| adjust(&p_values, 0.05, correction).unwrap().p_values;
        let never_above = |strong, weak| {
            of(strong).iter().zip(of(weak)).all(|(strong, weak)| *strong <= weak * (1.0 + 1e-12))
        };
        prop_assert!(never_above(Correction::Holm, Correction::Bonferroni));
        prop_assert!(never_above(Correction::Sidak, Correction::Bonferroni));
        prop_assert!(never_above(Correction::HolmSidak, Correction::Holm));
        prop_assert!(never_above(Correction::SimesHochberg, Correction::Holm));
        prop_assert!(never_above(Correction::Hommel, Correction::SimesHochberg));
        prop_assert!(never_above(Correction::BenjaminiHochberg, Correction::Hommel));
        prop_assert!(never_above(Correction::BenjaminiHochberg, Correction::BenjaminiYekutieli));
    }

    #[test]
    fn hommel_is_the_closure_of_simes(p_values in p_values()) {
        let ours = adjust(&p_values, 0.05, Correction::Hommel).unwrap().p_values;
        for (ours, closed) in ours.iter().zip(hommel_by_closure(&p_values)) {
            prop_assert!((ours - closed.min(1.0)).abs() < 1e-12, "{} {}", ours, closed);
        }
    }

    /// Density of a falling step function: within a piece it is the share by the width.
    #[test]
    fn local_rates_rise_and_are_a_density(p_values in p_values()) {
        let mut sorted = p_values;
        sorted.sort_by(f64::total_cmp);
        let rates = super::local::rates(&sorted);
        prop_assert_eq!(rates.len(), sorted.len());
        prop_assert!(rates.windows(2).all(|pair| pair[0] <= pair[1] * (1.0 + 1e-12)), "{:?}", rates);
    }
}
