//! A year of real flights, joined from the Parquet files: what a correct join gives is recorded.
#![cfg(feature = "parquet")]
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, ArrayRef, BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use mlops_core::Timestamp;
use mlops_features::{
    Catalog, DenseRows, Entity, FeatureService, FeatureView, KeyRef, Materializer, MemoryOnlineStore,
    OfflineSourceExt, OnlineFeatures, OnlineStore, ParquetSource, PointInTimeJoin, ValueType,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    rows: BTreeMap<String, u64>,
    features: Vec<String>,
    non_null: BTreeMap<String, usize>,
    sum: BTreeMap<String, f64>,
    sample: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    flight_id: i64,
    features: Vec<Option<f64>>,
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/flights");
    assert!(
        folder.join("expected.json").is_file(),
        "the flights data is not at {}: it comes with the repository",
        folder.display()
    );
    folder
}

fn open(name: &str) -> ParquetSource {
    ParquetSource::open(folder().join(name)).unwrap()
}

fn catalog() -> Catalog {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let entity = |name| Entity::new(name, [name]).unwrap();
    let carrier = FeatureView::builder("carrier_daily", open("carrier_daily.parquet"))
        .entity(&entity("carrier"))
        .timestamp("event_timestamp")
        .ttl(hours(72))
        .feature("carrier_delay_rate", ValueType::Float)
        .feature("carrier_mean_delay", ValueType::Float);
    let aircraft = FeatureView::builder("aircraft_arrivals", open("aircraft_arrivals.parquet"))
        .entity(&entity("tailnum"))
        .timestamp("event_timestamp")
        .ttl(hours(12))
        .feature("aircraft_last_delay", ValueType::Float);
    let weather = ["temp", "wind_speed", "precip", "visib", "pressure"].into_iter().fold(
        FeatureView::builder("weather", open("weather.parquet"))
            .entity(&entity("origin"))
            .timestamp("event_timestamp")
            .ttl(hours(3)),
        |view, feature| view.feature(feature, ValueType::Float),
    );
    Catalog::new([carrier, aircraft, weather].map(|view| view.build().unwrap())).unwrap()
}

/// The service of `features`, each in the view that has it or else a column of the flights.
fn service(catalog: &Catalog, features: &[String]) -> FeatureService {
    let inputs = features.iter().map(|feature| {
        let view = catalog.views().iter().find(|view| view.feature(feature).is_ok());
        view.map_or_else(|| feature.clone(), |view| format!("{}:{feature}", view.name()))
    });
    FeatureService::new("flight-delay", inputs).unwrap()
}

#[test]
fn a_year_of_flights_is_joined_as_recorded() {
    let expected: Expected =
        serde_json::from_str(&fs::read_to_string(folder().join("expected.json")).unwrap()).unwrap();
    let catalog = catalog();
    let service = service(&catalog, &expected.features);
    let flights = open("flights.parquet");
    assert_eq!(flights.rows(), expected.rows["flights"]);
    for view in catalog.views() {
        assert_eq!(view.source().rows(), expected.rows[view.name().as_str()]);
    }

    let seen = Mutex::new(Vec::new());
    let progress = |progress| seen.lock().unwrap().push(progress);
    let flights = flights.read_all().unwrap();
    let join = PointInTimeJoin::new(&catalog, &service).unwrap().progress(&progress);
    let joined = join.run(&flights).unwrap();
    assert_eq!(joined.batch().num_rows(), flights.num_rows());
    assert_eq!(joined.batch().columns()[..flights.num_columns()], *flights.columns());
    assert_eq!(joined.inputs(), expected.features);

    let rows = joined.dense().unwrap();
    for (place, feature) in expected.features.iter().enumerate() {
        let known: Vec<f64> = rows.iter().map(|row| row[place]).filter(|value| !value.is_nan()).collect();
        assert_eq!(known.len(), expected.non_null[feature], "{feature}");
        let (sum, recorded) = (known.iter().sum::<f64>(), expected.sum[feature]);
        assert!((sum - recorded).abs() <= 1e-9 * recorded.abs(), "{feature}: {sum} is not {recorded}");
    }
    assert!(!expected.sample.is_empty());
    let ids = joined.batch().column_by_name("flight_id").unwrap().as_primitive::<Int64Type>();
    for sample in &expected.sample {
        let place = ids.values().iter().position(|id| *id == sample.flight_id).unwrap();
        let row: Vec<Option<f64>> =
            rows.row(place).iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        assert_eq!(row, sample.features, "flight {}", sample.flight_id);
    }

    let of = catalog.views().iter().map(|view| view.source().rows()).sum();
    let seen = seen.into_inner().unwrap();
    assert!(seen.iter().all(|progress| progress.of == of && progress.rows <= of));
    assert_eq!(seen.iter().map(|progress| progress.rows).max(), Some(of), "progress ends at the end");
}

/// The flights of July, in the order of their decisions.
fn july() -> RecordBatch {
    let flights = open("flights.parquet").read_all().unwrap();
    let bound = |text: &str| text.parse::<Timestamp>().unwrap().as_micros();
    let july = bound("2013-07-01")..bound("2013-08-01");
    let wanted: BooleanArray = times(&flights).iter().map(|time| Some(july.contains(time))).collect();
    let flights = filter_record_batch(&flights, &wanted).unwrap();
    let times = times(&flights);
    assert!(times.is_sorted() && flights.num_rows() > 20_000, "{} flights", flights.num_rows());
    flights
}

fn times(flights: &RecordBatch) -> Vec<i64> {
    let times = flights.column_by_name("event_timestamp").unwrap();
    times.as_primitive::<TimestampMicrosecondType>().values().to_vec()
}

/// July as a service sees it: at each decision the store is brought to its moment, then it is
/// looked up.
fn served(flights: &RecordBatch, service: &FeatureService, store: &Arc<dyn OnlineStore>) -> Vec<f64> {
    let catalog = catalog();
    let mut materializer = Materializer::new(&catalog, Arc::clone(store)).unwrap();
    let features = OnlineFeatures::new(&catalog, service, Arc::clone(store)).unwrap();
    let columns = DenseRows::from_batch(flights, features.columns()).unwrap();
    let keys: Vec<&ArrayRef> =
        features.join_keys().iter().map(|key| flights.column_by_name(&key.name).unwrap()).collect();
    let mut inputs = vec![0.0; flights.num_rows() * features.width()];
    for ((row, at), out) in times(flights).into_iter().enumerate().zip(inputs.chunks_mut(features.width())) {
        let at = Timestamp::from_micros(at);
        materializer.advance(at).unwrap();
        let keys: Vec<Option<KeyRef<'_>>> =
            keys.iter().map(|column| column.is_valid(row).then(|| text(column, row))).collect();
        features.fill(at, columns.row(row), &keys, out).unwrap();
    }
    inputs
}

fn text(column: &ArrayRef, row: usize) -> KeyRef<'_> {
    let text = column.as_string_opt::<i32>().map(|column| column.value(row));
    let text = text.or_else(|| column.as_string_opt::<i64>().map(|column| column.value(row)));
    KeyRef::Text(text.unwrap_or_else(|| column.as_string_view().value(row)))
}

#[test]
fn a_month_of_flights_is_served_as_it_is_joined() {
    let expected: Expected =
        serde_json::from_str(&fs::read_to_string(folder().join("expected.json")).unwrap()).unwrap();
    let (catalog, flights) = (catalog(), july());
    let service = service(&catalog, &expected.features);
    let joined = PointInTimeJoin::new(&catalog, &service).unwrap().run(&flights).unwrap().dense().unwrap();
    assert!(joined.values().iter().any(|value| value.is_nan()), "July has holes");
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let served = served(&flights, &service, &store);
        let differ = |(served, joined): &(&f64, &f64)| served.to_bits() != joined.to_bits();
        let differences = served.iter().zip(joined.values()).filter(differ).count();
        assert_eq!((differences, served.len()), (0, joined.values().len()), "{store:?}");
    }
}

#[cfg(feature = "sqlite")]
fn stores(folder: &Path) -> Vec<Arc<dyn OnlineStore>> {
    use mlops_features::{Flush, SqliteOnlineStore};
    let sqlite = SqliteOnlineStore::open(folder.join("online.db"), Flush::Checkpoints).unwrap();
    vec![Arc::new(MemoryOnlineStore::default()), Arc::new(sqlite)]
}

#[cfg(not(feature = "sqlite"))]
fn stores(_: &Path) -> Vec<Arc<dyn OnlineStore>> {
    vec![Arc::new(MemoryOnlineStore::default())]
}
