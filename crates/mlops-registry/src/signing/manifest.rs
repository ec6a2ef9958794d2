use mlops_core::{Digest, ModelName, Version, canonical};
use serde::{Deserialize, Serialize};

use super::envelope::STATEMENT;
use crate::merkle::Origin;
use crate::model::ModelVersion;
use crate::name::cut;
use crate::registry::Registry;
use crate::tracking::{FilePath, RunId};
use crate::{Error, Result};

/// What is said of the files: that they are a version of a registry.
const PREDICATE: &str = "urn:mlops:registry:version-signature:1";

/// What the model file is called; those of the run are called by their paths below [`FILES`].
const ARTIFACT: &str = "artifact";
const FILES: &str = "files/";

/// What is signed of a version: which one it is, and the names and digests of all that it
/// consists of and came from. The same version has the same manifest, to the byte, unless
/// files were added to its run.
///
/// # Source
/// in-toto Attestation Framework, *Statement* v1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionManifest {
    /// The registry, by the name of its audit log.
    pub registry: Origin,
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// Its place in the order of registration.
    pub number: u32,
    /// The run that it came from.
    pub run: RunId,
    /// The digest of its whole record, as the audit log has it.
    pub record: Digest,
    /// The model file, and the files of the run, by name.
    pub files: Vec<SignedFile>,
    /// The data sets that the run read.
    pub data: Vec<SignedFile>,
}

/// A name and a digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Resource", into = "Resource")]
#[non_exhaustive]
pub struct SignedFile {
    /// The name.
    pub name: String,
    /// The digest of the bytes.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    name: String,
    digest: Algorithms,
}

/// The digests by their algorithm: there is one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Algorithms {
    #[serde(with = "hex")]
    sha256: Digest,
}

mod hex {
    use mlops_core::Digest;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digest.to_hex())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        Digest::from_hex(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl From<Resource> for SignedFile {
    fn from(Resource { name, digest: Algorithms { sha256 } }: Resource) -> Self {
        Self { name, digest: sha256 }
    }
}

impl From<SignedFile> for Resource {
    fn from(SignedFile { name, digest }: SignedFile) -> Self {
        Self { name, digest: Algorithms { sha256: digest } }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<SignedFile>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Predicate {
    registry: Origin,
    model: ModelName,
    version: Version,
    number: u32,
    run: RunId,
    record: Digest,
    data: Vec<SignedFile>,
}

impl VersionManifest {
    /// The manifest of a version as it is now.
    pub(super) fn of(registry: &Registry, version: &ModelVersion) -> Result<Self> {
        let mut files = vec![SignedFile { name: ARTIFACT.to_owned(), digest: version.artifact }];
        for file in registry.files(&version.run)? {
            files.push(SignedFile { name: format!("{FILES}{}", file.path), digest: file.digest });
        }
        files.sort_unstable();
        let data = version.lineage.data.iter();
        let data = data.map(|(name, digest)| SignedFile { name: name.clone(), digest: *digest });
        Ok(Self {
            registry: registry.origin().clone(),
            model: version.model.clone(),
            version: version.version.clone(),
            number: version.number,
            run: version.run.clone(),
            record: canonical::digest(version)?,
            files,
            data: data.collect(),
        })
    }

    /// The statement that is signed, as canonical JSON.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_json(&self) -> Result<String> {
        let Self { registry, model, version, number, run, record, files, data } = self.clone();
        let predicate = Predicate { registry, model, version, number, run, record, data };
        Ok(canonical::to_string(&Statement {
            kind: STATEMENT.to_owned(),
            subject: files,
            predicate_type: PREDICATE.to_owned(),
            predicate,
        })?)
    }

    /// Reads what [`to_json`](Self::to_json) writes, and nothing else.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong: another type of statement or predicate,
    /// a member that is missing or unknown, a name twice, or not its canonical spelling.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let corrupt = |reason| Error::Corrupt { what: "manifest of a version".to_owned(), reason };
        let text = std::str::from_utf8(bytes).map_err(|error| corrupt(error.to_string()))?;
        let read: Statement = canonical::from_str(text).map_err(|error| corrupt(error.to_string()))?;
        for (found, expected) in [(&read.kind, STATEMENT), (&read.predicate_type, PREDICATE)] {
            if found != expected {
                return Err(corrupt(format!("it is of type {:?}, not {expected:?}", cut(found))));
            }
        }
        let names = read.subject.windows(2);
        if let Some(twice) = names.into_iter().find(|pair| pair[0].name >= pair[1].name) {
            return Err(corrupt(format!(
                "the file {:?} is there twice, or out of order",
                cut(&twice[1].name)
            )));
        }
        let Predicate { registry, model, version, number, run, record, data } = read.predicate;
        Ok(Self { registry, model, version, number, run, record, files: read.subject, data })
    }

    /// The digest of the model file; `None` if it is not among the files.
    pub fn artifact(&self) -> Option<Digest> {
        self.files.iter().find(|file| file.name == ARTIFACT).map(|file| file.digest)
    }

    /// The digest of a file of the run; `None` if it is not among the files.
    pub fn file(&self, path: &FilePath) -> Option<Digest> {
        let name = format!("{FILES}{path}");
        self.files.iter().find(|file| file.name == name).map(|file| file.digest)
    }

    /// In what a version of `registry` is not as the manifest says.
    pub(super) fn difference(&self, registry: &Origin, version: &ModelVersion) -> Result<Option<String>> {
        let found = [
            ("registry", self.registry.to_string(), registry.to_string()),
            ("model", self.model.to_string(), version.model.to_string()),
            ("version", self.version.to_string(), version.version.to_string()),
            (
                "artifact",
                self.artifact().map_or_else(|| "none".to_owned(), |artifact| artifact.to_string()),
                version.artifact.to_string(),
            ),
            ("record", self.record.to_string(), canonical::digest(version)?.to_string()),
        ];
        let other = found.into_iter().find(|(_, signed, here)| signed != here);
        Ok(other.map(|(what, signed, here)| format!("it is of {what} {signed}, and this is {here}")))
    }
}
