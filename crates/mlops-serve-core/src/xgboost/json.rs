//! A reader of JSON that pulls: the caller says what it expects next, nothing is built
//! that it does not ask for, and the nesting of what it skips is bounded.

use std::borrow::Cow;
use std::str::FromStr;

use super::FORMAT;
use crate::error::excerpt;
use crate::{Error, Result};

/// How deep a skipped value may be nested.
const MAX_DEPTH: usize = 128;

/// Where the reader is in the bytes.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(FORMAT, format!("byte {}", self.at), reason)
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.bytes.get(self.at) {
            None => "the end of the bytes".to_owned(),
            Some(byte) => format!("`{}`", byte.escape_ascii()),
        };
        self.malformed(format!("{found} found, {expected} expected"))
    }

    /// The next byte that is no white space, not used up.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &str) -> Result<()> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Whether a word such as `null` is next; it is used up then.
    fn take_word(&mut self, word: &[u8]) -> bool {
        self.peek();
        let found = self.bytes[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// An object, field by field; `field` must read the value.
    pub(super) fn object(&mut self, mut field: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.expect(b'{', "an object")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':', "`:`")?;
            field(self, &key)?;
            if !self.take(b',') {
                return self.expect(b'}', "`,` or `}`");
            }
        }
    }

    /// An array, element by element; `element` must read it.
    pub(super) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[', "an array")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.take(b',') {
                return self.expect(b']', "`,` or `]`");
            }
        }
    }

    /// Whatever `read` makes of the value, or nothing if it is `null`.
    pub(super) fn nullable<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.take_word(b"null") { Ok(None) } else { read(self).map(Some) }
    }

    /// That nothing but white space follows.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end of the model")),
        }
    }

    pub(super) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        let mut unescaped: Option<Vec<u8>> = None;
        loop {
            let run = self.at;
            while !matches!(self.bytes.get(self.at), None | Some(b'"' | b'\\')) {
                self.at += 1;
            }
            if let Some(text) = &mut unescaped {
                text.extend_from_slice(&self.bytes[run..self.at]);
            }
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(_) => {
                    let text = unescaped.get_or_insert_with(|| self.bytes[start..self.at].to_vec());
                    let mut buffer = [0; 4];
                    self.at += 1;
                    text.extend_from_slice(self.escape()?.encode_utf8(&mut buffer).as_bytes());
                }
                None => return Err(self.unexpected("the end of a string")),
            }
        }
        let end = self.at;
        self.at += 1;
        let not_utf8 = |_| self.malformed("the string before it is not UTF-8");
        match unescaped {
            None => std::str::from_utf8(&self.bytes[start..end]).map(Cow::Borrowed).map_err(not_utf8),
            Some(text) => {
                String::from_utf8(text).map(Cow::Owned).map_err(|error| not_utf8(error.utf8_error()))
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char> {
        let Some(&byte) = self.bytes.get(self.at) else { return Err(self.unexpected("an escape")) };
        let plain = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.unexpected("an escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let high = self.code_unit()?;
        let code = match high {
            0xD800..=0xDBFF if self.bytes.get(self.at) == Some(&b'\\') => {
                self.at += 1;
                let low = self.code_unit()?;
                match low {
                    0xDC00..=0xDFFF => 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00),
                    _ => return Err(self.malformed("half a surrogate pair")),
                }
            }
            _ => high,
        };
        char::from_u32(code).ok_or_else(|| self.malformed("half a surrogate pair"))
    }

    /// `u` and four hexadecimal digits.
    fn code_unit(&mut self) -> Result<u32> {
        let digits = self.bytes.get(self.at..self.at + 5).unwrap_or_default();
        let [b'u', digits @ ..] = digits else { return Err(self.unexpected("an escape")) };
        let mut unit = 0;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16);
            unit = unit * 16 + digit.ok_or_else(|| self.unexpected("four hexadecimal digits"))?;
        }
        self.at += 5;
        Ok(unit)
    }

    /// The characters of a number, which follow JSON's grammar.
    fn number_token(&mut self, expected: &str) -> Result<&'a str> {
        self.peek();
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while reader.bytes.get(reader.at).is_some_and(u8::is_ascii_digit) {
                reader.at += 1;
            }
            reader.at - from
        };
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        let leading_zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = digits(self);
        if whole == 0 || (leading_zero && whole > 1) {
            self.at = start;
            return Err(self.unexpected(expected));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if digits(self) == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            if digits(self) == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        let token = &self.bytes[start..self.at];
        Ok(std::str::from_utf8(token).expect("signs, digits, points and exponents are ASCII"))
    }

    /// A whole number.
    pub(super) fn integer<T: FromStr>(&mut self) -> Result<T> {
        let token = self.number_token("a whole number")?;
        token.parse().map_err(|_| self.malformed(format!("{} is no whole number in range", excerpt(token))))
    }

    /// A whole number, or a truth value as 0 or 1.
    pub(super) fn flag(&mut self) -> Result<u8> {
        if self.take_word(b"true") {
            Ok(1)
        } else if self.take_word(b"false") {
            Ok(0)
        } else {
            self.integer()
        }
    }

    /// A number, rounded to `f32` once; `NaN`, `Infinity` and `-Infinity` too.
    pub(super) fn float(&mut self) -> Result<f32> {
        for (word, value) in
            [(&b"NaN"[..], f32::NAN), (b"Infinity", f32::INFINITY), (b"-Infinity", f32::NEG_INFINITY)]
        {
            if self.take_word(word) {
                return Ok(value);
            }
        }
        let token = self.number_token("a number")?;
        match token.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.malformed(format!("{} is beyond the range of f32", excerpt(token)))),
        }
    }

    /// An array of what `element` reads.
    pub(super) fn list<T>(&mut self, element: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut list = Vec::new();
        self.array(|reader| {
            list.push(element(reader)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// Any value, whatever it is.
    pub(super) fn skip(&mut self) -> Result<()> {
        // The brackets that are still to be closed, the innermost last.
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    if open.len() == MAX_DEPTH {
                        return Err(self.malformed(format!("nested deeper than {MAX_DEPTH}")));
                    }
                    self.at += 1;
                    let close = if bracket == b'{' { b'}' } else { b']' };
                    if !self.take(close) {
                        open.push(close);
                        self.skip_key(close)?;
                        continue;
                    }
                }
                Some(b'"') => drop(self.string()?),
                _ => self.skip_scalar()?,
            }
            loop {
                let Some(&close) = open.last() else { return Ok(()) };
                if self.take(b',') {
                    self.skip_key(close)?;
                    break;
                }
                self.expect(close, "`,` or the end of the object or array")?;
                open.pop();
            }
        }
    }

    fn skip_key(&mut self, close: u8) -> Result<()> {
        if close == b'}' {
            self.string()?;
            self.expect(b':', "`:`")?;
        }
        Ok(())
    }

    fn skip_scalar(&mut self) -> Result<()> {
        let words = [&b"null"[..], b"true", b"false", b"NaN", b"Infinity", b"-Infinity"];
        if words.into_iter().any(|word| self.take_word(word)) {
            return Ok(());
        }
        self.number_token("a value").map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Result<()> {
        let mut reader = Reader::new(text.as_bytes());
        reader.skip()?;
        reader.end()
    }

    #[test]
    fn any_value_is_skipped() {
        for text in [
            "null",
            " true ",
            "-1.5e-3",
            "NaN",
            "-Infinity",
            "[]",
            "{}",
            "[[],[{}]]",
            "[1,2]",
            r#"{"a":[1,{"b":null}],"c":"\"]}"}"#,
            r#""\u00e9\n""#,
        ] {
            assert!(skip(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "[",
            "]",
            "{",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{1:2}",
            "nul",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "--1",
            "-",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "[1}",
            "{\"a\":1]",
            "1 2",
        ] {
            assert!(skip(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(skip(&nested(MAX_DEPTH)).is_ok());
        let error = skip(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert!(error.to_string().contains("byte 128: nested deeper"), "{error}");
    }

    #[test]
    fn numbers_are_rounded_once_and_stay_in_range() {
        let float = |text: &str| Reader::new(text.as_bytes()).float();
        assert_eq!(float("5E-1").unwrap().to_bits(), 0.5_f32.to_bits());
        assert_eq!(float("1.17549435E-38").unwrap().to_bits(), f32::MIN_POSITIVE.to_bits());
        assert!(float("NaN").unwrap().is_nan());
        assert!(float("-Infinity").unwrap().is_infinite());
        assert!(float("1e39").is_err());
        assert!(Reader::new(b"9223372036854775808").integer::<i32>().is_err());
        assert!(Reader::new(b"1.0").integer::<i32>().is_err());
    }

    #[test]
    fn escapes_are_resolved() {
        let mut reader = Reader::new(br#""a\u00e9\ud83d\ude00\n""#);
        assert_eq!(reader.string().unwrap(), "aé😀\n");
    }
}
