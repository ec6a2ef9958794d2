use super::*;
use crate::store::Kind;

fn read(text: &str) -> Vec<(String, Test)> {
    let filter = Filter::parse(Kind::Run, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.clauses().iter().map(|clause| (clause.field.to_string(), clause.test.clone())).collect()
}

fn refused(kind: Kind, text: &str) -> SyntaxError {
    match Filter::parse(kind, text) {
        Err(error) => error,
        Ok(filter) => panic!("{text} is read as {filter:?}"),
    }
}

#[test]
fn a_filter_is_read() {
    use Comparison::{Equal, GreaterOrEqual};
    let text = "attr.status='finished' and metrics.`a b` >= -1.5e-3\n AND tags.x.y != \"it's\"";
    let expected = vec![
        ("attributes.status".to_owned(), Test::Is("FINISHED".to_owned())),
        ("metrics.`a b`".to_owned(), Test::Number(GreaterOrEqual, -0.0015)),
        ("tags.x.y".to_owned(), Test::IsNot("it's".to_owned())),
    ];
    assert_eq!(read(text), expected);
    let spans: Vec<_> =
        Filter::parse(Kind::Run, text).unwrap().clauses().iter().map(|c| c.span.clone()).collect();
    assert_eq!(&text[spans[1].clone()], "metrics.`a b` >= -1.5e-3");
    assert_eq!(read("metric.x=-Infinity")[0].1, Test::Number(Equal, f64::NEG_INFINITY));
    assert_eq!(read("metric.x = nan AND metric.y != NaN")[1].1, Test::NotANumber(false));
    assert_eq!(read("run_id not in ('a', \"b\",)")[0].1, Test::NotIn(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(read("param.x is not null")[0].1, Test::NotNull);
    assert_eq!(read("`run name` LIKE 'é%'")[0].0, "attributes.run_name");
    assert_eq!(read("params.x = 'it''s'")[0].1, Test::Is("it's".to_owned()));
    assert_eq!(read("Created = 5")[0].1, Test::Within(5e3, 6e3));
    assert_eq!(read(""), []);
}

#[test]
fn what_is_no_filter_is_refused_where_it_goes_wrong() {
    for (text, position, token, expected) in [
        ("metrics.a > 1 OR metrics.b > 1", 14, "OR", "search once for each side"),
        ("metrics.a > 1 AND", 17, "", "a field"),
        ("AND metrics.a > 1", 0, "AND", "one of run_id"),
        ("metrics.a > 1 metrics.b > 1", 14, "metrics", "AND or the end"),
        ("metrics.a > 'x'", 12, "'x'", "a number, NaN"),
        ("metrics.a < NaN", 12, "NaN", "takes = or !="),
        ("metrics.a = 1e999", 12, "1e999", "Infinity"),
        ("metrics.a = +1", 12, "+", "a number"),
        ("metrics.a-b > 1", 8, "a", "in backticks"),
        ("metrics.1 > 1", 8, "1", "in backticks"),
        ("metric.a LIKE 'x'", 9, "LIKE", "is a number"),
        ("params.a = 1", 11, "1", "text in quotes"),
        ("params.a > '1'", 9, ">", "is text"),
        ("params.a = 'x", 11, "'x", "a closing '"),
        ("params.a NOT LIKE 'x'", 13, "LIKE", "IN"),
        ("params.a IN ('x')", 9, "IN", "not compared with lists"),
        ("metrics.a IS NULL", 13, "NULL", "can't be compared with NULL"),
        ("run_id IN ()", 11, ")", "text in quotes"),
        ("run_id IN ('a' 'b')", 15, "'b'", "a comma or )"),
        ("run_id IN ('a'", 14, "", "a comma or )"),
        ("stat = 'x'", 0, "stat", "\"status\" perhaps"),
        ("status = 'FINISHD'", 9, "'FINISHD'", "\"FINISHED\" perhaps"),
        ("metric_.a > 1", 0, "metric_", "\"metrics\" perhaps"),
        ("datasets.nam = 'x'", 9, "nam", "\"name\" perhaps"),
        ("tags. = 'x'", 5, "", "a name after tags."),
        ("(params.a = 'x')", 0, "(", "a field"),
        ("params.a = 'x';", 14, ";", "AND or the end"),
        ("params.a = 'x' -- y", 15, "-", "AND or the end"),
        ("start_time > '5'", 13, "'5'", "milliseconds"),
        ("start_time = NaN", 13, "NaN", "milliseconds"),
        ("  ", 2, "", "a field"),
    ] {
        let error = refused(Kind::Run, text);
        let token_at = (error.position, error.token.as_str());
        let token = if text == "tags. = 'x'" { " " } else { token };
        assert_eq!(token_at, (position, token), "{text}: {error}");
        assert!(error.expected.contains(expected), "{text}: {error}");
    }
    assert!(refused(Kind::Model, "metrics.a > 1").expected.contains("tags"));
    assert!(refused(Kind::Model, "tags.a IS NULL").expected.contains("NULL"));
    assert!(refused(Kind::Version, "version_number = 1.5").expected.contains("whole"));
    assert!(refused(Kind::Param, "").expected.contains("param is not"));
}

#[test]
fn length_is_bounded() {
    let clauses = |count| vec!["params.a = 'x'"; count].join(" AND ");
    assert!(Filter::parse(Kind::Run, &clauses(100)).is_ok());
    assert!(refused(Kind::Run, &clauses(101)).expected.contains("100"));
    let list = |count| format!("run_id IN ({})", vec!["'x'"; count].join(","));
    assert!(Filter::parse(Kind::Run, &list(1000)).is_ok());
    assert!(refused(Kind::Run, &list(1001)).expected.contains("1000"));
    assert!(refused(Kind::Run, &format!("params.a = '{}'", "é".repeat(40_000))).expected.contains("65536"));
}

#[test]
fn an_order_is_read() {
    let order = |text| OrderBy::parse(Kind::Run, text);
    let metric = |name: &str| Field::new(Source::Metric, name);
    assert_eq!(order("metrics.`a b`  desc"), Ok(OrderBy { field: metric("a b"), descending: true }));
    assert_eq!(order("Created").unwrap().field, Field::attribute("start_time"));
    for bad in [
        "",
        "x",
        "datasets.name",
        "`run name`",
        "metrics.a FOO",
        "metrics.a DESC DESC",
        "metrics.a, metrics.b",
    ] {
        assert!(order(bad).is_err(), "{bad}");
    }
    assert!(OrderBy::parse(Kind::Model, "tags.a").is_err());
    assert!(OrderBy::parse(Kind::Model, "timestamp DESC").is_err());
    assert!(OrderBy::parse(Kind::Model, "name DESC").is_ok());
}

#[test]
fn words_of_any_bytes_are_read_or_refused() {
    use proptest::prelude::*;
    let word = prop_oneof![
        "metrics\\.[a-z]{1,3}",
        Just("params.`é`".to_owned()),
        Just("AND".to_owned()),
        Just("=".to_owned()),
        Just("NOT IN (".to_owned()),
        Just("IS NULL".to_owned()),
        "'[a%']{0,3}'",
        "-?[0-9.e]{0,4}",
        "\\PC{0,3}",
    ];
    proptest!(|(words in proptest::collection::vec(word, 0..9))| {
        for text in [words.join(" "), words.concat()] {
            match Filter::parse(Kind::Run, &text) {
                Ok(filter) => {
                    for clause in filter.clauses() {
                        prop_assert!(text.get(clause.span.clone()).is_some(), "{:?}", clause);
                    }
                }
                Err(error) => prop_assert!(text.is_char_boundary(error.position), "{}", error),
            }
        }
    });
}

#[test]
fn what_mlflow_has_and_nobody_here_knows_is_refused_with_a_reason() {
    assert!(refused(Kind::Run, "artifact_uri = 'x'").expected.contains("no artifact_uri"));
    assert!(OrderBy::parse(Kind::Run, "artifact_uri").unwrap_err().expected.contains("no artifact_uri"));
    let model = OrderBy::parse(Kind::Model, "last_updated_timestamp DESC").unwrap_err();
    assert!(model.expected.contains("is not kept"), "{model}");
    OrderBy::parse(Kind::Version, "last_updated_timestamp DESC").unwrap();
    assert!(!refused(Kind::Run, "artifact = 'x'").expected.contains("artifact_uri"), "it is not proposed");
}

#[test]
fn the_number_of_a_version_may_stand_in_quotes() {
    let test = |text: &str| Filter::parse(Kind::Version, text).unwrap().clauses()[0].test.clone();
    assert_eq!(test("version_number = '1'"), test("version_number = 1"));
    assert_eq!(test("version_number >= \"12\""), test("version_number >= 12"));
    for text in
        ["version_number = ''", "version_number = '1.0'", "version_number = 'one'", "version_number = '-1'"]
    {
        assert!(refused(Kind::Version, text).expected.contains("a whole number"), "{text}");
    }
    assert_eq!(refused(Kind::Run, "metrics.x = '1'").position, 12);
}

#[test]
fn a_pattern_has_a_length() {
    let pattern = |length: usize| format!("params.x LIKE '{}'", "%".repeat(length));
    read(&pattern(1024));
    let error = refused(Kind::Run, &pattern(1025));
    assert_eq!((error.position, error.expected.as_str()), (14, "a pattern of at most 1024 bytes"));
}
