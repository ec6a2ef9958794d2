//! What is looked up online is what the point-in-time join gives, bit by bit.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampMillisecondArray,
};
use mlops_core::Timestamp;
use mlops_features::{
    Catalog, Entity, FeatureService, FeatureView, KeyRef, Materializer, MemoryOnlineStore, MemorySource,
    OnlineFeatures, OnlineRequest, OnlineStore, PointInTimeJoin, Push, ValueType,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// A key of an integer and a word; either may be null.
type Key = (Option<i32>, Option<&'static str>);

/// A row of history. Times are in milliseconds.
#[derive(Clone, Debug)]
struct Past {
    key: Key,
    at: Option<i64>,
    created: Option<i64>,
    number: Option<f64>,
    narrow: Option<f32>,
    flag: Option<bool>,
    /// Whether it is also pushed, before the materialiser comes to it.
    pushed: bool,
}

#[derive(Clone, Debug)]
struct Request {
    key: Key,
    at: i64,
    column: f64,
}

#[derive(Clone, Debug)]
struct Shape {
    ttl: u64,
    with_created: bool,
    batch_rows: usize,
    read_ahead: usize,
    requests_at_once: usize,
    /// In microseconds.
    watermark_every: u64,
    /// How many requests come before the materialiser is thrown away and made again.
    restart_every: usize,
}

fn table(rows: &[Past]) -> RecordBatch {
    let moments = |of: fn(&Past) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<TimestampMillisecondArray>())
    };
    RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(rows.iter().map(|row| row.key.0).collect::<Int32Array>()) as ArrayRef, true),
        ("word", Arc::new(rows.iter().map(|row| row.key.1).collect::<StringArray>()), true),
        ("at", moments(|row| row.at), true),
        ("created", moments(|row| row.created), true),
        ("number", Arc::new(rows.iter().map(|row| row.number).collect::<Float64Array>()), true),
        ("narrow", Arc::new(rows.iter().map(|row| row.narrow).collect::<Float32Array>()), true),
        ("flag", Arc::new(rows.iter().map(|row| row.flag).collect::<BooleanArray>()), true),
    ])
    .unwrap()
}

fn catalog(rows: &[Past], shape: &Shape) -> Catalog {
    let table = table(rows);
    let batches = (0..rows.len())
        .step_by(shape.batch_rows)
        .map(|start| table.slice(start, shape.batch_rows.min(rows.len() - start)))
        .collect();
    let source = Arc::new(MemorySource::new("history", table.schema(), batches).unwrap());
    let (id, word) = (Entity::new("thing", ["thing"]).unwrap(), Entity::new("word", ["word"]).unwrap());
    let both = FeatureView::builder_shared("both", Arc::clone(&source) as _)
        .entity(&id)
        .entity(&word)
        .key_column("thing", "id")
        .timestamp("at")
        .ttl(Duration::from_millis(shape.ttl))
        .feature("number", ValueType::Float)
        .feature("flag", ValueType::Bool);
    let one = FeatureView::builder_shared("one", source)
        .entity(&word)
        .timestamp("at")
        .feature("number", ValueType::Float)
        .feature("narrow", ValueType::Float);
    let views = [both, one]
        .map(|view| if shape.with_created { view.created("created") } else { view })
        .map(|view| view.build().unwrap());
    Catalog::new(views).unwrap()
}

fn service() -> FeatureService {
    FeatureService::new("all", ["one:narrow", "both:flag", "column", "both:number", "one:number"]).unwrap()
}

fn offline(catalog: &Catalog, requests: &[Request]) -> Vec<u64> {
    let entities = RecordBatch::try_from_iter_with_nullable([
        (
            "thing",
            Arc::new(requests.iter().map(|r| r.key.0.map(i64::from)).collect::<Int64Array>()) as ArrayRef,
            true,
        ),
        ("word", Arc::new(requests.iter().map(|r| r.key.1).collect::<StringArray>()), true),
        (
            "event_timestamp",
            Arc::new(requests.iter().map(|r| Some(r.at * 1000)).collect::<TimestampMicrosecondArray>()),
            true,
        ),
        ("column", Arc::new(requests.iter().map(|r| Some(r.column)).collect::<Float64Array>()), true),
    ])
    .unwrap();
    let service = service();
    let join = PointInTimeJoin::new(catalog, &service).unwrap().naming(mlops_features::FeatureNaming::Full);
    join.run(&entities).unwrap().dense().unwrap().values().iter().map(|value| value.to_bits()).collect()
}

/// As a service would: the store is brought to the time of the requests, then they are answered.
fn online(
    rows: &[Past],
    catalog: &Catalog,
    requests: &[Request],
    shape: &Shape,
    store: &Arc<dyn OnlineStore>,
) -> Vec<u64> {
    let materializer = || {
        Materializer::new(catalog, Arc::clone(store))
            .unwrap()
            .read_ahead(shape.read_ahead)
            .watermark_every(Duration::from_micros(shape.watermark_every))
    };
    let features = OnlineFeatures::new(catalog, &service(), Arc::clone(store)).unwrap();
    let names: Vec<&str> = features.join_keys().iter().map(|key| key.name.as_str()).collect();
    assert_eq!((names, features.columns().len()), (vec!["word", "thing"], 1));
    let pushes: Vec<_> =
        catalog.views().iter().map(|view| Push::new(Arc::clone(view), Arc::clone(store)).unwrap()).collect();

    let mut running = materializer();
    let (mut answers, mut now, mut pushed) = (Vec::new(), i64::MIN, vec![false; rows.len()]);
    for (number, group) in requests.chunks(shape.requests_at_once).enumerate() {
        if number % shape.restart_every == shape.restart_every - 1 {
            running = materializer();
        }
        let until = group[group.len() - 1].at;
        // What is pushed comes in the order of the source, not in that of time.
        for (row, pushed) in rows.iter().zip(&mut pushed) {
            let known = row.at.is_some_and(|at| at <= until);
            if row.pushed && known && !*pushed && row.key.0.is_some() && row.key.1.is_some() {
                for push in &pushes {
                    push.batch(&table(std::slice::from_ref(row))).unwrap();
                }
                *pushed = true;
            }
        }
        running.advance(Timestamp::from_micros(until * 1000)).unwrap();
        assert!(until >= now);
        now = until;

        let key = |key: Key| [key.1.map(KeyRef::Text), key.0.map(|id| KeyRef::Int(id.into()))];
        let keys: Vec<_> = group.iter().map(|request| key(request.key)).collect();
        let asked: Vec<_> = group
            .iter()
            .zip(&keys)
            .map(|(request, keys)| OnlineRequest {
                at: Timestamp::from_micros(request.at * 1000),
                columns: std::slice::from_ref(&request.column),
                keys,
            })
            .collect();
        let mut many = vec![0.0; asked.len() * features.width()];
        features.fill_many(&asked, &mut many).unwrap();
        for (request, many) in asked.iter().zip(many.chunks(features.width())) {
            let mut single = vec![0.0; features.width()];
            features.fill(request.at, request.columns, request.keys, &mut single).unwrap();
            let mut named = vec![0.0; features.width()];
            let key = |name: &str| request.keys[usize::from(name == "thing")];
            features.fill_named(request.at, |_| request.columns[0], key, &mut named).unwrap();
            let bits = |row: &[f64]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&single), bits(many), "one request or many");
            assert_eq!(bits(&single), bits(&named), "by place or by name");
            answers.extend(bits(&single));
        }
    }
    answers
}

fn keys() -> impl Strategy<Value = Key> {
    (weighted(0.9, 0..3), weighted(0.9, prop::sample::select(vec!["", "a", "b"])))
}

fn numbers() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), any::<u64>().prop_map(f64::from_bits), Just(-0.0)]
}

prop_compose! {
    fn pasts()(
        key in keys(),
        at in weighted(0.95, 0..40_i64),
        created in weighted(0.8, -3..3_i64),
        number in weighted(0.8, numbers()),
        narrow in weighted(0.8, any::<u32>().prop_map(f32::from_bits)),
        flag in weighted(0.8, any::<bool>()),
        pushed in prop::bool::weighted(0.2),
    ) -> Past {
        Past { key, at, created, number, narrow, flag, pushed }
    }
}

prop_compose! {
    fn shapes()(
        ttl in prop_oneof![Just(0), 1..20_u64],
        with_created in any::<bool>(),
        batch_rows in 1..9_usize,
        read_ahead in 1..9_usize,
        requests_at_once in 1..4_usize,
        watermark_every in prop_oneof![Just(0), 0..30_000_u64],
        restart_every in 2..8_usize,
    ) -> Shape {
        Shape { ttl, with_created, batch_rows, read_ahead, requests_at_once, watermark_every, restart_every }
    }
}

/// The rule of the join says which of two rows with equal times counts by their order in the
/// source; a store knows no source, and goes by the order in which they come. Where rows are
/// pushed besides, histories in which that decides are not compared.
fn without_ties(mut rows: Vec<Past>, with_created: bool) -> Vec<Past> {
    let mut seen = std::collections::HashSet::new();
    if rows.iter().any(|row| row.pushed) {
        // By the word alone, which is the wider key.
        rows.retain(|row| seen.insert((row.key.1, row.at, row.created.filter(|_| with_created))));
    }
    rows
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let request = (keys(), -5..45_i64, numbers()).prop_map(|(key, at, column)| Request { key, at, column });
    vec(request, 1..40).prop_map(|mut requests| {
        requests.sort_by_key(|request| request.at);
        requests
    })
}

/// Within a group requests of different times are answered when the store is at the last of
/// them: only requests of one time may go together.
fn grouped(requests: Vec<Request>, shape: &Shape) -> Vec<Request> {
    let mut requests = requests;
    for group in requests.chunks_mut(shape.requests_at_once) {
        let at = group[group.len() - 1].at;
        for request in group {
            request.at = at;
        }
    }
    requests
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn from_memory(rows in vec(pasts(), 0..60), requests in requests(), shape in shapes()) {
        let (rows, requests) = (without_ties(rows, shape.with_created), grouped(requests, &shape));
        let catalog = catalog(&rows, &shape);
        let store: Arc<dyn OnlineStore> = Arc::new(MemoryOnlineStore::default());
        prop_assert_eq!(online(&rows, &catalog, &requests, &shape, &store), offline(&catalog, &requests));
    }
}

#[cfg(feature = "sqlite")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn from_sqlite(rows in vec(pasts(), 0..60), requests in requests(), shape in shapes()) {
        let (rows, requests) = (without_ties(rows, shape.with_created), grouped(requests, &shape));
        let catalog = catalog(&rows, &shape);
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn OnlineStore> = Arc::new(
            mlops_features::SqliteOnlineStore::open(
                folder.path().join("online.db"),
                mlops_features::Flush::Checkpoints,
            )
            .unwrap(),
        );
        prop_assert_eq!(online(&rows, &catalog, &requests, &shape, &store), offline(&catalog, &requests));
    }
}
