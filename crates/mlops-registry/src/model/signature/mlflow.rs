//! The JSON of MLflow's signatures, as 3.17 writes it in an `MLmodel` file: an object with
//! `inputs`, `outputs` and `params`, each a list written as text, or null.

use mlops_core::canonical;
use serde_json::{Map, Value, json};

use super::schema::MAX_DEPTH;
use super::{Field, FieldType, ParamSpec, Signature};
use crate::{Error, Result};

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 4 << 20;

impl Signature {
    /// Reads what MLflow writes: lists as text, as plain JSON, or null; the older word
    /// `optional` beside `required`.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names what is not as it should be.
    pub fn from_mlflow(text: &str) -> Result<Self> {
        if text.len() > MAX_TEXT {
            return Err(invalid(&format!("{} bytes", text.len()), format!("at most {MAX_TEXT} bytes")));
        }
        read(&serde_json::from_str(text).map_err(|error| invalid(text, format!("JSON: {error}")))?)
    }

    /// Writes it as MLflow does. What is empty is left out.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_mlflow(&self) -> Result<String> {
        let Value::Object(lists) = write(self) else { return Ok("{}".to_owned()) };
        let mut texts = Map::new();
        for (name, list) in lists {
            texts.insert(name, canonical::to_string(&list)?.into());
        }
        Ok(canonical::to_string(&texts)?)
    }
}

fn invalid(value: &str, expected: impl Into<String>) -> Error {
    Error::Invalid { field: "signature", value: value.chars().take(120).collect(), expected: expected.into() }
}

pub(super) fn write(signature: &Signature) -> Value {
    let mut lists = Map::new();
    let mut list = |name: &str, values: Vec<Value>| {
        if !values.is_empty() {
            lists.insert(name.to_owned(), Value::Array(values));
        }
    };
    list("inputs", signature.inputs().iter().map(write_field).collect());
    list("outputs", signature.outputs().iter().map(write_field).collect());
    let param = |param: &ParamSpec| {
        let shape = param.shape.map_or(Value::Null, |length| json!([length]));
        let mut written = write_type(&param.kind);
        written.insert("name".to_owned(), param.name.clone().into());
        written.insert("default".to_owned(), param.default.clone());
        written.insert("shape".to_owned(), shape);
        Value::Object(written)
    };
    list("params", signature.params().iter().map(param).collect());
    Value::Object(lists)
}

fn write_field(field: &Field) -> Value {
    let mut written = write_type(&field.kind);
    if let Some(name) = &field.name {
        written.insert("name".to_owned(), name.clone().into());
    }
    // A tensor is always required, and MLflow does not say so.
    if !matches!(field.kind, FieldType::Tensor { .. }) || !field.required {
        written.insert("required".to_owned(), field.required.into());
    }
    Value::Object(written)
}

fn write_type(kind: &FieldType) -> Map<String, Value> {
    let mut written = Map::new();
    written.insert("type".to_owned(), kind.as_str().into());
    match kind {
        FieldType::Tensor { dtype, shape } => {
            written.insert("tensor-spec".to_owned(), json!({ "dtype": dtype, "shape": shape }));
        }
        FieldType::Array(items) => {
            written.insert("items".to_owned(), Value::Object(write_type(items)));
        }
        FieldType::Map(values) => {
            written.insert("values".to_owned(), Value::Object(write_type(values)));
        }
        FieldType::Object(properties) => {
            let properties = properties.iter().map(|property| {
                let mut written = write_type(&property.kind);
                written.insert("required".to_owned(), property.required.into());
                (property.name.clone().unwrap_or_default(), Value::Object(written))
            });
            written.insert("properties".to_owned(), Value::Object(properties.collect()));
        }
        _ => {}
    }
    written
}

pub(super) fn read(value: &Value) -> Result<Signature> {
    let Value::Object(object) = value else {
        return Err(invalid(&value.to_string(), "an object with inputs, outputs and params"));
    };
    for name in object.keys() {
        if !matches!(name.as_str(), "inputs" | "outputs" | "params") {
            return Err(invalid(name, "inputs, outputs or params"));
        }
    }
    let fields = |name| list(object, name)?.iter().map(read_field).collect::<Result<Vec<_>>>();
    let params = list(object, "params")?.iter().map(read_param).collect::<Result<Vec<_>>>()?;
    Signature::new(fields("inputs")?, fields("outputs")?)?.with_params(params)
}

fn list(object: &Map<String, Value>, name: &str) -> Result<Vec<Value>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Array(list)) => Ok(list),
            Ok(other) => Err(invalid(&other.to_string(), format!("{name} as a list"))),
            Err(error) => Err(invalid(text, format!("{name} as JSON: {error}"))),
        },
        Some(other) => Err(invalid(&other.to_string(), format!("{name} as a list"))),
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| invalid(&value.to_string(), format!("{what} as an object")))
}

fn name(object: &Map<String, Value>) -> Result<Option<String>> {
    match object.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(other) => Err(invalid(&other.to_string(), "the name of a column as text")),
    }
}

fn required(object: &Map<String, Value>) -> Result<bool> {
    let flag = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(invalid(&other.to_string(), format!("{name} as true or false"))),
    };
    let optional = flag("optional")?.map(|optional| !optional);
    Ok(flag("required")?.or(optional).unwrap_or(true))
}

fn read_field(value: &Value) -> Result<Field> {
    let object = object(value, "a column")?;
    Ok(Field { name: name(object)?, kind: read_type(object, MAX_DEPTH)?, required: required(object)? })
}

fn read_param(value: &Value) -> Result<ParamSpec> {
    let object = object(value, "a parameter")?;
    let name = name(object)?.ok_or_else(|| invalid(&value.to_string(), "a parameter with a name"))?;
    let length = match object.get("shape") {
        None | Some(Value::Null) => None,
        Some(shape) => {
            let lengths = lengths(shape)?;
            let [length] = lengths.as_slice() else {
                return Err(invalid(&shape.to_string(), "the shape of a parameter in one dimension"));
            };
            Some(*length)
        }
    };
    let default = object.get("default").cloned().unwrap_or_default();
    Ok(ParamSpec { name, kind: read_type(object, MAX_DEPTH)?, default, shape: length })
}

fn lengths(value: &Value) -> Result<Vec<i64>> {
    let list = value.as_array().ok_or_else(|| invalid(&value.to_string(), "a shape as a list"))?;
    let length = |value: &Value| value.as_i64().ok_or_else(|| invalid(&value.to_string(), "a length"));
    list.iter().map(length).collect()
}

fn read_type(object: &Map<String, Value>, depth: usize) -> Result<FieldType> {
    let Some(depth) = depth.checked_sub(1) else {
        let reason = format!("types that lie at most {MAX_DEPTH} deep in each other");
        return Err(invalid("a column", reason));
    };
    let part = |name: &str| {
        object.get(name).ok_or_else(|| {
            invalid(&Value::Object(object.clone()).to_string(), format!("a type with {name:?}"))
        })
    };
    let word = part("type")?;
    let word = word.as_str().ok_or_else(|| invalid(&word.to_string(), "a type as text"))?;
    let nested = |value: &Value| read_type(self::object(value, "a type")?, depth);
    match word {
        "tensor" => {
            let spec = self::object(part("tensor-spec")?, "tensor-spec")?;
            let dtype = spec.get("dtype").and_then(Value::as_str);
            let dtype = dtype.ok_or_else(|| invalid("tensor-spec", "a dtype as text"))?;
            let shape = lengths(spec.get("shape").unwrap_or(&Value::Null))?;
            Ok(FieldType::Tensor { dtype: dtype.to_owned(), shape })
        }
        "array" => Ok(FieldType::Array(Box::new(nested(part("items")?)?))),
        "map" => Ok(FieldType::Map(Box::new(nested(part("values")?)?))),
        "object" => {
            let properties = self::object(part("properties")?, "properties")?;
            let property = |(name, value): (&String, &Value)| {
                let required = required(self::object(value, "a property")?)?;
                Ok(Field { name: Some(name.clone()), kind: nested(value)?, required })
            };
            Ok(FieldType::Object(properties.iter().map(property).collect::<Result<_>>()?))
        }
        "any" => Ok(FieldType::Any),
        word => {
            let scalar = FieldType::SCALARS.into_iter().find(|(name, _)| *name == word);
            scalar.map(|(_, kind)| kind).ok_or_else(|| {
                let names: Vec<_> = FieldType::SCALARS.iter().map(|(name, _)| *name).collect();
                invalid(word, format!("{}, tensor, array, object, map or any", names.join(", ")))
            })
        }
    }
}
