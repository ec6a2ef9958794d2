//! Recorded answers of Great Expectations, family by family.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use gx::Compared;
use mlops_cases::Tally;
use serde_json::Value;

mod gx;
mod like_cases;

/// The families of this area that are read; the others wait for their expectations.
const FAMILIES: &[&str] = &[
    "table",
    "nulls",
    "values_between",
    "mostly_boundary",
    "in_set",
    "agg_mean",
    "unique",
    "regex",
    "like_patterns",
    "like_sql_only",
    "lengths",
    "column_pairs",
    "multicolumn",
    "monotonic",
    "sql_only",
    "config_errors",
    "agg_max",
    "agg_min",
    "agg_median",
    "agg_stdev",
    "agg_sum",
    "uniqueness_counts",
    "quantiles",
    "distinct_sets",
    "most_common",
    "kl_divergence",
    "outliers",
    "parsing",
    "types",
];

fn compare(tally: &mut Tally, family: &str, document: &Value) {
    for case in document["cases"].as_array().unwrap() {
        let name = format!("{family}/{}", case["name"].as_str().unwrap());
        let compared = if family == "like_patterns" { like_cases::check(case) } else { gx::check(case) };
        match compared {
            Ok(Compared::Passed) => tally.check(true, String::new),
            Ok(Compared::Free) => tally.informative(name),
            Err(why) => tally.check(false, || format!("{name}: {why}")),
        }
    }
}

#[test]
fn validate_gx() {
    let area = "validate/gx";
    let Some(folder) = mlops_cases::folder(area, env!("CARGO_MANIFEST_DIR")) else { return };
    let held_out = std::env::var_os("MLOPS_CASES").is_some();
    let file = |family: &str| folder.join(format!("{family}.json"));
    // Held-out cases need not be of every family; ours are.
    let families: Vec<&str> =
        FAMILIES.iter().copied().filter(|family| !held_out || file(family).is_file()).collect();
    if families.is_empty() {
        return mlops_cases::absent(area);
    }
    let mut tally = Tally::default();
    for family in families {
        let path = file(family);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        compare(&mut tally, family, &serde_json::from_str(&text).unwrap());
    }
    tally.conclude(area);
}
