use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mlops_core::Principal;
use parking_lot::RwLock;

use super::Grant;
use crate::registry::Stored;

/// How long grants are taken for what they were. Nobody does what they no longer may: the
/// grant that an act rests on is a condition of its commit. What may last so long is that
/// an [authorizer](super::Authorizer) does not see a grant that another process has added.
const AGE: Duration = Duration::from_millis(500);

/// How many principals are remembered at most.
const PRINCIPALS: usize = 4096;

/// The grants of those who were here a moment ago.
#[derive(Default)]
pub(crate) struct KnownGrants(RwLock<HashMap<Principal, Known>>);

/// When the grants of one principal were read, and what they were.
type Known = (Instant, Arc<Vec<Stored<Grant>>>);

impl KnownGrants {
    /// The grants of `principal`, if they were read a moment ago.
    pub(crate) fn of(&self, principal: &Principal) -> Option<Arc<Vec<Stored<Grant>>>> {
        let known = self.0.read();
        let (read, grants) = known.get(principal)?;
        (read.elapsed() < AGE).then(|| Arc::clone(grants))
    }

    /// What was read. `since` is a moment before that.
    pub(crate) fn learn(&self, principal: &Principal, since: Instant, grants: Arc<Vec<Stored<Grant>>>) {
        let mut known = self.0.write();
        if known.len() >= PRINCIPALS && !known.contains_key(principal) {
            known.clear();
        }
        known.insert(principal.clone(), (since, grants));
    }

    /// Everything must be read again: a grant has changed, or something that was taken for granted.
    pub(crate) fn forget(&self) {
        self.0.write().clear();
    }
}

impl fmt::Debug for KnownGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KnownGrants").field(&self.0.read().len()).finish()
    }
}
