//! A year of real flights, joined from the Parquet files: what a correct join gives is recorded.
#![cfg(feature = "parquet")]
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use mlops_features::{
    Catalog, Entity, FeatureService, FeatureView, OfflineSourceExt, ParquetSource, PointInTimeJoin, ValueType,
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

#[test]
fn a_year_of_flights_is_joined_as_recorded() {
    let expected: Expected =
        serde_json::from_str(&fs::read_to_string(folder().join("expected.json")).unwrap()).unwrap();
    let catalog = catalog();
    let inputs = expected.features.iter().map(|feature| {
        let view = catalog.views().iter().find(|view| view.feature(feature).is_ok());
        view.map_or_else(|| feature.clone(), |view| format!("{}:{feature}", view.name()))
    });
    let service = FeatureService::new("flight-delay", inputs).unwrap();
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
