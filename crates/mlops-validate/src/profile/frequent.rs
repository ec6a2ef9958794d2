use std::borrow::Borrow;
use std::hash::Hash;

use hashbrown::HashMap;

/// How often each of the values came, exactly while there are at most `2 k`; beyond, of the
/// `k` most frequent at least, and at most `error` times more.
///
/// # Source
/// Misra and Gries, *Finding repeated elements* (1982), merged as in Agarwal et al.,
/// *Mergeable summaries* (2012), as `mlops_stats::sketch::FrequentItems` does for names.
#[derive(Clone, Debug)]
pub(super) struct Frequent<K> {
    k: usize,
    counts: HashMap<K, u64>,
    pub(super) error: u64,
}

impl<K: Hash + Eq + Ord + Clone> Frequent<K> {
    pub(super) fn new(k: usize) -> Self {
        Self { k, counts: HashMap::new(), error: 0 }
    }

    pub(super) fn add<Q: Hash + Eq + ?Sized>(&mut self, key: &Q, times: u64, own: impl FnOnce(&Q) -> K)
    where
        K: Borrow<Q>,
    {
        if times == 0 {
            return;
        }
        if let Some(count) = self.counts.get_mut(key) {
            *count += times;
        } else {
            self.counts.insert(own(key), times);
            self.cut();
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.error += other.error;
        for (key, times) in other.counts {
            *self.counts.entry(key).or_default() += times;
        }
        self.cut();
    }

    fn cut(&mut self) {
        if self.counts.len() <= 2 * self.k {
            return;
        }
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let (_, next, _) = counts.select_nth_unstable_by(self.k, |a, b| b.cmp(a));
        let next = *next;
        self.error += next;
        self.counts.retain(|_, count| {
            *count -= (*count).min(next);
            *count > 0
        });
    }

    pub(super) fn is_exact(&self) -> bool {
        self.error == 0
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The most frequent first, those of one count in order.
    pub(super) fn top(&self, limit: usize) -> Vec<(K, u64)> {
        let mut all: Vec<(&K, u64)> = self.counts.iter().map(|(key, count)| (key, *count)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.into_iter().take(limit).map(|(key, count)| (key.clone(), count)).collect()
    }
}
