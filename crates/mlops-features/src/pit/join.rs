use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, new_null_array};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{Field, FieldRef, Schema};
use arrow_select::take::take;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::keys::{KeyKind, Keys, NO_KEY};
use super::micros::Micros;
use super::timeline::Timeline;
use super::winners::{Search, Winner, broken};
use crate::definition::{Catalog, FeatureRef, FeatureService, FeatureView, Input};
use crate::dense::DenseRows;
use crate::offline::{OfflineSourceExt, column_index, column_type};
use crate::{Error, Result};

/// What messages call the rows to be joined to.
const ENTITY_TABLE: &str = "the entity table";

/// How the columns of features are called in the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a feature is called with its view or without")]
pub enum FeatureNaming {
    /// `feature`. Refused if two columns would have the same name.
    #[default]
    Short,
    /// `view__feature`.
    Full,
}

impl FeatureNaming {
    fn column(self, reference: &FeatureRef) -> String {
        match self {
            Self::Short => reference.feature.to_string(),
            Self::Full => reference.full_name(),
        }
    }
}

/// How far a join has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Feature rows seen so far, over all views.
    pub rows: u64,
    /// Feature rows to see.
    pub of: u64,
}

/// The point-in-time join: gives each entity row the features of a service as they were
/// known at its time.
///
/// A feature row is known to an entity row if all join keys are equal and not null, and
/// `entity time − TTL <= feature time <= entity time`. Of those known the latest counts, of
/// equally late ones the one written last (a null `created` is the earliest), of those the
/// last in the source. It counts as a whole: where it is null, the feature is null. An
/// entity row with a null key or time knows nothing.
///
/// `O((n + m) log n)` for `n` entity rows and `m` feature rows, however the keys are spread.
/// In memory: the entity rows, the result, about 60 bytes an entity row and 24 more for each
/// thread; never the feature rows. The result does not depend on the number of threads.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray, cast::AsArray};
/// use mlops_features::{Catalog, Entity, FeatureService, FeatureView, MemorySource, PointInTimeJoin, ValueType};
///
/// let table = |ids: Vec<i64>, times: Vec<i64>| vec![
///     ("customer", Arc::new(Int64Array::from(ids)) as _),
///     ("at", Arc::new(TimestampMicrosecondArray::from(times)) as _),
/// ];
/// let mut balances = table(vec![7, 7], vec![100, 200]);
/// balances.push(("balance", Arc::new(Float64Array::from(vec![10.0, 20.0])) as _));
///
/// let customer = Entity::new("customer", ["customer"])?;
/// let account = FeatureView::builder("account", MemorySource::single("balances", RecordBatch::try_from_iter(balances)?))
///     .entity(&customer)
///     .timestamp("at")
///     .feature("balance", ValueType::Float)
///     .build()?;
/// let catalog = Catalog::new([account])?;
/// let service = FeatureService::new("credit", ["account:balance"])?;
///
/// let applications = RecordBatch::try_from_iter(table(vec![7, 7, 8], vec![199, 200, 300]))?;
/// let known = PointInTimeJoin::new(&catalog, &service)?.entity_timestamp("at").run(&applications)?;
/// assert_eq!(known.dense()?.values()[..2], [10.0, 20.0]);
/// assert!(known.dense()?.row(2)[0].is_nan(), "nothing is known of customer 8");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a join does nothing until it is run"]
pub struct PointInTimeJoin<'a> {
    inputs: &'a [Input],
    views: Vec<(&'a FeatureView, Vec<&'a FeatureRef>)>,
    entity_timestamp: &'a str,
    naming: FeatureNaming,
    progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl fmt::Debug for PointInTimeJoin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointInTimeJoin")
            .field("inputs", &self.inputs)
            .field("entity_timestamp", &self.entity_timestamp)
            .field("naming", &self.naming)
            .finish_non_exhaustive()
    }
}

impl<'a> PointInTimeJoin<'a> {
    /// A join of the features of `service`, whose views are in `catalog`.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a view or feature that is not there, with the nearest name.
    pub fn new(catalog: &'a Catalog, service: &'a FeatureService) -> Result<Self> {
        let mut views: Vec<(&FeatureView, Vec<&FeatureRef>)> = Vec::new();
        for reference in service.features() {
            let (view, _) = catalog.resolve(reference)?;
            match views.iter_mut().find(|(other, _)| other.name() == view.name()) {
                Some((_, features)) => features.push(reference),
                None => views.push((view, vec![reference])),
            }
        }
        Ok(Self {
            inputs: service.inputs(),
            views,
            entity_timestamp: "event_timestamp",
            naming: FeatureNaming::Short,
            progress: None,
        })
    }

    /// The column of the entity rows that says when; `event_timestamp` if not told otherwise.
    pub fn entity_timestamp(mut self, column: &'a str) -> Self {
        self.entity_timestamp = column;
        self
    }

    /// How the columns of features are called.
    pub fn naming(mut self, naming: FeatureNaming) -> Self {
        self.naming = naming;
        self
    }

    /// Is told, from any thread and every few thousand rows, how far the join has come.
    pub fn progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Joins: one row for each of `entities`, in their order, with their columns and then
    /// those of the features in the order of the service, in the types that the sources have.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a column that the entity rows lack, [`Error::ColumnType`] for
    /// one that can't be what it is used as, or a key that can't be compared,
    /// [`Error::NameClash`] if short names are not enough, [`Error::TooLarge`] for 2³² − 1
    /// entity rows and more, and what the sources give.
    pub fn run(&self, entities: &RecordBatch) -> Result<Joined> {
        if u32::try_from(entities.num_rows()).is_ok_and(|rows| rows < NO_KEY) {
            self.join(entities)
        } else {
            Err(Error::TooLarge {
                what: ENTITY_TABLE.to_owned(),
                limit: format!("expected fewer than {NO_KEY}"),
            })
        }
    }

    fn join(&self, entities: &RecordBatch) -> Result<Joined> {
        let names = self.column_names(&entities.schema())?;
        self.check_keys(&entities.schema())?;
        let time = entities.column(column_index(ENTITY_TABLE, &entities.schema(), self.entity_timestamp)?);
        let times = Micros::read(time, ENTITY_TABLE, self.entity_timestamp)?;

        // Views with the same join keys share one index.
        let mut keys: Vec<Vec<&str>> = self.views.iter().map(|(view, _)| entity_keys(view)).collect();
        keys.sort_unstable();
        keys.dedup();
        let indices: BTreeMap<Vec<&str>, (Keys<'_>, Timeline)> = keys
            .into_par_iter()
            .map(|columns| {
                let arrays: Vec<&ArrayRef> = columns
                    .iter()
                    .map(|column| entities.column_by_name(column).expect("the join keys have been checked"))
                    .collect();
                let (keys, rows) = Keys::number(&arrays);
                let timeline = Timeline::new(&rows, keys.len(), &times);
                (columns, (keys, timeline))
            })
            .collect();

        let of = self.views.iter().map(|(view, _)| view.source().rows()).sum();
        let rows_seen = AtomicU64::new(0);
        let seen = |rows| {
            let before = rows_seen.fetch_add(rows, Ordering::Relaxed);
            if let Some(progress) = self.progress {
                progress(Progress { rows: before + rows, of });
            }
        };
        let joined = self
            .views
            .par_iter()
            .map(|(view, features)| {
                let (keys, timeline) = &indices[&entity_keys(view)];
                let winners = Search { view, keys, timeline, seen: &seen }.run()?;
                let columns = gather(view, features, winners, entities.num_rows())?;
                Ok(features.iter().copied().zip(columns).collect::<Vec<_>>())
            })
            .collect::<Result<Vec<_>>>()?;
        let mut features: HashMap<&FeatureRef, (Field, ArrayRef)> = joined.into_iter().flatten().collect();

        let mut fields: Vec<FieldRef> = entities.schema().fields().iter().cloned().collect();
        let mut columns = entities.columns().to_vec();
        for (input, name) in self.inputs.iter().zip(&names) {
            if let Input::Feature(reference) = input {
                let (field, column) = features.remove(reference).expect("each feature was joined once");
                fields.push(Arc::new(field.with_name(name)));
                columns.push(column);
            }
        }
        let schema = Schema::new_with_metadata(fields, entities.schema().metadata().clone());
        let batch = RecordBatch::try_new(Arc::new(schema), columns)
            .expect("all columns are as long as the entity rows");
        Ok(Joined { batch, inputs: names })
    }

    /// The name of each input's column in the result. No two columns may have the same.
    fn column_names(&self, entities: &Schema) -> Result<Vec<String>> {
        let mut owners: HashMap<String, String> = entities
            .fields()
            .iter()
            .map(|field| (field.name().clone(), format!("a column of {ENTITY_TABLE}")))
            .collect();
        self.inputs
            .iter()
            .map(|input| match input {
                Input::Column(name) => {
                    column_index(ENTITY_TABLE, entities, name.as_str())?;
                    Ok(name.to_string())
                }
                Input::Feature(reference) => {
                    let name = self.naming.column(reference);
                    let second = format!("feature {reference}");
                    match owners.insert(name.clone(), second.clone()) {
                        None => Ok(name),
                        Some(first) => Err(Error::NameClash { name, first, second }),
                    }
                }
            })
            .collect()
    }

    /// Checks that the join keys can be compared with those of the sources.
    fn check_keys(&self, entities: &Schema) -> Result<()> {
        for (view, _) in &self.views {
            let (table, schema) = (view.source().name(), view.source().schema());
            for key in view.keys() {
                let entity = column_type(ENTITY_TABLE, entities, &key.entity)?;
                let source = column_type(table, &schema, &key.source)?;
                let kind = KeyKind::of(entity);
                if kind.is_none() || kind != KeyKind::of(source) {
                    return Err(Error::ColumnType {
                        table: ENTITY_TABLE.to_owned(),
                        column: key.entity.clone(),
                        found: entity.to_string(),
                        expected: format!(
                            "a key to compare with column {:?} of {table}, which is {source}",
                            key.source
                        ),
                    });
                }
            }
        }
        Ok(())
    }
}

fn entity_keys(view: &FeatureView) -> Vec<&str> {
    view.keys().iter().map(|key| key.entity.as_str()).collect()
}

/// The columns of `features` for `rows` entity rows, of which `winners` know something.
fn gather(
    view: &FeatureView,
    features: &[&FeatureRef],
    mut winners: Vec<Winner>,
    rows: usize,
) -> Result<Vec<(Field, ArrayRef)>> {
    let source = view.source();
    let names: Vec<&str> = features.iter().map(|reference| reference.feature.as_str()).collect();
    let schema = source.schema();
    let fields = names
        .iter()
        .map(|name| {
            let index = column_index(source.name(), &schema, name)?;
            Ok(schema.field(index).clone().with_nullable(true))
        })
        .collect::<Result<Vec<_>>>()?;
    if winners.is_empty() {
        let null = |field: Field| {
            let column = new_null_array(field.data_type(), rows);
            (field, column)
        };
        return Ok(fields.into_iter().map(null).collect());
    }

    // One row of the source may win for many entity rows, and is read once.
    winners.par_sort_unstable();
    let mut source_rows: Vec<u64> = Vec::new();
    let mut known = vec![false; rows];
    let mut places = vec![0_u32; rows];
    for Winner { source_row, entity_row } in winners {
        if source_rows.last() != Some(&source_row) {
            source_rows.push(source_row);
        }
        let entity_row = entity_row as usize;
        known[entity_row] = true;
        places[entity_row] =
            u32::try_from(source_rows.len() - 1).expect("there are no more than entity rows");
    }
    let places = UInt32Array::new(ScalarBuffer::from(places), Some(NullBuffer::from(known)));

    let gathered = source.gather(&names, &source_rows)?;
    let types = fields.iter().map(Field::data_type);
    if gathered.num_rows() != source_rows.len() || !gathered.columns().iter().map(Array::data_type).eq(types)
    {
        return Err(broken(source.as_ref(), "it gathers other rows or columns than were asked for"));
    }
    let (_, columns, _) = gathered.into_parts();
    columns
        .into_par_iter()
        .zip(fields)
        .map(|(column, field)| {
            let column = take(&column, &places, None).map_err(|error| Error::TooLarge {
                what: format!("column {:?} of view {:?}", field.name(), view.name().as_str()),
                limit: error.to_string(),
            })?;
            Ok((field, column))
        })
        .collect()
}

/// What a point-in-time join gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    batch: RecordBatch,
    inputs: Vec<String>,
}

impl Joined {
    /// The entity columns, then the feature columns.
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The same, owned.
    pub fn into_batch(self) -> RecordBatch {
        self.batch
    }

    /// The columns that are the inputs of the model, in its order.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The inputs of the model as numbers, row by row.
    ///
    /// # Errors
    /// [`Error::ColumnType`] for an input that is no number.
    pub fn dense(&self) -> Result<DenseRows> {
        DenseRows::from_batch(&self.batch, &self.inputs)
    }
}
