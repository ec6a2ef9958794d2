//! Both tree readers: reading the file, one row, a batch.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::serve::ndarray::Array2;
use mlops::serve::{Model, ModelArtifact, ModelExt as _, Scale};
use mlops::stats::Random;
use mlops_benches::flights;
use serde_json::Value;

/// Rows like flights, one input in twenty missing.
fn rows(count: usize) -> Array2<f64> {
    let mut random = Random::replicate(9, 0);
    let typical = [13.0, 3.0, 1000.0, 0.2, 6.0, 5.0, 50.0, 10.0, 0.01, 9.0, 1015.0];
    Array2::from_shape_fn((count, typical.len()), |(_, column)| {
        if random.below(20) == 0 { f64::NAN } else { typical[column] * 2.0 * random.unit() }
    })
}

/// The sampled flights of the data set: what the library itself predicts for them, and that
/// a batch gives the same bits as its rows.
fn check(model: &dyn Model, library: &str) {
    let expected = std::fs::read_to_string(flights("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let samples = expected["sample"].as_array().unwrap();
    assert!(samples.len() >= 500);
    for sample in samples {
        let features = sample["features"].as_array().unwrap();
        let features: Vec<f64> = features.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect();
        let (found, recorded) = (model.predict_one(&features).unwrap(), sample[library].as_f64().unwrap());
        let tolerance = if library == "xgboost" { f64::from(f32::EPSILON) } else { 1e-12 };
        assert!((found - recorded).abs() <= tolerance * recorded, "{library}: {found}, not {recorded}");
    }
    let batch = rows(2_000);
    for (row, answer) in batch.rows().into_iter().zip(model.predict(batch.view()).unwrap()) {
        assert_eq!(model.predict_one(row.as_slice().unwrap()).unwrap().to_bits(), answer.to_bits());
    }
}

fn readers(criterion: &mut Criterion) {
    for (library, file) in [("lightgbm", "delay_lightgbm.model.txt"), ("xgboost", "delay_xgboost.model.json")]
    {
        let bytes = std::fs::read(flights(file)).unwrap();
        let artifact = ModelArtifact::from_bytes(&bytes).unwrap();
        let model = artifact.model();
        check(model.as_ref(), library);

        let mut group = criterion.benchmark_group(library);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("read", file), |bencher| {
            bencher.iter(|| ModelArtifact::from_bytes(&bytes).unwrap());
        });

        let some = rows(1_000);
        group.throughput(Throughput::Elements(1));
        let mut next = some.rows().into_iter().cycle();
        group.bench_function(BenchmarkId::new("predict", "1 row"), |bencher| {
            bencher.iter(|| model.predict_one(next.next().unwrap().as_slice().unwrap()).unwrap());
        });

        for count in [1_024, 100_000] {
            let batch = rows(count);
            let mut out = vec![0.0; count];
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new("predict", format!("{count} rows")), |bencher| {
                bencher.iter(|| model.score_rows(Scale::Response, batch.view(), &mut out).unwrap());
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = readers
}
criterion_main!(benches);
