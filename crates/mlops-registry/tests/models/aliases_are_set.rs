//! Aliases move by compare-and-set, and words with a meaning of their own are not set.

use std::sync::{Arc, Barrier};
use std::thread;

use crate::world::{World, model, version, worlds};
use mlops_core::Alias;
use mlops_registry::Error;
use mlops_registry::access::Role;
use mlops_registry::model::AliasIs;

fn alias(text: &str) -> Alias {
    text.parse().unwrap()
}

fn resolved(world: &World, text: &str) -> String {
    world.registry.resolve(&format!("flight-delay@{text}").parse().unwrap()).unwrap().version.to_string()
}

#[test]
fn an_alias_moves_if_it_is_where_it_is_taken_to_be() {
    for world in worlds() {
        world.register("1.0.0");
        world.register("1.1.0");
        let (one, two) = (version("1.0.0"), version("1.1.0"));
        let set = |to, expected: &AliasIs| world.dora.set_alias(&model(), &alias("champion"), to, expected);
        assert_eq!(set(&one, &AliasIs::Absent).unwrap().version, one);
        assert_eq!(resolved(&world, "champion"), "1.0.0");
        for (expected, words) in [(AliasIs::Absent, "absent"), (AliasIs::At(two.clone()), "at 1.1.0")] {
            match set(&two, &expected) {
                Err(Error::Conflict { what: "alias", key, expected, current }) => assert_eq!(
                    (key.as_str(), expected.as_str(), current.as_str()),
                    ("flight-delay@champion", words, "at 1.0.0")
                ),
                other => panic!("{other:?}"),
            }
        }
        set(&two, &AliasIs::At(one.clone())).unwrap();
        let size = world.registry.store().size().unwrap();
        set(&two, &AliasIs::Any).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "where it points already");
        world.dora.set_alias(&model(), &alias("challenger"), &one, &AliasIs::Any).unwrap();
        let names: Vec<_> =
            world.registry.aliases(&model()).unwrap().iter().map(|at| at.alias.to_string()).collect();
        assert_eq!(names, ["challenger", "champion"]);

        let delete = |expected: &AliasIs| world.dora.delete_alias(&model(), &alias("champion"), expected);
        assert!(matches!(delete(&AliasIs::At(one.clone())), Err(Error::Conflict { .. })));
        delete(&AliasIs::At(two.clone())).unwrap();
        assert!(matches!(delete(&AliasIs::Any), Err(Error::NotFound { what: "alias", .. })));
        assert!(matches!(delete(&AliasIs::At(two)), Err(Error::Conflict { .. })));
        let missing = world.dora.set_alias(&model(), &alias("champion"), &version("9.0.0"), &AliasIs::Any);
        assert!(matches!(missing, Err(Error::NotFound { what: "version", .. })), "{missing:?}");
        let acts: Vec<_> = world.registry.entries(0..u64::MAX).unwrap();
        let acts: Vec<_> = acts.iter().filter(|entry| entry.act.action.starts_with("alias")).collect();
        let words: Vec<_> = acts
            .iter()
            .map(|entry| {
                let refused = !entry.act.refused.is_empty();
                format!("{}{}", if refused { "refused: " } else { "" }, entry.act.subject)
            })
            .collect();
        assert_eq!(
            words,
            [
                "flight-delay@champion to 1.0.0",
                "refused: flight-delay@champion to 1.1.0",
                "refused: flight-delay@champion to 1.1.0",
                "flight-delay@champion to 1.1.0",
                "flight-delay@challenger to 1.0.0",
                "refused: flight-delay@champion",
                "flight-delay@champion from 1.1.0",
                "refused: flight-delay@champion",
            ]
        );
        world.is_whole();
    }
}

#[test]
fn reserved_words_are_not_set_and_mean_what_they_mean() {
    for world in worlds() {
        world.promoted("1.1.0");
        world.register("2.0.0");
        world.register("1.1.1");
        world.register("3.0.0-rc.1");
        for word in ["production", "Production", "latest", "LATEST", "v3", "V1", "7", "a.b", "a b"] {
            let set = world.dora.set_alias(&model(), &alias(word), &version("2.0.0"), &AliasIs::Any);
            assert!(matches!(set, Err(Error::Invalid { field: "alias", .. })), "{word}: {set:?}");
            let delete = world.dora.delete_alias(&model(), &alias(word), &AliasIs::Any);
            assert!(matches!(delete, Err(Error::Invalid { field: "alias", .. })), "{word}: {delete:?}");
        }
        // The highest release, neither the candidate of the next nor the repair of today.
        assert_eq!(resolved(&world, "latest"), "2.0.0");
        assert_eq!(
            (resolved(&world, "v1"), resolved(&world, "v3")),
            ("1.1.0".to_owned(), "1.1.1".to_owned())
        );
        assert_eq!(resolved(&world, "production"), "1.1.0");
        for word in ["v9", "v0", "v", "nobody"] {
            let reference = format!("flight-delay@{word}").parse().unwrap();
            assert!(matches!(world.registry.resolve(&reference), Err(Error::NotFound { .. })), "{word}");
        }
        assert!(matches!(world.registry.latest(&"other".parse().unwrap()), Err(Error::NotFound { .. })));
    }
}

#[test]
fn of_two_who_move_it_from_the_same_place_one_does() {
    for world in worlds() {
        for text in ["1.0.0", "1.1.0", "1.2.0"] {
            world.register(text);
        }
        world.dora.set_alias(&model(), &alias("champion"), &version("1.0.0"), &AliasIs::Absent).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        let threads = ["1.1.0", "1.2.0"].map(|text| {
            let (dora, barrier) = (world.dora.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                dora.set_alias(&model(), &alias("champion"), &version(text), &AliasIs::At(version("1.0.0")))
            })
        });
        let results = threads.map(|thread| thread.join().unwrap());
        let won: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "{results:?}");
        assert_eq!(resolved(&world, "champion"), won[0].version.to_string());
        assert!(results.iter().any(|result| matches!(result, Err(Error::Conflict { what: "alias", .. }))));
        world.is_whole();
    }
}

#[test]
fn it_takes_a_deployer() {
    for world in worlds() {
        world.register("1.0.0");
        for session in [&world.admin, &world.ana, &world.ben] {
            let set = session.set_alias(&model(), &alias("champion"), &version("1.0.0"), &AliasIs::Any);
            assert!(matches!(set, Err(Error::Denied { needed: Role::Deployer, .. })), "{set:?}");
        }
    }
}
