//! Who may say what came of what, how it is taken back, and that both are told of.

use crate::world::{World, experiment, model, principal, version, worlds};
use mlops_core::{Digest, Window};
use mlops_registry::access::{Role, Scope};
use mlops_registry::lineage::{Direction, LineageNode};
use mlops_registry::store::{Change, Commit, Key, Kind, Query};
use mlops_registry::tracking::{Dataset, RunBatch};
use mlops_registry::{Error, Session};

fn node(text: &str) -> LineageNode {
    text.parse().unwrap()
}

fn set(name: &str) -> LineageNode {
    LineageNode::data_set(name, Digest::of(name))
}

/// Someone else who may do what authors may, of some models.
fn author(world: &World, name: &str, scope: Scope) -> Session {
    world.admin.grant(&principal(name), Role::Author, scope).unwrap();
    world.registry.session(&principal(name))
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "it is spelled out in the call")]
fn denied<T: std::fmt::Debug>(result: Result<T, Error>, needed: Role) {
    assert!(matches!(&result, Err(Error::Denied { needed: role, .. }) if *role == needed), "{result:?}");
}

fn linked(world: &World, from: &LineageNode, direction: Direction) -> Vec<String> {
    match world.registry.lineage(from, direction, 1) {
        Ok(graph) => graph.nodes.keys().filter(|node| *node != from).map(ToString::to_string).collect(),
        Err(Error::NotFound { .. }) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn who_made_a_run_says_what_it_took_and_gave() {
    for world in worlds() {
        let run = world.run();
        let of_ana = LineageNode::Run(run.clone());
        let carl = author(&world, "carl", Scope::All);
        let (view, out) = (node("view:weather"), set("scores"));
        denied(carl.record_link(&view, &of_ana), Role::Admin);
        denied(carl.record_link(&of_ana, &out), Role::Admin);
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!((told.act.action.as_str(), told.act.actor.as_str()), ("link.of_others", "carl"));
        assert_eq!(told.act.refused, ["grant: that takes the role admin"]);
        world.ana.record_link(&view, &of_ana).unwrap();
        world.admin.grant(world.admin.principal(), Role::Author, Scope::All).unwrap();
        world.admin.record_link(&of_ana, &out).unwrap();

        // Who has logged to it has made it too, and can no longer approve what comes of it.
        let next = world.ana.start_run(&experiment(), "next").unwrap().id;
        carl.log(&next, &RunBatch::new().param("depth", 7)).unwrap();
        carl.record_link(&view, &LineageNode::Run(next)).unwrap();
        world.is_whole();
    }
}

#[test]
fn what_was_learned_from_a_model_says_an_author_of_it() {
    for world in worlds() {
        world.promoted("1.0.0");
        let window = Window::new("2013-04-01".parse().unwrap(), "2013-05-01".parse().unwrap()).unwrap();
        let answers = LineageNode::predictions(node("production:flight-delay/1"), window);
        world.dora.record_link(&node("production:flight-delay/1"), &answers).unwrap();
        let of_another = author(&world, "carl", Scope::Model("fraud".parse().unwrap()));
        denied(of_another.record_link(&answers, &set("labelled")), Role::Author);
        // Of what is of no model and no run, anyone may say it who makes anything.
        of_another.record_link(&set("raw"), &node("view:weather")).unwrap();
        let of_this = author(&world, "emil", Scope::Model(model()));
        of_this.record_link(&answers, &set("labelled")).unwrap();
        world.is_whole();
    }
}

#[test]
fn a_link_is_taken_back_and_stays_to_be_read() {
    for world in worlds() {
        let run = LineageNode::Run(world.run());
        let (view, raw) = (node("view:weather"), set("raw"));
        world.ana.record_link(&raw, &view).unwrap();
        let link = world.ana.record_link(&view, &run).unwrap();
        let carl = author(&world, "carl", Scope::All);
        world.later();
        for reason in ["", " "] {
            let result = world.ana.retract_link(&view, &run, reason);
            assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
        }
        denied(carl.retract_link(&view, &run, "I know better"), Role::Admin);
        denied(world.ben.retract_link(&view, &set("none"), "no such link"), Role::Author);
        let missing = world.ana.retract_link(&view, &set("none"), "no such link");
        assert!(matches!(missing, Err(Error::NotFound { what: "link", .. })), "{missing:?}");

        let back = world.ana.retract_link(&view, &run, "it was another view").unwrap();
        let why = back.retracted.clone().unwrap();
        assert_eq!((why.by.as_str(), why.reason.as_str(), back.at), ("ana", "it was another view", link.at));
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!(
            entry.act.to_string(),
            format!("{} ana link.retract {view} to {run} (it was another view)", why.at)
        );
        assert_eq!(world.registry.links().unwrap().len(), 1);
        assert_eq!(world.registry.retracted_links().unwrap(), [back]);
        assert_eq!(linked(&world, &view, Direction::Forwards), [""; 0]);
        assert!(!linked(&world, &run, Direction::Backwards).contains(&view.to_string()));
        let twice = world.ana.retract_link(&view, &run, "again");
        assert!(matches!(twice, Err(Error::NotFound { what: "link", .. })), "{twice:?}");

        // It closes no circle any more, and may be said anew, also by an admin.
        world.ana.retract_link(&raw, &view, "wrong way round").unwrap();
        let around = LineageNode::data_set("raw", Digest::of("other"));
        world.ana.record_link(&around, &view).unwrap();
        assert_eq!(world.ana.record_link(&view, &run).unwrap().retracted, None);
        assert_eq!(linked(&world, &run, Direction::Backwards).len(), 2, "the view, and what it has read");
        world.admin.retract_link(&view, &run, "by the audit").unwrap();
        assert_eq!(world.registry.retracted_links().unwrap().len(), 2);
        world.is_whole();
    }
}

/// The links as earlier releases have kept them: by what they lead from, and nothing else.
fn as_before(world: &World) {
    let records = world.store.read(&Query::under(Kind::Link, Key::all(), 1000)).unwrap();
    let back = records.iter().filter(|record| record.key.to_string().starts_with('<'));
    let changes = back.map(|record| Change::remove(Kind::Link, record.key.clone(), record.revision).unwrap());
    let act = world.registry.entries(0..1).unwrap().pop().unwrap().act;
    let commit = Commit::new(act, vec![], changes.collect()).unwrap();
    world.store.commit(&commit).unwrap();
}

#[test]
fn links_of_an_earlier_release_are_found_both_ways() {
    for world in worlds() {
        let (raw, view, service) = (set("raw"), node("view:weather"), node("service:flight-delay"));
        let records = || world.store.read(&Query::under(Kind::Link, Key::all(), 1000)).unwrap().len();
        world.ana.record_link(&raw, &view).unwrap();
        world.ana.record_link(&view, &service).unwrap();
        as_before(&world);
        assert_eq!(records(), 2);
        let found = || {
            let back = |node: &LineageNode| linked(&world, node, Direction::Backwards);
            let on = |node: &LineageNode| linked(&world, node, Direction::Forwards);
            [back(&service), back(&view), on(&raw), on(&view)]
        };
        let before = found();
        assert_eq!(before[0], ["view:weather"]);
        // The next link makes up for them.
        world.ana.record_link(&set("other"), &node("view:other")).unwrap();
        assert_eq!(records(), 3 + 3 + 1);
        assert_eq!(found(), before);
        assert_eq!(world.registry.links().unwrap().len(), 3);
        // One that was taken back before is made up for too, and is still taken back.
        world.ana.retract_link(&view, &service, "wrong").unwrap();
        as_before(&world);
        world.ana.record_link(&set("third"), &node("view:other")).unwrap();
        assert_eq!(linked(&world, &service, Direction::Backwards), [""; 0]);
        assert_eq!(linked(&world, &node("view:other"), Direction::Backwards).len(), 2);
        world.is_whole();
    }
}

#[test]
fn who_has_read_a_data_set_is_found_by_its_name_and_digest() {
    for world in worlds() {
        let names = ["it's", "a = 'b' AND `c`", "100 %_\\", "plain"];
        let run = |batch: &RunBatch| {
            let id = world.ana.start_run(&experiment(), "reads").unwrap().id;
            world.ana.log(&id, batch).unwrap();
            id
        };
        let reads = |set: &LineageNode| linked(&world, set, Direction::Forwards);
        for name in names {
            let one = run(&RunBatch::new().input(name, Digest::of("one")));
            // Another of the same name, and the same under another name.
            run(&RunBatch::new().input(name, Digest::of("two")));
            run(&RunBatch::new().input("elsewhere", Digest::of("one")));
            let both = run(&RunBatch::new().input(name, Digest::of("one")).input(name, Digest::of("two")));
            let expected = [one, both].map(|run| format!("run:{run}"));
            assert_eq!(reads(&LineageNode::data_set(name, Digest::of("one"))), expected, "{name}");
        }
        // By the digest of another tool.
        let other = run(&RunBatch::new().dataset(Dataset::given("mlflow", "9f86d081")));
        let digest = world.registry.inputs(&other).unwrap()[0].digest;
        assert_eq!(reads(&LineageNode::data_set("mlflow", digest)), [format!("run:{other}")]);
        // What is deleted was read all the same.
        world.ana.delete_run(&other).unwrap();
        assert_eq!(reads(&LineageNode::data_set("mlflow", digest)), [format!("run:{other}")]);
        world.ana.delete_experiment(&experiment()).unwrap();
        assert_eq!(reads(&LineageNode::data_set("mlflow", digest)), [format!("run:{other}")]);
        world.ana.restore_experiment(&experiment()).unwrap();

        let first = world.promoted("1.0.0");
        let run = world.registry.version(&model(), &first.version).unwrap().run;
        let second = world.register("2.0.0");
        assert_ne!(second.run, run);
        assert_eq!(
            linked(&world, &LineageNode::Run(run), Direction::Forwards),
            ["version:flight-delay/1.0.0"]
        );
        world.admin.delete_version(&model(), &version("2.0.0"), "a mistake").unwrap();
        assert_eq!(
            linked(&world, &LineageNode::Run(second.run), Direction::Forwards),
            ["version:flight-delay/2.0.0"]
        );
        world.is_whole();
    }
}
