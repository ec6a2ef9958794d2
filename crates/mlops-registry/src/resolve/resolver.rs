use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;
use mlops_core::{ModelRef, Timestamp};
use parking_lot::RwLock;

use crate::model::ModelVersion;
use crate::{Registry, Result};

/// How long an answer stands before the store is asked whether anything has changed.
const PERIOD: Duration = Duration::from_millis(250);

/// How many references are kept.
const CAPACITY: usize = 1024;

/// Resolves references from memory: what [`Registry::resolve`] says, in some tens of
/// nanoseconds instead of two reads of the store.
///
/// What a session of the same registry changes is seen by the next call. What others change,
/// in this process or another, is seen within the [period](Self::period): once in that time
/// the length of the audit log is read, which no change leaves as it is. Time is the
/// registry's clock; one that goes back makes the store be asked at once.
///
/// References that mean nothing are not kept. At most [`capacity`](Self::capacity) are; one
/// more, and all are read again.
///
/// ```
/// # fn serve(registry: &mlops_registry::Registry) -> Result<(), Box<dyn std::error::Error>> {
/// let resolver = registry.resolver();
/// let reference = "flight-delay@production".parse()?;
/// // For each request:
/// let version = resolver.resolve(&reference)?;
/// println!("{}", version.artifact);
/// # Ok(()) }
/// ```
pub struct Resolver {
    registry: Registry,
    period: Duration,
    capacity: usize,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    // Of hashbrown for its hasher: half of a look was the standard one's.
    known: HashMap<ModelRef, Arc<ModelVersion>>,
    seen: Option<Seen>,
}

/// The state of the registry that what is known is of.
#[derive(Clone, Copy)]
struct Seen {
    at: Timestamp,
    /// How often this process has changed what references mean.
    changes: u64,
    /// How many entries the audit log had.
    size: u64,
}

impl Registry {
    /// References resolved from memory, for whoever does so at each request. Keep it: it
    /// begins with nothing in it.
    pub fn resolver(&self) -> Resolver {
        Resolver { registry: self.clone(), period: PERIOD, capacity: CAPACITY, state: RwLock::default() }
    }
}

impl Resolver {
    /// How long what others change may go unseen, between asking the store; a quarter of a
    /// second without it.
    #[must_use]
    pub fn period(self, period: Duration) -> Self {
        Self { period, ..self }
    }

    /// How many references are kept, at least one; 1024 without it.
    #[must_use]
    pub fn capacity(self, capacity: usize) -> Self {
        Self { capacity: capacity.max(1), ..self }
    }

    /// The version that a reference means.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such version or alias, and those of the store. Who
    /// serves on with the version of before decides so knowingly.
    pub fn resolve(&self, reference: &ModelRef) -> Result<Arc<ModelVersion>> {
        {
            let state = self.state.read();
            if state.seen.is_some_and(|seen| self.stands(&seen))
                && let Some(version) = state.known.get(reference)
            {
                return Ok(Arc::clone(version));
            }
        }
        self.look(reference)
    }

    fn stands(&self, seen: &Seen) -> bool {
        let age = self.registry.now().as_micros().checked_sub(seen.at.as_micros());
        let age = age.and_then(|micros| u64::try_from(micros).ok());
        seen.changes == self.registry.meanings()
            && age.is_some_and(|age| Duration::from_micros(age) < self.period)
    }

    /// Asks the store what has changed, and, where something has, what the reference means now.
    fn look(&self, reference: &ModelRef) -> Result<Arc<ModelVersion>> {
        // Before the reading: what is changed after it is found by the next look.
        let (at, changes) = (self.registry.now(), self.registry.meanings());
        let seen = Seen { at, changes, size: self.registry.store().size()? };
        let same = |state: &State| {
            state.seen.is_some_and(|before| before.size == seen.size && before.changes == seen.changes)
        };
        {
            let mut state = self.state.write();
            if same(&state) {
                state.seen = Some(seen);
                if let Some(version) = state.known.get(reference) {
                    return Ok(Arc::clone(version));
                }
            }
        }
        let version = Arc::new(self.registry.resolve(reference)?);
        let mut state = self.state.write();
        if !same(&state) {
            // Another has looked later than this one, and knows better.
            if state.seen.is_some_and(|before| before.size > seen.size || before.changes > seen.changes) {
                return Ok(version);
            }
            state.known.clear();
            state.seen = Some(seen);
        }
        if state.known.len() >= self.capacity && !state.known.contains_key(reference) {
            state.known.clear();
        }
        state.known.insert(reference.clone(), Arc::clone(&version));
        Ok(version)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("registry", &self.registry)
            .field("period", &self.period)
            .field("known", &self.state.read().known.len())
            .finish_non_exhaustive()
    }
}
