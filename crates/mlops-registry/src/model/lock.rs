use std::collections::BTreeMap;
use std::fmt;

use mlops_core::{Digest, ModelRef, Version};

use crate::artifact::ArtifactStoreExt as _;
use crate::merkle::Origin;
use crate::registry::Registry;
use crate::{Error, Result};

/// The longest lock file that is read, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// What the file begins with.
const HEAD: &str = "# The model versions that this service is pinned to, to the byte.\n";

/// The versions that a service is pinned to: a file that it commits beside its code.
///
/// Each pin says what was asked for, `flight-delay@production`, and what that was then:
/// version, artifact, registry. Where the alias points now is no matter.
///
/// ```
/// # use mlops_registry::{Registry, Result, model::ModelLock};
/// # fn a(registry: &Registry) -> Result<()> {
/// let lock = registry.lock(&["flight-delay@production".parse()?])?;
/// std::fs::write("models.lock", lock.to_text()).unwrap();
/// // … when the service starts:
/// let lock = ModelLock::parse(&std::fs::read_to_string("models.lock").unwrap())?;
/// assert!(lock.verify(registry)?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelLock {
    /// By what was asked for.
    pins: BTreeMap<String, PinnedModel>,
}

/// One version that a service is pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PinnedModel {
    /// What was asked for.
    pub reference: ModelRef,
    /// The version that it meant.
    pub version: Version,
    /// The digest of its file.
    pub artifact: Digest,
    /// The registry that said so, by the name of its audit log.
    pub registry: Origin,
}

/// In what a registry is not as a lock says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockDifference {
    /// The pin is of another registry.
    #[error("{reference} is pinned in the registry {pinned}, and this is {here}")]
    OtherRegistry {
        /// The pin.
        reference: ModelRef,
        /// Its registry.
        pinned: Origin,
        /// This one.
        here: Origin,
    },
    /// The version is not registered.
    #[error("{reference} is pinned to {version}, which is not registered{}", if *.deleted { " any more: it was deleted" } else { "" })]
    NoSuchVersion {
        /// The pin.
        reference: ModelRef,
        /// Its version.
        version: Version,
        /// Whether it was once.
        deleted: bool,
    },
    /// The version has another file.
    #[error("{reference} is pinned to {version} with {pinned}, and it has {registered}")]
    OtherArtifact {
        /// The pin.
        reference: ModelRef,
        /// Its version.
        version: Version,
        /// The digest of the pin.
        pinned: Digest,
        /// The digest that is registered.
        registered: Digest,
    },
    /// The file of the version is not in the store of artifacts.
    #[error("{reference} is pinned to {version}, whose file {artifact} is not there")]
    NoFile {
        /// The pin.
        reference: ModelRef,
        /// Its version.
        version: Version,
        /// The digest.
        artifact: Digest,
    },
}

impl ModelLock {
    /// The pins, by what was asked for.
    pub fn pins(&self) -> impl Iterator<Item = &PinnedModel> {
        self.pins.values()
    }

    /// The pin of what was asked for.
    pub fn get(&self, reference: &ModelRef) -> Option<&PinnedModel> {
        self.pins.get(&reference.to_string())
    }

    /// The lock as a file in TOML: a table for each pin, sorted, with an empty line before
    /// it, so that two branches that pin different models merge by themselves.
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// Reads what [`to_text`](Self::to_text) writes: that subset of TOML, with comments and
    /// empty lines anywhere, in whatever order.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the line: no such key, a key twice or missing, a value
    /// that is none, one thing pinned twice, the marks of a merge that was left undone.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_TEXT {
            return Err(invalid(0, &format!("{} bytes", text.len()), &format!("at most {MAX_TEXT} bytes")));
        }
        let mut lock = Self::default();
        let mut open: Option<Table> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
                return Err(invalid(number, line, "a file that is merged to its end"));
            }
            if line == "[[model]]" {
                lock.close(open.replace(Table { line: number, values: BTreeMap::new() }))?;
                continue;
            }
            let table = open.as_mut().ok_or_else(|| invalid(number, line, "[[model]] before any value"))?;
            let (key, value) =
                line.split_once('=').ok_or_else(|| invalid(number, line, "key = \"value\""))?;
            let key = KEYS.into_iter().find(|known| *known == key.trim());
            let key = key.ok_or_else(|| invalid(number, line, &format!("one of {}", KEYS.join(", "))))?;
            let value: String = serde_json::from_str(value.trim())
                .map_err(|_| invalid(number, line, "a value in double quotes, and nothing after it"))?;
            if table.values.insert(key, (number, value)).is_some() {
                return Err(invalid(number, line, "each key once"));
            }
        }
        lock.close(open)?;
        Ok(lock)
    }

    /// Where the registry is not as the lock says: one difference for each pin that has one.
    /// That an alias was moved is none.
    ///
    /// # Errors
    /// Those of the stores.
    pub fn verify(&self, registry: &Registry) -> Result<Vec<LockDifference>> {
        let mut differences = Vec::new();
        for pin in self.pins.values() {
            differences.extend(pin.verify(registry)?);
        }
        Ok(differences)
    }

    fn close(&mut self, table: Option<Table>) -> Result<()> {
        let Some(table) = table else { return Ok(()) };
        let pin = PinnedModel {
            reference: table.value("reference")?,
            version: table.value("version")?,
            artifact: table.value("artifact")?,
            registry: table.value("registry")?,
        };
        let name = pin.reference.to_string();
        if self.pins.contains_key(&name) {
            return Err(invalid(table.line, &name, "each reference pinned once"));
        }
        self.pins.insert(name, pin);
        Ok(())
    }
}

const KEYS: [&str; 4] = ["reference", "version", "artifact", "registry"];

/// One table of the file, and the lines of its values.
struct Table {
    line: usize,
    values: BTreeMap<&'static str, (usize, String)>,
}

impl Table {
    fn value<T: std::str::FromStr>(&self, key: &str) -> Result<T>
    where
        T::Err: fmt::Display,
    {
        let found = self.values.get(key);
        let (line, value) =
            found.ok_or_else(|| invalid(self.line, "[[model]]", &format!("a {key} in it")))?;
        value.parse().map_err(|error: T::Err| invalid(*line, value, &error.to_string()))
    }
}

fn invalid(line: usize, value: &str, expected: &str) -> Error {
    Error::Invalid {
        field: "model lock",
        value: format!("line {line}: {}", value.chars().take(120).collect::<String>()),
        expected: expected.to_owned(),
    }
}

impl PinnedModel {
    fn verify(&self, registry: &Registry) -> Result<Option<LockDifference>> {
        let (reference, version) = (self.reference.clone(), self.version.clone());
        if self.registry != *registry.origin() {
            let (pinned, here) = (self.registry.clone(), registry.origin().clone());
            return Ok(Some(LockDifference::OtherRegistry { reference, pinned, here }));
        }
        let model = &reference.name;
        let found = match registry.version(model, &version) {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => {
                let deleted = registry.deleted_versions(model)?;
                let deleted = deleted.iter().filter_map(super::Tombstone::version);
                let deleted = deleted.into_iter().any(|deleted| deleted.version == version);
                return Ok(Some(LockDifference::NoSuchVersion { reference, version, deleted }));
            }
            Err(error) => return Err(error),
        };
        if found.artifact != self.artifact {
            let (pinned, registered) = (self.artifact, found.artifact);
            return Ok(Some(LockDifference::OtherArtifact { reference, version, pinned, registered }));
        }
        if registry.artifacts().contains(&self.artifact)? {
            return Ok(None);
        }
        Ok(Some(LockDifference::NoFile { reference, version, artifact: self.artifact }))
    }
}

/// The file.
impl fmt::Display for ModelLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for (reference, pin) in &self.pins {
            f.write_str("\n[[model]]\n")?;
            let values = [
                reference.clone(),
                pin.version.to_string(),
                pin.artifact.to_string(),
                pin.registry.to_string(),
            ];
            for (key, value) in KEYS.into_iter().zip(values) {
                // A string of JSON without control characters is one of TOML too.
                let value = serde_json::to_string(&value).map_err(|_| fmt::Error)?;
                writeln!(f, "{key} = {value}")?;
            }
        }
        Ok(())
    }
}

impl Registry {
    /// Pins what each reference means now.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one means nothing.
    pub fn lock(&self, references: &[ModelRef]) -> Result<ModelLock> {
        let mut lock = ModelLock::default();
        for reference in references {
            let version = self.resolve(reference)?;
            let pin = PinnedModel {
                reference: reference.clone(),
                version: version.version,
                artifact: version.artifact,
                registry: self.origin().clone(),
            };
            lock.pins.insert(reference.to_string(), pin);
        }
        Ok(lock)
    }
}
