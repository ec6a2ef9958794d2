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

struct Small {
    bits: u64,
    first: First,
}

/// The bytes lie in the arena. The hash is kept, so that the table grows and most
/// comparisons end without touching them.
struct Large {
    hash: u64,
    from: usize,
    len: usize,
    first: First,
}

/// The distinct values of a column with the row where each was first seen. Text lies in
/// one arena: no allocation a value.
#[derive(Default)]
pub(super) struct Distinct {
    hasher: DefaultHashBuilder,
    small: HashTable<Small>,
    large: HashTable<Large>,
    arena: Vec<u8>,
    /// The first rows as they will be shown, if that can't be told from the value.
    shown: HashMap<u64, BrokenRow>,
}

impl Distinct {
    /// Takes in the value of a row; whether it has been seen before.
    pub(super) fn see(&mut self, key: Key<'_>, row: u64) -> bool {
        let first = match key {
            Key::Bits(bits) => {
                let hash = self.hasher.hash_one(bits);
                let hasher = &self.hasher;
                match self.small.entry(hash, |one| one.bits == bits, |one| hasher.hash_one(one.bits)) {
                    Entry::Occupied(seen) => &mut seen.into_mut().first,
                    Entry::Vacant(place) => {
                        place.insert(Small { bits, first: First(row) });
                        return false;
                    }
                }
            }
            Key::Bytes(bytes) => {
                let hash = self.hasher.hash_one(bytes);
                let arena = &self.arena;
                let same = |one: &Large| one.hash == hash && arena[one.from..one.from + one.len] == *bytes;
                match self.large.entry(hash, same, |one| one.hash) {
                    Entry::Occupied(seen) => &mut seen.into_mut().first,
                    Entry::Vacant(place) => {
                        place.insert(Large {
                            hash,
                            from: self.arena.len(),
                            len: bytes.len(),
                            first: First(row),
                        });
                        self.arena.extend_from_slice(bytes);
                        return false;
                    }
                }
            }
        };
        first.0 |= AGAIN;
        true
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
        let small = self.small.iter().map(|one| (Key::Bits(one.bits), one.first));
        let large =
            self.large.iter().map(|one| (Key::Bytes(&self.arena[one.from..one.from + one.len]), one.first));
        small.chain(large).map(|(key, first)| (key, first.row(), first.is_repeated()))
    }
}
