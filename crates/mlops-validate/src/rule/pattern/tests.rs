use serde_json::Value;

use super::*;

fn found(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).unwrap().is_match(text).unwrap()
}

/// Patterns that are known to differ from Python, and why.
const DIFFERS: [&str; 1] = [
    // Characters by name need a table of all names.
    r"\N{DIGIT ONE}",
];

#[test]
fn patterns_mean_what_they_mean_to_python() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/python_text/regex.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let texts: Vec<&str> =
        document["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    let cases = document["cases"].as_array().unwrap();
    assert!(cases.len() > 1000, "the file is whole");
    let mut failed = Vec::new();
    for case in cases {
        let written = case["pattern"].as_str().unwrap();
        if DIFFERS.contains(&written) {
            continue;
        }
        match (Pattern::new(written), case["found"].as_array()) {
            (Err(_), None) => {}
            (Err(why), Some(_)) => failed.push(format!("{written:?} is refused: {why}")),
            (Ok(_), None) => failed.push(format!("{written:?} is accepted: {}", case["error"])),
            (Ok(pattern), Some(expected)) => {
                for (at, text) in texts.iter().enumerate() {
                    let expected = expected.iter().any(|one| one.as_u64() == Some(at as u64));
                    if pattern.is_match(text) != Ok(expected) {
                        failed.push(format!(
                            "{written:?} on {text:?}: {:?}, expected {expected}",
                            pattern.is_match(text)
                        ));
                    }
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn plain_patterns_take_linear_time() {
    let text = "a".repeat(1 << 20) + "!";
    for pattern in ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)x"] {
        let pattern = Pattern::new(pattern).unwrap();
        assert!(pattern.everywhere_linear().is_some());
        assert_eq!(pattern.is_match(&text), Ok(false));
    }
}

#[test]
fn hard_patterns_run_out_of_steps_instead_of_time() {
    for (pattern, text) in [
        (r"(?=a)(a+)+\1b", "a".repeat(64)),
        (r"(?!x)(a|a)*\1c", "a".repeat(64)),
        (r"^(a*)*\1$b", "a".repeat(64)),
        (r"(a?){40}(a){40}\1b", "a".repeat(64)),
    ] {
        let answer = Pattern::new(pattern).unwrap().is_match(&text);
        match answer {
            Ok(found) => assert!(!found, "{pattern}"),
            Err(why) => assert!(why.contains("steps"), "{why}"),
        }
    }
    // An atomic match of all that can be: each start is looked at once.
    let longest = "a".repeat(LONGEST_TEXT);
    assert!(Pattern::new(r"(?=(a+))\1b").unwrap().is_match(&longest).is_ok_and(|found| !found));
    let why = Pattern::new(r"(?=(a+))\1b").unwrap().is_match(&(longest + "a")).unwrap_err();
    assert!(why.contains("longer"), "{why}");
}

#[test]
fn large_patterns_are_refused_with_the_reason() {
    for (pattern, reason) in [
        ("(?:a{1000}){1000}", "too large"),
        (r"\w{100000}", "too large"),
        (r"(?:(?:(?:(?:(?:x{100}){100}){100}){100}){100}){100}", "too large"),
        (r"(?=a)(?:a{1000}){1000}", "too large"),
        (r"(a)\1{30000}", "too large"),
        (r"(?:){4294967294}", ""),
        (r"a{4294967295}", "too large"),
        (&"(".repeat(100_000), "groups within groups"),
        (&"(?:".repeat(100_000), "groups within groups"),
        (&"(?(1)".repeat(100_000), "groups"),
        (&"[".repeat(100_000), "unterminated"),
    ] {
        match Pattern::new(pattern) {
            Err(why) => assert!(why.contains(reason), "{why}"),
            Ok(_) => assert!(reason.is_empty(), "{pattern} is accepted"),
        }
    }
}

#[test]
fn an_error_says_where() {
    for (pattern, error) in [
        ("a(b", "missing ), unterminated subpattern at character 2"),
        ("éé[a", "unterminated character set at character 3"),
        ("a**", "multiple repeat at character 3"),
        (r"(?<=a+)b", "look-behind requires fixed-width pattern at character 6"),
        (r"\N{DIGIT ONE}", "characters by name, \\N{…}, are not known here at character 2"),
    ] {
        assert_eq!(Pattern::new(pattern).unwrap_err(), error);
    }
}

#[test]
fn a_list_of_patterns_is_one_search_if_it_can_be() {
    let patterns = |written: &[&str], any| {
        Patterns::new(written.iter().map(|one| Pattern::new(one).unwrap()).collect(), any)
    };
    for (written, together) in
        [(vec!["^a", "z$"], true), (vec!["^a", r"(?=z)z"], false), (vec!["a", r"\bz"], false)]
    {
        let any = patterns(&written, true);
        assert_eq!(any.set.is_some(), together);
        let all = patterns(&written, false);
        for (text, in_any, in_all) in
            [("a", true, false), ("z", true, false), ("a z", true, true), ("b", false, false)]
        {
            assert_eq!(any.is_match(text), Ok(in_any), "{written:?} {text}");
            assert_eq!(all.is_match(text), Ok(in_all), "{written:?} {text}");
        }
    }
    assert!(found("a", "xa"));
}
