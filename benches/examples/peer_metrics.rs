//! Our side of `peers/metrics.py`: `peer_metrics PREDICTIONS`, rounds on standard input.
//!
//! A round is `record` (that many predictions, from an empty registry) or `scrape` (a
//! thousand series as text).

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mlops::monitor::metrics::{Classes, Format, ModelMetrics, Registry, Spec};
use mlops::{ManualClock, Observer as _, Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use serde_json::{Value, json};

fn registry() -> Registry {
    Registry::without_created(Arc::new(ManualClock::new(Timestamp::from_micros(0))))
}

fn main() -> Result<(), Box<dyn Error>> {
    let count: u32 = std::env::args().nth(1).ok_or("expected a number of predictions")?.parse()?;
    let event = |score| -> Result<PredictionEvent, mlops::VocabularyError> {
        Ok(PredictionEvent {
            id: "1".parse()?,
            model: "m".parse()?,
            version: Version::new(1, 0, 0),
            at: Timestamp::from_micros(0),
            latency: Duration::from_millis(30),
            served_by: ServedBy::Champion,
            inputs: Arc::new([]),
            prediction: Prediction::Score(score),
        })
    };
    let events = [event(0.75)?, event(0.25)?];
    let wide = registry();
    let labels = ["model_name", "model_version", "prediction_type"];
    let counters = wide.counter(Spec::new("model_predictions_total", "h").labels(labels))?;
    for version in 0..1_000 {
        counters.with(&["m", &version.to_string(), "x"])?.inc_by(f64::from(version) + 0.5)?;
    }
    mlops_benches::answer_rounds(
        |operation| -> Result<String, Box<dyn Error>> {
            if operation == "scrape" {
                return Ok(wide.encode(Format::Text));
            }
            let registry = registry();
            let metrics = ModelMetrics::new(&registry, Classes::new(0.5, "x", "y")?)?;
            for _ in 0..count / 2 {
                for event in &events {
                    metrics.observe(event);
                }
            }
            Ok(registry.encode(Format::Text))
        },
        |text| -> Value {
            // Families that only one of the two has don't count.
            let theirs =
                ["model_predictions_total", "model_prediction_latency_seconds", "prediction_confidence"];
            let is_theirs = |line: &&str| theirs.iter().any(|name| line.starts_with(name));
            json!(
                text.lines()
                    .filter(is_theirs)
                    .filter(|line| !line.contains("\"constant\""))
                    .collect::<Vec<_>>()
            )
        },
    )
}
