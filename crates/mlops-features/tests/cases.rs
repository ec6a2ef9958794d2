//! Recorded answers that a point-in-time join must give. `MLOPS_CASES` names another folder of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::DataType;
use mlops_cases::Tally;
use mlops_core::Timestamp;
use mlops_features::{
    Catalog, Entity, FeatureNaming, FeatureRef, FeatureService, FeatureView, Input, Joined, MemorySource,
    PointInTimeJoin, ValueType,
};
use serde::Deserialize;
use serde_json::Value;

type Row = BTreeMap<String, Value>;

#[derive(Deserialize)]
struct Case {
    name: String,
    entity_columns: Vec<String>,
    event_timestamp: String,
    full_feature_names: bool,
    entity_rows: Vec<Row>,
    views: Vec<View>,
    expected: Vec<Row>,
}

#[derive(Deserialize)]
struct View {
    name: String,
    /// From the column of the source to the column of the entity rows.
    join_keys: BTreeMap<String, String>,
    ttl_seconds: f64,
    timestamp_field: String,
    created_field: Option<String>,
    features: Vec<String>,
    rows: Vec<Row>,
}

#[test]
fn pit() {
    mlops_cases::each_file("pit", env!("CARGO_MANIFEST_DIR"), |_, case, tally| {
        let case: Case = serde_json::from_value(case.clone()).map_err(|error| error.to_string())?;
        case.run(tally);
        Ok(())
    });
}

impl Case {
    fn run(&self, tally: &mut Tally) {
        let joined = [usize::MAX, 3, 1].map(|batch_rows| self.join(batch_rows));
        for (row, expected) in self.expected.iter().enumerate() {
            for (column, value) in expected {
                let wrong = joined.iter().find_map(|joined| match joined {
                    Ok(batch) => match batch.column_by_name(column) {
                        Some(found) if row < found.len() && same(found, row, value) => None,
                        Some(_) => Some(format!("is not {value}")),
                        None => Some("is missing".to_owned()),
                    },
                    Err(error) => Some(error.clone()),
                });
                match wrong {
                    None => tally.check(true, String::new),
                    Some(wrong) => tally.check(false, || format!("{}[{row}].{column}: {wrong}", self.name)),
                }
            }
        }
        for batch in joined.iter().flatten() {
            let features = self.expected.first().map_or(0, BTreeMap::len);
            if batch.num_rows() != self.expected.len()
                || (features > 0 && batch.num_columns() != self.entity_columns.len() + features)
            {
                tally.check(false, || format!("{}: rows or columns too few or too many", self.name));
            }
        }
    }

    /// The join, with the feature rows in batches of `batch_rows`.
    fn join(&self, batch_rows: usize) -> Result<RecordBatch, String> {
        let entities =
            table(&self.entity_columns, &self.entity_rows, &[&self.event_timestamp], &BTreeMap::new());
        let mut views = Vec::new();
        let mut inputs = Vec::new();
        for view in &self.views {
            views.push(view.build(&entities, batch_rows).map_err(|error| error.to_string())?);
            for feature in &view.features {
                inputs.push(Input::Feature(FeatureRef {
                    view: view.name.parse().unwrap(),
                    feature: feature.parse().unwrap(),
                }));
            }
        }
        let catalog = Catalog::new(views).map_err(|error| error.to_string())?;
        let service = FeatureService::from_inputs("case".parse().unwrap(), inputs).unwrap();
        let naming = if self.full_feature_names { FeatureNaming::Full } else { FeatureNaming::Short };
        PointInTimeJoin::new(&catalog, &service)
            .and_then(|join| join.entity_timestamp(&self.event_timestamp).naming(naming).run(&entities))
            .map(Joined::into_batch)
            .map_err(|error| error.to_string())
    }
}

impl View {
    fn build(&self, entities: &RecordBatch, batch_rows: usize) -> mlops_features::Result<FeatureView> {
        let mut columns: Vec<String> = self.join_keys.keys().cloned().collect();
        columns.push(self.timestamp_field.clone());
        columns.extend(self.created_field.clone());
        columns.extend(self.features.iter().cloned());
        columns.sort();
        columns.dedup();
        let mut moments = vec![self.timestamp_field.as_str()];
        moments.extend(self.created_field.as_deref());
        // Without a value, a column has the type of what it is compared with.
        let key_types: BTreeMap<&str, DataType> = self
            .join_keys
            .iter()
            .filter_map(|(source, entity)| {
                Some((source.as_str(), entities.column_by_name(entity)?.data_type().clone()))
            })
            .collect();
        let rows = table(&columns, &self.rows, &moments, &key_types);
        let mut batches = Vec::new();
        let mut start = 0;
        while start < rows.num_rows() {
            let len = batch_rows.min(rows.num_rows() - start);
            batches.push(rows.slice(start, len));
            start += len;
        }
        let mut builder =
            FeatureView::builder(&self.name, MemorySource::new(&self.name, rows.schema(), batches)?)
                .entity(&Entity::new("entity", self.join_keys.values())?)
                .timestamp(&self.timestamp_field)
                .ttl(Duration::from_secs_f64(self.ttl_seconds));
        for (source, entity) in &self.join_keys {
            builder = builder.key_column(entity, source);
        }
        if let Some(created) = &self.created_field {
            builder = builder.created(created);
        }
        for feature in &self.features {
            let value_type = ValueType::of(rows.column_by_name(feature).unwrap().data_type()).unwrap();
            builder = builder.feature(feature, value_type);
        }
        builder.build()
    }
}

/// The rows as a batch: `moments` are timestamps, the other types are those of the values.
fn table(
    columns: &[String],
    rows: &[Row],
    moments: &[&str],
    types: &BTreeMap<&str, DataType>,
) -> RecordBatch {
    let column = |name: &String| -> (String, ArrayRef) {
        let values: Vec<&Value> = rows.iter().map(|row| row.get(name).unwrap_or(&Value::Null)).collect();
        let array = if moments.contains(&name.as_str()) {
            let micros = values.iter().map(|value| {
                value.as_str().map(|text| text.parse::<Timestamp>().expect("a timestamp").as_micros())
            });
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        } else {
            infer(&values, types.get(name.as_str()))
        };
        (name.clone(), array)
    };
    RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(column).map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

fn infer(values: &[&Value], without_values: Option<&DataType>) -> ArrayRef {
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| value.is_null() || is(value));
    let kind = match without_values {
        Some(data_type) if all(Value::is_null) => data_type.clone(),
        _ if all(Value::is_null) => DataType::Float64,
        _ if all(Value::is_i64) => DataType::Int64,
        _ if all(Value::is_number) => DataType::Float64,
        _ if all(Value::is_boolean) => DataType::Boolean,
        _ => DataType::Utf8,
    };
    match kind {
        DataType::Int64 => Arc::new(values.iter().map(|value| value.as_i64()).collect::<Int64Array>()),
        DataType::Boolean => Arc::new(values.iter().map(|value| value.as_bool()).collect::<BooleanArray>()),
        DataType::Utf8 => Arc::new(values.iter().map(|value| value.as_str()).collect::<StringArray>()),
        _ => Arc::new(values.iter().map(|value| value.as_f64()).collect::<Float64Array>()),
    }
}

fn same(column: &ArrayRef, row: usize, expected: &Value) -> bool {
    if column.is_null(row) {
        return expected.is_null();
    }
    match column.data_type() {
        DataType::Int64 => expected.as_i64() == Some(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => expected.as_f64() == Some(column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => expected.as_bool() == Some(column.as_boolean().value(row)),
        _ => expected.as_str() == Some(column.as_string::<i32>().value(row)),
    }
}
