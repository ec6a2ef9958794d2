//! Generated feature rows, the join over them, and a plain one to check it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mlops::arrow::RecordBatch;
use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use mlops::arrow::array::{Array as _, ArrayRef, Float64Array, Int64Array, TimestampMicrosecondArray};
use mlops::features::{Catalog, Entity, FeatureService, FeatureView, OfflineSource, Result, ValueType};
use mlops::stats::Random;

/// 2024-01-01 and ninety days, in microseconds: where the generated rows lie.
const START: i64 = 1_704_067_200_000_000;
const SPAN: u64 = 90 * 86_400_000_000;

/// How long a generated feature row holds.
const TTL: Duration = Duration::from_hours(7 * 24);

/// `rows` rows of `entity_id` (of `keys` entities), `event_timestamp` and `features` random
/// columns `f0`, `f1`, …
///
/// # Panics
/// Never: the columns have one length.
pub fn events(rows: usize, keys: u64, features: usize, seed: u64) -> RecordBatch {
    let mut random = Random::replicate(seed, 0);
    let ids: Int64Array = (0..rows).map(|_| Some(random.below(keys).cast_signed())).collect();
    let times: TimestampMicrosecondArray =
        (0..rows).map(|_| Some(START + random.below(SPAN).cast_signed())).collect();
    let mut columns: Vec<(String, ArrayRef)> =
        vec![("entity_id".to_owned(), Arc::new(ids)), ("event_timestamp".to_owned(), Arc::new(times))];
    for feature in 0..features {
        let values: Float64Array = (0..rows).map(|_| Some(random.unit())).collect();
        columns.push((format!("f{feature}"), Arc::new(values)));
    }
    RecordBatch::try_from_iter(columns).expect("the columns have one length")
}

/// The features `f0` to `f9` of `source`, held for seven days, and a service that asks for all.
///
/// # Errors
/// If `source` lacks one of the columns of [`events`].
pub fn ten_features(source: impl OfflineSource + 'static) -> Result<(Catalog, FeatureService)> {
    let names: Vec<String> = (0..10).map(|feature| format!("f{feature}")).collect();
    let entity = Entity::new("entity", ["entity_id"])?;
    let view = FeatureView::builder("history", source).entity(&entity).timestamp("event_timestamp").ttl(TTL);
    let view = names.iter().fold(view, |view, name| view.feature(name, ValueType::Float)).build()?;
    let service = FeatureService::new("ten", names.iter().map(|name| format!("history:{name}")))?;
    Ok((Catalog::new([view])?, service))
}

/// What a join came to: enough to see that two of them agree.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two numbers that benches compare")]
pub struct Summary {
    /// Entity rows of which something is known.
    pub matched: usize,
    /// The sum of `f0` over them.
    pub sum: f64,
}

impl Summary {
    /// Of the column `f0` of a joined table.
    ///
    /// # Panics
    /// If there is no such column of 64-bit floats.
    pub fn of(joined: &RecordBatch) -> Self {
        let column = joined.column_by_name("f0").expect("the service asks for f0");
        let values = column.as_primitive::<Float64Type>();
        Self { matched: values.len() - values.null_count(), sum: values.iter().flatten().sum() }
    }

    /// Whether both are the same but for the order of summation.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.matched == other.matched && (self.sum - other.sum).abs() <= 1e-9 * self.sum.abs()
    }
}

/// The same join as its definition says it: of each entity's rows, in order of time, the last
/// one that is not after the decision.
///
/// # Panics
/// If a batch lacks a column of [`events`].
pub fn plain_join(entities: &RecordBatch, history: &RecordBatch) -> Summary {
    let column = |batch: &RecordBatch, name| {
        Arc::clone(batch.column_by_name(name).expect("`events` makes a column of this name"))
    };
    let keyed = |batch: &RecordBatch| -> Vec<(i64, i64)> {
        let ids = column(batch, "entity_id");
        let times = column(batch, "event_timestamp");
        let times = times.as_primitive::<TimestampMicrosecondType>().values().iter();
        ids.as_primitive::<Int64Type>().values().iter().copied().zip(times.copied()).collect()
    };
    let values = column(history, "f0").as_primitive::<Float64Type>().values().to_vec();
    let mut rows_by_id: HashMap<i64, Vec<(i64, usize)>> = HashMap::new();
    for (row, (id, time)) in keyed(history).into_iter().enumerate() {
        rows_by_id.entry(id).or_default().push((time, row));
    }
    for rows in rows_by_id.values_mut() {
        rows.sort_unstable();
    }

    let ttl = i64::try_from(TTL.as_micros()).expect("seven days");
    let known = keyed(entities).into_iter().filter_map(|(id, now)| {
        let rows = rows_by_id.get(&id)?;
        let (time, row) = rows[rows.partition_point(|(time, _)| *time <= now).checked_sub(1)?];
        (now - ttl <= time).then(|| values[row])
    });
    known.fold(Summary { matched: 0, sum: 0.0 }, |summary, value| Summary {
        matched: summary.matched + 1,
        sum: summary.sum + value,
    })
}
