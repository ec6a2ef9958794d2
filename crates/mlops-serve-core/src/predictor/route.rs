use std::sync::Arc;

use mlops_core::Version;

use super::guard::InputRules;
use super::share::Salt;
use super::{FeatureLookup, Share};
use crate::{Error, Model, Result};

/// A version and the model that it is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a name and the thing")]
pub struct Deployment {
    /// The version, as it is registered.
    pub version: Version,
    /// The model that answers for it.
    pub model: Arc<dyn Model>,
}

impl Deployment {
    /// `model` under the name of `version`.
    pub fn new(version: Version, model: Arc<dyn Model>) -> Self {
        Self { version, model }
    }
}

/// A version on trial.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trial {
    /// What is tried.
    pub deployment: Deployment,
    /// The share of units that it answers. Sticky: a unit stays where it is, and who is in
    /// at 10 % is in at 50 %. Each version on trial has other units.
    pub canary: Share,
    /// Whether it is scored for the other units too, where nobody sees it.
    pub shadow: bool,
}

impl Trial {
    /// Scored for every request, seen by nobody.
    pub const fn shadow(deployment: Deployment) -> Self {
        Self { deployment, canary: Share::NONE, shadow: true }
    }

    /// Answers a share of the units; the others never meet it.
    pub const fn canary(deployment: Deployment, share: Share) -> Self {
        Self { deployment, canary: share, shadow: false }
    }

    /// Scored for the units that it does not answer, too.
    #[must_use]
    pub const fn and_shadow(mut self) -> Self {
        self.shadow = true;
        self
    }
}

/// Who answers: a value that is exchanged as a whole.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Route {
    /// The version in production.
    pub champion: Deployment,
    /// The version that answers when the champion can't: mostly the one before it.
    pub previous: Option<Deployment>,
    /// The version on trial.
    pub trial: Option<Trial>,
    /// What is answered when no version can.
    pub constant: Option<f64>,
}

impl Route {
    /// Everything goes to `champion`.
    pub const fn new(champion: Deployment) -> Self {
        Self { champion, previous: None, trial: None, constant: None }
    }

    /// With a version that answers when the champion can't.
    pub fn with_previous(mut self, previous: Deployment) -> Self {
        self.previous = Some(previous);
        self
    }

    /// With a version on trial.
    pub fn with_trial(mut self, trial: Trial) -> Self {
        self.trial = Some(trial);
        self
    }

    /// Without a version on trial.
    pub fn without_trial(mut self) -> Self {
        self.trial = None;
        self
    }

    /// With an answer for when no version can.
    pub const fn with_constant(mut self, constant: f64) -> Self {
        self.constant = Some(constant);
        self
    }

    /// All versions, with what each is called in a message.
    fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        let trial = self.trial.as_ref().map(|trial| &trial.deployment);
        [Some(&self.champion), self.previous.as_ref(), trial].into_iter().flatten()
    }
}

/// A route that has been checked, and what follows from it for each request.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) route: Route,
    pub(crate) n_inputs: usize,
    /// Where the rules' inputs stand.
    pub(crate) places: Vec<usize>,
    salt: Salt,
}

impl Snapshot {
    /// # Errors
    /// If a model does not take what the look-up gives, or gives not exactly one number; if
    /// the constant is not finite; if a rule is about an input that the models lack.
    pub(crate) fn new(
        route: Route,
        salt: &str,
        lookup: &dyn FeatureLookup,
        rules: &InputRules,
    ) -> Result<Self> {
        for deployment in route.deployments() {
            let signature = deployment.model.signature();
            lookup.check(signature)?;
            if signature.n_outputs() != 1 {
                let (expected, got) = (1, signature.n_outputs());
                return Err(Error::Shape { what: "outputs of the model", expected, got });
            }
        }
        let signature = route.champion.model.signature();
        for deployment in route.deployments() {
            match signature.feature_names() {
                Some(names) if deployment.model.signature().feature_names().is_some() => {
                    deployment.model.signature().check_names(names)?;
                }
                _ if deployment.model.signature().n_features() == signature.n_features() => {}
                _ => {
                    let (expected, got) = (signature.n_features(), deployment.model.signature().n_features());
                    return Err(Error::Shape { what: "inputs of a version", expected, got });
                }
            }
        }
        if let Some(constant) = route.constant.filter(|constant| !constant.is_finite()) {
            return Err(Error::invalid_setting("constant of the route", constant, "a finite number"));
        }
        let on_trial = route.trial.as_ref().map(|trial| trial.deployment.version.to_string());
        Ok(Self {
            n_inputs: signature.n_features(),
            places: rules.places(signature)?,
            salt: Salt::new([salt, on_trial.as_deref().unwrap_or_default()]),
            route,
        })
    }

    /// The version on trial, if this unit is its to answer.
    pub(crate) fn canary_for(&self, unit: &str) -> Option<&Deployment> {
        let trial = self.route.trial.as_ref()?;
        self.salt.admits(unit, trial.canary).then_some(&trial.deployment)
    }
}
