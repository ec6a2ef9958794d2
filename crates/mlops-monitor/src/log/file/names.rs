use std::collections::{BTreeSet, HashMap};

use mlops_core::{ModelName, Prediction, PredictionEvent, Version};
use parking_lot::Mutex;

use super::record::{Reader, put_text};

/// Models, versions and kinds of failure by the numbers that stand for them in the file.
///
/// A number is given once and never changes: a name that the file does not know yet is
/// written before the first answer that uses it.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    models: Vec<ModelName>,
    model_numbers: HashMap<ModelName, u32>,
    versions: Vec<(u32, Version)>,
    /// By the number of the model.
    version_numbers: Vec<HashMap<Version, u32>>,
    kinds: Vec<&'static str>,
    kind_numbers: HashMap<&'static str, u32>,
}

const MODEL: u8 = 1;
const VERSION: u8 = 2;
const KIND: u8 = 3;

impl Names {
    pub(super) fn model(&self, number: u32) -> Option<&ModelName> {
        self.models.get(number as usize)
    }

    /// The model of a version, and the version.
    pub(super) fn version(&self, number: u32) -> Option<(u32, &Version)> {
        self.versions.get(number as usize).map(|(model, version)| (*model, version))
    }

    pub(super) fn kind(&self, number: u64) -> Option<&'static str> {
        self.kinds.get(usize::try_from(number).ok()?).copied()
    }

    pub(super) fn number_of_model(&self, model: &ModelName) -> Option<u32> {
        self.model_numbers.get(model).copied()
    }

    pub(super) fn number_of_version(&self, model: u32, version: &Version) -> Option<u32> {
        self.version_numbers.get(model as usize)?.get(version).copied()
    }

    pub(super) fn number_of_kind(&self, kind: &str) -> Option<u32> {
        self.kind_numbers.get(kind).copied()
    }

    /// Numbers for what `event` names and has none yet; written to `payload`. `None` if
    /// there is no number left.
    pub(super) fn learn(&mut self, event: &PredictionEvent, payload: &mut Vec<u8>) -> Option<()> {
        let model = self.learn_model(&event.model, payload)?;
        if self.number_of_version(model, &event.version).is_none() {
            payload.push(VERSION);
            payload.extend_from_slice(&model.to_le_bytes());
            put_text(payload, &event.version.to_string());
            self.add_version(model, event.version.clone())?;
        }
        if let Prediction::Failed(kind) = event.prediction
            && self.number_of_kind(kind).is_none()
        {
            payload.push(KIND);
            put_text(payload, kind);
            self.add_kind(kind)?;
        }
        Some(())
    }

    /// The number of a model; a new one is written to `payload`.
    pub(super) fn learn_model(&mut self, model: &ModelName, payload: &mut Vec<u8>) -> Option<u32> {
        if let Some(number) = self.number_of_model(model) {
            return Some(number);
        }
        payload.push(MODEL);
        put_text(payload, model.as_str());
        self.add_model(model.clone())
    }

    /// What a frame of names says.
    pub(super) fn read(&mut self, payload: &[u8]) -> Result<(), String> {
        let mut reader = Reader::new(payload);
        while !reader.is_empty() {
            let known = match reader.u8()? {
                MODEL => {
                    let name = reader.text()?.parse::<ModelName>().map_err(|error| error.to_string())?;
                    if self.number_of_model(&name).is_some() { None } else { self.add_model(name) }
                }
                VERSION => {
                    let model = reader.u32()?;
                    let version = reader.text()?.parse::<Version>().map_err(|error| error.to_string())?;
                    if model as usize >= self.models.len()
                        || self.number_of_version(model, &version).is_some()
                    {
                        None
                    } else {
                        self.add_version(model, version)
                    }
                }
                KIND => {
                    let kind = reader.text()?;
                    if self.number_of_kind(kind).is_some() { None } else { self.add_kind(interned(kind)) }
                }
                other => return Err(format!("names of kind {other}, expected 1 to 3")),
            };
            known.ok_or("a name that is there already, or of a model that is not")?;
        }
        Ok(())
    }

    fn add_model(&mut self, model: ModelName) -> Option<u32> {
        let number = u32::try_from(self.models.len()).ok()?;
        self.model_numbers.insert(model.clone(), number);
        self.models.push(model);
        self.version_numbers.push(HashMap::new());
        Some(number)
    }

    fn add_version(&mut self, model: u32, version: Version) -> Option<u32> {
        let number = u32::try_from(self.versions.len()).ok()?;
        self.version_numbers.get_mut(model as usize)?.insert(version.clone(), number);
        self.versions.push((model, version));
        Some(number)
    }

    fn add_kind(&mut self, kind: &'static str) -> Option<u32> {
        let number = u32::try_from(self.kinds.len()).ok()?;
        self.kind_numbers.insert(kind, number);
        self.kinds.push(kind);
        Some(number)
    }
}

/// The kind of a failure as an event has it, which is text that lives as long as the program.
///
/// What was read from a file has to be kept forever for that. The set is shared by all
/// logs, so that opening the same file again and again keeps nothing twice; no caller can
/// tell whether it was there before.
fn interned(kind: &str) -> &'static str {
    static KINDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kinds = KINDS.lock();
    if let Some(known) = kinds.get(kind) {
        return known;
    }
    let kept: &'static str = Box::leak(kind.into());
    kinds.insert(kept);
    kept
}
