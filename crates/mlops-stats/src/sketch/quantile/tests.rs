use proptest::prelude::*;

use super::*;

fn of(k: usize, values: &[f64]) -> QuantileSketch {
    let mut sketch = QuantileSketch::new(k).unwrap();
    sketch.update(values).unwrap();
    sketch
}

/// The share of the values at or below each, counted.
fn ranks(values: &[f64], at: f64) -> f64 {
    values.iter().filter(|value| **value <= at).count() as f64 / values.len() as f64
}

/// The stated bound holds at every value and between, and is no larger than promised.
fn holds(sketch: &QuantileSketch, values: &[f64], k: usize) -> std::result::Result<(), TestCaseError> {
    prop_assert_eq!(sketch.count(), values.len() as u64);
    let error = sketch.rank_error();
    let n = values.len() as f64;
    let promised = if values.len() <= k { 0.0 } else { (1.0 + (n / k as f64).log2()) / (k as f64 - 1.0) };
    prop_assert!(error <= promised, "{error} > {promised} at {n} and {k}");
    let kept = k as f64 * (2.0 + (n / k as f64).log2().max(0.0));
    prop_assert!(sketch.kept() as f64 <= kept, "{} > {kept} at {n} and {k}", sketch.kept());
    let weights: u64 = sketch.weighted().iter().map(|(_, weight)| weight).sum();
    prop_assert_eq!(weights, sketch.count());
    let sample = sketch.sample(100).unwrap();
    for value in values.iter().step_by(1 + values.len() / 200) {
        for at in [*value, value - 0.5] {
            let truth = ranks(values, at);
            prop_assert!((sketch.rank(at).unwrap() - truth).abs() <= error + 1e-12, "{at}: {truth}");
            let stand_in = ranks(sample.values(), at);
            prop_assert!(
                (stand_in - truth).abs() <= sketch.sample_error(100) + 1e-9,
                "{at}: {stand_in} {truth}"
            );
        }
    }
    for q in [0.0, 0.01, 0.25, 0.5, 0.9, 1.0] {
        let found = sketch.quantile(q).unwrap();
        let below = values.iter().filter(|value| **value < found).count() as f64 / n;
        prop_assert!(below - error <= q + 1e-12 && q <= ranks(values, found) + error + 1e-12, "{q}: {found}");
    }
    let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    prop_assert_eq!((sketch.min(), sketch.max()), (Some(min), Some(max)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_bound_holds_after_merges_of_any_shape(
        parts in prop::collection::vec((prop::collection::vec(-50_i32..50, 1..80), 1_usize..9, any::<bool>()), 1..14),
        half in 4_usize..20, order in prop::collection::vec(any::<prop::sample::Index>(), 14)
    ) {
        let k = 2 * half;
        // Sorted parts are the worst case of many sketches, repeated values that of others.
        let parts: Vec<Vec<f64>> = parts.into_iter().map(|(mut part, times, sort)| {
            if sort { part.sort_unstable() }
            part.iter().map(|value| f64::from(*value)).cycle().take(part.len() * times).collect()
        }).collect();
        let values = parts.concat();
        holds(&of(k, &values), &values, k)?;
        let mut sketches: Vec<QuantileSketch> = parts.iter().map(|part| of(k, part)).collect();
        let mut turn = order.iter().cycle();
        while sketches.len() > 1 {
            let one = sketches.swap_remove(turn.next().unwrap().index(sketches.len()));
            let into = turn.next().unwrap().index(sketches.len());
            sketches[into].merge(&one).unwrap();
        }
        holds(&sketches[0], &values, k)?;
        let text = serde_json::to_string(&sketches[0]).unwrap();
        let read: QuantileSketch = serde_json::from_str(&text).unwrap();
        holds(&read, &values, k)?;
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        // Shrunk it is smaller, and the bound that it states then holds.
        let mut small = read;
        let before = small.rank_error();
        small.shrink(64);
        prop_assert!(small.kept() <= 64.max(MAX_LEVELS) + MAX_LEVELS);
        prop_assert!(small.rank_error() >= before);
        let error = small.rank_error();
        for value in values.iter().step_by(7) {
            prop_assert!((small.rank(*value).unwrap() - ranks(&values, *value)).abs() <= error + 1e-12);
        }
    }

    #[test]
    fn batches_make_no_difference(values in prop::collection::vec(-1e6..1e6, 0..500), by in 1_usize..60) {
        let mut parts = QuantileSketch::new(32).unwrap();
        values.chunks(by).for_each(|chunk| parts.update(chunk).unwrap());
        prop_assert_eq!(parts, of(32, &values));
    }
}

#[test]
fn a_million_values_are_known_to_a_fifth_of_a_percent() {
    let n = 1_000_000_u32;
    let orders: [&dyn Fn(u32) -> u32; 3] = [&|i| i, &|i| n - 1 - i, &|i| i.wrapping_mul(7919) % n];
    for order in orders {
        let mut sketch = QuantileSketch::default();
        let values: Vec<f64> = (0..n).map(|i| f64::from(order(i))).collect();
        sketch.update(&values).unwrap();
        assert!(sketch.rank_error() < 0.002, "{}", sketch.rank_error());
        assert!(sketch.kept() < 11 * 2048, "{}", sketch.kept());
        sketch.shrink(2048);
        assert!(sketch.rank_error() < 0.003 && sketch.kept() <= 2048, "{}", sketch.rank_error());
        for percent in 0..=100_u32 {
            let q = f64::from(percent) / 100.0;
            let off = sketch.quantile(q).unwrap() / f64::from(n) - q;
            assert!(off.abs() <= sketch.rank_error() + 2e-6, "{percent} %: {off}");
        }
    }
}

#[test]
fn degenerate_input_is_decided() {
    let empty = QuantileSketch::default();
    assert!(empty.quantile(0.5).unwrap_err().is_undefined() && empty.rank(0.0).unwrap_err().is_undefined());
    assert!(empty.sample(10).unwrap_err().is_undefined());
    assert_eq!((empty.min(), empty.max(), empty.rank_error(), empty.is_exact()), (None, None, 0.0, true));
    let mut one = of(8, &[3.0]);
    assert_eq!((one.quantile(0.0), one.quantile(0.3), one.quantile(1.0)), (Ok(3.0), Ok(3.0), Ok(3.0)));
    assert!(matches!(one.update(&[1.0, f64::NAN]), Err(Error::Value { index: 1, .. })));
    assert!(matches!(one.update(&[f64::INFINITY]), Err(Error::Value { index: 0, .. })));
    assert_eq!(one.count(), 1);
    assert!(matches!(one.quantile(1.1), Err(Error::Parameter { .. })));
    assert!(matches!(one.rank(f64::NAN), Err(Error::Parameter { .. })));
    assert_eq!((one.rank(f64::NEG_INFINITY), one.rank(f64::INFINITY)), (Ok(0.0), Ok(1.0)));
    assert!(matches!(one.sample(0), Err(Error::Parameter { .. })));
    assert!(matches!(one.merge(&of(10, &[1.0])), Err(Error::Parameter { .. })));
    for k in [0, 6, 9, (1 << 20) + 2] {
        assert!(matches!(QuantileSketch::new(k), Err(Error::Parameter { .. })), "{k}");
    }
    let constant = of(8, &[2.5; 1000]);
    assert_eq!((constant.quantile(0.2), constant.rank(2.5), constant.rank(2.4)), (Ok(2.5), Ok(1.0), Ok(0.0)));
}

#[test]
fn what_no_sketch_can_be_is_refused() {
    let good = serde_json::to_string(&of(8, &[1.0, 2.0])).unwrap();
    assert_eq!(good, r#"{"k":8,"count":2,"range":[1.0,2.0],"over":0,"under":0,"levels":[[1.0,2.0]]}"#);
    for (from, to) in [
        (r#""k":8"#, r#""k":7"#),
        (r#""count":2"#, r#""count":3"#),
        ("[[1.0,2.0]]", "[[2.0,1.0]]"),
        ("[[1.0,2.0]]", "[[1.0,null]]"),
        ("[[1.0,2.0]]", "[[1.0,3.0]]"),
        ("[1.0,2.0],", "[1.0,0.5],"),
        (r#""range":[1.0,2.0],"#, ""),
        (r#""over":0"#, r#""over":3"#),
        (r#""over":0"#, r#""over":-1"#),
        ("[[1.0,2.0]]", "[[1,1,1,1,1,1,1,1,2]]"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert!(serde_json::from_str::<QuantileSketch>(&bad).is_err(), "{bad}");
    }
    let deep = good.replace("[[1.0,2.0]]", &format!("[[1.0,2.0]{}]", ",[]".repeat(60)));
    assert!(serde_json::from_str::<QuantileSketch>(&deep).is_err());
    let heavy = good.replace("[[1.0,2.0]]", &format!("[[1.0,2.0]{},[1.0]]", ",[]".repeat(54)));
    assert!(serde_json::from_str::<QuantileSketch>(&heavy).is_err());
}
