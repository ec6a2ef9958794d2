//! What two versions were made from and what came of it, side by side.

use crate::world::{World, model, version, worlds};
use mlops_core::{Digest, Window};
use mlops_registry::Error;
use mlops_registry::comparison::{ComparisonRow, Topic, VersionComparison};
use mlops_registry::model::NewVersion;
use mlops_registry::tracking::RunBatch;

fn window(until: &str) -> Window {
    Window::new("2013-01-01".parse().unwrap(), until.parse().unwrap()).unwrap()
}

/// Two versions that differ in every respect, and agree in one of each kind.
fn compared(world: &World) -> VersionComparison {
    let april = RunBatch::new()
        .param("num_leaves", 31)
        .param("learning_rate", 0.05)
        .param("early_stopping", 20)
        .metric("roc_auc", 0.7061)
        .metric("brier", 0.0125)
        .metric("rows", 100.0)
        .metric("lost", f64::NAN)
        .input("flights.parquet", Digest::of("until March"))
        .input("weather.parquet", Digest::of("weather"));
    let july = RunBatch::new()
        .param("num_leaves", 31)
        .param("learning_rate", 0.1)
        .metric("roc_auc", 0.6895)
        .metric("brier", 0.0175)
        .metric("rows", 100.0)
        .metric("lost", f64::NAN)
        .metric("ece", 0.01)
        .input("flights.parquet", Digest::of("until March"))
        .input("flights.parquet", Digest::of("until July"))
        .input("weather.parquet", Digest::of("weather"));
    for (text, batch, until) in [("1.0.0", april, "2013-03-01"), ("1.1.0", july, "2013-07-01")] {
        world.later();
        let run = world.ana.start_run(&crate::world::experiment(), text).unwrap().id;
        world.ana.log(&run, &batch).unwrap();
        let artifact = world.ana.store_artifact(&mut text.repeat(text.len() - 4).as_bytes()).unwrap();
        let new = NewVersion::new(model(), version(text), run, artifact).window(window(until));
        world.ana.register(&new.flavour("lightgbm-text")).unwrap();
    }
    world.registry.compare_versions(&model(), &version("1.0.0"), &version("1.1.0")).unwrap()
}

fn row<'a>(rows: &'a [ComparisonRow], name: &str) -> &'a ComparisonRow {
    rows.iter().find(|row| row.name == name).unwrap()
}

#[test]
fn metrics_and_parameters_differ_by_name() {
    for world in worlds() {
        let comparison = compared(&world);
        let auc = &comparison.metrics["roc_auc"];
        assert_eq!((auc.a, auc.b), (Some(0.7061), Some(0.6895)));
        assert!((auc.difference().unwrap() - (0.6895 - 0.7061)).abs() < 1e-12);
        assert_eq!(comparison.metrics["ece"].difference(), None);
        assert!(comparison.metrics["rows"].is_same() && !comparison.metrics["lost"].is_same());
        assert!(comparison.params["num_leaves"].is_same());
        assert_eq!(comparison.params["early_stopping"].b, None);
        assert!(comparison.data["weather.parquet"].is_same());
        assert!(!comparison.data["flights.parquet"].is_same());
        assert_eq!(comparison.data["flights.parquet"].b.as_ref().map(Vec::len), Some(2));
        assert_eq!(
            (comparison.a.window, comparison.b.window),
            (Some(window("2013-03-01")), Some(window("2013-07-01")))
        );
        assert_eq!((comparison.a.size, comparison.a.flavour.as_str()), (Some(5), "lightgbm-text"));
        assert_eq!(comparison.a.artifact, Digest::of("1.0.0"));

        let rows = comparison.rows();
        let words: Vec<_> =
            ["roc_auc", "brier", "rows", "lost", "ece", "num_leaves", "learning_rate", "early_stopping"]
                .map(|name| row(&rows, name).to_string())
                .to_vec();
        assert_eq!(
            words,
            [
                "roc_auc: 0.7061 → 0.6895 (−0.01660)",
                "brier: 0.01250 → 0.01750 (+0.005000)",
                "rows: 100 → 100 (0)",
                "lost: NaN → NaN (NaN)",
                "ece: – → 0.01000",
                "num_leaves: 31 → 31 (same)",
                "learning_rate: 0.05 → 0.1",
                "early_stopping: 20 → –",
            ]
        );
        assert_eq!(
            row(&rows, "trained on").to_string(),
            "trained on: 2013-01-01 until 2013-03-01 → 2013-01-01 until 2013-07-01"
        );
        assert_eq!(row(&rows, "bytes").topic, Topic::Version);
        let topics: Vec<_> = rows.iter().map(|row| row.topic).collect();
        assert!(topics.is_sorted_by_key(|topic| match topic {
            Topic::Metric => 0,
            Topic::Param => 1,
            Topic::Data => 2,
            _ => 3,
        }));
    }
}

#[test]
fn it_prints_as_a_table() {
    let world = worlds().remove(0);
    let text = compared(&world).to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "flight-delay");
    assert!(lines[1].starts_with("      ") && lines[1].ends_with("b − a"), "{text}");
    assert!(lines[1].contains("1.0.0") && lines[1].contains("1.1.0"), "{text}");
    let auc = lines.iter().find(|line| line.starts_with("roc_auc")).unwrap();
    let cells: Vec<_> = auc.split_whitespace().collect();
    assert_eq!(cells, ["roc_auc", "0.7061", "0.6895", "−0.01660"]);
    // Right-aligned: each column ends in the same place.
    let end = |line: &str, cell: &str| line[..line.find(cell).unwrap() + cell.len()].chars().count();
    assert_eq!(end(auc, "0.7061"), end(lines[1], "1.0.0"));
    assert!(lines.iter().all(|line| line.trim_end() == *line), "{text}");
}

#[test]
fn a_version_compared_with_itself_is_the_same() {
    for world in worlds() {
        compared(&world);
        let one = version("1.0.0");
        let rows = world.registry.compare_versions(&model(), &one, &one).unwrap().rows();
        for row in rows.iter().filter(|row| row.name != "lost") {
            assert!(row.same && row.difference.unwrap_or_default() == 0.0, "{row}");
        }
    }
}

#[test]
fn what_is_not_registered_is_not_compared() {
    for world in worlds() {
        world.register("1.0.0");
        for (a, b) in [("1.0.0", "9.9.9"), ("9.9.9", "1.0.0")] {
            match world.registry.compare_versions(&model(), &version(a), &version(b)) {
                Err(Error::NotFound { what: "version", key }) => assert_eq!(key, "flight-delay/9.9.9"),
                other => panic!("{other:?}"),
            }
        }
        // A file that is gone has no size, and the rest can still be told.
        let artifact = world.registry.version(&model(), &version("1.0.0")).unwrap().artifact;
        world.registry.artifacts().remove(&artifact).unwrap();
        let comparison =
            world.registry.compare_versions(&model(), &version("1.0.0"), &version("1.0.0")).unwrap();
        assert_eq!(comparison.a.size, None);
    }
}

#[test]
fn what_they_take_and_where_they_ran_is_compared() {
    use mlops_registry::model::signature::{Field, FieldType, Signature};
    for world in worlds() {
        let register = |text: &str, inputs: Vec<Field>, rustc: &str, framework: &str| {
            let run = world.ana.start_run(&crate::world::experiment(), text).unwrap().id;
            world.ana.log(&run, &RunBatch::new().tag("env.rustc", rustc).tag("team", text)).unwrap();
            let artifact = world.ana.store_artifact(&mut text.as_bytes()).unwrap();
            let signature = Signature::new(inputs, vec![Field::required("y", FieldType::Double)]).unwrap();
            let new = NewVersion::new(model(), version(text), run, artifact).signature(signature);
            world.ana.register(&new.framework("lightgbm", framework)).unwrap();
        };
        let distance = || Field::required("distance", FieldType::Double);
        register("1.0.0", vec![distance()], "1.94.0", "4.5");
        register("1.1.0", vec![distance(), Field::optional("wind", FieldType::Float)], "1.95.0", "4.6");
        let comparison =
            world.registry.compare_versions(&model(), &version("1.0.0"), &version("1.1.0")).unwrap();
        let words: Vec<_> = comparison.differences().iter().map(ToString::to_string).collect();
        for expected in [
            "input wind: – → float, optional",
            "env.rustc: 1.94.0 → 1.95.0",
            "framework: lightgbm 4.5 → lightgbm 4.6",
        ] {
            assert!(words.iter().any(|word| word == expected), "{expected}: {words:?}");
        }
        assert!(!words.iter().any(|word| word.starts_with("input distance") || word.starts_with("team")));
        let changes: Vec<_> = comparison.changes.iter().map(ToString::to_string).collect();
        assert_eq!(changes, ["input \"wind\" (float) is new and optional"]);
    }
}
