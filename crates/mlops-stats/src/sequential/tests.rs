//! Recorded outputs of confseq 0.0.11, and small obvious oracles.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn recorded(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/drift/sequential");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn close(seen: f64, expected: f64) -> bool {
    (seen - expected).abs() <= 1e-8 * expected.abs().max(1e-3)
}

#[test]
fn boundaries_equal_the_recorded_ones() {
    let file = recorded("boundaries.json");
    let mut compared = 0;
    for case in file["cases"].as_array().unwrap() {
        let of = |name: &str| case["args"][name].as_f64().unwrap();
        // The functions take one α; it is what they are optimised for.
        let scale = |two_sided: bool| {
            let rho = if two_sided { boundary::rho_two_sided } else { boundary::rho_one_sided };
            rho(of("v_opt"), of("alpha_opt"))
        };
        let seen = match case["fn"].as_str().unwrap() {
            "gamma_exponential_mixture_bound" => {
                boundary::Gamma { rho: scale(false), c: of("c") }.bound(of("v"), -of("alpha").ln())
            }
            "normal_mixture_bound" if case["args"]["is_one_sided"] == false => {
                boundary::normal_with(scale(true), of("v"), of("alpha"))
            }
            _ => continue,
        };
        assert!(close(seen, case["value"].as_f64().unwrap()), "{case}: {seen}");
        compared += 1;
    }
    assert_eq!(compared, 24);
}

#[test]
fn the_sequence_of_bernoulli_values_equals_the_recorded_one() {
    let file = recorded("cs_bernoulli.json");
    let (lower, upper) = (numbers(&file["cm_eb_lower"]), numbers(&file["cm_eb_upper"]));
    let places = numbers(&file["index"]);
    let mut sequence = MeanSequence::new(0.05, (0.0, 1.0)).unwrap();
    // Recorded is the running intersection, which is one for a mean that stays.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut compared = 0;
    for (index, value) in numbers(&file["values"]).into_iter().enumerate() {
        sequence.observe(value).unwrap();
        let seen = sequence.interval();
        (low, high) = (low.max(seen.lower), high.min(seen.upper));
        if let Some(place) = places.iter().position(|place| *place == index as f64) {
            assert!(close(low, lower[place]) && close(high, upper[place]), "{index}: {seen:?}");
            compared += 1;
        }
    }
    assert_eq!(compared, 15);
}

#[test]
fn lower_bounds_of_a_risk_equal_the_recorded_ones() {
    for name in ["risk_ok.json", "risk_worse.json"] {
        let file = recorded(name);
        let expected = numbers(&file["online_lower_bound"]);
        let places = numbers(&file["index"]);
        // One-sided at half the level, of which the two-sided sequence halves once more.
        let alpha = file["test_level"].as_f64().unwrap() / 2.0;
        let mut sequence = MeanSequence::new(alpha, (0.0, 1.0)).unwrap();
        let (mut highest, mut compared) = (0.0_f64, 0);
        for (index, loss) in file["online_losses"].as_str().unwrap().bytes().enumerate() {
            sequence.observe(f64::from(loss - b'0')).unwrap();
            highest = highest.max(sequence.interval().lower);
            if let Some(place) = places.iter().position(|place| *place == index as f64) {
                assert!(close(highest, expected[place]), "{name} {index}: {highest} {}", expected[place]);
                compared += 1;
            }
        }
        assert_eq!(compared, 21, "{name}");
    }
}

/// `ln(eˣ γ(a, x) / xᵃ)` by adaptive-free brute force: Simpson over the integral
/// `∫₀¹ wᵃ⁻¹ e^(x (1 − w)) dw`.
fn by_quadrature(a: f64, x: f64) -> f64 {
    let steps = 400_000_i32;
    let at = |index: i32| {
        let w = f64::from(index) / f64::from(steps);
        if index == 0 { 0.0 } else { ((a - 1.0) * w.ln() + x * (1.0 - w)).exp() }
    };
    let weight = |index: i32| {
        if index == 0 || index == steps {
            1.0
        } else if index % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    let sum: f64 = (0..=steps).map(|index| weight(index) * at(index)).sum();
    (sum / (3.0 * f64::from(steps))).ln()
}

#[test]
fn the_integral_is_right_on_both_sides_of_every_switch() {
    for a in [2.5_f64, 9.99, 10.01, 57.3, 800.0] {
        let switch = 2.0 * a.sqrt() + 1.0;
        for s in [0.0, 0.3, switch - 1e-9, switch + 1e-9, 2.0 * switch, 5.0 * switch] {
            let (seen, expected) = (boundary::log_integral(a, s), by_quadrature(a, a + s));
            assert!((seen - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{a} {s}: {seen} {expected}");
        }
    }
}

#[test]
fn a_bound_is_found_for_every_size() {
    for v in [0.0, 1e-300, 1e-9, 0.01, 1.0, 1e4, 1e8, 1e12] {
        for tightest_at in [1e-6, 1.0, 1e6] {
            for alpha in [1e-12, 0.001, 0.05, 0.5, 0.9] {
                let bound = boundary::gamma_exponential_mixture(v, alpha, tightest_at, 1.0).unwrap();
                assert!(bound.is_finite() && bound > 0.0, "{v} {tightest_at} {alpha}: {bound}");
                let rho = boundary::rho_one_sided(tightest_at, alpha);
                let log = boundary::log_integral(v + rho, bound) - boundary::log_integral(rho, 0.0);
                assert!(
                    (log + alpha.ln()).abs() < 1e-6 * (1.0 - alpha.ln()),
                    "{v} {tightest_at} {alpha}: {log}"
                );
            }
        }
    }
}

#[test]
fn settings_and_observations_are_checked() {
    for range in [(1.0, 0.0), (0.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (-f64::MAX, f64::MAX)] {
        assert!(matches!(MeanSequence::new(0.05, range), Err(Error::Parameter { .. })), "{range:?}");
        assert!(matches!(BettingEProcess::above(0.5, range), Err(Error::Parameter { .. })), "{range:?}");
    }
    for limit in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(BettingEProcess::below(limit, (0.0, 1.0)).is_err(), "{limit}");
    }
    for alpha in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(MeanSequence::new(alpha, (0.0, 1.0)).is_err(), "{alpha}");
        assert!(AsymptoticMeanSequence::new(alpha, 100.0).is_err(), "{alpha}");
        assert!(boundary::normal_mixture(1.0, alpha, 1.0).is_err(), "{alpha}");
    }
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(MeanSequence::new(0.05, (0.0, 1.0)).unwrap().tightest_at(scale).is_err(), "{scale}");
        assert!(AsymptoticMeanSequence::new(0.05, scale).is_err(), "{scale}");
        assert!(boundary::gamma_exponential_mixture(1.0, 0.05, 1.0, scale).is_err(), "{scale}");
    }
    assert!(boundary::normal_mixture(-1.0, 0.05, 1.0).is_err());

    let mut process = BettingEProcess::above(0.5, (0.0, 1.0)).unwrap();
    let mut mean = MeanSequence::new(0.05, (0.0, 1.0)).unwrap();
    let mut asymptotic = AsymptoticMeanSequence::new(0.05, 100.0).unwrap();
    let before = (process.clone(), mean.clone(), asymptotic.clone());
    for value in [f64::NAN, f64::INFINITY, -1e-300, 1.000_001] {
        assert!(matches!(process.observe(value), Err(Error::Value { index: 0, .. })), "{value}");
        assert!(matches!(mean.observe(value), Err(Error::Value { index: 0, .. })), "{value}");
    }
    for value in [f64::NAN, f64::NEG_INFINITY, 1e151] {
        assert!(asymptotic.observe(value).is_err(), "{value}");
    }
    assert_eq!((process, mean, asymptotic), before, "what is refused changes nothing");
}

#[test]
fn nothing_seen_is_nothing_known() {
    let process = BettingEProcess::new(Alternative::Different, 0.5, (0.0, 1.0)).unwrap();
    assert!(process.log_e_value().abs() < 1e-15 && !process.rejects(0.999));
    assert_eq!((process.p_value(), process.n()), (1.0, 0));
    assert!(!process.rejects(f64::NAN) && !process.rejects(0.0) && !process.rejects(-1.0));
    let mean = MeanSequence::new(0.05, (-3.0, 2.0)).unwrap();
    assert_eq!((mean.interval().lower, mean.interval().upper, mean.mean()), (-3.0, 2.0, None));
    let mut asymptotic = AsymptoticMeanSequence::new(0.05, 10.0).unwrap();
    asymptotic.observe(1.0).unwrap();
    assert_eq!(asymptotic.interval().lower, f64::NEG_INFINITY);
    assert_eq!(asymptotic.interval().upper, f64::INFINITY);
}

#[test]
fn what_was_rejected_stays_rejected() {
    let mut process = BettingEProcess::above(0.5, (0.0, 1.0)).unwrap();
    for _ in 0..20 {
        process.observe(1.0).unwrap();
    }
    assert!(process.rejects(0.05));
    let highest = process.highest_log_e_value();
    for _ in 0..500 {
        process.observe(0.0).unwrap();
    }
    assert!(process.log_e_value() < 0.0 && process.highest_log_e_value() == highest);
    assert!(process.rejects(0.05));
}

/// Observations, and a limit, within a range.
fn bounded() -> impl Strategy<Value = (f64, f64, f64, Vec<f64>)> {
    (-5.0..5.0_f64, 0.1..10.0_f64, 0.01..0.99_f64, prop::collection::vec(0.0..=1.0_f64, 0..40)).prop_map(
        |(low, width, at, values)| {
            let place = |share: f64| (low + width * share).clamp(low, low + width);
            (low, low + width, place(at), values.into_iter().map(place).collect())
        },
    )
}

proptest! {
    #[test]
    fn the_e_value_is_the_mean_of_the_products((low, high, limit, values) in bounded()) {
        for alternative in [Alternative::Above, Alternative::Below, Alternative::Different] {
            let mut process = BettingEProcess::new(alternative, limit, (low, high)).unwrap();
            let bets: Vec<(f64, f64)> =
                process.bets.iter().map(|bet| (bet.stake, bet.log_weight.exp())).collect();
            let weight: f64 = bets.iter().map(|(_, weight)| weight).sum();
            prop_assert!((weight - 1.0).abs() < 1e-12, "{}", weight);
            let mut highest: f64 = 1.0;
            for seen in 1..=values.len() {
                process.observe(values[seen - 1]).unwrap();
                let expected: f64 = bets
                    .iter()
                    .map(|(stake, weight)| {
                        weight * values[..seen].iter().map(|x| 1.0 + stake * (x - limit)).product::<f64>()
                    })
                    .sum();
                highest = highest.max(expected);
                prop_assert!((process.log_e_value() - expected.ln()).abs() < 1e-9);
                prop_assert!((process.highest_log_e_value() - highest.ln()).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn no_observation_ruins_a_stake((low, high, limit, _) in bounded()) {
        let process = BettingEProcess::new(Alternative::Different, limit, (low, high)).unwrap();
        for bet in &process.bets {
            for end in [low, high] {
                prop_assert!(1.0 + bet.stake * (end - limit) > 0.0, "{:?}", bet);
            }
        }
    }

    #[test]
    fn below_is_the_mirror_of_above((low, high, limit, values) in bounded()) {
        let mut above = BettingEProcess::above(limit, (low, high)).unwrap();
        let mut below = BettingEProcess::below(-limit, (-high, -low)).unwrap();
        for value in values {
            above.observe(value).unwrap();
            below.observe(-value).unwrap();
        }
        prop_assert!((above.log_e_value() - below.log_e_value()).abs() < 1e-9);
    }

    #[test]
    fn a_sequence_moves_with_its_units((low, high, _, values) in bounded(), unit in 0.01..100.0_f64) {
        let mut plain = MeanSequence::new(0.1, (low, high)).unwrap();
        let mut scaled = MeanSequence::new(0.1, (low * unit, high * unit)).unwrap();
        for value in &values {
            plain.observe(*value).unwrap();
            scaled.observe((value * unit).clamp(low * unit, high * unit)).unwrap();
        }
        let (plain, scaled) = (plain.interval(), scaled.interval());
        prop_assert!((plain.lower * unit - scaled.lower).abs() < 1e-7 * unit);
        prop_assert!((plain.upper * unit - scaled.upper).abs() < 1e-7 * unit);
    }

    #[test]
    fn state_survives_a_restart((low, high, limit, values) in bounded(), cut in 0..40_usize) {
        let cut = cut.min(values.len());
        let mut process = BettingEProcess::new(Alternative::Different, limit, (low, high)).unwrap();
        let mut mean = MeanSequence::new(0.05, (low, high)).unwrap();
        let mut asymptotic = AsymptoticMeanSequence::new(0.05, 100.0).unwrap();
        let feed = |(process, mean, asymptotic): (&mut BettingEProcess, &mut MeanSequence, &mut AsymptoticMeanSequence), values: &[f64]| {
            for value in values {
                process.observe(*value).unwrap();
                mean.observe(*value).unwrap();
                asymptotic.observe(*value).unwrap();
            }
        };
        feed((&mut process, &mut mean, &mut asymptotic), &values[..cut]);
        let stored = serde_json::to_string(&(&process, &mean, &asymptotic)).unwrap();
        let (mut process_2, mut mean_2, mut asymptotic_2):
            (BettingEProcess, MeanSequence, AsymptoticMeanSequence) = serde_json::from_str(&stored).unwrap();
        feed((&mut process, &mut mean, &mut asymptotic), &values[cut..]);
        feed((&mut process_2, &mut mean_2, &mut asymptotic_2), &values[cut..]);
        prop_assert!((process.log_e_value() - process_2.log_e_value()).abs() < 1e-9);
        prop_assert!((mean.interval().lower - mean_2.interval().lower).abs() < 1e-9);
        prop_assert_eq!(asymptotic.n(), asymptotic_2.n());
        prop_assert_eq!(mean.mean().is_some(), mean_2.mean().is_some());
    }
}
