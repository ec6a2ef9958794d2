use std::sync::Arc;

use serde_json::{Map, Value};

use crate::expectation::{Catalog, Expectation, Judge, Kwargs};
use crate::plan::Planner;
use crate::{Error, Result};

/// The key of an object that stands for a parameter of the suite.
const PARAMETER: &str = "$PARAMETER";

/// An expectation that names parameters of the suite and waits for their values.
#[derive(Clone, Debug)]
pub(super) struct Unbound {
    name: String,
    /// Where in the suite its parameters are.
    path: String,
    kwargs: Map<String, Value>,
    catalog: Arc<Catalog>,
}

impl Unbound {
    /// `None` if the parameters name none of the suite.
    pub(super) fn new(
        name: &str,
        path: &str,
        kwargs: &Map<String, Value>,
        catalog: &Arc<Catalog>,
    ) -> Option<Self> {
        kwargs.values().any(names_a_parameter).then(|| Self {
            name: name.to_owned(),
            path: path.to_owned(),
            kwargs: kwargs.clone(),
            catalog: Arc::clone(catalog),
        })
    }

    /// As it is written.
    pub(super) fn kwargs(&self) -> &Map<String, Value> {
        &self.kwargs
    }

    /// The expectation with these values. If one is not given it is kept as it is.
    ///
    /// # Errors
    /// As [`Catalog::build`].
    pub(super) fn bind(&self, values: &Map<String, Value>) -> Result<Arc<dyn Expectation>> {
        let mut absent = None;
        let bound: Map<String, Value> = self
            .kwargs
            .iter()
            .map(|(name, value)| (name.clone(), substituted(value, values, &mut absent)))
            .collect();
        match absent {
            Some(_) => Ok(Arc::new(self.clone())),
            None => self.catalog.build(&Kwargs::new(&self.name, &self.path, &bound)),
        }
    }
}

/// An object with a name under `$PARAMETER`.
fn parameter(value: &Value) -> Option<&str> {
    value.as_object()?.get(PARAMETER)?.as_str()
}

fn names_a_parameter(value: &Value) -> bool {
    parameter(value).is_some()
        || match value {
            Value::Array(list) => list.iter().any(names_a_parameter),
            Value::Object(map) => map.values().any(names_a_parameter),
            _ => false,
        }
}

/// A value with those of the parameters that it names; the name of one without a value goes
/// to `absent`.
fn substituted(value: &Value, values: &Map<String, Value>, absent: &mut Option<String>) -> Value {
    if let Some(name) = parameter(value) {
        // 0.18 kept a value for the time being beside the name.
        let beside = || value.get(format!("{PARAMETER}.{name}"));
        return values.get(name).or_else(beside).cloned().unwrap_or_else(|| {
            *absent = Some(name.to_owned());
            Value::Null
        });
    }
    match value {
        Value::Array(list) => list.iter().map(|one| substituted(one, values, absent)).collect(),
        Value::Object(map) => Value::Object(
            map.iter().map(|(name, one)| (name.clone(), substituted(one, values, absent))).collect(),
        ),
        other => other.clone(),
    }
}

impl Expectation for Unbound {
    fn name(&self) -> &str {
        &self.name
    }

    fn kwargs(&self) -> Map<String, Value> {
        self.kwargs.clone()
    }

    fn rule(&self) -> String {
        "what a parameter of the suite says".to_owned()
    }

    fn column(&self) -> Option<&str> {
        self.kwargs.get("column")?.as_str()
    }

    fn plan(&self, _planner: &mut Planner<'_>) -> Result<Judge> {
        let mut names = Vec::new();
        for value in self.kwargs.values() {
            let mut absent = None;
            substituted(value, &Map::new(), &mut absent);
            names.extend(absent.map(|name| format!("{name:?}")));
        }
        Err(Error::Evaluation {
            rule: self.name.clone(),
            reason: format!("no value was given for one of the suite's parameters ({})", names.join(", ")),
        })
    }
}
