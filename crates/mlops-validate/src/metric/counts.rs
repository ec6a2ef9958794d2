use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use hashbrown::HashMap;

use super::distinct::{ByValue, Key};
use super::keys::{are_bits, for_each_bits, for_each_place, for_each_text, is_text, same_bytes, scalar};
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::rule::packed;
use crate::table::{Cell, Scalar, and, cell_at, same_values};
use crate::{Error, Result};

/// How often each value of a column occurs, as [`Cell::same`] has it.
///
/// Memory grows with the number of distinct values: 20 to 40 bytes each (35 to 70 for text,
/// and its bytes). A column of few distinct values costs next to nothing.
#[derive(Debug)]
pub(crate) struct CountValues {
    pub(crate) column: String,
    pub(crate) domain: Domain,
}

pub(crate) struct CountValuesState {
    column: String,
    domain: Domain,
    counted: Counted,
    /// How often each text of the dictionary at hand occurred, if it is one: the batches of a
    /// file share it, and it is looked through when the next one comes.
    waiting: Option<(ArrayRef, Vec<u64>)>,
}

/// The distinct values of a column with their counts.
pub(crate) struct Counted {
    /// Of the column, once a batch has been seen.
    data_type: DataType,
    /// Rows of the domain with a value.
    pub(crate) present: u64,
    counts: ByValue<u64>,
    /// Values of columns whose type does not say how to read them back, as first seen.
    shown: HashMap<Vec<u8>, Scalar>,
}

impl Counted {
    /// How many different values there are.
    pub(crate) fn distinct(&self) -> usize {
        self.counts.len()
    }

    fn scalar(&self, key: Key<'_>) -> Scalar {
        match key {
            Key::Bytes(bytes) if !self.shown.is_empty() => {
                self.shown.get(bytes).cloned().unwrap_or(Cell::Missing)
            }
            key => {
                let data_type = match &self.data_type {
                    DataType::Dictionary(_, values) => values,
                    other => other,
                };
                scalar(data_type, key)
            }
        }
    }

    /// The values with their counts, in any order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Scalar, u64)> {
        self.counts.iter().map(|(key, count)| (self.scalar(key), *count))
    }

    /// The values with their counts in the order of [`in_order`].
    pub(crate) fn sorted(&self) -> Vec<(Scalar, u64)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by(|(a, _), (b, _)| in_order(a, b));
        all
    }

    /// The values that occur most often, in the order of [`in_order`]; none of nothing.
    pub(crate) fn most_common(&self) -> Vec<Scalar> {
        let most = self.counts.iter().map(|(_, count)| *count).max();
        let common = self.counts.iter().filter(|(_, count)| Some(**count) == most);
        let mut common: Vec<Scalar> = common.map(|(key, _)| self.scalar(key)).collect();
        common.sort_by(in_order);
        common
    }
}

/// The order of [`Cell::order`]; of values that have none between them, numbers stand first,
/// then moments, then text.
pub(crate) fn in_order(a: &Scalar, b: &Scalar) -> Ordering {
    let kind = |cell: &Scalar| match cell {
        Cell::Bool(_) | Cell::Int(_) => 0,
        Cell::Float(value) => u8::from(value.is_nan()),
        Cell::Moment { .. } | Cell::Date(_) => 2,
        Cell::Text(_) => 3,
        Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => 4,
    };
    a.order(b).unwrap_or_else(|| kind(a).cmp(&kind(b)))
}

impl Metric for CountValues {
    type State = CountValuesState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> CountValuesState {
        let counted = Counted {
            data_type: DataType::Null,
            present: 0,
            counts: ByValue::default(),
            shown: HashMap::new(),
        };
        CountValuesState { column: self.column.clone(), domain: self.domain, counted, waiting: None }
    }
}

/// Counts of the values seen last, by their first bytes: most columns of text have few
/// values, and these need no hashing.
struct Recent {
    /// Length and bytes of a text of up to eight, and how often it was seen.
    slots: [((usize, u64), u64); Self::SLOTS],
}

impl Recent {
    const SLOTS: usize = 256;

    fn new() -> Self {
        Self { slots: [((0, 0), 0); Self::SLOTS] }
    }

    fn slot(&mut self, (len, word): (usize, u64)) -> &mut ((usize, u64), u64) {
        let mixed = (word ^ len as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &mut self.slots[(mixed >> 56) as usize % Self::SLOTS]
    }
}

/// The bytes that were [`packed`].
fn unpacked((len, word): (usize, u64), bytes: &mut [u8; 8]) -> &[u8] {
    let word = word.to_le_bytes();
    let half = if len < 4 { 2 } else { 4 };
    match len {
        0 => {}
        1 => bytes[0] = word[0],
        _ => {
            // The halves overlap; the second ends where the text ends.
            bytes[..half].copy_from_slice(&word[..half]);
            bytes[len - half..len].copy_from_slice(&word[half..2 * half]);
        }
    }
    &bytes[..len]
}

impl CountValuesState {
    fn add(&mut self, key: Key<'_>, count: u64) {
        if let Some(known) = self.counted.counts.get_or_insert(key, count) {
            *known += count;
        }
    }

    fn add_text(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) {
        let mut recent = Recent::new();
        let mut bytes = [0; 8];
        for_each_text(array, mask, |text| {
            let Some(short) = packed(text) else { return self.add(Key::Bytes(text), 1) };
            let (known, count) = recent.slot(short);
            if *known != short {
                let (before, times) = (std::mem::replace(known, short), std::mem::take(count));
                if times > 0 {
                    self.add(Key::Bytes(unpacked(before, &mut bytes)), times);
                }
            }
            *count += 1;
        });
        for (short, times) in recent.slots {
            if times > 0 {
                self.add(Key::Bytes(unpacked(short, &mut bytes)), times);
            }
        }
    }

    fn add_cell(&mut self, cell: Cell<'_>, count: u64) -> Result<()> {
        let Some(bytes) = same_bytes(&cell) else {
            return Err(Error::Evaluation {
                rule: format!("the distinct values of column {:?}", self.column),
                reason: format!("{cell} can't be compared"),
            });
        };
        let known = self.counted.distinct();
        self.add(Key::Bytes(&bytes), count);
        if self.counted.distinct() > known {
            // Both zeros are one value, and so they look the same.
            let cell = if let Cell::Float(value) = cell { Cell::Float(value + 0.0) } else { cell };
            self.counted.shown.insert(bytes, cell.into_owned());
        }
        Ok(())
    }

    /// Each value of a dictionary is looked up once a batch, texts once a dictionary.
    fn add_dictionary(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        let values = array.as_any_dictionary().values();
        if values.is_empty() {
            return Ok(());
        }
        if is_text(values.data_type()) {
            if !self.waiting.as_ref().is_some_and(|(known, _)| same_values(known, values)) {
                self.look_through();
            }
            let (_, times) =
                self.waiting.get_or_insert_with(|| (ArrayRef::clone(values), vec![0; values.len()]));
            for_each_place(array, mask, |place| times[place] += 1);
            return Ok(());
        }
        let mut times = vec![0; values.len()];
        for_each_place(array, mask, |place| times[place] += 1);
        for (place, times) in times.into_iter().enumerate().filter(|(_, times)| *times > 0) {
            self.add_cell(cell_at(values.as_ref(), place), times)?;
        }
        Ok(())
    }

    /// Adds the texts of the dictionary that waits.
    fn look_through(&mut self) {
        let Some((values, times)) = self.waiting.take() else { return };
        for (place, times) in times.into_iter().enumerate().filter(|(_, times)| *times > 0) {
            if let Cell::Text(text) = cell_at(values.as_ref(), place) {
                self.add(Key::Bytes(text.as_bytes()), times);
            }
        }
    }
}

impl Accumulator for CountValuesState {
    type Output = Counted;

    /// To merge two sets of values costs as much as to fill one.
    const MERGES_CHEAPLY: bool = false;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array = chunk.as_given(&self.column)?.as_ref();
        let data_type = array.data_type();
        self.counted.data_type = data_type.clone();
        let mask = and(chunk.domain(self.domain)?, chunk.present(&self.column)?);
        let present = mask.as_ref().map_or(chunk.rows(), BooleanBuffer::count_set_bits);
        self.counted.present += present as u64;
        let mask = mask.as_ref();
        match data_type {
            _ if present == 0 => {}
            DataType::Boolean => {
                let values = array.as_boolean().values();
                let yes = mask.map_or(values.count_set_bits(), |mask| (mask & values).count_set_bits());
                for (bits, count) in [(1, yes), (0, present - yes)] {
                    if count > 0 {
                        self.add(Key::Bits(bits), count as u64);
                    }
                }
            }
            bits if are_bits(bits) => for_each_bits(array, mask, |bits| self.add(Key::Bits(bits), 1)),
            text if is_text(text) => self.add_text(array, mask),
            DataType::Dictionary(_, _) => self.add_dictionary(array, mask)?,
            _ => {
                for row in 0..array.len() {
                    if mask.is_none_or(|mask| mask.value(row)) {
                        self.add_cell(cell_at(array, row), 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, mut later: Self) {
        self.look_through();
        later.look_through();
        if later.counted.present > 0 {
            self.counted.data_type = later.counted.data_type;
        }
        self.counted.present += later.counted.present;
        for (key, count) in later.counted.counts.iter() {
            if let Some(known) = self.counted.counts.get_or_insert(key, *count) {
                *known += count;
            }
        }
        for (bytes, cell) in later.counted.shown {
            self.counted.shown.entry(bytes).or_insert(cell);
        }
    }

    fn finish(mut self) -> Counted {
        self.look_through();
        self.counted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..9)) {
            let short = packed(&bytes).unwrap();
            let mut space = [0xaa; 8];
            prop_assert_eq!(unpacked(short, &mut space), bytes.as_slice());
        }
    }
}
