//! What a rule or the state of things kept out is in the audit log, whatever it was tried on.

use crate::world::{GATE, World, experiment, granted, model, principal, refused, version, worlds};
use mlops_core::{Check, Evidence, Outcome, Severity, Verdict};
use mlops_registry::access::{Role, Scope};
use mlops_registry::audit::Act;
use mlops_registry::model::signature::{Field, FieldType, Signature};
use mlops_registry::model::{AliasIs, NewVersion, Stage, StageTransition};
use mlops_registry::promotion::{PromotionPolicy, TargetStage};
use mlops_registry::tracking::{FilePath, RunBatch, RunStatus};
use mlops_registry::trial::{TrialKind, TrialOutcome};
use mlops_registry::{Error, Result};

fn told(world: &World, from: u64) -> Vec<Act> {
    world.registry.entries(from..u64::MAX).unwrap().into_iter().map(|entry| entry.act).collect()
}

/// That it is kept out, and that the last entry says so.
#[track_caller]
fn is_told<T: std::fmt::Debug>(
    world: &World,
    (action, subject): (&str, &str),
    attempt: impl FnOnce() -> Result<T>,
) -> Error {
    let before = world.registry.store().size().unwrap();
    let error = attempt().unwrap_err();
    let acts = told(world, before);
    assert_eq!(acts.len(), 1, "{action}: {acts:?}");
    assert_eq!((acts[0].action.as_str(), acts[0].subject.as_str()), (action, subject));
    assert!(acts[0].refused[0].ends_with(&error.to_string()), "{:?}: {error}", acts[0].refused);
    error
}

#[test]
fn a_policy_for_staging_refuses_by_hand() {
    for world in worlds() {
        world.admin.set_policy(&PromotionPolicy::requiring(GATE).to(TargetStage::Staging)).unwrap();
        let one = world.register("1.0.0").version;
        let before = world.registry.store().size().unwrap();
        let by_hand = StageTransition::to(Stage::Staging);
        let reasons = refused(world.dora.transition_stage(&model(), &one, &by_hand).unwrap());
        assert!(reasons[0].starts_with("policy for staging: "), "{reasons:?}");
        let acts = told(&world, before);
        assert_eq!((acts.len(), &acts[0].refused), (1, &reasons));
        assert_eq!(acts[0].subject, "flight-delay/1.0.0 to staging");
        assert_eq!(world.registry.stage(&model(), &one).unwrap().stage, Stage::None);
        let subject = "flight-delay/1.0.0 as shadow";
        let error = is_told(&world, ("trial.start", subject), || {
            world.dora.start_trial(&model(), &one, TrialKind::Shadow)
        });
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
        world.is_whole();
    }
}

#[test]
fn whatever_the_state_keeps_out_is_told() {
    for world in worlds() {
        let one = world.promoted("1.0.0").version;
        let champion = "champion".parse().unwrap();
        let (admin, ana, dora) = (&world.admin, &world.ana, &world.dora);
        let absent = AliasIs::At(version("9.0.0"));
        is_told(&world, ("alias.set", "flight-delay@champion to 1.0.0"), || {
            dora.set_alias(&model(), &champion, &one, &absent)
        });
        is_told(&world, ("alias.delete", "flight-delay@champion"), || {
            dora.delete_alias(&model(), &champion, &absent)
        });
        is_told(&world, ("version.delete", "flight-delay/1.0.0"), || {
            admin.delete_version(&model(), &one, "old")
        });
        is_told(&world, ("model.delete", "flight-delay"), || admin.delete_model(&model(), "old"));
        is_told(&world, ("trial.move", "flight-delay/1.0.0 as shadow"), || {
            dora.move_trial(&model(), &one, TrialKind::Shadow)
        });
        is_told(&world, ("trial.end", "flight-delay/1.0.0 as completed"), || {
            dora.end_trial(&model(), &one, TrialOutcome::Completed)
        });
        let artifact = ana.store_artifact(&mut "again".as_bytes()).unwrap();
        let run = world.run();
        let again = NewVersion::new(model(), one.clone(), run.clone(), artifact);
        is_told(&world, ("version.register", "flight-delay/1.0.0"), || ana.register(&again));
        let inputs = |name: &str| {
            let fields = vec![Field::required(name, FieldType::Double)];
            Signature::new(fields, vec![Field::required("y", FieldType::Double)]).unwrap()
        };
        let next = NewVersion::new(model(), version("1.1.0"), run.clone(), artifact).signature(inputs("a"));
        ana.register(&next).unwrap();
        let small = NewVersion::new(model(), version("1.1.1"), run, artifact).signature(inputs("b"));
        let error = is_told(&world, ("version.register", "flight-delay/1.1.1"), || ana.register(&small));
        assert!(matches!(error, Error::BumpTooSmall(_)), "{error}");
        is_told(&world, ("role.revoke", "root as admin"), || {
            admin.revoke(admin.principal(), Role::Admin, Scope::All)
        });
        world.is_whole();
    }
}

#[test]
fn fifty_denied_deletions_are_of_fifty_runs() {
    for world in worlds() {
        let runs: Vec<_> = (0..50).map(|_| world.ana.start_run(&experiment(), "x").unwrap().id).collect();
        let before = world.registry.store().size().unwrap();
        for run in &runs {
            assert!(matches!(world.ben.delete_run(run), Err(Error::Denied { .. })));
        }
        let subjects: Vec<_> = told(&world, before).into_iter().map(|act| act.subject).collect();
        assert_eq!(subjects, runs.iter().map(ToString::to_string).collect::<Vec<_>>());
        let run = &runs[0];
        let path = FilePath::new("a/b").unwrap();
        let of = |attempt: &dyn Fn() -> Result<()>| {
            let before = world.registry.store().size().unwrap();
            assert!(matches!(attempt(), Err(Error::Denied { .. })));
            told(&world, before).remove(0).subject
        };
        let batch = RunBatch::new().param("a", 1);
        assert_eq!(of(&|| world.ben.log(run, &batch)), run.to_string());
        assert_eq!(
            of(&|| world.ben.log_file(run, &path, &mut "x".as_bytes()).map(drop)),
            format!("{run} a/b")
        );
        assert_eq!(of(&|| world.ben.end_run(run, RunStatus::Failed).map(drop)), run.to_string());
        assert_eq!(of(&|| world.ben.start_run(&experiment(), "y").map(drop)), "flight-delay");
        assert_eq!(of(&|| world.ben.delete_experiment(&experiment()).map(drop)), "flight-delay");
    }
}

/// A file that nobody may read.
struct Untouched;

impl std::io::Read for Untouched {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("nothing is read of who may not")
    }
}

#[test]
fn a_grant_that_is_gone_is_not_presumed() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        let batch = RunBatch::new().tag("a", "1");
        world.ana.log(&run, &batch).unwrap();
        // Another process takes the role away; this one remembers it for a moment.
        let other = world.reopened().session(world.admin.principal());
        other.revoke(world.ana.principal(), Role::Author, Scope::All).unwrap();
        // The same again would change nothing.
        assert!(matches!(world.ana.log(&run, &batch), Err(Error::Denied { .. })));
        let other = world.reopened().session(world.admin.principal());
        other.grant(world.ana.principal(), Role::Author, Scope::All).unwrap();
        world.ana.log(&run, &RunBatch::new().tag("a", "2")).unwrap();
        other.revoke(world.ana.principal(), Role::Author, Scope::All).unwrap();
        let path = FilePath::new("a").unwrap();
        assert!(matches!(world.ana.log_file(&run, &path, &mut Untouched), Err(Error::Denied { .. })));
    }
}

#[test]
fn what_is_out_of_proportion_is_refused() {
    for world in worlds() {
        let one = world.register("1.0.0");
        let long = version(&format!("2.0.0-{}", "x".repeat(251)));
        let new = NewVersion::new(model(), long, one.run.clone(), one.artifact);
        let result = world.ana.register(&new);
        assert!(matches!(result, Err(Error::Invalid { field: "version", .. })), "{result:?}");
        let fits = version(&format!("2.0.0-{}", "x".repeat(250)));
        world.ana.register(&NewVersion::new(model(), fits, one.run.clone(), one.artifact)).unwrap();
        let judged = |gate: &str, words: usize| {
            let check = Check::new("auc", Severity::Critical, Outcome::Passed).because("x".repeat(words));
            Evidence::of(&Verdict::new(gate, one.subject(), one.registered_at, vec![check])).unwrap()
        };
        for (gate, words, field) in [
            (&*"g".repeat(257), 1, "gate"),
            ("", 1, "gate"),
            ("a\u{202e}b", 1, "gate"),
            (GATE, 1 << 20, "verdict"),
        ] {
            let result = world.ana.record_evidence(&judged(gate, words));
            assert!(matches!(result, Err(Error::Invalid { field: f, .. }) if f == field), "{result:?}");
        }
        world.ana.record_evidence(&judged(&"g".repeat(256), 1 << 19)).unwrap();
        let many =
            |count| (1..count).fold(PromotionPolicy::requiring(GATE), |policy, i| policy.and(i.to_string()));
        let result = world.admin.set_policy(&many(101));
        assert!(matches!(result, Err(Error::Invalid { field: "gates", .. })), "{result:?}");
        world.admin.set_policy(&many(100)).unwrap();
        let result = world.admin.set_policy(&PromotionPolicy::requiring("g".repeat(257)));
        assert!(matches!(result, Err(Error::Invalid { field: "gate", .. })), "{result:?}");
        // What is asked for may be of any length; what is told of it is not.
        let before = world.registry.store().size().unwrap();
        let long = version(&format!("2.0.0-{}", "x".repeat(1 << 20)));
        assert!(world.ben.rollback_to(&model(), &long, "why not").is_err());
        assert!(told(&world, before).remove(0).subject.len() < 5000);
        world.is_whole();
    }
}

#[test]
fn a_plus_is_no_number() {
    for world in worlds() {
        let one = world.register("1.0.0");
        let resolve = |text: &str| world.registry.resolve(&format!("flight-delay@{text}").parse().unwrap());
        assert_eq!(resolve("v1").unwrap(), one);
        for text in ["v+1", "v-1", "v", "V+1"] {
            assert!(matches!(resolve(text), Err(Error::NotFound { what: "alias", .. })), "{text}");
        }
    }
}

#[test]
fn the_history_goes_forwards_though_the_clock_is_set_back() {
    for world in worlds() {
        let first = world.promoted("1.0.0");
        world.clock.set("2013-03-01T00:00:00Z".parse().unwrap());
        let second = world.promoted("1.1.0");
        assert!(second.promoted_at >= first.promoted_at);
        let at = |moment| world.registry.production_at(&model(), moment).unwrap().map(|found| found.version);
        assert_eq!(at(second.promoted_at), Some(version("1.1.0")));
        let out = StageTransition::to(Stage::Archived).because("no use");
        let _stage = granted(world.dora.transition_stage(&model(), &version("1.1.0"), &out).unwrap());
        let ended = world.registry.history(&model()).unwrap().pop().unwrap().ended.unwrap();
        assert!(ended.at >= second.promoted_at);
        assert_eq!(at(ended.at), None);
        let back = granted(world.dora.rollback_to(&model(), &version("1.0.0"), "again").unwrap());
        assert!(back.promoted_at >= ended.at);
        assert_eq!(at(back.promoted_at), Some(version("1.0.0")));
        world.is_whole();
    }
}

#[test]
fn principals_are_what_they_look_like() {
    for world in worlds() {
        let grant = |name: &str| world.admin.grant(&principal(name), Role::Viewer, Scope::All);
        for name in ["an\u{200b}a", "ana\u{202e}", " ana", "e\u{301}va"] {
            // Some of them are no principals at all.
            let Ok(who) = name.parse() else { continue };
            let result = world.admin.grant(&who, Role::Viewer, Scope::All);
            assert!(matches!(result, Err(Error::Invalid { field: "principal", .. })), "{result:?}");
        }
        // The Cyrillic letter that looks like the Latin one.
        let error = is_told(&world, ("role.grant", "аna as viewer"), || grant("аna"));
        assert!(error.to_string().contains("\"ana\""), "{error}");
        // And the other way round, whichever was first.
        grant("вoris").unwrap();
        grant("вoris").unwrap();
        world.admin.grant(&principal("вoris"), Role::Author, Scope::All).unwrap();
        grant("сосо").unwrap();
        let error = grant("coco").unwrap_err();
        assert!(matches!(error, Error::Conflict { what: "principal", .. }), "{error}");
        grant("ana").unwrap();
        grant("jürgen").unwrap();
        world.is_whole();
    }
}

#[test]
fn who_contributed_to_a_run_has_a_hand_in_it() {
    for world in worlds() {
        for name in ["carl", "emil", "fay", "gil"] {
            world.admin.grant(&principal(name), Role::Author, Scope::All).unwrap();
            world.admin.grant(&principal(name), Role::Approver, Scope::All).unwrap();
        }
        let session = |name: &str| world.registry.session(&principal(name));
        let run = world.ana.start_run(&experiment(), "gbdt").unwrap().id;
        let bare = world.registry.run(&run).unwrap();
        world.ana.log(&run, &RunBatch::new().param("trees", 100)).unwrap();
        assert_eq!(world.registry.run(&run).unwrap(), bare);
        session("carl").log(&run, &RunBatch::new().metric("auc", 0.7)).unwrap();
        session("carl").log(&run, &RunBatch::new().metric("auc", 0.8)).unwrap();
        let path = FilePath::new("model.txt").unwrap();
        session("emil").log_file(&run, &path, &mut "x".as_bytes()).unwrap();
        world.ana.end_run(&run, RunStatus::Failed).unwrap();
        session("fay").resume_run(&run).unwrap();
        // A remark is none.
        session("gil").log(&run, &RunBatch::new().tag("looked at", "yes")).unwrap();
        let names: Vec<_> = world.registry.run(&run).unwrap().contributors.into_iter().collect();
        assert_eq!(names, [principal("carl"), principal("emil"), principal("fay")]);
        let artifact = world.ana.store_artifact(&mut "model".as_bytes()).unwrap();
        let new = NewVersion::new(model(), version("1.0.0"), run, artifact);
        let candidate = world.ana.register(&new).unwrap();
        assert!(candidate.is_by(&principal("emil")) && !candidate.is_by(&principal("gil")));
        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        for name in ["carl", "emil", "fay"] {
            let reasons = refused(session(name).approve(&request).unwrap());
            assert_eq!(reasons, [format!("second person: {name} has contributed to it")]);
        }
        let _approval = granted(session("gil").approve(&request).unwrap());
        world.is_whole();
    }
}

#[test]
fn what_is_not_told_is_counted_in_the_next_entry() {
    for world in worlds() {
        let eve = world.registry.session(&principal("eve"));
        let before = world.registry.store().size().unwrap();
        let tries = |name: &str, count: usize| {
            (0..count).for_each(|_| assert!(eve.rollback(&name.parse().unwrap(), "why not").is_err()));
        };
        tries("a", 8);
        world.later();
        tries("a", 4);
        world.later();
        tries("b", 1);
        let counts: Vec<_> = told(&world, before).into_iter().map(|act| act.refused[1..].join("")).collect();
        assert_eq!(counts, ["", "not told since the last one: 7 of the same", "not told before: 3 others"]);
        // Whatever others do, the first of each is told.
        let before = world.registry.store().size().unwrap();
        // So many that each world would take its time.
        for i in 0..(if world.name == "memory" { 1100 } else { 0 }) {
            let someone = world.registry.session(&principal(&format!("p{i}")));
            assert!(someone.rollback(&model(), "why not").is_err());
        }
        assert!(matches!(told(&world, before).len(), 0 | 1100));
    }
}

#[test]
fn no_path_is_a_device_or_dots_in_disguise() {
    for path in [
        "%25252e%2525252E/x",
        "‥/x",
        "．．/x",
        "．/x",
        "a／b",
        "a＼b",
        "%E2%80%A5/x",
        "％2e％2e/x",
        "a℀b",
        "NUL",
        "con.txt",
        "a/AUX",
        "CON .tar.gz",
        "com1",
        "LPT9.x",
        "COM¹.x",
        "ＮＵＬ",
        "%4eul",
        "conout$",
        "%2e%2e/x",
        "a%00",
    ] {
        assert!(matches!(FilePath::new(path), Err(Error::Invalid { field: "file path", .. })), "{path}");
    }
    for path in ["50%25", "console", "nul_values.csv", "COM10", "a…b", "比：率", "a%2eb", "100%/x", "..a"]
    {
        assert!(FilePath::new(path).is_ok(), "{path}");
    }
}
