//! An audit says how far it is, and is not confused by who writes meanwhile.

use crate::world::kept::kept;
use mlops_registry::audit::Phase;
use mlops_registry::merkle::{Tree, leaf_hash};

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
