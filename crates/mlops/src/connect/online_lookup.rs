use std::cell::Cell;
use std::sync::Arc;

use mlops_core::Timestamp;
use mlops_features::{Catalog, FeatureService, Input, KeyRef, OnlineFeatures, OnlineStore};
use mlops_serve_core::predictor::{FeatureLookup, FieldValue, LookupError, Request};

/// The inputs of a predictor, from an online store and the fields of the request.
///
/// The inputs are those of a feature service, each under the name of its feature or column.
/// A join key that the request lacks, or that nothing is known of, leaves its features
/// missing, as in the point-in-time join.
///
/// ```
/// use std::sync::Arc;
/// use mlops::arrow::array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
/// use mlops::connect::OnlineLookup;
/// use mlops::features::{
///     Catalog, Entity, FeatureService, FeatureView, Materializer, MemoryOnlineStore, MemorySource, ValueType,
/// };
/// use mlops::serve::predictor::{FeatureLookup, FieldValue, Request};
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
/// let store = Arc::new(MemoryOnlineStore::default());
/// let at = mlops::Timestamp::from_micros(150);
/// Materializer::new(&catalog, store.clone())?.advance(at)?;
///
/// let lookup = OnlineLookup::new(&catalog, &service, store)?;
/// let id = "flight-7".parse()?;
/// let fields = [("hour", FieldValue::Integer(17)), ("origin", FieldValue::Text("JFK"))];
/// let mut inputs = [f64::NAN; 2];
/// lookup.look_up(&Request::new(&id, "flight-7", &fields), at, &mut inputs)?;
/// assert_eq!((lookup.names(), inputs), (&["hour".to_owned(), "temp".to_owned()][..], [17.0, 39.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnlineLookup {
    features: OnlineFeatures,
    names: Vec<String>,
}

impl OnlineLookup {
    /// The inputs of `service`, whose views are in `catalog`, from `store`.
    ///
    /// # Errors
    /// As [`OnlineFeatures::new`].
    pub fn new(
        catalog: &Catalog,
        service: &FeatureService,
        store: Arc<dyn OnlineStore>,
    ) -> mlops_features::Result<Self> {
        let name = |input: &Input| match input {
            Input::Feature(reference) => reference.feature.to_string(),
            Input::Column(name) => name.to_string(),
        };
        let names = service.inputs().iter().map(name).collect();
        Ok(Self { features: OnlineFeatures::new(catalog, service, store)?, names })
    }

    /// What the look-up asks the store, and what a request must bring for it.
    pub const fn features(&self) -> &OnlineFeatures {
        &self.features
    }
}

impl FeatureLookup for OnlineLookup {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn look_up(&self, request: &Request<'_>, at: Timestamp, inputs: &mut [f64]) -> Result<(), LookupError> {
        let wrong = Cell::new(None);
        let column = |name: &str| {
            let value = request.field(name);
            value.as_number().unwrap_or_else(|| {
                wrong.set(Some(field(name, value, "a number")));
                f64::NAN
            })
        };
        let key = |name: &str| match request.field(name) {
            FieldValue::Text(text) => Some(KeyRef::Text(text)),
            FieldValue::Integer(number) => Some(KeyRef::Int(number)),
            value if value.is_missing() => None,
            value => {
                wrong.set(Some(field(name, value, "a text or a whole number")));
                None
            }
        };
        let filled = self.features.fill_named(at, column, key, inputs);
        match wrong.take() {
            Some(wrong) => Err(wrong),
            None => filled.map_err(|error| failed(error, request)),
        }
    }
}

fn field(name: &str, value: FieldValue<'_>, expected: &'static str) -> LookupError {
    let value = match value {
        FieldValue::Missing => "missing".to_owned(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Integer(number) => number.to_string(),
        FieldValue::Bool(yes) => yes.to_string(),
        FieldValue::Text(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
    };
    LookupError::Field { field: name.to_owned(), value, expected }
}

/// What the feature store says, as the caller of a predictor can act on it.
fn failed(error: mlops_features::Error, request: &Request<'_>) -> LookupError {
    match error {
        mlops_features::Error::Unavailable { what, source } => {
            LookupError::Unavailable { store: what, source }
        }
        mlops_features::Error::ColumnType { column, expected, .. } => {
            let expected = if expected.contains("text") { "a text" } else { "a whole number" };
            field(&column, request.field(&column), expected)
        }
        error => LookupError::Broken { reason: error.to_string() },
    }
}
