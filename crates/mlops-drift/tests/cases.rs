//! Recorded answers of reference tools that this crate must give. `MLOPS_CASES` names
//! another folder of them.

#[path = "cases/endtoend.rs"]
mod endtoend;
#[path = "cases/evidently.rs"]
mod evidently;
#[path = "cases/nannyml.rs"]
mod nannyml;
#[path = "cases/streaming/mod.rs"]
mod streaming;

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
