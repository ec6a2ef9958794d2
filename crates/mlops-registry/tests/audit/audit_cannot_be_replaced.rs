//! A log that was replaced as a whole, entries, records and tree, does not match a tree head that was kept elsewhere.

use crate::world::kept::{flip, kept, reroot};
use crate::world::{World, granted};
use mlops_core::Outcome;
use mlops_registry::audit::{Audit, Discrepancy};
use mlops_registry::merkle::{Ed25519Signer, Origin, SignedTreeHead, Signer as _, TreeHead};
use rusqlite::params;

#[test]
fn a_log_that_was_cut_and_rerooted_is_named() {
    let kept = kept();
    let connection = kept.connection();
    let size = kept.world.registry.store().size().unwrap();
    // Everything since the last approval never happened: entries, records and tree agree.
    let approved = kept.entry("promotion.approve");
    connection.execute(&format!("DELETE FROM leaf WHERE sequence >= {approved}"), []).unwrap();
    reroot(&connection);
    let found = kept.found();
    assert_eq!(found[0], Discrepancy::LogCut { size: approved, signed: size });
    assert!(found[0].to_string().starts_with("the audit log was cut: it has"), "{}", found[0]);

    // With records to match, nothing but the head tells.
    let earlier = World::sqlite();
    earlier.promoted("1.0.0");
    let head = kept.kept_head();
    let report = Audit::of(earlier.registry.store())
        .artifacts(earlier.registry.artifacts())
        .against(&head, &earlier.signer.public_key())
        .verify()
        .unwrap();
    let now = earlier.registry.store().size().unwrap();
    assert_eq!(report.discrepancies, [Discrepancy::LogCut { size: now, signed: size }]);
}

#[test]
fn a_log_that_was_rewritten_as_a_whole_is_named() {
    let kept = kept();
    // Entry, record and tree tell the same new story.
    let connection = kept.connection();
    let approved = kept.entry("promotion.approve");
    let body: String =
        connection.query_row("SELECT body FROM approval WHERE number = 2", [], |row| row.get(0)).unwrap();
    let forged = body.replace("2013-04-01T00:", "2013-04-01T01:");
    assert_ne!(body, forged);
    connection.execute("UPDATE approval SET body = ?1 WHERE number = 2", [&forged]).unwrap();
    let digest = |text: &str| mlops_core::Digest::of(text).to_string();
    connection
        .execute(
            "UPDATE leaf SET body = replace(body, ?1, ?2) WHERE sequence = ?3",
            params![digest(&body), digest(&forged), i64::try_from(approved).unwrap()],
        )
        .unwrap();
    reroot(&connection);
    assert!(kept.world.registry.verify().unwrap().is_clean(), "without a head from outside, nobody can tell");
    let size = kept.world.registry.store().size().unwrap();
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::LogRewritten { size: named, .. }] if *named == size),
        "{found:?}"
    );
    assert!(found[0].to_string().starts_with("the audit log was rewritten"), "{}", found[0]);

    // Made longer afterwards, it is still found.
    let request = {
        let candidate = kept.world.register("1.2.0");
        kept.world.judge(&candidate, Outcome::Passed);
        kept.world.request("1.2.0")
    };
    let _approval = granted(kept.world.ben.approve(&request).unwrap());
    assert_eq!(kept.found(), found);
}

#[test]
fn a_changed_entry_with_a_tree_to_match_is_found() {
    let kept = kept();
    let sequence = kept.entry("promotion.approve");
    let connection = kept.connection();
    let condition = format!("sequence = {sequence}");
    flip(&connection, "leaf", &condition, |body| body.find("\"actor\":\"ben").unwrap() + 9);
    reroot(&connection);
    let found = kept.found();
    assert!(matches!(&found[..], [Discrepancy::LogRewritten { .. }]), "{found:?}");
}

#[test]
fn a_head_that_is_not_what_it_claims_is_named() {
    let kept = kept();
    let world = &kept.world;
    let key = world.signer.public_key();
    let size = world.registry.store().size().unwrap();
    let other = Ed25519Signer::from_seed(&[8; 32]);
    let unsigned = world.registry.tree_head().unwrap().unverified().clone();
    let forged = SignedTreeHead::sign(unsigned.clone(), &other).unwrap();
    let found = world.registry.audit().against(&forged, &key).verify().unwrap().discrepancies;
    assert!(
        matches!(found[..], [Discrepancy::HeadRejected { size: named, .. }] if named == size),
        "{found:?}"
    );

    let elsewhere = Origin::new("elsewhere.example").unwrap();
    let head = TreeHead::new(elsewhere.clone(), size, *unsigned.root(), unsigned.at()).unwrap();
    let moved = SignedTreeHead::sign(head, &*world.signer).unwrap();
    let found = world.registry.audit().against(&moved, &key).verify().unwrap().discrepancies;
    let here = world.registry.origin().clone();
    assert_eq!(found, [Discrepancy::OtherLog { head: elsewhere, here }]);
}
