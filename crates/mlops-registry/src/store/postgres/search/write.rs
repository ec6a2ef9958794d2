//! What changed records say, written into the index: a statement for all of a kind of change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::connection::{Connection, get};
use super::super::failure::Answer;
use super::super::name::Schema;
use super::super::sql::place;
use super::super::text::{decode, encode};
use super::rows::{self, UNLISTED, columns, fold};
use crate::search::{Facet, Facets, Field, Owned, Pending, Standing, Value};
use crate::store::{Key, Kind};

/// A thing that changed records speak of.
#[derive(Debug, Default)]
struct Thing<'a> {
    /// Where it is to be listed, if they say so.
    place: Option<(i16, i64)>,
    /// Fields that they say nothing of any more, with all their parts.
    cleared: BTreeSet<&'a Field>,
    /// Parts of fields, with the parts of them.
    wiped: BTreeSet<(&'a Field, &'a str)>,
    values: BTreeMap<(&'a Field, &'a str), &'a Facet>,
    /// Whether nothing may be left of it.
    shrunk: bool,
}

impl<'a> Thing<'a> {
    /// What a record says, after those before it.
    fn take(&mut self, facets: &'a Facets) {
        match facets.standing {
            Standing::Unsaid => {}
            Standing::Listed(home) => self.place = Some((i16::from(home.deleted), home.tie)),
            Standing::Gone => self.place = Some((UNLISTED, 0)),
        }
        self.shrunk |= facets.values.is_empty();
        match &facets.owned {
            // Cleared before, by who knows their fields.
            Owned::Attributes(_) | Owned::Point(_) => {}
            Owned::Field(field) => self.clear(field),
            Owned::Part(fields, part) => {
                let inner = format!("{part}{}", Facet::PART_OF);
                for field in fields {
                    self.values.retain(|(of, p), _| !(*of == field && (*p == part || p.starts_with(&inner))));
                    self.wiped.insert((field, part));
                }
            }
        }
        for facet in &facets.values {
            self.values.insert((&facet.field, &facet.part), facet);
        }
    }

    fn clear(&mut self, field: &'a Field) {
        self.values.retain(|(of, _), _| *of != field);
        self.cleared.insert(field);
    }
}

/// Writes what the records of a transaction say, once they are written.
pub(in crate::store::postgres) fn write(
    connection: &mut Connection,
    schema: &Schema,
    pending: &Pending,
) -> Answer<()> {
    if pending.said.is_empty() && pending.points.is_empty() {
        return Ok(());
    }
    // Attributes are named, and what is kept here is borrowed.
    let attributes: HashMap<&'static str, Field> = pending
        .said
        .iter()
        .filter_map(|facets| match &facets.owned {
            Owned::Attributes(names) => Some(*names),
            _ => None,
        })
        .flatten()
        .map(|name| (*name, Field::attribute(name)))
        .collect();
    let mut things: BTreeMap<(Kind, &Key), Thing<'_>> = BTreeMap::new();
    for facets in &pending.said {
        let thing = things.entry((facets.kind, &facets.key)).or_default();
        if let Owned::Attributes(names) = &facets.owned {
            for field in names.iter().filter_map(|name| attributes.get(name)) {
                thing.clear(field);
            }
        }
        thing.take(facets);
    }
    for ((run, _), latest) in &pending.points {
        things.entry((Kind::Run, run)).or_default().shrunk |= latest.is_none();
    }
    let mut index = Index { connection, schema };
    let ids = index.things(&things)?;
    let fields = index.fields(&things, pending)?;
    index.clear(&things, &ids, &fields)?;
    let put: Vec<(i64, &Facet)> = things
        .iter()
        .zip(&ids)
        .flat_map(|((_, thing), id)| thing.values.values().map(move |facet| (*id, *facet)))
        .collect();
    index.put(&put, &fields, ALWAYS)?;
    index.points(pending, &things, &ids, &fields)?;
    let shrunk: Vec<i64> =
        things.values().zip(&ids).filter(|(thing, _)| thing.shrunk).map(|(_, id)| *id).collect();
    index.tidy(&shrunk)
}

/// A value takes the place of the one that is there.
const ALWAYS: &str = "(v.number, v.word, v.folded, v.step, v.at_micros)
    IS DISTINCT FROM (excluded.number, excluded.word, excluded.folded, excluded.step, excluded.at_micros)";

/// A point takes it if it is later. NaN, which is NULL here, is the highest value.
const IF_LATER: &str = "(excluded.step, excluded.at_micros) > (v.step, v.at_micros)
    OR (excluded.step, excluded.at_micros) = (v.step, v.at_micros)
       AND v.number IS NOT NULL AND (excluded.number IS NULL OR excluded.number > v.number)";

struct Index<'c> {
    connection: &'c mut Connection,
    schema: &'c Schema,
}

impl Index<'_> {
    /// The ids of the things, in their order; each is put down, and listed where it is to be.
    fn things(&mut self, things: &BTreeMap<(Kind, &Key), Thing<'_>>) -> Answer<Vec<i64>> {
        let Self { connection, schema } = self;
        let arrays = |which: &[usize]| {
            let (mut kinds, mut names, mut versions, mut numbers) = (vec![], vec![], vec![], vec![]);
            let all: Vec<_> = things.keys().collect();
            for (kind, key) in which.iter().filter_map(|at| all.get(*at)) {
                let (name, version, number) = columns(key);
                kinds.push(kind.as_str());
                names.push(name);
                versions.push(version);
                numbers.push(number);
            }
            (kinds, names, versions, numbers)
        };
        let mut ids: Vec<Option<i64>> = vec![None; things.len()];
        let mut moved: (Vec<i64>, Vec<i16>, Vec<i64>) = Default::default();
        let all: Vec<usize> = (0..things.len()).collect();
        let places: Vec<Option<(i16, i64)>> = things.values().map(|thing| thing.place).collect();
        {
            let (kinds, names, versions, numbers) = arrays(&all);
            let text = format!(
                "SELECT k.place, i.id, i.shelf, i.tie
                 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
                    WITH ORDINALITY AS k(kind, name, version, number, place)
                 JOIN {schema}.search_item AS i ON i.kind = k.kind AND i.name = k.name
                    AND i.version = k.version AND i.number = k.number"
            );
            for row in connection.query(&text, &[&kinds, &names, &versions, &numbers])? {
                let (at, id) = (place(&row)?, get(&row, 1)?);
                let there: (i16, i64) = (get(&row, 2)?, get(&row, 3)?);
                if let Some(to) = places.get(at).copied().flatten().filter(|to| *to != there) {
                    moved.0.push(id);
                    moved.1.push(to.0);
                    moved.2.push(to.1);
                }
                if let Some(slot) = ids.get_mut(at) {
                    *slot = Some(id);
                }
            }
        }
        let new: Vec<usize> = all.into_iter().filter(|at| ids[*at].is_none()).collect();
        if !new.is_empty() {
            let (kinds, names, versions, numbers) = arrays(&new);
            let (shelves, ties): (Vec<i16>, Vec<i64>) =
                new.iter().map(|at| places[*at].unwrap_or((UNLISTED, 0))).unzip();
            // In the order of the arrays, so that the ids are.
            let text = format!(
                "INSERT INTO {schema}.search_item (kind, name, version, number, shelf, tie)
                 SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[])
                 RETURNING id, kind, name, version, number"
            );
            let rows = connection.query(&text, &[&kinds, &names, &versions, &numbers, &shelves, &ties])?;
            let places: HashMap<(&Kind, &&Key), usize> =
                things.keys().enumerate().map(|(at, (kind, key))| ((kind, key), at)).collect();
            for row in rows {
                let name: String = get(&row, 1)?;
                let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == name) else { continue };
                let key = rows::key(kind, &row, 2)?;
                if let Some(at) = places.get(&(&kind, &&key)) {
                    ids[*at] = Some(get(&row, 0)?);
                }
            }
        }
        if !moved.0.is_empty() {
            let text = format!(
                "UPDATE {schema}.search_item AS i SET shelf = k.shelf, tie = k.tie
                 FROM unnest($1::bigint[], $2::smallint[], $3::bigint[]) AS k(id, shelf, tie) WHERE i.id = k.id"
            );
            connection.execute(&text, &[&moved.0, &moved.1, &moved.2])?;
        }
        // One that has none would have been refused by the server.
        Ok(ids.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// The numbers of all fields that are named; new ones for those that get a value.
    fn fields(
        &mut self,
        things: &BTreeMap<(Kind, &Key), Thing<'_>>,
        pending: &Pending,
    ) -> Answer<HashMap<Field, i32>> {
        let put: BTreeSet<&Field> = things
            .values()
            .flat_map(|thing| thing.values.keys().map(|(field, _)| *field))
            .chain(pending.points.keys().map(|(_, field)| field))
            .collect();
        let gone = things.values().flat_map(|thing| {
            thing.cleared.iter().copied().chain(thing.wiped.iter().map(|(field, _)| *field))
        });
        let all: BTreeSet<&Field> = put.iter().copied().chain(gone).collect();
        let mut known = rows::fields(self.connection, self.schema, all)?;
        let new: Vec<&Field> = put.into_iter().filter(|field| !known.contains_key(field)).collect();
        if !new.is_empty() {
            let text = format!(
                "INSERT INTO {}.search_field (source, name) SELECT * FROM unnest($1::smallint[], $2::text[])",
                self.schema
            );
            let sources: Vec<i16> = new.iter().map(|field| rows::source(field.source)).collect();
            let names: Vec<_> = new.iter().map(|field| encode(&field.name)).collect();
            self.connection.execute(&text, &[&sources, &names])?;
            known.extend(rows::fields(self.connection, self.schema, new)?);
        }
        Ok(known)
    }

    /// Takes out what is no longer said.
    fn clear(
        &mut self,
        things: &BTreeMap<(Kind, &Key), Thing<'_>>,
        ids: &[i64],
        fields: &HashMap<Field, i32>,
    ) -> Answer<()> {
        let (mut items, mut of): (Vec<i64>, Vec<i32>) = Default::default();
        let (mut wiped_items, mut wiped_of) = (vec![], vec![]);
        let (mut parts, mut inner, mut behind) = (vec![], vec![], vec![]);
        for (thing, id) in things.values().zip(ids) {
            // What is said anew is written over.
            let said = |field: &Field| thing.values.keys().any(|(of, part)| *of == field && part.is_empty());
            for field in thing.cleared.iter().filter(|field| !said(field)) {
                if let Some(number) = fields.get(field) {
                    items.push(*id);
                    of.push(*number);
                }
            }
            for (field, part) in &thing.wiped {
                if let Some(number) = fields.get(field) {
                    wiped_items.push(*id);
                    wiped_of.push(*number);
                    parts.push(encode(part).into_owned());
                    inner.push(encode(&format!("{part}{}", Facet::PART_OF)).into_owned());
                    behind.push(encode(&format!("{part}\u{2}")).into_owned());
                }
            }
        }
        if !items.is_empty() {
            let text = format!(
                "DELETE FROM {}.search_value AS v USING unnest($1::bigint[], $2::integer[]) AS k(item, field)
                 WHERE v.item = k.item AND v.field = k.field",
                self.schema
            );
            self.connection.execute(&text, &[&items, &of])?;
        }
        if !parts.is_empty() {
            let text = format!(
                "DELETE FROM {}.search_value AS v
                 USING unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[])
                    AS k(item, field, part, inner_part, behind)
                 WHERE v.item = k.item AND v.field = k.field
                   AND (v.part = k.part OR v.part >= k.inner_part AND v.part < k.behind)",
                self.schema
            );
            self.connection.execute(&text, &[&wiped_items, &wiped_of, &parts, &inner, &behind])?;
        }
        Ok(())
    }

    /// Writes values; over one that is there, if `when`.
    fn put(&mut self, facets: &[(i64, &Facet)], fields: &HashMap<Field, i32>, when: &str) -> Answer<()> {
        if facets.is_empty() {
            return Ok(());
        }
        let (mut items, mut of, mut parts) = (vec![], vec![], vec![]);
        let (mut numbers, mut words, mut lowers) = (vec![], vec![], vec![]);
        let (mut steps, mut times) = (vec![], vec![]);
        for (item, facet) in facets {
            items.push(*item);
            of.push(fields.get(&facet.field).copied().unwrap_or_default());
            parts.push(encode(&facet.part));
            let (number, word) = match &facet.value {
                Value::Number(number) => ((!number.is_nan()).then_some(*number), None),
                Value::Text(text) => (None, Some(encode(text))),
            };
            numbers.push(number);
            words.push(word);
            lowers.push(fold(&facet.value));
            steps.push(facet.moment.map(|moment| moment.step));
            times.push(facet.moment.map(|moment| moment.at_micros));
        }
        let text = format!(
            "INSERT INTO {}.search_value AS v (item, field, part, number, word, folded, step, at_micros)
             SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::double precision[], $5::text[],
                $6::text[], $7::bigint[], $8::bigint[])
             ON CONFLICT (item, field, part) DO UPDATE
             SET number = excluded.number, word = excluded.word, folded = excluded.folded,
                step = excluded.step, at_micros = excluded.at_micros
             WHERE {when}",
            self.schema
        );
        self.connection.execute(&text, &[&items, &of, &parts, &numbers, &words, &lowers, &steps, &times])?;
        Ok(())
    }

    /// The latest points of metrics; where one was removed, the records of the others say which it is.
    fn points(
        &mut self,
        pending: &Pending,
        things: &BTreeMap<(Kind, &Key), Thing<'_>>,
        ids: &[i64],
        fields: &HashMap<Field, i32>,
    ) -> Answer<()> {
        let ids: HashMap<&Key, i64> = things
            .keys()
            .zip(ids)
            .filter(|((kind, _), _)| *kind == Kind::Run)
            .map(|((_, key), id)| (*key, *id))
            .collect();
        let id = |key: &Key| ids.get(key).copied().unwrap_or_default();
        let later: Vec<(i64, &Facet)> =
            pending.points.iter().filter_map(|((run, _), facet)| Some((id(run), facet.as_ref()?))).collect();
        self.put(&later, fields, IF_LATER)?;
        let removed: Vec<&(Key, Field)> =
            pending.points.iter().filter(|(_, facet)| facet.is_none()).map(|(of, _)| of).collect();
        if removed.is_empty() {
            return Ok(());
        }
        let items: Vec<i64> = removed.iter().map(|(run, _)| id(run)).collect();
        let of: Vec<i32> =
            removed.iter().map(|(_, field)| fields.get(field).copied().unwrap_or_default()).collect();
        let text = format!(
            "DELETE FROM {}.search_value AS v USING unnest($1::bigint[], $2::integer[]) AS k(item, field)
             WHERE v.item = k.item AND v.field = k.field",
            self.schema
        );
        self.connection.execute(&text, &[&items, &of])?;
        let text = format!(
            "SELECT k.place, m.step, m.at_micros, m.value_bits
             FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY AS k(experiment, run, name, place)
             CROSS JOIN LATERAL (
                SELECT step, at_micros, value_bits FROM {}.metric AS m
                WHERE m.experiment = k.experiment AND m.run = k.run AND m.name = k.name
                ORDER BY step DESC, at_micros DESC, value_bits DESC LIMIT 1) AS m",
            self.schema
        );
        let (experiments, numbers): (Vec<String>, Vec<i64>) = removed
            .iter()
            .map(|(run, _)| {
                let (name, _, number) = columns(run);
                (name, number)
            })
            .unzip();
        let names: Vec<_> = removed.iter().map(|(_, field)| encode(&field.name)).collect();
        let mut latest = Vec::new();
        for row in self.connection.query(&text, &[&experiments, &numbers, &names])? {
            let Some((run, field)) = removed.get(place(&row)?) else { continue };
            let (step, at): (i64, i64) = (get(&row, 1)?, get(&row, 2)?);
            let key = run.clone().and(field.name.as_str()).and(step).and(at).and(decode(get(&row, 3)?));
            let facets = Facets::of(Kind::Metric, &key, "");
            latest.extend(
                facets.and_then(|facets| facets.values.into_iter().next()).map(|facet| (id(run), facet)),
            );
        }
        let latest: Vec<(i64, &Facet)> = latest.iter().map(|(id, facet)| (*id, facet)).collect();
        self.put(&latest, fields, ALWAYS)
    }

    /// Forgets those of which nothing is left.
    fn tidy(&mut self, ids: &[i64]) -> Answer<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let text = format!(
            "DELETE FROM {schema}.search_item AS i WHERE i.id = ANY ($1) AND i.shelf = {UNLISTED}
             AND NOT EXISTS (SELECT FROM {schema}.search_value AS v WHERE v.item = i.id)",
            schema = self.schema
        );
        self.connection.execute(&text, &[&ids]).map(drop)
    }
}
