use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A value as it is hashed: of one column, either all fit in 64 bits or none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Bits(u64),
    Bytes(&'a [u8]),
}

/// Where a key is kept.
#[derive(Clone, Copy)]
enum Kept {
    Bits(u64),
    /// In the arena, from here up to there.
    Bytes(usize, usize),
}

/// A key that owns its bytes.
pub(super) enum OwnedKey {
    Bits(u64),
    Bytes(Vec<u8>),
}

impl OwnedKey {
    pub(super) fn as_key(&self) -> Key<'_> {
        match self {
            Self::Bits(bits) => Key::Bits(*bits),
            Self::Bytes(bytes) => Key::Bytes(bytes),
        }
    }
}

/// The distinct values of a column in the order in which they were first seen, with
/// something kept for each. Text lies in one arena: no allocation a value.
pub(super) struct Distinct<T> {
    hasher: DefaultHashBuilder,
    /// The hash and the place of each value. The hash is kept so that growing and looking
    /// up do not touch the values.
    table: HashTable<(u64, usize)>,
    keys: Vec<Kept>,
    kept: Vec<T>,
    arena: Vec<u8>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            table: HashTable::new(),
            keys: Vec::new(),
            kept: Vec::new(),
            arena: Vec::new(),
        }
    }
}

impl<T> Distinct<T> {
    fn hash(&self, key: Key<'_>) -> u64 {
        match key {
            Key::Bits(bits) => self.hasher.hash_one(bits),
            Key::Bytes(bytes) => self.hasher.hash_one(bytes),
        }
    }

    /// The place of a value, if it has been seen.
    pub(super) fn find(&self, key: Key<'_>) -> Option<usize> {
        let hash = self.hash(key);
        self.table.find(hash, |(other, at)| *other == hash && self.key(*at) == key).map(|(_, at)| *at)
    }

    /// Adds a value that has not been seen.
    pub(super) fn insert(&mut self, key: Key<'_>, value: T) -> usize {
        let hash = self.hash(key);
        let at = self.keys.len();
        self.keys.push(match key {
            Key::Bits(bits) => Kept::Bits(bits),
            Key::Bytes(bytes) => {
                let from = self.arena.len();
                self.arena.extend_from_slice(bytes);
                Kept::Bytes(from, self.arena.len())
            }
        });
        self.kept.push(value);
        self.table.insert_unique(hash, (hash, at), |(hash, _)| *hash);
        at
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn key(&self, at: usize) -> Key<'_> {
        match self.keys[at] {
            Kept::Bits(bits) => Key::Bits(bits),
            Kept::Bytes(from, to) => Key::Bytes(&self.arena[from..to]),
        }
    }

    pub(super) fn get_mut(&mut self, at: usize) -> &mut T {
        &mut self.kept[at]
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.kept.iter_mut()
    }

    /// All values with what was kept, in the order in which they were first seen.
    pub(super) fn into_entries(self) -> impl Iterator<Item = (OwnedKey, T)> {
        let arena = self.arena;
        self.keys.into_iter().zip(self.kept).map(move |(key, kept)| {
            let key = match key {
                Kept::Bits(bits) => OwnedKey::Bits(bits),
                Kept::Bytes(from, to) => OwnedKey::Bytes(arena[from..to].to_vec()),
            };
            (key, kept)
        })
    }
}
