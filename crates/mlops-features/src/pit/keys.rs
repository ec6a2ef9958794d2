use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use hashbrown::HashMap;

/// The number of a key that no entity row has, or of a null.
pub(super) const NO_KEY: u32 = u32::MAX;

/// What keys are compared as. Keys of one kind match whatever their width or encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Int,
    Text,
    Bytes,
}

impl KeyKind {
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        use DataType as T;
        Some(match data_type {
            T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => {
                Self::Int
            }
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Self::Text,
            T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => Self::Bytes,
            T::Dictionary(_, values) => return Self::of(values),
            _ => return None,
        })
    }
}

/// Whether a column of this type can be a join key.
pub(crate) fn is_key(data_type: &DataType) -> bool {
    KeyKind::of(data_type).is_some()
}

/// Gives each key of the entity rows a dense number from 0, and finds it again.
///
/// Each column has its own numbers; those of several columns are joined pair by pair, so
/// that a row costs a few look-ups and no allocation.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    columns: Vec<ColumnKeys<'a>>,
    /// The numbers of the pairs of what came before and the next column.
    pairs: Vec<HashMap<u64, u32>>,
    count: u32,
}

/// The numbers of a column's values.
#[derive(Debug)]
enum ColumnKeys<'a> {
    Ints(Ints),
    Slices(HashMap<&'a [u8], u32>),
}

/// The numbers of integers.
#[derive(Debug, Default)]
struct Ints {
    /// If the integers lie close together: the smallest, and a number for each from there on.
    dense: Option<(i64, Vec<u32>)>,
    sparse: HashMap<i64, u32>,
    /// Those that only 64 bits without sign can hold.
    large: HashMap<u64, u32>,
}

impl<'a> Keys<'a> {
    /// Numbers the keys of `columns`, of which there is at least one and fewer than
    /// [`NO_KEY`] rows, and says which row has which.
    pub(super) fn number(columns: &[&'a ArrayRef]) -> (Self, Vec<u32>) {
        let mut keys = Self { columns: Vec::new(), pairs: Vec::new(), count: 0 };
        let mut rows = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let (column, count, numbers) = ColumnKeys::number(column);
            keys.columns.push(column);
            if place == 0 {
                (keys.count, rows) = (count, numbers);
                continue;
            }
            let mut pairs = HashMap::new();
            for (row, number) in rows.iter_mut().zip(numbers) {
                *row = pair(*row, number).map_or(NO_KEY, |pair| enter(&mut pairs, pair));
            }
            keys.count = u32::try_from(pairs.len()).expect("there are fewer pairs than rows");
            keys.pairs.push(pairs);
        }
        (keys, rows)
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// Finds the number of each row of `columns`, which are of the kinds that were numbered.
    pub(super) fn find(&self, columns: &[&ArrayRef], rows: &mut Vec<u32>, scratch: &mut Vec<u32>) {
        for (place, (keys, column)) in self.columns.iter().zip(columns).enumerate() {
            let Some(pairs) = place.checked_sub(1).map(|before| &self.pairs[before]) else {
                keys.find(column, rows);
                continue;
            };
            keys.find(column, scratch);
            for (row, number) in rows.iter_mut().zip(scratch.iter()) {
                *row = pair(*row, *number).and_then(|pair| pairs.get(&pair).copied()).unwrap_or(NO_KEY);
            }
        }
    }
}

/// Two numbers as one; nothing if either is none.
fn pair(first: u32, second: u32) -> Option<u64> {
    (first != NO_KEY && second != NO_KEY).then(|| u64::from(first) << 32 | u64::from(second))
}

/// The number of `value`, a new one if it has none yet.
fn enter<K: Eq + std::hash::Hash>(numbers: &mut HashMap<K, u32>, value: K) -> u32 {
    let next = u32::try_from(numbers.len()).expect("there are fewer values than rows");
    *numbers.entry(value).or_insert(next)
}

/// Runs `$call` for the Arrow type of an integer column.
macro_rules! with_int_type {
    ($data_type:expr, $T:ident => $call:expr) => {
        match $data_type {
            DataType::Int8 => {
                type $T = Int8Type;
                $call
            }
            DataType::Int16 => {
                type $T = Int16Type;
                $call
            }
            DataType::Int32 => {
                type $T = Int32Type;
                $call
            }
            DataType::Int64 => {
                type $T = Int64Type;
                $call
            }
            DataType::UInt8 => {
                type $T = UInt8Type;
                $call
            }
            DataType::UInt16 => {
                type $T = UInt16Type;
                $call
            }
            DataType::UInt32 => {
                type $T = UInt32Type;
                $call
            }
            _ => {
                type $T = UInt64Type;
                $call
            }
        }
    };
}

impl<'a> ColumnKeys<'a> {
    /// Numbers the values of a column: the numbers, how many, and that of each row.
    fn number(column: &'a ArrayRef) -> (Self, u32, Vec<u32>) {
        let values = column.as_any_dictionary_opt().map_or(column, |dictionary| dictionary.values());
        let mut numbers = vec![NO_KEY; values.len()];
        let (keys, count) = if KeyKind::of(values.data_type()) == Some(KeyKind::Int) {
            let ints = with_int_type!(values.data_type(), T => Ints::number::<T>(values, &mut numbers));
            (Self::Ints(ints.0), ints.1)
        } else {
            let mut slices = HashMap::new();
            for_each_slice(values, |row, value| numbers[row] = enter(&mut slices, value));
            let count = u32::try_from(slices.len()).expect("there are fewer values than rows");
            (Self::Slices(slices), count)
        };
        let numbers = match column.as_any_dictionary_opt() {
            None => numbers,
            Some(_) => spread(column, &numbers, Vec::new()),
        };
        (keys, count, numbers)
    }

    /// Finds the number of each row of a column of the same kind.
    fn find(&self, column: &ArrayRef, rows: &mut Vec<u32>) {
        if let Some(dictionary) = column.as_any_dictionary_opt() {
            let mut values = Vec::new();
            self.find(dictionary.values(), &mut values);
            *rows = spread(column, &values, std::mem::take(rows));
            return;
        }
        rows.clear();
        rows.resize(column.len(), NO_KEY);
        match self {
            Self::Ints(ints) => with_int_type!(column.data_type(), T => ints.find::<T>(column, rows)),
            Self::Slices(slices) => for_each_slice(column, |row, value| {
                if let Some(number) = slices.get(value) {
                    rows[row] = *number;
                }
            }),
        }
    }
}

/// The number of each row of a dictionary column, from the numbers of the dictionary's values.
fn spread(column: &ArrayRef, values: &[u32], mut rows: Vec<u32>) -> Vec<u32> {
    let dictionary = column.as_any_dictionary();
    rows.clear();
    if values.is_empty() {
        // All rows are null, and their keys point nowhere.
        rows.resize(column.len(), NO_KEY);
        return rows;
    }
    rows.extend(dictionary.normalized_keys().into_iter().map(|key| values[key]));
    if let Some(nulls) = column.nulls() {
        rows.iter_mut().zip(nulls).filter(|(_, valid)| !valid).for_each(|(row, _)| *row = NO_KEY);
    }
    rows
}

impl Ints {
    /// A table of numbers is used up to this many entries for each value, since it is
    /// several times faster than hashing.
    const DENSE_ENTRIES: usize = 8;

    fn number<T>(column: &ArrayRef, rows: &mut [u32]) -> (Self, u32)
    where
        T: ArrowPrimitiveType<Native: TryInto<i64> + TryInto<u64>>,
    {
        let column = column.as_primitive::<T>();
        let values = || column.iter().enumerate().filter_map(|(row, value)| Some((row, value?)));
        let mut ints = Self::default();
        let mut range: Option<(i64, i64)> = None;
        for value in values().filter_map(|(_, value)| value.try_into().ok()) {
            range = Some(range.map_or((value, value), |(min, max)| (min.min(value), max.max(value))));
        }
        if let Some((min, max)) = range {
            let span = usize::try_from(max.abs_diff(min)).ok().and_then(|span| span.checked_add(1));
            let limit = column.len().saturating_mul(Self::DENSE_ENTRIES).max(1024);
            if let Some(span) = span.filter(|span| *span <= limit) {
                ints.dense = Some((min, vec![NO_KEY; span]));
            }
        }
        let mut count = 0;
        for (row, value) in values() {
            let signed: Result<i64, _> = value.try_into();
            let entry = match (signed, &mut ints.dense) {
                (Ok(value), Some((min, numbers))) => &mut numbers[place(value, *min)],
                (Ok(value), None) => ints.sparse.entry(value).or_insert(NO_KEY),
                (Err(_), _) => match value.try_into() {
                    Ok(value) => ints.large.entry(value).or_insert(NO_KEY),
                    Err(_) => continue,
                },
            };
            if *entry == NO_KEY {
                *entry = count;
                count += 1;
            }
            rows[row] = *entry;
        }
        (ints, count)
    }

    fn find<T>(&self, column: &ArrayRef, rows: &mut [u32])
    where
        T: ArrowPrimitiveType<Native: TryInto<i64> + TryInto<u64>>,
    {
        let column = column.as_primitive::<T>();
        for (row, value) in rows.iter_mut().zip(column.values()) {
            *row = self.get::<T::Native>(*value);
        }
        if let Some(nulls) = column.nulls() {
            rows.iter_mut().zip(nulls).filter(|(_, valid)| !valid).for_each(|(row, _)| *row = NO_KEY);
        }
    }

    fn get<N: TryInto<i64> + TryInto<u64> + Copy>(&self, value: N) -> u32 {
        let signed: Result<i64, _> = value.try_into();
        let found = match (signed, &self.dense) {
            (Ok(value), Some((min, numbers))) => numbers.get(place(value, *min)),
            (Ok(value), None) => self.sparse.get(&value),
            (Err(_), _) => value.try_into().ok().and_then(|value: u64| self.large.get(&value)),
        };
        found.copied().unwrap_or(NO_KEY)
    }
}

/// How far `value` is from `min`; for a smaller one, beyond the end of any table.
fn place(value: i64, min: i64) -> usize {
    if value < min { usize::MAX } else { usize::try_from(value.abs_diff(min)).unwrap_or(usize::MAX) }
}

/// Calls `each` with the row and the bytes of each value that is not null.
fn for_each_slice<'a>(column: &'a ArrayRef, mut each: impl FnMut(usize, &'a [u8])) {
    macro_rules! walk {
        ($array:expr, $value:ident => $bytes:expr) => {
            for (row, value) in $array.iter().enumerate() {
                if let Some($value) = value {
                    each(row, $bytes);
                }
            }
        };
    }
    match column.data_type() {
        DataType::Utf8 => walk!(column.as_string::<i32>(), text => text.as_bytes()),
        DataType::LargeUtf8 => walk!(column.as_string::<i64>(), text => text.as_bytes()),
        DataType::Utf8View => walk!(column.as_string_view(), text => text.as_bytes()),
        DataType::Binary => walk!(column.as_binary::<i32>(), bytes => bytes),
        DataType::LargeBinary => walk!(column.as_binary::<i64>(), bytes => bytes),
        DataType::BinaryView => walk!(column.as_binary_view(), bytes => bytes),
        _ => walk!(column.as_fixed_size_binary(), bytes => bytes),
    }
}

#[cfg(test)]
#[path = "keys/tests.rs"]
mod tests;
