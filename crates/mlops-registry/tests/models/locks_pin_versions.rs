//! A lock file pins versions to the byte, and says where a registry is not as it says.

use crate::world::{World, model, version, worlds};
use mlops_core::ModelRef;
use mlops_registry::Error;
use mlops_registry::model::{AliasIs, LockDifference, ModelLock};
use proptest::prelude::*;

fn reference(text: &str) -> ModelRef {
    text.parse().unwrap()
}

fn locked(world: &World) -> ModelLock {
    world.promoted("1.0.0");
    world.register("1.1.0");
    world.dora.set_alias(&model(), &"next".parse().unwrap(), &version("1.1.0"), &AliasIs::Any).unwrap();
    let references = ["flight-delay@production", "flight-delay@next", "flight-delay/1.1.0"].map(reference);
    world.registry.lock(&references).unwrap()
}

#[test]
fn it_is_written_sorted_and_read_back() {
    for world in worlds() {
        let lock = locked(&world);
        let text = lock.to_text();
        let artifact = world.registry.version(&model(), &version("1.0.0")).unwrap().artifact;
        let first = "# The model versions that this service is pinned to, to the byte.\n\n\
                     [[model]]\nreference = \"flight-delay/1.1.0\"\nversion = \"1.1.0\"\n";
        assert!(text.starts_with(first), "{text}");
        let last = format!(
            "\n[[model]]\nreference = \"flight-delay@production\"\nversion = \"1.0.0\"\n\
             artifact = \"{artifact}\"\nregistry = \"registry.example\"\n"
        );
        assert!(text.ends_with(&last), "{text}");
        assert_eq!(ModelLock::parse(&text).unwrap(), lock);
        assert_eq!(ModelLock::parse(&text.replace('\n', "\r\n")).unwrap(), lock);
        let reversed = world
            .registry
            .lock(&["flight-delay@next", "flight-delay/1.1.0", "flight-delay@production"].map(reference));
        assert_eq!(reversed.unwrap().to_text(), text);
        assert_eq!(lock.get(&reference("flight-delay@next")).unwrap().version, version("1.1.0"));
        assert_eq!(lock.pins().count(), 3);
        assert!(matches!(
            world.registry.lock(&[reference("nobody@production")]),
            Err(Error::NotFound { .. })
        ));
        assert_eq!(ModelLock::parse("").unwrap(), ModelLock::default());
    }
}

#[test]
fn each_difference_is_named() {
    for world in worlds() {
        let lock = locked(&world);
        assert_eq!(lock.verify(&world.registry).unwrap(), []);
        // Another version in production, and the alias elsewhere: none.
        world.promoted("1.2.0");
        world.dora.delete_alias(&model(), &"next".parse().unwrap(), &AliasIs::Any).unwrap();
        assert_eq!(lock.verify(&world.registry).unwrap(), []);

        let text = lock.to_text();
        let zeros = "0".repeat(64);
        let artifact = world.registry.version(&model(), &version("1.0.0")).unwrap().artifact;
        for (changed, expected) in [
            (text.replace(&artifact.to_hex(), &zeros), "pinned to 1.0.0 with sha256:0000"),
            (
                text.replace("version = \"1.0.0\"", "version = \"7.0.0\""),
                "pinned to 7.0.0, which is not registered",
            ),
        ] {
            let found = ModelLock::parse(&changed).unwrap().verify(&world.registry).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].to_string().contains(expected), "{}", found[0]);
        }
        let other = ModelLock::parse(&text.replace("registry.example", "other.example")).unwrap();
        let found = other.verify(&world.registry).unwrap();
        assert!(found.len() == 3 && matches!(found[0], LockDifference::OtherRegistry { .. }), "{found:?}");

        world.registry.artifacts().remove(&artifact).unwrap();
        let found = lock.verify(&world.registry).unwrap();
        assert!(matches!(&found[..], [LockDifference::NoFile { .. }]), "{found:?}");
        world.admin.delete_version(&model(), &version("1.1.0"), "bad labels").unwrap();
        let found = lock.verify(&world.registry).unwrap();
        let deleted = found.iter().filter(|found| found.to_string().ends_with("it was deleted")).count();
        assert_eq!((found.len(), deleted), (3, 2), "{found:?}");
    }
}

#[test]
fn what_is_no_lock_is_refused_with_its_line() {
    let world = worlds().remove(0);
    let text = locked(&world).to_text();
    let table = "[[model]]\nreference = \"a@b\"\nversion = \"1.0.0\"\n";
    for (bad, line, word) in [
        ("reference = \"a@b\"\n".to_owned(), 1, "[[model]] before"),
        ("[[model]]\nname = \"a\"\n".to_owned(), 2, "one of reference"),
        ("[[model]]\nversion\n".to_owned(), 2, "key = "),
        ("[[model]]\nversion = 1\n".to_owned(), 2, "double quotes"),
        ("[[model]]\nversion = \"1.0.0\" # why\n".to_owned(), 2, "double quotes"),
        ("[[model]]\nversion = \"1.0.0\"\nversion = \"1.0.0\"\n".to_owned(), 3, "each key once"),
        (table.to_owned(), 1, "a artifact"),
        (table.replace("1.0.0", "1"), 3, "version \"1\" is not valid"),
        (format!("{text}\n{text}"), 23, "pinned once"),
        (text.replace("# The", "<<<<<<< HEAD\n# The"), 1, "merged to its end"),
        ("[model]\n".to_owned(), 1, "[[model]] before"),
        (format!("[[model]]\nversion = \"{}", "1".repeat(2 << 20)), 0, "at most"),
    ] {
        match ModelLock::parse(&bad) {
            Err(Error::Invalid { field: "model lock", value, expected }) => {
                assert!(expected.contains(word), "{expected} for {word}");
                assert!(
                    value.starts_with(&format!("line {line}: ")) && value.len() < 600,
                    "{value} for {line}"
                );
            }
            other => panic!("{word}: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\[\\[model\\]\\]\n)?((reference|version|artifact|registry) = \"\\PC{0,20}\"?\n){0,5}\\PC{0,20}") {
        if let Ok(lock) = ModelLock::parse(&text) {
            prop_assert_eq!(ModelLock::parse(&lock.to_text()).unwrap(), lock);
        }
    }
}
