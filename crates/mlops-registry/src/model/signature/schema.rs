use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Field, FieldType, ParamSpec, mlflow};
use crate::{Error, Result};

/// The most columns on one side of a signature.
const MAX_FIELDS: usize = 10_000;

/// The longest name of a column, in bytes.
const MAX_NAME: usize = 512;

/// How deep arrays, maps and objects may lie in each other.
pub(super) const MAX_DEPTH: usize = 16;

/// What a model takes and gives.
///
/// ```
/// use mlops_registry::model::signature::{Field, FieldType, Signature};
/// let inputs = vec![Field::required("distance", FieldType::Double), Field::optional("carrier", FieldType::String)];
/// let signature = Signature::new(inputs, vec![Field::required("delayed", FieldType::Double)])?;
/// // As MLflow's `MLmodel` file holds it: the lists are JSON within JSON.
/// let text = signature.to_mlflow()?;
/// assert!(text.starts_with(r#"{"inputs":"[{\"name\":\"distance\",\"required\":true,\"type\":\"double\"}"#), "{text}");
/// assert_eq!(Signature::from_mlflow(&text)?, signature);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    inputs: Vec<Field>,
    outputs: Vec<Field>,
    params: Vec<ParamSpec>,
}

impl Signature {
    /// The signature of a model that takes `inputs` and gives `outputs`, in their order.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the column: a name that is empty, too long or there
    /// twice, named ones among unnamed, a shape with a length below −1, types nested too deep.
    pub fn new(mut inputs: Vec<Field>, mut outputs: Vec<Field>) -> Result<Self> {
        check_fields("input", &inputs)?;
        check_fields("output", &outputs)?;
        for field in inputs.iter_mut().chain(&mut outputs) {
            sort(&mut field.kind);
        }
        Ok(Self { inputs, outputs, params: Vec::new() })
    }

    /// The parameters that a call may bring besides.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_params(mut self, params: Vec<ParamSpec>) -> Result<Self> {
        unique("parameter", params.iter().map(|param| param.name.as_str()))?;
        for param in &params {
            check_name("parameter", &param.name)?;
            check_type("parameter", &param.name, &param.kind, MAX_DEPTH)?;
            if param.shape.is_some_and(|length| length < -1) {
                return Err(shape(&param.name, &[param.shape.unwrap_or_default()]));
            }
        }
        self.params = params;
        for param in &mut self.params {
            sort(&mut param.kind);
        }
        Ok(self)
    }

    /// What it takes.
    pub fn inputs(&self) -> &[Field] {
        &self.inputs
    }

    /// What it gives.
    pub fn outputs(&self) -> &[Field] {
        &self.outputs
    }

    /// The parameters of a call.
    pub fn params(&self) -> &[ParamSpec] {
        &self.params
    }
}

/// As MLflow's, but with lists for the lists.
impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        mlflow::write(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        mlflow::read(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Properties have no order but that of their names.
fn sort(kind: &mut FieldType) {
    match kind {
        FieldType::Array(items) | FieldType::Map(items) => sort(items),
        FieldType::Object(properties) => {
            properties.sort_by(|a, b| a.name.cmp(&b.name));
            for property in properties {
                sort(&mut property.kind);
            }
        }
        _ => {}
    }
}

fn invalid(field: &'static str, value: &str, expected: impl Into<String>) -> Error {
    Error::Invalid { field, value: value.chars().take(120).collect(), expected: expected.into() }
}

fn shape(name: &str, shape: &[i64]) -> Error {
    invalid("shape", &format!("{name} {shape:?}"), "lengths, or -1 for any")
}

fn check_fields(side: &'static str, fields: &[Field]) -> Result<()> {
    if fields.len() > MAX_FIELDS {
        return Err(invalid(side, &fields.len().to_string(), format!("at most {MAX_FIELDS} of them")));
    }
    let named = fields.iter().filter(|field| field.name.is_some()).count();
    if named != 0 && named != fields.len() {
        let first = fields.iter().position(|field| field.name.is_none()).unwrap_or_default();
        return Err(invalid(side, &format!("number {}", first + 1), "a name, as the others have"));
    }
    unique(side, fields.iter().filter_map(|field| field.name.as_deref()))?;
    for (place, field) in fields.iter().enumerate() {
        let name = match &field.name {
            Some(name) => {
                check_name(side, name)?;
                name.clone()
            }
            None => format!("number {}", place + 1),
        };
        check_type(side, &name, &field.kind, MAX_DEPTH)?;
    }
    Ok(())
}

fn unique<'a>(side: &'static str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(invalid(side, name, "names that differ: this one is there twice"));
        }
    }
    Ok(())
}

fn check_name(side: &'static str, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        let expected = format!("a name of 1 to {MAX_NAME} bytes without control characters");
        return Err(invalid(side, name, expected));
    }
    Ok(())
}

fn check_type(side: &'static str, name: &str, kind: &FieldType, depth: usize) -> Result<()> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(invalid(side, name, format!("types that lie at most {MAX_DEPTH} deep in each other")));
    };
    match kind {
        FieldType::Array(items) | FieldType::Map(items) => check_type(side, name, items, depth),
        FieldType::Object(properties) => {
            unique(side, properties.iter().filter_map(|property| property.name.as_deref()))?;
            for property in properties {
                let Some(own) = &property.name else {
                    return Err(invalid(side, name, "a name for each property of an object"));
                };
                check_name(side, own)?;
                check_type(side, &format!("{name}.{own}"), &property.kind, depth)?;
            }
            Ok(())
        }
        FieldType::Tensor { dtype, shape: lengths } => {
            if lengths.iter().any(|length| *length < -1) {
                return Err(shape(name, lengths));
            }
            if dtype.is_empty() || dtype.len() > 32 || dtype.chars().any(char::is_control) {
                return Err(invalid("dtype", dtype, "numpy's name of a type, such as float32"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
