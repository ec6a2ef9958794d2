//! Whatever is changed behind the registry's back is found and named.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]
#![cfg(feature = "sqlite")]

mod world;

use std::fs;
use std::path::{Path, PathBuf};

use mlops_core::Outcome;
use mlops_registry::audit::{Audit, AuditReport, Discrepancy, Phase};
use mlops_registry::merkle::{Ed25519Signer, Origin, SignedTreeHead, Signer, Tree, TreeHead, leaf_hash};
use mlops_registry::store::{Key, Kind, SqliteStore};
use rusqlite::{Connection, params};
use world::{World, granted, model, version};

/// A registry with a version in production, and the tree head that was kept outside then.
struct Kept {
    world: World,
    head: PathBuf,
}

fn kept() -> Kept {
    let world = World::sqlite();
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    let head = world.folder.path().join("tree-head.json");
    fs::write(&head, world.registry.tree_head().unwrap().to_text().unwrap()).unwrap();
    Kept { world, head }
}

impl Kept {
    fn connection(&self) -> Connection {
        Connection::open(self.world.folder.path().join("registry.db")).unwrap()
    }

    fn execute(&self, sql: &str) {
        assert_eq!(self.connection().execute(sql, []).unwrap(), 1, "{sql}");
    }

    fn kept_head(&self) -> SignedTreeHead {
        SignedTreeHead::from_text(&fs::read_to_string(&self.head).unwrap()).unwrap()
    }

    fn report(&self) -> AuditReport {
        let head = self.kept_head();
        self.world.registry.audit().against(&head, &self.world.signer.public_key()).verify().unwrap()
    }

    fn found(&self) -> Vec<Discrepancy> {
        self.report().discrepancies
    }

    /// The number of the entry that did `action`, the last if there are several.
    fn entry(&self, action: &str) -> u64 {
        let entries = self.world.registry.entries(0..u64::MAX).unwrap();
        entries.iter().rfind(|entry| entry.act.action == action).unwrap().sequence
    }
}

/// Changes one bit of the text in one row.
fn flip(connection: &Connection, table: &str, condition: &str, at: impl Fn(&str) -> usize) {
    let select = format!("SELECT body FROM \"{table}\" WHERE {condition}");
    let body: String = connection.query_row(&select, [], |row| row.get(0)).unwrap();
    let at = at(&body);
    let mut bytes = body.into_bytes();
    bytes[at] ^= 1;
    let update = format!("UPDATE \"{table}\" SET body = CAST(?1 AS TEXT) WHERE {condition}");
    assert_eq!(connection.execute(&update, params![bytes]).unwrap(), 1);
}

/// Rewrites the tree over the leaves that are there now, as who knows how it is made can.
fn reroot(connection: &Connection) {
    let mut statement = connection.prepare("SELECT body FROM leaf ORDER BY sequence").unwrap();
    let leaves: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    connection.execute("DELETE FROM node", []).unwrap();
    let mut frontier = mlops_registry::merkle::Frontier::new();
    for leaf in leaves {
        frontier.append_with(leaf_hash(leaf.as_bytes()), |node, hash| {
            let insert = "INSERT INTO node (level, position, hash) VALUES (?1, ?2, ?3)";
            let index = i64::try_from(node.index).unwrap();
            connection.execute(insert, params![node.level, index, hash.as_bytes()]).unwrap();
        });
    }
}

#[test]
fn an_untouched_registry_is_clean() {
    let kept = kept();
    let report = kept.report();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.entries, kept.world.registry.store().size().unwrap());
    assert_eq!((report.artifacts, report.heads), (2, 1));
    assert!(report.records > 20);
    assert!(report.to_string().ends_with("2 artifacts, 1 tree heads: all as the audit log says"));
    // The log grows; the old head stands.
    kept.world.promoted("1.2.0");
    assert!(kept.report().is_clean());
}

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
fn a_byte_of_a_record_is_named_whatever_the_kind() {
    let kept = kept();
    let mut kinds = 0;
    for kind in Kind::ALL {
        let connection = kept.connection();
        let one = format!("SELECT min(body) FROM \"{kind}\"");
        let Some(body) = connection.query_row(&one, [], |row| row.get::<_, Option<String>>(0)).unwrap()
        else {
            continue;
        };
        kinds += 1;
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
    assert_eq!(kinds, Kind::ALL.len() - 1, "all but tags, which this world has none of");
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
fn a_byte_of_an_artifact_is_named() {
    let kept = kept();
    let artifact = kept.world.registry.version(&model(), &version("1.0.0")).unwrap().artifact;
    let file = find(&kept.world.folder.path().join("artifacts"), &artifact.to_hex());
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    fs::set_permissions(&file, permissions).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[3] ^= 1;
    fs::write(&file, bytes).unwrap();
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::ArtifactChanged { digest, .. }] if *digest == artifact),
        "{found:?}"
    );
    fs::remove_file(&file).unwrap();
    let found = kept.found();
    assert!(
        matches!(&found[..], [Discrepancy::ArtifactMissing { digest, .. }] if *digest == artifact),
        "{found:?}"
    );
}

/// The file whose path, without its separators, ends with `hex`.
fn find(folder: &Path, hex: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().replace('/', "").ends_with(hex) {
                return path;
            }
        }
    }
    panic!("no file of {hex}");
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
    let connection = kept.connection();
    // Of most records, the entry that wrote them is looked for again.
    connection.execute("DELETE FROM leaf WHERE sequence >= 5", []).unwrap();
    connection.execute("INSERT INTO leaf (sequence, body) VALUES (4000, '{}')", []).unwrap();
    let found = kept.world.registry.verify().unwrap().discrepancies;
    let gaps: Vec<_> =
        found.iter().filter(|found| matches!(found, Discrepancy::EntriesMissing { .. })).collect();
    // The first page is not empty, and its entries are named one by one.
    assert_eq!(gaps, [&Discrepancy::EntriesMissing { from: 128, until: 4001 }]);
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
    let forged = body.replace("2013-04-01T00:0", "2013-04-01T01:0");
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

#[test]
fn a_byte_anywhere_in_the_file_is_found_or_changes_nothing() {
    let kept = kept();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let path = copy.display().to_string();
    kept.connection().execute("VACUUM INTO ?1", [&path]).unwrap();
    let whole = fs::read(&copy).unwrap();
    let contents = |path: &Path| {
        let store = SqliteStore::open(path).ok()?;
        let report = Audit::of(&store).verify().ok()?;
        report.is_clean().then_some((report.entries, report.records, report.root))
    };
    let untouched = contents(&copy);
    assert!(untouched.is_some());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let (mut found, mut harmless) = (0, 0);
    for _ in 0..300 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut bytes = whole.clone();
        let at = usize::try_from(random >> 20).unwrap() % bytes.len();
        bytes[at] ^= 1 << (random & 7);
        for side in ["copy.db-wal", "copy.db-shm"] {
            let _ = fs::remove_file(folder.path().join(side));
        }
        fs::write(&copy, bytes).unwrap();
        match contents(&copy) {
            None => found += 1,
            // In a part of a page that holds nothing: everything is still there.
            same => {
                assert_eq!(same, untouched, "byte {at}");
                harmless += 1;
            }
        }
    }
    assert!(found > 30, "{found} found, {harmless} harmless");
}

#[test]
fn progress_is_told_and_comes_to_its_end() {
    let kept = kept();
    let mut seen = Vec::new();
    let mut progress = |progress: mlops_registry::audit::Progress| seen.push(progress);
    let report = kept.world.registry.audit().on_progress(&mut progress).verify().unwrap();
    for phase in [Phase::Store, Phase::Entries, Phase::Records, Phase::Artifacts] {
        let last = seen.iter().rfind(|progress| progress.phase == phase).unwrap();
        assert_eq!(last.done, last.total, "{phase}");
    }
    assert_eq!(seen.iter().rfind(|progress| progress.phase == Phase::Records).unwrap().done, report.records);
}

#[test]
fn an_audit_while_others_write_finds_nothing() {
    let kept = kept();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for minor in 2..8 {
                kept.world.promoted(&format!("1.{minor}.0"));
            }
        });
        while !writer.is_finished() {
            let report = kept.report();
            assert!(report.is_clean(), "{report}");
        }
    });
    let report = kept.report();
    assert!(report.is_clean() && report.entries > 50, "{report}");
}

#[test]
fn the_root_of_the_report_is_that_of_the_entries() {
    let kept = kept();
    let leaves = kept.world.registry.store().leaves(0..u64::MAX).unwrap();
    let tree: Tree = leaves.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
    assert_eq!(kept.report().root, tree.root());
    assert_eq!(kept.world.registry.tree_head().unwrap().unverified().root(), &tree.root());
}
