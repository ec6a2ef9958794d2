//! The service that answers, one flight after the other, in simulated time.

use std::fmt;
use std::sync::Arc;

use mlops::connect::OnlineLookup;
use mlops::drift::monitor::{Cadence, DriftMonitor, DriftObserver, WindowReport};
use mlops::drift::{Columns, Window as DriftWindow};
use mlops::features::{Catalog, FeatureService, Flush, Materializer, SqliteOnlineStore};
use mlops::monitor::metrics::{Classes, ModelMetrics, Registry as Metrics};
use mlops::monitor::{
    Durability, FilePredictionLog, Label, LogObserver, PredictionLog as _, PredictionQuery,
};
use mlops::prelude::*;
use mlops::serve::Pair;
use mlops::serve::predictor::{
    Deployment, FieldRule, InputGuard, OutputGuard, Predictor, PredictorBuilder, RateLimit, Reaction,
    Request, Route,
};
use mlops::serve::rollout::Event;
use mlops::{Clock as _, ManualClock, ModelName, Prediction, ServedBy, Timestamp, Version, Window};
use mlops_examples::INPUTS;

use crate::Result;
use crate::flights::{History, TRAINING, months};
use crate::judge;
use crate::out_dir::OutDir;
use crate::say;
use crate::timetable::{CARRIERS, Flight, timetable};

/// The online store's file in the folder of the story.
pub(crate) const ONLINE: &str = "online.db";
/// The prediction log beside it.
pub(crate) const LOG: &str = "predictions.log";

/// What happens in the service's world, for whoever looks after a rollout.
#[derive(Debug)]
pub(crate) enum Happened {
    /// Two versions have scored the same flight.
    Pair(Pair),
    /// It is known whether a flight was late.
    Label(Label),
    /// Nothing else happens before this moment.
    Time(Timestamp),
}

impl Happened {
    /// The same as a rollout is told.
    pub(crate) fn event(&self) -> Event<'_> {
        match self {
            Self::Pair(pair) => Event::Pair(pair),
            Self::Label(label) => {
                Event::Label { id: label.id(), value: label.value(), known_at: label.known_at() }
            }
            Self::Time(moment) => Event::Tick(*moment),
        }
    }
}

/// What has been served so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Served {
    pub(crate) flights: u64,
    pub(crate) by_champion: u64,
    pub(crate) by_canary: u64,
    pub(crate) by_fallback: u64,
    pub(crate) by_constant: u64,
    pub(crate) unanswered: u64,
    pub(crate) labels: u64,
    pub(crate) feature_rows: u64,
}

impl Served {
    /// What was served since `before`.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            flights: self.flights - before.flights,
            by_champion: self.by_champion - before.by_champion,
            by_canary: self.by_canary - before.by_canary,
            by_fallback: self.by_fallback - before.by_fallback,
            by_constant: self.by_constant - before.by_constant,
            unanswered: self.unanswered - before.unanswered,
            labels: self.labels - before.labels,
            feature_rows: self.feature_rows - before.feature_rows,
        }
    }

    /// An error if a caller got no model's answer.
    pub(crate) fn all_by_models(self) -> Result<()> {
        if self.by_constant == 0 && self.unanswered == 0 {
            Ok(())
        } else {
            Err(format!("a caller got no model's answer: {self}").into())
        }
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = say::count64;
        write!(
            f,
            "{} flights: {} answered by the champion, {} by a canary, {} by a fallback, {} by the constant, {} by nobody",
            count(self.flights),
            count(self.by_champion),
            count(self.by_canary),
            count(self.by_fallback),
            count(self.by_constant),
            count(self.unanswered)
        )
    }
}

/// Predictor, online features, prediction log, metrics and drift, on one clock.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) model: ModelName,
    pub(crate) predictor: Predictor,
    pub(crate) log: FilePredictionLog,
    pub(crate) metrics: Arc<ModelMetrics>,
    pub(crate) exposition: Metrics,
    pub(crate) weeks: Vec<WindowReport>,
    pub(crate) served: Served,
    clock: Arc<ManualClock>,
    lookup: OnlineLookup,
    materializer: Materializer,
    queue: Arc<LogObserver>,
    observer: Arc<DriftObserver>,
    drift: DriftMonitor,
    /// What takes the place of the monitor with the next week.
    next_reference: Option<DriftMonitor>,
    flights: Vec<Flight>,
    /// Indices of the flights in the order of their arrival.
    arrivals: Vec<usize>,
    next_flight: usize,
    next_arrival: usize,
}

impl Service {
    /// Wires it. `champion` answers from now on.
    pub(crate) fn start(
        out: &OutDir,
        catalog: &Catalog,
        history: &History,
        champion: Deployment,
        clock: Arc<ManualClock>,
    ) -> Result<Self> {
        let model: ModelName = "flight-delay".parse()?;
        let store = Arc::new(SqliteOnlineStore::open(out.path(ONLINE), Flush::Checkpoints)?);
        let materializer = Materializer::new(catalog, Arc::<SqliteOnlineStore>::clone(&store))?;
        let inputs = FeatureService::new("flight-delay", INPUTS.into_iter().chain(["carrier_code"]))?;
        let lookup = OnlineLookup::new(catalog, &inputs, store)?;

        let log = FilePredictionLog::open(out.path(LOG), Durability::OnFlush)?;
        let queue = Arc::new(LogObserver::new(Arc::new(log.clone()), 100_000));
        let exposition = Metrics::new(Arc::<ManualClock>::clone(&clock));
        let metrics = Arc::new(ModelMetrics::new(&exposition, Classes::new(0.3, "late", "on_time")?)?);
        metrics.register(&model, &champion.version);
        metrics.register_errors(&model, ["input_range"]);
        metrics.register_features(&model, history.inputs.iter().map(String::as_str));
        let drift = drift_monitor(history, months(TRAINING)?)?;
        let observer = Arc::new(DriftObserver::new(model.clone(), &drift, 100_000));

        let predictor = guarded(Route::new(champion).with_constant(0.24), &lookup, &clock)?
            .observer(Arc::<LogObserver>::clone(&queue))
            .observer(Arc::<ModelMetrics>::clone(&metrics))
            .observer(Arc::<DriftObserver>::clone(&observer))
            .build()?;

        let now = clock.now();
        let mut flights = timetable(history)?;
        flights.retain(|flight| flight.decided_at >= now);
        let mut arrivals: Vec<usize> =
            (0..flights.len()).filter(|index| flights[*index].label().is_some()).collect();
        arrivals.sort_by_key(|index| flights[*index].label().map(|(at, _)| at));
        Ok(Self {
            model,
            predictor,
            log,
            metrics,
            exposition,
            weeks: Vec::new(),
            served: Served::default(),
            clock,
            lookup,
            materializer,
            queue,
            observer,
            drift,
            next_reference: None,
            flights,
            arrivals,
            next_flight: 0,
            next_arrival: 0,
        })
    }

    /// Lets `deployment` answer from now on; what did before answers where it can't, and
    /// nothing is on trial.
    pub(crate) fn put_into_production(&self, deployment: Deployment) -> Result<()> {
        let mut route = self.predictor.route().without_trial();
        let before = std::mem::replace(&mut route.champion, deployment);
        self.route_to(route.with_previous(before))
    }

    /// From the next flight on, this is who answers.
    pub(crate) fn route_to(&self, route: Route) -> Result<()> {
        let _before = self.predictor.swap(route)?;
        Ok(())
    }

    /// From the next week on, inputs are compared with those of `training`.
    pub(crate) fn compare_with(&mut self, history: &History, training: Window) -> Result<()> {
        self.next_reference = Some(drift_monitor(history, training)?);
        Ok(())
    }

    /// The score that `version` gave to each flight of the history, NaN where it gave none.
    pub(crate) fn scores_of(&self, history: &History, version: &Version, window: Window) -> Result<Vec<f64>> {
        let mut scores = vec![f64::NAN; history.features.rows()];
        let query = PredictionQuery::new(self.model.clone()).version(version.clone()).decided(window.range());
        for entry in self.log.entries(query) {
            let event = entry?.event;
            if let Prediction::Score(score) = event.prediction {
                scores[history.place_of(event.id.as_str())?] = score;
            }
        }
        Ok(scores)
    }

    /// Compares the inputs of every answer with what the point-in-time join gives for its
    /// flight, to the last bit: how many flights, and how many numbers differ.
    pub(crate) fn skew(&self, history: &History) -> Result<(u64, u64)> {
        let (mut flights, mut differ) = (0, 0);
        for entry in self.log.entries(PredictionQuery::new(self.model.clone())) {
            let event = entry?.event;
            // Each request once: by the version whose answer the caller got.
            let answered = matches!(event.prediction, Prediction::Score(_));
            if event.served_by == ServedBy::Shadow || !answered {
                continue;
            }
            flights += 1;
            let joined = history.features.row(history.place_of(event.id.as_str())?);
            // A version may take more inputs behind these, and must not lack one of them.
            let same = |(place, joined): &(usize, &f64)| match event.inputs.get(*place) {
                Some(served) => served.to_bits() == joined.to_bits() || (served.is_nan() && joined.is_nan()),
                None => false,
            };
            differ += joined.iter().enumerate().filter(|pair| !same(pair)).count() as u64;
        }
        Ok((flights, differ))
    }

    /// Answers whose inputs were not compared with the training, since their version takes others.
    pub(crate) fn not_compared(&self) -> u64 {
        let collected = self.observer.collected();
        collected.unusable + collected.dropped
    }

    /// A predictor like this one that tells nobody: to try things out.
    pub(crate) fn rehearsal(&self) -> Result<Predictor> {
        Ok(guarded(self.predictor.route(), &self.lookup, &self.clock)?.build()?)
    }

    /// The time in the service's world.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lives through the time until `until`: features become known, flights are decided,
    /// labels come in, and `happened` is told.
    pub(crate) fn run_until(
        &mut self,
        until: Timestamp,
        mut happened: impl FnMut(&mut Self, Happened) -> Result<()>,
    ) -> Result<()> {
        let mut day = Window::day_of(self.now());
        loop {
            let decision = self.flights.get(self.next_flight).map(|flight| flight.decided_at);
            let arrival = self.arrivals.get(self.next_arrival).and_then(|index| self.flights[*index].label());
            let moments = [decision, arrival.map(|(at, _)| at), Some(day.until()), Some(until)];
            let moment = moments.into_iter().flatten().min().unwrap_or(until);
            self.clock.set(moment);
            if moment >= day.until() {
                self.close_day()?;
                day = Window::day_of(moment);
            }
            self.labels_of(moment, &mut happened)?;
            if moment >= until {
                break;
            }
            self.served.feature_rows += self.materializer.advance(moment)?.rows;
            self.flights_of(moment);
            for pair in self.predictor.score_waiting() {
                happened(self, Happened::Pair(pair))?;
            }
            happened(self, Happened::Time(moment))?;
        }
        self.queue.flush()?;
        self.log.flush()?;
        happened(self, Happened::Time(until))
    }

    /// Hands in the labels that have become known.
    fn labels_of(
        &mut self,
        moment: Timestamp,
        happened: &mut impl FnMut(&mut Self, Happened) -> Result<()>,
    ) -> Result<()> {
        while let Some(index) = self.arrivals.get(self.next_arrival) {
            let flight = &self.flights[*index];
            let Some((at, late)) = flight.label().filter(|(at, _)| *at <= moment) else { break };
            let label = Label::new(self.model.clone(), flight.id.clone(), f64::from(u8::from(late)), at)?;
            self.log.label(std::slice::from_ref(&label))?;
            self.next_arrival += 1;
            self.served.labels += 1;
            happened(self, Happened::Label(label))?;
        }
        Ok(())
    }

    /// Answers the flights whose decision is due.
    fn flights_of(&mut self, moment: Timestamp) {
        while let Some(flight) =
            self.flights.get(self.next_flight).filter(|flight| flight.decided_at <= moment)
        {
            self.next_flight += 1;
            self.served.flights += 1;
            let fields = flight.fields();
            let request = Request::new(&flight.id, flight.id.as_str(), &fields);
            let count = match self.predictor.predict(&request) {
                Err(_) => &mut self.served.unanswered,
                Ok(answer) => match answer.served_by {
                    ServedBy::Champion => &mut self.served.by_champion,
                    ServedBy::Canary => &mut self.served.by_canary,
                    ServedBy::Fallback => &mut self.served.by_fallback,
                    _ => &mut self.served.by_constant,
                },
            };
            *count += 1;
        }
    }

    /// What is done once a day: the log is written, and the week's drift looked at when it is over.
    fn close_day(&mut self) -> Result<()> {
        self.queue.flush()?;
        let mut closed = self.observer.drain_into(&mut self.drift)?;
        closed.extend(self.drift.advance(self.clock.now()));
        for report in closed {
            for (feature, effect) in report.effects() {
                self.metrics.set_drift(&self.model, feature, effect);
            }
            self.weeks.push(report);
        }
        if self.drift.open_rows() == 0
            && let Some(next) = self.next_reference.take()
        {
            self.drift = next;
        }
        Ok(())
    }
}

/// A predictor with the rules of the house: what a request must be, and what an answer.
fn guarded(route: Route, lookup: &OnlineLookup, clock: &Arc<ManualClock>) -> Result<PredictorBuilder> {
    let rules = [
        FieldRule::integer("hour").range(0.0, 23.0).required(),
        FieldRule::integer("day_of_week").range(0.0, 6.0).required(),
        FieldRule::number("distance").range(1.0, 5000.0).when_missing(Reaction::Constant),
        FieldRule::text("carrier").one_of(CARRIERS).required(),
        FieldRule::text("tailnum"),
        FieldRule::text("origin").one_of(["EWR", "JFK", "LGA"]).required(),
        FieldRule::number("carrier_code"),
    ];
    Ok(Predictor::builder("flight-delay".parse()?, route, Arc::new(lookup.clone()))
        .clock(Arc::<ManualClock>::clone(clock))
        .rate_limit(RateLimit::per_second(1000, 1000)?)
        .input_guard(InputGuard::new(rules)?)
        .output_guard(OutputGuard::probability())
        .segments(["carrier", "origin"]))
}

/// Compares the inputs of the flights by week with those of a training window.
fn drift_monitor(history: &History, training: Window) -> Result<DriftMonitor> {
    let reference = DriftWindow::read(&[judge::inputs(history, training)?], &Columns::default())?;
    Ok(DriftMonitor::builder(reference, Cadence::Week).inputs(history.inputs.clone()).build()?)
}
