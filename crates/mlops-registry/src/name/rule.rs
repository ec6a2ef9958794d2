use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::{Error, Result};

/// How much of a value an error shows, in characters.
const SHOWN: usize = 100;

/// What a name is made of, beside what holds for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The name of a parameter, a metric or a tag: parts between `/`, none of them empty,
    /// `.` or `..`, since tools show them as a tree.
    Key,
    /// What a person calls a thing, or where a data set is: no part `.` or `..`.
    Title,
}

/// That `name` may be the name of `field`.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong with it.
pub(crate) fn check(field: &'static str, name: &str, max: usize, rule: Rule) -> Result<()> {
    match fault(name, max, rule) {
        None => Ok(()),
        Some(expected) => Err(Error::Invalid { field, value: cut(name), expected }),
    }
}

/// That the value of `name` is at most `max` bytes long.
///
/// # Errors
/// [`Error::Invalid`] with the name, the size and the limit.
pub(crate) fn check_value(field: &'static str, name: &str, size: usize, max: usize) -> Result<()> {
    if size <= max {
        return Ok(());
    }
    let value = format!("{} of {size} bytes", cut(name));
    Err(Error::Invalid { field, value, expected: format!("at most {max} bytes") })
}

/// As much of a value as an error shows.
pub(crate) fn cut(value: &str) -> String {
    let mut shown: String = value.chars().take(SHOWN).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    shown
}

fn fault(name: &str, max: usize, rule: Rule) -> Option<String> {
    if name.is_empty() {
        return Some(format!("1 to {max} bytes"));
    }
    if name.len() > max {
        return Some(format!("at most {max} bytes, and these are {}", name.len()));
    }
    if name.trim() != name {
        return Some("no white space at the ends".to_owned());
    }
    if let Some(c) = name.chars().find(|c| is_hidden(*c)) {
        return Some(format!("no control, invisible or direction character, as U+{:04X} is", u32::from(c)));
    }
    if is_nfc_quick(name.chars()) != IsNormalized::Yes && !name.chars().nfc().eq(name.chars()) {
        return Some(format!(
            "the composed form of each letter (NFC), as in {:?}",
            name.nfc().collect::<String>()
        ));
    }
    let part = |part: &str| match rule {
        Rule::Key => matches!(part, "" | "." | ".."),
        Rule::Title => matches!(part, "." | ".."),
    };
    if name.split(['/', '\\']).any(part) {
        return Some(match rule {
            Rule::Key => "parts between `/` that are not empty, `.` or `..`".to_owned(),
            Rule::Title => "no part `.` or `..`".to_owned(),
        });
    }
    None
}

/// Whether a character can't be seen, or is a space that is not one, or changes how others are shown.
///
/// Unicode's `Default_Ignorable_Code_Point` (version 16, `DerivedCoreProperties.txt`), among
/// it zero-width characters, directional controls, variation selectors and language tags;
/// all control characters, line and paragraph separators; the blank of Braille; white space
/// but for the plain space; what will never be a character.
fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || c.is_whitespace()
        || matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
            | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(name: &str, rule: Rule) -> bool {
        check("name", name, 250, rule).is_ok()
    }

    #[test]
    fn what_people_call_things_is_fine() {
        for name in
            ["auc", "val/auc", "système", "Größe (neu)", "日本語", "a b", "v1.2", "τ", "a:b", "50 %", "😀"]
        {
            assert!(is_fine(name, Rule::Key) && is_fine(name, Rule::Title), "{name}");
        }
        for name in ["/data/flights.parquet", "s3://bucket//x", "trailing/", "C:\\data", "a...b", "..."] {
            assert!(is_fine(name, Rule::Title), "{name}");
        }
        for name in ["/auc", "a//b", "auc/", "a\\\\b"] {
            assert!(!is_fine(name, Rule::Key), "{name}");
        }
    }

    #[test]
    fn what_can_not_be_seen_is_refused() {
        for name in [
            "",
            " ",
            " a",
            "a ",
            "a\u{a0}",
            "a\u{a0}b",
            "a\u{3000}b",
            "a\nb",
            "a\0b",
            "a\u{7f}b",
            "a\u{85}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "\u{feff}a",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{ad}b",
            "a\u{2028}b",
            "a\u{fe0f}",
            "a\u{e0041}b",
            "a\u{3164}b",
            "a\u{2800}b",
            "a\u{ffff}b",
            "e\u{301}",
            "\u{212b}",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/./b",
            "a\\..\\b",
            "..\\a",
        ] {
            assert!(!is_fine(name, Rule::Key) && !is_fine(name, Rule::Title), "{name:?}");
        }
        let told = |name: &str| check("param", name, 250, Rule::Key).unwrap_err().to_string();
        assert_eq!(
            told("e\u{301}"),
            "param \"e\\u{301}\" is not valid: expected the composed form of each letter (NFC), as in \"é\""
        );
        assert!(told("a\u{202e}b").contains("\\u{202e}"), "{}", told("a\u{202e}b"));
        assert!(told("a\u{202e}b").contains("U+202E"));
        let long = told(&"x".repeat(251));
        assert!(long.ends_with("at most 250 bytes, and these are 251") && long.len() < 250, "{long}");
    }

    #[test]
    fn a_limit_is_told_with_name_and_size() {
        assert!(check_value("param value", "notes", 6000, 6000).is_ok());
        let error = check_value("param value", "notes", 6001, 6000).unwrap_err().to_string();
        assert_eq!(error, "param value \"notes of 6001 bytes\" is not valid: expected at most 6000 bytes");
    }
}
