//! A schema file is one, or a typed error with its place: never a panic, a hang, or memory
//! that it only claims to need. `fuzz/` runs the same function without an end.

#[path = "../../fuzz/read_schema.rs"]
mod read_schema;

use mlops_validate::schema::Schema;
use proptest::prelude::*;
use read_schema::read_schema;

const FILE: &str = r#"format = 1
name = "flights"
version = "1.4.0"

[rows]
min = 1
max = 9

[severity]
SCHEMA_NEW_COLUMN = "info"

# A comment.
[[columns]]
name = "at"
type = "Timestamp(µs, \"UTC\")"
nullable = false
min = "2013-01-01T00:00:00Z"

[[columns]]
name = "dest"
type = "Utf8"
description = "where \"to\""
nullable = true
min_presence = 0.25
domain = ["BOS", "J\u0000K", "ü"]
min_domain_mass = 0.9

[[columns]]
name = "delay"
type = "Float64"
nullable = true
min_presence = 0.0
nan = false
infinite = false
min = -4.5e300
max = 0.1

[[columns]]
name = "id"
type = "UInt64"
nullable = false
unique = true
min = 0
max = "18446744073709551615"

[[columns]]
name = "path"
type = "List(non-null Int8)"
nullable = true
min_presence = 0.0
"#;

#[test]
fn both_forms_keep_everything_in_one_order() {
    let schema = Schema::from_toml(FILE).unwrap();
    assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    let written = schema.to_toml();
    assert_eq!(written, Schema::from_json(&schema.to_json()).unwrap().to_toml());
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        lines.map(ToOwned::to_owned).collect()
    };
    // Text is quoted in another way, and moments are written out.
    let same = lines(FILE).iter().zip(lines(&written)).filter(|(a, b)| *a == b).count();
    assert!(same >= lines(FILE).len() - 4, "{written}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let read = |from: &str, to: &str| {
        assert!(FILE.contains(from), "{from}");
        Schema::from_toml(&FILE.replacen(from, to, 1)).unwrap_err().to_string()
    };
    for (from, to, message) in [
        ("format = 1", "format = 2", "schema: format is 2, expected 1"),
        ("name = \"flights\"", "name = 3", "schema can't be read at line 2, column 8"),
        (
            "version = \"1.4.0\"",
            "version = \"1\"",
            "schema: version is \"1\", expected MAJOR.MINOR.PATCH, such as 1.4.0",
        ),
        ("[rows]", "[row]", "schema can't be read at line 5, column 2"),
        ("min = 1\n", "min = 10\n", "schema: rows.min is 10, expected not more than rows.max"),
        ("min = 1\n", "min = -1\n", "schema can't be read at line 6, column 7"),
        ("SCHEMA_NEW_COLUMN", "SCHEMA_OLD_COLUMN", "schema can't be read at line 10, column 1"),
        ("\"info\"", "\"loud\"", "schema can't be read at line 10, column 21"),
        (
            "name = \"dest\"",
            "name = \"at\"",
            "schema: columns[1].name is \"at\", expected a column that is not there already",
        ),
        ("name = \"dest\"", "name = \"\"", "schema: columns[1].name is \"\", expected the name of a column"),
        (
            "type = \"Utf8\"",
            "type = \"Utf9\"",
            "schema: columns[1].type is \"Utf9\", expected an Arrow type, such as \"Int64\", \"Utf8\" or \"Timestamp(µs)\"",
        ),
        (
            "type = \"Utf8\"",
            "type = \"Int8\"",
            "schema: columns[1].domain is Int8, expected a domain only of a column of text",
        ),
        (
            "min_presence = 0.25",
            "min_presence = 1.5",
            "schema: columns[1].nullable is true, expected false exactly if min_presence is 1",
        ),
        (
            "min_presence = 0.25",
            "min_presence = -0.5",
            "schema: columns[1].min_presence is -0.5, expected a number from 0 to 1",
        ),
        (
            "min_presence = 0.25",
            "min_presence = nan",
            "schema: columns[1].nullable is true, expected false exactly if min_presence is 1",
        ),
        ("\"ü\"]", "\"BOS\"]", "schema: columns[1].domain is \"BOS\" twice, expected every text once"),
        (
            "min = \"2013-01-01T00:00:00Z\"",
            "min = 2013",
            "schema: columns[0].min is 2013, expected a moment or a day as ISO 8601",
        ),
        (
            "min = -4.5e300",
            "min = 4.5",
            "schema: columns[2].min is from 4.5 to 0.1, expected not more than max",
        ),
        ("min = -4.5e300", "min = -inf", "schema: columns[2].min is -inf, expected a finite number"),
        ("min = 0\n", "min = 0.5\n", "schema: columns[3].min is 0.5, expected a whole number"),
        ("unique = true", "unique = 1", "schema can't be read at line 42, column 10"),
        (
            "List(non-null Int8)",
            "Dictionary(Int8, Utf8)",
            "schema: columns[4].type is \"Dictionary(Int8, Utf8)\", expected an Arrow type, such as \"Int64\", \"Utf8\" or \"Timestamp(µs)\"",
        ),
    ] {
        assert_eq!(read(from, to), message, "{from} -> {to}");
    }
    let twice = r#"{"format": 1, "name": "a", "version": "1.0.0", "columns": [], "colunms": []}"#;
    let error = Schema::from_json(twice).unwrap_err();
    assert_eq!(error.to_string(), "schema can't be read at line 1, column 71");
}

#[test]
fn depth_and_size_are_only_claims() {
    let deep = format!("format = 1\nname = \"a\"\nversion = \"1.0.0\"\ncolumns = {}", "[".repeat(100_000));
    assert!(Schema::from_toml(&deep).is_err());
    assert!(Schema::from_json(&"[".repeat(1_000_000)).is_err());
    let nested = format!("{}Int8{}", "List(".repeat(10_000), ")".repeat(10_000));
    for data_type in [
        nested.as_str(),
        "Timestamp(",
        "Decimal128(300, 400)",
        "FixedSizeBinary(-1)",
        "(((((",
        "Time32(ns)",
        "",
    ] {
        read_schema(format!("format = 1\nname = \"a\"\nversion = \"1.0.0\"\ncolumns = [{{name = \"a\", type = \"{data_type}\"}}]").as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_schema(&bytes);
    }

    #[test]
    fn a_file_with_some_bytes_changed(changes in prop::collection::vec((0..FILE.len(), any::<u8>()), 1..4)) {
        let mut bytes = FILE.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        read_schema(&bytes);
    }

    #[test]
    fn a_file_with_parts_exchanged(from in 0..FILE.len(), to in 0..FILE.len(), len in 1usize..40) {
        let mut bytes = FILE.as_bytes().to_vec();
        let part: Vec<u8> = bytes.iter().skip(from).take(len).copied().collect();
        bytes.splice(to..to, part);
        read_schema(&bytes);
    }
}
