use crate::table::{ValueKind, Values};

/// The extremes of a column and what is infinite in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    /// Of whole numbers, or of moments in nanoseconds.
    pub(crate) whole: Option<(i128, i128)>,
    /// Of finite floating point numbers.
    pub(crate) floats: Option<(f64, f64)>,
    pub(crate) infinite: u64,
}

impl Extent {
    pub(crate) fn update(&mut self, values: &Values<'_>) {
        match &values.kind {
            ValueKind::Whole(values) | ValueKind::Moments(values) => {
                let ends = values.iter().min().zip(values.iter().max());
                self.whole = wider(self.whole, ends.map(|(min, max)| (*min, *max)));
            }
            ValueKind::Floats(values) => {
                let mut finite = 0;
                let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
                for value in values.iter().filter(|value| value.is_finite()) {
                    finite += 1;
                    // Both zeros are one, so that it does not matter which comes first.
                    min = min.min(*value + 0.0);
                    max = max.max(*value + 0.0);
                }
                self.infinite += (values.len() - finite) as u64;
                self.floats = wider(self.floats, (finite > 0).then_some((min, max)));
            }
            ValueKind::Truth { .. } | ValueKind::Text(_) | ValueKind::Opaque(_) => {}
        }
    }

    pub(crate) fn merge(&mut self, later: &Self) {
        self.whole = wider(self.whole, later.whole);
        self.floats = wider(self.floats, later.floats);
        self.infinite += later.infinite;
    }
}

fn wider<T: PartialOrd + Copy>(a: Option<(T, T)>, b: Option<(T, T)>) -> Option<(T, T)> {
    match (a, b) {
        (Some((min, max)), Some((other_min, other_max))) => Some((
            if other_min < min { other_min } else { min },
            if other_max > max { other_max } else { max },
        )),
        (one, other) => one.or(other),
    }
}
