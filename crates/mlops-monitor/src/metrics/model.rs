use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use mlops_core::{ModelName, Observer, Prediction, PredictionEvent, ServedBy, Version};
use parking_lot::RwLock;

use super::{Buckets, Classify, Counter, Family, Gauge, Histogram, Registry, Result, Spec, Summary};

/// `error_type` of an answer that [`Classify`] does not take for one, such as NaN.
const INVALID_SCORE: &str = "invalid_score";

/// `prediction_type` of answers that no model gave.
const CONSTANT: &str = "constant";

/// What models answer, how fast, how sure, how right and on how strange inputs: an
/// [`Observer`] with a family for each.
///
/// | family | kind | labels | counts |
/// | --- | --- | --- | --- |
/// | `model_predictions_total` | counter | `model_name`, `model_version`, `prediction_type` | answers that a caller got |
/// | `model_prediction_latency_seconds` | histogram | `model_name`, `model_version` | those that the version gave |
/// | `model_accuracy` | gauge | `model_name`, `model_version` | [`set_accuracy`](Self::set_accuracy) |
/// | `prediction_confidence` | summary | `model_name`, `model_version` | of the predicted class, of those that the version gave |
/// | `feature_drift_score` | gauge | `feature_name`, `model_name` | [`set_drift`](Self::set_drift) |
/// | `prediction_errors_total` | counter | `model_name`, `error_type` | failures on a caller's way, whichever version failed |
/// | `model_shadow_predictions_total` | counter | as `model_predictions_total` | answers that nobody saw |
/// | `model_shadow_errors_total` | counter | `model_name`, `model_version`, `error_type` | failures that nobody saw |
///
/// A *caller's way* are the champion, a canary and the fallback, so that a request may count
/// as an error of one version and as an answer of the next. What a constant answers counts
/// as `prediction_type="constant"` and, being no model's work, neither in latency nor in
/// confidence. A [shadow](ServedBy::Shadow) has families of its own, for a caller's rate and
/// latency must not change when one is switched on.
///
/// An answer that the [`Classify`] of the model refuses, such as NaN, counts as
/// `error_type="invalid_score"` and nowhere else.
///
/// # Cost
/// For a version seen before: one hash look-up under a read lock and four atomic
/// operations, without allocation. A version that comes up for the first time gets its
/// series then; [`register`](Self::register) does it before, so that rates begin at 0.
///
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use mlops_core::{Observer, Prediction, PredictionEvent, ServedBy, SystemClock, Version};
/// use mlops_monitor::metrics::{Classes, Format, ModelMetrics, Registry};
///
/// let registry = Registry::new(Arc::new(SystemClock));
/// let metrics = ModelMetrics::new(&registry, Classes::new(0.5, "late", "on_time")?)?;
/// metrics.register(&"delay".parse()?, &Version::new(1, 0, 0));
/// metrics.observe(&PredictionEvent {
///     id: "UA1545".parse()?,
///     model: "delay".parse()?,
///     version: Version::new(1, 0, 0),
///     at: "2013-04-01T10:00:00Z".parse()?,
///     latency: Duration::from_micros(80),
///     served_by: ServedBy::Champion,
///     inputs: Arc::new([7.0]),
///     prediction: Prediction::Score(0.31),
/// });
/// let counted = r#"model_predictions_total{model_name="delay",model_version="1.0.0",prediction_type="on_time"} 1.0"#;
/// assert!(registry.encode(Format::Text).contains(counted));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Names, help texts, labels and buckets of the first six are those of the source guide's
/// `monitoring/metrics.py`.
#[derive(Debug)]
pub struct ModelMetrics {
    predictions: Family<Counter>,
    latency: Family<Histogram>,
    accuracy: Family<Gauge>,
    confidence: Family<Summary>,
    drift: Family<Gauge>,
    errors: Family<Counter>,
    shadow_predictions: Family<Counter>,
    shadow_errors: Family<Counter>,
    classify: Arc<dyn Classify>,
    classify_of: HashMap<ModelName, Arc<dyn Classify>>,
    hasher: DefaultHashBuilder,
    versions: RwLock<HashTable<Recorder>>,
}

/// The series of one version, resolved.
#[derive(Debug)]
struct Recorder {
    model: ModelName,
    version: Version,
    version_text: String,
    classify: Arc<dyn Classify>,
    latency: Histogram,
    confidence: Summary,
    /// By prediction type: a handful, which are quicker compared than hashed.
    predictions: Vec<(Box<str>, Counter)>,
    shadow_predictions: Vec<(Box<str>, Counter)>,
}

impl ModelMetrics {
    /// Registers the families, empty; scores say what `classify` says.
    ///
    /// # Errors
    /// [`Error::Duplicate`](super::Error::Duplicate) if the registry has one of them already.
    pub fn new(registry: &Registry, classify: impl Classify + 'static) -> Result<Self> {
        let version = ["model_name", "model_version"];
        let typed = ["model_name", "model_version", "prediction_type"];
        let buckets = Buckets::new([0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0])?;
        let spec = |name: &str, help: &str| Spec::new(name, help);
        Ok(Self {
            predictions: registry
                .counter(spec("model_predictions_total", "Total number of predictions").labels(typed))?,
            latency: registry.histogram(
                spec("model_prediction_latency_seconds", "Prediction latency in seconds").labels(version),
                buckets,
            )?,
            accuracy: registry.gauge(spec("model_accuracy", "Current model accuracy").labels(version))?,
            confidence: registry.summary(
                spec("prediction_confidence", "Distribution of prediction confidence scores").labels(version),
            )?,
            drift: registry.gauge(
                spec("feature_drift_score", "Data drift score for features")
                    .labels(["feature_name", "model_name"]),
            )?,
            errors: registry.counter(
                spec("prediction_errors_total", "Total number of prediction errors")
                    .labels(["model_name", "error_type"]),
            )?,
            shadow_predictions: registry.counter(
                spec("model_shadow_predictions_total", "Total number of predictions that no caller saw")
                    .labels(typed),
            )?,
            shadow_errors: registry.counter(
                spec("model_shadow_errors_total", "Total number of prediction errors that no caller saw")
                    .labels(["model_name", "model_version", "error_type"]),
            )?,
            classify: Arc::new(classify),
            classify_of: HashMap::new(),
            hasher: DefaultHashBuilder::default(),
            versions: RwLock::default(),
        })
    }

    /// Scores of this model say what `classify` says instead.
    #[must_use]
    pub fn with_model(mut self, model: ModelName, classify: impl Classify + 'static) -> Self {
        self.classify_of.insert(model, Arc::new(classify));
        self
    }

    /// Exposes the series of a version from now on: counts at 0, an accuracy of NaN as long
    /// as it is not known.
    pub fn register(&self, model: &ModelName, version: &Version) {
        self.with_recorder(model, version, |_| ());
    }

    /// Exposes a drift score of NaN, not known, for features that have none yet.
    pub fn register_features<'a>(&self, model: &ModelName, features: impl IntoIterator<Item = &'a str>) {
        for feature in features {
            drop(self.drift.with_start(&[feature, model.as_str()], |new| new.set(f64::NAN)));
        }
    }

    /// Exposes these kinds of errors at 0, so that the first one is seen as a rise.
    pub fn register_errors<'a>(&self, model: &ModelName, error_types: impl IntoIterator<Item = &'a str>) {
        for error_type in error_types {
            drop(self.errors.with(&[model.as_str(), error_type]));
        }
    }

    /// The share of right answers, now that labels are in; NaN is not known.
    pub fn set_accuracy(&self, model: &ModelName, version: &Version, accuracy: f64) {
        self.register(model, version);
        if let Ok(gauge) = self.accuracy.with(&[model.as_str(), &version.to_string()]) {
            gauge.set(accuracy);
        }
    }

    /// How far the feature has moved, by the measure of the caller; NaN is not known.
    pub fn set_drift(&self, model: &ModelName, feature: &str, score: f64) {
        if let Ok(gauge) = self.drift.with_start(&[feature, model.as_str()], |new| new.set(score)) {
            gauge.set(score);
        }
    }

    /// Exposes the series of a version no longer; whether there were any. If it is seen
    /// again its counts begin at 0.
    pub fn forget(&self, model: &ModelName, version: &Version) -> bool {
        let hash = self.hasher.hash_one((model, version));
        let mut versions = self.versions.write();
        let Ok(found) = versions.find_entry(hash, |recorder| recorder.is(model, version)) else {
            return false;
        };
        let (Recorder { version_text, .. }, _) = found.remove();
        let labels = [("model_name", model.as_str()), ("model_version", &version_text)];
        for family in [&self.predictions, &self.shadow_predictions, &self.shadow_errors] {
            drop(family.remove_where(&labels));
        }
        drop((self.latency.remove_where(&labels), self.accuracy.remove_where(&labels)));
        drop(self.confidence.remove_where(&labels));
        true
    }

    /// Does `work` with the series of the version, which are made if they are missing.
    fn with_recorder<T>(
        &self,
        model: &ModelName,
        version: &Version,
        work: impl FnOnce(&Recorder) -> T,
    ) -> Option<T> {
        let hash = self.hasher.hash_one((model, version));
        if let Some(recorder) = self.versions.read().find(hash, |recorder| recorder.is(model, version)) {
            return Some(work(recorder));
        }
        let mut versions = self.versions.write();
        if let Some(recorder) = versions.find(hash, |recorder| recorder.is(model, version)) {
            return Some(work(recorder));
        }
        let recorder = self.recorder(model, version).ok()?;
        let done = work(&recorder);
        versions.insert_unique(hash, recorder, |other| self.hasher.hash_one((&other.model, &other.version)));
        Some(done)
    }

    fn recorder(&self, model: &ModelName, version: &Version) -> Result<Recorder> {
        let classify = Arc::clone(self.classify_of.get(model).unwrap_or(&self.classify));
        let version_text = version.to_string();
        let labels = [model.as_str(), &version_text];
        let typed = |family: &Family<Counter>, types: &[&str]| -> Result<Vec<(Box<str>, Counter)>> {
            let series = |it: &&str| Ok((Box::from(*it), family.with(&[labels[0], labels[1], it])?));
            types.iter().map(series).collect()
        };
        let mut types = classify.prediction_types();
        let shadow_predictions = typed(&self.shadow_predictions, &types)?;
        types.push(CONSTANT);
        let predictions = typed(&self.predictions, &types)?;
        self.accuracy.with_start(&labels, |new| new.set(f64::NAN))?;
        self.errors.with(&[labels[0], INVALID_SCORE])?;
        self.shadow_errors.with(&[labels[0], labels[1], INVALID_SCORE])?;
        let (latency, confidence) = (self.latency.with(&labels)?, self.confidence.with(&labels)?);
        let (model, version) = (model.clone(), version.clone());
        drop(types);
        Ok(Recorder {
            model,
            version,
            version_text,
            classify,
            latency,
            confidence,
            predictions,
            shadow_predictions,
        })
    }

    fn count_error(&self, recorder: &Recorder, event: &PredictionEvent, error_type: &str) {
        let model = event.model.as_str();
        let counted = match event.served_by {
            ServedBy::Shadow => self.shadow_errors.with(&[model, &recorder.version_text, error_type]),
            _ => self.errors.with(&[model, error_type]),
        };
        if let Ok(counter) = counted {
            counter.inc();
        }
    }

    fn count_type(&self, recorder: &Recorder, event: &PredictionEvent, prediction_type: &str) {
        let (known, family) = match event.served_by {
            ServedBy::Shadow => (&recorder.shadow_predictions, &self.shadow_predictions),
            _ => (&recorder.predictions, &self.predictions),
        };
        if let Some((_, counter)) = known.iter().find(|(known, _)| **known == *prediction_type) {
            counter.inc();
        } else if let Ok(counter) =
            family.with(&[event.model.as_str(), &recorder.version_text, prediction_type])
        {
            counter.inc();
        }
    }

    fn record(&self, recorder: &Recorder, event: &PredictionEvent) {
        let score = match event.prediction {
            Prediction::Score(score) => score,
            Prediction::Failed(error_type) => return self.count_error(recorder, event, error_type),
            _ => return,
        };
        if event.served_by == ServedBy::Constant {
            return self.count_type(recorder, event, CONSTANT);
        }
        let Some(class) = recorder.classify.classify(score) else {
            return self.count_error(recorder, event, INVALID_SCORE);
        };
        self.count_type(recorder, event, class.prediction_type);
        if event.served_by != ServedBy::Shadow {
            // A duration is a number, and a confidence that is none is the classifier's word
            // for "not known".
            let _ = recorder.latency.observe(event.latency.as_secs_f64());
            let _ = class.confidence.map(|confidence| recorder.confidence.observe(confidence));
        }
    }
}

impl Recorder {
    fn is(&self, model: &ModelName, version: &Version) -> bool {
        self.model == *model && self.version == *version
    }
}

impl Observer for ModelMetrics {
    fn observe(&self, event: &PredictionEvent) {
        self.with_recorder(&event.model, &event.version, |recorder| self.record(recorder, event));
    }
}
