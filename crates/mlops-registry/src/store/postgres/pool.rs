//! Sessions that are kept between calls, a bounded number of them.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::connection::Connection;

/// As many sessions as a server is asked for.
pub(super) struct Pool {
    most: usize,
    patience: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    /// The one used last is the last.
    idle: Vec<Connection>,
    /// How many there are, idle or not.
    count: usize,
}

impl Pool {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        Self { most, patience, state: Mutex::default(), freed: Condvar::new() }
    }

    pub(super) const fn most(&self) -> usize {
        self.most
    }

    /// A session for as long as the lease is kept; one that was used before, if one is idle,
    /// else one that `connect` makes. `None` if others keep all of them for too long.
    pub(super) fn lease<E>(
        self: &Arc<Self>,
        connect: impl FnOnce() -> Result<Connection, E>,
    ) -> Option<Result<Lease, E>> {
        let mut state = self.state.lock();
        let none_left = |state: &mut State| state.idle.is_empty() && state.count >= self.most;
        if self.freed.wait_while_for(&mut state, none_left, self.patience).timed_out() {
            return None;
        }
        if let Some(connection) = state.idle.pop() {
            return Some(Ok(Lease { pool: Arc::clone(self), connection: Some(connection), used: true }));
        }
        state.count += 1;
        drop(state);
        // Who can't connect gives its place back as it is dropped.
        let mut lease = Lease { pool: Arc::clone(self), connection: None, used: false };
        Some(connect().map(|connection| {
            lease.connection = Some(connection);
            lease
        }))
    }

    /// Ends all idle sessions: one of them was dead, so that the others are no better.
    pub(super) fn forget_idle(&self) {
        let idle = {
            let mut state = self.state.lock();
            state.count -= state.idle.len();
            std::mem::take(&mut state.idle)
        };
        self.freed.notify_all();
        drop(idle);
    }
}

/// A session that one has for itself.
pub(super) struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    used: bool,
}

impl Lease {
    /// Whether it was idle before, and so may have ended meanwhile.
    pub(super) const fn was_idle(&self) -> bool {
        self.used
    }
}

impl Deref for Lease {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lease that was given out has a session")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lease that was given out has a session")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let ended = {
            let mut state = self.pool.state.lock();
            match self.connection.take() {
                Some(connection) if connection.is_sound() => {
                    state.idle.push(connection);
                    None
                }
                ended => {
                    state.count -= 1;
                    ended
                }
            }
        };
        self.pool.freed.notify_one();
        // Not while others wait for the lock.
        drop(ended);
    }
}
