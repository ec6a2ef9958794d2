//! Suite files.

use std::sync::Arc;

use mlops_core::Severity;
use serde_json::{Map, Value, json};

use super::parameters::Unbound;
use super::{Suite, SuiteEntry};

use crate::expectation::{Catalog, Kwargs};
use crate::{Error, Result};

const WHAT: &str = "expectation suite";

/// Parameters that Great Expectations takes for every expectation and that it keeps.
const PASSED_ON: [&str; 2] = ["batch_id", "catch_exceptions"];
/// Those that it takes, but not as parameters.
const DROPPED: [&str; 8] =
    ["result_format", "id", "meta", "notes", "description", "severity", "windows", "rendered_content"];
/// Those that 0.18 wrote and 1.x no longer knows; switched off they say nothing.
const GONE: [&str; 6] = [
    "allow_cross_type_comparisons",
    "auto",
    "output_strftime_format",
    "parse_strings_as_datetimes",
    "profiler_config",
    "ties_okay",
];
/// Fields of an entry that are kept.
const KEPT: [&str; 2] = ["notes", "description"];

pub(super) fn read(text: &str, catalog: &Catalog) -> Result<Suite> {
    let document: Value = serde_json::from_str(text).map_err(|error| Error::parse(WHAT, error))?;
    let Value::Object(document) = document else {
        return Err(Error::invalid(WHAT, "the document", document, "an object with a list `expectations`"));
    };
    let null = Value::Null;
    let field = |name: &str| document.get(name).unwrap_or(&null);
    let name = document.get("name").or_else(|| document.get("expectation_suite_name")).unwrap_or(&null);
    let name = name.as_str().ok_or_else(|| Error::invalid(WHAT, "name", name, "text"))?;
    let catalog = Arc::new(catalog.clone());
    let entries = field("expectations");
    let entries = entries
        .as_array()
        .ok_or_else(|| Error::invalid(WHAT, "expectations", entries, "a list of expectations"))?
        .iter()
        .enumerate()
        .map(|(at, entry)| read_entry(entry, &format!("expectations[{at}]"), &catalog))
        .collect::<Result<Vec<_>>>()?;
    let mut rest = Map::new();
    for name in ["id", "meta", "notes"] {
        if let Some(value) = document.get(name) {
            rest.insert(name.to_owned(), value.clone());
        }
    }
    Ok(Suite { entries, rest, ..Suite::new(name) })
}

fn read_entry(entry: &Value, path: &str, catalog: &Arc<Catalog>) -> Result<SuiteEntry> {
    let invalid = |name: &str, value: &Value, expected: &str| {
        Error::invalid(WHAT, format!("{path}{name}"), value, expected)
    };
    let Value::Object(fields) = entry else {
        return Err(invalid("", entry, "an object with `type` and `kwargs`"));
    };
    let object = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(other) => Err(invalid(&format!(".{name}"), other, "an object")),
    };
    let name = fields.get("type").or_else(|| fields.get("expectation_type")).unwrap_or(&Value::Null);
    let name = name.as_str().ok_or_else(|| invalid(".type", name, "the name of an expectation"))?;
    let severity = match fields.get("severity") {
        None | Some(Value::Null) => Severity::Critical,
        Some(Value::String(text)) if text == "critical" => Severity::Critical,
        Some(Value::String(text)) if text == "warning" => Severity::Warning,
        Some(Value::String(text)) if text == "info" => Severity::Info,
        Some(other) => return Err(invalid(".severity", other, "\"critical\", \"warning\" or \"info\"")),
    };
    let id = fields.get("id").or_else(|| fields.get("ge_cloud_id"));
    let id = match id {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(other) => return Err(invalid(".id", other, "text")),
    };
    let mut kwargs = object("kwargs")?;
    let mut passed_on = Map::new();
    for name in PASSED_ON {
        passed_on.extend(kwargs.remove_entry(name));
    }
    for name in DROPPED {
        kwargs.remove(name);
    }
    if fields.contains_key("expectation_type") {
        let is_off = |value: &Value| value.is_null() || *value == json!(false);
        kwargs.retain(|name, value| !(GONE.contains(&name.as_str()) && is_off(value)));
    }
    let kwargs_path = format!("{path}.kwargs");
    let unbound = Unbound::new(name, &kwargs_path, &kwargs, catalog);
    let expectation = match &unbound {
        Some(unbound) => unbound.bind(&Map::new())?,
        None => catalog.build(&Kwargs::new(name, &kwargs_path, &kwargs))?,
    };
    let kept = KEPT.iter().filter_map(|name| fields.get_key_value(*name));
    Ok(SuiteEntry {
        severity,
        id,
        meta: object("meta")?,
        rest: kept
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        passed_on,
        unbound,
        ..SuiteEntry::from_arc(expectation)
    })
}

pub(super) fn write(suite: &Suite) -> Value {
    let mut document = suite.rest.clone();
    document.insert("name".to_owned(), json!(suite.name));
    document.insert("expectations".to_owned(), suite.entries.iter().map(write_unbound).collect());
    document.entry("meta").or_insert_with(|| json!({}));
    Value::Object(document)
}

/// An entry of a suite: parameters of the suite stay what they are.
fn write_unbound(entry: &SuiteEntry) -> Value {
    write_with(
        entry,
        entry.unbound.as_ref().map_or_else(|| entry.expectation.kwargs(), |one| one.kwargs().clone()),
    )
}

pub(super) fn write_entry(entry: &SuiteEntry) -> Value {
    write_with(entry, entry.expectation.kwargs())
}

fn write_with(entry: &SuiteEntry, mut kwargs: Map<String, Value>) -> Value {
    kwargs.extend(entry.passed_on.clone());
    let mut document = entry.rest.clone();
    document.insert("type".to_owned(), json!(entry.expectation.name()));
    document.insert("kwargs".to_owned(), Value::Object(kwargs));
    document.insert("meta".to_owned(), Value::Object(entry.meta.clone()));
    document.insert("severity".to_owned(), json!(entry.severity));
    if let Some(id) = &entry.id {
        document.insert("id".to_owned(), json!(id));
    }
    Value::Object(document)
}
