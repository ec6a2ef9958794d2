//! Who has the public key and one line of text can tell that an entry is in the log, and
//! that any other line is not a proof.

use crate::world::{World, worlds};
use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::audit::EntryProof;
use mlops_registry::merkle::{Ed25519Signer, InclusionProof, Rejection, SignedTreeHead, Signer, TreeHead};
use serde_json::{Value, json};

fn told(world: &World) -> u64 {
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    world.rolled_back();
    world.registry.store().size().unwrap() - 1
}

#[test]
fn every_entry_is_proven_from_its_text_alone() {
    for world in worlds() {
        let last = told(&world);
        let key: String = world.signer.public_key().to_string();
        let entries = world.registry.entries(0..u64::MAX).unwrap();
        for sequence in 0..=last {
            let text = world.registry.prove(sequence).unwrap().to_text().unwrap();
            let proof = EntryProof::from_text(&text).unwrap();
            let proven = proof.verify(&key.parse().unwrap()).unwrap();
            assert_eq!(proven.entry, &entries[usize::try_from(sequence).unwrap()]);
            assert_eq!((proven.head.size(), proven.head.origin().as_str()), (last + 1, "registry.example"));
            assert_eq!(proof.to_text().unwrap(), text);
            assert_eq!(proof.inclusion().size, last + 1);
        }
        let proof = world.registry.prove(last).unwrap();
        let words = proof.verify(&world.signer.public_key()).unwrap().to_string();
        let start =
            format!("entry {last} of registry.example, signed over {} entries at 2013-04-01T", last + 1);
        assert!(words.starts_with(&start), "{words}");
        let end = "dora promotion.rollback flight-delay/1.0.0 (it over-predicts by 0.05)";
        assert!(words.ends_with(end), "{words}");

        match world.registry.prove(last + 1) {
            Err(Error::NotFound { what: "audit entry", key }) => assert_eq!(key, (last + 1).to_string()),
            other => panic!("{other:?}"),
        }
        // It stands when the log has grown.
        world.promoted("1.2.0");
        proof.verify(&world.signer.public_key()).unwrap();
    }
}

#[test]
fn a_byte_of_the_text_is_no_proof() {
    let world = worlds().remove(0);
    let last = told(&world);
    let text = world.registry.prove(last).unwrap().to_text().unwrap();
    let key = world.signer.public_key();
    for at in 0..text.len() {
        for bit in [1, 4] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let proof = EntryProof::from_text(&changed);
            assert!(proof.is_err() || proof.unwrap().verify(&key).is_err(), "byte {at}: {changed}");
        }
        assert!(EntryProof::from_text(&text[..at]).is_err(), "the first {at} bytes");
    }
    assert!(EntryProof::from_text(&format!("{text}\n")).is_err());
    assert!(EntryProof::from_text(&format!(" {text}")).is_err());
}

/// The same text with something in it replaced.
fn edited(text: &str, edit: impl FnOnce(&mut Value)) -> Result<EntryProof, Error> {
    let mut value: Value = serde_json::from_str(text).unwrap();
    edit(&mut value);
    EntryProof::from_text(&(mlops_core::canonical::to_string(&value).unwrap() + "\n"))
}

#[test]
fn each_way_to_forge_one_is_rejected() {
    let world = worlds().remove(0);
    let last = told(&world);
    let text = world.registry.prove(last).unwrap().to_text().unwrap();
    let key = world.signer.public_key();

    let another_story = edited(&text, |proof| proof["entry"]["actor"] = json!("mallory")).unwrap();
    assert_eq!(another_story.unverified().act.actor.as_str(), "mallory");
    assert!(matches!(another_story.verify(&key), Err(Rejection::Root { .. })));

    let elsewhere = edited(&text, |proof| proof["entry"]["sequence"] = json!(last - 1));
    assert!(matches!(&elsewhere, Err(Error::Corrupt { reason, .. }) if reason.contains("begins at leaf")));
    let moved = edited(&text, |proof| {
        proof["entry"]["sequence"] = json!(last - 1);
        proof["inclusion"]["index"] = json!(last - 1);
    });
    assert!(moved.unwrap().verify(&key).is_err());

    let longer = edited(&text, |proof| proof["inclusion"]["size"] = json!(last + 2));
    assert!(matches!(&longer, Err(Error::Corrupt { reason, .. }) if reason.contains("are signed")));
    let resized = edited(&text, |proof| {
        proof["inclusion"]["size"] = json!(last + 2);
        proof["head"]["head"]["size"] = json!(last + 2);
    });
    assert_eq!(resized.unwrap().verify(&key), Err(Rejection::Forged));
    let padded = edited(&text, |proof| {
        let hash = proof["inclusion"]["hashes"][0].clone();
        proof["inclusion"]["hashes"].as_array_mut().unwrap().push(hash);
    });
    assert!(matches!(padded.unwrap().verify(&key), Err(Rejection::Length { .. })));

    let other = Ed25519Signer::from_seed(&[8; 32]).public_key();
    assert!(matches!(EntryProof::from_text(&text).unwrap().verify(&other), Err(Rejection::OtherKey { .. })));
    assert!(edited(&text, |proof| proof["remark"] = json!("trust me")).is_err());
    assert!(edited(&text, |proof| proof["entry"]["remark"] = json!("trust me")).is_err());
    assert!(edited(&text, |proof| proof["format"] = json!("mlops-entry-proof/2")).is_err());
    assert!(edited(&text, |proof| drop(proof.as_object_mut().unwrap().remove("head"))).is_err());
}

#[test]
fn a_log_made_up_around_the_entry_proves_nothing() {
    let world = worlds().remove(0);
    let last = told(&world);
    let proof = world.registry.prove(last).unwrap();
    // A log of one entry, whose head somebody else has signed in the name of this one.
    let root = Digest::of("made up");
    let head = TreeHead::new(world.registry.origin().clone(), last + 1, root, proof.head().unverified().at());
    let mallory = Ed25519Signer::from_seed(&[9; 32]);
    let signed = SignedTreeHead::sign(head.unwrap(), &mallory).unwrap();
    let text = proof.to_text().unwrap();
    let forged = edited(&text, |proof| proof["head"] = serde_json::to_value(&signed).unwrap()).unwrap();
    assert!(matches!(forged.verify(&world.signer.public_key()), Err(Rejection::OtherKey { .. })));
    let renamed = edited(&text, |proof| {
        proof["head"] = serde_json::to_value(&signed).unwrap();
        proof["head"]["key"] = json!(world.signer.public_key().id().to_string());
    });
    assert_eq!(renamed.unwrap().verify(&world.signer.public_key()), Err(Rejection::Forged));
}

#[test]
fn a_missing_entry_can_not_be_proven() {
    #[cfg(feature = "sqlite")]
    {
        let world = World::sqlite();
        let last = told(&world);
        let path = world.folder.path().join("registry.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.execute("DELETE FROM leaf WHERE sequence = 5", []).unwrap();
        assert!(matches!(world.registry.prove(5), Err(Error::Corrupt { .. })));
        connection.execute("UPDATE leaf SET body = '{}' WHERE sequence = 6", []).unwrap();
        assert!(matches!(world.registry.prove(6), Err(Error::Corrupt { .. })));
        // A changed one is proven by nobody: its hash leads elsewhere.
        connection
            .execute("UPDATE leaf SET body = replace(body, 'root', 'r00t') WHERE sequence = 0", [])
            .unwrap();
        let proof = world.registry.prove(0).unwrap();
        assert!(matches!(proof.verify(&world.signer.public_key()), Err(Rejection::Root { .. })));
        assert_eq!(InclusionProof::of(world.registry.store(), last, last + 1).unwrap().index, last);
    }
}
