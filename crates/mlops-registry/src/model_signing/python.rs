//! What Python reads and writes in its own way, where the tool leaves it to Python.

/// Base 64 as Python's `b64decode` reads it without validation: what is no digit is passed
/// over, and what stands behind a complete padding too. `None` if digits are missing.
///
/// It makes no difference to what is signed: the signature is over the bytes.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut place, mut pads, mut left) = (0_u8, 0_u8, 0_u8);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                if place >= 2 {
                    pads += 1;
                    if place + pads >= 4 {
                        return Some(bytes);
                    }
                }
                continue;
            }
            _ => continue,
        };
        pads = 0;
        match place {
            0 => {}
            1 => bytes.push(left << 2 | value >> 4),
            2 => bytes.push(left << 4 | value >> 2),
            _ => bytes.push(left << 6 | value),
        }
        left = value;
        place = (place + 1) % 4;
    }
    (place == 0).then_some(bytes)
}

/// Hexadecimal digits as Python's `bytes.fromhex` reads them: pairs, of either case, with white
/// space between them.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut digits = text.bytes();
    while let Some(first) = digits.next() {
        if matches!(first, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
            continue;
        }
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(first)? << 4 | digit(digits.next()?)?);
    }
    Some(bytes)
}

/// Bytes as Python's `repr` shows them.
pub(super) fn repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut text = String::with_capacity(bytes.len() + 3);
    text.push('b');
    text.push(char::from(quote));
    for byte in bytes {
        match byte {
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\\' => text.push_str("\\\\"),
            byte if *byte == quote => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                text.push_str("\\x");
                text.push(char::from(DIGITS[usize::from(byte >> 4)]));
                text.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    text.push(char::from(quote));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Python 3.11 says.
    #[test]
    fn as_python_reads_and_writes() {
        for (text, bytes) in [
            ("", Some(b"".as_slice())),
            ("Zm9v", Some(b"foo")),
            ("Zm9vYg==", Some(b"foob")),
            ("Zm9vYg==AAAA", Some(b"foob")),
            ("Z!m 9\nv", Some(b"foo")),
            ("=Zm9v", Some(b"foo")),
            ("Zm9v=", Some(b"foo")),
            ("Zm9vYh==", Some(b"foob")),
            ("Zm9vYg=", None),
            ("Zm9vYg", None),
            ("Zm9vY", None),
            ("Zm9v\u{e9}", None),
            ("Zm9vYg=A=", Some(b"foob\0")),
        ] {
            assert_eq!(base64(text).as_deref(), bytes, "{text:?}");
        }
        for (text, bytes) in [
            ("", Some(b"".as_slice())),
            ("aB 0c\n", Some(&[0xab, 0x0c])),
            ("a b", None),
            ("a", None),
            ("zz", None),
        ] {
            assert_eq!(hex(text).as_deref(), bytes, "{text:?}");
        }
        assert_eq!(repr(b"a'b"), "b\"a'b\"");
        assert_eq!(repr(b"{\"a\": 'b'}\\\n\x7f\xff"), "b'{\"a\": \\'b\\'}\\\\\\n\\x7f\\xff'");
    }

    proptest! {
        #[test]
        fn what_is_written_strictly_is_read(bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            prop_assert_eq!(base64(&crate::merkle::base64::encode(&bytes)), Some(bytes));
        }
    }
}
