use arrow_array::cast::AsArray;
use arrow_array::{Array, GenericStringArray, OffsetSizeTrait};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::text::{broken_by_text, prepared_for_text};
use super::{CellRule, Mismatch, ValueRule};

/// How many characters a value may have; no number at all if `least` is above `most`.
///
/// Characters are code points. Values that are no text have the length of what Python's
/// `str` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl Lengths {
    pub(crate) const NONE: Self = Self { least: 1, most: 0 };

    fn allows(self, length: usize) -> bool {
        self.least <= length && length <= self.most
    }

    fn of<O: OffsetSizeTrait>(self, values: &dyn Array) -> Option<BooleanBuffer> {
        let text: &GenericStringArray<O> = values.as_string();
        let offsets = text.value_offsets();
        let (first, last) = (offsets.first()?.as_usize(), offsets.last()?.as_usize());
        // In ASCII a character is a byte: the values need not be looked at one by one.
        text.value_data().get(first..last)?.is_ascii().then(|| {
            BooleanBuffer::collect_bool(text.len(), |row| {
                !self.allows((offsets[row + 1] - offsets[row]).as_usize())
            })
        })
    }
}

/// How many code points a text has.
fn count(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

impl ValueRule for Lengths {
    fn key(&self) -> String {
        format!("{} to {} characters", self.least, self.most)
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let all_ascii = match values.data_type() {
            DataType::Utf8 => self.of::<i32>(values),
            DataType::LargeUtf8 => self.of::<i64>(values),
            _ => None,
        };
        match all_ascii {
            Some(broken) => Ok(broken),
            None => broken_by_text(values, |text| Ok(self.allows(count(text)))),
        }
    }

    fn prepare(&self, data_type: &DataType) -> Option<Result<CellRule, Mismatch>> {
        let lengths = *self;
        prepared_for_text(data_type, move |text| Ok(lengths.allows(count(text))))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, LargeStringArray, StringArray, StringViewArray};

    use super::*;

    #[test]
    fn characters_are_code_points_in_every_kind_of_text() {
        let rule = Lengths { least: 2, most: 3 };
        for words in [
            vec![Some("a"), None, Some("ab"), Some("abcd"), Some("")],
            vec![Some("é"), None, Some("日本語"), Some("e\u{301}x\u{301}"), Some("")],
        ] {
            let expected = [true, false, false, true, true];
            let arrays: [Box<dyn Array>; 3] = [
                Box::new(StringArray::from(words.clone())),
                Box::new(LargeStringArray::from(words.clone())),
                Box::new(StringViewArray::from(words)),
            ];
            for array in arrays {
                let broken = rule.broken(array.as_ref()).unwrap();
                for row in [0, 2, 3, 4] {
                    assert_eq!(broken.value(row), expected[row], "{row}");
                }
            }
        }
        let text = StringArray::from(vec!["xxxx", "ab", "abcd"]).slice(1, 2);
        assert_eq!(rule.broken(&text).unwrap().iter().collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn numbers_have_the_length_of_their_text() {
        let numbers = Float64Array::from(vec![1.0, 22.0]);
        let broken = Lengths { least: 1, most: 3 }.broken(&numbers).unwrap();
        assert_eq!(broken.iter().collect::<Vec<_>>(), [false, true]);
        let nothing = Lengths::NONE.broken(&numbers).unwrap();
        assert_eq!(nothing.count_set_bits(), 2);
    }
}
