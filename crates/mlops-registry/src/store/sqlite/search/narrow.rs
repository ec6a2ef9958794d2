//! Which way to go: through what passes one condition, if few do, or along the order.

use rusqlite::params_from_iter;

use super::shelf::{Row, Shelf, Through};
use super::sql::{Sql, is_range};
use crate::store::Kind;

/// How many things are few, at first. In tests everything is many.
const FEW: usize = if cfg!(test) { 2 } else { 1024 };

/// How much more is tried each time that nothing was few, and the walk has not filled the page.
const MORE: usize = 8;

/// How many steps of a walk cost as much as one thing that is looked at by itself.
const STEPS: usize = 4;

impl Shelf<'_> {
    /// The first things of this shelf, in order; one more than the page has, if there is one.
    ///
    /// Two ways lead there, and which is the shorter is not known before: many things pass
    /// and a walk along the order soon meets enough of them, or few do and they are found
    /// by that. So what passes each condition is counted up to a bound; what is few is
    /// taken, else the walk goes as far as that is worth, and then the bound is raised. This
    /// costs no more than a few times what the shorter way does.
    pub(super) fn find(&self) -> rusqlite::Result<Vec<Row>> {
        if self.search.kind != Kind::Run {
            return self.first(&self.select(&Through::Items, None), self.limit);
        }
        let mut few = FEW;
        loop {
            if let Some(narrow) = self.narrowest(few)? {
                let condition = &self.conditions[narrow];
                let from = Through::Values(condition.id, &condition.tests);
                return self.first(&self.select(&from, Some(narrow)), self.limit);
            }
            if let Some(rows) = self.walk(few.saturating_mul(STEPS))? {
                return Ok(rows);
            }
            few = few.saturating_mul(MORE);
        }
    }

    /// The condition that the fewest pass, if fewer than `few` do.
    fn narrowest(&self, few: usize) -> rusqlite::Result<Option<usize>> {
        let mut best = None;
        for (i, condition) in self.conditions.iter().enumerate() {
            // To count what the index can't go to is to look everything through.
            if few == FEW && !condition.tests.iter().any(|test| is_range(test)) {
                continue;
            }
            let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1");
            self.source(&mut sql, &Through::Values(condition.id, &condition.tests));
            let bound = best.map_or(few, |(count, _)| count);
            sql.push(" LIMIT ").bind(i64::try_from(bound).unwrap_or(i64::MAX)).push(")");
            let mut statement = self.connection.prepare_cached(&sql.text)?;
            let count: i64 = statement.query_row(params_from_iter(&sql.bound), |row| row.get(0))?;
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            if count < bound {
                best = Some((count, i));
            }
        }
        Ok(best.map(|(_, i)| i))
    }
}
