//! Stories told with `mlops`: see the folders and files beside this one. Here is what they
//! share: where the flights lie, and what was known of each of them.
#![forbid(unsafe_code)]

pub mod employment;
pub mod sea;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use mlops::arrow::RecordBatch;
use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{Int64Type, TimestampMicrosecondType};
use mlops::arrow::array::{Array as _, BooleanArray};
use mlops::arrow::select::filter::filter_record_batch;
use mlops::features::{
    Catalog, Entity, FeatureService, FeatureView, Joined, OfflineSourceExt as _, ParquetSource,
    PointInTimeJoin, ValueType,
};
use mlops::monitor::Label;
use mlops::{ModelName, PredictionId, Timestamp, Window};

/// Any error, for programs that only report it.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A file of the examples' data, from whatever directory the program is started.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// Where a program writes its page: the first argument, or `default`.
pub fn page_from_arguments(default: &str) -> PathBuf {
    std::env::args_os().nth(1).map_or_else(|| PathBuf::from(default), PathBuf::from)
}

/// How a program ends: 0 if all is as it tells, 1 if not, 2, with a line that says why, if it
/// could not be found out.
pub fn exit_code(as_told: Result<bool>) -> ExitCode {
    match as_told {
        Ok(as_told) => ExitCode::from(u8::from(!as_told)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// A bar on standard error that shows how far something is; nothing where nobody looks.
pub fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("  {msg} [{wide_bar}] {human_pos}/{human_len}") {
        bar.set_style(style);
    }
    bar.with_message(what).with_finish(ProgressFinish::AndClear)
}

/// The columns of the employment table whose numbers are names.
pub const EMPLOYMENT_CODES: [&str; 16] = [
    "SCHL",
    "MAR",
    "RELP",
    "DIS",
    "ESP",
    "CIT",
    "MIG",
    "MIL",
    "ANC",
    "NATIVITY",
    "DEAR",
    "DEYE",
    "DREM",
    "SEX",
    "RAC1P",
    "prediction",
];

/// The three views: whose features, from which file of `folder`, and how long they hold.
///
/// # Errors
/// If a file is missing or is not what it should be.
pub fn catalog(folder: &Path) -> Result<Catalog> {
    let view = |name: &str, entity: Entity, hours: u64, features: &[&str]| {
        let source = ParquetSource::open(folder.join(format!("{name}.parquet")))?;
        let view = FeatureView::builder(name, source)
            .entity(&entity)
            .timestamp("event_timestamp")
            .ttl(Duration::from_hours(hours));
        features.iter().fold(view, |view, feature| view.feature(*feature, ValueType::Float)).build()
    };
    Ok(Catalog::new([
        view(
            "carrier_daily",
            Entity::new("carrier", ["carrier"])?,
            72,
            &["carrier_delay_rate", "carrier_mean_delay"],
        )?,
        view("aircraft_arrivals", Entity::new("aircraft", ["tailnum"])?, 12, &["aircraft_last_delay"])?,
        view(
            "weather",
            Entity::new("origin", ["origin"])?,
            3,
            &["temp", "wind_speed", "precip", "visib", "pressure"],
        )?,
    ])?)
}

/// The inputs of the delay models in their order: the first three come with the request.
pub const INPUTS: [&str; 11] = [
    "hour",
    "day_of_week",
    "distance",
    "carrier_daily:carrier_delay_rate",
    "carrier_daily:carrier_mean_delay",
    "aircraft_arrivals:aircraft_last_delay",
    "weather:temp",
    "weather:wind_speed",
    "weather:precip",
    "weather:visib",
    "weather:pressure",
];

/// These inputs as a feature service.
///
/// # Errors
/// If a name is none.
pub fn service() -> Result<FeatureService> {
    Ok(FeatureService::new("flight-delay", INPUTS)?)
}

/// All flights of the year, in the order of their decisions.
///
/// # Errors
/// If the file is missing or is not what it should be.
pub fn flights() -> Result<RecordBatch> {
    Ok(ParquetSource::open(data("flights/flights.parquet"))?.read_all()?)
}

/// The same with what was known of each at its decision.
///
/// # Errors
/// As [`flights`].
pub fn known(flights: &RecordBatch) -> Result<Joined> {
    Ok(PointInTimeJoin::new(&catalog(&data("flights"))?, &service()?)?.run(flights)?)
}

/// When each flight's decision is made.
///
/// # Errors
/// If there is no such column.
pub fn decisions(flights: &RecordBatch) -> Result<Vec<Timestamp>> {
    let column = flights.column_by_name("event_timestamp");
    let column = column
        .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
        .ok_or("flights need a column event_timestamp in microseconds")?;
    Ok(column.values().iter().map(|micros| Timestamp::from_micros(*micros)).collect())
}

/// The flights whose decision falls into `window`.
///
/// # Errors
/// As [`decisions`].
pub fn within(flights: &RecordBatch, window: Window) -> Result<RecordBatch> {
    let wanted: BooleanArray =
        decisions(flights)?.into_iter().map(|moment| Some(window.contains(moment))).collect();
    Ok(filter_record_batch(flights, &wanted)?)
}

/// The text in `column` of each flight, in whatever form the file has it.
///
/// # Errors
/// If there is no such column, or it is no text.
pub fn texts<'f>(flights: &'f RecordBatch, column: &str) -> Result<Vec<Option<&'f str>>> {
    let array = flights.column_by_name(column).ok_or_else(|| format!("flights need a column {column}"))?;
    if let Some(texts) = array.as_string_opt::<i32>() {
        Ok(texts.iter().collect())
    } else if let Some(texts) = array.as_string_opt::<i64>() {
        Ok(texts.iter().collect())
    } else if let Some(texts) = array.as_string_view_opt() {
        Ok(texts.iter().collect())
    } else {
        Err(format!("column {column} of the flights is {}, expected text", array.data_type()).into())
    }
}

/// The number of each flight, under which its prediction is logged.
///
/// # Errors
/// If there is no such column.
pub fn ids(flights: &RecordBatch) -> Result<Vec<i64>> {
    let column = flights.column_by_name("flight_id");
    let column = column
        .and_then(|column| column.as_primitive_opt::<Int64Type>())
        .ok_or("flights need a column flight_id of 64-bit integers")?;
    Ok(column.values().to_vec())
}

/// Whether each flight was late, known when it arrived; nothing of those that never did.
///
/// # Errors
/// If there is no such column.
pub fn labels(model: &ModelName, flights: &RecordBatch) -> Result<Vec<Label>> {
    let late = flights.column_by_name("late").and_then(|column| column.as_boolean_opt());
    let arrived = flights.column_by_name("arrived_at");
    let arrived = arrived.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let (late, arrived) = late.zip(arrived).ok_or("flights need the columns late and arrived_at")?;
    let known = ids(flights)?.into_iter().zip(late.iter().zip(arrived.iter()));
    known
        .filter_map(|(id, (late, arrived))| Some((id, late?, arrived?)))
        .map(|(id, late, arrived)| {
            let value = if late { 1.0 } else { 0.0 };
            let id = PredictionId::new(id.to_string())?;
            Ok(Label::new(model.clone(), id, value, Timestamp::from_micros(arrived))?)
        })
        .collect()
}
