use super::*;
use proptest::prelude::*;

#[test]
fn and_binds_stronger_than_or_and_not_strongest() {
    let flag = |column: &str| Expr::Flag { column: column.to_owned() };
    assert_eq!(
        parse("a or b and not c").unwrap(),
        Expr::Any(vec![flag("a"), Expr::All(vec![flag("b"), Expr::Not(Box::new(flag("c")))])])
    );
    assert_eq!(parse("(a | b) & ~(c)").unwrap(), parse("(a or b) and not c").unwrap());
}

#[test]
fn what_is_not_supported_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "empty"),
        ("a >", "too early"),
        ("a == \"b", "not closed"),
        ("a + 1 > 2", "after the condition"),
        ("- a > 2", "arithmetic"),
        ("a.str.contains('x')", "method \"str\""),
        ("a.between(1, 2)", "method \"between\""),
        ("@x > 1", "'@'"),
        ("1 < 2", "two constants"),
        ("True", "no condition"),
        ("a in b", "list"),
        ("a in [b]", "constants"),
        ("sin(a) > 0", "function"),
        ("a = 1", "'='"),
        ("(a == 1", "not closed"),
        ("a == 1e", "no number"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
    assert!(parse(&"(".repeat(100_000)).unwrap_err().contains("nested"));
    assert!(parse(&"not ".repeat(100_000)).unwrap_err().contains("nested"));
    assert!(parse(&"~".repeat(100_000)).unwrap_err().contains("nested"));
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC*") {
        let _ = parse(&text);
    }

    #[test]
    fn any_tokens_are_parsed_or_refused(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "`b c`", "1", "-2.5e3", "\"x\"", "(", ")", "[", "]", ",", "==", "!=", "<", ">=", "and", "or",
            "not", "in", "&", "|", "~", ".isnull()", "None", "True",
        ]), 0..20)
    ) {
        let _ = parse(&parts.join(" "));
    }
}
