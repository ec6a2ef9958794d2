//! How many orders of two samples have a given U, in whole numbers of any size.

/// At most this many words of 64 bits are kept: 128 MiB.
const MOST_WORDS: u128 = 1 << 24;

/// The orders of `short` values among `long`: all of them, and those with a small U.
pub(super) struct Counts {
    short: usize,
    long: usize,
    /// All orders, least significant word first.
    all: Vec<u64>,
}

impl Counts {
    /// `None` if there would be too many words to keep.
    pub(super) fn of(n: usize, m: usize) -> Option<Self> {
        let (short, long) = (n.min(m), n.max(m));
        // Each word stands for less than 64 of the `n + m` halvings at most.
        let most_pairs = short as u128 * long as u128 / 2 + 1;
        if most_pairs > MOST_WORDS {
            return None;
        }
        let mut all = vec![1_u64];
        for i in 1..=short as u64 {
            multiply(&mut all, long as u64 + i);
            divide(&mut all, i);
        }
        (most_pairs * all.len() as u128 <= MOST_WORDS).then_some(Self { short, long, all })
    }

    /// The share of the orders with U at most `most`, which is at most half of the pairs.
    ///
    /// The number of orders with U = u is the coefficient of `qᵘ` in the product of
    /// `(1 − q^(m+i)) / (1 − qⁱ)` for i from 1 to n. Its factors are applied one by one; what
    /// overflows on the way comes back by the same amount, since the result fits.
    pub(super) fn share_up_to(&self, most: u128) -> f64 {
        // At most MOST_WORDS by construction.
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(self.short * self.long);
        let words = self.all.len();
        let mut counts = vec![0_u64; (most + 1) * words];
        counts[0] = 1;
        for i in 1..=self.short {
            let step = self.long + i;
            for u in (step..=most).rev() {
                let (below, from) = counts.split_at_mut(u * words);
                subtract(&mut from[..words], &below[(u - step) * words..][..words]);
            }
            for u in i..=most {
                let (below, from) = counts.split_at_mut(u * words);
                add(&mut from[..words], &below[(u - i) * words..][..words]);
            }
        }
        let mut sum = vec![0_u64; words];
        counts.chunks_exact(words).for_each(|count| add(&mut sum, count));
        ratio(&sum, &self.all)
    }
}

fn add(to: &mut [u64], other: &[u64]) {
    let mut carry = false;
    for (word, other) in to.iter_mut().zip(other) {
        let (sum, first) = word.overflowing_add(*other);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        (*word, carry) = (sum, first || second);
    }
}

fn subtract(from: &mut [u64], other: &[u64]) {
    let mut borrow = false;
    for (word, other) in from.iter_mut().zip(other) {
        let (rest, first) = word.overflowing_sub(*other);
        let (rest, second) = rest.overflowing_sub(u64::from(borrow));
        (*word, borrow) = (rest, first || second);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower word of two is what is meant")]
fn multiply(number: &mut Vec<u64>, factor: u64) {
    let mut carry = 0_u128;
    for word in number.iter_mut() {
        let product = u128::from(*word) * u128::from(factor) + carry;
        *word = product as u64;
        carry = product >> 64;
    }
    if carry > 0 {
        number.push(carry as u64);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a quotient by something above the remainder fits a word"
)]
fn divide(number: &mut Vec<u64>, divisor: u64) {
    let mut rest = 0_u128;
    for word in number.iter_mut().rev() {
        let dividend = (rest << 64) | u128::from(*word);
        *word = (dividend / u128::from(divisor)) as u64;
        rest = dividend % u128::from(divisor);
    }
    while number.len() > 1 && number.last() == Some(&0) {
        number.pop();
    }
}

/// One number by another of the same length, whose last word is not 0.
fn ratio(of: &[u64], by: &[u64]) -> f64 {
    // The two leading words have more digits than a double.
    let leading = |number: &[u64]| {
        let top = number.iter().rposition(|word| *word != 0).unwrap_or(0);
        let below = if top > 0 { number[top - 1] as f64 } else { 0.0 };
        (number[top] as f64 * 2.0_f64.powi(64) + below, i32::try_from(top).unwrap_or(i32::MAX / 64))
    };
    let ((a, of_words), (b, by_words)) = (leading(of), leading(by));
    a / b * 2.0_f64.powi(64 * (of_words - by_words))
}
