use mlops_core::{Digest, canonical};
use serde::{Deserialize, Serialize};

use crate::tracking::{FilePath, RunFile, RunId};
use crate::{Error, Result};

/// The artifact of a version that was imported: a list of the files that MLflow's model is,
/// each with its digest. So whoever approves the version approves all of them.
///
/// The files are files of the version's run, and lie among the artifacts by their digests.
///
/// ```no_run
/// # fn a(registry: &mlops_registry::Registry) -> mlops_registry::Result<()> {
/// use mlops_registry::artifact::ArtifactStoreExt as _;
/// use mlops_registry::mlflow_import::ModelFolder;
/// let version = registry.version(&"flight-delay".parse()?, &"3.0.0".parse()?)?;
/// let folder = ModelFolder::from_bytes(&registry.artifacts().read(&version.artifact, 1 << 20)?)?;
/// for file in &folder.files {
///     let bytes = registry.artifacts().open(&file.digest)?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelFolder {
    /// What it is: `mlflow model folder`.
    pub format: String,
    /// Where MLflow had it.
    pub source: String,
    /// The run whose files they are.
    pub run: RunId,
    /// The files by their paths; none, if they could not be read.
    pub files: Vec<ModelFile>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelFile {
    /// Its path within the folder of the model.
    pub path: FilePath,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
}

/// What each of these documents says it is.
const FORMAT: &str = "mlflow model folder";

impl ModelFolder {
    pub(super) fn new(source: &str, run: &RunId) -> Self {
        Self {
            format: FORMAT.to_owned(),
            source: source.to_owned(),
            run: run.clone(),
            files: Vec::new(),
            missing: None,
        }
    }

    /// The files of a run that lie below `at`, which ends in a slash or is empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] never: what lies below a folder of a run has a path there.
    pub(super) fn with_files(mut self, files: &[RunFile], at: &str) -> Result<Self> {
        for file in files {
            if let Some(path) = file.path.as_str().strip_prefix(at) {
                self.files.push(ModelFile {
                    path: FilePath::new(path)?,
                    digest: file.digest,
                    size: file.size,
                });
            }
        }
        Ok(self)
    }

    /// Reads the artifact of a version.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not such a list.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let corrupt = |reason: String| Error::Corrupt { what: "model folder".to_owned(), reason };
        let folder: Self = serde_json::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
        if folder.format != FORMAT {
            return Err(corrupt(format!(
                "its format is {:?}, not {FORMAT:?}",
                crate::name::cut(&folder.format)
            )));
        }
        Ok(folder)
    }

    /// The bytes of the artifact: canonical JSON.
    pub(super) fn to_text(&self) -> Result<String> {
        Ok(canonical::to_string(self)?)
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&ModelFile> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }
}
