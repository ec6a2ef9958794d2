use std::hash::BuildHasher;

use hashbrown::hash_table::{Entry, HashTable};
use hashbrown::{DefaultHashBuilder, HashMap};

use super::broken::BrokenRow;

/// A value as it is hashed: of one column, either all fit in 64 bits or none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Bits(u64),
    Bytes(&'a [u8]),
}

struct Small<V> {
    bits: u64,
    value: V,
}

/// The bytes lie in the arena. The hash is kept, so that the table grows and most
/// comparisons end without touching them.
struct Large<V> {
    hash: u64,
    from: usize,
    len: usize,
    value: V,
}

/// Something for each distinct value of a column. Text lies in one arena: no allocation a
/// value.
pub(super) struct ByValue<V> {
    hasher: DefaultHashBuilder,
    small: HashTable<Small<V>>,
    large: HashTable<Large<V>>,
    arena: Vec<u8>,
}

impl<V> Default for ByValue<V> {
    fn default() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            small: HashTable::new(),
            large: HashTable::new(),
            arena: Vec::new(),
        }
    }
}

impl<V> ByValue<V> {
    /// What is kept for a value; if it is new, `first` is kept and `None` is returned.
    pub(super) fn get_or_insert(&mut self, key: Key<'_>, first: V) -> Option<&mut V> {
        match key {
            Key::Bits(bits) => {
                let hash = self.hasher.hash_one(bits);
                let hasher = &self.hasher;
                match self.small.entry(hash, |one| one.bits == bits, |one| hasher.hash_one(one.bits)) {
                    Entry::Occupied(seen) => Some(&mut seen.into_mut().value),
                    Entry::Vacant(place) => {
                        place.insert(Small { bits, value: first });
                        None
                    }
                }
            }
            Key::Bytes(bytes) => {
                let hash = self.hasher.hash_one(bytes);
                let arena = &self.arena;
                let same = |one: &Large<V>| one.hash == hash && arena[one.from..one.from + one.len] == *bytes;
                match self.large.entry(hash, same, |one| one.hash) {
                    Entry::Occupied(seen) => Some(&mut seen.into_mut().value),
                    Entry::Vacant(place) => {
                        let from = self.arena.len();
                        place.insert(Large { hash, from, len: bytes.len(), value: first });
                        self.arena.extend_from_slice(bytes);
                        None
                    }
                }
            }
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.small.len() + self.large.len()
    }

    /// All values, in any order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Key<'_>, &V)> {
        let small = self.small.iter().map(|one| (Key::Bits(one.bits), &one.value));
        let bytes = |one: &Large<V>| &self.arena[one.from..one.from + one.len];
        let large = self.large.iter().map(move |one| (Key::Bytes(bytes(one)), &one.value));
        small.chain(large)
    }
}

/// The row where a value was first seen, and in the highest bit whether it was seen again.
#[derive(Clone, Copy)]
struct First(u64);

const AGAIN: u64 = 1 << 63;

impl First {
    fn row(self) -> u64 {
        self.0 & !AGAIN
    }

    fn is_repeated(self) -> bool {
        self.0 & AGAIN != 0
    }
}

/// The distinct values of a column with the row where each was first seen.
#[derive(Default)]
pub(super) struct Distinct {
    values: ByValue<First>,
    /// The first rows as they will be shown, if that can't be told from the value.
    shown: HashMap<u64, BrokenRow>,
}

impl Distinct {
    /// Takes in the value of a row; whether it has been seen before.
    pub(super) fn see(&mut self, key: Key<'_>, row: u64) -> bool {
        match self.values.get_or_insert(key, First(row)) {
            None => false,
            Some(first) => {
                first.0 |= AGAIN;
                true
            }
        }
    }

    /// Keeps how the first row of a value will be shown.
    pub(super) fn keep_shown(&mut self, shown: BrokenRow) {
        self.shown.insert(shown.row, shown);
    }

    /// How a row that was the first of its value will be shown, if that was kept.
    pub(super) fn take_shown(&mut self, row: u64) -> Option<BrokenRow> {
        self.shown.remove(&row)
    }

    /// All values, in any order: the value, its first row, and whether it was seen again.
    pub(super) fn values(&self) -> impl Iterator<Item = (Key<'_>, u64, bool)> {
        self.values.iter().map(|(key, first)| (key, first.row(), first.is_repeated()))
    }
}
