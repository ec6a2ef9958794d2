//! Along the order, from its beginning or the place of the page before.
//!
//! The order of a field is the index of its values: values up or down, then NaN, then the
//! things that have no value. Within a value, things come by their tie and id; the index
//! has them so, but going down it has them backwards. So it is walked value by value: a
//! stretch of a few values is read and sorted, and a value that many things share is
//! walked by itself, forwards.

use rusqlite::{OptionalExtension as _, params_from_iter};

use super::read::value;
use super::shelf::{Row, Shelf, Through};
use super::sql::{Sql, bound};
use crate::search::{Comparison, Position, Rank, Test, Value};

/// How many entries of the index a stretch has, at first and at most. Tests have few.
const STRETCH: usize = if cfg!(test) { 2 } else { 256 };
const LONGEST: usize = if cfg!(test) { 8 } else { 1 << 14 };

/// A walk on its way.
struct Walk<'w, 'c> {
    shelf: &'w Shelf<'c>,
    found: Vec<Row>,
    /// How many entries may still be looked at.
    left: usize,
    stretch: usize,
    /// The number of the condition on the field of the order, which is its own filter.
    own: Option<usize>,
}

/// What things of one rank are read from.
#[derive(Clone, Copy)]
enum Alike<'a> {
    Value(i64, &'a Value),
    NotANumber(i64),
    Missing(Option<i64>),
}

impl Shelf<'_> {
    /// The first things in order, or nothing if that takes more than so many `steps`.
    pub(super) fn walk(&self, steps: usize) -> rusqlite::Result<Option<Vec<Row>>> {
        let own = self.order.first().and_then(|field| {
            self.conditions
                .iter()
                .position(|condition| Some(condition.id) == *field && !condition.field.is_many())
        });
        let mut walk = Walk { shelf: self, found: Vec::new(), left: steps, stretch: STRETCH, own };
        Ok(if walk.go()? { Some(walk.found) } else { None })
    }
}

impl Walk<'_, '_> {
    /// Whether it came to its end.
    fn go(&mut self) -> rusqlite::Result<bool> {
        let after = self.shelf.search.after.as_ref();
        let rank = after.and_then(|after| after.ranks.first());
        let field = self.shelf.order.first().copied().flatten();
        if let Some(field) = field {
            let values = match rank {
                None => Some(None),
                Some(Rank::Value(value)) => Some(Some(value.clone())),
                Some(_) => None,
            };
            if let Some(from) = values
                && !self.values(field, from)?
            {
                return Ok(false);
            }
            if !matches!(rank, Some(Rank::Missing))
                && !self.alike(Alike::NotANumber(field), after.filter(|_| rank == Some(&Rank::NotANumber)))?
            {
                return Ok(false);
            }
        }
        // What must have a value is not among those without.
        if self.own.is_some() || self.full() {
            return Ok(true);
        }
        self.alike(Alike::Missing(field), after.filter(|_| rank == Some(&Rank::Missing)))
    }

    fn full(&self) -> bool {
        self.found.len() >= self.shelf.limit
    }

    fn wanted(&self) -> usize {
        self.shelf.limit.saturating_sub(self.found.len())
    }

    fn spend(&mut self, entries: usize) -> bool {
        self.left = self.left.saturating_sub(entries);
        self.stretch = (self.stretch * 2).min(LONGEST);
        self.left > 0
    }

    /// Walks the values of a field, from one on.
    fn values(&mut self, field: i64, from: Option<Value>) -> rusqlite::Result<bool> {
        let descending = self.shelf.search.order.first().is_some_and(|by| by.descending);
        let (first, last) = self.bounds(descending);
        // Where the next stretch begins, and whether with this value or behind it.
        let mut next = match (from, first) {
            (Some(from), Some(first)) => Some((later(from, first, descending), true)),
            (from, first) => from.or(first).map(|value| (value, true)),
        };
        while !self.full() {
            let Some(top) = self.value_at(field, descending, next.as_ref(), 0)? else { return Ok(true) };
            if last.as_ref().is_some_and(|last| is_before(last, &top, descending)) {
                return Ok(true);
            }
            let end = self.value_at(field, descending, next.as_ref(), self.stretch)?;
            if end.as_ref() == Some(&top) {
                let after = self
                    .shelf
                    .search
                    .after
                    .as_ref()
                    .filter(|after| after.ranks.first() == Some(&Rank::Value(top.clone())));
                if !self.alike(Alike::Value(field, &top), after)? {
                    return Ok(false);
                }
                next = Some((top, false));
                continue;
            }
            let mut sql = self.shelf.select(&self.from(field), self.own);
            sql.push(" AND d.value ").push(if descending { "<= " } else { ">= " }).bind(bound(&top));
            if let Some(end) = &end {
                sql.push(" AND d.value ").push(if descending { "> " } else { "< " }).bind(bound(end));
            }
            let rows = self.shelf.first(&sql, self.wanted())?;
            self.found.extend(rows);
            let Some(end) = end else { return Ok(true) };
            next = Some((end, true));
            let stretch = self.stretch;
            if !self.spend(stretch) && !self.full() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The values of the field with the conditions on it.
    fn from(&self, field: i64) -> Through<'_> {
        Through::Values(field, self.own.map_or(&[], |own| &self.shelf.conditions[own].tests))
    }

    /// The value that so many entries of the index lie before, from `next` on.
    fn value_at(
        &self,
        field: i64,
        descending: bool,
        next: Option<&(Value, bool)>,
        skipped: usize,
    ) -> rusqlite::Result<Option<Value>> {
        let mut sql = Sql::new("SELECT d.value");
        self.shelf.source(&mut sql, &Through::Values(field, &[]));
        sql.push(" AND d.value IS NOT NULL");
        if let Some((from, inclusive)) = next {
            sql.push(match (descending, inclusive) {
                (true, true) => " AND d.value <= ",
                (true, false) => " AND d.value < ",
                (false, true) => " AND d.value >= ",
                (false, false) => " AND d.value > ",
            });
            sql.bind(bound(from));
        }
        sql.push(if descending { " ORDER BY d.value DESC" } else { " ORDER BY d.value" });
        sql.push(" LIMIT 1 OFFSET ").bind(i64::try_from(skipped).unwrap_or(i64::MAX));
        let mut statement = self.shelf.connection.prepare_cached(&sql.text)?;
        statement.query_row(params_from_iter(&sql.bound), |row| value(row.get_ref(0)?, 0)).optional()
    }

    /// Between what values the conditions on the field of the order leave anything: the
    /// first and the last of them, in the direction of the walk.
    fn bounds(&self, descending: bool) -> (Option<Value>, Option<Value>) {
        let (mut low, mut high): (Option<Value>, Option<Value>) = (None, None);
        let tests = self.own.map_or(&[][..], |own| &self.shelf.conditions[own].tests);
        let mut at_least = |value: Value| {
            low = Some(low.take().map_or(value.clone(), |low| later(low, value.clone(), false)));
        };
        let mut at_most = |value: Value| {
            high = Some(high.take().map_or(value.clone(), |high| later(high, value.clone(), true)));
        };
        for test in tests {
            match test {
                Test::Number(Comparison::Equal, number) => {
                    at_least((*number).into());
                    at_most((*number).into());
                }
                Test::Number(Comparison::Greater | Comparison::GreaterOrEqual, number) => {
                    at_least((*number).into());
                }
                Test::Number(Comparison::Less | Comparison::LessOrEqual, number) => at_most((*number).into()),
                Test::Within(from, until) => {
                    at_least((*from).into());
                    at_most((*until).into());
                }
                Test::Is(text) => {
                    at_least(text.as_str().into());
                    at_most(text.as_str().into());
                }
                _ => {}
            }
        }
        if descending { (high, low) } else { (low, high) }
    }

    /// Walks things of one rank, behind a place among them.
    fn alike(&mut self, alike: Alike<'_>, after: Option<&Position>) -> rusqlite::Result<bool> {
        let several = self.shelf.order.len() > 1;
        if several {
            // By what else they are sorted the index does not know: all of them are read.
            let sql = self.of(alike);
            let rows = self.shelf.first(&sql, self.wanted())?;
            self.found.extend(rows);
            return Ok(true);
        }
        let mut from = after.map(|after| {
            let number = after.key.parts().get(1);
            let number = if let Some(crate::store::Part::Number(number)) = number { *number } else { 0 };
            // Runs of other experiments have their place by the name of that.
            match after.key.parts().first() {
                Some(crate::store::Part::Text(name)) if name.as_str() == self.shelf.name => {
                    (after.tie, self.shelf.scope << 32 | number)
                }
                Some(crate::store::Part::Text(name)) if name.as_str() > self.shelf.name => {
                    (after.tie, i64::MAX)
                }
                _ => (after.tie, i64::MIN),
            }
        });
        let item = alike.item();
        while !self.full() {
            let behind = |sql: &mut Sql, from: Option<(i64, i64)>| {
                if let Some((tie, id)) = from {
                    sql.push(" AND (d.tie, ")
                        .push(item)
                        .push(") > (")
                        .bind(tie)
                        .push(", ")
                        .bind(id)
                        .push(")");
                }
            };
            let mut sql = Sql::new("SELECT d.tie, ");
            sql.push(item);
            self.source(&mut sql, alike);
            behind(&mut sql, from);
            sql.push(" ORDER BY d.tie, ").push(item);
            sql.push(" LIMIT 1 OFFSET ").bind(i64::try_from(self.stretch).unwrap_or(i64::MAX));
            let mut statement = self.shelf.connection.prepare_cached(&sql.text)?;
            let end: Option<(i64, i64)> = statement
                .query_row(params_from_iter(&sql.bound), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let mut sql = self.of(alike);
            behind(&mut sql, from);
            if let Some((tie, id)) = end {
                sql.push(" AND (d.tie, ").push(item).push(") <= (").bind(tie).push(", ").bind(id).push(")");
            }
            sql.push(" ORDER BY d.tie, ").push(item);
            sql.push(" LIMIT ").bind(i64::try_from(self.wanted()).unwrap_or(i64::MAX));
            let rows = self.shelf.first(&sql, self.wanted())?;
            self.found.extend(rows);
            if end.is_none() {
                return Ok(true);
            }
            from = end;
            let stretch = self.stretch;
            if !self.spend(stretch) && !self.full() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// ` FROM … WHERE …`, all that are alike and some that are not.
    fn source(&self, sql: &mut Sql, alike: Alike<'_>) {
        match alike {
            Alike::Value(field, value) => {
                self.shelf.source(sql, &Through::Values(field, &[]));
                sql.push(" AND d.value = ").bind(bound(value));
            }
            Alike::NotANumber(field) => {
                self.shelf.source(sql, &Through::Values(field, &[]));
                sql.push(" AND d.value IS NULL");
            }
            Alike::Missing(_) => self.shelf.source(sql, &Through::Items),
        }
    }

    /// The statement for those that are alike and pass.
    fn of(&self, alike: Alike<'_>) -> Sql {
        match alike {
            Alike::Value(field, value) => {
                let mut sql = self.shelf.select(&self.from(field), self.own);
                sql.push(" AND d.value = ").bind(bound(value));
                sql
            }
            Alike::NotANumber(field) => {
                let mut sql = self.shelf.select(&self.from(field), self.own);
                sql.push(" AND d.value IS NULL");
                sql
            }
            Alike::Missing(field) => {
                let mut sql = self.shelf.select(&Through::Items, None);
                if let Some(field) = field {
                    Shelf::without(&mut sql, "d.id", field);
                }
                sql
            }
        }
    }
}

impl Alike<'_> {
    const fn item(self) -> &'static str {
        match self {
            Self::Missing(_) => Through::Items.item(),
            _ => "d.item",
        }
    }
}

/// Whether `a` comes before `b` in this direction.
fn is_before(a: &Value, b: &Value, descending: bool) -> bool {
    let before = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    };
    before.is_some_and(|order| if descending { order.is_gt() } else { order.is_lt() })
}

/// The one of two that comes later in this direction.
fn later(a: Value, b: Value, descending: bool) -> Value {
    if is_before(&a, &b, descending) { b } else { a }
}
