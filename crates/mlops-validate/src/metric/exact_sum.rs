/// Pieces of 32 bits that cover every double, and two for carries.
const PIECES: usize = 67;
/// After so many additions a piece might overflow.
const ADDITIONS_BEFORE_CARRY: u32 = 2047;
/// The exponent of the lowest bit of the lowest piece.
const LOWEST_EXPONENT: i32 = -1075;

/// Sums that are made side by side.
const LANES: usize = 8;
/// The logarithm of how many numbers each of them adds up exactly.
const HEADROOM: i32 = 7;

/// A sum of doubles without rounding: the same whatever the order and the grouping, and
/// rounded once at the end.
///
/// State of 67 words, a few operations an addition.
///
/// # Source
/// The small superaccumulator of Neal, *Fast Exact Summation Using Small and Large
/// Superaccumulators* (2015).
#[derive(Clone, Debug)]
pub(crate) struct ExactSum {
    /// Piece `i` counts in units of 2^(32·i − 1075); signed, with room for carries.
    pieces: [i64; PIECES],
    additions: u32,
    /// The sum of what is not finite.
    special: f64,
    is_special: bool,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { pieces: [0; PIECES], additions: 0, special: 0.0, is_special: false }
    }
}

impl ExactSum {
    #[expect(clippy::cast_possible_wrap, reason = "a part of a significand has at most 53 bits")]
    pub(crate) fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52) & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        let (exponent, significand) = match exponent {
            0 => (1, fraction),
            0x7ff => {
                self.special += value;
                self.is_special = true;
                return;
            }
            _ => (exponent, fraction | (1 << 52)),
        };
        if self.additions == ADDITIONS_BEFORE_CARRY {
            self.carry();
        }
        self.additions += 1;
        let (at, shift) = ((exponent >> 5) as usize, exponent & 31);
        let low = ((significand << shift) & 0xffff_ffff) as i64;
        let high = (significand >> (32 - shift)) as i64;
        if value.is_sign_negative() {
            self.pieces[at] -= low;
            self.pieces[at + 1] -= high;
        } else {
            self.pieces[at] += low;
            self.pieces[at + 1] += high;
        }
    }

    /// Adds many at once, several times faster than one by one.
    ///
    /// Two grids are laid over the numbers, as fine as sums by lanes stay exact: what falls
    /// on the first and on the second is added up side by side, and what is finer than both,
    /// which is rare, goes in one by one.
    ///
    /// # Source
    /// The splitting of Rump, Ogita and Oishi, *Accurate Floating-Point Summation* (2008).
    pub(crate) fn add_all(&mut self, values: &[f64]) {
        for values in values.chunks(LANES << HEADROOM) {
            self.add_block(values);
        }
    }

    fn add_block(&mut self, values: &[f64]) {
        let mut largest = [0.0_f64; LANES];
        let mut all_finite = true;
        let (blocks, rest) = values.as_chunks::<LANES>();
        for block in blocks.iter().map(<[f64; LANES]>::as_slice).chain([rest]) {
            for (largest, value) in largest.iter_mut().zip(block) {
                let size = value.abs();
                *largest = if size > *largest { size } else { *largest };
                all_finite &= size < f64::INFINITY;
            }
        }
        let largest = largest.into_iter().fold(0.0, f64::max);
        // The exponent of a power of two that is larger than every number.
        let above = ((largest.to_bits() >> 52) as i32) - 1022;
        if !all_finite || !(-900..=900).contains(&above) || values.len() < 4 * LANES {
            for value in values {
                self.add(*value);
            }
            return;
        }
        // Numbers on a grid have so many bits that a lane's sum still fits in 53.
        let bits = 51 - HEADROOM;
        // Adding 1.5 · 2⁵² units of a grid rounds to it.
        let coarse = 1.5 * 2f64.powi(above - bits + 52);
        let fine = 1.5 * 2f64.powi(above - 2 * bits + 52);
        let (mut on_coarse, mut on_fine) = ([0.0; LANES], [0.0; LANES]);
        let mut is_finer = false;
        let mut split = |block: &[f64]| {
            for ((value, on_coarse), on_fine) in block.iter().zip(&mut on_coarse).zip(&mut on_fine) {
                let first = (value + coarse) - coarse;
                let rest = value - first;
                let second = (rest + fine) - fine;
                *on_coarse += first;
                *on_fine += second;
                is_finer |= (rest - second).abs() > 0.0;
            }
        };
        for block in blocks {
            split(block);
        }
        split(rest);
        for sum in on_coarse.into_iter().chain(on_fine) {
            self.add(sum);
        }
        if is_finer {
            for value in values {
                let rest = value - ((value + coarse) - coarse);
                let finest = rest - ((rest + fine) - fine);
                if finest != 0.0 {
                    self.add(finest);
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        self.carry();
        other.carry();
        for (own, other) in self.pieces.iter_mut().zip(other.pieces) {
            *own += other;
        }
        // Both were below 2³² a piece: one addition's worth.
        self.additions = 1;
        self.special += other.special;
        self.is_special |= other.is_special;
    }

    /// Brings all pieces but the last into 0..2³².
    fn carry(&mut self) {
        for at in 0..PIECES - 1 {
            let carry = self.pieces[at] >> 32;
            self.pieces[at] -= carry << 32;
            self.pieces[at + 1] += carry;
        }
        self.additions = 0;
    }

    /// The sum, rounded to the nearest double; 0 of nothing.
    #[expect(clippy::cast_sign_loss, reason = "after the carry all pieces are positive")]
    pub(crate) fn total(&self) -> f64 {
        if self.is_special {
            return self.special;
        }
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.pieces[PIECES - 1] < 0;
        if negative {
            for piece in &mut sum.pieces {
                *piece = -*piece;
            }
            sum.carry();
        }
        let Some(top) = sum.pieces.iter().rposition(|piece| *piece != 0) else { return 0.0 };
        // The top three pieces hold at least 65 bits; one more says whether anything lies below.
        let piece = |at: Option<usize>| at.map_or(0, |at| sum.pieces[at] as u128);
        let below = sum.pieces[..top.saturating_sub(2)].iter().any(|piece| *piece != 0);
        let bits = (piece(Some(top)) << 65)
            | (piece(top.checked_sub(1)) << 33)
            | (piece(top.checked_sub(2)) << 1)
            | u128::from(below);
        let top = i32::try_from(top).expect("there are few pieces");
        let exponent = 32 * (top - 2) + LOWEST_EXPONENT - 1;
        // In two steps, since 2^exponent alone may be too small for a double. A sum that is
        // subnormal has no bits below the last, so that nothing is rounded twice.
        let half = exponent / 2;
        let total = bits as f64 * 2f64.powi(half) * 2f64.powi(exponent - half);
        if negative { -total } else { total }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "exact sums are compared exactly")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        for value in values {
            sum.add(*value);
        }
        sum.total()
    }

    #[test]
    fn nothing_is_lost() {
        assert_eq!(sum(&[]).to_bits(), 0);
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[5e-324, 5e-324]), 1e-323);
        assert_eq!(sum(&[f64::MIN_POSITIVE, -5e-324]), f64::MIN_POSITIVE - 5e-324);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        // Half-way cases go to the even neighbour, and a bit far below decides.
        let half = 2f64.powi(-53);
        assert_eq!(sum(&[1.0, half]), 1.0);
        assert_eq!(sum(&[1.0, half, 5e-324]), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0 + f64::EPSILON, half]), 1.0 + 2.0 * f64::EPSILON);
    }

    /// Too fine for both of the grids that are laid over many numbers.
    #[test]
    fn what_is_small_beside_the_largest_is_not_lost() {
        let mut values = vec![1.0; 40];
        (values[3], values[30]) = (1e30, -1e30);
        let mut all = ExactSum::default();
        all.add_all(&values);
        assert_eq!(all.total(), 38.0);
    }

    #[test]
    fn many_additions_do_not_overflow_a_piece() {
        let mut values = vec![f64::MAX / 4.0; 5000];
        values.extend(vec![-f64::MAX / 4.0; 5000]);
        values.push(3.0);
        assert_eq!(sum(&values), 3.0);
        assert_eq!(sum(&vec![1.0; 100_000]), 100_000.0);
    }

    proptest! {
        /// Of one size, of all sizes, and with the same number many times.
        #[test]
        fn many_at_once_are_the_same_as_one_by_one(
            values in prop::collection::vec(
                prop_oneof![4 => -1.0..1.0, 1 => prop::num::f64::ANY, 1 => -1e-20..1e-20, 1 => Just(0.1)], 0..3000,
            ),
            odd in any::<bool>(),
        ) {
            // Mostly without what ends the fast way.
            let values: Vec<f64> = values.into_iter().filter(|value: &f64| odd || value.abs() < 1e9).collect();
            let mut all = ExactSum::default();
            all.add_all(&values);
            prop_assert_eq!(all.total().to_bits(), sum(&values).to_bits());
        }

        /// Integers times a power of two have an exact sum in whole numbers.
        #[test]
        fn agrees_with_whole_numbers(values in prop::collection::vec(-(1i64 << 53)..(1i64 << 53), 0..200), power in -300i32..300) {
            let scaled: Vec<f64> = values.iter().map(|value| *value as f64 * 2f64.powi(power)).collect();
            let exact: i128 = values.iter().map(|value| i128::from(*value)).sum();
            prop_assert_eq!(sum(&scaled), exact as f64 * 2f64.powi(power));
        }

        #[test]
        fn order_and_grouping_do_not_matter(
            mut values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 0..60),
            cut in 0usize..60,
        ) {
            let whole = sum(&values);
            let cut = cut.min(values.len());
            let mut parts = (ExactSum::default(), ExactSum::default());
            for value in &values[..cut] {
                parts.0.add(*value);
            }
            for value in &values[cut..] {
                parts.1.add(*value);
            }
            parts.0.merge(parts.1);
            prop_assert_eq!(parts.0.total().to_bits(), whole.to_bits());
            values.reverse();
            prop_assert_eq!(sum(&values).to_bits(), whole.to_bits());
        }
    }
}
