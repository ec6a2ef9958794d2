use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::distance::{jensen_shannon, wasserstein};

/// A recorded file of `SciPy`'s answers.
fn file(name: &str) -> Value {
    let path = format!("{}/testdata/drift/two_sample/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or(f64::NAN),
    }
}

/// A list, or one of the compact spellings of the recorded files.
fn numbers(value: &Value) -> Vec<f64> {
    if let Some(list) = value.as_array() {
        return list.iter().map(number).collect();
    }
    match value["gen"].as_str() {
        Some("modlin") => {
            let whole = |key: &str| value[key].as_i64().unwrap();
            (0..whole("n"))
                .map(|i| ((whole("a") * i + whole("c")) % whole("m")) as f64 / number(&value["div"]))
                .collect()
        }
        Some("rle") => value["runs"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|run| {
                std::iter::repeat_n(number(&run[0]), usize::try_from(run[1].as_u64().unwrap()).unwrap())
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn close(ours: f64, theirs: f64, relative: f64) -> bool {
    ours == theirs || (ours - theirs).abs() <= relative * theirs.abs() + 1e-300
}

#[test]
fn pairs_agree_with_scipy() {
    let folder = format!("{}/testdata/drift/two_sample", env!("CARGO_MANIFEST_DIR"));
    let mut compared = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap().replace(".json", "");
        let case = file(&name);
        if case["x"].is_null() {
            continue;
        }
        let samples = (Sample::new(numbers(&case["x"])), Sample::new(numbers(&case["y"])));
        for result in case["results"].as_array().unwrap() {
            let (test, args, out) = (&result["test"], &result["args"], &result["out"]);
            let ours = test == "ks_2samp" || test == "wasserstein_distance";
            if !ours || args["nan_policy"].is_string() {
                continue;
            }
            let two_sided = args["alternative"] == "two-sided";
            let (Ok(x), Ok(y)) = &samples else {
                let undefined = number(&out["statistic"]).is_nan() && number(&out["value"]).is_nan();
                assert!(undefined || !out["error"].is_null(), "{name}: {result}");
                continue;
            };
            if test == "ks_2samp" && two_sided {
                let ks = KolmogorovSmirnov::of(x, y);
                assert!((ks.statistic() - number(&out["statistic"])).abs() < 1e-12, "{name}: {ks:?} {out}");
                assert_eq!(ks.location(), number(&out["statistic_location"]), "{name}");
                assert_eq!(i64::from(ks.sign()), out["statistic_sign"].as_i64().unwrap(), "{name}");
                let p = number(&out["pvalue"]);
                match args["method"].as_str().unwrap() {
                    "exact" => assert!(close(ks.p_exact(), p, 1e-8), "{name}: {} {p}", ks.p_exact()),
                    "auto" if x.len().max(y.len()) <= 10_000 => {
                        assert!(close(ks.p_value(), p, 1e-8), "{name}");
                    }
                    _ => continue,
                }
                compared.0 += 1;
            }
            if test == "wasserstein_distance" {
                let ours = wasserstein(x, y).unwrap();
                assert!(close(ours, number(&out["value"]), 1e-9), "{name}: {ours} {out}");
                compared.1 += 1;
            }
        }
    }
    assert!(compared.0 >= 30 && compared.1 >= 15, "{compared:?}");
}

#[test]
fn functions_agree_with_scipy() {
    let mut compared = 0;
    for case in file("special_functions")["cases"].as_array().unwrap() {
        if case["test"] == "kolmogorov" {
            let ours = kolmogorov_sf(number(&case["args"]["y"]));
            assert!(close(ours, number(&case["out"]["value"]), 1e-9), "{ours:e} {case}");
            compared += 1;
        }
    }
    for case in file("divergences")["cases"].as_array().unwrap() {
        if case["test"] == "jensenshannon" {
            let (p, q) = (numbers(&case["args"]["p"]), numbers(&case["args"]["q"]));
            let bits = jensen_shannon(&p, &q).unwrap();
            let ours = if case["args"]["base"] == 2 { bits } else { bits * 2.0_f64.ln().sqrt() };
            assert!((ours - number(&case["out"]["value"])).abs() < 1e-9, "{ours} {case}");
            compared += 1;
        }
    }
    for case in file("tables")["cases"].as_array().unwrap() {
        let (args, out) = (&case["args"], &case["out"]);
        let rows = args["table"].as_array().unwrap();
        let pearson = case["test"] == "chi2_contingency" && args["lambda_"] == "pearson";
        if pearson && args["correction"] == false && rows.len() == 2 {
            let counts: Vec<Vec<u64>> = rows
                .iter()
                .map(|row| row.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect())
                .collect();
            match ChiSquare::of(&counts[0], &counts[1]) {
                Ok(ours) => {
                    assert!(close(ours.statistic(), number(&out["statistic"]), 1e-9), "{ours:?} {case}");
                    assert!(close(ours.p_value(), number(&out["pvalue"]), 1e-8), "{ours:?} {case}");
                    assert_eq!(u64::from(ours.degrees_of_freedom()), out["dof"].as_u64().unwrap());
                }
                Err(_) => assert!(!out["error"].is_null(), "{case}"),
            }
            compared += 1;
        }
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn small_tables_agree_with_scipy() {
    let mut compared = 0;
    for case in file("tables")["cases"].as_array().unwrap() {
        if case["test"] == "fisher_exact" && case["args"]["alternative"] == "two-sided" {
            let cell = |row: usize, column: usize| case["args"]["table"][row][column].as_u64().unwrap();
            let ours = fisher_exact((cell(0, 0), cell(0, 1)), (cell(1, 0), cell(1, 1))).unwrap();
            assert!(close(ours, number(&case["out"]["pvalue"]), 1e-8), "{ours} {case}");
            compared += 1;
        }
    }
    assert!(compared >= 3, "{compared}");
    assert_eq!(fisher_exact((0, 0), (3, 4)).unwrap(), 1.0);
    assert_eq!(fisher_exact((0, 5), (0, 4)).unwrap(), 1.0);
    assert!(fisher_exact((u64::MAX, 1), (1, 1)).is_err());
    // Far beyond what a double can hold: vanishing, not wrong.
    assert!(fisher_exact((1_000_000, 0), (0, 1_000_000)).unwrap() < 1e-300);
}

#[test]
fn what_can_not_be_compared_is_decided() {
    assert!(matches!(Sample::new(vec![]), Err(crate::Error::Shape { .. })));
    assert!(matches!(Sample::new(vec![1.0, f64::NAN]), Err(crate::Error::Value { index: 1, .. })));
    assert!(Sample::new(vec![1.0]).unwrap().quantile(1.1).is_err());
    assert!(Sample::new(vec![f64::INFINITY; 2]).unwrap().standard_deviation().is_nan());
    assert!(ChiSquare::of(&[0, 0], &[1, 2]).unwrap_err().is_undefined());
    assert!(ChiSquare::of(&[1, 0], &[1, 0]).unwrap_err().is_undefined());
    assert!(ChiSquare::of(&[], &[]).is_err());
    assert!(ChiSquare::of(&[1], &[1, 2]).is_err());
    let alone = ChiSquare::of(&[7], &[9]).unwrap();
    assert_eq!((alone.statistic(), alone.p_value(), alone.cramers_v()), (0.0, 1.0, 0.0));
    assert!((ChiSquare::of(&[5, 0], &[0, 7]).unwrap().cramers_v() - 1.0).abs() < 1e-12);
    assert!(kolmogorov_sf(f64::NAN).is_nan());
    assert_eq!(kolmogorov_sf(f64::INFINITY), 0.0);
}

#[test]
fn the_limit_comes_near_the_exact_value() {
    let x = Sample::new((0..1500).map(|i| f64::from(i * 7919 % 10_007)).collect()).unwrap();
    let y = Sample::new((0..1400).map(|i| f64::from(i * 6007 % 10_009) * 1.04).collect()).unwrap();
    let ks = KolmogorovSmirnov::of(&x, &y);
    assert!((ks.p_limit() / ks.p_exact() - 1.0).abs() < 0.06, "{} {}", ks.p_limit(), ks.p_exact());
}

/// All walks, one by one.
fn naive_p(n: usize, m: usize, steps: i64) -> f64 {
    fn walk(i: i64, j: i64, n: i64, m: i64, steps: i64, out: bool) -> (u64, u64) {
        let out = out || (i * m - j * n).abs() >= steps;
        if i == n && j == m {
            return (u64::from(out), 1);
        }
        let mut count = (0, 0);
        for (i, j) in [(i + 1, j), (i, j + 1)] {
            if i <= n && j <= m {
                let (outside, all) = walk(i, j, n, m, steps, out);
                count = (count.0 + outside, count.1 + all);
            }
        }
        count
    }
    let (outside, all) = walk(0, 0, i64::try_from(n).unwrap(), i64::try_from(m).unwrap(), steps, false);
    outside as f64 / all as f64
}

proptest! {
    #[test]
    fn the_exact_value_counts_walks(
        x in prop::collection::vec(0_i32..12, 1..8), y in prop::collection::vec(0_i32..12, 1..8)
    ) {
        let sample = |values: &[i32]| Sample::new(values.iter().copied().map(f64::from).collect()).unwrap();
        let ks = KolmogorovSmirnov::of(&sample(&x), &sample(&y));
        let below = |values: &[i32], at: i32| i64::try_from(values.iter().filter(|v| **v <= at).count()).unwrap();
        let (n, m) = (i64::try_from(x.len()).unwrap(), i64::try_from(y.len()).unwrap());
        let steps = (0..12).map(|at| (below(&x, at) * m - below(&y, at) * n).abs()).max().unwrap();
        prop_assert!((ks.statistic() - steps as f64 / (n * m) as f64).abs() < 1e-15);
        prop_assert!((ks.p_exact() - naive_p(x.len(), y.len(), steps)).abs() < 1e-12);
    }

    #[test]
    fn fisher_sums_the_tables_that_are_no_likelier(a in 0_u64..8, b in 0_u64..8, c in 0_u64..8, d in 0_u64..8) {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |so_far, i| so_far * (n - i) as f64 / (i + 1) as f64);
        let weight = |k: u64| choose(a + b, k) * choose(c + d, a + c - k);
        let counts = (a + c).saturating_sub(c + d)..=(a + b).min(a + c);
        let all: f64 = counts.clone().map(weight).sum();
        let rare: f64 = counts.map(weight).filter(|other| *other <= weight(a) * 1.000_000_1).sum();
        prop_assert!((fisher_exact((a, b), (c, d)).unwrap() - rare / all).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_the_rows_does_not_show(mut values in prop::collection::vec(-1e6..1e6, 1..50)) {
        let one = Sample::new(values.clone()).unwrap();
        values.reverse();
        let other = Sample::new(values).unwrap();
        prop_assert_eq!(one.mean().to_bits(), other.mean().to_bits());
        prop_assert_eq!(one.standard_deviation().to_bits(), other.standard_deviation().to_bits());
        let median = one.quantile(0.5).unwrap();
        prop_assert!(one.min() <= median && median <= one.max());
    }
}
