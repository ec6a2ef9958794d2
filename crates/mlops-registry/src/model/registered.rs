use mlops_core::{ModelName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::provenance::Imported;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A registered model.
///
/// What belongs to it is counted here, which makes the record the place where those meet
/// who change the same model at once: a version registered, evidence recorded, a promotion
/// requested or carried out, a trial begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Model {
    /// Its name.
    pub name: ModelName,
    /// Who registered its first version.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// How many versions were registered: the number of the last one.
    pub versions: u32,
    /// How many verdicts were recorded.
    pub evidence: u32,
    /// How many promotions were requested: the number of the last one.
    pub requests: u32,
    /// How often what is in production was changed, rollbacks among it: the number of the
    /// last promotion.
    pub promotions: u32,
    /// How many trials were begun: the number of the last one.
    #[serde(default)]
    pub trials: u32,
    /// That it was taken over from another system, and what that said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Box<Imported>>,
}

impl Document for Model {
    const KIND: Kind = Kind::Model;
    fn key(&self) -> Key {
        Key::from([self.name.as_str()])
    }
}

impl Registry {
    /// A registered model.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is none of this name.
    pub fn model(&self, name: &ModelName) -> Result<Model> {
        Ok(self.get("model", Key::from([name.as_str()]))?.value)
    }

    /// All registered models, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn models(&self) -> Result<Vec<Model>> {
        self.values(&Key::all())
    }
}
