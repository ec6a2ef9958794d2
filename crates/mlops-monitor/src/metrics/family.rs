use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hashbrown::{DefaultHashBuilder, HashTable};
use mlops_core::{Clock, Timestamp};
use parking_lot::RwLock;

use super::exposition::{Collect, Labels, Writer};
use super::series::sealed::Sealed;
use super::spec::Definition;
use super::{Counter, Error, Exposition, Result, Series};

/// The series of one name, told apart by the values of their labels.
///
/// A handle: a clone is the same family. [`with`](Self::with) costs one hash look-up under
/// a read lock, and no allocation, once the series is there; keep what it returns where
/// the labels are known beforehand, and recording takes no lock at all.
#[derive(Clone, Debug)]
pub struct Family<S: Series>(Arc<Core<S>>);

#[derive(Debug)]
struct Core<S: Series> {
    definition: Definition,
    shape: S::Shape,
    clock: Arc<dyn Clock>,
    hasher: DefaultHashBuilder,
    table: RwLock<Table<S>>,
}

/// Series in the order of their first use.
#[derive(Debug)]
struct Table<S> {
    /// Shared with a scrape while it runs, so that it holds no lock.
    slots: Arc<Vec<Arc<Slot<S>>>>,
    /// Places in `slots`, by the hash of the values.
    places: HashTable<usize>,
}

#[derive(Debug)]
struct Slot<S> {
    values: Box<[Box<str>]>,
    hash: u64,
    labels: Labels,
    created: AtomicI64,
    series: S,
}

impl<S> Slot<S> {
    fn is(&self, values: &[&str]) -> bool {
        self.values.iter().map(AsRef::as_ref).eq(values.iter().copied())
    }
}

impl<S: Series> Family<S> {
    pub(super) fn new(definition: Definition, shape: S::Shape, clock: Arc<dyn Clock>) -> Self {
        let table = Table { slots: Arc::default(), places: HashTable::new() };
        let hasher = DefaultHashBuilder::default();
        let family = Self(Arc::new(Core { definition, shape, clock, hasher, table: RwLock::new(table) }));
        if family.0.definition.labels.is_empty() {
            // Known to be 0 before it is used.
            family.0.insert(&[], |_| ());
        }
        family
    }

    /// The name, without the suffixes of its kind such as `_total`.
    pub fn name(&self) -> &str {
        &self.0.definition.base
    }

    /// The series of these label values, in the order in which the labels were defined;
    /// it is exposed from now on. `&[]` is the one series of a family without labels.
    ///
    /// # Errors
    /// [`Error::Labels`] if there are more or fewer values than labels.
    pub fn with(&self, values: &[&str]) -> Result<S> {
        let core = &*self.0;
        core.check(values)?;
        let hash = core.hash(values);
        if let Some(series) = core.table.read().find(hash, values) {
            return Ok(series.clone());
        }
        Ok(core.insert(values, |_| ()))
    }

    /// The same; a series that is new is brought to its first value before anybody sees it.
    pub(super) fn with_start(&self, values: &[&str], start: impl FnOnce(&S)) -> Result<S> {
        self.0.check(values)?;
        Ok(self.0.insert(values, start))
    }

    /// The same by label names, in any order.
    ///
    /// # Errors
    /// [`Error::Labels`] if the names are not those of the family, each once.
    pub fn with_labels(&self, labels: &[(&str, &str)]) -> Result<S> {
        let Definition { labels: names, .. } = &self.0.definition;
        let value = |name: &String| labels.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        match names.iter().map(value).collect::<Option<Vec<&str>>>() {
            Some(values) if labels.len() == names.len() => self.with(&values),
            _ => Err(self.0.mismatch(labels.iter().map(|(name, _)| *name))),
        }
    }

    /// Exposes the series of these values no longer; whether it was there. Handles of it
    /// record on, but nobody sees it; [`with`](Self::with) starts a new one.
    ///
    /// # Errors
    /// As [`with`](Self::with), and for a family without labels, whose one series stays.
    pub fn remove(&self, values: &[&str]) -> Result<bool> {
        let core = &*self.0;
        core.check(values)?;
        if values.is_empty() {
            return Err(core.mismatch(std::iter::empty()));
        }
        let hash = core.hash(values);
        let mut table = core.table.write();
        let Table { slots, places } = &mut *table;
        let Ok(found) =
            places.find_entry(hash, |place| slots.get(*place).is_some_and(|slot| slot.is(values)))
        else {
            return Ok(false);
        };
        let (removed, _) = found.remove();
        for place in places.iter_mut() {
            *place -= usize::from(*place > removed);
        }
        Arc::make_mut(slots).remove(removed);
        Ok(true)
    }

    /// Removes, as [`remove`](Self::remove) does, all series that have these labels among
    /// theirs; how many there were. No labels, no series.
    ///
    /// # Errors
    /// [`Error::Labels`] if the family has no label of one of the names.
    pub fn remove_where(&self, labels: &[(&str, &str)]) -> Result<usize> {
        let core = &*self.0;
        let place = |name: &str| core.definition.labels.iter().position(|label| label == name);
        let wanted: Option<Vec<(usize, &str)>> =
            labels.iter().map(|(name, value)| Some((place(name)?, *value))).collect();
        let wanted = wanted.ok_or_else(|| core.mismatch(labels.iter().map(|(name, _)| *name)))?;
        if wanted.is_empty() {
            return Ok(0);
        }
        let mut table = core.table.write();
        let Table { slots, places } = &mut *table;
        let before = slots.len();
        let slots = Arc::make_mut(slots);
        slots.retain(|slot| {
            !wanted.iter().all(|(place, value)| slot.values.get(*place).is_some_and(|it| **it == **value))
        });
        places.clear();
        for (place, slot) in slots.iter().enumerate() {
            places.insert_unique(slot.hash, place, |place| slots.get(*place).map_or(0, |slot| slot.hash));
        }
        Ok(before - slots.len())
    }

    /// Exposes none of the series any longer, as [`remove`](Self::remove) for each. The one
    /// series of a family without labels stays.
    pub fn clear(&self) {
        if !self.0.definition.labels.is_empty() {
            let mut table = self.0.table.write();
            table.slots = Arc::default();
            table.places.clear();
        }
    }
}

impl Family<Counter> {
    /// Counts these values from 0 again, as if they were created now: for a part of the
    /// process that starts anew.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn reset(&self, values: &[&str]) -> Result<()> {
        self.with(values)?.reset();
        let core = &*self.0;
        let hash = core.hash(values);
        let table = core.table.read();
        if let Some(slot) = table.slot(hash, values) {
            slot.created.store(core.clock.now().as_micros(), Ordering::Relaxed);
        }
        Ok(())
    }
}

impl<S: Series> Table<S> {
    fn slot(&self, hash: u64, values: &[&str]) -> Option<&Slot<S>> {
        let is = |place: &usize| self.slots.get(*place).is_some_and(|slot| slot.is(values));
        self.places.find(hash, is).and_then(|place| self.slots.get(*place)).map(AsRef::as_ref)
    }

    fn find(&self, hash: u64, values: &[&str]) -> Option<&S> {
        self.slot(hash, values).map(|slot| &slot.series)
    }
}

impl<S: Series> Core<S> {
    fn hash(&self, values: &[&str]) -> u64 {
        self.hasher.hash_one(values)
    }

    fn check(&self, values: &[&str]) -> Result<()> {
        if values.len() == self.definition.labels.len() {
            Ok(())
        } else {
            Err(self.mismatch(values.iter().copied()))
        }
    }

    fn mismatch<'a>(&self, given: impl Iterator<Item = &'a str>) -> Error {
        let Definition { base, labels, .. } = &self.definition;
        let given = given.map(str::to_owned).collect();
        Error::Labels { metric: base.clone(), expected: labels.clone(), given }
    }

    /// The series of `values`, started now unless it is there.
    fn insert(&self, values: &[&str], start: impl FnOnce(&S)) -> S {
        let hash = self.hash(values);
        let created = self.clock.now().as_micros();
        let mut table = self.table.write();
        if let Some(series) = table.find(hash, values) {
            return series.clone();
        }
        let series = S::start(&self.shape);
        start(&series);
        let Table { slots, places } = &mut *table;
        let slots = Arc::make_mut(slots);
        let place = slots.len();
        slots.push(Arc::new(Slot {
            values: values.iter().map(|value| Box::from(*value)).collect(),
            hash,
            labels: Labels::new(&self.definition, values),
            created: AtomicI64::new(created),
            series: series.clone(),
        }));
        places.insert_unique(hash, place, |place| slots.get(*place).map_or(0, |slot| slot.hash));
        series
    }
}

impl<S: Series> Collect for Core<S> {
    fn write(&self, out: &mut String, exposition: Exposition, with_created: bool) {
        let slots = Arc::clone(&self.table.read().slots);
        let created = |slot: &Slot<S>| Timestamp::from_micros(slot.created.load(Ordering::Relaxed));
        let with_created = with_created && S::KIND.has_created();
        let mut writer = Writer::new(out, &self.definition, exposition);
        writer.header();
        for slot in &*slots {
            let mut samples = writer.samples(&slot.labels, &slot.values);
            Sealed::write(&slot.series, &mut samples);
            if with_created && exposition.is_open_metrics() {
                samples.push_created(created(slot));
            }
        }
        if with_created && !exposition.is_open_metrics() && !slots.is_empty() {
            writer.created_header();
            for slot in &*slots {
                writer.samples(&slot.labels, &slot.values).push_created(created(slot));
            }
        }
    }
}

impl<S: Series> Family<S> {
    pub(super) fn collector(&self) -> Arc<dyn Collect> {
        Arc::clone(&self.0) as Arc<dyn Collect>
    }
}
