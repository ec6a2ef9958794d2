use super::*;

fn check(reader: Reader, table: &[(&str, &str, &str)]) {
    for (lines, yes, no) in table {
        let ignored = Ignored::with(reader, lines);
        let covers = |path: &str| ignored.covers(path.trim_end_matches('/'), path.ends_with('/'));
        for path in yes.split(' ').filter(|path| !path.is_empty()) {
            assert!(covers(path), "{reader:?}: {lines:?} ignores {path:?}");
        }
        for path in no.split(' ').filter(|path| !path.is_empty()) {
            assert!(!covers(path), "{reader:?}: {lines:?} does not ignore {path:?}");
        }
    }
}

/// Those that Git and DVC read alike.
const PATTERNS: [(&str, &str, &str); 14] = [
    ("*.bin", "a.bin d/b.bin a.bin/x .bin", "a.bin2 bin"),
    ("/a", "a a/b", "b/a ab"),
    ("d/", "d/ d/x x/d/ x/d/y", "d x/d"),
    ("a/b", "a/b a/b/c", "x/a/b b"),
    ("**/b", "b a/b a/c/b", "bb"),
    ("a/**", "a/x a/x/y", "a b/a/x"),
    ("a/**/b", "a/b a/x/b a/x/y/b", "a/xb ab b"),
    ("a?c[0-9][!a-c]", "abc1d axc0-", "ac1d abcxd abc1a abc1"),
    ("[]a]b", "]b ab", "bb"),
    ("[a", "", "[a a"),
    ("\\#x", "#x", "x"),
    ("#x", "", "#x x"),
    ("\\!x\n!y", "!x", "x y"),
    ("a\\*b", "a*b", "axb a\\*b"),
];

#[test]
fn patterns_are_those_of_git() {
    check(Reader::Git, &PATTERNS);
    check(
        Reader::Git,
        &[
            ("*\n!*.txt\n!d/", "a d/b", "a.txt d/"),
            ("*a*a*a*a*a*a*a*a*b", "aaaaaaaab", &"a".repeat(200)),
            ("d/*\n!d/e/", "d/f", "d/e/ d/e/k"),
            ("a/**", "", "a/"),
            ("**/", "a/ a/b", "a"),
        ],
    );
    let ignored = |lines: &str, path: &str| Ignored::with(Reader::Git, lines).covers(path, false);
    assert!(ignored("a b  ", "a b") && ignored("a\\ ", "a ") && !ignored("a\\ ", "a"));
    assert!(ignored("  a", "  a") && !ignored("  a", "a"), "blanks in front are part of the name");
    let deeper = {
        let mut rules = Ignored::with(Reader::Git, "*.tmp");
        rules.add("d/", "/a\n!*.tmp");
        rules
    };
    assert!(deeper.covers("d/a", false) && !deeper.covers("e/a", false));
    assert!(deeper.covers("x.tmp", false) && !deeper.covers("d/x.tmp", false));
}

/// What `DvcIgnorePatterns` of DVC 3.67.1 says.
#[test]
fn patterns_are_those_of_dvc() {
    check(Reader::Dvc, &PATTERNS);
    check(
        Reader::Dvc,
        &[
            ("  *.tmp\n*.log\t\r\n \u{a0}# no pattern", "a.tmp d/c.log", "b"),
            ("d/*\n!d/e/", "d/f1 d/e/k", "d/ d/e/"),
            ("d/*\n!d/e", "d/f1 d/g/h", "d/e/ d/e/k d/e/k/l"),
            ("d/*/\n!d/e", "d/g/ d/g/h", "d/f1 d/e/ d/e/k"),
            ("/*\n!/d", "a e/ e/x", "d/ d/a d/e/ d/e/f"),
            ("a/**", "a/", "a"),
            ("a/**\n!a/b/\n!a/b/**", "a/x a/b/ a/b/c", "a"),
            ("a/*", "a/b a/b/c a/b/", "a a/"),
            ("d/e/", "d/e/ d/e/k d/e/k/", "d/e"),
            ("**", "a a/b a/", ""),
            ("**/\n*/\n**/*/", "", "a a/ a/b a/b/"),
            ("/*/", "a/ a/b", "a"),
            ("*\n!*/\n!*.txt", "a d/ d/a d/a.txt", "a.txt"),
            ("*\n!*.txt\n!d/", "a d/b", "a.txt d/"),
            ("!d/e/\nd/*", "d/e/", ""),
            ("/", "", "a a/ a/b"),
        ],
    );
    let mut deeper = Ignored::with(Reader::Dvc, "");
    deeper.add("d/", "*/\n/a");
    assert!(deeper.covers("d/e", true) && deeper.covers("d/a", false));
    assert!(!deeper.covers("e", true) && !deeper.covers("d", true));
}

#[test]
fn dvc_does_not_read_what_it_ignores() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("d")).unwrap();
    std::fs::write(root.path().join("d/.dvcignore"), "*.tmp").unwrap();
    for (lines, read) in [("", true), (".dvcignore", false)] {
        std::fs::write(root.path().join(".dvcignore"), lines).unwrap();
        let ignored = Ignored::with(Reader::Dvc, "").read(root.path(), "d/x").unwrap();
        assert_eq!(ignored.covers("d/x.tmp", false), read, "{lines:?}");
    }
}
