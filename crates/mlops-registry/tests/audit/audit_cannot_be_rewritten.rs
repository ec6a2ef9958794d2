//! Whatever is changed in the audit log behind the registry's back is found and named.

use crate::world::kept::{flip, kept};
use mlops_registry::audit::Discrepancy;
use rusqlite::params;

#[test]
fn a_byte_of_an_entry_is_named_wherever_it_is() {
    let kept = kept();
    let sequence = kept.entry("promotion.approve");
    let whole = kept.world.registry.store().leaves(sequence..sequence + 1).unwrap().remove(0).1;
    for at in 0..whole.len() {
        let condition = format!("sequence = {sequence}");
        flip(&kept.connection(), "leaf", &condition, |_| at);
        assert_eq!(kept.found(), [Discrepancy::EntryChanged { sequence }], "byte {at}");
        let back = "UPDATE leaf SET body = CAST(?1 AS TEXT) WHERE sequence = ?2";
        kept.connection().execute(back, params![whole, i64::try_from(sequence).unwrap()]).unwrap();
    }
    assert!(kept.report().is_clean());
}

#[test]
fn a_deleted_entry_is_named() {
    let kept = kept();
    let sequence = kept.entry("promotion.approve");
    kept.execute(&format!("DELETE FROM leaf WHERE sequence = {sequence}"));
    assert_eq!(kept.found(), [Discrepancy::EntryMissing { sequence }]);
}

#[test]
fn entries_that_changed_places_are_named() {
    let kept = kept();
    kept.connection()
        .execute_batch(
            "UPDATE leaf SET sequence = 1000 WHERE sequence = 5;
             UPDATE leaf SET sequence = 5 WHERE sequence = 6;
             UPDATE leaf SET sequence = 6 WHERE sequence = 1000;",
        )
        .unwrap();
    let expected = [5, 6].map(|sequence| Discrepancy::EntryChanged { sequence });
    assert_eq!(kept.found(), expected);
}

#[test]
fn an_entry_far_away_does_not_keep_the_audit_busy() {
    let kept = kept();
    let size = kept.world.registry.store().size().unwrap();
    kept.execute("INSERT INTO leaf (sequence, body) VALUES (1000000000000000, '{}')");
    let found = kept.found();
    assert!(
        found
            .iter()
            .any(|found| matches!(found, Discrepancy::EntryMissing { sequence } if *sequence == size)
                || matches!(found, Discrepancy::EntriesMissing { .. })),
        "{found:?}"
    );
}

#[test]
fn a_long_gap_is_told_once() {
    let kept = kept();
    let size = kept.world.registry.store().size().unwrap();
    let connection = kept.connection();
    // Of most records, the entry that wrote them is looked for again.
    connection.execute("DELETE FROM leaf WHERE sequence >= 5", []).unwrap();
    connection.execute("INSERT INTO leaf (sequence, body) VALUES (4000, '{}')", []).unwrap();
    let found = kept.world.registry.verify().unwrap().discrepancies;
    let gaps: Vec<_> =
        found.iter().filter(|found| matches!(found, Discrepancy::EntriesMissing { .. })).collect();
    // Those that have left their hashes behind are named one by one.
    assert_eq!(gaps, [&Discrepancy::EntriesMissing { from: size, until: 4001 }]);
    let missing = found.iter().filter(|found| matches!(found, Discrepancy::EntryMissing { .. }));
    assert_eq!(missing.count() as u64, size - 5);
}

#[test]
fn entries_that_were_cut_off_leave_their_hashes_behind() {
    let kept = kept();
    let size = kept.world.registry.store().size().unwrap();
    let last = size - 1;
    kept.execute(&format!("DELETE FROM leaf WHERE sequence = {last}"));
    let beyond = Discrepancy::TreeBeyondEnd { size: last };
    assert_eq!(
        beyond.to_string(),
        format!("the audit tree goes on beyond the log, which ends after {last} entries: it was cut")
    );
    let found = kept.world.registry.verify().unwrap().discrepancies;
    assert!(found.contains(&beyond), "without a head from outside: {found:?}");

    // The leaves' own hashes are taken away as well, but not those above them.
    let connection = kept.connection();
    let start = size.next_power_of_two() / 2 - 1;
    connection.execute(&format!("DELETE FROM leaf WHERE sequence >= {start}"), []).unwrap();
    connection.execute(&format!("DELETE FROM node WHERE level = 0 AND position >= {start}"), []).unwrap();
    let found = kept.world.registry.verify().unwrap().discrepancies;
    assert!(found.contains(&Discrepancy::TreeBeyondEnd { size: start }), "{found:?}");
}

#[test]
fn a_hash_within_the_tree_is_named() {
    let kept = kept();
    kept.execute("UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND position = 1");
    assert_eq!(kept.found(), [Discrepancy::TreeChanged { level: 2, position: 1 }]);
    kept.execute("DELETE FROM node WHERE level = 2 AND position = 1");
    assert_eq!(kept.found(), [Discrepancy::TreeChanged { level: 2, position: 1 }]);
}
