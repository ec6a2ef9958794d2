//! How does a request become a safe answer? One day of flights goes through a predictor:
//! guards, a canary that always meets the same aircraft, a shadow, and a swap while it runs.
//!
//! `cargo run --example serve_model`
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::collections::BTreeMap;
use std::sync::Arc;

use mlops::serve::ModelArtifact;
use mlops::serve::predictor::{
    Deployment, FieldRule, FieldValue, InputGuard, OutputGuard, Predictor, Request, RequestLookup, Route,
    Share, Trial,
};
use mlops::{PredictionId, Window};
use mlops_examples::{Result, data, decisions, flights, known, within};

fn deployment(version: &str, file: &str) -> Result<Deployment> {
    let artifact = ModelArtifact::from_path(data("flights").join(file))?;
    Ok(Deployment::new(version.parse()?, Arc::clone(artifact.model())))
}

fn main() -> Result<()> {
    let day = Window::day_of("2013-07-01".parse()?);
    let joined = known(&within(&flights()?, day)?)?;
    let (inputs, rows, moments) = (joined.inputs(), joined.dense()?, decisions(joined.batch())?);
    let tailnums = mlops_examples::texts(joined.batch(), "tailnum")?;

    let champion = deployment("1.0.0", "delay_lightgbm.model.txt")?;
    let challenger = deployment("1.1.0", "delay_xgboost.model.json")?;
    let trial = Trial::canary(challenger.clone(), Share::percent(10.0)?).and_shadow();
    let route = Route::new(champion.clone()).with_constant(0.25).with_trial(trial);
    let predictor = Predictor::builder("flight-delay".parse()?, route, Arc::new(RequestLookup::new(inputs)))
        .input_guard(InputGuard::new(inputs.iter().map(|input| match input.as_str() {
            "hour" => FieldRule::number("hour").required().range(0.0, 23.0),
            "distance" => FieldRule::number("distance").required().range(1.0, 6000.0),
            other => FieldRule::number(other),
        }))?)
        .output_guard(OutputGuard::probability())
        .build()?;

    // Every flight of the day, as its decision is due.
    let mut answered: BTreeMap<String, u32> = BTreeMap::new();
    for ((row, at), tailnum) in rows.iter().zip(&moments).zip(&tailnums) {
        let fields: Vec<_> =
            inputs.iter().map(String::as_str).zip(row.iter().copied().map(FieldValue::from)).collect();
        let id = PredictionId::new(format!("{}-{at}", tailnum.unwrap_or("unknown")))?;
        let answer = predictor.predict(&Request::new(&id, tailnum.unwrap_or_default(), &fields).at(*at))?;
        *answered.entry(format!("{} as {:?}", answer.version, answer.served_by)).or_default() += 1;
    }
    println!("{day}: {} flights", moments.len());
    for (who, flights) in &answered {
        println!("  {flights:>4} answered by {who}");
    }
    let pairs = predictor.score_waiting();
    println!("  {:>4} scored by both versions, to be compared", pairs.len());

    // What must not reach a model, and what need not be known.
    let id = PredictionId::new("N14229-2013-07-01")?;
    println!("\none request, and three with something wrong in it");
    for (what, hour, distance) in [
        ("as it should be", FieldValue::Integer(18), FieldValue::Integer(1400)),
        ("an hour that is none", FieldValue::Integer(42), FieldValue::Integer(1400)),
        ("a text for a number", FieldValue::Integer(18), FieldValue::Text("far")),
        ("a distance left out", FieldValue::Integer(18), FieldValue::Missing),
    ] {
        let fields = [("hour", hour), ("distance", distance)];
        match predictor.predict(&Request::new(&id, "N14229", &fields).at(day.from())) {
            Ok(answer) => println!("  {what:<21} {:.3} by {}", answer.score, answer.version),
            Err(refused) => println!("  {what:<21} refused ({}): {refused}", refused.kind()),
        }
    }

    let _before = predictor.swap(Route::new(challenger).with_previous(champion).with_constant(0.25))?;
    let fields = [("hour", FieldValue::Integer(18)), ("distance", FieldValue::Integer(1400))];
    let answer = predictor.predict(&Request::new(&id, "N14229", &fields).at(day.from()))?;
    println!("\nafter the swap the first of them is answered by {}: {:.3}", answer.version, answer.score);
    Ok(())
}
