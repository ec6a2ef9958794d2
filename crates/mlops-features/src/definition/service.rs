use std::fmt;
use std::str::FromStr;

use mlops_core::{FeatureName, ServiceName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FeatureRef, duplicate};
use crate::{Error, Result};

/// One input of a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an input is looked up or it comes with the request")]
pub enum Input {
    /// A feature of a view, written `view:feature`: looked up.
    Feature(FeatureRef),
    /// A column that comes with the request, or stands in the entity rows, written by its
    /// name: known without any look-up.
    Column(FeatureName),
}

impl FromStr for Input {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        if value.contains(':') {
            value.parse().map(Self::Feature)
        } else {
            Ok(Self::Column(FeatureName::new(value)?))
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature(reference) => reference.fmt(f),
            Self::Column(name) => name.fmt(f),
        }
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The inputs of a model in their order, under one name: what training and serving agree on.
///
/// ```
/// use mlops_features::FeatureService;
/// let service = FeatureService::new("flight-delay", ["hour", "weather:temp", "weather:visib"])?;
/// assert_eq!(service.inputs().len(), 3);
/// assert_eq!(service.inputs()[1].to_string(), "weather:temp");
/// assert!(FeatureService::new("twice", ["hour", "hour"]).is_err());
/// # Ok::<(), mlops_features::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FeatureService {
    name: ServiceName,
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Unchecked {
    name: ServiceName,
    inputs: Vec<Input>,
}

impl TryFrom<Unchecked> for FeatureService {
    type Error = Error;
    fn try_from(unchecked: Unchecked) -> Result<Self> {
        Self::from_inputs(unchecked.name, unchecked.inputs)
    }
}

impl FeatureService {
    /// A service of inputs in their written form: `view:feature`, or the name of a column
    /// of the entity rows.
    ///
    /// # Errors
    /// [`Error::Name`] for an impossible name, [`Error::Definition`] without inputs,
    /// [`Error::Duplicate`] if one stands twice.
    pub fn new<S: AsRef<str>>(name: &str, inputs: impl IntoIterator<Item = S>) -> Result<Self> {
        let inputs = inputs.into_iter().map(|input| input.as_ref().parse()).collect::<Result<_>>()?;
        Self::from_inputs(ServiceName::new(name)?, inputs)
    }

    /// A service of inputs.
    ///
    /// # Errors
    /// [`Error::Definition`] without inputs, [`Error::Duplicate`] if one stands twice.
    pub fn from_inputs(name: ServiceName, inputs: Vec<Input>) -> Result<Self> {
        let within = || format!("feature service {:?}", name.as_str());
        if inputs.is_empty() {
            return Err(Error::Definition { of: within(), reason: "has no input".to_owned() });
        }
        if let Some(twice) = duplicate(&inputs) {
            return Err(Error::Duplicate { what: "input", name: twice.to_string(), within: within() });
        }
        Ok(Self { name, inputs })
    }

    /// Its name.
    pub fn name(&self) -> &ServiceName {
        &self.name
    }

    /// The inputs, in the model's order. Never empty.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The features among the inputs, in order.
    pub fn features(&self) -> impl Iterator<Item = &FeatureRef> {
        self.inputs.iter().filter_map(|input| match input {
            Input::Feature(reference) => Some(reference),
            Input::Column(_) => None,
        })
    }
}
