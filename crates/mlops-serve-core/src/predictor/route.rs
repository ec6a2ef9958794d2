use std::sync::Arc;

use mlops_core::Version;

use super::Share;
use super::share::Salt;
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
}

/// A route that has been checked, and what follows from it for each request.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) route: Route,
    pub(crate) champion: Link,
    pub(crate) previous: Option<Link>,
    pub(crate) trial: Option<Link>,
    share: Share,
    salt: Salt,
}

/// A version that can be asked.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) deployment: Deployment,
    /// Where its inputs stand in the row of the look-up; nothing if it takes that row as it is.
    picks: Option<Box<[usize]>>,
}

impl Snapshot {
    /// # Errors
    /// If a model takes an input that the look-up does not give, or gives not exactly one
    /// number; if the constant is not finite.
    pub(crate) fn new(route: Route, salt: &str, names: &[String]) -> Result<Self> {
        if let Some(constant) = route.constant.filter(|constant| !constant.is_finite()) {
            return Err(Error::invalid_setting("constant of the route", constant, "a finite number"));
        }
        let link = |deployment: &Deployment| Link::new(deployment.clone(), names);
        let on_trial = route.trial.as_ref().map(|trial| trial.deployment.version.to_string());
        Ok(Self {
            champion: link(&route.champion)?,
            previous: route.previous.as_ref().map(link).transpose()?,
            trial: route.trial.as_ref().map(|trial| link(&trial.deployment)).transpose()?,
            share: route.trial.as_ref().map_or(Share::NONE, |trial| trial.canary),
            salt: Salt::new([salt, on_trial.as_deref().unwrap_or_default()]),
            route,
        })
    }

    /// The version on trial, if this unit is its to answer.
    pub(crate) fn canary_for(&self, unit: &str) -> Option<&Link> {
        self.trial.as_ref().filter(|_| self.salt.admits(unit, self.share))
    }

    /// Whether the version on trial is scored for who is not its to answer.
    pub(crate) fn shadows(&self) -> bool {
        self.route.trial.as_ref().is_some_and(|trial| trial.shadow)
    }
}

impl Link {
    fn new(deployment: Deployment, names: &[String]) -> Result<Self> {
        let signature = deployment.model.signature();
        if signature.n_outputs() != 1 {
            let (expected, got) = (1, signature.n_outputs());
            return Err(Error::Shape { what: "outputs of the model", expected, got });
        }
        let Some(inputs) = signature.feature_names().filter(|inputs| *inputs != names) else {
            let (expected, got) = (signature.n_features(), names.len());
            let same = expected == got;
            let wrong = Error::Shape { what: "inputs for a model without names", expected, got };
            return if same { Ok(Self { deployment, picks: None }) } else { Err(wrong) };
        };
        let pick = |input: &String| {
            names.iter().position(|name| name == input).ok_or_else(|| {
                let value = format!("{input:?} of {}", deployment.version);
                Error::invalid_setting("input", value, "one that the look-up gives")
            })
        };
        let picks = Some(inputs.iter().map(pick).collect::<Result<_>>()?);
        Ok(Self { deployment, picks })
    }

    /// Its inputs, from the row of the look-up.
    pub(crate) fn row(&self, looked_up: &Arc<[f64]>) -> Arc<[f64]> {
        match &self.picks {
            None => Arc::clone(looked_up),
            Some(picks) => picks.iter().map(|place| looked_up[*place]).collect(),
        }
    }
}
