#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::float_cmp,
    reason = "numbers are made of any bits, and ranks are small"
)]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int8Array, Int64Array, TimestampMicrosecondArray, UInt64Array,
};
use proptest::prelude::*;

use super::*;

/// Cheap numbers that look random (`SplitMix64`).
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> usize {
        (self.next() % end) as usize
    }

    /// One value in `one_in` is missing; none if that is 0.
    fn column<T>(&mut self, len: usize, one_in: u64, value: impl Fn(u64) -> T) -> Vec<Option<T>> {
        let missing = |bits: u64| one_in > 0 && bits.is_multiple_of(one_in);
        (0..len)
            .map(|_| {
                let is_missing = missing(self.next());
                let value = value(self.next());
                (!is_missing).then_some(value)
            })
            .collect()
    }
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug)]
enum Values {
    AnyWhole,
    AnyUnsigned,
    FewWhole,
    Bytes,
    AllEqual,
    Moments,
    Flags,
    /// Of every size, from the smallest to the largest.
    AnyFloat,
    /// Within one range of the first count, so that each rank has to be searched in it.
    CloseFloats,
    /// Both zeros, both infinities and few others.
    Edges,
}

const ALL: [Values; 10] = [
    Values::AnyWhole,
    Values::AnyUnsigned,
    Values::FewWhole,
    Values::Bytes,
    Values::AllEqual,
    Values::Moments,
    Values::Flags,
    Values::AnyFloat,
    Values::CloseFloats,
    Values::Edges,
];

/// A column and its values in order, as they are shown.
fn column(kind: Values, len: usize, one_in: u64, bits: &mut Bits) -> (ArrayRef, Vec<String>) {
    fn sorted<T: Clone>(
        values: &[Option<T>],
        order: impl Fn(&T, &T) -> std::cmp::Ordering,
        cell: impl Fn(T) -> Scalar,
    ) -> Vec<String> {
        let mut present: Vec<T> = values.iter().flatten().cloned().collect();
        present.sort_by(order);
        present.into_iter().map(|value| format!("{:?}", cell(value))).collect()
    }
    let int = |value: i64| Cell::Int(value.into());
    let mut whole = |value: &dyn Fn(u64) -> i64| {
        let values = bits.column(len, one_in, value);
        let sorted = sorted(&values, Ord::cmp, int);
        (Arc::new(Int64Array::from(values)) as ArrayRef, sorted)
    };
    match kind {
        Values::AnyWhole => whole(&|bits| bits.cast_signed()),
        Values::FewWhole => whole(&|bits| (bits % 7) as i64 - 3),
        Values::AllEqual => whole(&|_| i64::MIN),
        Values::AnyUnsigned => {
            let values = bits.column(len, one_in, |bits| bits);
            let sorted = sorted(&values, Ord::cmp, |value| Cell::Int(value.into()));
            (Arc::new(UInt64Array::from(values)), sorted)
        }
        Values::Bytes => {
            let values = bits.column(len, one_in, |bits| (bits as u8).cast_signed());
            let sorted = sorted(&values, Ord::cmp, |value| int(value.into()));
            (Arc::new(Int8Array::from(values)), sorted)
        }
        Values::Moments => {
            let values = bits.column(len, one_in, |bits| bits.cast_signed() >> 8);
            let moment = |value: i64| Cell::Moment { nanos: i128::from(value) * 1000, zoned: false };
            let sorted = sorted(&values, Ord::cmp, moment);
            (Arc::new(TimestampMicrosecondArray::from(values)), sorted)
        }
        Values::Flags => {
            let values = bits.column(len, one_in, |bits| bits.is_multiple_of(3));
            let sorted = sorted(&values, Ord::cmp, Cell::Bool);
            (Arc::new(BooleanArray::from(values)), sorted)
        }
        Values::AnyFloat | Values::CloseFloats | Values::Edges => {
            let edges = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1.0, -1.0, f64::MAX, f64::MIN_POSITIVE];
            let values = bits.column(len, one_in, |bits| match kind {
                Values::AnyFloat => Some(f64::from_bits(bits)).filter(|value| !value.is_nan()).unwrap_or(0.5),
                Values::CloseFloats => -1.0 - (bits % 1000) as f64 * f64::EPSILON,
                _ => edges[(bits % 8) as usize],
            });
            let sorted = sorted(&values, f64::total_cmp, Cell::Float);
            (Arc::new(Float64Array::from(values)), sorted)
        }
    }
}

/// The column cut into some parts, of which some may be empty.
fn kept(column: &ArrayRef, parts: u64, bits: &mut Bits) -> Kept {
    let len = column.len();
    let mut cuts: Vec<usize> = (0..parts).map(|_| bits.below(len as u64 + 1)).collect();
    cuts.extend([0, len]);
    cuts.sort_unstable();
    Kept::of(cuts.windows(2).map(|ends| column.slice(ends[0], ends[1] - ends[0])))
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![0_usize..40, 4_085_usize..4_110, 4_097_usize..40_000]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_rank_is_a_place_in_the_sorted_column(
        kind in prop::sample::select(ALL.to_vec()), len in sizes(), parts in 0_u64..30,
        one_in in prop::sample::select(vec![0_u64, 2, 9]), seed: u64,
    ) {
        let mut bits = Bits(seed);
        let (column, sorted) = column(kind, len, one_in, &mut bits);
        let kept = kept(&column, parts, &mut bits);
        prop_assert_eq!(kept.count(), sorted.len() as u64);
        let Some(last) = sorted.len().checked_sub(1) else {
            prop_assert!(kept.median().unwrap().is_missing());
            return Ok(());
        };
        // In no order, and one of them twice.
        let mut ranks = vec![last / 2, last, 0, last.div_ceil(2), last / 2];
        ranks.extend((0..20).map(|_| bits.below(sorted.len() as u64)));
        let found = kept.at_ranks(&ranks.iter().map(|rank| *rank as u64).collect::<Vec<_>>()).unwrap();
        for (rank, found) in ranks.iter().zip(found) {
            prop_assert_eq!(&format!("{found:?}"), &sorted[*rank], "rank {} of {}", rank, sorted.len());
        }
    }
}

#[test]
fn every_kind_of_value_is_ranked_above_the_size_that_is_sorted() {
    for kind in ALL {
        let mut bits = Bits(8);
        let (column, sorted) = column(kind, 9_000, 5, &mut bits);
        let kept = kept(&column, 12, &mut bits);
        let ranks: Vec<u64> = (0..sorted.len() as u64).step_by(97).collect();
        let found = kept.at_ranks(&ranks).unwrap();
        for (rank, found) in ranks.iter().zip(found) {
            assert_eq!(format!("{found:?}"), sorted[*rank as usize], "{kind:?} {rank}");
        }
    }
}

#[test]
fn a_nan_that_is_a_value_stands_after_all_numbers() {
    let values = Float64Array::from_iter_values((0..5_000).map(|row| match row % 5 {
        0 => f64::NAN,
        _ => f64::from(row),
    }));
    let kept = Kept::of([Arc::new(values) as ArrayRef]);
    let found = kept.quantiles(&[0.0, 0.5, 0.81, 1.0], Interpolation::Lower).unwrap();
    assert!(matches!(found[0], Cell::Float(1.0)), "{found:?}");
    assert!(matches!(found[1], Cell::Float(value) if value == 3124.0), "{found:?}");
    assert!(found[2].is_missing() && found[3].is_missing(), "{found:?}");
}
