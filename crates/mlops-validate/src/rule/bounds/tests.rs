use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Float32Array, Float64Array, Int8Array, Int64Array, StringArray,
    TimestampSecondArray, UInt64Array,
};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn bounds(min: &Value, max: &Value, strict: bool) -> Bounds {
    Bounds { min: Bound::from_json(min), max: Bound::from_json(max), strict_min: strict, strict_max: strict }
}

fn broken(array: &ArrayRef, bounds: &Bounds) -> Vec<bool> {
    bounds.broken(array.as_ref()).unwrap().iter().collect()
}

#[test]
fn a_bound_beyond_the_type_is_no_obstacle_or_leaves_nothing() {
    let bytes: ArrayRef = Arc::new(Int8Array::from(vec![-128, 0, 127]));
    for (min, max, expected) in [
        (json!(-1000), json!(1000), [false, false, false]),
        (json!(1000), json!(2000), [true, true, true]),
        (json!(-2000), json!(-1000), [true, true, true]),
        (json!(-1000), json!(0.5), [false, false, true]),
        (json!(-0.5), json!(null), [true, false, false]),
        (json!(1000), json!(null), [true, true, true]),
        (json!(null), json!(1e300), [false, false, false]),
    ] {
        assert_eq!(broken(&bytes, &bounds(&min, &max, false)), expected);
    }
    let unsigned: ArrayRef = Arc::new(UInt64Array::from(vec![0, u64::MAX]));
    assert_eq!(broken(&unsigned, &bounds(&json!(-5), &json!(u64::MAX), true)), [false, true]);
}

#[test]
fn text_bounds_are_moments_on_columns_of_moments() {
    let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![1_704_067_200, 1_704_067_201]));
    let half = "2024-01-01T00:00:00.500";
    assert_eq!(broken(&seconds, &bounds(&json!(half), &json!(null), false)), [true, false]);
    assert_eq!(broken(&seconds, &bounds(&json!(null), &json!(half), true)), [false, true]);
    assert!(bounds(&json!(1), &json!(null), false).broken(seconds.as_ref()).is_err());
    let days: ArrayRef = Arc::new(Date32Array::from(vec![19722, 19723, 19724]));
    assert_eq!(
        broken(&days, &bounds(&json!("2024-01-01"), &json!("2024-01-01"), false)),
        [true, false, true]
    );
}

#[test]
fn text_compares_by_bytes_and_never_with_numbers() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "é"]));
    assert_eq!(broken(&text, &bounds(&json!("a"), &json!("z"), false)), [false, false, true]);
    assert!(bounds(&json!(1), &json!(2), false).broken(text.as_ref()).is_err());
}

#[test]
fn strict_ends_of_floats_are_the_next_number() {
    let zero: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0, f64::MIN_POSITIVE, f64::INFINITY]));
    assert_eq!(broken(&zero, &bounds(&json!(0), &json!("inf"), true)), [true, true, false, true]);
    assert_eq!(broken(&zero, &bounds(&json!("inf"), &json!(null), true)), [true; 4]);
    let tenth: ArrayRef = Arc::new(Float32Array::from(vec![0.1]));
    assert_eq!(broken(&tenth, &bounds(&json!(0.1), &json!(null), false)), [false], "0.1f32 is above 0.1");
}

#[test]
fn ends_the_wrong_way_round_are_seen() {
    assert!(bounds(&json!(2), &json!(1), false).are_reversed());
    assert!(bounds(&json!("2024-02-01"), &json!("2024-01-01"), false).are_reversed());
    assert!(bounds(&json!("b"), &json!("a"), false).are_reversed());
    assert!(!bounds(&json!("10"), &json!("9.5e1"), false).are_reversed());
    assert!(!bounds(&json!(1), &json!(1), true).are_reversed());
}

proptest! {
    /// The kernels against the plain comparison of values.
    #[test]
    fn kernels_agree_with_the_plain_comparison(
        values in prop::collection::vec(-20i64..20, 0..40),
        min in prop::option::of(-20.0f64..20.0), max in prop::option::of(-20i32..20),
        strict_min: bool, strict_max: bool,
    ) {
        let bounds = Bounds {
            min: min.map(|min| Bound::Number((min * 2.0).round() / 2.0)),
            max: max.map(|max| Bound::Number(max.into())),
            strict_min,
            strict_max,
        };
        let ints: ArrayRef = Arc::new(Int64Array::from(values.clone()));
        let floats: ArrayRef = Arc::new(Float64Array::from_iter_values(values.iter().map(|v| *v as f64 / 2.0)));
        for array in [ints, floats] {
            let plain: Vec<bool> =
                (0..array.len()).map(|row| !bounds.contain(&cell_at(array.as_ref(), row)).unwrap()).collect();
            prop_assert_eq!(broken(&array, &bounds), plain);
        }
    }
}
