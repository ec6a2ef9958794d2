//! What the genuine tool has said of models, keys and bundles.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mlops_registry::model_signing::{EcPublicKey, ModelFiles, Verification};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) models: Vec<RecordedModel>,
}

#[derive(Deserialize)]
pub(crate) struct RecordedModel {
    pub(crate) name: String,
    files_hex: BTreeMap<String, String>,
    pub(crate) public_key_pem: String,
    pub(crate) bundle: Value,
    pub(crate) checks: Vec<RecordedCheck>,
}

#[derive(Deserialize)]
pub(crate) struct RecordedCheck {
    pub(crate) case: String,
    pub(crate) ok: bool,
    /// Files that are others; `null` for those that are gone.
    #[serde(default)]
    files_change: BTreeMap<String, Option<String>>,
    public_key_pem: Option<String>,
    bundle: Option<Value>,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A bundle as it lies on the disk; text that is no JSON is itself.
pub(crate) fn text(bundle: &Value) -> Vec<u8> {
    match bundle {
        Value::String(text) => text.clone().into_bytes(),
        value => serde_json::to_vec(value).unwrap(),
    }
}

impl RecordedModel {
    /// Lays the files down in `folder`.
    pub(crate) fn lay(&self, folder: &Path, check: &RecordedCheck) {
        let mut files: BTreeMap<_, _> = self.files_hex.iter().map(|(name, hex)| (name, Some(hex))).collect();
        files.extend(check.files_change.iter().map(|(name, hex)| (name, hex.as_ref())));
        fs::create_dir_all(folder).unwrap();
        for (name, hex) in files {
            let Some(hex) = hex else { continue };
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes(hex)).unwrap();
        }
    }

    /// What we say; `None` if the key is none that we take.
    pub(crate) fn verify(
        &self,
        check: &RecordedCheck,
        told: impl FnOnce(ModelFiles) -> ModelFiles,
    ) -> Option<Verification> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("m");
        self.lay(&root, check);
        let key =
            EcPublicKey::from_pem(check.public_key_pem.as_ref().unwrap_or(&self.public_key_pem)).ok()?;
        let bundle = text(check.bundle.as_ref().unwrap_or(&self.bundle));
        Some(told(ModelFiles::at(root)).verify(&bundle, &key).unwrap())
    }

    /// Whether we accept it as the tool would.
    pub(crate) fn accepted(&self, check: &RecordedCheck) -> bool {
        self.verify(check, ModelFiles::as_lenient_as_the_tool)
            .is_some_and(|verification| verification.is_ok())
    }
}
