//! Names that DVC takes on one system and that mean something else on another. What both take is
//! compared in `cases.rs`.

use mlops_registry::Error;
use mlops_registry::dvc::Cache;

use crate::recorded::{Recorded, read_all};

#[test]
fn names_that_mean_something_else_elsewhere_are_refused() {
    let stricter = include_str!("../../testdata/dvc_yaml/stricter.json");
    let cases = serde_json::from_str::<Recorded>(stricter).unwrap().cases;
    assert!(cases.len() > 9);
    for case in cases {
        let project = case.project();
        let before = read_all(project.path());
        let refused = case.add_all(project.path(), &Cache::at(project.path().join(".dvc/cache")));
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{}: {refused:?}", case.name);
        assert_eq!(read_all(project.path()), before, "{}", case.name);
        assert!(!project.path().join(".dvc/cache").exists(), "{}", case.name);
    }
}
