//! What a fuzzer tries, tried with bytes near those that MLflow writes.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::read_mlflow_database::read_mlflow_database;
use crate::read_mlmodel::read_mlmodel;
use crate::recorded::{Recorded, testdata};

/// All files of that name below a folder.
fn named(name: &str, folder: PathBuf) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(named(name, path));
        } else if path.file_name().unwrap() == name {
            found.push(fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn what_mlflow_wrote_and_what_is_near_it_is_read_or_refused() {
    let models = named("MLmodel", testdata());
    assert!(models.len() > 10);
    for model in &models {
        read_mlmodel(model);
        for end in (0..model.len()).step_by(7) {
            read_mlmodel(&model[..end]);
            let mut other = model.clone();
            other[end] = other[end].wrapping_add(1);
            read_mlmodel(&other);
        }
    }
    for name in ["v1_30", "v3_17"] {
        read_mlflow_database(&fs::read(&Recorded::database(name).path).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_no_model(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_mlmodel(&bytes);
        read_mlflow_database(&bytes);
        read_mlflow_database(&[b"SQLite format 3\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_settings_are_read_or_refused(text in r"(flavors|signature|inputs|run_id|[a-z]|[:\[\]{}'\x22 \n-]|null){0,30}") {
        read_mlmodel(text.as_bytes());
    }
}
