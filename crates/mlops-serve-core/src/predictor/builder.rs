use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use mlops_core::{Clock, ModelName, Observer, SystemClock};

use super::admission::Admission;
use super::guard::InputRules;
use super::route::Snapshot;
use super::shadow::ShadowQueue;
use super::{
    FeatureLookup, InputGuard, InputRule, OutputGuard, Predictor, RateLimit, RateLimiter, Route, Tallies,
};
use crate::{Error, Result};

/// How many pairs wait at most, unless said otherwise.
const SHADOW_CAPACITY: usize = 10_000;

/// Wires a [`Predictor`]; [`build`](Self::build) checks.
#[derive(Debug)]
#[must_use]
pub struct PredictorBuilder {
    name: ModelName,
    route: Route,
    lookup: Arc<dyn FeatureLookup>,
    clock: Arc<dyn Clock>,
    salt: Option<String>,
    rate_limit: Option<RateLimit>,
    concurrency_limit: Option<usize>,
    time_limit: Option<Duration>,
    input_guard: Option<InputGuard>,
    input_rules: Vec<InputRule>,
    output_guard: OutputGuard,
    observers: Vec<Arc<dyn Observer>>,
    segments: Vec<Arc<str>>,
    shadow_capacity: usize,
}

impl PredictorBuilder {
    pub(crate) fn new(name: ModelName, route: Route, lookup: Arc<dyn FeatureLookup>) -> Self {
        Self {
            name,
            route,
            lookup,
            clock: Arc::new(SystemClock),
            salt: None,
            rate_limit: None,
            concurrency_limit: None,
            time_limit: None,
            input_guard: None,
            input_rules: Vec::new(),
            output_guard: OutputGuard::finite(),
            observers: Vec::new(),
            segments: Vec::new(),
            shadow_capacity: SHADOW_CAPACITY,
        }
    }

    /// The clock of rate limit, deadline and, where a request names none, decision moment;
    /// the machine's unless said otherwise.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Mixed into the place of each unit: two predictors with other salts try their versions
    /// on other units. The model's name unless said otherwise.
    pub fn salt(mut self, salt: impl Into<String>) -> Self {
        self.salt = Some(salt.into());
        self
    }

    /// Lets in so many requests a second.
    pub const fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Lets in so many requests at a time.
    pub const fn concurrency_limit(mut self, places: usize) -> Self {
        self.concurrency_limit = Some(places);
        self
    }

    /// The time that a request may take, on the clock; its own deadline may be earlier. It
    /// is looked at before each step: a step that runs is not interrupted.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Rules for the fields of requests.
    pub fn input_guard(mut self, guard: InputGuard) -> Self {
        self.input_guard = Some(guard);
        self
    }

    /// One more rule for an input of the model, after the look-up.
    pub fn input_rule(mut self, rule: InputRule) -> Self {
        self.input_rules.push(rule);
        self
    }

    /// What an answer must be; finite unless said otherwise.
    pub const fn output_guard(mut self, guard: OutputGuard) -> Self {
        self.output_guard = guard;
        self
    }

    /// One more who wants to know of every prediction.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// The text fields that each [`Pair`](crate::Pair) carries, as the input guard left them; a
    /// text of more than 256 bytes is no segment.
    pub fn segments<S: Into<Arc<str>>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.segments = fields.into_iter().map(Into::into).collect();
        self
    }

    /// How many pairs wait at most to be scored; what comes then is dropped and counted.
    /// 10,000 unless said otherwise.
    pub const fn shadow_capacity(mut self, pairs: usize) -> Self {
        self.shadow_capacity = pairs;
        self
    }

    /// The predictor.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for a limit of 0, a constant that is not finite, and rules
    /// that can't be, and for a version that takes an input which the look-up does not give;
    /// [`Error::Shape`] for one that gives more than one number.
    pub fn build(self) -> Result<Predictor> {
        let concurrency = match self.concurrency_limit {
            None => None,
            Some(places) => Some(
                NonZeroUsize::new(places)
                    .ok_or_else(|| Error::invalid_setting("concurrency limit", places, "at least 1"))?,
            ),
        };
        if self.time_limit == Some(Duration::ZERO) {
            return Err(Error::invalid_setting("time limit", "0 s", "more than nothing"));
        }
        let mut admission = Admission::default();
        admission.rate = self.rate_limit.map(RateLimiter::new);
        admission.concurrency = concurrency;
        admission.time_limit = self.time_limit;

        let salt = self.salt.unwrap_or_else(|| self.name.as_str().to_owned());
        let names = self.lookup.names();
        if let Some(twice) = (1..names.len()).find(|place| names[..*place].contains(&names[*place])) {
            let name = format!("{:?}", names[twice]);
            return Err(Error::invalid_setting("input of the look-up", name, "each name once"));
        }
        let input_rules = InputRules::new(self.input_rules, names)?;
        let snapshot = Snapshot::new(self.route, &salt, names)?;
        Ok(Predictor {
            name: self.name,
            salt,
            clock: self.clock,
            admission,
            input_guard: self.input_guard,
            lookup: self.lookup,
            input_rules,
            output_guard: self.output_guard,
            routes: ArcSwap::from_pointee(snapshot),
            observers: self.observers,
            segments: self.segments,
            queue: ShadowQueue::new(self.shadow_capacity),
            tallies: Tallies::default(),
            nothing: Arc::from([]),
        })
    }
}
