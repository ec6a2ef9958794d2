//! The YAML of a `.dvc` file, beside what genuine DVC writes and reads of it.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::dvc::write::Writer;

#[derive(Deserialize)]
struct Scalars {
    scalars: Vec<Scalar>,
}

#[derive(Deserialize)]
struct Scalar {
    value: String,
    text: String,
    /// What DVC reads of what it has written, if that is something else.
    read: Option<String>,
}

fn scalars() -> Vec<Scalar> {
    serde_json::from_str::<Scalars>(include_str!("../../../testdata/dvc_yaml/scalars.json")).unwrap().scalars
}

#[test]
fn texts_are_written_as_dvc_writes_them() {
    let text = |text: &str| Node::Text(text.to_owned());
    let different: Vec<_> = scalars()
        .iter()
        .filter_map(|scalar| {
            let out = vec![("hash".to_owned(), text("md5")), ("path".to_owned(), text(&scalar.value))];
            let ours = Writer::document(&[("outs", Node::Sequence(vec![Node::Mapping(out)]))]);
            (ours != scalar.text).then(|| format!("{:?}\n{:?}", scalar.text, ours))
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n\n"));
}

#[test]
fn texts_are_read_as_dvc_reads_them_or_not_at_all() {
    let mut read = 0;
    let mut different = Vec::new();
    for scalar in scalars() {
        let expected = scalar.read.as_ref().unwrap_or(&scalar.value);
        let Ok(Node::Mapping(pairs)) = yaml::parse(&scalar.text, LIMITS) else { continue };
        let Node::Sequence(outs) = &pairs[0].1 else { panic!() };
        let Node::Mapping(out) = &outs[0] else { panic!() };
        read += 1;
        if out[1].1 != Node::Text(expected.clone()) {
            different.push(format!("{:?}\n{expected:?}\n{:?}", scalar.text, out[1].1));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n\n"));
    assert!(read > 600, "{read}");
}

#[derive(Deserialize)]
struct Documents {
    documents: Vec<Document>,
}

#[derive(Deserialize)]
struct Document {
    text: String,
}

#[test]
fn what_is_nested_is_written_as_dvc_writes_it() {
    let recorded = include_str!("../../../testdata/dvc_yaml/documents.json");
    for document in serde_json::from_str::<Documents>(recorded).unwrap().documents {
        let Ok(Node::Mapping(pairs)) = yaml::parse(&document.text, LIMITS) else {
            panic!("{}", document.text)
        };
        let pairs: Vec<_> = pairs.iter().map(|(key, node)| (key.as_str(), node.clone())).collect();
        let ours = Writer::document(&pairs);
        assert_eq!(ours, document.text, "\n{ours}\n{}", document.text);
    }
}

#[derive(Deserialize)]
struct Readings {
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
struct Reading {
    name: String,
    text: String,
    refused: Option<String>,
    value: Option<Value>,
    written: Option<String>,
}

/// What DVC reads and we don't, and why.
const STRICTER: [(&str, &str); 12] = [
    ("size below 0", "size \"-1\""),
    ("size absurd", "size \"9999"),
    ("no md5", "an md5; `dvc commit` records one"),
    ("md5 null", "md5 \"nothing\""),
    ("no path", "a path"),
    ("other hash", "hash \"sha256\""),
    ("empty", "a mapping with `outs`"),
    ("null", "a mapping with `outs`"),
    ("an anchor", "an anchor, which is not read"),
    ("an alias", "an anchor, which is not read"),
    ("a tag", "a tag, which is not read"),
    ("working folder", "wdir \"..\""),
];

#[test]
fn files_are_read_as_dvc_reads_them() {
    let recorded: Readings =
        serde_json::from_str(include_str!("../../../testdata/dvc_yaml/readings.json")).unwrap();
    let mut read = 0;
    let mut met = Vec::new();
    for Reading { name, text, refused, value, written } in recorded.readings {
        match text.parse::<DvcFile>() {
            Ok(file) => {
                assert_eq!(refused, None, "{name}: DVC refuses it");
                let value = value.unwrap();
                for (ours, theirs) in file.outs.iter().zip(value["outs"].as_array().unwrap()) {
                    assert_eq!(theirs["path"], ours.path, "{name}");
                    assert_eq!(theirs["md5"], ours.object.to_string(), "{name}");
                    assert_eq!(theirs.get("size").and_then(Value::as_u64), ours.size, "{name}");
                    assert_eq!(theirs.get("meta").cloned(), ours.meta(), "{name}");
                }
                assert_eq!(file.outs.len(), value["outs"].as_array().unwrap().len(), "{name}");
                assert_eq!(file.to_string().parse::<DvcFile>().unwrap(), file, "{name}");
                // DVC keeps comments, the order of keys and the form of values.
                let plain = [
                    "plain",
                    "annotated",
                    "with CR LF",
                    "with a document start",
                    "in quotes",
                    "escaped",
                    "over two lines",
                    "path yes",
                    "no size",
                    "size 0",
                    "no hash",
                    "a folder",
                    "two outs",
                    "no outs",
                    "frozen",
                    "imported",
                    "indented sequence",
                ];
                if plain.contains(&name.as_str()) && name != "annotated" {
                    assert_eq!(Some(file.to_string()), written, "{name}");
                }
                read += 1;
            }
            Err(error) if refused.is_none() => {
                let known = STRICTER.iter().find(|(known, _)| *known == name);
                let (known, expected) = known.unwrap_or_else(|| panic!("{name}: {error}"));
                assert!(!expected.is_empty() && error.to_string().contains(expected), "{name}: {error}");
                met.push(*known);
            }
            Err(error) => assert!(matches!(error, Error::Invalid { .. }), "{name}: {error}"),
        }
    }
    assert!(read > 20, "{read}");
    let unmet: Vec<_> =
        STRICTER.iter().map(|(known, _)| *known).filter(|known| !met.contains(known)).collect();
    assert!(unmet.is_empty(), "{unmet:?} are read or not recorded");
}

#[test]
fn many_outputs_are_read_at_once() {
    let out = |name: String| format!("- md5: 0cc175b9c0f1b6a831c399e269772661\n  path: {name}\n");
    let outs = (0..70_000).map(|number| out(format!("p{number}")));
    let mut text: String = std::iter::once("outs:\n".to_owned()).chain(outs).collect();
    let start = Instant::now();
    assert_eq!(text.parse::<DvcFile>().unwrap().outs.len(), 70_000);
    // Each compared with each would be billions of comparisons.
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    text += &out("p7/x".to_owned());
    assert!(text.parse::<DvcFile>().unwrap_err().to_string().contains("not one at \"p7\" too"));
}

#[test]
fn outputs_lie_apart_and_within_their_folder() {
    let out = |path: &str| format!("- md5: 0cc175b9c0f1b6a831c399e269772661\n  hash: md5\n  path: {path}\n");
    for (paths, expected) in [
        (vec!["a", "a"], "apart from each other"),
        (vec!["a/b", "a"], "apart from each other"),
        (vec!["a", "a-b", "a/b"], "not one at \"a\" too"),
        (vec!["a/b/c", "x", "a.b", "a"], "apart from each other"),
        (vec!["../a"], "none of them `.` or `..`"),
        (vec!["/a"], "relative"),
        (vec!["a\\b"], "no backslash"),
    ] {
        let text = format!("outs:\n{}", paths.iter().map(|path| out(path)).collect::<String>());
        let said = text.parse::<DvcFile>().unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    let remarked: DvcFile = format!("outs:\n{}  remote: far\n  cache: false\n", out("a")).parse().unwrap();
    let out = &remarked.outs[0];
    assert_eq!((out.remote(), out.is_cached(), out.desc()), (Some("far"), false, None));
    assert!(out.is_pushed());
    let digest = out.clone().with_meta("sha256", "00").with_meta("sha256", "11");
    assert_eq!(digest.meta(), Some(serde_json::json!({"sha256": "11"})));
}
