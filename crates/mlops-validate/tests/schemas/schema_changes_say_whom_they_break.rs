//! Each change between two versions of a schema says whom it breaks, and which version is next.

use mlops_validate::schema::{Bump, Evolution, Schema, View};

#[test]
fn each_change_says_whom_it_breaks() {
    use Bump::{Major, Minor, Patch};
    let read = |columns: &str, version: &str| {
        Schema::from_toml(&format!(
            "format = 1\nname = \"t\"\nversion = \"{version}\"\ncolumns = [{columns}]"
        ))
        .unwrap()
    };
    for (old, new, reader, writer, reason) in [
        ("", r#"{name="a",type="Int8"}"#, Minor, Minor, "the column is new, and need not be there"),
        (
            "",
            r#"{name="a",type="Int8",nullable=false}"#,
            Minor,
            Major,
            "the column is new, and those who write must fill it",
        ),
        (r#"{name="a",type="Int8"}"#, "", Minor, Minor, "the column is gone; it did not have to be there"),
        (
            r#"{name="a",type="Int8",min_presence=0.5}"#,
            "",
            Major,
            Minor,
            "the column is gone, and those who read need it",
        ),
        (
            r#"{name="a",type="Int8"}"#,
            r#"{name="a",type="Int16"}"#,
            Major,
            Minor,
            "the type is Int16 instead of Int8, which is wider",
        ),
        (
            r#"{name="a",type="Int8"}"#,
            r#"{name="a",type="Utf8"}"#,
            Major,
            Major,
            "the type is Utf8 instead of Int8",
        ),
        (
            r#"{name="a",type="Int8",nullable=false}"#,
            r#"{name="a",type="Int8"}"#,
            Major,
            Minor,
            "at least 0 % of the rows must have a value instead of 100 %",
        ),
        (
            r#"{name="a",type="Int8",min=0}"#,
            r#"{name="a",type="Int8",min=1}"#,
            Minor,
            Major,
            "the lower end of the range is 1 instead of 0",
        ),
        (
            r#"{name="a",type="Int8",max=9}"#,
            r#"{name="a",type="Int8",max=10}"#,
            Major,
            Minor,
            "the upper end of the range is 10 instead of 9",
        ),
        (
            r#"{name="a",type="Int8",max=9}"#,
            r#"{name="a",type="Int8"}"#,
            Major,
            Minor,
            "the values need not be at most 9 any more",
        ),
        (
            r#"{name="a",type="Utf8",domain=["x"]}"#,
            r#"{name="a",type="Utf8",domain=[]}"#,
            Minor,
            Major,
            "the domain has 1 text less: \"x\"",
        ),
        (
            r#"{name="a",type="Int8"}"#,
            r#"{name="a",type="Int8",unique=true}"#,
            Minor,
            Major,
            "values must be unique now",
        ),
        (
            r#"{name="a",type="Float64",nan=false}"#,
            r#"{name="a",type="Float64"}"#,
            Major,
            Minor,
            "NaN may occur now",
        ),
        (
            r#"{name="a",type="Int8"}"#,
            r#"{name="a",type="Int8",description="d"}"#,
            Patch,
            Patch,
            "the description is another",
        ),
        (
            r#"{name="a",type="Int8"},{name="b",type="Int8"}"#,
            r#"{name="b",type="Int8"},{name="a",type="Int8"}"#,
            Patch,
            Patch,
            "the columns are in another order",
        ),
    ] {
        let evolution = Evolution::between(&read(old, "1.2.3"), &read(new, "1.3.0"));
        let [change] = evolution.changes() else { panic!("{old} -> {new}: {evolution:?}") };
        assert_eq!((change.reader, change.writer, change.reason.as_str()), (reader, writer, reason));
        let next = evolution.next_version(View::Both).to_string();
        assert_eq!(
            next,
            if reader.max(writer) == Major {
                "2.0.0"
            } else if reader == Minor {
                "1.3.0"
            } else {
                "1.2.4"
            }
        );
        assert_eq!(evolution.version_is_enough(View::Both), reader.max(writer) < Major);
    }
}
