//! A model knows the digest of its bytes, and an error names the file.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mlops_core::Digest;
use mlops_serve_core::{Error, ModelArtifact, ModelExt, ModelFormat};

fn genuine(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/serving/models").join(file)
}

#[test]
fn path_stream_and_bytes_give_the_same_model() {
    for (file, format) in [
        ("lgb_edges.model.txt", ModelFormat::LightGbmText),
        ("xgb_named.model.json", ModelFormat::XgBoostJson),
    ] {
        let bytes = std::fs::read(genuine(file)).unwrap();
        let from_path = ModelArtifact::from_path(genuine(file)).unwrap();
        let from_bytes = ModelArtifact::from_bytes(&bytes).unwrap();
        let from_reader = ModelArtifact::from_reader(&mut bytes.as_slice()).unwrap();
        for artifact in [&from_path, &from_bytes, &from_reader] {
            assert_eq!(artifact.digest(), Digest::of(&bytes));
            assert_eq!(artifact.format(), format);
        }
        let row = [1.0; 10];
        let answer = |artifact: &ModelArtifact| artifact.model().predict_one(&row).unwrap().to_bits();
        assert_eq!(answer(&from_path), answer(&from_bytes));
        assert_eq!(answer(&from_path), answer(&from_reader));
        assert_eq!(from_path.model().signature(), from_reader.model().signature());
    }
}

#[test]
fn an_error_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.model.txt");
    let error = ModelArtifact::from_path(&missing).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
    assert!(error.to_string().contains("missing.model.txt"), "{error}");

    let error = ModelArtifact::from_path(folder.path()).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");

    for (file, share) in [("lgb_edges.model.txt", 3), ("xgb_named.model.json", 2)] {
        let bytes = std::fs::read(genuine(file)).unwrap();
        let cut = folder.path().join(file);
        std::fs::write(&cut, &bytes[..bytes.len() / share]).unwrap();
        let error = ModelArtifact::from_path(&cut).unwrap_err();
        assert!(matches!(&error, Error::Malformed { file: Some(named), .. } if *named == cut), "{error:?}");
        assert!(error.to_string().starts_with(cut.to_str().unwrap()), "{error}");
    }

    let empty = folder.path().join("empty.model.json");
    std::fs::write(&empty, "").unwrap();
    let error = ModelArtifact::from_path(&empty).unwrap_err();
    assert!(matches!(&error, Error::UnknownFormat { file: Some(named), .. } if *named == empty), "{error:?}");
}

#[test]
fn a_stream_that_fails_is_an_interruption() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line is down"))
        }
    }
    let error = ModelArtifact::from_reader(&mut (&b"tree\n"[..]).chain(Failing)).unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
}

#[test]
fn the_wrong_reader_says_so() {
    let text = std::fs::read(genuine("lgb_edges.model.txt")).unwrap();
    let json = std::fs::read(genuine("xgb_named.model.json")).unwrap();
    assert!(ModelArtifact::from_bytes_as(ModelFormat::XgBoostJson, &text).is_err());
    assert!(ModelArtifact::from_bytes_as(ModelFormat::LightGbmText, &json).is_err());
}
