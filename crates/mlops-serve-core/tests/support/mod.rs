//! What the tests of the predictor share.
#![allow(dead_code, reason = "no test needs all of it")]

use std::sync::Arc;

use mlops_core::{ManualClock, Prediction, PredictionEvent, PredictionId, ServedBy, Timestamp, Version};

use mlops_serve_core::predictor::{
    Deployment, FieldValue, Predictor, PredictorBuilder, Request, RequestLookup, Route,
};
use mlops_serve_core::testing::{FnModel, Recorder};

pub(crate) const INPUTS: [&str; 2] = ["hour", "distance"];

pub(crate) fn version(minor: u64) -> Version {
    Version::new(1, minor, 0)
}

/// Version 1.`minor`.0, which answers what the function says.
pub(crate) fn deployed(minor: u64, function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Deployment {
    Deployment::new(version(minor), FnModel::new(INPUTS, function))
}

/// Version 1.`minor`.0, which always answers the same.
pub(crate) fn constant(minor: u64, score: f64) -> Deployment {
    deployed(minor, move |_| score)
}

pub(crate) fn broken(minor: u64) -> Deployment {
    deployed(minor, |_| panic!("boom"))
}

pub(crate) fn noon() -> Timestamp {
    "2013-07-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn id(name: &str) -> PredictionId {
    name.parse().unwrap()
}

/// A predictor that is observed, at a standstill of time.
pub(crate) struct Set {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) events: Arc<Recorder>,
    pub(crate) builder: PredictorBuilder,
}

pub(crate) fn set(route: Route) -> Set {
    let (clock, events) = (Arc::new(ManualClock::new(noon())), Arc::new(Recorder::default()));
    let builder =
        set_without_observer(route)
            .clock(Arc::<ManualClock>::clone(&clock))
            .observer(Arc::<Recorder>::clone(&events));
    Set { clock, events, builder }
}

pub(crate) fn set_without_observer(route: Route) -> PredictorBuilder {
    let lookup = Arc::new(RequestLookup::new(INPUTS));
    Predictor::builder("flight-delay".parse().unwrap(), route, lookup)
}

pub(crate) const FIELDS: [(&str, FieldValue<'static>); 3] = [
    ("hour", FieldValue::Integer(18)),
    ("distance", FieldValue::Number(733.0)),
    ("carrier", FieldValue::Text("UA")),
];

/// A request of `unit` with [`FIELDS`].
pub(crate) fn request<'a>(id: &'a PredictionId, unit: &'a str) -> Request<'a> {
    Request::new(id, unit, &FIELDS)
}

/// Version, role and outcome of each event, in short.
pub(crate) fn briefly(events: &[PredictionEvent]) -> Vec<(u64, ServedBy, Result<f64, &'static str>)> {
    let outcome = |prediction: &Prediction| match prediction {
        Prediction::Score(score) => Ok(*score),
        Prediction::Failed(kind) => Err(*kind),
        _ => unreachable!("there are two outcomes"),
    };
    events.iter().map(|event| (event.version.minor(), event.served_by, outcome(&event.prediction))).collect()
}
