use parking_lot::RwLock;

/// What was computed once, by what it was computed of. A few dozen entries: a look-up is a
/// walk.
///
/// Nothing is locked while something is computed: a thread that waits for its own work to
/// be done may take up that of another check, and would wait for itself. Two that ask for
/// the same at the same time compute it twice and see one answer.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RwLock<Vec<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Vec::new()))
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    pub(super) fn get(&self, key: K, compute: impl FnOnce(&K) -> V) -> V {
        let known =
            |entries: &[(K, V)]| entries.iter().find(|(other, _)| *other == key).map(|(_, v)| v.clone());
        if let Some(value) = known(&self.0.read()) {
            return value;
        }
        let value = compute(&key);
        let mut entries = self.0.write();
        known(&entries).unwrap_or_else(|| {
            entries.push((key, value.clone()));
            value
        })
    }
}
