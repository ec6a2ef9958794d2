use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::text::broken_by_only_text;
use super::{Mismatch, ValueRule};

/// Lists within lists: Python gives up near a thousand, less what its caller has used up.
const DEEPEST: usize = 900;
/// Digits of a whole number that Python reads.
const MOST_DIGITS: usize = 4300;

/// Values are JSON, as Python's `json.loads` has it; what is no text is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsJson;

impl ValueRule for IsJson {
    fn key(&self) -> String {
        "JSON".to_owned()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        broken_by_only_text(values, "JSON", true, |text| Ok(is_json(text)))
    }
}

/// Whether Python's `json.loads` reads a text: RFC 8259 with `NaN`, `Infinity` and
/// `-Infinity`, at most 900 levels deep, whole numbers of at most 4300 digits.
///
/// Linear time, no recursion; memory is a byte for each open level.
pub(crate) fn is_json(text: &str) -> bool {
    Reader { rest: text.as_bytes() }.document().is_some()
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// What encloses the value that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    List,
    Object,
}

impl Reader<'_> {
    fn eat(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// `None` if it is not JSON.
    fn document(&mut self) -> Option<()> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            // A value begins here.
            self.space();
            match self.rest.first()? {
                b'[' => {
                    self.eat(b"[")?;
                    self.space();
                    if self.rest.first() != Some(&b']') {
                        open.push(Open::List);
                        if open.len() > DEEPEST {
                            return None;
                        }
                        continue;
                    }
                    self.eat(b"]")?;
                }
                b'{' => {
                    self.eat(b"{")?;
                    self.space();
                    if self.rest.first() != Some(&b'}') {
                        open.push(Open::Object);
                        if open.len() > DEEPEST {
                            return None;
                        }
                        self.name()?;
                        continue;
                    }
                    self.eat(b"}")?;
                }
                _ => self.scalar()?,
            }
            // A value has ended: so may what encloses it.
            loop {
                self.space();
                match (open.last(), self.rest.first()) {
                    (None, None) => return Some(()),
                    (Some(_), Some(b',')) => break,
                    (Some(Open::List), Some(b']')) => self.eat(b"]")?,
                    (Some(Open::Object), Some(b'}')) => self.eat(b"}")?,
                    _ => return None,
                }
                open.pop();
            }
            self.eat(b",")?;
            if open.last() == Some(&Open::Object) {
                self.space();
                self.name()?;
            }
        }
    }

    /// A name and its colon.
    fn name(&mut self) -> Option<()> {
        self.string()?;
        self.space();
        self.eat(b":")
    }

    fn scalar(&mut self) -> Option<()> {
        match self.rest {
            [b'"', ..] => self.string(),
            [b'-', b'I', ..] => self.eat(b"-Infinity"),
            [b'-' | b'0'..=b'9', ..] => self.number(),
            [b'n', ..] => self.eat(b"null"),
            [b't', ..] => self.eat(b"true"),
            [b'f', ..] => self.eat(b"false"),
            [b'N', ..] => self.eat(b"NaN"),
            _ => self.eat(b"Infinity"),
        }
    }

    fn string(&mut self) -> Option<()> {
        self.eat(b"\"")?;
        loop {
            match self.rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    return Some(());
                }
                [b'\\', b'u', a, b, c, d, rest @ ..]
                    if [a, b, c, d].iter().all(|one| one.is_ascii_hexdigit()) =>
                {
                    self.rest = rest;
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => {
                    self.rest = rest;
                }
                [b'\\' | 0..=0x1f, ..] | [] => return None,
                [_, rest @ ..] => self.rest = rest,
            }
        }
    }

    fn digits(&mut self) -> usize {
        let digits = self.rest.iter().take_while(|one| one.is_ascii_digit()).count();
        self.rest = &self.rest[digits..];
        digits
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.eat(b"-");
        let whole = if self.eat(b"0").is_some() { 1 } else { self.digits() };
        let mut is_whole = true;
        if self.eat(b".").is_some() {
            is_whole = false;
            (self.digits() > 0).then_some(())?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            is_whole = false;
            self.rest = rest;
            if let [b'+' | b'-', rest @ ..] = self.rest {
                self.rest = rest;
            }
            (self.digits() > 0).then_some(())?;
        }
        (whole > 0 && !(is_whole && whole > MOST_DIGITS)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{DEEPEST, is_json};

    #[test]
    fn json_is_what_python_reads() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/python_text/json.json");
        let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = document["cases"].as_array().unwrap();
        assert!(cases.len() > 100, "the file is whole");
        for case in cases {
            let (text, expected) = (case[0].as_str().unwrap(), case[1].as_bool().unwrap());
            let shown: String = text.chars().take(40).collect();
            assert_eq!(is_json(text), expected, "{shown:?}");
        }
    }

    #[test]
    fn lists_and_objects_are_at_most_so_deep() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(is_json(&nested(DEEPEST)), "{open}");
            assert!(!is_json(&nested(DEEPEST + 1)), "{open}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        assert!(!is_json(&"[".repeat(10_000_000)));
        assert!(!is_json(&"{\"a\":".repeat(1_000_000)));
    }

    proptest::proptest! {
        #[test]
        fn what_serde_reads_is_json(text in r#"[\[\]{},:"a0.1e+\-ntrufals ]{0,12}"#) {
            if serde_json::from_str::<Value>(&text).is_ok() {
                proptest::prop_assert!(is_json(&text), "{}", text);
            }
        }
    }
}
