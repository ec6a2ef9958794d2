//! Whatever the bytes of a `.dvc` file or of a list are, they are read or refused.

#[path = "../../fuzz/read_dvc.rs"]
mod read_dvc;

use std::fs;

use mlops_registry::Error;
use mlops_registry::dvc::{DvcFile, Hash, Listing, ObjectId};
use proptest::prelude::*;
use read_dvc::{read_dvc_file, read_dvc_listing};

const FILE: &str = "desc: it\nouts:\n- md5: d2b9de70b5f73e05dd3316667c4501bd.dir\n  size: 14\n  nfiles: 2\n  hash: md5\n  path: m.pkl\n  meta:\n    a: [1, {b: 'c'}]\n";

#[test]
fn bombs_are_refused_at_once() {
    let laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nouts: []\n";
    let deep = format!("outs: []\nmeta: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let blocks = format!("outs: []\nmeta:\n{}x\n", "- ".repeat(50_000));
    let keys = format!("outs: []\nmeta: {}\n", "{a: ".repeat(50_000));
    let questions = "? ".repeat(50_000);
    let long = format!("{FILE}#{}", "x".repeat(5 << 20));
    let tags = format!("%TAG ! tag:{}\n---\nouts: []\n", "x".repeat(1000));
    for text in [laughs, &deep, &blocks, &keys, &questions, &long, &tags, "&a [*a]", "*a", "!!binary aGk="] {
        read_dvc_file(text.as_bytes());
        let error = text.parse::<DvcFile>().map(|_| text.chars().take(40).collect::<String>());
        // A tag that is declared and not used says nothing.
        assert!(matches!(error, Err(Error::Invalid { .. })) || text == tags, "{error:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.dvc");
    assert!(matches!(DvcFile::read(&path), Err(Error::NotFound { .. })));
    assert!(matches!(DvcFile::read(folder.path()), Err(Error::Invalid { .. })));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(DvcFile::read(&path).unwrap_err().to_string().contains("text in UTF-8"));
    fs::write(&path, long).unwrap();
    assert!(DvcFile::read(&path).unwrap_err().to_string().contains("at most 4 MiB"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn texts_of_any_kind(text in "\\PC{0,80}") {
        read_dvc_file(text.as_bytes());
    }

    #[test]
    fn files_with_bytes_changed(changes in prop::collection::vec((0..FILE.len(), any::<char>()), 1..4)) {
        let mut signs: Vec<char> = FILE.chars().collect();
        for (at, sign) in changes {
            signs[at] = sign;
        }
        read_dvc_file(signs.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn files_cut_and_joined(a in 0..FILE.len(), b in 0..FILE.len()) {
        read_dvc_file(format!("{}{}", &FILE[..a], &FILE[b..]).as_bytes());
    }

    #[test]
    fn any_name_comes_back(name in "[\\PC \t]{1,120}") {
        let quoted = serde_json::to_string(&name).unwrap();
        let text = format!("outs:\n- md5: d2b9de70b5f73e05dd3316667c4501bd\n  hash: md5\n  path: {quoted}\n");
        read_dvc_file(text.as_bytes());
        if let Ok(file) = text.parse::<DvcFile>() {
            prop_assert_eq!(&file.outs[0].path, &name);
        }
    }

    #[test]
    fn lists_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        read_dvc_listing(&bytes);
    }

    #[test]
    fn lists_come_back(names in prop::collection::btree_set("[\\PC\n\t]{1,8}(/[a-c]{1,2}){0,2}", 0..12)) {
        let id = ObjectId::parse("d2b9de70b5f73e05dd3316667c4501bd", Hash::Md5).unwrap();
        let mut listing = Listing::default();
        for name in names {
            // A file can't be a folder too.
            let _ = listing.insert(name, id);
        }
        let bytes = listing.to_bytes();
        prop_assert!(bytes.is_ascii());
        prop_assert_eq!(Listing::parse(&bytes, Hash::Md5).unwrap(), listing);
    }
}
