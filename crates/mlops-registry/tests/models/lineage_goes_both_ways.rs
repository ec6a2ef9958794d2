//! From a data set to the predictions of a window, and back, as JSON, events and a drawing.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{World, granted, model, version, worlds};
use mlops_core::{Digest, Window};
use mlops_registry::Error;
use mlops_registry::access::Role;
use mlops_registry::lineage::{Direction, EdgeKind, LineageGraph, LineageNode, NodeKind};
use mlops_registry::model::{Stage, StageTransition};
use mlops_registry::trial::TrialKind;
use proptest::prelude::*;
use serde_json::Value;

fn node(text: &str) -> LineageNode {
    text.parse().unwrap()
}

fn flights() -> LineageNode {
    LineageNode::data_set("flights.parquet", Digest::of("flights"))
}

fn april() -> Window {
    Window::new("2013-04-01".parse().unwrap(), "2013-05-01".parse().unwrap()).unwrap()
}

fn ids(graph: &LineageGraph) -> Vec<String> {
    let mut ids: Vec<_> = graph.nodes.keys().map(ToString::to_string).collect();
    ids.sort();
    ids
}

/// Everything that there can be: two versions of one data set, one of them in production,
/// one on trial; weather through a view and a service; predictions that are learned from.
fn told(world: &World) {
    world.promoted("1.0.0");
    world.register("1.1.0");
    world.later();
    world.dora.start_trial(&model(), &version("1.1.0"), TrialKind::Canary { percent: 10 }).unwrap();
    let weather = LineageNode::data_set("weather.csv", Digest::of("weather"));
    let author = |source: &LineageNode, target: &LineageNode| world.ana.record_link(source, target).unwrap();
    author(&weather, &node("view:weather"));
    author(&node("view:weather"), &node("service:flight-delay"));
    author(&node("service:flight-delay"), &node("run:flight-delay/1"));
    author(&node("view:weather"), &node("run:flight-delay/2"));
    let deployer =
        |source: &LineageNode, target: &LineageNode| world.dora.record_link(source, target).unwrap();
    let production = node("production:flight-delay/1");
    let answers = LineageNode::predictions(production.clone(), april());
    deployer(&production, &answers);
    let service = node("deployment:flight-delay/eu-west");
    deployer(&node("version:flight-delay/1.0.0"), &service);
    author(&answers, &LineageNode::data_set("labelled.parquet", Digest::of("labelled")));
}

#[test]
fn what_a_data_set_affects_and_what_predictions_came_of() {
    for world in worlds() {
        told(&world);
        let graph = world.registry.lineage(&flights(), Direction::Forwards, 10).unwrap();
        let labelled = format!("dataset:{}:labelled.parquet", Digest::of("labelled"));
        let flights_id = flights().to_string();
        let answers = "predictions:2013-04-01T00:00:00Z/2013-05-01T00:00:00Z/production:flight-delay/1";
        let mut expected = [
            flights_id.as_str(),
            labelled.as_str(),
            "deployment:flight-delay/eu-west",
            answers,
            "production:flight-delay/1",
            "run:flight-delay/1",
            "run:flight-delay/2",
            "trial:flight-delay/1",
            "version:flight-delay/1.0.0",
            "version:flight-delay/1.1.0",
        ];
        expected.sort_unstable();
        assert_eq!(ids(&graph), expected);
        assert_eq!(graph.of_kind(NodeKind::Version).count(), 2);
        assert_eq!((graph.edges.len(), graph.cut), (9, false));
        let edge = graph.edges.iter().find(|edge| edge.source == flights()).unwrap();
        assert_eq!((edge.kind, edge.kind.to_string().as_str()), (EdgeKind::ReadBy, "read by"));

        let back = world.registry.lineage(&node(answers), Direction::Backwards, 10).unwrap();
        let weather = format!("dataset:{}:weather.csv", Digest::of("weather"));
        let mut expected = [
            flights_id.as_str(),
            weather.as_str(),
            answers,
            "production:flight-delay/1",
            "run:flight-delay/1",
            "service:flight-delay",
            "version:flight-delay/1.0.0",
            "view:weather",
        ];
        expected.sort_unstable();
        assert_eq!(ids(&back), expected);

        let both = world.registry.lineage(&node("version:flight-delay/1.0.0"), Direction::Both, 10).unwrap();
        let found = ids(&both);
        assert!(found.contains(&weather) && found.contains(&labelled), "{found:?}");
        assert!(!found.contains(&"version:flight-delay/1.1.0".to_owned()), "a sister: {found:?}");

        let near = world.registry.lineage(&flights(), Direction::Forwards, 1).unwrap();
        assert_eq!((near.nodes.len(), near.cut), (3, true));
        let facts = &graph.nodes[&node("trial:flight-delay/1")];
        assert_eq!((facts.state.as_deref(), facts.more["kind"].as_str()), (Some("running"), "canary 10 %"));
        world.is_whole();
    }
}

#[test]
fn what_was_deleted_and_what_ended_is_still_there() {
    for world in worlds() {
        told(&world);
        world.later();
        let out = StageTransition::to(Stage::Archived).because("it drifts");
        let _stage = granted(world.dora.transition_stage(&model(), &version("1.0.0"), &out).unwrap());
        world.admin.delete_version(&model(), &version("1.0.0"), "it drifted").unwrap();
        let graph = world.registry.lineage(&flights(), Direction::Forwards, 10).unwrap();
        assert_eq!(graph.nodes.len(), 10);
        let deleted = &graph.nodes[&node("version:flight-delay/1.0.0")];
        assert_eq!(deleted.state.as_deref(), Some("deleted"));
        let production = &graph.nodes[&node("production:flight-delay/1")];
        assert!(production.until.is_some() && production.state.as_deref() == Some("ended"), "{production:?}");
        let trial = &graph.nodes[&node("trial:flight-delay/1")];
        assert_eq!(trial.state.as_deref(), Some("withdrawn"));
    }
}

#[test]
fn links_are_those_of_the_table() {
    for world in worlds() {
        told(&world);
        let size = world.registry.store().size().unwrap();
        let again = world.ana.record_link(&node("view:weather"), &node("run:flight-delay/2")).unwrap();
        assert_eq!((again.by.as_str(), world.registry.store().size().unwrap()), ("ana", size));
        let answers = LineageNode::predictions(node("production:flight-delay/1"), april());
        for (source, target) in [
            (flights(), node("run:flight-delay/1")),
            (node("run:flight-delay/1"), node("version:flight-delay/1.0.0")),
            (node("version:flight-delay/1.0.0"), node("production:flight-delay/1")),
            (node("run:flight-delay/1"), node("run:flight-delay/2")),
            (node("service:a"), node("view:a")),
            (node("version:flight-delay/1.0.0"), node("deployment:other/eu")),
            (node("trial:flight-delay/1"), answers.clone()),
        ] {
            let result = world.dora.record_link(&source, &target);
            assert!(
                matches!(result, Err(Error::Invalid { field: "link", .. })),
                "{source} {target}: {result:?}"
            );
        }
        for (source, target) in
            [(node("view:weather"), node("run:flight-delay/99")), (node("run:nobody/1"), flights())]
        {
            let result = world.ana.record_link(&source, &target);
            assert!(matches!(result, Err(Error::NotFound { .. })), "{source} {target}: {result:?}");
        }
        let missing = node("production:flight-delay/7");
        let result = world.dora.record_link(&missing, &LineageNode::predictions(missing.clone(), april()));
        assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
        let result =
            world.ana.record_link(&node("version:flight-delay/1.1.0"), &node("deployment:flight-delay/us"));
        assert!(matches!(result, Err(Error::Denied { needed: Role::Deployer, .. })), "{result:?}");
        let result = world.ben.record_link(&node("view:a"), &node("service:b"));
        assert!(matches!(result, Err(Error::Denied { needed: Role::Author, .. })), "{result:?}");

        // Nothing comes of itself.
        let [a, b, c] = ["a", "b", "c"].map(|name| LineageNode::data_set(name, Digest::of(name)));
        world.ana.record_link(&a, &b).unwrap();
        world.ana.record_link(&b, &c).unwrap();
        for (source, target) in [(&a, &a), (&c, &a), (&b, &a)] {
            match world.ana.record_link(source, target) {
                Err(Error::Invalid { field: "link", expected, .. }) => {
                    assert!(expected.contains("came of itself"), "{expected}");
                }
                other => panic!("{other:?}"),
            }
        }
        world.ana.record_link(&a, &c).unwrap();
        let bad = LineageNode::data_set("a\nb", Digest::of("x"));
        assert!(matches!(world.ana.record_link(&bad, &a), Err(Error::Invalid { field: "lineage node", .. })));
        for start in ["view:nobody", "run:nobody/1", "version:flight-delay/9.0.0", "trial:flight-delay/9"] {
            let result = world.registry.lineage(&node(start), Direction::Both, 5);
            assert!(matches!(result, Err(Error::NotFound { .. })), "{start}: {result:?}");
        }
        world.is_whole();
    }
}

#[test]
fn it_is_json() {
    for world in worlds() {
        told(&world);
        let graph = world.registry.lineage(&flights(), Direction::Forwards, 10).unwrap();
        let text = graph.to_json().unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["start"], flights().to_string());
        let ids: BTreeSet<&str> =
            json["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 10);
        for edge in json["edges"].as_array().unwrap() {
            assert!(
                ids.contains(edge["source"].as_str().unwrap())
                    && ids.contains(edge["target"].as_str().unwrap())
            );
        }
        assert_eq!(
            text,
            world.registry.lineage(&flights(), Direction::Forwards, 10).unwrap().to_json().unwrap()
        );
    }
}

/// What 2-0-2 asks of a run event, in its own words: what must be there, and in which form.
fn check_event(event: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{event}")).to_owned();
    let _: mlops_core::Timestamp = text(&event["eventTime"]).parse().unwrap();
    assert!(
        ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
            .contains(&text(&event["eventType"]).as_str())
    );
    assert!(text(&event["producer"]).starts_with("https://"));
    assert_eq!(event["schemaURL"], "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent");
    let id = text(&event["run"]["runId"]);
    let lengths: Vec<_> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert!(id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) && id.as_bytes()[14] == b'8', "{id}");
    assert!("89ab".contains(char::from(id.as_bytes()[19])), "{id}");
    assert!(!text(&event["job"]["namespace"]).is_empty() && !text(&event["job"]["name"]).is_empty());
    for side in ["inputs", "outputs"] {
        for set in event.get(side).and_then(Value::as_array).into_iter().flatten() {
            assert!(!text(&set["namespace"]).is_empty() && !text(&set["name"]).is_empty());
            for facet in set["facets"].as_object().unwrap().values() {
                assert!(text(&facet["_producer"]).starts_with("https://"));
                assert!(text(&facet["_schemaURL"]).starts_with("https://openlineage.io/spec/facets/"));
            }
        }
    }
}

#[test]
fn it_is_open_lineage() {
    let world = worlds().remove(0);
    told(&world);
    let graph = world.registry.lineage(&node("version:flight-delay/1.0.0"), Direction::Both, 10).unwrap();
    let text = graph.to_open_lineage(world.registry.origin()).unwrap();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/open_lineage.jsonl"), &text).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    events.iter().for_each(check_event);
    let mut jobs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in &events {
        let kind = event["eventType"].as_str().unwrap().to_owned();
        jobs.entry(event["job"]["name"].as_str().unwrap().to_owned()).or_default().push(kind);
    }
    assert_eq!(jobs["run/flight-delay"], ["START", "COMPLETE"]);
    assert_eq!(jobs["make/view/weather"], ["OTHER"]);
    assert!(jobs["serve/flight-delay"].contains(&"START".to_owned()));
    let run = events.iter().find(|event| event["eventType"] == "COMPLETE").unwrap();
    let names = |side: &str| -> Vec<String> {
        run[side].as_array().unwrap().iter().map(|set| set["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("inputs"), ["flights.parquet", "service/flight-delay"]);
    assert_eq!(names("outputs"), ["model/flight-delay"]);
    let facet = &run["outputs"][0]["facets"]["version"]["datasetVersion"];
    assert_eq!(facet, "1.0.0");
    // In the order of time.
    let times: Vec<_> = events.iter().map(|event| event["eventTime"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn it_is_drawn() {
    for world in worlds() {
        told(&world);
        let evil = LineageNode::data_set("<script>&\"'", Digest::of("evil"));
        world.ana.record_link(&evil, &node("view:weather")).unwrap();
        let graph = world.registry.lineage(&node("version:flight-delay/1.0.0"), Direction::Both, 10).unwrap();
        let svg = graph.to_svg();
        std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/lineage.svg"), &svg).unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;&amp;&quot;&#39;"), "{svg}");
        assert_eq!(svg.matches("<title>").count(), 1 + graph.nodes.len() + graph.edges.len());
        assert_eq!(svg.matches("<text ").count(), 2 * graph.nodes.len());
        assert_eq!(svg, graph.to_svg());
        assert!(svg.contains("prefers-color-scheme:dark") && svg.contains("role=\"img\""));
        // Opened and closed in turn.
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let name = tag.split([' ', '>', '/']).next().unwrap();
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), closed.split('>').next(), "{closed}");
            } else if !tag.split('>').next().unwrap().ends_with('/') {
                open.push(name.to_owned());
            }
        }
        assert_eq!(open, Vec::<String>::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Links among data sets at random, against the plainest way to find what is reached.
    #[test]
    fn what_is_reached_is_what_is_reached(links in prop::collection::vec((0..7_u8, 0..7_u8), 0..16), start in 0..7_u8) {
        let world = worlds().remove(0);
        let set = |number: u8| LineageNode::data_set(number.to_string(), Digest::of([number]));
        let mut kept = Vec::new();
        for (a, b) in links {
            // Reached by links that were kept: a circle would close.
            let mut reached = BTreeSet::from([b]);
            for _ in 0..7 {
                let next: Vec<u8> = kept.iter().filter(|(from, _)| reached.contains(from)).map(|(_, to)| *to).collect();
                reached.extend(next);
            }
            let result = world.ana.record_link(&set(a), &set(b));
            prop_assert_eq!(result.is_ok(), !reached.contains(&a));
            if result.is_ok() {
                kept.push((a, b));
            }
        }
        let mut expected = BTreeSet::from([start]);
        for _ in 0..7 {
            let next: Vec<u8> = kept.iter().filter(|(from, _)| expected.contains(from)).map(|(_, to)| *to).collect();
            expected.extend(next);
        }
        match world.registry.lineage(&set(start), Direction::Forwards, 10) {
            Ok(graph) => {
                let expected: BTreeSet<_> = expected.into_iter().map(set).collect();
                prop_assert_eq!(graph.nodes.keys().cloned().collect::<BTreeSet<_>>(), expected);
                // Each is to the right of what it came of, and no two are in one place.
                let _ = graph.to_svg();
            }
            Err(Error::NotFound { .. }) => prop_assert!(kept.iter().all(|(a, b)| *a != start && *b != start)),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
