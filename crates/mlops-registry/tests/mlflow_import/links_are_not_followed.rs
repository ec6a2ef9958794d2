//! A folder of MLflow's in which links lead out of it.

use std::fs;
use std::os::unix::fs::symlink;

use mlops_registry::Error;
use mlops_registry::mlflow_import::Matter;
use mlops_registry::store::{Key, Kind, Query};

use crate::bad_sources::{reason, taken};
use crate::recorded::{Recorded, find, world};

/// What a link leads to is of someone else, wherever in the folder it lies.
#[test]
fn folders_are_not_read_through_links() {
    let source = Recorded::own_folder("v2_16_folder");
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("key"), "secret").unwrap();
    fs::write(secret.path().join("meta.yaml"), "source_type: DATASET\nsource_id: a\nname: secret\n").unwrap();
    let id = source.answers().runs.iter().find(|run| run.name == "sweep").unwrap().id.clone();
    let run = find(&source.path, &id);
    for name in ["params", "tags", "inputs"] {
        let own = run.join(name);
        if own.exists() {
            fs::remove_dir_all(&own).unwrap();
        }
        symlink(secret.path(), own).unwrap();
    }
    let world = world();
    let report = taken(&world, &source.import);
    for (matter, name) in [(Matter::Params, "params"), (Matter::Tags, "tags")] {
        assert!(reason(&report, matter, name).contains("no link"));
    }
    assert!(reason(&report, Matter::DataSets, "inputs").contains("no link"));
    for kind in [Kind::Param, Kind::Tag, Kind::Input] {
        for record in world.store.read(&Query::under(kind, Key::all(), 10_000)).unwrap() {
            let body = String::from_utf8(record.body).unwrap();
            assert!(!body.contains("secret"), "{kind} {body}");
        }
    }

    for name in ["models", ".trash"] {
        let own = source.path.join(name);
        if own.exists() {
            fs::remove_dir_all(&own).unwrap();
        }
        symlink(secret.path(), &own).unwrap();
        match world.admin.import_mlflow(&source.import, &mut |_| {}) {
            Err(Error::Invalid { value, .. }) => assert!(value.ends_with(name), "{value}"),
            other => panic!("{name} was read through a link: {other:?}"),
        }
        fs::remove_file(&own).unwrap();
    }
}
