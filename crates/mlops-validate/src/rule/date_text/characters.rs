//! What Python calls letters, digits and numbers, beyond ASCII too.

use std::sync::LazyLock;

use regex::Regex;

static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{L}").expect("the pattern is fixed"));
static DECIMAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Nd}").expect("the pattern is fixed"));
static SPACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\s\x1c-\x1f]").expect("the pattern is fixed"));

fn is(one: char, class: &Regex) -> bool {
    class.is_match(one.encode_utf8(&mut [0; 4]))
}

/// `str.isalpha`
pub(super) fn is_letter(one: char) -> bool {
    if one.is_ascii() { one.is_ascii_alphabetic() } else { is(one, &LETTER) }
}

/// `str.isdigit`: decimals, and digits that are raised, lowered or framed.
pub(super) fn is_digit(one: char) -> bool {
    one.is_ascii_digit()
        || matches!(one, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨' | '⑴'..='⑼' | '⒈'..='⒐')
        || (!one.is_ascii() && is(one, &DECIMAL))
}

/// `str.isspace`
pub(super) fn is_space(one: char) -> bool {
    is(one, &SPACE)
}

/// The value of a decimal digit of any script.
pub(super) fn decimal(one: char) -> Option<i64> {
    if one.is_ascii() {
        return one.to_digit(10).map(i64::from);
    }
    if !is(one, &DECIMAL) {
        return None;
    }
    // The digits of a script follow each other; some scripts follow each other too.
    let code = u32::from(one);
    let below = (1..=60).take_while(|back| {
        code.checked_sub(*back).and_then(char::from_u32).is_some_and(|before| is(before, &DECIMAL))
    });
    i64::try_from(below.count() % 10).ok()
}

/// `int` of digits; beyond 64 bits it stays at the largest number.
pub(super) fn whole(digits: impl IntoIterator<Item = char>) -> Option<i64> {
    let mut number: Option<i64> = None;
    for digit in digits {
        let digit = decimal(digit)?;
        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_their_value() {
        assert_eq!(whole("٢٠٢٤".chars()), Some(2024));
        assert_eq!(whole("12x".chars()), None);
        assert_eq!(whole("".chars()), None);
        // Mathematical digits: five sets, one after the other.
        assert_eq!(decimal('\u{1d7ce}'), Some(0));
        assert_eq!(decimal('\u{1d7ff}'), Some(9));
        assert_eq!(decimal('\u{1d7e2}'), Some(0));
        assert_eq!((is_digit('²'), decimal('²')), (true, None));
    }
}
