use std::sync::Arc;

use arrow_array::types::Int8Type as DictionaryKey;
use arrow_array::{
    DictionaryArray, Int16Array, Int32Array, Int64Array, LargeStringArray, StringArray, StringViewArray,
    UInt64Array,
};

use super::*;

fn find(entities: &[ArrayRef], features: &[ArrayRef]) -> (Vec<u32>, Vec<u32>) {
    let (keys, rows) = Keys::number(&entities.iter().collect::<Vec<_>>());
    let (mut found, mut scratch) = (vec![7], vec![9]);
    keys.find(&features.iter().collect::<Vec<_>>(), &mut found, &mut scratch);
    (rows, found)
}

#[test]
fn integers_match_whatever_their_width() {
    for far in [40, i64::MAX] {
        let entities: ArrayRef =
            Arc::new(Int64Array::from(vec![Some(5), None, Some(-3), Some(5), Some(far)]));
        let narrow: ArrayRef = Arc::new(Int16Array::from(vec![Some(-3), Some(5), Some(-4), None, Some(6)]));
        let (rows, found) = find(std::slice::from_ref(&entities), &[narrow]);
        assert_eq!(rows, [0, NO_KEY, 1, 0, 2]);
        assert_eq!(found, [1, 0, NO_KEY, NO_KEY, NO_KEY]);
        let unsigned: ArrayRef = Arc::new(UInt64Array::from(vec![far.unsigned_abs(), u64::MAX, 5]));
        assert_eq!(find(&[entities], &[unsigned]).1, [2, NO_KEY, 0]);
    }
}

#[test]
fn integers_beyond_the_signed_match_as_well() {
    let entities: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 1, 1 << 63]));
    let features: ArrayRef = Arc::new(UInt64Array::from(vec![1 << 63, 1, u64::MAX, u64::MAX - 1]));
    assert_eq!(find(std::slice::from_ref(&entities), &[features]), (vec![0, 1, 2], vec![2, 1, 0, NO_KEY]));
    let signed: ArrayRef = Arc::new(Int64Array::from(vec![-1, i64::MIN, 1]));
    assert_eq!(find(&[entities], &[signed]).1, [NO_KEY, NO_KEY, 1], "-1 is not 2^64 - 1");
}

#[test]
fn text_matches_whatever_its_encoding() {
    let words = vec![Some("UA"), None, Some(""), Some("DL"), Some("XX")];
    let dictionary: DictionaryArray<DictionaryKey> = words.iter().copied().collect();
    let same: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words.clone())),
        Arc::new(StringViewArray::from(words)),
        Arc::new(dictionary),
    ];
    for entities in &same {
        for features in &same {
            let (rows, found) = find(std::slice::from_ref(entities), std::slice::from_ref(features));
            assert_eq!(rows, [0, NO_KEY, 1, 2, 3]);
            assert_eq!(found, rows);
        }
    }
}

#[test]
fn a_dictionary_of_nulls_matches_nothing() {
    let nulls: DictionaryArray<DictionaryKey> = [None::<&str>, None].into_iter().collect();
    let nulls: ArrayRef = Arc::new(nulls);
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    assert_eq!(
        find(std::slice::from_ref(&nulls), std::slice::from_ref(&text)),
        (vec![NO_KEY; 2], vec![NO_KEY])
    );
    assert_eq!(find(&[text], &[nulls]).1, [NO_KEY; 2]);
}

#[test]
fn keys_of_several_columns_match_as_a_whole() {
    let entities: [ArrayRef; 3] = [
        Arc::new(Int32Array::from(vec![1, 1, 2, 1, 1])),
        Arc::new(StringArray::from(vec![Some("u"), Some("v"), Some("u"), Some("u"), None])),
        Arc::new(Int32Array::from(vec![0, 0, 0, 0, 0])),
    ];
    let features: [ArrayRef; 3] = [
        Arc::new(Int64Array::from(vec![2, 2, 1, 1])),
        Arc::new(StringArray::from(vec!["u", "v", "v", "u"])),
        Arc::new(Int64Array::from(vec![0, 0, 0, 1])),
    ];
    let (rows, found) = find(&entities, &features);
    assert_eq!(rows, [0, 1, 2, 0, NO_KEY]);
    assert_eq!(found, [2, NO_KEY, 1, NO_KEY]);
}
