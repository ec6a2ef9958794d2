//! Recorded answers of Great Expectations, family by family.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]
#![allow(clippy::print_stdout, reason = "the line with the counts is what a reader looks for")]

use std::path::{Path, PathBuf};

use gx::Compared;
use serde_json::Value;

mod gx;

/// The families of this area that are read; the others wait for their expectations.
const FAMILIES: [&str; 7] =
    ["table", "nulls", "values_between", "mostly_boundary", "in_set", "agg_mean", "unique"];

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: Vec<String>,
    unsupported: Vec<String>,
    informative: Vec<String>,
}

impl Tally {
    fn add(&mut self, family: &str, document: &Value) {
        for case in document["cases"].as_array().unwrap() {
            let name = format!("{family}/{}", case["name"].as_str().unwrap());
            match gx::check(case) {
                Ok(Compared::Passed) => self.passed += 1,
                Ok(Compared::Free) => self.informative.push(name),
                Err(why) => self.failed.push(format!("{name}: {why}")),
            }
        }
    }

    fn close(self, area: &str) {
        let Self { passed, failed, unsupported, informative } = self;
        println!(
            "cases {area}: {passed} passed, {} failed, {} unsupported, {} informative",
            failed.len(),
            unsupported.len(),
            informative.len()
        );
        for (kind, names) in
            [("failed", &failed), ("unsupported", &unsupported), ("informative", &informative)]
        {
            for name in names {
                println!("  {kind}: {name}");
            }
        }
        assert!(failed.is_empty() && unsupported.is_empty(), "{area}: some cases do not pass");
        assert!(passed > 0, "{area}: no case was compared");
    }
}

/// The folder of an area; `None`, and a line, if the held-out cases lack it.
fn area_folder(area: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(area);
    let Some(cases) = std::env::var_os("MLOPS_CASES") else { return Some(own) };
    let folder = Path::new(&cases).join(area);
    if folder.is_dir() {
        Some(folder)
    } else {
        println!("cases {area}: absent");
        None
    }
}

#[test]
fn validate_gx() {
    let area = "validate/gx";
    let Some(folder) = area_folder(area) else { return };
    let held_out = std::env::var_os("MLOPS_CASES").is_some();
    let file = |family: &str| folder.join(format!("{family}.json"));
    // Held-out cases need not be of every family; ours are.
    let families: Vec<&str> =
        FAMILIES.into_iter().filter(|family| !held_out || file(family).is_file()).collect();
    if families.is_empty() {
        println!("cases {area}: absent");
        return;
    }
    let mut tally = Tally::default();
    for family in families {
        let path = file(family);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        tally.add(family, &serde_json::from_str(&text).unwrap());
    }
    tally.close(area);
}
