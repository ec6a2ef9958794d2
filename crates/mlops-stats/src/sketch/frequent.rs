use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The most frequent names, with bounds of how often each came.
///
/// Keeps up to `2k` names; more are cut back to `k` by taking the count of the one after
/// them off all. So a name that came `c` times has a count from `c − error` to `c`, and
/// each cut takes as much off at least `k + 1` names: [`error`](Self::error) is counted as
/// it arises and never above `total / (k + 1)`, whatever the order and the merges. Names that
/// came more often than that are certainly there. Exact up to `2k` names.
///
/// ```
/// use mlops_stats::sketch::FrequentItems;
/// let mut items = FrequentItems::new(2)?;
/// for i in 0..1_000 {
///     items.add(if i % 2 == 0 { "JFK".to_owned() } else { format!("N{i}") }.as_str(), 1);
/// }
/// let top = &items.top(1)[0];
/// assert_eq!(top.name, "JFK");
/// assert!((top.at_least..=top.at_least + items.error()).contains(&500));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Misra and Gries, *Finding repeated elements* (1982); that it merges without loss:
/// Agarwal et al., *Mergeable summaries* (2012), theorem 2.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct FrequentItems {
    k: usize,
    total: u64,
    error: u64,
    counts: HashMap<String, u64>,
}

/// A name that came often.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrequentItem {
    /// The name.
    pub name: String,
    /// It came at least this often, and at most [`FrequentItems::error`] times more.
    pub at_least: u64,
}

impl FrequentItems {
    /// A sketch that finds the `k` most frequent names.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `k` is from 1 to 2²⁰.
    pub fn new(k: usize) -> Result<Self> {
        if (1..=1 << 20).contains(&k) {
            Ok(Self { k, total: 0, error: 0, counts: HashMap::new() })
        } else {
            Err(Error::Parameter { what: "k", value: k as f64, expected: "from 1 to 1048576" })
        }
    }

    /// Counts a name so many times more.
    pub fn add(&mut self, name: &str, times: u64) {
        if times == 0 {
            return;
        }
        self.total = self.total.saturating_add(times);
        if let Some(count) = self.counts.get_mut(name) {
            *count = count.saturating_add(times);
        } else {
            self.counts.insert(name.to_owned(), times);
            self.cut();
        }
    }

    /// Adds all that another sketch has counted.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it has another `k`; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.k != other.k {
            let expected = "the k of the sketch it is merged into";
            return Err(Error::Parameter { what: "k", value: other.k as f64, expected });
        }
        self.total = self.total.saturating_add(other.total);
        self.error = self.error.saturating_add(other.error);
        for (name, times) in &other.counts {
            match self.counts.get_mut(name) {
                Some(count) => *count = count.saturating_add(*times),
                None => {
                    self.counts.insert(name.clone(), *times);
                }
            }
        }
        self.cut();
        Ok(())
    }

    /// Back to `k` names if there are more than twice as many.
    fn cut(&mut self) {
        if self.counts.len() <= 2 * self.k {
            return;
        }
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let (_, next, _) = counts.select_nth_unstable_by(self.k, |a, b| b.cmp(a));
        let next = *next;
        self.error = self.error.saturating_add(next);
        self.counts.retain(|_, count| {
            *count -= (*count).min(next);
            *count > 0
        });
    }

    /// How many names it finds.
    pub const fn k(&self) -> usize {
        self.k
    }

    /// How often all names came together.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// How much more often than counted a name may have come, also one that is not there.
    /// 0 while all are.
    pub const fn error(&self) -> u64 {
        self.error
    }

    /// How many names are kept.
    pub fn kept(&self) -> usize {
        self.counts.len()
    }

    /// How often a name came at least; at most [`error`](Self::error) times more.
    pub fn at_least(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// The most frequent names first, those of one count by name.
    pub fn top(&self, limit: usize) -> Vec<FrequentItem> {
        let mut all: Vec<(&String, u64)> = self.counts.iter().map(|(name, count)| (name, *count)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.truncate(limit);
        all.into_iter().map(|(name, at_least)| FrequentItem { name: name.clone(), at_least }).collect()
    }
}

/// What is written down; the most frequent first.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    k: usize,
    total: u64,
    error: u64,
    counts: Vec<(String, u64)>,
}

impl From<FrequentItems> for Written {
    fn from(items: FrequentItems) -> Self {
        let counts = items.top(usize::MAX).into_iter().map(|item| (item.name, item.at_least)).collect();
        Self { k: items.k, total: items.total, error: items.error, counts }
    }
}

impl TryFrom<Written> for FrequentItems {
    type Error = String;

    fn try_from(written: Written) -> std::result::Result<Self, String> {
        let mut items = Self::new(written.k).map_err(|error| error.to_string())?;
        let expected = written.counts.len();
        let mut counted = 0_u64;
        for (name, count) in written.counts {
            counted = counted.checked_add(count).filter(|_| count > 0).ok_or("a count that can't be")?;
            items.counts.insert(name, count);
        }
        if items.counts.len() != expected || expected > 2 * written.k {
            return Err(format!("{expected} frequent names with a k of {}", written.k));
        }
        if counted > written.total || written.error > written.total {
            return Err(format!("frequent names {counted} times of {}", written.total));
        }
        (items.total, items.error) = (written.total, written.error);
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(k: usize, names: &[u8]) -> FrequentItems {
        let mut items = FrequentItems::new(k).unwrap();
        for name in names {
            items.add(&name.to_string(), 1);
        }
        items
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_bounds_hold_after_merges_of_any_shape(
            parts in prop::collection::vec(prop::collection::vec(0_u8..40, 0..120), 1..12),
            k in 1_usize..8, order in prop::collection::vec(any::<prop::sample::Index>(), 12)
        ) {
            let names: Vec<u8> = parts.concat();
            let mut sketches: Vec<FrequentItems> = parts.iter().map(|part| of(k, part)).collect();
            let mut turn = order.iter().cycle();
            while sketches.len() > 1 {
                let one = sketches.swap_remove(turn.next().unwrap().index(sketches.len()));
                let into = turn.next().unwrap().index(sketches.len());
                sketches[into].merge(&one).unwrap();
            }
            let all = &sketches[0];
            prop_assert_eq!(all.total(), names.len() as u64);
            prop_assert!(all.error() <= all.total() / (k as u64 + 1));
            prop_assert!(all.kept() <= 2 * k);
            for name in 0_u8..40 {
                let truth = names.iter().map(|other| u64::from(*other == name)).sum::<u64>();
                let low = all.at_least(&name.to_string());
                prop_assert!((low..=low + all.error()).contains(&truth), "{name}: {truth} {all:?}");
            }
            let text = serde_json::to_string(all).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FrequentItems>(&text).unwrap(), all);
        }
    }

    #[test]
    fn few_names_are_exact_and_degenerate_input_is_decided() {
        let items = of(4, &[1, 2, 2, 3, 3, 3]);
        assert_eq!((items.error(), items.at_least("3"), items.at_least("9")), (0, 3, 0));
        let top: Vec<(String, u64)> = items.top(2).into_iter().map(|i| (i.name, i.at_least)).collect();
        assert_eq!(top, [("3".to_owned(), 3), ("2".to_owned(), 2)]);
        assert!(FrequentItems::new(0).is_err());
        assert!(of(4, &[]).merge(&of(5, &[])).is_err());
        for text in [
            r#"{"k":1,"total":1,"error":0,"counts":[["a",2]]}"#,
            r#"{"k":1,"total":9,"error":0,"counts":[["a",2],["a",1]]}"#,
            r#"{"k":1,"total":9,"error":0,"counts":[["a",1],["b",1],["c",1]]}"#,
            r#"{"k":1,"total":9,"error":10,"counts":[]}"#,
            r#"{"k":1,"total":9,"error":0,"counts":[["a",0]]}"#,
        ] {
            assert!(serde_json::from_str::<FrequentItems>(text).is_err(), "{text}");
        }
    }
}
