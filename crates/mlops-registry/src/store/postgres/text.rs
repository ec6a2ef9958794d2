//! Text as PostgreSQL keeps it, which knows no U+0000.

use std::borrow::Cow;

/// What stands before one that can't be written as it is.
pub(super) const MARK: char = '\u{1}';

/// The text without U+0000, in the same order as without: a mark and U+0001 for it, a mark and
/// U+0002 for the mark.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => encoded.push_str("\u{1}\u{1}"),
            MARK => encoded.push_str("\u{1}\u{2}"),
            c => encoded.push(c),
        }
    }
    Cow::Owned(encoded)
}

/// The text that was written. A mark that we have not made stands for itself: it names a
/// record that nobody has written.
pub(super) fn decode(text: String) -> String {
    if !text.contains(MARK) {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = match (c, chars.peek()) {
            (MARK, Some('\u{1}')) => '\0',
            (MARK, Some('\u{2}')) => MARK,
            (c, _) => {
                decoded.push(c);
                continue;
            }
        };
        chars.next();
        decoded.push(plain);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_comes_back_and_keeps_its_order(a in "[\0\u{1}\u{2}\u{3}aé]{0,6}", b in "[\0\u{1}\u{2}\u{3}aé]{0,6}") {
            prop_assert_eq!(decode(encode(&a).into_owned()), a.clone());
            prop_assert!(!encode(&a).contains('\0'));
            prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
            prop_assert_eq!(encode(&b).starts_with(&*encode(&a)), b.starts_with(&a));
        }
    }
}
