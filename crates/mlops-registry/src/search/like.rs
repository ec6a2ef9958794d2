use serde::Serialize;

/// A pattern of `LIKE`: `%` stands for any text, `_` for any one character, everything else
/// for itself. There is no escape, as in MLflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern {
    text: String,
    ignore_case: bool,
}

impl Pattern {
    /// The pattern of `LIKE`, or of `ILIKE` if case is ignored. Case is ignored as Unicode
    /// maps single characters to lower case, not only for ASCII.
    pub fn new(text: impl Into<String>, ignore_case: bool) -> Self {
        let text = text.into();
        Self { text: if ignore_case { folded(&text) } else { text }, ignore_case }
    }

    /// The pattern, in lower case if case is ignored.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether case is ignored.
    pub const fn ignores_case(&self) -> bool {
        self.ignore_case
    }

    /// The text that all begin with which it fits; empty if case is ignored.
    pub fn prefix(&self) -> &str {
        if self.ignore_case {
            return "";
        }
        self.text.split(['%', '_']).next().unwrap_or_default()
    }

    /// Whether it fits the whole of a text. `O(length of the text × length of the pattern)`
    /// at worst, without allocating unless case is ignored.
    pub fn fits(&self, text: &str) -> bool {
        if self.ignore_case { fits(&self.text, &folded(text)) } else { fits(&self.text, text) }
    }
}

/// The first text behind all that begin with this one, if there is one.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn behind(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// In lower case, character by character: a text that is longer in lower case would not
/// be fitted by the pattern of as many `_`.
pub(crate) fn folded(text: &str) -> String {
    let lower = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    };
    text.chars().map(lower).collect()
}

/// Goes back to the last `%` only: what fitted before it needs no second look.
fn fits(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut back = None;
    loop {
        match (pattern.next(), text.clone().next()) {
            (Some('%'), _) => back = Some((pattern.clone(), text.clone())),
            (Some(p), Some(t)) if p == '_' || p == t => {
                text.next();
            }
            (None, None) => return true,
            _ => {
                let Some((after, mut skipped)) = back.take() else { return false };
                if skipped.next().is_none() {
                    return false;
                }
                pattern = after.clone();
                text = skipped.clone();
                back = Some((after, skipped));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the definition, at any cost.
    fn oracle(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skipped| oracle(rest, &text[skipped..])),
            ['_', rest @ ..] => !text.is_empty() && oracle(rest, &text[1..]),
            [c, rest @ ..] => text.first() == Some(c) && oracle(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn it_fits_what_the_definition_says(pattern in "[ab%_é]{0,8}", text in "[abé]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(&*pattern, false).fits(&text), oracle(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn what_it_fits_begins_with_its_prefix(pattern in "[ab%_]{0,5}", text in "[ab]{0,5}") {
            let pattern = Pattern::new(pattern, false);
            prop_assert!(!pattern.fits(&text) || text.starts_with(pattern.prefix()));
        }
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    proptest! {
        #[test]
        fn behind_a_prefix_is_behind_all_that_begin_with_it(prefix in "\\PC{1,4}", rest in "\\PC{0,3}") {
            if let Some(behind) = behind(&prefix) {
                let text = format!("{prefix}{rest}");
                prop_assert!(prefix <= text && text < behind);
            }
        }
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    #[test]
    fn the_last_character_has_none_behind_it() {
        assert_eq!(behind("\u{10ffff}"), None);
        assert_eq!(behind("a\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(behind("\u{d7ff}"), Some("\u{e000}".to_owned()));
    }

    #[test]
    fn case_is_ignored_in_every_script() {
        assert!(Pattern::new("ÉCOLE_%", true).fits("école 1"));
        assert!(!Pattern::new("ÉCOLE%", false).fits("école"));
        assert!(Pattern::new("_", true).fits("İ"), "one character stays one");
    }

    #[test]
    fn many_wildcards_take_no_exponential_time() {
        assert!(!Pattern::new("%a".repeat(2000), false).fits(&"a".repeat(1999)));
    }
}
