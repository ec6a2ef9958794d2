//! Search finds what the records say, in every store.

use crate::world::{World, experiment, model, version, worlds};
use mlops_core::{Digest, ExperimentName, Timestamp};
use mlops_registry::search::{ExperimentSearch, ModelSearch, RunSearch, VersionSearch};
use mlops_registry::tracking::{RunBatch, RunId, RunStatus, View};
use mlops_registry::{Error, Registry};

fn found(registry: &Registry, search: &RunSearch) -> Vec<u32> {
    let page = registry.search_runs(search).unwrap();
    page.items.iter().map(|found| found.run.id.number).collect()
}

fn runs(filter: &str, order: &[&str]) -> RunSearch {
    let mut search = RunSearch::within([experiment()]).filter(filter).unwrap();
    for by in order {
        search = search.order_by(by).unwrap();
    }
    search
}

fn start(world: &World, name: &str, batch: &RunBatch) -> RunId {
    world.later();
    let run = world.ana.start_run(&experiment(), name).unwrap().id;
    world.ana.log(&run, batch).unwrap();
    run
}

#[test]
fn runs_are_found_by_what_they_took_and_gave() {
    for world in worlds() {
        let at = |step| Timestamp::from_micros(step);
        start(
            &world,
            "one",
            &RunBatch::new()
                .param("n trees", 100)
                .metric_at("auc", 0.9, 1, at(1))
                .metric_at("auc", 0.7, 2, at(0))
                .input("flights", Digest::of("flights")),
        );
        start(
            &world,
            "two",
            &RunBatch::new().param("n trees", 10).metric("auc", f64::NAN).tag("é", "it's 50%"),
        );
        start(&world, "three", &RunBatch::new().metric("auc", f64::INFINITY).tag("é", "IT"));
        let last = start(&world, "Four", &RunBatch::new().metric("auc", 0.8));
        world.ana.end_run(&last, RunStatus::Finished).unwrap();
        let registry = &world.registry;
        let uid = last.uid();
        for (filter, expected) in [
            ("", vec![4, 3, 2, 1]),
            ("metrics.auc < 0.8", vec![1]),
            ("metrics.auc = 0.9", vec![]),
            ("metrics.auc = NaN", vec![2]),
            ("metrics.auc != NaN", vec![4, 3, 1]),
            ("metrics.auc != 0.8", vec![3, 2, 1]),
            ("metrics.auc = Infinity", vec![3]),
            ("metrics.auc > 0.75 AND metrics.auc < Infinity", vec![4]),
            ("params.`n trees` = '100'", vec![1]),
            ("params.`n trees` != '100'", vec![2]),
            ("params.`n trees` IS NULL", vec![4, 3]),
            ("params.`n trees` IS NOT NULL AND tags.é IS NULL", vec![1]),
            ("tags.é LIKE 'it%'", vec![2]),
            ("tags.é ILIKE 'it%'", vec![3, 2]),
            ("tags.é = \"it's 50%\"", vec![2]),
            ("run_name ILIKE 'f%'", vec![4]),
            ("status = 'FINISHED'", vec![4]),
            ("status != 'finished' AND user_id = 'ana'", vec![3, 2, 1]),
            (&format!("run_id IN ('{uid}', 'flight-delay/2')"), vec![4, 2]),
            (&format!("run_id NOT IN ('{uid}')"), vec![3, 2, 1]),
            ("datasets.name = 'flights'", vec![1]),
            ("datasets.name != 'flights'", vec![]),
            ("end_time > 0", vec![4]),
            ("metrics.nothing > 0", vec![]),
        ] {
            assert_eq!(found(registry, &runs(filter, &[])), expected, "{}: {filter}", world.name);
        }
        for (order, expected) in [
            (["metrics.auc"].as_slice(), vec![1, 4, 3, 2]),
            (&["metrics.auc DESC"], vec![3, 4, 1, 2]),
            (&["params.`n trees`"], vec![2, 1, 4, 3]),
            (&["params.`n trees` DESC"], vec![1, 2, 4, 3]),
            (&["status", "start_time"], vec![4, 1, 2, 3]),
            (&["run_name DESC"], vec![2, 3, 1, 4]),
            (&["metrics.nothing", "created ASC"], vec![1, 2, 3, 4]),
        ] {
            assert_eq!(found(registry, &runs("", order)), expected, "{}: {order:?}", world.name);
        }
        let first = registry.search_runs(&runs("", &["start_time"]).limit(1)).unwrap().items.remove(0);
        assert_eq!(first.data, registry.run_data(&first.run.id).unwrap());
        assert!((first.data.metrics["auc"] - 0.7).abs() < 1e-9, "the latest by its step");
    }
}

#[test]
fn what_is_deleted_is_found_on_request() {
    for world in worlds() {
        let one = start(&world, "one", &RunBatch::new());
        start(&world, "two", &RunBatch::new());
        world.ana.delete_run(&one).unwrap();
        let in_view = |view| found(&world.registry, &runs("", &[]).view(view));
        assert_eq!(in_view(View::Active), [2]);
        assert_eq!(in_view(View::Deleted), [1]);
        assert_eq!(in_view(View::All), [2, 1]);
        world.ana.restore_run(&one).unwrap();
        assert_eq!(in_view(View::Active), [2, 1]);
        world.ana.delete_experiment(&experiment()).unwrap();
        assert_eq!(in_view(View::Active), [0; 0], "runs are hidden with their experiment");
        assert_eq!(in_view(View::Deleted), [2, 1]);
        let experiments = |view| {
            let search = ExperimentSearch::new().filter("name LIKE 'flight%'").unwrap().view(view);
            world.registry.search_experiments(&search).unwrap().items.len()
        };
        assert_eq!([View::Active, View::Deleted, View::All].map(experiments), [0, 1, 1]);
    }
}

#[test]
fn models_versions_and_experiments_are_found() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        let other: ExperimentName = "arrivals".parse().unwrap();
        world.later();
        world.ana.create_experiment(&other).unwrap();
        let registry = &world.registry;
        let experiments = |order: &str| {
            let search = ExperimentSearch::new().order_by(order).unwrap();
            let found = registry.search_experiments(&search).unwrap().items;
            found.into_iter().map(|found| found.experiment.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(experiments("creation_time DESC"), ["arrivals", "flight-delay"]);
        assert_eq!(experiments("name DESC"), ["flight-delay", "arrivals"]);
        world.ana.set_model_tag(&model(), None, "team", "ops").unwrap();
        world.ana.set_model_tag(&model(), Some(&version("1.1.0")), "team", "data").unwrap();
        let search = ModelSearch::new().filter("name ILIKE 'FLIGHT%' AND tags.team = 'ops'").unwrap();
        assert_eq!(registry.search_models(&search).unwrap().items[0].model.name, model());
        let versions = |filter: &str| {
            let search = VersionSearch::new().filter(filter).unwrap();
            let found = registry.search_versions(&search).unwrap().items;
            found.into_iter().map(|found| found.version.version).collect::<Vec<_>>()
        };
        assert_eq!(versions("name = 'flight-delay'"), [version("1.1.0"), version("1.0.0")]);
        assert_eq!(versions("version_number > 1"), [version("1.1.0")]);
        assert_eq!(versions("tags.team = 'data'"), [version("1.1.0")]);
        assert_eq!(versions("tags.team = 'ops'"), [0; 0].map(|_: u8| version("1.0.0")));
        assert_eq!(versions("run_id = 'flight-delay/1'"), [version("1.0.0")]);
    }
}

#[test]
fn what_can_not_be_asked_is_refused() {
    for world in worlds() {
        let registry = &world.registry;
        let field = |search: RunSearch| match registry.search_runs(&search) {
            Err(Error::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(runs("", &[]).limit(0)), "max results");
        assert_eq!(field(runs("", &[]).limit(50_001)), "max results");
        assert_eq!(field(runs("", &["metrics.a", "metrics.a DESC"])), "order by");
        for token in ["", "p1", "p1ff", "nonsense", "p2"] {
            assert_eq!(field(runs("", &[]).page(token)), "page token", "{token}");
        }
        start(&world, "one", &RunBatch::new());
        start(&world, "two", &RunBatch::new());
        let token = registry.search_runs(&runs("", &[]).limit(1)).unwrap().next.unwrap();
        assert_eq!(found(registry, &runs("", &[]).limit(7).page(&token)), [1]);
        assert_eq!(field(runs("run_name = 'one'", &[]).page(&token)), "page token", "of another filter");
        assert_eq!(field(runs("", &["start_time"]).page(&token)), "page token", "of another order");
        assert_eq!(field(runs("", &[]).view(View::All).page(&token)), "page token", "of another view");
        assert_eq!(field(RunSearch::new().page(&token)), "page token", "of another place");
        for (i, c) in token.char_indices() {
            let other = if c == '0' { "1" } else { "0" };
            let mut changed = token.clone();
            changed.replace_range(i..=i, other);
            assert_eq!(field(runs("", &[]).page(changed)), "page token", "digit {i}");
        }
    }
}

#[test]
fn a_hundred_conditions_on_a_hundred_fields() {
    for world in worlds() {
        let name = |i: usize| format!("p{i}");
        let all = (0..100).fold(RunBatch::new(), |batch, i| batch.param(name(i), i));
        let tags = (0..100).fold(RunBatch::new(), |batch, i| batch.tag(name(i), i.to_string()));
        let first = start(&world, "all", &all);
        world.ana.log(&first, &tags).unwrap();
        start(&world, "some", &RunBatch::new().param(name(0), 0).tag(name(0), "0"));
        let params: Vec<_> = (0..100).map(|i| format!("params.p{i} = '{i}'")).collect();
        let mixed: Vec<_> =
            (0..50).map(|i| format!("params.p{i} != 'x' AND tags.p{i} LIKE '%{i}'")).collect();
        let absent: Vec<_> = (0..100).map(|i| format!("params.q{i} IS NULL")).collect();
        for (filter, found_there) in [
            (params.join(" AND "), vec![1]),
            (mixed.join(" AND "), vec![1]),
            (absent.join(" AND "), vec![2, 1]),
        ] {
            for order in [&[][..], &["params.p1 DESC", "tags.p2", "attributes.run_name"]] {
                let mut there = found(&world.registry, &runs(&filter, order));
                there.sort_unstable_by(|a, b| b.cmp(a));
                assert_eq!(there, found_there, "{}", world.name);
            }
        }
        let many: Vec<_> = (0..20).map(|i| format!("params.p{i} DESC")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(found(&world.registry, &runs(&params.join(" AND "), &many)), [1]);
    }
}

#[test]
fn an_experiment_is_found_by_when_it_changed_last() {
    for world in worlds() {
        type Change = fn(&World);
        use mlops_core::Clock as _;
        world.later();
        let then = world.clock.now().as_micros() / 1000;
        let since = |filter: &str| {
            let search = ExperimentSearch::default().view(View::All).filter(filter).unwrap();
            world.registry.search_experiments(&search).unwrap().items.len()
        };
        let changed = format!("last_update_time >= {then}");
        assert_eq!(since(&changed), 0);
        let changes: [Change; 4] = [
            |world| drop(world.ana.describe_experiment(&experiment(), "late").unwrap()),
            |world| drop(world.ana.rename_experiment(&experiment(), "Late").unwrap()),
            |world| drop(world.ana.delete_experiment(&experiment()).unwrap()),
            |world| drop(world.ana.restore_experiment(&experiment()).unwrap()),
        ];
        for change in changes {
            world.later();
            let now = world.clock.now().as_micros() / 1000;
            change(&world);
            assert_eq!(since(&changed), 1, "{}", world.name);
            assert_eq!(since(&format!("last_update_time = {now}")), 1, "{}", world.name);
            assert_eq!(since(&format!("creation_time >= {then}")), 0);
        }
    }
}
