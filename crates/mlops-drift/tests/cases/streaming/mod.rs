//! `drift/streaming`: where River's and Frouros' detectors saw a drift or a warning, and what
//! they held in between.

mod frouros;
mod river;

use std::collections::HashMap;
use std::path::Path;

use mlops_cases::{Tally, close, number, numbers};
use mlops_drift::stream::{SavedDetector, Status, StreamDetector};
use serde_json::Value;

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Result<(), String> {
    let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let stream = stream(&case["stream"])?;
    for run in case["runs"].as_array().ok_or("no runs")? {
        let text = |field: &str| run[field].as_str().ok_or_else(|| format!("no {field}"));
        let (library, detector, params) = (text("library")?, text("detector")?, &run["params"]);
        let place = format!("{file}/{library} {detector} {params}");
        if run.get("error").is_some() || is_informative(detector, params) {
            tally.informative(place);
            continue;
        }
        let ours = match library {
            "frouros" => frouros::detector(detector, params),
            "river" => river::detector(detector, params),
            _ => Err("no such library".to_owned()),
        };
        match ours {
            Ok(ours) => {
                let drifts = places(run, "drift")?.unwrap_or_default();
                let quiet = match library {
                    "frouros" => frouros::divided_by_zero(detector, &stream, &drifts),
                    _ => Vec::new(),
                };
                stays_quiet(&place, &ours, &stream, &quiet, tally)?;
                follow(&place, ours, &stream, run, &quiet, tally)?;
            }
            Err(reason) => tally.unsupported(format!("{place}: {reason}")),
        }
    }
    Ok(())
}

/// What the notes of the area call so.
fn is_informative(detector: &str, params: &Value) -> bool {
    let whole = |name: &str| params[name].as_u64();
    let samples = detector == "KSWIN" && whole("window_size") != whole("stat_size").map(|size| 2 * size);
    samples || detector == "DummyDriftDetector"
}

fn stream(value: &Value) -> Result<Vec<f64>, String> {
    match value.get("bits").and_then(Value::as_str) {
        Some(bits) => Ok(bits.chars().map(|bit| f64::from(u8::from(bit == '1'))).collect()),
        None => numbers(&value["values"]),
    }
}

/// Where the tool divided by zero on values that are all the same, ours is quiet all along.
fn stays_quiet(
    place: &str,
    ours: &SavedDetector,
    stream: &[f64],
    quiet: &[usize],
    tally: &mut Tally,
) -> Result<(), String> {
    let mut seen = 0;
    for index in quiet {
        if *index < seen {
            continue;
        }
        let same = |other: &&f64| other.total_cmp(&stream[*index]).is_eq();
        let begin = index + 1 - stream[..=*index].iter().rev().take_while(same).count();
        seen = index + stream[*index..].iter().take_while(same).count();
        let mut ours = ours.clone();
        let mut loud = None;
        for (at, value) in stream.iter().enumerate().take(seen).skip(begin) {
            if ours.update(*value).map_err(|error| format!("{place}: {error}"))? != Status::Stable {
                loud.get_or_insert(at);
            }
        }
        tally.check(loud.is_none(), || format!("{place}: {loud:?} is not quiet, of {begin}..{seen}"));
    }
    Ok(())
}

/// Goes along the stream and compares what was said, where, and what was held. At the places
/// that are to be quiet the tool was reset, and so is ours.
fn follow(
    place: &str,
    mut ours: SavedDetector,
    stream: &[f64],
    run: &Value,
    quiet: &[usize],
    tally: &mut Tally,
) -> Result<(), String> {
    let rows = trace(run)?;
    let (mut drifts, mut warnings) = (Vec::new(), Vec::new());
    for (index, value) in stream.iter().enumerate() {
        match ours.update(*value).map_err(|error| format!("{place}: {error}"))? {
            Status::Stable => {}
            Status::Warning => warnings.push(index),
            Status::Drift => drifts.push(index),
        }
        for (field, expected) in rows.get(&index).into_iter().flatten() {
            let found = river::p_value(&ours, field).or_else(|| held(&state(&ours), field));
            let holds = match found {
                Some(found) => close(found, *expected, 1e-9, 1e-12),
                None => !expected.is_finite(),
            };
            tally.check(holds, || format!("{place}: {field} at {index} is {found:?}, not {expected}"));
        }
        if quiet.contains(&index) {
            ours.reset();
        }
    }
    let recorded = places(run, "drift")?.unwrap_or_default();
    for (field, found) in [("drift", drifts), ("warning", warnings)] {
        let Some(mut expected) = places(run, field)? else { continue };
        // What is a drift is more than a warning; some tools leave that flag up.
        expected.retain(|at| if field == "drift" { !quiet.contains(at) } else { !recorded.contains(at) });
        tally.check(found == expected, || format!("{place}: {field}s at {found:?}, not {expected:?}"));
    }
    Ok(())
}

/// What a detector holds, as it is kept.
fn state(ours: &SavedDetector) -> Value {
    serde_json::to_value(ours).map_or(Value::Null, |mut kept| kept["state"].take())
}

/// A number of a detector's state, by the name that it has there.
fn held(state: &Value, field: &str) -> Option<f64> {
    let whole = |field: &str| number(&state[field]);
    match field {
        "n_detections" => whole("detections"),
        "sum" => whole(field).or_else(|| whole("sum_increase")),
        // River's -1 for what is not known yet.
        "p_min" | "s_min" | "p2s_max" => whole(field).or(Some(-1.0)),
        "var_distance" => {
            let (squares, errors) = (whole("squares")?, whole("n_errors")?);
            Some(if errors > 1.0 { squares / (errors - 1.0) } else { 0.0 })
        }
        _ => whole(field).or_else(|| {
            let (of, part) = field.rsplit_once('_')?;
            number(&state[of][part])
        }),
    }
}

/// The recorded fields of each row, by the index of the row.
fn trace(run: &Value) -> Result<HashMap<usize, Vec<(String, f64)>>, String> {
    let Some(trace) = run.get("trace").filter(|trace| !trace.is_null()) else { return Ok(HashMap::new()) };
    let fields = trace["fields"].as_array().ok_or("a trace without fields")?;
    let mut rows = HashMap::new();
    for row in trace["rows"].as_array().ok_or("a trace without rows")? {
        let mut named = Vec::new();
        for (field, value) in fields.iter().zip(row.as_array().ok_or("a row that is no list")?) {
            let field = field.as_str().ok_or("a field without a name")?;
            // What was not known yet is no number.
            if let Some(value) = number(value) {
                named.push((field.to_owned(), value));
            }
        }
        let (_, index) = named.remove(0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        rows.insert(index as usize, named);
    }
    Ok(rows)
}

/// Where a flag was up: as a list of places, or as ranges of them.
fn places(run: &Value, flag: &str) -> Result<Option<Vec<usize>>, String> {
    let whole = |value: &Value| {
        let place = value.as_u64().and_then(|place| usize::try_from(place).ok());
        place.ok_or_else(|| format!("{value} is no place"))
    };
    if let Some(list) = run.get(format!("{flag}s")).and_then(Value::as_array) {
        return list.iter().map(whole).collect::<Result<_, _>>().map(Some);
    }
    let Some(ranges) = run.get(format!("{flag}_ranges")).and_then(Value::as_array) else { return Ok(None) };
    let mut places = Vec::new();
    for range in ranges {
        places.extend(whole(&range[0])?..whole(&range[1])?);
    }
    Ok(Some(places))
}
