//! One shelf of one scope: where things that may be found lie side by side.

use rusqlite::{Connection, params_from_iter};

use super::read::field;
use super::sql::{Sql, and_rank, rank};
use crate::search::{Field, Position, Search, Test};
use crate::store::{Key, Kind};

/// A thing that passes, and its place.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) item: i64,
    pub(super) position: Position,
}

/// The conditions on one field: they are of one value, unless a thing has many of it.
#[derive(Debug)]
pub(super) struct Condition<'s> {
    pub(super) field: &'s Field,
    pub(super) id: i64,
    pub(super) tests: Vec<&'s Test>,
}

/// A search as it is to be done on one shelf.
pub(super) struct Shelf<'c> {
    pub(super) connection: &'c Connection,
    pub(super) search: &'c Search,
    /// The experiment, for runs.
    pub(super) name: &'c str,
    pub(super) scope: i64,
    pub(super) state: i64,
    pub(super) conditions: Vec<Condition<'c>>,
    /// Fields that a thing must not have.
    pub(super) absent: Vec<i64>,
    /// The fields of the order; `None` for one that nothing here has.
    pub(super) order: Vec<Option<i64>>,
    /// How many rows are wanted.
    pub(super) limit: usize,
}

/// Where the rows of a statement come from.
pub(super) enum Through<'a> {
    /// The things of the shelf.
    Items,
    /// The values of a field, by their order; those that pass.
    Values(i64, &'a [&'a Test]),
}

impl<'c> Shelf<'c> {
    /// What is to be done; `None` if nothing here can pass, since nothing has such a field.
    pub(super) fn new(
        connection: &'c Connection,
        search: &'c Search,
        name: &'c str,
        (scope, shelf): (i64, i64),
    ) -> rusqlite::Result<Option<Self>> {
        let mut conditions: Vec<Condition<'c>> = Vec::new();
        let mut absent = Vec::new();
        for clause in search.filter.clauses() {
            let id = field(connection, scope, shelf, &clause.field)?;
            match (&clause.test, id) {
                (Test::Null, id) => absent.extend(id),
                (_, None) => return Ok(None),
                (test, Some(id)) => {
                    let same = conditions.iter_mut().find(|condition| condition.id == id);
                    match same.filter(|_| !clause.field.is_many()) {
                        Some(condition) => condition.tests.push(test),
                        None => conditions.push(Condition { field: &clause.field, id, tests: vec![test] }),
                    }
                }
            }
        }
        let order = search.order.iter().map(|by| field(connection, scope, shelf, &by.field));
        let order = order.collect::<rusqlite::Result<_>>()?;
        let limit = search.limit.saturating_add(1);
        Ok(Some(Self { connection, search, name, scope, state: shelf, conditions, absent, order, limit }))
    }

    /// `SELECT item, tie, name, ranks FROM … WHERE …`: those that pass all but the
    /// condition with the number `but`, which the source has.
    pub(super) fn select(&self, from: &Through<'_>, but: Option<usize>) -> Sql {
        let item = from.item();
        let mut sql = Sql::new("SELECT ");
        sql.push(item).push(", d.tie, ");
        sql.push(if self.search.kind == Kind::Run {
            "NULL"
        } else {
            "(SELECT n.name FROM search_item AS n WHERE n.id = "
        });
        if self.search.kind != Kind::Run {
            sql.push(item).push(")");
        }
        for field in &self.order {
            and_rank(&mut sql, item, *field);
        }
        self.source(&mut sql, from);
        for (i, condition) in self.conditions.iter().enumerate() {
            if Some(i) != but {
                sql.push(" AND EXISTS (SELECT 1 FROM search_value AS v WHERE v.item = ").push(item);
                sql.push(" AND v.field = ").bind(condition.id);
                for test in &condition.tests {
                    // The plus keeps SQLite from looking all of such values through: this
                    // thing's is wanted.
                    sql.and_test("+v.value", test);
                }
                sql.push(")");
            }
        }
        for field in &self.absent {
            Self::without(&mut sql, item, *field);
        }
        sql
    }

    /// ` FROM … WHERE …`
    pub(super) fn source(&self, sql: &mut Sql, from: &Through<'_>) {
        match from {
            Through::Items => {
                sql.push(" FROM search_item AS d INDEXED BY search_item_order WHERE d.scope = ")
                    .bind(self.scope);
                sql.push(" AND d.shelf = ").bind(self.state);
            }
            Through::Values(field, tests) => {
                sql.push(" FROM search_value AS d INDEXED BY search_value_order WHERE d.field = ")
                    .bind(*field);
                for test in *tests {
                    sql.and_test("d.value", test);
                }
            }
        }
    }

    /// ` AND the thing has no such field`
    pub(super) fn without(sql: &mut Sql, item: &str, field: i64) {
        sql.push(" AND NOT EXISTS (SELECT 1 FROM search_value AS v WHERE v.item = ").push(item);
        sql.push(" AND v.field = ").bind(field).push(")");
    }

    /// The rows of a statement that begins as [`select`](Self::select) does.
    pub(super) fn rows(&self, sql: &Sql, mut each: impl FnMut(Row)) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(&sql.text)?;
        let mut rows = statement.query(params_from_iter(&sql.bound))?;
        while let Some(row) = rows.next()? {
            let item: i64 = row.get(0)?;
            let key = match self.search.kind {
                Kind::Run => Key::from([self.name]).and(item & i64::from(u32::MAX)),
                _ => key(&row.get::<_, String>(2)?, 2)?,
            };
            let ranks =
                (3..3 + self.order.len()).map(|column| rank(row, column)).collect::<Result<_, _>>()?;
            each(Row { item, position: Position { ranks, tie: row.get(1)?, key } });
        }
        Ok(())
    }

    /// All rows of a statement that lie behind the place of the search: the first of them,
    /// as many as are wanted, in order.
    pub(super) fn first(&self, sql: &Sql, limit: usize) -> rusqlite::Result<Vec<Row>> {
        let order = &self.search.order;
        let mut found: Vec<Row> = Vec::new();
        let tidy = |found: &mut Vec<Row>| {
            found.sort_unstable_by(|a, b| a.position.compare(&b.position, order));
            // A run may be met once for each of its data sets.
            found.dedup_by_key(|row| row.item);
            found.truncate(limit);
        };
        self.rows(sql, |row| {
            let behind =
                self.search.after.as_ref().is_none_or(|after| row.position.compare(after, order).is_gt());
            if behind {
                found.push(row);
                if found.len() >= 2 * limit + 1000 {
                    tidy(&mut found);
                }
            }
        })?;
        tidy(&mut found);
        Ok(found)
    }
}

impl Through<'_> {
    pub(super) const fn item(&self) -> &'static str {
        match self {
            Through::Items => "d.id",
            Through::Values(..) => "d.item",
        }
    }
}

fn key(name: &str, column: usize) -> rusqlite::Result<Key> {
    serde_json::from_str(name).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
