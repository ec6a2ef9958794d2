//! Old entries on which nothing rests can go; every proof stays what it was, and what goes
//! otherwise is found.

use std::time::Duration;

use crate::world::{World, worlds};
use mlops_core::{Clock as _, Digest};
use mlops_registry::Error;
use mlops_registry::audit::{EntryProof, PrunedLog};
use mlops_registry::merkle::{InclusionProof, Rejection, Signer as _, root_at};

/// A registry with a past, pruned, and what was exported.
fn pruned(world: &World) -> (PrunedLog, String) {
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    world.clock.advance(Duration::from_hours(24));
    let before = world.clock.now();
    world.promoted("1.2.0");
    let mut export = Vec::new();
    let pruned = world.admin.prune_log(before, "older than a day", &mut export).unwrap().unwrap();
    (pruned, String::from_utf8(export).unwrap())
}

#[test]
fn what_is_pruned_is_told_and_still_proven() {
    for world in worlds() {
        world.promoted("0.9.0");
        let head = world.registry.tree_head().unwrap();
        let (log, export) = pruned(&world);
        let lines: Vec<&str> = export.lines().collect();
        assert!(log.complete && log.pruned.count() >= 3, "{log:?}");
        assert_eq!(lines.len() as u64, log.pruned.count());
        assert_eq!(log.pruned.export(), &Digest::of(&export));

        let key = world.signer.public_key();
        let report = world.registry.audit().against(&head, &key).verify().unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!((report.pruned[0].entry, report.pruned[0].entries), (log.entry, log.pruned.count()));
        let said =
            format!("{} entries pruned under entry {}; all as the audit log says", lines.len(), log.entry);
        assert!(report.to_string().ends_with(&said), "{report}");

        // The act is an entry like any other.
        let act = world.registry.entries(log.entry..log.entry + 1).unwrap().remove(0);
        assert_eq!((act.act.actor.as_str(), act.act.action.as_str()), ("root", "log.prune"));
        assert_eq!(act.act.reason.as_deref(), Some("older than a day"));
        assert_eq!(act.pruned, Some(log.pruned.clone()));

        // The log has only grown, and what is there is proven as before.
        world.registry.prove_extension(&head).unwrap().verify(&key).unwrap();
        let size = world.registry.store().size().unwrap();
        for sequence in 0..size {
            let proof = InclusionProof::of(world.registry.store(), sequence, size).unwrap();
            let proven = world.registry.prove(sequence);
            if log.pruned.contains(sequence) {
                match proven {
                    Err(Error::NotFound { key, .. }) => {
                        assert!(
                            key.starts_with(&format!("{sequence}, which entry {} has", log.entry)),
                            "{key}"
                        );
                    }
                    other => panic!("{other:?}"),
                }
                assert_eq!(world.registry.pruned_by(sequence).unwrap(), Some(log.entry));
            } else {
                assert_eq!(proven.unwrap().inclusion(), &proof);
                assert_eq!(world.registry.pruned_by(sequence).unwrap(), None);
            }
        }
        for line in lines {
            let text = world.registry.prove_exported(line).unwrap().to_text().unwrap();
            let proof = EntryProof::from_text(&text).unwrap();
            assert!(log.pruned.contains(proof.verify(&key).unwrap().entry.sequence));
        }
        // Another story in its place is not.
        let forged = export.lines().next().unwrap().replace("\"actor\":\"", "\"actor\":\"x");
        assert!(matches!(world.registry.prove_exported(&forged), Err(Error::Corrupt { .. })));
        assert!(matches!(world.registry.prove_exported("{}"), Err(Error::Corrupt { .. })));

        // The registry goes on as if nothing were gone.
        world.promoted("1.3.0");
        assert_eq!(world.rolled_back().number, 6);
        assert!(world.registry.verify().unwrap().is_clean());
    }
}

#[test]
fn it_can_be_done_again_and_nothing_is_left_to_do_then() {
    for world in worlds() {
        let (first, _) = pruned(&world);
        world.clock.advance(Duration::from_hours(24));
        world.promoted("1.3.0");
        let mut export = Vec::new();
        let second = world.admin.prune_log(world.clock.now(), "older", &mut export).unwrap().unwrap();
        assert!(second.pruned.ranges().all(|range| range.clone().all(|seq| !first.pruned.contains(seq))));
        // Those that say what was pruned stay.
        assert!(!second.pruned.contains(first.entry));
        assert_eq!(world.admin.prune_log(world.clock.now(), "older", &mut Vec::new()).unwrap(), None);
        let report = world.registry.verify().unwrap();
        assert!(report.is_clean(), "{report}");
        let told: Vec<_> = report.pruned.iter().map(|under| (under.entry, under.entries)).collect();
        assert_eq!(told, [(first.entry, first.pruned.count()), (second.entry, second.pruned.count())]);
    }
}

#[test]
fn what_the_state_rests_on_stays() {
    for world in worlds() {
        let (log, _) = pruned(&world);
        let there: Vec<u64> =
            world.registry.entries(0..u64::MAX).unwrap().iter().map(|entry| entry.sequence).collect();
        for kind in mlops_registry::store::Kind::ALL {
            let query = mlops_registry::store::Query::under(kind, mlops_registry::store::Key::all(), 1000);
            for record in world.registry.store().read(&query).unwrap() {
                assert!(there.contains(&record.revision.0), "{kind} {}", record.key);
            }
        }
        assert!(!log.pruned.contains(0));
    }
}

#[test]
fn the_proof_that_time_has_passed_stays() {
    for world in worlds() {
        let now = world.clock.now();
        world.promoted("1.0.0");
        world.clock.advance(Duration::from_hours(48));
        let late = world.clock.now();
        world.promoted("1.1.0");
        world.promoted("1.2.0");
        // The clock is set back, and all is to be pruned that was ever dated.
        world.clock.set(now + Duration::from_hours(1));
        let ever = late + Duration::from_hours(1000);
        let dated = || {
            let all = world.registry.entries(0..u64::MAX).unwrap();
            all.into_iter()
                .filter(|entry| entry.act.at >= late)
                .map(|entry| entry.sequence)
                .collect::<Vec<_>>()
        };
        let before = dated();
        let log = world.admin.prune_log(ever, "all of it", &mut Vec::new()).unwrap().unwrap();
        assert_eq!(dated(), before, "{}: what was dated later than the act is there", world.name);
        let act = world.registry.entries(log.entry..log.entry + 1).unwrap().remove(0).act;
        assert_eq!(act.subject, format!("entries before {}", act.at));
        assert!(world.registry.verify().unwrap().is_clean());
    }
}

/// A disk that is full.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("full"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn only_an_admin_with_a_reason_prunes() {
    for world in worlds() {
        world.promoted("1.0.0");
        let size = world.registry.store().size().unwrap();
        let at = world.clock.now();
        for (session, reason) in [(&world.ana, "old"), (&world.admin, ""), (&world.admin, " \u{7}")] {
            let refused = session.prune_log(at, reason, &mut Vec::new());
            match refused {
                Err(Error::Denied { .. }) => assert_eq!(session.principal().as_str(), "ana"),
                Err(Error::Invalid { .. }) => assert_ne!(reason, "old"),
                other => panic!("{other:?}"),
            }
        }
        let failed = world.admin.prune_log(at, "old", &mut Full);
        assert!(matches!(failed, Err(Error::Unavailable { .. })), "{failed:?}");
        let there = world.registry.entries(0..u64::MAX).unwrap();
        let done = |action: &str| there.iter().filter(|entry| entry.act.action == action).count();
        assert_eq!(done("log.prune") as u64, world.registry.store().size().unwrap() - size, "refusals alone");
        assert!(there.iter().all(|entry| entry.pruned.is_none()));
    }
}

#[cfg(feature = "sqlite")]
mod by_hand {
    use mlops_registry::audit::Discrepancy;
    use rusqlite::Connection;

    use super::*;

    fn world() -> (World, PrunedLog, Connection) {
        let world = World::sqlite();
        let (log, _) = pruned(&world);
        let connection = Connection::open(world.folder.path().join("registry.db")).unwrap();
        (world, log, connection)
    }

    fn found(world: &World) -> Vec<Discrepancy> {
        world.registry.verify().unwrap().discrepancies
    }

    #[test]
    fn one_more_that_is_gone_is_named() {
        let (world, log, connection) = world();
        let size = world.registry.store().size().unwrap();
        let kept = |sequence: &u64| !log.pruned.contains(*sequence) && *sequence != log.entry;
        let sequence = (0..size - 1).rfind(kept).unwrap();
        connection.execute("DELETE FROM leaf WHERE sequence = ?1", [sequence.cast_signed()]).unwrap();
        assert_eq!(found(&world), [Discrepancy::EntryMissing { sequence }]);
        let error = world.admin.prune_log(world.clock.now(), "to cover it up", &mut Vec::new());
        assert!(matches!(error, Err(Error::Corrupt { .. })), "{error:?}");
    }

    #[test]
    fn the_act_can_not_be_taken_back_or_widened() {
        let (world, log, connection) = world();
        let missing = log.pruned.count();
        let entry = log.entry.cast_signed();
        let body: String = connection
            .query_row("SELECT body FROM leaf WHERE sequence = ?1", [entry], |row| row.get(0))
            .unwrap();
        let first = log.pruned.ranges().next().unwrap();
        let stretch = format!("[{},{}]", first.start, first.end);
        let wider = body.replacen(&stretch, &format!("[{},{}]", first.start - 1, first.end), 1);
        assert_ne!(wider, body);
        connection
            .execute("UPDATE leaf SET body = ?1 WHERE sequence = ?2", rusqlite::params![wider, entry])
            .unwrap();
        connection.execute("DELETE FROM leaf WHERE sequence = ?1", [first.start.cast_signed() - 1]).unwrap();
        let discrepancies = found(&world);
        // What it says counts for nothing any more.
        assert_eq!(discrepancies.len() as u64, missing + 2, "{discrepancies:?}");
        assert!(discrepancies.contains(&Discrepancy::EntryChanged { sequence: log.entry }));
        assert!(discrepancies.contains(&Discrepancy::EntryMissing { sequence: first.start - 1 }));
    }

    #[test]
    fn the_hash_of_a_pruned_entry_can_not_be_changed() {
        let (world, log, connection) = world();
        let first = log.pruned.ranges().next().unwrap().start;
        let head = world.registry.tree_head().unwrap();
        connection
            .execute(
                "UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND position = ?1",
                [first.cast_signed()],
            )
            .unwrap();
        let discrepancies = found(&world);
        assert!(
            matches!(discrepancies[0], Discrepancy::TreeChanged { level: 1, position } if position == first / 2),
            "{discrepancies:?}"
        );
        let size = head.unverified().size();
        let proof = InclusionProof::of(world.registry.store(), first ^ 1, size).unwrap();
        let leaf = Digest::of("another");
        assert!(matches!(proof.verify(&leaf, head.unverified().root()), Err(Rejection::Root { .. })));
        assert_eq!(root_at(world.registry.store(), size).unwrap(), *head.unverified().root());
    }

    #[test]
    fn a_record_of_yesterday_is_found_though_its_entry_is_pruned() {
        let (world, log, connection) = world();
        let first = log.pruned.ranges().next().unwrap().start.cast_signed();
        connection.execute("UPDATE stage SET revision = ?1 WHERE version = '1.0.0'", [first]).unwrap();
        let discrepancies = found(&world);
        assert!(matches!(discrepancies[..], [Discrepancy::RecordChanged { .. }]), "{discrepancies:?}");
    }
}
