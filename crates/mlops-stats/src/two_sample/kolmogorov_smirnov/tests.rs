use proptest::prelude::*;

use super::*;

fn sample(values: impl IntoIterator<Item = f64>) -> Sample {
    Sample::new(values.into_iter().collect()).unwrap()
}

const ALTERNATIVES: [Alternative; 3] = [Alternative::TwoSided, Alternative::Less, Alternative::Greater];

/// All walks, one by one: how many come to a point that is out.
fn naive_p(n: i64, m: i64, out: &dyn Fn(i64) -> bool) -> f64 {
    fn walk(i: i64, j: i64, n: i64, m: i64, is_out: &dyn Fn(i64) -> bool, out: bool) -> (u64, u64) {
        let out = out || is_out(i * m - j * n);
        if i == n && j == m {
            return (u64::from(out), 1);
        }
        let mut count = (0, 0);
        for (i, j) in [(i + 1, j), (i, j + 1)] {
            if i <= n && j <= m {
                let (outside, all) = walk(i, j, n, m, is_out, out);
                count = (count.0 + outside, count.1 + all);
            }
        }
        count
    }
    let (outside, all) = walk(0, 0, n, m, out, false);
    outside as f64 / all as f64
}

/// Steps, location and sign as the definition has them, with a look at every value.
fn naive_peak(x: &[f64], y: &[f64], alternative: Alternative) -> (u128, f64, i8) {
    let passed = |values: &[f64], at: f64| values.iter().filter(|value| **value <= at).count();
    let differences: Vec<(i128, f64, f64)> = x
        .iter()
        .chain(y)
        .map(|at| {
            let (i, j) = (passed(x, *at), passed(y, *at));
            let steps = i as i128 * y.len() as i128 - j as i128 * x.len() as i128;
            (steps, i as f64 / x.len() as f64 - j as f64 / y.len() as f64, *at)
        })
        .collect();
    let first = |better: &dyn Fn(f64, f64) -> bool| {
        differences.iter().skip(1).fold(differences[0], |best, d| if better(d.1, best.1) { *d } else { best })
    };
    let (above, below) = (first(&|a, b| a > b), first(&|a, b| a < b));
    let falls = match alternative {
        Alternative::TwoSided => -below.1 > above.1,
        Alternative::Less => true,
        Alternative::Greater => false,
    };
    let (steps, _, location) = if falls { (-below.0, below.1, below.2) } else { above };
    (u128::try_from(steps).unwrap(), location, if falls { -1 } else { 1 })
}

fn compare(x: &Sample, y: &Sample) {
    for alternative in ALTERNATIVES {
        let ks = KolmogorovSmirnov::with_alternative(x, y, alternative);
        let naive = naive_peak(x.values(), y.values(), alternative);
        assert_eq!((ks.steps, ks.location, ks.sign), naive, "{alternative:?}");
    }
}

#[test]
fn strides_miss_no_peak() {
    // Long enough for many strides: the peak at a stride's end, inside one, in ties.
    let wave = |n: u32, a: u32, m: u32| (0..n).map(move |i| f64::from(i * a % m));
    for (x, y) in [
        (sample(wave(700, 7919, 10_007)), sample(wave(650, 6007, 10_009))),
        (sample(wave(700, 7919, 13)), sample(wave(300, 6007, 11))),
        (sample(wave(500, 1, 500)), sample(wave(500, 1, 500))),
        (sample(wave(300, 1, 300)), sample(wave(900, 1, 900).map(|v| v + 1000.0))),
        (sample(wave(1000, 7, 1)), sample(wave(3, 1, 3))),
        (sample([f64::NEG_INFINITY, -0.0, f64::INFINITY]), sample(wave(200, 1, 5))),
    ] {
        compare(&x, &y);
        compare(&y, &x);
    }
}

#[test]
fn the_limit_comes_near_the_exact_value() {
    let x = sample((0..1500).map(|i| f64::from(i * 7919 % 10_007)));
    let y = sample((0..1400).map(|i| f64::from(i * 6007 % 10_009) * 1.04));
    for alternative in ALTERNATIVES {
        let ks = KolmogorovSmirnov::with_alternative(&x, &y, alternative);
        let (limit, exact) = (ks.p_limit().unwrap(), ks.p_exact());
        assert!((limit / exact - 1.0).abs() < 0.06, "{limit} {exact} {alternative:?}");
    }
}

#[test]
fn reflection_agrees_with_the_lattice() {
    for (n, height) in [(1, 1), (7, 2), (40, 1), (40, 9), (40, 40), (300, 30), (500, 400)] {
        let steps = (n * height) as u128;
        for (closed, counted) in [
            (band::square(n, height), band::share_outside(n, n, steps, false)),
            (band::square_one_side(n, height), band::share_outside(n, n, steps, true)),
        ] {
            assert!((closed / counted - 1.0).abs() < 1e-11, "{n} {height}: {closed:e} {counted:e}");
        }
    }
    // C(2000, 1000) walks, two of which stay out all the way.
    let log = (2.0_f64).ln() - statrs::function::factorial::ln_binomial(1000, 500);
    let far = KolmogorovSmirnov::of(&sample((0..500).map(f64::from)), &sample((500..1000).map(f64::from)));
    assert!((far.p_exact().ln() / log - 1.0).abs() < 1e-12);
    assert_eq!(band::share_outside(9_001, 9_000, 9_001 * 9_000, false), 0.0, "below 1e-300");
}

#[test]
fn one_value_on_each_side_has_no_limit() {
    let ks = KolmogorovSmirnov::of(&sample([0.5]), &sample([1.5]));
    assert!(ks.p_limit().unwrap_err().is_undefined());
    assert_eq!((ks.p_exact(), ks.p_value()), (1.0, 1.0));
    assert!(
        KolmogorovSmirnov::with_alternative(&sample([0.5]), &sample([1.5]), Alternative::Greater)
            .p_limit()
            .is_ok()
    );
}

#[test]
fn functions_refuse_what_has_no_value() {
    assert!(kolmogorov_sf(f64::NAN).is_err());
    assert_eq!(kolmogorov_sf(f64::INFINITY), Ok(0.0));
    assert!(smirnov_sf(0, 0.5).is_err() && smirnov_sf(5, f64::NAN).is_err() && smirnov_sf(5, 1.1).is_err());
    assert!(kstwo_sf(0, 0.5).is_err() && kstwo_sf(5, f64::NAN).is_err());
    assert_eq!((kstwo_sf(5, -1.0), kstwo_sf(5, f64::INFINITY)), (Ok(1.0), Ok(0.0)));
}

#[test]
fn a_strided_sum_is_the_whole_sum() {
    // Birnbaum and Tingey's sum by logarithms, every term.
    for (n, d) in [(20_000_u32, 0.0105_f64), (20_000, 0.02), (50_000, 0.05), (100_000, 0.0045)] {
        let size = f64::from(n);
        let log_gamma = statrs::function::gamma::ln_gamma;
        let naive: f64 = (0..n)
            .map(f64::from)
            .filter(|j| d + j / size < 1.0)
            .map(|j| {
                let p = d + j / size;
                let choose = log_gamma(size + 1.0) - log_gamma(j + 1.0) - log_gamma(size - j + 1.0);
                d * (choose + (j - 1.0) * p.ln() + (size - j) * (1.0 - p).ln()).exp()
            })
            .sum();
        let ours = smirnov_sf(u64::from(n), d).unwrap();
        assert!((ours / naive - 1.0).abs() < 1e-8, "{n} {d}: {ours:e} {naive:e}");
    }
}

#[test]
fn methods_meet_where_one_takes_over() {
    // n, and where another method begins; what the approximations leave open there.
    for (n, d, open) in [
        (100, (0.754_693_f64 / 100.0).sqrt(), 1e-9),
        (100, (4.0_f64 / 100.0).sqrt(), 1e-5),
        (141, (2.2_f64 / 141.0).sqrt(), 1e-3),
        (20_000, (1.4_f64 / 20_000.0).powf(2.0 / 3.0), 1e-5),
        (60, 1.0 / 60.0, 1e-9),
        (60, 0.5, 1e-8),
    ] {
        let (before, after) =
            (kstwo_sf(n, d * (1.0 - 1e-12)).unwrap(), kstwo_sf(n, d * (1.0 + 1e-12)).unwrap());
        assert!((before / after - 1.0).abs() < open, "{n} {d}: {before} {after}");
    }
}

#[test]
fn steps_that_were_counted_elsewhere_have_the_same_p_value() {
    let x = sample((0..30).map(f64::from));
    for (size, shift) in [(30, 7), (70, 11), (11_000, 9)] {
        let y = sample((0..size).map(|row| f64::from(row % 31 + shift)));
        let ks = KolmogorovSmirnov::of(&x, &y);
        assert_eq!(ks_2samp_sf(30, y.len(), ks.steps).unwrap(), ks.p_value());
    }
    assert!(ks_2samp_sf(0, 3, 0).is_err() && ks_2samp_sf(3, 0, 0).is_err() && ks_2samp_sf(3, 4, 13).is_err());
}

proptest! {
    #[test]
    fn the_exact_value_counts_walks(
        x in prop::collection::vec(0_i32..12, 1..8), y in prop::collection::vec(0_i32..12, 1..8)
    ) {
        let of = |values: &[i32]| sample(values.iter().copied().map(f64::from));
        let (n, m) = (i64::try_from(x.len()).unwrap(), i64::try_from(y.len()).unwrap());
        for alternative in ALTERNATIVES {
            let ks = KolmogorovSmirnov::with_alternative(&of(&x), &of(&y), alternative);
            let steps = i64::try_from(ks.steps).unwrap();
            let naive = naive_p(n, m, &|height| match alternative {
                Alternative::TwoSided => height.abs() >= steps,
                Alternative::Less => -height >= steps,
                Alternative::Greater => height >= steps,
            });
            prop_assert!((ks.p_exact() - naive).abs() < 1e-12, "{:?} {} {}", alternative, ks.p_exact(), naive);
        }
    }

    #[test]
    fn the_statistic_is_the_largest_distance(
        x in prop::collection::vec(-40_i32..40, 1..400), y in prop::collection::vec(-30_i32..50, 1..400)
    ) {
        // Tenths: with ties, and quotients that round.
        let of = |values: &[i32]| sample(values.iter().map(|value| f64::from(*value) / 10.0));
        compare(&of(&x), &of(&y));
    }
}
