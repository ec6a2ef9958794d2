//! What a scalar that is not in quotes stands for.
//!
//! # Source
//! The implicit resolvers that `ruamel.yaml` 0.19 has for YAML 1.2. They are wider than the core
//! schema: `1_000` is a number, and `2026-11-26` a moment.

/// What a plain scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Integer,
    Float,
    Timestamp,
    /// `<<` and `=`, which mean something to some readers.
    Special,
    Text,
}

/// What `text` stands for when it is not in quotes.
pub(crate) fn kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        "<<" | "=" => Kind::Special,
        _ if is_float(text) => Kind::Float,
        _ if is_integer(text) => Kind::Integer,
        _ if is_timestamp(text) => Kind::Timestamp,
        _ => Kind::Text,
    }
}

fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |digits: &str, allowed: fn(u8) -> bool| {
        !digits.is_empty() && digits.bytes().all(|byte| byte == b'_' || allowed(byte))
    };
    // What begins with `_` is looked for among texts only.
    let decimal = all(unsigned, |byte| byte.is_ascii_digit()) && !text.starts_with('_');
    let in_base = |prefix, allowed| unsigned.strip_prefix(prefix).is_some_and(|digits| all(digits, allowed));
    decimal
        || in_base("0b", |byte| matches!(byte, b'0' | b'1'))
        || in_base("0o", |byte| matches!(byte, b'0'..=b'7'))
        || in_base("0x", |byte| byte.is_ascii_hexdigit())
}

fn is_float(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    let signed = rest.take(|byte| matches!(byte, b'-' | b'+'), 1) == 1;
    if matches!(rest.0, b".inf" | b".Inf" | b".INF")
        || !signed && matches!(rest.0, b".nan" | b".NaN" | b".NAN")
    {
        return true;
    }
    let begins = rest.0.first().is_some_and(u8::is_ascii_digit);
    if begins {
        rest.take(is_digit_or_blank, usize::MAX);
        let point = rest.literal(b'.');
        if point {
            rest.take(is_digit_or_blank, usize::MAX);
        }
        let exponent = rest.exponent(false);
        return rest.0.is_empty() && (point || exponent);
    }
    if rest.literal(b'.') && rest.take(is_digit_or_blank, usize::MAX) > 0 {
        // Only here the sign of the exponent is not optional.
        rest.exponent(true);
        return rest.0.is_empty();
    }
    false
}

fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    if !(rest.digits(4, 4) && rest.literal(b'-') && rest.digits(1, 2) && rest.literal(b'-')) {
        return false;
    }
    // A day alone has two digits in its month and in itself.
    if rest.0.len() == 2 && text.len() == 10 {
        return rest.digits(2, 2);
    }
    if !rest.digits(1, 2) {
        return false;
    }
    if rest.take(|byte| matches!(byte, b'T' | b't'), 1) == 0 && rest.take(is_blank, usize::MAX) == 0 {
        return false;
    }
    if !(rest.digits(1, 2)
        && rest.literal(b':')
        && rest.digits(2, 2)
        && rest.literal(b':')
        && rest.digits(2, 2))
    {
        return false;
    }
    if rest.literal(b'.') {
        rest.take(|byte| byte.is_ascii_digit(), usize::MAX);
    }
    rest.take(is_blank, usize::MAX);
    if rest.take(|byte| matches!(byte, b'-' | b'+'), 1) == 1 {
        return rest.digits(1, 2)
            && (rest.0.is_empty() || rest.literal(b':') && rest.digits(2, 2) && rest.0.is_empty());
    }
    let blanks_alone = text.ends_with([' ', '\t']);
    rest.literal(b'Z');
    rest.0.is_empty() && !blanks_alone
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_digit_or_blank(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// What is left of a scalar.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Goes over at most `most` bytes of a kind; says how many.
    fn take(&mut self, kind: fn(u8) -> bool, most: usize) -> usize {
        let count = self.0.iter().take(most).take_while(|byte| kind(**byte)).count();
        self.0 = &self.0[count..];
        count
    }

    fn literal(&mut self, byte: u8) -> bool {
        let there = self.0.first() == Some(&byte);
        if there {
            self.0 = &self.0[1..];
        }
        there
    }

    fn digits(&mut self, least: usize, most: usize) -> bool {
        self.take(|byte| byte.is_ascii_digit(), most) >= least
    }

    /// Goes over an exponent, if all of one is there.
    fn exponent(&mut self, signed: bool) -> bool {
        let mut rest = Rest(self.0);
        let e = rest.take(|byte| matches!(byte, b'e' | b'E'), 1) == 1;
        let sign = rest.take(|byte| matches!(byte, b'-' | b'+'), 1) == 1;
        if !e || signed && !sign || !rest.digits(1, usize::MAX) {
            return false;
        }
        self.0 = rest.0;
        true
    }
}
