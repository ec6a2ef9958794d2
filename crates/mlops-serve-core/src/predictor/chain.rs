use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use mlops_core::{Clock, ModelName, Observer, Prediction, PredictionEvent, ServedBy, Timestamp, Version};

use super::admission::{Admission, Admitted};
use super::guard::{InputRules, Stop};
use super::route::{Link, Snapshot};
use super::shadow::{Job, Missing, ShadowQueue};
use super::{
    Answer, Attempt, Deployment, FeatureLookup, FieldValue, GuardAction, InputGuard, LookupError, NoModel,
    OutputGuard, PredictError, PredictorBuilder, Request, Route, Tallies, score,
};
use crate::{Pair, Result};

/// Turns a request into a safe answer; see the [module](super) for the steps.
///
/// Shared by all threads that serve. No lock is held across a step, and a request costs the
/// allocation of its inputs, and for each event the texts of its id and of the model's name.
#[derive(Debug)]
pub struct Predictor {
    pub(crate) name: ModelName,
    pub(crate) salt: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Admission,
    pub(crate) input_guard: Option<InputGuard>,
    pub(crate) lookup: Arc<dyn FeatureLookup>,
    pub(crate) input_rules: InputRules,
    pub(crate) output_guard: OutputGuard,
    pub(crate) routes: ArcSwap<Snapshot>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) segments: Vec<Arc<str>>,
    pub(crate) queue: ShadowQueue,
    pub(crate) tallies: Tallies,
    /// The inputs of a request that was refused before the look-up.
    pub(crate) nothing: Arc<[f64]>,
}

impl Predictor {
    /// A predictor of `name` that answers along `route` with inputs from `lookup`; the rest
    /// is optional.
    pub fn builder(name: ModelName, route: Route, lookup: Arc<dyn FeatureLookup>) -> PredictorBuilder {
        PredictorBuilder::new(name, route, lookup)
    }

    /// The model's name, under which events are reported.
    pub const fn name(&self) -> &ModelName {
        &self.name
    }

    /// The route as it is now.
    pub fn route(&self) -> Route {
        self.routes.load().route.clone()
    }

    /// Exchanges the route and gives back the one before. Requests on their way finish on the
    /// route that they began with: no answer fails by it, and none mixes two routes.
    ///
    /// Two callers that each change what they read race; the later one wins. Let one place
    /// decide about routes.
    ///
    /// # Errors
    /// As [`PredictorBuilder::build`]; the route stays as it was.
    pub fn swap(&self, route: Route) -> Result<Route> {
        let snapshot = Snapshot::new(route, &self.salt, self.lookup.names())?;
        Ok(self.routes.swap(Arc::new(snapshot)).route.clone())
    }

    /// Whether the version on trial answers this unit on the route as it is now.
    pub fn is_canary_unit(&self, unit: &str) -> bool {
        self.routes.load().canary_for(unit).is_some()
    }

    /// The answer to a request, or why there is none.
    ///
    /// # Errors
    /// [`PredictError`]: at the door, by a rule, or since neither a version nor a constant
    /// could answer.
    pub fn predict(&self, request: &Request<'_>) -> std::result::Result<Answer, PredictError> {
        let start = Instant::now();
        let snapshot = self.routes.load();
        let at = request.decided_at().unwrap_or_else(|| self.clock.now());
        let mut call = Call {
            predictor: self,
            snapshot: &snapshot,
            request: *request,
            at,
            start,
            looked_up: Arc::clone(&self.nothing),
            attempts: Vec::new(),
            guard_actions: Vec::new(),
        };
        let answer = call.answer();
        match &answer {
            Ok(answer) if answer.served_by == ServedBy::Constant => self.tallies.by_constant(),
            Ok(_) => self.tallies.answered(),
            Err(_) => self.tallies.refused(),
        }
        answer
    }

    /// The answers to many requests, in their order: each as if it came alone.
    pub fn predict_many(&self, requests: &[Request<'_>]) -> Vec<std::result::Result<Answer, PredictError>> {
        requests.iter().map(|request| self.predict(request)).collect()
    }

    pub(crate) fn is_observed(&self) -> bool {
        !self.observers.is_empty()
    }

    /// Tells every observer. One that breaks its promise and panics fails no caller.
    pub(crate) fn observe(&self, event: &PredictionEvent) {
        for observer in &self.observers {
            if score::contained(|| observer.observe(event)).is_err() {
                self.tallies.observer_panicked();
            }
        }
    }
}

/// One request on its way.
struct Call<'a> {
    predictor: &'a Predictor,
    snapshot: &'a Arc<Snapshot>,
    request: Request<'a>,
    at: Timestamp,
    start: Instant,
    /// The row of the look-up, past its rules.
    looked_up: Arc<[f64]>,
    attempts: Vec<Attempt>,
    guard_actions: Vec<GuardAction>,
}

type Outcome = std::result::Result<Answer, PredictError>;

impl Call<'_> {
    fn answer(&mut self) -> Outcome {
        let predictor = self.predictor;
        let admitted = match predictor.admission.admit(predictor.clock.as_ref(), &self.request) {
            Ok(admitted) => admitted,
            Err(error) => return self.refuse(error),
        };
        let checked = match &predictor.input_guard {
            Some(guard) => guard.check(self.request.fields(), &mut self.guard_actions),
            None => Ok(None),
        };
        let changed = match checked {
            Err(stop) => return self.stop(stop),
            Ok(changed) => changed,
        };
        let request = match &changed {
            Some(fields) => self.request.with_fields(fields),
            None => self.request,
        };
        match self.look_up(&request) {
            Ok(inputs) => self.looked_up = inputs,
            Err(LookUpEnd::Stop(stop)) => return self.stop(stop),
            Err(LookUpEnd::Failed(error)) => return self.without_inputs(error),
        }
        if let Err(error) = admitted.in_time(predictor.clock.as_ref()) {
            return self.refuse(error);
        }
        self.ask_versions(&request, &admitted)
    }

    /// The inputs, past their rules.
    fn look_up(&mut self, request: &Request<'_>) -> std::result::Result<Arc<[f64]>, LookUpEnd> {
        let predictor = self.predictor;
        let mut inputs: Arc<[f64]> = std::iter::repeat_n(f64::NAN, predictor.lookup.names().len()).collect();
        let places = Arc::get_mut(&mut inputs).expect("nobody else has it yet");
        match score::contained(|| predictor.lookup.look_up(request, self.at, places)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(LookUpEnd::Failed(error)),
            Err(reason) => return Err(LookUpEnd::Failed(LookupError::Broken { reason })),
        }
        match predictor.input_rules.check(places, &mut self.guard_actions) {
            Ok(()) => Ok(inputs),
            Err(stop) => Err(LookUpEnd::Stop(stop)),
        }
    }

    /// Version on trial, version in production, the one before it, constant.
    fn ask_versions(&mut self, request: &Request<'_>, admitted: &Admitted<'_>) -> Outcome {
        let snapshot = self.snapshot;
        let canary = snapshot.canary_for(request.unit());
        let mut scored = Scored { canary: canary.is_some(), candidate: None, production: None };
        let chain = canary.into_iter().chain([&snapshot.champion]).chain(&snapshot.previous);
        for link in chain {
            let is_canary = scored.canary && scored.candidate.is_none();
            if !self.attempts.is_empty()
                && let Err(error) = admitted.in_time(self.predictor.clock.as_ref())
            {
                self.queue(request, &scored);
                return self.refuse(error);
            }
            let role = match self.attempts.is_empty() {
                _ if is_canary => ServedBy::Canary,
                true => ServedBy::Champion,
                false => ServedBy::Fallback,
            };
            let asked = self.ask(link, role);
            let result = match &asked {
                ControlFlow::Break(answer) => Ok(answer.score),
                ControlFlow::Continue(kind) => Err(*kind),
            };
            if is_canary {
                scored.candidate = Some(result);
            } else {
                // The champion is the first that is no canary; the one before it is no part of a pair.
                scored.production.get_or_insert(result);
            }
            if let ControlFlow::Break(answer) = asked {
                self.queue(request, &scored);
                return Ok(answer);
            }
        }
        self.queue(request, &scored);
        match snapshot.route.constant {
            Some(constant) => Ok(self.constant(constant, NoModel::AllFailed)),
            None => Err(PredictError::NoAnswer { attempts: std::mem::take(&mut self.attempts) }),
        }
    }

    /// One version: its answer, or the kind of its failure, which is noted.
    fn ask(&mut self, link: &Link, role: ServedBy) -> ControlFlow<Answer, &'static str> {
        let inputs = link.row(&self.looked_up);
        let Deployment { version, model } = &link.deployment;
        let asked = score::one(model.as_ref(), &self.predictor.output_guard, &inputs);
        let latency = self.start.elapsed();
        match asked {
            Ok(score) => {
                self.report(version, role, latency, &inputs, Prediction::Score(score));
                ControlFlow::Break(self.made(score, role, version, inputs, latency))
            }
            Err(failure) => {
                let kind = failure.kind();
                self.report(version, role, latency, &inputs, Prediction::Failed(kind));
                self.attempts.push(Attempt { served_by: role, version: version.clone(), failure });
                ControlFlow::Continue(kind)
            }
        }
    }

    /// A guard lets nothing through: an error of the champion's, and perhaps a constant.
    fn stop(&mut self, stop: Stop) -> Outcome {
        match (stop, self.snapshot.route.constant) {
            (Stop::Constant(refused), Some(constant)) => {
                self.report_refusal(refused.violation.kind());
                Ok(self.constant(constant, NoModel::Guarded(refused)))
            }
            (Stop::Constant(refused) | Stop::Refuse(refused), _) => self.refuse(refused.into()),
        }
    }

    fn without_inputs(&mut self, error: LookupError) -> Outcome {
        match self.snapshot.route.constant {
            Some(constant) => {
                self.report_refusal(error.kind());
                Ok(self.constant(constant, NoModel::Lookup(error)))
            }
            None => self.refuse(error.into()),
        }
    }

    /// The failures of the versions that were asked are reported; if none was, this is.
    fn refuse(&self, error: PredictError) -> Outcome {
        if self.attempts.is_empty() {
            self.report_refusal(error.kind());
        }
        Err(error)
    }

    fn constant(&mut self, constant: f64, why: NoModel) -> Answer {
        let latency = self.start.elapsed();
        let version = &self.snapshot.champion.deployment.version;
        let inputs = Arc::clone(&self.looked_up);
        self.report(version, ServedBy::Constant, latency, &inputs, Prediction::Score(constant));
        Answer { no_model: Some(why), ..self.made(constant, ServedBy::Constant, version, inputs, latency) }
    }

    fn made(
        &mut self,
        score: f64,
        served_by: ServedBy,
        version: &Version,
        inputs: Arc<[f64]>,
        latency: Duration,
    ) -> Answer {
        Answer {
            score,
            served_by,
            version: version.clone(),
            at: self.at,
            inputs,
            attempts: std::mem::take(&mut self.attempts),
            no_model: None,
            guard_actions: std::mem::take(&mut self.guard_actions),
            latency,
        }
    }

    /// Nobody has scored: an event of the version that would have.
    fn report_refusal(&self, kind: &'static str) {
        let version = &self.snapshot.champion.deployment.version;
        let prediction = Prediction::Failed(kind);
        self.report(version, ServedBy::Champion, self.start.elapsed(), &self.looked_up, prediction);
    }

    fn report(
        &self,
        version: &Version,
        served_by: ServedBy,
        latency: Duration,
        inputs: &Arc<[f64]>,
        prediction: Prediction,
    ) {
        if self.predictor.is_observed() {
            self.predictor.observe(&PredictionEvent {
                id: self.request.id().clone(),
                model: self.predictor.name.clone(),
                version: version.clone(),
                at: self.at,
                latency,
                served_by,
                inputs: Arc::clone(inputs),
                prediction,
            });
        }
    }

    /// The pair, if the request makes one; the side that is missing is scored later.
    fn queue(&self, request: &Request<'_>, scored: &Scored) {
        let Some(trial) = &self.snapshot.trial else { return };
        if !scored.canary && !self.snapshot.shadows() {
            return;
        }
        let segment = |name: &Arc<str>| match request.field(name) {
            FieldValue::Text(text) if text.len() <= SEGMENT_BYTES => Some((Arc::clone(name), text.into())),
            _ => None,
        };
        let missing = match (scored.candidate, scored.production) {
            (None, _) => Missing::Candidate,
            (_, None) => Missing::Production,
            _ => Missing::Nothing,
        };
        let pair = Pair {
            id: request.id().clone(),
            at: self.at,
            segments: self.predictor.segments.iter().filter_map(segment).collect(),
            candidate_role: if scored.canary { ServedBy::Canary } else { ServedBy::Shadow },
            candidate_version: trial.deployment.version.clone(),
            production_version: self.snapshot.champion.deployment.version.clone(),
            candidate: scored.candidate.unwrap_or(NOT_SCORED),
            production: scored.production.unwrap_or(NOT_SCORED),
        };
        let (snapshot, looked_up) = (Arc::clone(self.snapshot), Arc::clone(&self.looked_up));
        self.predictor.queue.push(Job { snapshot, missing, looked_up, pair });
    }
}

/// What the path of the request found out about a pair.
struct Scored {
    canary: bool,
    candidate: Option<std::result::Result<f64, &'static str>>,
    production: Option<std::result::Result<f64, &'static str>>,
}

/// The longest name of a segment: what a hostile caller sends must not fill the queue.
const SEGMENT_BYTES: usize = 256;

/// Replaced before anybody sees it.
const NOT_SCORED: std::result::Result<f64, &'static str> = Err("not_scored");

/// The look-up leads to no inputs.
enum LookUpEnd {
    Stop(Stop),
    Failed(LookupError),
}
