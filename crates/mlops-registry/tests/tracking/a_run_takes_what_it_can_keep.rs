//! Names, limits, metrics and data sets: what is taken is kept as it is, what can't be kept
//! is refused with its name, and a batch is all or nothing.

use crate::world::meddled::meddled;
use crate::world::{World, experiment, model, version, worlds};
use mlops_core::{Clock as _, Digest, Timestamp};
use mlops_registry::model::NewVersion;
use mlops_registry::store::{Key, Kind, Query};
use mlops_registry::tracking::{Dataset, Metric, NewRun, RunBatch, RunId, limits};
use mlops_registry::{Error, Result};
use proptest::prelude::*;
use serde_json::json;

fn started(world: &World) -> RunId {
    world.ana.start_run(&experiment(), "x").unwrap().id
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(error @ Error::Invalid { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn over_a_limit_nothing_is_cut() {
    for world in worlds() {
        let run = started(&world);
        let size = world.registry.store().size().unwrap();
        let log = |batch: RunBatch| world.ana.log(&run, &batch.metric("auc", 0.7));
        let long = |bytes: usize| "x".repeat(bytes);
        let many = |count: usize, add: fn(RunBatch, usize) -> RunBatch| (0..count).fold(RunBatch::new(), add);
        for (told, batch) in [
            ("notes of 6001 bytes", RunBatch::new().param("notes", long(6001))),
            ("notes of 8001 bytes", RunBatch::new().tag("notes", long(8001))),
            ("at most 250 bytes, and these are 251", RunBatch::new().param(long(251), 1)),
            ("at most 250 bytes, and these are 251", RunBatch::new().metric(long(251), 1.0)),
            ("at most 250 bytes, and these are 252", RunBatch::new().tag("ü".repeat(126), "x")),
            ("at most 500 bytes, and these are 501", RunBatch::new().input(long(501), Digest::of("x"))),
            ("101 in one batch", many(101, |batch, i| batch.param(format!("p{i}"), i))),
            ("101 in one batch", many(101, |batch, i| batch.tag(format!("t{i}"), "x"))),
            ("1001 in one batch", many(1000, |batch, i| batch.metric(format!("m{i}"), 0.5))),
            ("data sets", many(1001, |batch, i| batch.input(format!("d{i}"), Digest::of("x")))),
            (
                "flights of 65536 bytes",
                RunBatch::new().dataset(Dataset::given("flights", "1").source("s3", long(65_536))),
            ),
        ] {
            let error = invalid(log(batch));
            assert!(error.contains(told) && error.len() < 400, "{told}: {error}");
        }
        assert_eq!(world.registry.store().size().unwrap(), size, "nothing of any of them is kept");

        let full = (0..limits::BATCH_METRICS)
            .fold(RunBatch::new(), |batch, i| batch.metric(format!("m{i}"), 0.5))
            .param("p".repeat(250), long(6000))
            .tag("t".repeat(250), long(8000));
        world.ana.log(&run, &full).unwrap();
        let data = world.registry.run_data(&run).unwrap();
        assert_eq!((data.params.values().next().unwrap().len(), data.metrics.len()), (6000, 1000));
        assert_eq!(data.tags.values().next().unwrap().len(), 8000);
        world.is_whole();
    }
}

#[test]
fn names_are_what_they_look_like() {
    for world in worlds() {
        let run = started(&world);
        let good = ["val/auc", "système", "日本語", "a b", "top-1 (%)", "a:b", "lr.schedule", "😀"];
        let mut batch = RunBatch::new();
        for name in good {
            batch = batch.param(name, 1).metric(name, 1.0).tag(name, "1").input(name, Digest::of("1"));
        }
        world.ana.log(&run, &batch).unwrap();
        assert_eq!(world.registry.run_data(&run).unwrap().params.len(), good.len());
        for bad in [
            "",
            " ",
            "a ",
            "\ta",
            "a\nb",
            "a\0",
            "a\u{85}b",
            "a\u{200b}",
            "\u{feff}a",
            "a\u{202e}b",
            "a\u{2067}b",
            "a\u{ad}b",
            "e\u{301}",
            "a\u{a0}b",
            "..",
            "../a",
            "a/../b",
            "a\\..\\b",
            "a\u{2028}b",
        ] {
            for batch in [
                RunBatch::new().param(bad, 1),
                RunBatch::new().metric(bad, 1.0),
                RunBatch::new().tag(bad, "1"),
                RunBatch::new().input(bad, Digest::of("1")),
            ] {
                let error = invalid(world.ana.log(&run, &batch.param("innocent", 1)));
                assert!(!error.contains(['\0', '\n', '\u{202e}', '\u{200b}']), "{error:?}");
            }
            invalid(world.ana.start_run(&experiment(), bad));
            invalid(world.ana.rename_run(&run, bad));
            invalid(world.ana.tag_experiment(&experiment(), bad, "x"));
        }
        for bad in ["/a", "a//b", "a/"] {
            invalid(world.ana.log(&run, &RunBatch::new().param(bad, 1)));
            // A data set may be a path or a URL.
            world.ana.log(&run, &RunBatch::new().input(bad, Digest::of("1"))).unwrap();
        }
        assert!(!world.registry.run_data(&run).unwrap().params.contains_key("innocent"), "all or nothing");
        let long = NewRun::new(experiment(), "x").description("y".repeat(20_001));
        assert!(invalid(world.ana.start_run_with(&long)).contains("20001 bytes"));
        world.is_whole();
    }
}

#[test]
fn what_is_not_finite_comes_back_on_every_way() {
    let numbers =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324, -0.1, 1e300];
    for world in worlds() {
        let run = started(&world);
        for (i, number) in numbers.iter().enumerate() {
            world.ana.log(&run, &RunBatch::new().metric(format!("m{i}"), *number)).unwrap();
        }
        let file = world.ana.store_artifact(&mut "file".as_bytes()).unwrap();
        let new = mlops_registry::model::NewVersion::new(
            crate::world::model(),
            crate::world::version("1.0.0"),
            run.clone(),
            file,
        );
        world.ana.register(&new).unwrap();
        let registry = world.reopened();
        let data = registry.run_data(&run).unwrap();
        let version = registry.version(&crate::world::model(), &crate::world::version("1.0.0")).unwrap();
        for (i, number) in numbers.iter().enumerate() {
            let name = format!("m{i}");
            let history = registry.metric_history(&run, &name).unwrap();
            let page = registry.metric_page(&run, &name, None, 5).unwrap();
            let json = serde_json::to_string(&history).unwrap();
            let back: Vec<Metric> = serde_json::from_str(&json).unwrap();
            for value in [
                data.metrics[&name],
                version.lineage.metrics[&name],
                history[0].value,
                page[0].value,
                back[0].value,
            ] {
                assert_eq!(value.is_nan(), number.is_nan(), "{name}");
                assert!(value.is_nan() || value.to_bits() == number.to_bits(), "{value} {number}");
            }
        }
        world.is_whole();
    }
}

#[test]
fn times_and_steps_may_lie_before_their_zero() {
    for world in worlds() {
        let run = started(&world);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let edge = 1_i64 << 53;
        let batch = RunBatch::new()
            .metric_at("loss", 0.1, -edge, at("1969-07-20"))
            .metric_at("loss", 0.2, edge, at("1684-08-01"))
            .metric_at("loss", 0.3, edge, at("2255-01-01"));
        world.ana.log(&run, &batch).unwrap();
        let history = world.registry.metric_history(&run, "loss").unwrap();
        let seen: Vec<_> = history.iter().map(|metric| (metric.step, metric.at)).collect();
        assert_eq!(seen, [(-edge, at("1969-07-20")), (edge, at("1684-08-01")), (edge, at("2255-01-01"))]);
        for (told, batch) in [
            ("step", RunBatch::new().metric_at("loss", 0.1, edge + 1, at("2013-01-01"))),
            ("step", RunBatch::new().metric_at("loss", 0.1, i64::MIN, at("2013-01-01"))),
            ("time", RunBatch::new().metric_at("loss", 0.1, 0, Timestamp::MIN)),
            ("time", RunBatch::new().metric_at("loss", 0.1, 0, Timestamp::MAX)),
        ] {
            let error = invalid(world.ana.log(&run, &batch));
            assert!(error.starts_with(told) && error.contains("of loss"), "{error}");
        }
    }
}

#[test]
fn pages_of_a_history_skip_and_repeat_nothing() {
    for world in worlds() {
        let run = started(&world);
        let now = world.clock.now();
        let batch =
            (0..50_i64).fold(RunBatch::new(), |batch, step| batch.metric_at("loss", 0.5, step * 2, now));
        world.ana.log(&run, &batch.metric("other", 1.0)).unwrap();
        let (mut seen, mut last, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = world.registry.metric_page(&run, "loss", last.as_ref(), 7).unwrap();
            let Some(end) = page.last().cloned() else { break };
            seen.extend(page.iter().map(|metric| metric.step));
            // Before and behind where the reader is.
            if pages < 5 {
                pages += 1;
                let between = RunBatch::new().metric_at("loss", 0.5, 1, now);
                world.ana.log(&run, &between.metric_at("loss", 0.5, 99 + pages, now)).unwrap();
            }
            last = Some(end);
        }
        let mut expected: Vec<_> = (0..50).map(|step| step * 2).collect();
        expected.extend(100..=99 + pages);
        assert_eq!(seen, expected);
        let other = world.registry.metric_history(&run, "other").unwrap().remove(0);
        invalid(world.registry.metric_page(&run, "loss", Some(&other), 7));
    }
}

#[test]
fn the_latest_is_that_of_the_highest_step_then_time_then_value() {
    let world = worlds().remove(0);
    proptest!(ProptestConfig::with_cases(64), |(points in prop::collection::vec((-2..3_i64, 0..3_i64, 0..4_usize), 1..12))| {
        let values = [f64::NEG_INFINITY, -1.0, 0.5, f64::INFINITY];
        let run = started(&world);
        let batch = points.iter().fold(RunBatch::new(), |batch, (step, at, value)| {
            batch.metric_at("m", values[*value], *step, Timestamp::from_micros(*at - 1))
        });
        world.ana.log(&run, &batch).unwrap();
        let latest = points.iter().max().unwrap();
        prop_assert_eq!(world.registry.run_data(&run).unwrap().metrics["m"].to_bits(), values[latest.2].to_bits());
        let distinct: std::collections::BTreeSet<_> = points.iter().collect();
        prop_assert_eq!(world.registry.metric_history(&run, "m").unwrap().len(), distinct.len());
    });
}

#[test]
fn a_data_set_is_told_of() {
    for world in worlds() {
        let run = started(&world);
        let schema = json!([{"name": "distance", "type": "double"}, {"name": "carrier", "type": "string"}]);
        let profile = json!({"num_rows": 336_776, "mean": 0.5, "one": 1.0});
        let flights = || {
            Dataset::new("flights.parquet", Digest::of("flights"))
                .context("training")
                .source("s3", "https://ana:hunter2@lake/flights.parquet?x=1")
                .schema(schema.clone())
                .profile(profile.clone())
                .tag("team", "ops")
        };
        let log = |dataset: Dataset| world.ana.log(&run, &RunBatch::new().dataset(dataset));
        log(flights()).unwrap();
        let size = world.registry.store().size().unwrap();
        log(flights()).unwrap();
        world.ana.log(&run, &RunBatch::new().input("flights.parquet", Digest::of("flights"))).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "the same again changes nothing");
        let same = Dataset::new("flights.parquet", Digest::of("flights"));
        log(same.context("evaluation").tag("team", "data")).unwrap();
        log(Dataset::given("weather", "9f86d081").context("training")).unwrap();
        log(Dataset::given("by its own", Digest::of("x").to_string())).unwrap();

        let inputs = world.reopened().inputs(&run).unwrap();
        let [own, flights_kept, weather] = inputs.as_slice() else { panic!("{inputs:?}") };
        assert_eq!((own.digest, own.given.as_deref()), (Digest::of("x"), None));
        assert_eq!(flights_kept.contexts, ["evaluation", "training"]);
        assert_eq!(flights_kept.source, "https://lake/flights.parquet?x=1", "no password");
        assert_eq!(flights_kept.schema.as_ref(), Some(&schema));
        assert_eq!(flights_kept.profile.as_ref().unwrap()["num_rows"], 336_776);
        assert_eq!(flights_kept.tags["team"], "data");
        assert_eq!(weather.given.as_deref(), Some("9f86d081"));
        assert_eq!(weather.digest, Digest::of("data set digest\n9f86d081"));
        assert_eq!(world.registry.run_data(&run).unwrap().inputs.len(), 3);

        match log(flights().schema(json!([{"name": "distance", "type": "float"}]))) {
            Err(Error::Conflict { what: "data set", key, .. }) => {
                assert_eq!(key, "flight-delay/1 flights.parquet");
            }
            other => panic!("{other:?}"),
        }
        for (told, bad) in [
            ("2^53", flights().profile(json!({"rows": u64::MAX}))),
            ("object or array", Dataset::given("a", "1").schema(json!("text"))),
            (
                "flights of 1048586 bytes",
                Dataset::given("flights", "1").schema(json!(["x".repeat(1_048_582)])),
            ),
            ("data set digest", Dataset::given("a", "")),
            ("data set context", flights().context("")),
            ("one value", flights().tag("team", "x")),
            ("team of 501 bytes", Dataset::given("a", "1").tag("team", "x".repeat(501))),
        ] {
            let error = invalid(log(bad));
            assert!(error.contains(told) && error.len() < 400, "{told}: {error}");
        }
        world.is_whole();
    }
}

#[test]
fn what_an_old_record_says_is_written_as_before() {
    for world in worlds() {
        let run = world.run();
        let body = |kind, key| {
            let query = Query::under(kind, key, 1);
            String::from_utf8(world.registry.store().read(&query).unwrap().remove(0).body).unwrap()
        };
        let group = Key::from(["flight-delay"]);
        assert_eq!(
            body(Kind::Experiment, group.clone()),
            r#"{"created_at":"2013-04-01T00:00:00Z","created_by":"ana","name":"flight-delay","runs":0}"#
        );
        assert_eq!(
            body(Kind::Run, group.clone()),
            r#"{"ended_at":"2013-04-01T00:00:00Z","id":"flight-delay/1","name":"gbdt","started_at":"2013-04-01T00:00:00Z","started_by":"ana","status":"finished"}"#
        );
        assert_eq!(
            body(Kind::Input, group.and(i64::from(run.number))),
            format!(
                r#"{{"digest":"{}","name":"flights.parquet","run":"flight-delay/1"}}"#,
                Digest::of("flights")
            )
        );
    }
}

#[test]
fn secrets_of_whatever_type_are_not_kept() {
    use secrecy::SecretString;
    for world in worlds() {
        let run = started(&world);
        let secret = SecretString::from("hunter2");
        let batch = RunBatch::new().secret_param("db_password", &secret).secret_param("other", "hunter2");
        assert!(!format!("{batch:?}").contains("hunter2"));
        world.ana.log(&run, &batch).unwrap();
        assert_eq!(world.registry.run_data(&run).unwrap().params["db_password"], "[redacted]");
    }
}

#[test]
fn the_profiles_of_a_batch_have_a_bound_together() {
    for world in worlds() {
        let run = started(&world);
        // A profile of 8 MiB is within its own limit.
        let text = "x".repeat(8 << 20);
        let batch = (0..8).fold(RunBatch::new(), |batch, number| {
            let name = format!("d{number}");
            let dataset = Dataset::new(&name, Digest::of(&name)).profile(json!({ "note": text }));
            batch.dataset(dataset)
        });
        let told = invalid(world.ana.log(&run, &batch));
        assert!(told.contains("schemas and profiles"), "{told}");
        assert!(world.registry.inputs(&run).unwrap().is_empty(), "nothing of it is kept");
    }
}

#[test]
fn the_latest_of_many_points_is_found() {
    for world in worlds() {
        let run = started(&world);
        let at = |micros| Timestamp::from_micros(micros);
        let mut points: Vec<(&str, i64, i64, f64)> = Vec::new();
        points.extend((0..2500_i64).map(|i| ("steps", i * i * i, 7, i as f64)));
        points.extend((0..2500_i64).map(|i| ("times", 3, i * 1_000_003, i as f64)));
        points.extend((0..2500_i64).map(|i| ("values", 3, 4, i as f64)));
        points.extend([("a few", -5, 9, 1.0), ("a few", -4, 1, 2.0), ("z", 0, 0, f64::NAN)]);
        points.extend([("ends", -(1 << 53), 0, 1.0), ("ends", 1 << 53, 0, 2.0)]);
        for page in points.chunks(1000) {
            let batch = page.iter().fold(RunBatch::new(), |batch, (name, step, micros, value)| {
                batch.metric_at(*name, *value, *step, at(*micros))
            });
            world.ana.log(&run, &batch).unwrap();
        }
        let found = world.registry.run_data(&run).unwrap().metrics;
        assert!(found["z"].is_nan());
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), *value)).take(5).collect();
        let last = 2499.0;
        assert_eq!(
            found,
            [("a few", 2.0), ("ends", 2.0), ("steps", last), ("times", last), ("values", last)]
        );
    }
}

#[test]
fn a_version_has_all_or_nothing_of_a_log_call() {
    for (world, store) in meddled() {
        let run = started(&world);
        world.ana.log(&run, &RunBatch::new().param("first", 1).metric("first", 1.0)).unwrap();
        let artifact = world.ana.store_artifact(&mut "model".as_bytes()).unwrap();
        let (ana, of, mut done) = (world.ana.clone(), run.clone(), false);
        // Between the parameters and the metrics.
        store.meddle(move |call| {
            if call.reads(Kind::Metric) && !std::mem::replace(&mut done, true) {
                ana.log(&of, &RunBatch::new().param("second", 2).metric("second", 2.0))?;
            }
            Ok(())
        });
        let new = NewVersion::new(model(), version("1.0.0"), run, artifact);
        let lineage = world.ana.register(&new).unwrap().lineage;
        store.rest();
        let params: Vec<_> = lineage.params.keys().collect();
        let metrics: Vec<_> = lineage.metrics.keys().collect();
        assert_eq!(params, metrics, "{}", world.name);
    }
}
