//! The log as a file: the root is computed from it again, and a spreadsheet takes it for text.

use std::time::Duration;

use crate::world::{World, worlds};
use mlops_core::{Clock as _, Digest};
use mlops_registry::Error;
use mlops_registry::audit::{EntryFilter, ExportFormat, Exported, Unproven, verify_export};
use mlops_registry::merkle::{Ed25519Signer, Rejection, SignedTreeHead, Signer as _};

fn exported(world: &World, filter: &EntryFilter, format: ExportFormat) -> (Exported, String) {
    let mut file = Vec::new();
    let exported = world.registry.export_log(filter, format, &mut file, &mut |_| {}).unwrap();
    assert_eq!(exported.digest, Digest::of(&file));
    (exported, String::from_utf8(file).unwrap())
}

fn whole(world: &World) -> String {
    exported(world, &EntryFilter::new(), ExportFormat::JsonLines).1
}

fn check(world: &World, file: &str, head: &SignedTreeHead) -> Result<u64, Unproven> {
    verify_export(&mut file.as_bytes(), head, &world.signer.public_key()).map(|log| log.size)
}

#[test]
fn an_outsider_computes_the_root_from_the_file() {
    for world in worlds() {
        let empty = world.registry.tree_head().unwrap();
        world.promoted("1.0.0");
        let head = world.registry.tree_head().unwrap();
        let file = whole(&world);
        let size = head.unverified().size();
        assert_eq!(check(&world, &file, &head), Ok(size));
        assert_eq!(check(&world, &file, &empty), Ok(size), "an older head is of its beginning");
        world.promoted("1.1.0");
        let later = world.registry.tree_head().unwrap();
        let shorter = check(&world, &file, &later);
        assert!(matches!(shorter, Err(Unproven::Rejected(Rejection::Shrunk { .. }))), "{shorter:?}");
        let other = Ed25519Signer::from_seed(&[8; 32]).public_key();
        let forged = verify_export(&mut file.as_bytes(), &head, &other);
        assert!(matches!(forged, Err(Unproven::Rejected(Rejection::OtherKey { .. }))));

        // Each way to change it, line by line.
        let lines: Vec<&str> = file.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let with = |edit: &dyn Fn(&mut Vec<String>)| {
                let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                edit(&mut lines);
                check(&world, &lines.concat(), &head)
            };
            assert!(with(&|lines| drop(lines.remove(at))).is_err(), "without line {at}");
            assert!(with(&|lines| lines.insert(at, lines[at].clone())).is_err(), "line {at} twice");
            assert!(
                with(&|lines| lines[at] = lines[at].replacen("\"at\":\"2013", "\"at\":\"2012", 1)).is_err()
            );
            assert!(with(&|lines| lines[at] = lines[at].replacen(",\"at\"", ", \"at\"", 1)).is_err());
            if at > 0 {
                assert!(with(&|lines| lines.swap(at, at - 1)).is_err(), "lines {at} and before swapped");
            }
        }
        assert!(check(&world, file.trim_end(), &head).is_err());
        let named =
            check(&world, &file.replacen("\"sequence\":2,", "\"sequence\":3,", 1), &head).unwrap_err();
        assert!(named.to_string().contains("line 3: it says that it is entry 3"), "{named}");
    }
}

#[test]
fn a_pruned_log_is_exported_with_its_hashes() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.clock.advance(Duration::from_hours(24));
        let mut gone = Vec::new();
        let log = world.admin.prune_log(world.clock.now(), "older than a day", &mut gone).unwrap().unwrap();
        let head = world.registry.tree_head().unwrap();
        let (told, file) = exported(&world, &EntryFilter::new(), ExportFormat::JsonLines);
        assert_eq!((told.pruned, told.entries), (log.pruned.count(), told.size - log.pruned.count()));
        assert_eq!(check(&world, &file, &head), Ok(told.size));
        // With the bodies back in their places it is the whole log again.
        let gone = String::from_utf8(gone).unwrap();
        let mut gone = gone.split_inclusive('\n');
        let restored: String = file
            .split_inclusive('\n')
            .map(|line| if line.starts_with("{\"hash\"") { gone.next().unwrap() } else { line })
            .collect();
        let log = verify_export(&mut restored.as_bytes(), &head, &world.signer.public_key()).unwrap();
        assert_eq!((log.pruned, &log.root), (0, head.unverified().root()));
        let hash = file.find("sha256:").unwrap();
        let changed = format!("{}sha256:{}{}", &file[..hash], "0".repeat(64), &file[hash + 71..]);
        assert!(check(&world, &changed, &head).is_err());
    }
}

#[test]
fn what_is_asked_for_is_exported() {
    for world in worlds() {
        world.promoted("1.0.0");
        let noon = world.clock.now();
        world.promoted("1.1.0");
        let all = world.registry.entries(0..u64::MAX).unwrap();
        let filters = [
            EntryFilter::new().since(noon),
            EntryFilter::new().until(noon),
            EntryFilter::new().actor(world.ben.principal().clone()),
            EntryFilter::new().action("promotion.approve"),
            EntryFilter::new().action("promotion."),
            EntryFilter::new().subject("flight-delay/1.1"),
            EntryFilter::new().since(noon).action("promotion.").subject("flight-delay"),
            EntryFilter::new().action("promotion"),
        ];
        let counts = filters.map(|filter| {
            let (told, file) = exported(&world, &filter, ExportFormat::JsonLines);
            let expected: Vec<u64> =
                all.iter().filter(|entry| filter.fits(entry)).map(|entry| entry.sequence).collect();
            let found: Vec<u64> = file
                .lines()
                .map(|line| mlops_registry::audit::Entry::read_line(line).unwrap().sequence)
                .collect();
            assert_eq!((found, told.entries), (expected.clone(), expected.len() as u64));
            expected.len()
        });
        assert_eq!(counts[3], 2);
        assert!(counts[..7].iter().all(|count| *count > 0) && counts[7] == 0, "{counts:?}");
        assert_eq!(counts[0] + counts[1], all.len());
    }
}

#[test]
fn a_table_is_only_text() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.later();
        let reason = "=HYPERLINK(\"http://evil.example\",\"it\"), over";
        world.dora.rollback(&crate::world::model(), reason).unwrap();
        for sign in ["+1", "-1", "@x"] {
            world.later();
            world
                .dora
                .rollback_to(&crate::world::model(), &crate::world::version("1.1.0"), &format!("{sign} more"))
                .ok();
            world.later();
            world
                .dora
                .rollback_to(&crate::world::model(), &crate::world::version("1.0.0"), &format!("{sign} less"))
                .ok();
        }
        let (told, file) = exported(&world, &EntryFilter::new(), ExportFormat::Csv);
        let rows: Vec<&str> = file.split_terminator("\r\n").collect();
        assert_eq!(
            rows[0],
            "sequence,at,actor,action,subject,reason,refused,evidence,artifacts,changes,leaf_hash"
        );
        assert_eq!(rows.len() as u64, told.entries + 1);
        let guarded = "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"it\"\"), over\"";
        assert!(file.contains(guarded), "{file}");
        for row in &rows[1..] {
            assert!(
                !row.split(',').any(|cell| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@'])),
                "{row}"
            );
        }
    }
}

#[test]
fn progress_is_told_and_a_full_disk_is_an_error() {
    let world = worlds().remove(0);
    world.promoted("1.0.0");
    let mut last = None;
    let mut file = Vec::new();
    let told = world
        .registry
        .export_log(&EntryFilter::new(), ExportFormat::JsonLines, &mut file, &mut |progress| {
            last = Some(progress);
        })
        .unwrap();
    assert_eq!(last.map(|progress| (progress.done, progress.total)), Some((told.size, told.size)));
    let mut full = [0_u8; 100];
    let failed = world.registry.export_log(
        &EntryFilter::new(),
        ExportFormat::Csv,
        &mut full.as_mut_slice(),
        &mut |_| {},
    );
    assert!(matches!(failed, Err(Error::Unavailable { .. })), "{failed:?}");
}

/// An export of a pruned log, in which entry `at` is told by its hash as well.
fn covered(world: &World, file: &str, at: usize) -> String {
    let lines = file.split_inclusive('\n').enumerate().map(|(place, line)| {
        let hash = mlops_registry::merkle::leaf_hash(line.trim_end().as_bytes());
        if place == at { format!("{{\"hash\":\"{hash}\",\"sequence\":{place}}}\n") } else { line.to_owned() }
    });
    let covered: String = lines.collect();
    assert_ne!(covered, file, "{}", world.name);
    covered
}

#[test]
fn no_entry_is_hidden_behind_its_hash() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.clock.advance(Duration::from_hours(24));
        let before = world.registry.tree_head().unwrap();
        let log = world.admin.prune_log(world.clock.now(), "old", &mut Vec::new()).unwrap().unwrap();
        let head = world.registry.tree_head().unwrap();
        let file = whole(&world);
        let size = check(&world, &file, &head).unwrap();
        for at in 0..usize::try_from(size).unwrap() {
            if !log.pruned.contains(at as u64) {
                let found = check(&world, &covered(&world, &file, at), &head).unwrap_err().to_string();
                let told = format!("line {}: entry {at} is told by its hash alone", at + 1);
                // Without the entry that says what was pruned, the first that it names is missed.
                let act = at as u64 == log.entry && found.contains("is told by its hash alone");
                assert!(found.contains(&told) || act, "{found}");
            }
        }
        // That it was pruned is said behind the end of what was signed: whoever made the file can say so.
        let early = check(&world, &file, &before);
        assert!(matches!(early, Err(Unproven::Unreadable { .. })), "{early:?}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn an_export_does_not_cover_up_what_was_taken_out_by_hand() {
    let world = World::sqlite();
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    world.clock.advance(Duration::from_hours(24));
    let log = world.admin.prune_log(world.clock.now(), "old", &mut Vec::new()).unwrap().unwrap();
    let formats = [
        (ExportFormat::JsonLines, EntryFilter::new()),
        (ExportFormat::JsonLines, EntryFilter::new().action("promotion.")),
        (ExportFormat::Csv, EntryFilter::new()),
    ];
    let export = |format, filter: &EntryFilter| {
        world.registry.export_log(filter, format, &mut Vec::new(), &mut |_| {})
    };
    for (format, filter) in &formats {
        export(*format, filter).unwrap();
    }
    let sequence = (0..log.entry).rfind(|sequence| !log.pruned.contains(*sequence)).unwrap();
    let connection = rusqlite::Connection::open(world.folder.path().join("registry.db")).unwrap();
    connection.execute("DELETE FROM leaf WHERE sequence = ?1", [sequence.cast_signed()]).unwrap();
    for (format, filter) in &formats {
        match export(*format, filter) {
            Err(Error::Corrupt { what, .. }) => assert!(what.contains(&format!("entry {sequence} "))),
            other => panic!("{other:?}"),
        }
    }
}
