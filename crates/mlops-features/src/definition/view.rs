use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow_schema::{DataType, Schema};
use mlops_core::{EntityName, FeatureName, ViewName};
use serde::{Deserialize, Serialize};

use super::{Entity, ValueType, duplicate};
use crate::offline::{OfflineSource, column_type};
use crate::pit::{is_key, is_moment};
use crate::{Error, Result};

/// A feature: a column of its view's source that models may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Feature {
    /// Its name, which is the column's.
    pub name: FeatureName,
    /// What its values are.
    pub value_type: ValueType,
}

/// How a join key is called on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyColumn {
    /// The column of the entity rows, or of the request.
    pub entity: String,
    /// The column of the source.
    pub source: String,
}

/// Features that come from one source, belong to the same entities and are known at the
/// same time.
///
/// Each row of the source says: from `timestamp` on, for this key, these are the values.
/// They hold until the next row, but not longer than the TTL. Made by
/// [`builder`](Self::builder), which checks all of it against the source's schema.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use arrow_array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
/// use mlops_features::{Entity, FeatureView, MemorySource, ValueType};
///
/// let rows = RecordBatch::try_from_iter([
///     ("station", Arc::new(StringArray::from(vec!["JFK"])) as _),
///     ("known_at", Arc::new(TimestampMicrosecondArray::from(vec![0])) as _),
///     ("temp", Arc::new(Float64Array::from(vec![39.0])) as _),
/// ])?;
/// let origin = Entity::new("origin", ["origin"])?;
/// let weather = FeatureView::builder("weather", MemorySource::single("weather", rows))
///     .entity(&origin)
///     .key_column("origin", "station")
///     .timestamp("known_at")
///     .ttl(Duration::from_secs(3 * 3600))
///     .feature("temp", ValueType::Float)
///     .build()?;
/// assert_eq!(weather.features()[0].name.as_str(), "temp");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FeatureView {
    name: ViewName,
    entities: Vec<EntityName>,
    keys: Vec<KeyColumn>,
    ttl: Option<Duration>,
    source: Arc<dyn OfflineSource>,
    timestamp: String,
    created: Option<String>,
    features: Vec<Feature>,
}

impl fmt::Debug for FeatureView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeatureView")
            .field("name", &self.name.as_str())
            .field("entities", &self.entities)
            .field("keys", &self.keys)
            .field("ttl", &self.ttl)
            .field("source", &self.source.name())
            .field("timestamp", &self.timestamp)
            .field("created", &self.created)
            .field("features", &self.features)
            .finish()
    }
}

impl FeatureView {
    /// Starts a view of `source`.
    pub fn builder(name: impl Into<String>, source: impl OfflineSource + 'static) -> FeatureViewBuilder {
        Self::builder_shared(name, Arc::new(source))
    }

    /// Starts a view of a source that others use as well.
    pub fn builder_shared(name: impl Into<String>, source: Arc<dyn OfflineSource>) -> FeatureViewBuilder {
        FeatureViewBuilder {
            name: name.into(),
            source,
            entities: Vec::new(),
            renamed: Vec::new(),
            ttl: None,
            timestamp: None,
            created: None,
            features: Vec::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &ViewName {
        &self.name
    }

    /// The entities whose features these are.
    pub fn entities(&self) -> &[EntityName] {
        &self.entities
    }

    /// The join keys of all its entities, in order. Never empty.
    pub fn keys(&self) -> &[KeyColumn] {
        &self.keys
    }

    /// How long a row holds; `None` is for ever.
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// Where the rows come from.
    pub fn source(&self) -> &Arc<dyn OfflineSource> {
        &self.source
    }

    /// The column that says from when on a row is known.
    pub fn timestamp(&self) -> &str {
        &self.timestamp
    }

    /// The column that says when a row was written: of rows with equal timestamps the
    /// one written last counts.
    pub fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }

    /// The features, in order. Never empty.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the nearest name.
    pub fn feature(&self, name: &str) -> Result<&Feature> {
        self.features.iter().find(|feature| feature.name.as_str() == name).ok_or_else(|| {
            let names = self.features.iter().map(|feature| feature.name.as_str());
            Error::unknown("feature", name, describe(self.name.as_str()), names)
        })
    }
}

fn describe(view: &str) -> String {
    format!("view {view:?}")
}

/// A view in the making; [`build`](Self::build) checks it.
#[derive(Debug)]
#[must_use = "a view exists only after `build`"]
pub struct FeatureViewBuilder {
    name: String,
    source: Arc<dyn OfflineSource>,
    entities: Vec<Entity>,
    renamed: Vec<KeyColumn>,
    ttl: Option<Duration>,
    timestamp: Option<String>,
    created: Option<String>,
    features: Vec<(String, ValueType)>,
}

impl FeatureViewBuilder {
    /// Adds an entity; its join keys become keys of the view. At least one is needed.
    pub fn entity(mut self, entity: &Entity) -> Self {
        self.entities.push(entity.clone());
        self
    }

    /// The source calls the join key `join_key` by another name.
    pub fn key_column(mut self, join_key: impl Into<String>, source: impl Into<String>) -> Self {
        self.renamed.push(KeyColumn { entity: join_key.into(), source: source.into() });
        self
    }

    /// The column that says from when on a row is known. Needed.
    pub fn timestamp(mut self, column: impl Into<String>) -> Self {
        self.timestamp = Some(column.into());
        self
    }

    /// The column that says when a row was written.
    pub fn created(mut self, column: impl Into<String>) -> Self {
        self.created = Some(column.into());
        self
    }

    /// How long a row holds, the last moment included; zero is for ever, as is not to say.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Adds a feature. At least one is needed.
    pub fn feature(mut self, name: impl Into<String>, value_type: ValueType) -> Self {
        self.features.push((name.into(), value_type));
        self
    }

    /// The view, checked against the schema of its source.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::Duplicate`] or [`Error::Definition`] for what is wrong in
    /// itself; [`Error::Unknown`] or [`Error::ColumnType`] for a column that the source
    /// lacks or has in another type.
    pub fn build(self) -> Result<FeatureView> {
        let name = ViewName::new(self.name.as_str())?;
        let within = || describe(&self.name);
        let wrong = |reason: &str| Error::Definition { of: within(), reason: reason.to_owned() };
        let twice = |what, name: &str| Error::Duplicate { what, name: name.to_owned(), within: within() };

        if let Some(entity) = duplicate(self.entities.iter().map(|entity| entity.name().as_str())) {
            return Err(twice("entity", entity));
        }
        let mut keys: Vec<KeyColumn> = self
            .entities
            .iter()
            .flat_map(Entity::join_keys)
            .map(|key| KeyColumn { entity: key.clone(), source: key.clone() })
            .collect();
        if keys.is_empty() {
            return Err(wrong("has no entity"));
        }
        if let Some(key) = duplicate(keys.iter().map(|key| key.entity.as_str())) {
            return Err(twice("join key", key));
        }
        for renamed in &self.renamed {
            let Some(key) = keys.iter_mut().find(|key| key.entity == renamed.entity) else {
                let names = keys.iter().map(|key| key.entity.as_str());
                return Err(Error::unknown("join key", &renamed.entity, within(), names));
            };
            key.source.clone_from(&renamed.source);
        }

        let timestamp = self.timestamp.as_deref().ok_or_else(|| wrong("has no timestamp column"))?;
        let ttl = self.ttl.filter(|ttl| !ttl.is_zero());
        if ttl.is_some_and(|ttl| ttl < Duration::from_micros(1)) {
            return Err(wrong("has a TTL shorter than a microsecond"));
        }

        if self.features.is_empty() {
            return Err(wrong("has no feature"));
        }
        if let Some(feature) = duplicate(self.features.iter().map(|(name, _)| name.as_str())) {
            return Err(twice("feature", feature));
        }
        let features = self
            .features
            .iter()
            .map(|(name, value_type)| {
                Ok(Feature { name: FeatureName::new(name.as_str())?, value_type: *value_type })
            })
            .collect::<Result<Vec<_>>>()?;

        let columns = Columns { table: self.source.name(), schema: &self.source.schema() };
        for key in &keys {
            columns.expect(&key.source, "integers, text or bytes as a join key", is_key)?;
        }
        for column in [Some(timestamp), self.created.as_deref()].into_iter().flatten() {
            columns.expect(column, "a timestamp or a date", is_moment)?;
        }
        for feature in &features {
            let expected = format!("a feature of type {}", feature.value_type);
            columns.expect(feature.name.as_str(), &expected, |found| {
                ValueType::of(found) == Some(feature.value_type)
            })?;
        }

        Ok(FeatureView {
            name,
            entities: self.entities.iter().map(|entity| entity.name().clone()).collect(),
            keys,
            ttl,
            timestamp: timestamp.to_owned(),
            created: self.created.clone(),
            features,
            source: self.source,
        })
    }
}

/// The columns of a source, to be held against what a view says of them.
struct Columns<'a> {
    table: &'a str,
    schema: &'a Schema,
}

impl Columns<'_> {
    fn expect(&self, column: &str, expected: &str, fits: impl Fn(&DataType) -> bool) -> Result<()> {
        let found = column_type(self.table, self.schema, column)?;
        if fits(found) {
            return Ok(());
        }
        Err(Error::ColumnType {
            table: self.table.to_owned(),
            column: column.to_owned(),
            found: found.to_string(),
            expected: expected.to_owned(),
        })
    }
}
