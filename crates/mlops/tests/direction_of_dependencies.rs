//! Leaf crates never know each other: what keeps the house in its shape.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand};

/// Who may depend on whom, of our own crates. What is not listed is a leaf.
fn allowed(name: &str) -> BTreeSet<&'static str> {
    match name {
        "mlops-core" | "mlops-stats" | "mlops-report" | "mlops-cases" => BTreeSet::new(),
        _ => BTreeSet::from(["mlops-core", "mlops-stats", "mlops-report"]),
    }
}

/// These meet several leaves: it is what they are for.
const COMPOSE: &[&str] =
    &["mlops", "mlops-pipeline", "mlops-http", "mlops-cli", "mlops-examples", "mlops-benches"];

/// Every edge that must not be there, as `from -> to`.
fn violations(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (from, edges) in graph.iter().filter(|(from, _)| !COMPOSE.contains(&from.as_str())) {
        let allowed = allowed(from);
        for to in edges.iter().filter(|to| graph.contains_key(*to) && *to != from) {
            if !allowed.contains(to.as_str()) {
                found.push(format!("{from} -> {to}"));
            }
        }
    }
    found
}

#[test]
fn leaves_never_depend_on_each_other() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .unwrap();
    let graph: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| {
            // Recorded cases are read by tests, and by nothing else.
            let of_tests =
                |edge: &&Dependency| edge.name == "mlops-cases" && edge.kind == DependencyKind::Development;
            let edges = package.dependencies.iter().filter(|edge| !of_tests(edge));
            let edges = edges.map(|dependency| dependency.name.clone()).collect();
            (package.name.to_string(), edges)
        })
        .collect();
    assert!(graph.len() >= 11, "the workspace was not read: {graph:?}");
    assert_eq!(violations(&graph), Vec::<String>::new());
}

#[test]
fn pages_are_never_forced_on_a_leaf() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .unwrap();
    let pages =
        metadata.packages.iter().filter(|package| package.name.starts_with("mlops")).flat_map(|package| {
            let of_pages = package.dependencies.iter().filter(|dependency| dependency.name == "mlops-report");
            of_pages.map(|dependency| (package.name.to_string(), dependency.optional))
        });
    let pages: Vec<(String, bool)> = pages.collect();
    assert!(pages.len() >= 4, "{pages:?}");
    assert!(pages.iter().all(|(_, optional)| *optional), "{pages:?}");
}

#[test]
fn a_leaf_that_knows_another_is_found() {
    let edges = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let graph = BTreeMap::from([
        ("mlops-core".to_owned(), edges(&["serde"])),
        ("mlops-drift".to_owned(), edges(&["mlops-core", "mlops-monitor"])),
        ("mlops-monitor".to_owned(), edges(&["mlops-core"])),
        ("mlops".to_owned(), edges(&["mlops-drift", "mlops-monitor"])),
    ]);
    assert_eq!(violations(&graph), ["mlops-drift -> mlops-monitor"]);
}
