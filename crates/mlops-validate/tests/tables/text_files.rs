//! CSV as pandas reads it, and JSON lines; a wrong line is an error that names it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use mlops_validate::expectation::ValuesBetween;
use mlops_validate::result::{Level, ResultFormat};
use mlops_validate::source::{CsvFormat, JsonLinesFormat};
use mlops_validate::{Suite, ValidationResult};
use serde_json::json;

fn suite() -> Suite {
    let of = |name: &str, kwargs| json!({"type": format!("expect_{name}"), "kwargs": kwargs});
    let expectations = [
        of(
            "table_columns_to_match_ordered_list",
            json!({"column_list": ["id", "price", "carrier", "late", "day"]}),
        ),
        of("table_row_count_to_equal", json!({"value": 5})),
        of("column_values_to_be_between", json!({"column": "id", "min_value": 1, "max_value": 4})),
        of("column_values_to_not_be_null", json!({"column": "price"})),
        of("column_mean_to_be_between", json!({"column": "price", "min_value": 2, "max_value": 2})),
        of("column_values_to_be_in_set", json!({"column": "carrier", "value_set": ["AA", "U,A"]})),
        of("column_values_to_be_in_set", json!({"column": "late", "value_set": [true]})),
        of("column_values_to_be_in_set", json!({"column": "day", "value_set": ["2024-01-01"]})),
    ];
    Suite::from_json(&json!({"name": "flights", "expectations": expectations}).to_string()).unwrap()
}

const EXPECTED: [&str; 5] = [
    "id: expected between 1 and 4, but 1 of 5 values are not (20.00 %): row 4 has 5",
    "price: expected not null, but 3 of 5 rows are not (60.00 %): row 1 has null, row 2 has null, row 4 has null",
    "carrier: expected one of {\"AA\", \"U,A\"}, but 1 of 4 values are not (25.00 %): row 3 has \"é\"",
    "late: expected one of {true}, but 1 of 4 values are not (25.00 %): row 1 has false",
    "day: expected one of {\"2024-01-01\"}, but 1 of 5 values are not (20.00 %): row 4 has \"2024-01-02\"",
];

const CSV: &str = "id,price,carrier,late,day
1,1.5,AA,True,2024-01-01
2,NA,\"U,A\",False,2024-01-01
3,,None,true,2024-01-01
4,2.5,é,,2024-01-01
5,nan,AA,True,2024-01-02
";

const JSON: &str = r#"{"id": 1, "price": 1.5, "carrier": "AA", "late": true, "day": "2024-01-01"}
{"id": 2, "carrier": "U,A", "late": false, "day": "2024-01-01"}

{"id": 3, "price": null, "late": true, "day": "2024-01-01"}
{"day": "2024-01-01", "id": 4, "price": 2.5, "carrier": "é"}
{"id": 5, "carrier": "AA", "late": true, "day": "2024-01-02"}
"#;

fn file(text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn csv(text: impl AsRef<[u8]>, format: &CsvFormat) -> Result<ValidationResult, String> {
    let (_folder, path) = file(text);
    let result = suite().validator().csv(&path, format);
    result.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

fn json_lines(text: impl AsRef<[u8]>) -> Result<ValidationResult, String> {
    let (_folder, path) = file(text);
    let result = suite().validator().json_lines(&path, &JsonLinesFormat::default());
    result.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn csv_reads_as_pandas_does() {
    let format = CsvFormat::default();
    assert_eq!(csv(CSV, &format).unwrap().lines(), EXPECTED);
    assert_eq!(csv(CSV.replace('\n', "\r\n"), &format).unwrap().lines(), EXPECTED);
    assert_eq!(csv(format!("\u{feff}{CSV}"), &format).unwrap().lines(), EXPECTED, "a byte order mark");
    let semicolons = CSV.replace("\"U,A\"", "U!A").replace(',', ";").replace('!', ",");
    assert_eq!(csv(semicolons, &CsvFormat::default().delimiter(b';')).unwrap().lines(), EXPECTED);
}

#[test]
fn json_lines_have_columns_in_the_order_in_which_they_appear() {
    assert_eq!(json_lines(JSON).unwrap().lines(), EXPECTED);
}

#[test]
fn wrong_lines_of_csv_are_named() {
    let format = CsvFormat::default();
    let long: String = (0..20_000).fold("id,name\n".to_owned(), |mut text, row| {
        writeln!(text, "{row},x").unwrap();
        text
    });
    let unequal = "Encountered unequal lengths between records on CSV file.";
    for (text, expected) in [
        ("a,b\n1,2\n3\n", format!("{unequal} Expected 2 records, found 1 records at line 3")),
        ("a,b\n1,2\n3,4,5\n", format!("{unequal} Expected 2 records, found 3 records at line 3")),
        // Beyond the rows that the columns are told from.
        (&format!("{long}3\n"), "incorrect number of fields for line 20002, expected 2 got 1".to_owned()),
        (&format!("{long}3,4,5\n"), "incorrect number of fields for line 20002, expected 2 got 3".to_owned()),
        (
            &format!("{long}twenty,x\n"),
            "column \"id\": Error while parsing value 'twenty' as type 'Int64' for column 0 at line 20002. \
             Row data: '[twenty,x]'"
                .to_owned(),
        ),
    ] {
        assert_eq!(csv(text, &format).unwrap_err(), format!("FILE: {expected}"));
    }
    let mut latin = b"a,b\n1,x\n2,".to_vec();
    latin.extend([0xe9, b'\n']);
    let error = csv(latin, &format).unwrap_err();
    assert!(error.starts_with("FILE: ") && error.contains("line"), "{error}");
    // With a schema that says text, the same line is no error.
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let schema = Arc::new(Schema::new(vec![text("id"), text("name")]));
    assert_eq!(csv(format!("{long}twenty,x\n"), &CsvFormat::default().schema(schema)).unwrap().rows, 20_001);
    assert_eq!(csv("id,price\n", &format).unwrap().rows, 0);
}

#[test]
fn wrong_lines_of_json_are_named() {
    for (wrong, reason) in [
        ("{\"id\": 6", "line 7: "),
        ("[1]", "line 7: "),
        ("{\"id\": 6} {\"id\": 7}", "line 7: "),
        ("{\"id\": {\"x\": 6}}", ""),
    ] {
        let error = json_lines(format!("{JSON}{wrong}\n")).unwrap_err();
        assert!(error.starts_with(&format!("FILE: {reason}")), "{error}");
    }
    // Beyond the head, values that do not fit their column.
    let mut text = "{\"id\": 1}\n".repeat(12_000);
    text.push_str("{\"id\": [1]}\n");
    let error = json_lines(text).unwrap_err();
    assert!(error.starts_with("FILE: line 12001: "), "{error}");
}

#[test]
fn columns_with_one_name_are_told_apart() {
    let suite =
        Suite::new("twice").expect(mlops_validate::expectation::ColumnsInOrder::new(["a", "a.1", "b"]));
    let (_folder, path) = file("a,a,b\n1,2,3\n");
    let result = suite.validator().csv(&path, &CsvFormat::default()).unwrap();
    assert!(result.success(), "{:?}", result.lines());
}

/// Rules about `a` alone.
fn positive() -> Suite {
    Suite::new("positive").expect(ValuesBetween::new("a").min(0))
}

fn check_csv(text: impl AsRef<[u8]>, format: &CsvFormat) -> Result<ValidationResult, String> {
    let (_folder, path) = file(text);
    let result = positive().validator().csv(&path, format);
    result.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn a_schema_is_taken_by_the_names_of_the_header() {
    let whole = |name: &str| Field::new(name, DataType::Int64, true);
    let format = |names: &[&str]| {
        let fields: Vec<Field> = names.iter().map(|name| whole(name)).collect();
        CsvFormat::default().schema(Arc::new(Schema::new(fields)))
    };
    let result = check_csv("a,b\n-1,2\n", &format(&["b", "a"])).unwrap();
    assert_eq!(result.lines().len(), 1, "-1 is in column a");
    for (names, header, reason) in [
        (["b", "c"], "a,b", "FILE: the header has no column \"c\", but the schema"),
        (["a", "b"], "a,b,c", "FILE: the schema has no column \"c\", but the header"),
        (["a", "b"], "a,b,a", "FILE: the header has several columns \"a\""),
    ] {
        assert_eq!(check_csv(format!("{header}\n"), &format(&names)).unwrap_err(), reason);
    }
    let bare = format(&["a", "b"]).without_header();
    assert!(!check_csv("-1,2\n", &bare).unwrap().success());
}

#[test]
fn no_row_is_lost_in_a_quote_that_does_not_end() {
    let format = CsvFormat::default();
    let error = check_csv("a,b\n1,2\n5,\"x\n-7,-7\n-7,-7\n", &format).unwrap_err();
    assert_eq!(error, "FILE: line 3: a quoted field begins here and does not end");
    let quoted = "\u{feff}\"a\",b\n1,\"two\nlines, and \"\"quotes\"\"\"\n2,in\"side\n-3,\"\"\n";
    let result = check_csv(quoted, &format).unwrap();
    assert_eq!((result.rows, result.lines().len()), (3, 1));
    let endless = format!("a,b\n1,\"{}", "x".repeat((1 << 26) + 10));
    let error = check_csv(endless, &format).unwrap_err();
    assert_eq!(error, "FILE: line 2: a field that begins here has more than 64 MiB");
}

#[test]
fn what_is_no_table_in_utf_8_says_so() {
    let format = CsvFormat::default();
    assert_eq!(check_csv("", &format).unwrap_err(), "FILE: it is empty, expected the names of its columns");
    let utf_16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [utf_16.clone(), [&[0xff, 0xfe], &utf_16[..]].concat()] {
        let error = check_csv(text, &format).unwrap_err();
        assert_eq!(error, "FILE: line 1: this looks like UTF-16, expected UTF-8: save the file as that");
    }
    let json = |text: &str| json_lines(text).unwrap_err();
    assert_eq!(json(""), "FILE: it has no fields, expected an object a line, or a schema");
    assert!(json("{\"id\": 1}\n\n\n\n{\"id\": 1e999}\n").starts_with("FILE: line 5: "));
}

#[test]
fn thousands_of_columns_take_no_time_beyond_their_number() {
    // By the square of their number these took minutes.
    let names = "a,".repeat(20_000) + "b";
    let result = check_csv(format!("{names}\n{}1\n", "1,".repeat(20_000)), &CsvFormat::default()).unwrap();
    assert!(result.success());
    let fields: Vec<String> = (0..50_000).map(|field| format!("\"f{field}\": 1")).collect();
    let (_folder, path) = file(format!("{{\"a\": 1, {}}}\n", fields.join(", ")));
    assert!(positive().validator().json_lines(&path, &JsonLinesFormat::default()).unwrap().success());
    let fields: Vec<String> = (0..70_000).map(|field| format!("\"f{field}\": 1")).collect();
    let (_folder, path) = file(format!("{{{}}}\n", fields.join(", ")));
    let error = positive().validator().json_lines(&path, &JsonLinesFormat::default()).unwrap_err();
    assert!(error.to_string().contains("line 1: more than 65536 columns"), "{error}");
}

#[test]
fn values_that_no_expectation_looks_at_are_not_read() {
    let long = "a,b\n".to_owned() + &"1,1\n".repeat(10_000) + "1,x\n";
    assert!(check_csv(&long, &CsvFormat::default()).unwrap().success());
    let whole_rows = ResultFormat::new(Level::Summary).include_unexpected_rows();
    let (_folder, path) = file(long.replace("1,x", "-1,x"));
    let read = positive().validator().result_format(whole_rows.clone()).csv(&path, &CsvFormat::default());
    assert!(read.is_err(), "whole rows are to be shown");
    let (_folder, path) = file("{\"a\": -1, \"b\": 2}\n");
    let read =
        positive().validator().result_format(whole_rows).json_lines(&path, &JsonLinesFormat::default());
    let shown = read.unwrap().to_json().to_string();
    assert!(shown.contains("\"b\":2"), "{shown}");
}
