//! Recorded answers of Great Expectations, file by file: cases of a family, of `LIKE`, and whole suites.
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
mod suite_cases;

/// Cases of a family, of `LIKE`, or a whole suite; the error says that it is none of them.
fn run(tally: &mut Tally, name: &str, document: &Value) -> Result<(), String> {
    if document.get("suite_gx1").is_some() {
        return suite_cases::check(tally, name, document);
    }
    let cases = document["cases"].as_array().ok_or("neither cases nor a suite")?;
    for case in cases {
        let name = format!("{name}/{}", case["name"].as_str().unwrap_or("a case without a name"));
        let compared = if case.get("like_pattern").is_some() {
            like_cases::check(case)
        } else if case["expectation"]["type"].is_string() {
            gx::check(case)
        } else {
            tally.unsupported(format!("{name}: neither an expectation nor a LIKE pattern"));
            continue;
        };
        match compared {
            Ok(Compared::Passed) => tally.check(true, String::new),
            Ok(Compared::Free) => tally.informative(name),
            Err(why) if why.contains("no expectation is called") => {
                tally.unsupported(format!("{name}: {why}"));
            }
            Err(why) => tally.check(false, || format!("{name}: {why}")),
        }
    }
    Ok(())
}

#[test]
fn validate_gx() {
    mlops_cases::each_file("validate/gx", env!("CARGO_MANIFEST_DIR"), |path, document, tally| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        run(tally, &name, document)
    });
}
