use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{FeatureName, Timestamp, ViewName};

use super::request::{JoinKey, KeyRef, KeyType, OnlineRequest};
use super::rows::Columns;
use crate::definition::{Catalog, FeatureService, FeatureView, Input};
use crate::offline::column_type;
use crate::{EntityKey, Error, FeatureRow, OnlineStore, Result};

/// Makes the inputs of a model from a request and what an online store knows.
///
/// What it gives at `at` is what the [point-in-time join](crate::PointInTimeJoin) gives for an entity row of
/// that time, bit by bit, as long as the store is [advanced](crate::Materializer::advance)
/// to `at` and not beyond. A feature is NaN if it is null, if a join key is missing, if
/// nothing is known of the key, if that has expired by the TTL of the view, or if the row is later
/// than `at`: the store knows only the newest row of a key, and never shows the future.
///
/// Names are resolved once. A request costs one [`OnlineStore::get_many`] a view; one
/// allocation a view for the key and one more for each text in it; and what the store needs to answer,
/// which in memory is two allocations. [`fill_many`](Self::fill_many) asks once a view for all requests.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
/// use mlops_core::Timestamp;
/// use mlops_features::{
///     Catalog, Entity, FeatureService, FeatureView, KeyRef, Materializer, MemoryOnlineStore, MemorySource,
///     OnlineFeatures, ValueType,
/// };
///
/// let rows = RecordBatch::try_from_iter([
///     ("origin", Arc::new(StringArray::from(vec!["JFK"])) as _),
///     ("known_at", Arc::new(TimestampMicrosecondArray::from(vec![100])) as _),
///     ("temp", Arc::new(Float64Array::from(vec![39.0])) as _),
/// ])?;
/// let weather = FeatureView::builder("weather", MemorySource::single("weather", rows))
///     .entity(&Entity::new("origin", ["origin"])?)
///     .timestamp("known_at")
///     .feature("temp", ValueType::Float)
///     .build()?;
/// let catalog = Catalog::new([weather])?;
/// let service = FeatureService::new("flight-delay", ["hour", "weather:temp"])?;
///
/// let store = Arc::new(MemoryOnlineStore::default());
/// let mut materializer = Materializer::new(&catalog, store.clone())?;
/// let features = OnlineFeatures::new(&catalog, &service, store)?;
/// assert_eq!(features.columns()[0].as_str(), "hour");
/// assert_eq!(features.join_keys()[0].name, "origin");
///
/// let at = Timestamp::from_micros(150);
/// materializer.advance(at)?;
/// let mut inputs = [0.0; 2];
/// features.fill(at, &[17.0], &[Some(KeyRef::Text("JFK"))], &mut inputs)?;
/// assert_eq!(inputs, [17.0, 39.0]);
/// features.fill(at, &[17.0], &[None], &mut inputs)?;
/// assert!(inputs[1].is_nan(), "of an unknown origin");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OnlineFeatures {
    store: Arc<dyn OnlineStore>,
    columns: Vec<FeatureName>,
    /// Where among the inputs each column goes.
    column_places: Vec<usize>,
    keys: Vec<JoinKey>,
    views: Vec<ViewInputs>,
    width: usize,
}

/// The features of one view among the inputs.
#[derive(Clone, Debug)]
struct ViewInputs {
    view: ViewName,
    ttl: Option<Duration>,
    /// Which of the join keys are those of the view, in its order.
    keys: Vec<usize>,
    features: Vec<FeatureName>,
    /// Where among the inputs each feature goes.
    places: Vec<usize>,
}

impl fmt::Debug for OnlineFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnlineFeatures")
            .field("columns", &self.columns)
            .field("keys", &self.keys)
            .field("views", &self.views)
            .finish_non_exhaustive()
    }
}

impl OnlineFeatures {
    /// The inputs of `service`, whose views are in `catalog`, from `store`.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a view or feature that is not there, [`Error::ColumnType`] for
    /// a feature that is no number or a join key of bytes, [`Error::Definition`] if one join key is an
    /// integer in one view and text in another.
    pub fn new(catalog: &Catalog, service: &FeatureService, store: Arc<dyn OnlineStore>) -> Result<Self> {
        let mut online = Self {
            store,
            columns: Vec::new(),
            column_places: Vec::new(),
            keys: Vec::new(),
            views: Vec::new(),
            width: service.inputs().len(),
        };
        for (place, input) in service.inputs().iter().enumerate() {
            match input {
                Input::Column(name) => {
                    online.columns.push(name.clone());
                    online.column_places.push(place);
                }
                Input::Feature(reference) => {
                    let (view, feature) = catalog.resolve(reference)?;
                    if !feature.value_type.is_numeric() {
                        return Err(Error::ColumnType {
                            table: format!("view {:?}", view.name().as_str()),
                            column: feature.name.to_string(),
                            found: feature.value_type.to_string(),
                            expected: "numbers or booleans".to_owned(),
                        });
                    }
                    let inputs = online.view(view)?;
                    inputs.features.push(feature.name.clone());
                    inputs.places.push(place);
                }
            }
        }
        Ok(online)
    }

    /// The inputs of `view`, none yet if it is new.
    fn view(&mut self, view: &FeatureView) -> Result<&mut ViewInputs> {
        let found = self.views.iter().position(|inputs| inputs.view == *view.name());
        let place = found.unwrap_or(self.views.len());
        if found.is_none() {
            Columns::new(view)?;
            let inputs = ViewInputs {
                view: view.name().clone(),
                ttl: view.ttl(),
                keys: self.view_keys(view)?,
                features: Vec::new(),
                places: Vec::new(),
            };
            self.views.push(inputs);
        }
        Ok(&mut self.views[place])
    }

    /// Where among the join keys those of `view` are.
    fn view_keys(&mut self, view: &FeatureView) -> Result<Vec<usize>> {
        let schema = view.source().schema();
        view.keys()
            .iter()
            .map(|key| {
                let key_type = KeyType::of(column_type(view.source().name(), &schema, &key.source)?);
                match self.keys.iter().position(|other| other.name == key.entity) {
                    Some(place) if self.keys[place].key_type == key_type => Ok(place),
                    Some(place) => Err(Error::Definition {
                        of: format!("join key {:?}", key.entity),
                        reason: format!(
                            "is {} in one view and {key_type} in view {:?}",
                            self.keys[place].key_type,
                            view.name().as_str()
                        ),
                    }),
                    None => {
                        self.keys.push(JoinKey { name: key.entity.clone(), key_type });
                        Ok(self.keys.len() - 1)
                    }
                }
            })
            .collect()
    }

    /// The numbers that a request must bring, in the order in which [`fill`](Self::fill)
    /// takes them.
    pub fn columns(&self) -> &[FeatureName] {
        &self.columns
    }

    /// The join keys that a request must bring, in the order in which [`fill`](Self::fill)
    /// takes them, each once.
    pub fn join_keys(&self) -> &[JoinKey] {
        &self.keys
    }

    /// How many inputs the model has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Fills `out` with the inputs of one request in the order of the service: `columns` has
    /// a number for each of [`columns`](Self::columns), `keys` a value for each of
    /// [`join_keys`](Self::join_keys).
    ///
    /// # Errors
    /// [`Error::Shape`] if a slice has another length, [`Error::ColumnType`] for a key of
    /// another type; what the store gives, and [`Error::Contract`] if that is no number. What
    /// is in `out` then is not to be used.
    pub fn fill(
        &self,
        at: Timestamp,
        columns: &[f64],
        keys: &[Option<KeyRef<'_>>],
        out: &mut [f64],
    ) -> Result<()> {
        self.check_request(&OnlineRequest { at, columns, keys })?;
        self.fill_by(at, |place| columns[place], |place| keys[place], out)
    }

    /// As [`fill`](Self::fill), with numbers and keys found by their names.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_named<'a>(
        &self,
        at: Timestamp,
        column: impl Fn(&str) -> f64,
        key: impl Fn(&str) -> Option<KeyRef<'a>>,
        out: &mut [f64],
    ) -> Result<()> {
        let column = |place: usize| column(self.columns[place].as_str());
        self.fill_by(at, column, |place| key(&self.keys[place].name), out)
    }

    /// Fills `out` with the inputs of all `requests`, one row after the other.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_many(&self, requests: &[OnlineRequest<'_>], out: &mut [f64]) -> Result<()> {
        shape("inputs", out.len(), requests.len() * self.width)?;
        requests.iter().try_for_each(|request| self.check_request(request))?;
        out.fill(f64::NAN);
        for (row, request) in requests.iter().enumerate() {
            self.put_columns(|place| request.columns[place], self.row(out, row));
        }
        for view in &self.views {
            let (mut rows, mut keys) = (Vec::new(), Vec::new());
            for (row, request) in requests.iter().enumerate() {
                if let Some(key) = self.key(view, |place| request.keys[place])? {
                    rows.push(row);
                    keys.push(key);
                }
            }
            for (row, found) in rows.iter().zip(self.look_up(view, &keys)?) {
                view.put(found.as_ref(), requests[*row].at, self.row(out, *row))?;
            }
        }
        Ok(())
    }

    fn fill_by<'a>(
        &self,
        at: Timestamp,
        column: impl Fn(usize) -> f64,
        key: impl Fn(usize) -> Option<KeyRef<'a>>,
        out: &mut [f64],
    ) -> Result<()> {
        shape("inputs", out.len(), self.width)?;
        out.fill(f64::NAN);
        self.put_columns(column, out);
        for view in &self.views {
            if let Some(key) = self.key(view, &key)? {
                view.put(self.look_up(view, &[key])?[0].as_ref(), at, out)?;
            }
        }
        Ok(())
    }

    fn row<'o>(&self, out: &'o mut [f64], row: usize) -> &'o mut [f64] {
        &mut out[row * self.width..(row + 1) * self.width]
    }

    fn put_columns(&self, column: impl Fn(usize) -> f64, out: &mut [f64]) {
        for (column_place, place) in self.column_places.iter().enumerate() {
            out[*place] = column(column_place);
        }
    }

    /// The key of `view`; nothing if a part of it is missing.
    fn key<'a>(
        &self,
        view: &ViewInputs,
        key: impl Fn(usize) -> Option<KeyRef<'a>>,
    ) -> Result<Option<EntityKey>> {
        let mut missing = false;
        let mut parts = Vec::with_capacity(view.keys.len());
        for place in &view.keys {
            let JoinKey { name, key_type } = &self.keys[*place];
            match key(*place) {
                None => missing = true,
                Some(value) if value.key_type() == *key_type => {
                    if !missing {
                        parts.push(value.to_part());
                    }
                }
                Some(value) => {
                    return Err(Error::ColumnType {
                        table: "the request".to_owned(),
                        column: name.clone(),
                        found: match value {
                            KeyRef::Int(value) => format!("the integer {value}"),
                            KeyRef::Text(text) => format!("the text {text:?}"),
                        },
                        expected: key_type.to_string(),
                    });
                }
            }
        }
        Ok((!missing).then(|| parts.into_iter().collect()))
    }

    fn look_up(&self, view: &ViewInputs, keys: &[EntityKey]) -> Result<Vec<Option<FeatureRow>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.store.get_many(&view.view, &view.features, keys)?;
        let fits = |row: &FeatureRow| row.values.len() == view.features.len();
        if rows.len() != keys.len() || !rows.iter().flatten().all(fits) {
            return Err(broken("it yields other rows or features than were asked for".to_owned()));
        }
        Ok(rows)
    }

    fn check_request(&self, request: &OnlineRequest<'_>) -> Result<()> {
        shape("columns", request.columns.len(), self.columns.len())?;
        shape("join keys", request.keys.len(), self.keys.len())
    }
}

impl ViewInputs {
    /// Puts the values of `row` where they go, if they hold at `at`.
    fn put(&self, row: Option<&FeatureRow>, at: Timestamp, out: &mut [f64]) -> Result<()> {
        let Some(row) = row.filter(|row| row.holds_at(at, self.ttl)) else { return Ok(()) };
        for ((value, place), feature) in row.values.iter().zip(&self.places).zip(&self.features) {
            out[*place] = value.as_number().ok_or_else(|| {
                broken(format!(
                    "it has {value:?} for feature {feature} of view {}, which is a number",
                    self.view
                ))
            })?;
        }
        Ok(())
    }
}

fn shape(what: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::Shape { what, found, expected }) }
}

fn broken(reason: String) -> Error {
    Error::Contract { table: "the online store".to_owned(), reason }
}
