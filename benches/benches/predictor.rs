//! The predictor chain beside the bare call of its model: what guards, route, events and
//! shadow cost.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::serve::ndarray::ArrayView2;
use mlops::serve::predictor::{
    Deployment, FieldRule, FieldValue, InputGuard, OutputGuard, Predictor, RateLimit, Request, RequestLookup,
    Route, ShadowWorker, Trial,
};
use mlops::serve::{Model, ModelArtifact, ModelExt as _, Result, Scale, Signature};
use mlops::stats::Random;
use mlops::{Observer, PredictionEvent, PredictionId, Version};
use mlops_benches::flights;

/// A linear model: as little work as a model can be.
#[derive(Debug)]
struct Small(Signature);

impl Model for Small {
    fn signature(&self) -> &Signature {
        &self.0
    }
    fn score_row(&self, _: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
        self.0.check_row(row, out)?;
        let sum: f64 = row.iter().filter(|input| input.is_finite()).sum();
        out[0] = 1.0 / (1.0 + (-sum / 1000.0).exp());
        Ok(())
    }
    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        self.0.check_rows(&rows, out)?;
        for (row, out) in rows.rows().into_iter().zip(out.chunks_mut(1)) {
            self.score_row(scale, &row.to_vec(), out)?;
        }
        Ok(())
    }
}

/// Counts, as metrics do.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Observer for Counter {
    fn observe(&self, event: &PredictionEvent) {
        self.0.fetch_add(u64::from(!event.inputs.is_empty()), Ordering::Relaxed);
    }
}

/// Rows like flights, one input in twenty missing.
fn rows(count: usize) -> Vec<[f64; 11]> {
    let mut random = Random::replicate(9, 0);
    let typical = [13.0, 3.0, 1000.0, 0.2, 6.0, 5.0, 50.0, 10.0, 0.01, 9.0, 1015.0];
    let mut value = |top: f64| if random.below(20) == 0 { f64::NAN } else { top * 2.0 * random.unit() };
    (0..count).map(|_| typical.map(&mut value)).collect()
}

/// Everything in place: a guard with a rule a field, a rate limit that lets all in, a segment.
fn chain(route: Route, names: &[String], observed: bool) -> Predictor {
    let rules = names.iter().map(|name| FieldRule::number(name.as_str()).range(-1e6, 1e6));
    let guard =
        InputGuard::new(rules.chain([FieldRule::text("carrier").one_of(["UA", "B6", "MQ"])])).unwrap();
    let lookup = Arc::new(RequestLookup::new(names.to_vec()));
    let builder = Predictor::builder("flight-delay".parse().unwrap(), route, lookup)
        .input_guard(guard)
        .output_guard(OutputGuard::probability())
        .rate_limit(RateLimit::per_second(u32::MAX, u32::MAX).unwrap())
        .concurrency_limit(64)
        .time_limit(Duration::from_mins(1))
        .segments(["carrier"]);
    if observed { builder.observer(Arc::new(Counter::default())) } else { builder }.build().unwrap()
}

fn overhead(criterion: &mut Criterion) {
    let flights_model = ModelArtifact::from_path(flights("delay_lightgbm.model.txt")).unwrap().into_model();
    let names = flights_model.signature().feature_names().unwrap().to_vec();
    let small = Signature::new(names.len(), 1).with_feature_names(names.clone()).unwrap();
    let models: [(&str, Arc<dyn Model>); 2] =
        [("linear", Arc::new(Small(small))), ("flights", flights_model)];
    let rows = rows(1_000);
    let id = PredictionId::new("UA1545-2013-07-01").unwrap();
    let requests: Vec<Vec<(&str, FieldValue<'_>)>> = rows
        .iter()
        .map(|row| {
            let inputs = names.iter().map(String::as_str).zip(row.iter().copied().map(FieldValue::Number));
            inputs.chain([("carrier", FieldValue::Text("UA"))]).collect()
        })
        .collect();

    for (name, model) in models {
        let deployment = |minor| Deployment::new(Version::new(1, minor, 0), Arc::clone(&model));
        let plain = || Route::new(deployment(0)).with_previous(deployment(1)).with_constant(0.2);
        let shadowed = || plain().with_trial(Trial::shadow(deployment(2)));
        // The chain gives the model's own answer, bit by bit, alone and from the shadow.
        let checked = chain(shadowed(), &names, true);
        for (row, fields) in rows.iter().zip(&requests) {
            let answer = checked.predict(&Request::new(&id, "N14228", fields)).unwrap();
            assert_eq!(answer.score.to_bits(), model.predict_one(row).unwrap().to_bits());
            assert!(answer.guard_actions.is_empty() && answer.attempts.is_empty());
        }
        let pairs = checked.score_waiting();
        assert_eq!(pairs.len(), rows.len());
        for (pair, row) in pairs.iter().zip(&rows) {
            let own = model.predict_one(row).unwrap();
            assert_eq!((pair.candidate, pair.production), (Ok(own), Ok(own)));
        }

        let mut group = criterion.benchmark_group("predictor");
        group.throughput(Throughput::Elements(1));
        let mut next = rows.iter().cycle();
        group.bench_function(BenchmarkId::new("model alone", name), |bencher| {
            bencher.iter(|| model.predict_one(next.next().unwrap()).unwrap());
        });
        let mut ask = |what: &str, predictor: &Predictor| {
            let mut next = requests.iter().cycle();
            group.bench_function(BenchmarkId::new(what, name), |bencher| {
                bencher
                    .iter(|| predictor.predict(&Request::new(&id, "N14228", next.next().unwrap())).unwrap());
            });
        };
        let lookup = Arc::new(RequestLookup::new(names.clone()));
        let bare = Predictor::builder("flight-delay".parse().unwrap(), plain(), lookup).build().unwrap();
        ask("chain, nothing optional", &bare);
        ask("chain, all guards", &chain(plain(), &names, false));
        ask("chain, all guards, an observer", &chain(plain(), &names, true));
        // A full queue: the caller's part, with nobody working it off.
        let idle = chain(shadowed(), &names, true);
        ask("the same, shadow, nobody works it off", &idle);
        assert!(idle.counts().dropped_pairs > 0);
        // The worker takes turns with the caller for the processor and the queue.
        let working = Arc::new(chain(shadowed(), &names, true));
        let worker = ShadowWorker::spawn(Arc::clone(&working), |_| {}).unwrap();
        ask("the same, shadow, a worker", &working);
        worker.finish();

        let mut fill = requests.iter().cycle();
        group.throughput(Throughput::Elements(1_000));
        group.bench_function(BenchmarkId::new("work off 1,000 pairs", name), |bencher| {
            bencher.iter_batched(
                || {
                    for _ in 0..1_000 {
                        drop(checked.predict(&Request::new(&id, "N14228", fill.next().unwrap())).unwrap());
                    }
                },
                |()| checked.score_waiting(),
                criterion::BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).sample_size(50);
    targets = overhead
}
criterion_main!(benches);
