//! Whatever is changed in the records behind the registry's back is found and named.

use crate::world::kept::kept;
use mlops_registry::audit::Discrepancy;
use mlops_registry::store::{Key, Kind};
use rusqlite::params;

#[test]
fn an_untouched_registry_is_clean() {
    let kept = kept();
    let report = kept.report();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.entries, kept.world.registry.store().size().unwrap());
    assert_eq!((report.artifacts, report.heads), (3, 1));
    assert!(report.records > 20);
    assert!(report.to_string().ends_with("3 artifacts, 1 tree heads: all as the audit log says"));
    // The log grows; the old head stands.
    kept.world.promoted("1.2.0");
    assert!(kept.report().is_clean());
}

#[test]
fn a_byte_of_a_record_is_named_whatever_the_kind() {
    let kept = kept();
    let mut seen = 0;
    for kind in Kind::ALL {
        let connection = kept.connection();
        let one = format!("SELECT min(body) FROM \"{kind}\"");
        let Some(body) = connection.query_row(&one, [], |row| row.get::<_, Option<String>>(0)).unwrap()
        else {
            continue;
        };
        seen += 1;
        let mut flipped = body.clone().into_bytes();
        flipped[body.len() / 2] ^= 1;
        let update = format!("UPDATE \"{kind}\" SET body = CAST(?1 AS TEXT) WHERE body = CAST(?2 AS TEXT)");
        assert_eq!(connection.execute(&update, params![flipped, body]).unwrap(), 1);
        let found = kept.found();
        assert!(
            matches!(&found[..], [Discrepancy::RecordChanged { kind: named, .. }] if *named == kind),
            "{kind}: {found:?}"
        );
        assert_eq!(connection.execute(&update, params![body, flipped]).unwrap(), 1);
    }
    assert!(seen >= 17, "{seen} kinds in a world that had 17");
    assert!(kept.report().is_clean());
}

#[test]
fn a_version_row_that_was_changed_is_named() {
    let kept = kept();
    let connection = kept.connection();
    let digest = "instr(body, 'sha256:')";
    let update = format!(
        "UPDATE version SET body = substr(body, 1, {digest} + 6) || 'f' || substr(body, {digest} + 8) WHERE version = '1.1.0'"
    );
    assert_eq!(connection.execute(&update, []).unwrap(), 1);
    let registered = kept.entry("version.register");
    let found = kept.found();
    let key = Key::from(["flight-delay", "1.1.0"]);
    assert_eq!(found, [Discrepancy::RecordChanged { kind: Kind::Version, key, written_by: registered }]);
    assert_eq!(
        found[0].to_string(),
        format!("version flight-delay/1.1.0 was changed: it is not what entry {registered} wrote")
    );
}

#[test]
fn an_approval_in_another_name_is_named() {
    let kept = kept();
    let approved = kept.entry("promotion.approve");
    kept.execute("UPDATE approval SET body = replace(body, '\"ben\"', '\"eve\"') WHERE number = 2");
    let key = |who: &str| Key::from(["flight-delay"]).and(2).and(who);
    let (kind, written_by) = (Kind::Approval, approved);
    assert_eq!(kept.found(), [Discrepancy::RecordChanged { kind, key: key("ben"), written_by }]);
    // In the key as well: one is slipped in, and one is missing.
    kept.execute("UPDATE approval SET approver = 'eve' WHERE number = 2");
    assert_eq!(
        kept.found(),
        [
            Discrepancy::RecordUnaccounted { kind, key: key("eve") },
            Discrepancy::RecordMissing { kind, key: key("ben"), written_by },
        ]
    );
}

#[test]
fn a_record_without_an_entry_is_named() {
    let kept = kept();
    kept.execute(
        "INSERT INTO \"grant\" SELECT 'mallory', role, scope, revision, replace(body, 'root', 'mallory')
         FROM \"grant\" WHERE principal = 'root'",
    );
    let key = Key::from(["mallory", "admin", "*"]);
    assert_eq!(kept.found(), [Discrepancy::RecordUnaccounted { kind: Kind::Grant, key }]);
}

#[test]
fn a_deleted_record_is_named() {
    let kept = kept();
    kept.execute("DELETE FROM evidence WHERE version = '1.0.0'");
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::RecordMissing { kind: Kind::Evidence, key, .. }]
            if key.is_under(&Key::from(["flight-delay", "1.0.0"]))),
        "{found:?}"
    );
}

#[test]
fn a_record_of_yesterday_is_named() {
    let kept = kept();
    let old = "SELECT revision, body FROM stage WHERE version = '1.1.0'";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
    let before = kept.connection().query_row(old, [], row).unwrap();
    kept.world.promoted("1.2.0");
    let back = "UPDATE stage SET revision = ?1, body = ?2 WHERE version = '1.1.0'";
    kept.connection().execute(back, params![before.0, before.1]).unwrap();
    let found = kept.found();
    assert!(matches!(found[..], [Discrepancy::RecordChanged { kind: Kind::Stage, .. }]), "{found:?}");
}

#[test]
fn why_a_version_went_and_came_back_is_not_rewritten() {
    let kept = kept();
    let rolled_back = kept.world.rolled_back();
    assert_eq!(rolled_back.number, 3);
    let group = Key::from(["flight-delay"]);
    kept.execute("UPDATE promotion SET body = replace(body, 'over-', 'under-') WHERE number = 3");
    let (kind, written_by) = (Kind::Promotion, kept.entry("promotion.rollback"));
    let changed = Discrepancy::RecordChanged { kind, key: group.clone().and(3), written_by };
    assert_eq!(kept.found(), std::slice::from_ref(&changed));
    // A trial that went through after all.
    kept.execute("UPDATE trial SET body = replace(body, '12 of 214', '0 of 214') WHERE number = 1");
    let (kind, written_by) = (Kind::Trial, kept.entry("trial.end"));
    let trial = Discrepancy::RecordChanged { kind, key: group.clone().and(1), written_by };
    assert_eq!(kept.found(), [changed.clone(), trial]);
    // Or that never was.
    kept.execute("DELETE FROM trial");
    let trial = Discrepancy::RecordMissing { kind, key: group.and(1), written_by };
    assert_eq!(kept.found(), [changed, trial]);
}
