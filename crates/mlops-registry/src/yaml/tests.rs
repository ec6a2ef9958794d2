use super::*;

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 8 };

fn read(text: &str) -> Result<Node, String> {
    parse(text, LIMITS).map_err(|refused| refused.to_string())
}

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

#[test]
fn a_document_is_read_in_its_order() {
    let node = read("b: [1, x]\na:\n  n: -2.5\n  t: 2026-11-26\n  q: '1'\n  e:\n").unwrap();
    let inner = vec![
        ("n".to_owned(), Node::Float("-2.5".to_owned())),
        ("t".to_owned(), Node::Timestamp("2026-11-26".to_owned())),
        ("q".to_owned(), text("1")),
        ("e".to_owned(), Node::Null),
    ];
    let list = Node::Sequence(vec![Node::Integer("1".to_owned()), text("x")]);
    assert_eq!(node, Node::Mapping(vec![("b".to_owned(), list), ("a".to_owned(), Node::Mapping(inner))]));
    assert_eq!(
        serde_json::Value::from(node),
        serde_json::json!({"a": {"n": -2.5, "t": "2026-11-26", "q": "1", "e": null}, "b": [1, "x"]})
    );
    assert_eq!(read(""), Ok(Node::Null));
}

#[test]
fn what_is_refused_is_said_with_its_place() {
    for (text, expected) in [
        ("a: &x 1\nb: *x\n", "line 1, column 4: an anchor"),
        ("a: !!python/object:os.system x\n", "a tag"),
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key \"a\" a second time"),
        ("a: 1\n---\na: 1\n", "a second document"),
        ("1: a\n", "a whole number as a key"),
        ("a: '\n", "line "),
        ("a: \u{1}\n", "line 1, column 4: '\\u{1}' may not be in YAML"),
        ("a: x\u{85}y\n", "breaks lines for some readers"),
        ("<<: {a: 1}\n", "\"<<\", which must be in quotes"),
        ("[[[[[[[[[[1]]]]]]]]]]\n", "nested more than 8 deep"),
    ] {
        let said = read(text).unwrap_err();
        assert!(said.contains(expected), "{text:?}: {said}");
    }
    let long = parse("aaaa", Limits { bytes: 3, depth: 1 }).unwrap_err().to_string();
    assert_eq!(long, "line 1, column 1: the text has 4 bytes, and at most 3 are read");
}

#[test]
fn numbers_are_what_they_say() {
    for (written, number) in [
        ("14", Some(14)),
        ("+14", Some(14)),
        ("1_4", Some(14)),
        ("0xE", Some(14)),
        ("0o16", Some(14)),
        ("0b1110", Some(14)),
        ("014", Some(14)),
        ("-1", None),
        ("18446744073709551616", None),
        ("_", None),
    ] {
        assert_eq!(Node::Integer(written.to_owned()).as_u64(), number, "{written}");
    }
    let json = |node: Node| serde_json::Value::from(node).to_string();
    assert_eq!(json(Node::Integer("-9223372036854775808".to_owned())), "-9223372036854775808");
    assert_eq!(json(Node::Integer("9".repeat(30))), format!("\"{}\"", "9".repeat(30)));
    assert_eq!(json(Node::Float(".inf".to_owned())), "\".inf\"");
    assert_eq!(json(Node::Float("1e3".to_owned())), "1000.0");
}
