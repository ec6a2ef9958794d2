use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use mlops_core::{Clock, ModelName, Observer, Prediction, PredictionEvent, ServedBy, Timestamp};

use super::admission::Admission;
use super::guard::{InputRules, Stop};
use super::route::{Deployment, Snapshot};
use super::shadow::{Job, Missing, ShadowQueue, pair};
use super::{
    Answer, Attempt, FeatureLookup, GuardAction, InputGuard, LookupError, NoModel, OutputGuard, PredictError,
    PredictorBuilder, Request, Route, Tallies, score,
};
use crate::Result;

/// Turns a request into a safe answer; see the [module](self) for the steps.
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
        let snapshot = Snapshot::new(route, &self.salt, self.lookup.as_ref(), &self.input_rules)?;
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
            inputs: Arc::clone(&self.nothing),
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
    inputs: Arc<[f64]>,
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
        let looked_up = match checked {
            Err(stop) => return self.stop(stop),
            Ok(None) => self.look_up(self.request),
            Ok(Some(fields)) => self.look_up(self.request.with_fields(&fields)),
        };
        match looked_up {
            Ok(inputs) => self.inputs = inputs,
            Err(LookUpEnd::Stop(stop)) => return self.stop(stop),
            Err(LookUpEnd::Failed(error)) => return self.without_inputs(error),
        }
        if let Err(error) = admitted.in_time(predictor.clock.as_ref()) {
            return self.refuse(error);
        }
        self.ask_versions(&admitted)
    }

    /// The inputs, past their rules.
    fn look_up(&mut self, request: Request<'_>) -> std::result::Result<Arc<[f64]>, LookUpEnd> {
        let predictor = self.predictor;
        let mut inputs: Arc<[f64]> = std::iter::repeat_n(f64::NAN, self.snapshot.n_inputs).collect();
        let places = Arc::get_mut(&mut inputs).expect("nobody else has it yet");
        match score::contained(|| predictor.lookup.look_up(&request, self.at, places)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(LookUpEnd::Failed(error)),
            Err(reason) => return Err(LookUpEnd::Failed(LookupError::Broken { reason })),
        }
        match predictor.input_rules.check(&self.snapshot.places, places, &mut self.guard_actions) {
            Ok(()) => Ok(inputs),
            Err(stop) => Err(LookUpEnd::Stop(stop)),
        }
    }

    /// Version on trial, version in production, the one before it, constant.
    fn ask_versions(&mut self, admitted: &super::admission::Admitted<'_>) -> Outcome {
        let snapshot = self.snapshot;
        let route = &snapshot.route;
        let canary = snapshot.canary_for(self.request.unit());
        let mut candidate = None;
        if let Some(trial) = canary {
            match self.ask(trial, ServedBy::Canary) {
                ControlFlow::Break(answer) => {
                    self.queue(ServedBy::Canary, Some(Ok(answer.score)), None);
                    return Ok(answer);
                }
                ControlFlow::Continue(kind) => candidate = Some(Err(kind)),
            }
        }

        let role = |asked: &[Attempt]| if asked.is_empty() { ServedBy::Champion } else { ServedBy::Fallback };
        let mut production = None;
        for deployment in std::iter::once(&route.champion).chain(&route.previous) {
            if !self.attempts.is_empty()
                && let Err(error) = admitted.in_time(self.predictor.clock.as_ref())
            {
                self.queue_after(canary.is_some(), candidate, production);
                return self.refuse(error);
            }
            let asked = self.ask(deployment, role(&self.attempts));
            let result = match &asked {
                ControlFlow::Break(answer) => Ok(answer.score),
                ControlFlow::Continue(kind) => Err(*kind),
            };
            // The first of the two is the champion.
            production.get_or_insert(result);
            if let ControlFlow::Break(answer) = asked {
                self.queue_after(canary.is_some(), candidate, production);
                return Ok(answer);
            }
        }
        self.queue_after(canary.is_some(), candidate, production);
        match route.constant {
            Some(constant) => Ok(self.constant(constant, NoModel::AllFailed)),
            None => Err(PredictError::NoAnswer { attempts: std::mem::take(&mut self.attempts) }),
        }
    }

    /// One version: its answer, or the kind of its failure, which is noted.
    fn ask(&mut self, deployment: &Deployment, role: ServedBy) -> ControlFlow<Answer, &'static str> {
        let asked = score::one(deployment.model.as_ref(), &self.predictor.output_guard, &self.inputs);
        let latency = self.start.elapsed();
        match asked {
            Ok(score) => {
                self.report(deployment, role, latency, Prediction::Score(score));
                let version = deployment.version.clone();
                ControlFlow::Break(self.made(score, role, version, None, latency))
            }
            Err(failure) => {
                let kind = failure.kind();
                self.report(deployment, role, latency, Prediction::Failed(kind));
                let version = deployment.version.clone();
                self.attempts.push(Attempt { served_by: role, version, failure });
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
        let champion = &self.snapshot.route.champion;
        self.report(champion, ServedBy::Constant, latency, Prediction::Score(constant));
        self.made(constant, ServedBy::Constant, champion.version.clone(), Some(why), latency)
    }

    fn made(
        &mut self,
        score: f64,
        served_by: ServedBy,
        version: mlops_core::Version,
        no_model: Option<NoModel>,
        latency: Duration,
    ) -> Answer {
        Answer {
            score,
            served_by,
            version,
            at: self.at,
            inputs: Arc::clone(&self.inputs),
            attempts: std::mem::take(&mut self.attempts),
            no_model,
            guard_actions: std::mem::take(&mut self.guard_actions),
            latency,
        }
    }

    /// Nobody has scored: an event of the version that would have.
    fn report_refusal(&self, kind: &'static str) {
        let champion = &self.snapshot.route.champion;
        self.report(champion, ServedBy::Champion, self.start.elapsed(), Prediction::Failed(kind));
    }

    fn report(
        &self,
        deployment: &Deployment,
        served_by: ServedBy,
        latency: Duration,
        prediction: Prediction,
    ) {
        if self.predictor.is_observed() {
            self.predictor.observe(&PredictionEvent {
                id: self.request.id().clone(),
                model: self.predictor.name.clone(),
                version: deployment.version.clone(),
                at: self.at,
                latency,
                served_by,
                inputs: Arc::clone(&self.inputs),
                prediction,
            });
        }
    }

    /// After the champion was asked: as the second of a canary's pair, or as the first of a shadow's.
    fn queue_after(
        &self,
        canary: bool,
        candidate: Option<std::result::Result<f64, &'static str>>,
        production: Option<std::result::Result<f64, &'static str>>,
    ) {
        let trial = self.snapshot.route.trial.as_ref();
        if canary {
            self.queue(ServedBy::Canary, candidate, production);
        } else if trial.is_some_and(|trial| trial.shadow) {
            self.queue(ServedBy::Shadow, candidate, production);
        }
    }

    fn queue(
        &self,
        candidate_role: ServedBy,
        candidate: Option<std::result::Result<f64, &'static str>>,
        production: Option<std::result::Result<f64, &'static str>>,
    ) {
        let Some(trial) = &self.snapshot.route.trial else { return };
        let segment = |name: &Arc<str>| match self.request.field(name) {
            super::FieldValue::Text(text) => Some((Arc::clone(name), text.into())),
            _ => None,
        };
        let segments = self.predictor.segments.iter().filter_map(segment).collect();
        let (id, at) = (self.request.id(), self.at);
        let mut pair = pair(self.snapshot, &trial.deployment, id, at, segments, candidate_role);
        let missing = match (candidate, production) {
            (None, _) => Missing::Candidate,
            (_, None) => Missing::Production,
            _ => Missing::Nothing,
        };
        if let Some(candidate) = candidate {
            pair.candidate = candidate;
        }
        if let Some(production) = production {
            pair.production = production;
        }
        let inputs = Arc::clone(&self.inputs);
        self.predictor.queue.push(Job { snapshot: Arc::clone(self.snapshot), missing, inputs, pair });
    }
}

/// The look-up leads to no inputs.
enum LookUpEnd {
    Stop(Stop),
    Failed(LookupError),
}
