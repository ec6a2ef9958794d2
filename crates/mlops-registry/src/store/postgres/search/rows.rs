//! Things and values as their rows say them.

use std::collections::HashMap;

use postgres::Row;

use super::super::connection::{Connection, get};
use super::super::failure::{Answer, Failure};
use super::super::name::Schema;
use super::super::text::{decode, encode};
use crate::search::{Facet, Field, Moment, Source, Value, folded};
use crate::store::{Key, Kind, Part};

/// The shelf of things that are deleted, and whose records are there.
pub(super) const DELETED: i16 = 1;

/// The shelf of things without a record of their own: nobody finds them there.
pub(super) const UNLISTED: i16 = 2;

/// How much of a word the index holds, in characters.
pub(super) const INDEXED: usize = 256;

/// What a thing is called in the index: its kind's name, and the columns `name`, `version`, `number`.
pub(super) fn columns(key: &Key) -> (String, String, i64) {
    let (mut texts, mut number) = (Vec::new(), 0);
    for part in key.parts() {
        match part {
            Part::Text(text) => texts.push(encode(text).into_owned()),
            Part::Number(n) => number = *n,
        }
    }
    let mut texts = texts.into_iter();
    (texts.next().unwrap_or_default(), texts.next().unwrap_or_default(), number)
}

/// The key of a thing of this kind; the columns `name`, `version`, `number` of a row.
pub(super) fn key(kind: Kind, row: &Row, first: usize) -> Answer<Key> {
    let name = decode(get(row, first)?);
    Ok(match kind {
        Kind::Run => Key::from([name]).and(get::<i64>(row, first + 2)?),
        Kind::Version => Key::from([name, decode(get(row, first + 1)?)]),
        _ => Key::from([name]),
    })
}

pub(super) fn source(source: Source) -> i16 {
    match source {
        Source::Attribute => 0,
        Source::Param => 1,
        Source::Metric => 2,
        Source::Tag => 3,
        Source::Dataset => 4,
    }
}

/// The columns of [`facet`].
pub(super) const FACET: &str =
    "v.item, f.source, f.name, v.part, v.number, v.word, v.folded, v.step, v.at_micros";

/// A value and whose it is; with it, whether its word is folded as we fold.
pub(super) fn facet(row: &Row) -> Answer<(i64, Facet, bool)> {
    let number: i16 = get(row, 1)?;
    let source = usize::try_from(number).ok().and_then(|number| Source::ALL.get(number).copied());
    let source = source
        .ok_or_else(|| Failure::Damaged(format!("search has a field of an unknown source, {number}")))?;
    let word: Option<String> = get(row, 5)?;
    let lower: Option<String> = get(row, 6)?;
    let value = match (get::<Option<f64>>(row, 4)?, word) {
        (Some(number), _) => Value::Number(number),
        (None, Some(word)) => Value::Text(decode(word)),
        (None, None) => Value::Number(f64::NAN),
    };
    let is_folded = lower == fold(&value);
    let (step, at_micros): (Option<i64>, Option<i64>) = (get(row, 7)?, get(row, 8)?);
    let facet = Facet {
        field: Field::new(source, decode(get(row, 2)?)),
        part: decode(get(row, 3)?),
        value,
        moment: step.zip(at_micros).map(|(step, at_micros)| Moment { step, at_micros }),
    };
    Ok((get(row, 0)?, facet, is_folded))
}

/// A word in lower case, if that is another.
pub(super) fn fold(value: &Value) -> Option<String> {
    let Value::Text(text) = value else { return None };
    let lower = folded(text);
    (lower != *text).then(|| encode(&lower).into_owned())
}

/// All values of some things, in the order of their fields.
pub(super) fn values(
    connection: &mut Connection,
    schema: &Schema,
    items: &[i64],
) -> Answer<HashMap<i64, Vec<Facet>>> {
    let text = format!(
        "SELECT {FACET} FROM {schema}.search_value AS v JOIN {schema}.search_field AS f ON f.id = v.field
         WHERE v.item = ANY ($1)"
    );
    let mut values: HashMap<i64, Vec<Facet>> = HashMap::new();
    for row in connection.query(&text, &[&items])? {
        let (item, facet, _) = facet(&row)?;
        values.entry(item).or_default().push(facet);
    }
    for facets in values.values_mut() {
        facets.sort_by(|a, b| (&a.field, &a.part).cmp(&(&b.field, &b.part)));
    }
    Ok(values)
}

/// The numbers of those fields that anything has ever had.
pub(super) fn fields<'f>(
    connection: &mut Connection,
    schema: &Schema,
    wanted: impl IntoIterator<Item = &'f Field>,
) -> Answer<HashMap<Field, i32>> {
    let wanted: Vec<&Field> = wanted.into_iter().collect();
    let text = format!(
        "SELECT k.place, f.id FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY AS k(source, name, place)
         JOIN {schema}.search_field AS f ON f.source = k.source AND f.name = k.name"
    );
    let sources: Vec<i16> = wanted.iter().map(|field| source(field.source)).collect();
    let names: Vec<_> = wanted.iter().map(|field| encode(&field.name)).collect();
    let mut known = HashMap::new();
    for row in connection.query(&text, &[&sources, &names])? {
        if let Some(field) = wanted.get(super::super::sql::place(&row)?) {
            known.insert((*field).clone(), get(&row, 1)?);
        }
    }
    Ok(known)
}
