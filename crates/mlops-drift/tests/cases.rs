//! Recorded answers of reference tools that this crate must give. `MLOPS_CASES` names
//! another folder of them.

#[path = "cases/cbpe.rs"]
mod cbpe;
#[path = "cases/endtoend.rs"]
mod endtoend;
#[path = "cases/evidently.rs"]
mod evidently;
#[path = "cases/nannyml.rs"]
mod nannyml;
#[path = "cases/streaming/mod.rs"]
mod streaming;

use std::fs;
use std::path::Path;

use mlops_cases::Tally;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn drift_evidently() {
    mlops_cases::each_file("drift/evidently", CRATE, evidently::run);
}

#[test]
fn drift_endtoend() {
    mlops_cases::each_file("drift/endtoend", CRATE, endtoend::run);
}

#[test]
fn drift_nannyml() {
    mlops_cases::each_file("drift/nannyml", CRATE, nannyml::run);
}

#[test]
fn drift_streaming() {
    mlops_cases::each_file("drift/streaming", CRATE, streaming::run);
}

#[test]
fn drift_cbpe() {
    mlops_cases::each_file("drift/cbpe", CRATE, cbpe::run);
}

/// Beside those of the notes: several classes, cells, values, gaps and periods.
#[test]
fn performance_of_classifiers() {
    let folder = Path::new(CRATE).join("testdata/performance");
    let mut tally = Tally::default();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("cbpe_") {
            let case = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            if let Err(error) = cbpe::run(&path, &case, &mut tally) {
                tally.unsupported(format!("{name}: {error}"));
            }
        }
    }
    tally.conclude("performance/cbpe");
}
