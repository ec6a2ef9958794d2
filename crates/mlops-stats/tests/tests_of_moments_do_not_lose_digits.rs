//! The tests of means, spreads and characteristic functions: what must not change, does not;
//! what has no answer, says so.
#![expect(clippy::float_cmp, reason = "a test says exactly what it expects")]

use mlops_stats::two_sample::{Center, EppsSingleton, Levene, TTest, Variances};
use mlops_stats::{Alternative, Error, Random};
use proptest::collection::vec;
use proptest::prelude::*;

const X: [f64; 8] = [2.5, 3.75, 1.0, 4.5, 2.0, 3.25, 2.75, 6.5];
const Y: [f64; 6] = [3.5, 5.25, 4.0, 8.5, 2.25, 6.0];

fn times(values: &[f64], factor: f64) -> Vec<f64> {
    values.iter().map(|value| value * factor).collect()
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs())
}

#[test]
fn magnitude_is_no_matter() {
    let both = [Variances::Equal, Variances::Unequal];
    for exponent in [-1000, -400, -250, 250, 500, 1000] {
        let factor = 2.0_f64.powi(exponent);
        let (x, y) = (times(&X, factor), times(&Y, factor));
        for variances in both {
            for trim in [0.0, 0.2] {
                let here = TTest::trimmed(&X, &Y, trim, variances).unwrap();
                let there = TTest::trimmed(&x, &y, trim, variances).unwrap();
                assert_eq!(here.statistic(), there.statistic(), "{exponent}");
                assert_eq!(here.degrees_of_freedom(), there.degrees_of_freedom(), "{exponent}");
                assert_eq!(here.difference() * factor, there.difference());
                assert_eq!(here.standard_error() * factor, there.standard_error());
            }
        }
        for center in [Center::Mean, Center::Median, Center::Trimmed(0.2)] {
            let (here, there) = (Levene::of(&[&X, &Y], center), Levene::of(&[&x, &y], center));
            assert_eq!(here.unwrap().statistic(), there.unwrap().statistic(), "{exponent}");
        }
    }
}

#[test]
fn a_large_offset_leaves_the_spread_alone() {
    // Multiples of 1/4 beside 2^40 are exact.
    let offset = 2.0_f64.powi(40);
    let moved = |values: &[f64]| values.iter().map(|value| value + offset).collect::<Vec<_>>();
    let (x, y) = (moved(&X), moved(&Y));
    let (here, there) = (TTest::welch(&X, &Y).unwrap(), TTest::welch(&x, &y).unwrap());
    assert!(close(here.standard_error(), there.standard_error(), 1e-12));
    // The means themselves are rounded to 2^-12.
    assert!((here.difference() - there.difference()).abs() < 2.0_f64.powi(-12));
    let (here, there) = (Levene::of(&[&X, &Y], Center::Median), Levene::of(&[&x, &y], Center::Median));
    assert_eq!(here.unwrap().statistic(), there.unwrap().statistic());
}

#[test]
fn what_has_no_answer_says_so() {
    // A tenth is no double: neither its mean nor its spread may be rounding.
    let (tenth, fifth) = ([0.1; 13], [0.2; 7]);
    assert!(TTest::welch(&tenth, &tenth[..7]).unwrap_err().is_undefined());
    assert!(TTest::pooled(&tenth, &tenth[..7]).unwrap_err().is_undefined());
    let apart = TTest::welch(&tenth, &fifth).unwrap();
    assert_eq!((apart.statistic(), apart.p_value(Alternative::TwoSided)), (f64::NEG_INFINITY, 0.0));
    assert_eq!(apart.p_value(Alternative::Greater), 1.0);
    assert!(Levene::of(&[&tenth, &fifth], Center::Median).unwrap_err().is_undefined());
    assert!(TTest::welch(&[1.0], &Y).unwrap_err().is_undefined());
    assert!(TTest::pooled(&[1.0], &[2.0]).unwrap_err().is_undefined());
    assert!(TTest::pooled(&[1.0], &Y).is_ok());
    assert!(matches!(TTest::welch(&[], &Y), Err(Error::Shape { .. })));
    assert!(matches!(TTest::welch(&X, &[1.0, f64::NAN]), Err(Error::Value { what: "y", index: 1, .. })));
    assert!(matches!(TTest::trimmed(&X, &Y, 0.5, Variances::Equal), Err(Error::Parameter { .. })));
    assert!(matches!(TTest::trimmed(&X, &Y, f64::NAN, Variances::Equal), Err(Error::Parameter { .. })));
    assert!(matches!(Levene::of(&[&X], Center::Mean), Err(Error::Shape { .. })));
    assert!(matches!(Levene::of(&[&X, &[]], Center::Mean), Err(Error::Shape { .. })));
    assert!(matches!(Levene::of(&[&X, &Y], Center::Trimmed(0.5)), Err(Error::Parameter { .. })));
    assert!(matches!(Levene::of(&[&X, &Y], Center::Trimmed(-0.1)), Err(Error::Parameter { .. })));
    assert!(matches!(Levene::of(&[&X, &[f64::INFINITY]], Center::Mean), Err(Error::Value { .. })));
    assert_eq!(Levene::of(&[&[0.0, 2.0], &[0.0, 4.0]], Center::Mean).unwrap().p_value(), 0.0);
    assert!(EppsSingleton::of(&X[..4], &Y).unwrap_err().is_undefined());
    assert!(EppsSingleton::of(&[3.0; 9], &[3.0; 9]).unwrap_err().is_undefined());
    assert!(matches!(EppsSingleton::at(&X, &Y, &[]), Err(Error::Parameter { .. })));
    assert!(matches!(EppsSingleton::at(&X, &Y, &[0.4, -0.8]), Err(Error::Parameter { .. })));
    assert!(matches!(EppsSingleton::of(&X, &times(&Y, f64::NAN)), Err(Error::Value { .. })));
}

#[test]
fn an_infinity_that_is_trimmed_away_is_none() {
    let with = [f64::NEG_INFINITY, 1.0, 2.0, 3.0, 4.0, 5.5, 6.0, 7.0, 8.0, f64::INFINITY];
    let without = [-9.0, 1.0, 2.0, 3.0, 4.0, 5.5, 6.0, 7.0, 8.0, 30.0];
    let yuen = |values: &[f64]| TTest::trimmed(values, &Y, 0.2, Variances::Unequal).unwrap();
    assert_eq!(yuen(&with), yuen(&without));
    assert!(matches!(TTest::trimmed(&with, &Y, 0.05, Variances::Equal), Err(Error::Value { index: 0, .. })));
}

/// The interval is what the test does not reject.
#[test]
fn intervals_turn_with_the_test() {
    for (variances, level) in [(Variances::Equal, 0.95), (Variances::Unequal, 0.8), (Variances::Unequal, 0.3)]
    {
        let test = TTest::trimmed(&X, &Y, 0.0, variances).unwrap();
        let at = |shift: f64| {
            let moved: Vec<f64> = X.iter().map(|value| value - shift).collect();
            TTest::trimmed(&moved, &Y, 0.0, variances).unwrap()
        };
        let sure = test.confidence_interval(level).unwrap();
        assert_eq!(sure, test.confidence_bound(level, Alternative::TwoSided).unwrap());
        for end in [sure.lower, sure.upper] {
            assert!(close(at(end).p_value(Alternative::TwoSided), 1.0 - level, 1e-9));
        }
        let below = test.confidence_bound(level, Alternative::Less).unwrap();
        let above = test.confidence_bound(level, Alternative::Greater).unwrap();
        assert_eq!((below.lower, above.upper), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(close(at(below.upper).p_value(Alternative::Less), 1.0 - level, 1e-9));
        assert!(close(at(above.lower).p_value(Alternative::Greater), 1.0 - level, 1e-9));
    }
    assert!(TTest::welch(&X, &Y).unwrap().confidence_interval(1.0).is_err());
}

/// False alarms at a nominal 5 %, in 2,000 pairs from one skewed distribution: within four
/// standard errors, or below.
#[test]
fn alarms_are_as_rare_as_they_say() {
    let mut alarms = [0_u32; 4];
    for pair in 0..2000 {
        let mut random = Random::replicate(20, pair);
        let mut draw = |n: usize| (0..n).map(|_| -(1.0 - random.unit()).ln()).collect::<Vec<_>>();
        let (x, y) = (draw(60), draw(90));
        let p_values = [
            TTest::welch(&x, &y).unwrap().p_value(Alternative::TwoSided),
            TTest::pooled(&x, &y).unwrap().p_value(Alternative::Greater),
            Levene::of(&[&x, &y], Center::Median).unwrap().p_value(),
            EppsSingleton::of(&x, &y).unwrap().p_value(),
        ];
        for (count, p) in alarms.iter_mut().zip(p_values) {
            *count += u32::from(p < 0.05);
        }
    }
    assert!(alarms.iter().all(|count| (40..=140).contains(count)), "{alarms:?}");
}

fn values(least: usize, most: usize) -> impl Strategy<Value = Vec<f64>> {
    vec(-1e3..1e3, least..=most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// With two samples Levene's test is the squared t-test of the distances.
    #[test]
    fn levene_of_two_is_a_t_test(x in values(3, 30), y in values(3, 30)) {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let away = |values: &[f64]| values.iter().map(|v| (v - mean(values)).abs()).collect::<Vec<_>>();
        let test = Levene::of(&[&x, &y], Center::Mean).unwrap();
        let of_distances = TTest::pooled(&away(&x), &away(&y)).unwrap();
        prop_assert!(close(test.statistic(), of_distances.statistic().powi(2), 1e-7) || test.statistic() < 1e-12);
        let p = of_distances.p_value(Alternative::TwoSided);
        prop_assert!((test.p_value() - p).abs() < 1e-7, "{} {}", test.p_value(), p);
    }

    #[test]
    fn t_turns_with_the_samples(x in values(2, 30), y in values(2, 30)) {
        let (here, there) = (TTest::welch(&x, &y).unwrap(), TTest::welch(&y, &x).unwrap());
        prop_assert_eq!(here.statistic(), -there.statistic());
        let (less, greater) = (here.p_value(Alternative::Less), here.p_value(Alternative::Greater));
        prop_assert!((less + greater - 1.0).abs() < 1e-12);
        prop_assert!(close(here.p_value(Alternative::TwoSided), 2.0 * less.min(greater), 1e-9));
        let least = (x.len().min(y.len()) - 1) as f64;
        let degrees = here.degrees_of_freedom();
        prop_assert!(degrees >= least * (1.0 - 1e-12) && degrees <= (x.len() + y.len() - 2) as f64 * (1.0 + 1e-12));
    }

    /// Neither the unit nor the zero of the values shows.
    #[test]
    fn epps_singleton_has_no_unit(x in values(8, 60), y in values(8, 60), shift in -1e3..1e3, scale in 0.1..10.0) {
        let moved = |values: &[f64]| values.iter().map(|v| scale * v + shift).collect::<Vec<_>>();
        let here = EppsSingleton::of(&x, &y).unwrap();
        let there = EppsSingleton::of(&moved(&x), &moved(&y)).unwrap();
        prop_assert!(close(here.statistic(), there.statistic(), 1e-4), "{} {}", here.statistic(), there.statistic());
        prop_assert!((0.0..=1.0).contains(&here.p_value()));
    }
}
