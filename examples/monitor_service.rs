//! What is happening now? A service answers one month of flights; its predictions are
//! counted, logged and watched, the labels come when the flights land, and an alert fires.
//!
//! `cargo run --release --example monitor_service`
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::sync::Arc;

use mlops::drift::monitor::{Cadence, DriftMonitor, DriftObserver};
use mlops::drift::{Columns, Window as Rows};
use mlops::monitor::metrics::{Classes, Format, ModelMetrics, Registry};
use mlops::monitor::{
    AlertRule, AlertSink as _, Condition, LogObserver, LogSink, MemoryPredictionLog, Performance,
    PredictionLog as _, RuleState,
};
use mlops::serve::ModelArtifact;
use mlops::serve::predictor::{Deployment, FieldValue, Predictor, Request, RequestLookup, Route};
use mlops::{ManualClock, ModelName, PredictionId, Version, Window};
use mlops_examples::{Result, data, decisions, flights, known, labels, within};

fn main() -> Result<()> {
    let (model, version): (ModelName, Version) = ("flight-delay".parse()?, "1.0.0".parse()?);
    let july = Window::month_of("2013-07-01".parse()?);
    let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
    let all = flights()?;
    let (trained, served) = (known(&within(&all, training)?)?, known(&within(&all, july)?)?);
    let inputs = served.inputs().to_vec();

    // Who wants to know of every prediction: numbers for Prometheus, a log, a drift monitor.
    let clock = Arc::new(ManualClock::new(july.from()));
    let registry = Registry::without_created(clock);
    let metrics = Arc::new(ModelMetrics::new(&registry, Classes::new(0.3, "late", "on_time")?)?);
    let log = Arc::new(MemoryPredictionLog::new());
    let logged = Arc::new(LogObserver::new(Arc::<MemoryPredictionLog>::clone(&log), 100_000));
    let reference = Rows::read_rows(&inputs, trained.dense()?.iter(), &Columns::default())?;
    let mut monitor = DriftMonitor::new(reference, Cadence::Week)?;
    let drift = Arc::new(DriftObserver::new(model.clone(), &monitor, 100_000));

    let artifact = ModelArtifact::from_path(data("flights/delay_lightgbm.model.txt"))?;
    let route = Route::new(Deployment::new(version.clone(), Arc::clone(artifact.model())));
    let predictor = Predictor::builder(model.clone(), route, Arc::new(RequestLookup::new(&inputs)))
        .observer(Arc::<ModelMetrics>::clone(&metrics))
        .observer(Arc::<LogObserver>::clone(&logged))
        .observer(Arc::<DriftObserver>::clone(&drift))
        .build()?;
    let rows = served.dense()?;
    for (row, (at, id)) in
        rows.iter().zip(decisions(served.batch())?.into_iter().zip(mlops_examples::ids(served.batch())?))
    {
        let fields: Vec<_> =
            inputs.iter().map(String::as_str).zip(row.iter().copied().map(FieldValue::from)).collect();
        let id = PredictionId::new(id.to_string())?;
        let _answer = predictor.predict(&Request::new(&id, "", &fields).at(at))?;
    }

    // What a thread of the service does now and then.
    println!("{july}: {} predictions logged, {} dropped", logged.flush()?.added, logged.dropped());
    for week in drift.drain_into(&mut monitor)? {
        println!("  inputs: {week}");
        week.effects().for_each(|(feature, effect)| metrics.set_drift(&model, feature, effect));
    }
    log.label(&labels(&model, served.batch())?)?;
    let seen = Performance::of(&*log, &model, &version, july, july.until())?;
    metrics.set_accuracy(&model, &version, seen.metric("accuracy", 0.3)?);
    println!("  answers: {}", seen.gap_in_words("late rate"));

    println!("\nthe alerts, a line of JSON each");
    let rule = AlertRule::new("calibration gap", Condition::Above(0.025))?.at_least(1_000);
    let sink = LogSink::new(std::io::stdout());
    for alert in RuleState::new(rule).evaluate(july.until(), &[seen.gap_sample("late rate")])? {
        sink.send(&alert)?;
    }
    println!("\nwhat Prometheus scrapes, but for the latencies");
    let text = registry.encode(Format::Text);
    text.lines().filter(|line| !line.contains("latency")).for_each(|line| println!("{line}"));
    Ok(())
}
