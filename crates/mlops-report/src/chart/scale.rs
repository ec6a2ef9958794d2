use crate::number;

/// Numbers beyond this are drawn at it: the span of an axis must stay finite.
const LARGEST: f64 = 1e300;

/// An axis of numbers with round ticks.
#[derive(Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    pub(super) ticks: Vec<Tick>,
}

#[derive(Debug)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

impl Scale {
    /// An axis on which all finite `values` have a place; nothing if there is none.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            let value = value.clamp(-LARGEST, LARGEST);
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            return None;
        }
        let size = low.abs().max(high.abs());
        if high - low <= size * 1e-12 || high - low < 1e-290 {
            // All the same: the value stands in the middle of an axis of its own size.
            let half = if size < 1e-280 { 1.0 } else { size * 0.1 };
            low -= half;
            high += half;
        }
        let step = round_step((high - low) / 4.0);
        let first = (low / step).floor();
        let last = (high / step).ceil();
        // At most seven ticks: the step is at least a quarter of the span, divided by 1.5 or so.
        let mut ticks = Vec::new();
        let mut index = first;
        while index <= last && ticks.len() < 12 {
            ticks.push(index * step);
            index += 1.0;
        }
        let (low, high) = (first * step, last * step);
        let scale = Self { low, high, ticks: Vec::new() };
        let ticks = ticks.into_iter().map(|value| Tick { at: scale.at(value), label: label(value, step) });
        Some(Self { low, high, ticks: ticks.collect() })
    }

    pub(super) const fn low(&self) -> f64 {
        self.low
    }

    pub(super) const fn high(&self) -> f64 {
        self.high
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = value.clamp(-LARGEST, LARGEST);
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, near `rough`.
fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let share = rough / power;
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| share <= factor * 1.2).unwrap_or(10.0);
    factor * power
}

/// A tick's number with as many decimals as the step needs.
fn label(value: f64, step: f64) -> String {
    let size = value.abs();
    if size >= 1e7 || (size > 0.0 && step < 1e-5) {
        return number::scientific(value);
    }
    let decimals = (0_u8..=6)
        .find(|decimals| {
            let scaled = step * 10_f64.powi(i32::from(*decimals));
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        })
        .unwrap_or(6);
    number::fixed(value, usize::from(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(values: &[f64]) -> Vec<String> {
        Scale::of(values.iter().copied()).unwrap().ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&[0.0, 1.0]), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labels(&[0.61, 0.742]), ["0.60", "0.65", "0.70", "0.75"]);
        assert_eq!(labels(&[-0.03, 0.04]), ["−0.04", "−0.02", "0.00", "0.02", "0.04"]);
        assert_eq!(labels(&[0.0, 40_000.0]), ["0", "10,000", "20,000", "30,000", "40,000"]);
    }

    #[test]
    fn no_number_has_no_axis() {
        assert!(Scale::of([f64::NAN, f64::INFINITY]).is_none());
    }

    proptest! {
        #[test]
        fn every_number_has_a_place(values in prop::collection::vec(any::<f64>(), 1..5)) {
            if let Some(scale) = Scale::of(values.iter().copied()) {
                prop_assert!((2..=9).contains(&scale.ticks.len()), "{:?}", scale);
                for tick in &scale.ticks {
                    prop_assert!((0.0..=1.0).contains(&tick.at));
                }
                for value in values.into_iter().filter(|value| value.is_finite()) {
                    prop_assert!((0.0..=1.0).contains(&scale.at(value)), "{value:e} {:?}", scale);
                }
            }
        }
    }
}
