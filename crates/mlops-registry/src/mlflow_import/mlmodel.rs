use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::settings::Settings;
use crate::model::Framework;
use crate::model::signature::Signature;
use crate::{Error, Result};

/// The longest file that is read, in bytes: a signature of many columns is in it.
const MAX: usize = 4 << 20;

/// What the file `MLmodel` says, which MLflow puts beside the files of a model.
///
/// ```
/// use mlops_registry::mlflow_import::MlModel;
/// let model = MlModel::parse(b"flavors:\n  lightgbm:\n    lgb_version: 4.5.0\nrun_id: abc\n")?;
/// assert_eq!(model.framework().unwrap().version, "4.5.0");
/// assert_eq!(model.run_id.as_deref(), Some("abc"));
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MlModel {
    /// The ways in which it can be loaded, by name: `python_function` and that of its library.
    pub flavours: BTreeMap<String, Flavour>,
    /// What it takes and gives, if that is said.
    pub signature: Option<Signature>,
    /// The run that made it, as MLflow has it.
    pub run_id: Option<String>,
    /// The version of MLflow that wrote it.
    pub mlflow_version: Option<String>,
}

/// One way in which a model can be loaded: settings by name. What is no text is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flavour {
    /// Its settings, such as `sklearn_version`.
    pub settings: BTreeMap<String, String>,
}

impl MlModel {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the line or the name of what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let invalid = |expected: String| Error::Invalid {
            field: "MLmodel",
            value: format!("{} bytes", bytes.len()),
            expected,
        };
        if bytes.len() > MAX {
            return Err(invalid(format!("at most {MAX} bytes")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("text in UTF-8".to_owned()))?;
        let file = Settings::parse(text).map_err(|reason| invalid(format!("YAML: {reason}")))?;
        let mut flavours = BTreeMap::new();
        let all = file.below("flavors").map_err(invalid)?;
        for name in all.names() {
            let settings = all.below(name).map_err(invalid)?.texts();
            flavours.insert(name.clone(), Flavour { settings });
        }
        let signature = if file.has("signature") {
            // Its lists stand as text.
            let lists = file.below("signature").and_then(|lists| lists.all_texts()).map_err(invalid)?;
            let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
            let object: Map<String, Value> = lists.map(|(name, list)| (name, list.into())).collect();
            Some(Signature::from_mlflow(&Value::Object(object).to_string())?)
        } else {
            None
        };
        let text = |name| file.text(name).map_err(invalid);
        Ok(Self { flavours, signature, run_id: text("run_id")?, mlflow_version: text("mlflow_version")? })
    }

    /// The library that made it and its version: the first flavour, by name, that is not the
    /// generic `python_function`, and the setting of it that names a version.
    pub fn framework(&self) -> Option<Framework> {
        let (name, flavour) = self.flavours.iter().find(|(name, _)| *name != "python_function")?;
        let version = flavour.settings.iter().find(|(setting, _)| {
            setting.ends_with("_version") && !matches!(setting.as_str(), "python_version" | "mlflow_version")
        });
        Some(Framework {
            name: name.clone(),
            version: version.map(|(_, version)| version.clone()).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mlflow_writes_is_read() {
        let text = r#"
flavors:
  python_function:
    env: {conda: conda.yaml}
    python_version: 3.11.7
  sklearn:
    code: null
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
signature:
  inputs: '[{"type": "double", "name": "distance", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
"#;
        let model = MlModel::parse(text.as_bytes()).unwrap();
        let framework = model.framework().unwrap();
        assert_eq!((framework.name.as_str(), framework.version.as_str()), ("sklearn", "1.9.1"));
        let signature = model.signature.unwrap();
        assert_eq!((signature.inputs().len(), signature.outputs().len()), (1, 1));
        assert_eq!((model.run_id, model.mlflow_version.as_deref()), (None, Some("3.17.2")));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        for (bytes, words) in [
            (b"".as_slice(), "it is nothing, expected names with values"),
            (b"- a", "it is a list, expected names with values"),
            (b"\xff\xfe", "text in UTF-8"),
            (b"flavors: 1", "flavors: it is a whole number, expected names with values"),
            (b"signature: x", "signature: it is a text, expected names with values"),
            (b"signature: {inputs: [a]}", "inputs is a list, expected text"),
            (b"signature: {inputs: '{'}", "inputs as JSON"),
            (b"run_id: [a]", "run_id is a list, expected text"),
            (b"a: [b", "YAML: line"),
        ] {
            let refused = MlModel::parse(bytes).unwrap_err();
            assert!(matches!(refused, Error::Invalid { .. }), "{refused:?}");
            assert!(refused.to_string().contains(words), "{refused}");
        }
    }
}
