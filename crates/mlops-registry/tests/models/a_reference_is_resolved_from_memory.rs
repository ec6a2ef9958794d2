//! Who serves asks what a reference means at each request. The answer comes from memory, and is
//! never older than it may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::world::{World, model, version, worlds};
use mlops_core::{Alias, ModelRef};
use mlops_registry::Error;
#[cfg(feature = "sqlite")]
use mlops_registry::Registry;
#[cfg(feature = "sqlite")]
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::PRODUCTION;

fn production() -> ModelRef {
    format!("flight-delay@{PRODUCTION}").parse().unwrap()
}

#[test]
fn what_this_process_changes_is_seen_by_the_next_call() {
    for world in worlds() {
        let resolver = world.registry.resolver();
        assert!(matches!(resolver.resolve(&production()), Err(Error::NotFound { .. })));
        for text in ["1.0.0", "2.0.0", "3.0.0"] {
            world.promoted(text);
            let resolved = resolver.resolve(&production()).unwrap();
            assert_eq!(resolved.version, version(text));
            assert_eq!(*resolved, world.registry.resolve(&production()).unwrap());
            // Out of memory: the same value, not one like it.
            assert!(Arc::ptr_eq(&resolved, &resolver.resolve(&production()).unwrap()));
        }
        world.rolled_back();
        assert_eq!(resolver.resolve(&production()).unwrap().version, version("2.0.0"));
        assert_eq!(
            resolver.resolve(&"flight-delay/1.0.0".parse().unwrap()).unwrap().version,
            version("1.0.0")
        );
    }
}

#[cfg(feature = "sqlite")]
fn beside(world: &World) -> Registry {
    let store = mlops_registry::store::SqliteStore::open(world.folder.path().join("registry.db")).unwrap();
    let artifacts =
        mlops_registry::artifact::FolderArtifacts::open(world.folder.path().join("artifacts")).unwrap();
    Registry::builder(Arc::new(store), Arc::new(artifacts), Arc::new(Ed25519Signer::from_seed(&[7; 32])))
        .clock(Arc::clone(&world.clock) as _)
        .open()
        .unwrap()
}

/// Two stores on one file share nothing but the file, as two processes do.
#[cfg(feature = "sqlite")]
#[test]
fn what_another_process_changes_is_seen_within_the_period() {
    let world = World::sqlite();
    world.promoted("1.0.0");
    let other = beside(&world);
    let resolver = other.resolver().period(Duration::from_secs(1));
    assert_eq!(resolver.resolve(&production()).unwrap().version, version("1.0.0"));
    let request = world.approved("2.0.0");
    let before = resolver.resolve(&production()).unwrap();
    let _promotion = crate::world::granted(world.dora.promote(&request.id()).unwrap());
    assert!(Arc::ptr_eq(&before, &resolver.resolve(&production()).unwrap()), "the second is not over");
    world.clock.advance(Duration::from_millis(999));
    assert_eq!(resolver.resolve(&production()).unwrap().version, version("1.0.0"));
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(resolver.resolve(&production()).unwrap().version, version("2.0.0"));
    // A clock that goes back does not make an old answer last.
    world.rolled_back();
    world.clock.set("2001-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(resolver.resolve(&production()).unwrap().version, version("1.0.0"));
}

#[test]
fn what_is_unchanged_stays_as_time_goes_by() {
    for world in worlds() {
        world.promoted("1.0.0");
        let resolver = world.registry.resolver();
        let first = resolver.resolve(&production()).unwrap();
        for _ in 0..5 {
            world.clock.advance(Duration::from_hours(1));
            assert!(Arc::ptr_eq(&first, &resolver.resolve(&production()).unwrap()));
        }
        // Others log, which changes no meaning but makes it look again.
        world.run();
        world.clock.advance(Duration::from_hours(1));
        assert_eq!(resolver.resolve(&production()).unwrap(), first);
    }
}

#[test]
fn what_is_kept_is_bounded() {
    for world in worlds() {
        for minor in 0..5 {
            world.register(&format!("1.{minor}.0"));
        }
        let resolver = world.registry.resolver().capacity(2);
        for round in 0..3 {
            for minor in 0..5 {
                let reference: ModelRef = format!("flight-delay/1.{minor}.0").parse().unwrap();
                assert_eq!(resolver.resolve(&reference).unwrap().number, minor + 1, "{round}");
            }
        }
        let text = format!("{resolver:?}");
        assert!(text.contains("known: 1") || text.contains("known: 2"), "{text}");
    }
}

/// Numbers of promotions only grow, whoever looks: no thread brings an older answer back.
#[test]
fn nobody_sees_a_version_come_back_that_was_replaced() {
    for world in worlds() {
        world.promoted("1.0.0");
        let resolver = world.registry.resolver().period(Duration::ZERO);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut last = 0;
                    while !done.load(Ordering::Acquire) {
                        let number = resolver.resolve(&production()).unwrap().number;
                        assert!(number >= last, "{number} after {last}");
                        last = number;
                    }
                });
            }
            for minor in 1..8 {
                world.promoted(&format!("1.{minor}.0"));
                assert_eq!(resolver.resolve(&production()).unwrap().number, minor + 1);
            }
            done.store(true, Ordering::Release);
        });
    }
}

#[test]
fn what_means_nothing_is_not_kept() {
    for world in worlds() {
        let resolver = world.registry.resolver();
        let nothing = ModelRef::alias(model(), Alias::new("champion").unwrap());
        assert!(matches!(resolver.resolve(&nothing), Err(Error::NotFound { .. })));
        assert!(format!("{resolver:?}").contains("known: 0"));
    }
}
