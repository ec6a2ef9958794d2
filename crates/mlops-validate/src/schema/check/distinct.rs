use hashbrown::HashSet;

use crate::table::{ValueKind, Values};

/// The different values of a column that has to be unique.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
    numbers: HashSet<i128>,
    texts: HashSet<Box<str>>,
    pub(super) repeats: u64,
}

impl Distinct {
    pub(super) fn update(&mut self, values: &Values<'_>) {
        let floats;
        let numbers = match &values.kind {
            ValueKind::Whole(values) | ValueKind::Moments(values) => values.as_slice(),
            ValueKind::Floats(values) => {
                // Both zeros are one value.
                let bits = values.iter().map(|value| i128::from((value + 0.0).to_bits()));
                floats = bits.collect::<Vec<i128>>();
                floats.as_slice()
            }
            ValueKind::Truth { falses, trues } => {
                for (value, times) in [(0, *falses), (1, *trues)] {
                    let new = times > 0 && self.numbers.insert(value);
                    self.repeats += times - u64::from(new);
                }
                return;
            }
            ValueKind::Text(texts) => {
                for (text, times) in texts {
                    let new = !self.texts.contains(*text) && self.texts.insert(Box::from(*text));
                    self.repeats += times - u64::from(new);
                }
                return;
            }
            ValueKind::Opaque(_) => return,
        };
        self.repeats += numbers.iter().filter(|value| !self.numbers.insert(**value)).count() as u64;
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.repeats += later.repeats;
        self.repeats += later.numbers.into_iter().filter(|value| !self.numbers.insert(*value)).count() as u64;
        self.repeats +=
            later.texts.into_iter().filter(|text| !self.texts.insert(text.clone())).count() as u64;
    }
}
