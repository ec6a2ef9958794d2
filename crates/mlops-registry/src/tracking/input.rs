use std::collections::BTreeMap;

use mlops_core::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RunId;
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A data set that a run has read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataInput {
    /// The run.
    pub run: RunId,
    /// Its name, such as `flights.parquet`.
    pub name: String,
    /// The digest of its bytes; made from [`given`](Self::given), if that is there.
    pub digest: Digest,
    /// The short digest that another tool has given it, such as MLflow; then nobody here has
    /// hashed its bytes, and [`digest`](Self::digest) is that of this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What it was for, such as `training` and `evaluation`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<String>,
    /// Where it came from, such as a URL; never with a password in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What kind of source that is, such as `s3`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_type: String,
    /// Its columns with their types, in the words of whoever logged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// What is known of its content, such as the number of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Value>,
    /// Remarks on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl DataInput {
    pub(super) fn new(run: RunId, name: String, digest: Digest) -> Self {
        Self {
            run,
            name,
            digest,
            given: None,
            contexts: Vec::new(),
            source: String::new(),
            source_type: String::new(),
            schema: None,
            profile: None,
            tags: BTreeMap::new(),
        }
    }

    pub(crate) fn key_of(run: &RunId, name: &str, digest: &Digest) -> Key {
        run.key().and(name).and(digest.to_string())
    }
}

impl Document for DataInput {
    const KIND: Kind = Kind::Input;
    fn key(&self) -> Key {
        Self::key_of(&self.run, &self.name, &self.digest)
    }
}

impl Registry {
    /// The data sets that a run has read, by name and digest.
    ///
    /// # Errors
    /// Those of the store.
    pub fn inputs(&self, run: &RunId) -> Result<Vec<DataInput>> {
        self.values(&run.key())
    }
}
