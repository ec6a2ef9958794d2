//! A version is loaded if those who are trusted have signed it, and refused by name if not.

use std::io::Read as _;

use mlops_core::Verdict;
use mlops_registry::Error;
use mlops_registry::merkle::{Ed25519Signer, Signer as _};
use mlops_registry::model::{ModelVersion, NewVersion};
use mlops_registry::promotion::Decision;
use mlops_registry::signing::{Envelope, Trust, TrustedKey};

use crate::world::{World, granted, model, refused, version, worlds};

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_seed(&[seed; 32])
}

fn key(seed: u8) -> TrustedKey {
    TrustedKey::new(format!("key {seed}"), signer(seed).public_key())
}

fn trust(seeds: &[u8]) -> Trust {
    Trust::new(seeds.iter().map(|seed| key(*seed))).unwrap()
}

fn load(world: &World, trust: &Trust) -> Decision<String> {
    match world.registry.verified_artifact(&model(), &version("1.0.0"), trust).unwrap() {
        Decision::Granted(mut artifact) => {
            let (mut read, mut signers) = (String::new(), artifact.signers().join(", "));
            artifact.read_to_string(&mut read).unwrap();
            assert_eq!(artifact.read_all(1 << 20).unwrap(), read.as_bytes());
            signers.insert_str(0, &format!("{read} by "));
            Decision::Granted(signers)
        }
        Decision::Refused(verdict) => Decision::Refused(verdict),
    }
}

/// The one reason of a refusal.
fn reason(decision: Decision<String>) -> String {
    let reasons = refused(decision);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons[0].clone()
}

#[test]
fn the_right_keys_let_it_through_and_others_do_not() {
    for world in worlds() {
        let registered = world.register("1.0.0");
        assert_eq!(reason(load(&world, &trust(&[1]))), "signatures: 0 of 1: nobody has signed it");

        let signed = world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap();
        assert_eq!((&signed.recorded_by, signed.key), (world.ana.principal(), signer(1).public_key()));
        assert_eq!(granted(load(&world, &trust(&[1, 2]))), "model 1.0.0 by key 1");
        let unknown = reason(load(&world, &trust(&[2])));
        assert_eq!(unknown, format!("signatures: 0 of 1: unknown signer {}", signer(1).public_key()));

        // One that is unknown is in nobody's way.
        world.ana.sign_version(&model(), &version("1.0.0"), &signer(3)).unwrap();
        assert_eq!(granted(load(&world, &trust(&[1]))), "model 1.0.0 by key 1");
        let both = trust(&[1, 2]).requiring(2).unwrap();
        assert!(
            reason(load(&world, &both)).starts_with("signatures: 1 of 2: unknown signer"),
            "{}",
            world.name
        );
        world.ana.sign_version(&model(), &version("1.0.0"), &signer(2)).unwrap();
        let signers = granted(load(&world, &both));
        assert!(
            signers == "model 1.0.0 by key 1, key 2" || signers == "model 1.0.0 by key 2, key 1",
            "{signers}"
        );

        // Once more is nothing new.
        let size = world.store.size().unwrap();
        world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap();
        assert_eq!(world.store.size().unwrap(), size);
        let entry = world.registry.entries(size - 1..size).unwrap().remove(0);
        assert_eq!(
            (entry.act.action.as_str(), entry.act.artifacts.as_slice()),
            ("version.sign", [registered.artifact].as_slice())
        );
        world.is_whole();
    }
}

#[test]
fn keys_count_from_and_until() {
    let world = World::over(
        "memory",
        tempfile::tempdir().unwrap(),
        std::sync::Arc::new(mlops_registry::store::MemoryStore::default()),
    );
    world.register("1.0.0");
    world.later();
    let signed = world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap().recorded_at;
    let hour = std::time::Duration::from_hours(1);
    let only = |key: TrustedKey| Trust::new([key]).unwrap();

    assert!(load(&world, &only(key(1).from(signed).until(signed + hour))).granted().is_some());
    let early = reason(load(&world, &only(key(1).from(signed + hour))));
    assert!(early.contains("key 1: it was recorded at") && early.contains("counts from"), "{early}");
    let late = reason(load(&world, &only(key(1).until(signed))));
    assert!(late.contains("the key has expired at"), "{late}");

    world.clock.advance(hour);
    let over = only(key(1).until(signed + hour));
    let expired = reason(load(&world, &over));
    assert!(expired.contains("key 1: it is 2013-") && expired.contains("has expired at"), "{expired}");
    assert!(load(&world, &over.outliving()).granted().is_some(), "it was signed in time");
    assert!(load(&world, &only(key(1).until(signed)).outliving()).granted().is_none(), "it was not");
    let other = reason(load(&world, &only(key(1).for_models("model:fraud-*".parse().unwrap()))));
    assert!(other.contains("the key counts for model:fraud-*"), "{other}");
}

#[test]
fn no_trust_without_keys_names_and_sense() {
    let late = "2013-04-02".parse().unwrap();
    for bad in [
        Trust::new([]),
        Trust::new([key(1), key(1)]),
        Trust::new([key(1), TrustedKey::new("other", signer(1).public_key())]),
        Trust::new([key(1), TrustedKey::new("key 1", signer(2).public_key())]),
        Trust::new([TrustedKey::new("", signer(1).public_key())]),
        Trust::new([key(1).from(late).until(late)]),
        trust(&[1]).requiring(0),
        trust(&[1]).requiring(2),
    ] {
        assert!(matches!(bad, Err(Error::Invalid { .. })), "{bad:?}");
    }
    let good = Trust::new([key(1).until(late), key(2)]).unwrap().requiring(2).unwrap().outliving();
    let json = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<Trust>(&json).unwrap(), good);
    let more = json.replace("\"required\":2", "\"required\":3");
    assert_ne!(more, json);
    assert!(serde_json::from_str::<Trust>(&more).is_err());
}

#[test]
fn only_signatures_of_this_version_are_kept() {
    for world in worlds() {
        world.register("1.0.0");
        world.register("1.1.0");
        let name = version("1.0.0");
        let manifest = |text: &str| {
            world.registry.version_manifest(&model(), &version(text)).unwrap().to_json().unwrap()
        };
        let sign =
            |payload_type: &str, payload: &str| Envelope::sign(payload_type, payload, &signer(1)).unwrap();
        let own = manifest("1.0.0");
        let in_toto = "application/vnd.in-toto+json";
        for (bad, expected) in [
            (sign(in_toto, &manifest("1.1.0")), "it is of version 1.1.0"),
            (sign("application/json", &own), "its payload is \"application/json\""),
            (sign(in_toto, &own.replace("\"_type\"", "\"type\"")), "its payload is no manifest of a version"),
            (
                sign(in_toto, &own.replace("registry.example", "registry.elsewhere")),
                "it is of registry registry.elsewhere",
            ),
            (sign(in_toto, &format!(" {own}")), "its payload is no manifest of a version"),
            (sign(in_toto, "{}"), "its payload is no manifest of a version"),
        ] {
            let error =
                world.ana.record_signature(&model(), &name, &signer(1).public_key(), &bad).unwrap_err();
            assert!(matches!(error, Error::Invalid { field: "signature", .. }), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        let good = sign(in_toto, &own);
        let other = world.ana.record_signature(&model(), &name, &signer(2).public_key(), &good).unwrap_err();
        assert!(other.to_string().contains("its signature does not hold"), "{other}");
        assert_eq!(world.registry.signatures(&model(), &name).unwrap(), []);

        // Signed where the key is, and brought back.
        let json = good.to_json().unwrap();
        let back = Envelope::from_json(&json).unwrap();
        world.ana.record_signature(&model(), &name, &signer(1).public_key(), &back).unwrap();
        assert!(load(&world, &trust(&[1])).granted().is_some());
        let denied = world.dora.sign_version(&model(), &name, &signer(1));
        assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
        let none = world.ana.sign_version(&model(), &version("9.0.0"), &signer(1));
        assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
        world.is_whole();
    }
}

#[test]
fn another_record_or_file_is_none_that_was_signed() {
    let world = World::over(
        "memory",
        tempfile::tempdir().unwrap(),
        std::sync::Arc::new(mlops_registry::store::MemoryStore::default()),
    );
    let registered = world.register("1.0.0");
    let (path, extra) = ("MLmodel".parse().unwrap(), "late.txt".parse().unwrap());
    let run = world.ana.resume_run(&registered.run).unwrap().id;
    world.ana.log_file(&run, &path, &mut "flavors: {}".as_bytes()).unwrap();
    world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap();
    world.ana.log_file(&run, &extra, &mut "late".as_bytes()).unwrap();
    let Decision::Granted(artifact) =
        world.registry.verified_artifact(&model(), &version("1.0.0"), &trust(&[1])).unwrap()
    else {
        panic!("refused")
    };
    assert_eq!(artifact.read_file(&path, 99).unwrap(), b"flavors: {}");
    assert!(matches!(artifact.read_file(&extra, 99), Err(Error::NotFound { .. })), "nobody signed it");

    // Bytes of the same name that are others.
    let digest = registered.artifact.to_hex();
    let place = world.folder.path().join("artifacts/sha256").join(&digest[..2]).join(&digest[2..]);
    std::fs::write(&place, "model 6.6.6").unwrap();
    assert!(matches!(artifact.read_all(99), Err(Error::Corrupt { .. })));
    std::fs::remove_file(&place).unwrap();
    let gone = world.registry.verified_artifact(&model(), &version("1.0.0"), &trust(&[1]));
    assert!(matches!(gone, Err(Error::NotFound { what: "artifact", .. })), "{gone:?}");
}

#[test]
fn signatures_go_into_the_tombstone_and_do_not_come_back() {
    for world in worlds() {
        let registered = world.register("1.0.0");
        world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap();
        let tombstone = world.admin.delete_version(&model(), &version("1.0.0"), "a mistake").unwrap();
        assert_eq!(tombstone.signatures.len(), 1);
        let again = NewVersion::new(model(), version("1.0.0"), world.run(), registered.artifact);
        let again: ModelVersion = world.ana.register(&again).unwrap();
        assert_eq!((again.number, again.artifact), (2, registered.artifact));
        assert_eq!(reason(load(&world, &trust(&[1]))), "signatures: 0 of 1: nobody has signed it");
        // The old one is of another record.
        let old = &tombstone.signatures[0];
        let replayed = world.ana.record_signature(&model(), &version("1.0.0"), &old.key, &old.envelope);
        assert!(replayed.unwrap_err().to_string().contains("it is of record"), "{}", world.name);
        world.is_whole();
    }
}

/// Whoever writes to the store writes what they like, and nobody is fooled.
#[test]
fn a_record_that_was_changed_in_the_store_is_not_loaded() {
    use mlops_registry::audit::Act;
    use mlops_registry::store::{Change, Commit, Key, Kind, Query};

    let world = World::over(
        "memory",
        tempfile::tempdir().unwrap(),
        std::sync::Arc::new(mlops_registry::store::MemoryStore::default()),
    );
    world.register("1.0.0");
    world.ana.sign_version(&model(), &version("1.0.0"), &signer(1)).unwrap();
    let evil = world.registry.artifacts().put(&mut "evil".as_bytes()).unwrap();
    let key = Key::from([model().as_str()]).and("1.0.0");
    let record = world.store.read(&Query::one(Kind::Version, key.clone())).unwrap().remove(0);
    let mut document: serde_json::Value = record.document().unwrap();
    document["artifact"] = serde_json::Value::String(evil.to_string());
    let act = Act::new("2013-05-01".parse().unwrap(), world.ana.principal().clone(), "version.register", "x");
    let change = Change::put(Kind::Version, key, Some(record.revision), &document).unwrap();
    world.store.commit(&Commit::new(act, vec![], vec![change]).unwrap()).unwrap();
    let refused = reason(load(&world, &trust(&[1])));
    assert!(refused.contains("key 1: it is of artifact") && refused.contains(&evil.to_string()), "{refused}");
    let verdict: Verdict =
        world.registry.check_signatures(&model(), &version("1.0.0"), &trust(&[1])).unwrap();
    assert!(!verdict.passed());
}
