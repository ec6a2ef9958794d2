//! Which windows of the calendar are over.

use std::time::Duration;

use mlops_core::{Timestamp, Window as Span};

use super::Cadence;

pub(super) const TICK: Duration = Duration::from_micros(1);

/// What a moment ends.
pub(super) struct Ended {
    /// The windows that are over, in their order: the open one, and the silent ones after it.
    pub(super) windows: Vec<Span>,
    /// The window that the moment lies in.
    pub(super) open: Span,
}

impl Cadence {
    /// What `now` ends where `open` is open; nothing if it is not over. Of a long silence the
    /// latest `at_most` windows.
    pub(super) fn ended(self, open: Span, now: Timestamp, at_most: usize) -> Option<Ended> {
        // The open window may be the rest of one that was closed early.
        if now < open.until() {
            return None;
        }
        let window = self.window_of(now)?;
        let mut silent = Vec::new();
        let mut next = window;
        while silent.len() < at_most && open.until() < next.from() {
            match self.window_of(next.from() - TICK) {
                Some(before) if before.from() < next.from() => next = before,
                _ => break,
            }
            silent.push(next);
        }
        let windows = std::iter::once(open).chain(silent.into_iter().rev()).collect();
        Some(Ended { windows, open: window })
    }
}
