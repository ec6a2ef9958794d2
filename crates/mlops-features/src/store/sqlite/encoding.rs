//! Keys and values as bytes, layout 1. Lengths are LEB128, numbers little-endian.
//!
//! A key is its parts one after the other: `1` and 8 bytes of an integer, or `2`, a length
//! and UTF-8. No key is the beginning of another with as many parts, and none can be read
//! in two ways: equal bytes are equal keys.
//!
//! A body is its values one after the other: `0` null, `1` false, `2` true, `3` and an
//! integer, `4` and the bits of a float, `5`, a length and UTF-8, `6` and microseconds
//! since 1970.

use std::sync::Arc;

use mlops_core::Timestamp;

use crate::{EntityKey, KeyPart, Value};

/// Appends `key`.
pub(super) fn write_key(key: &EntityKey, bytes: &mut Vec<u8>) {
    for part in key.parts() {
        match part {
            KeyPart::Int(value) => {
                bytes.push(1);
                bytes.extend(value.to_le_bytes());
            }
            KeyPart::Text(text) => {
                bytes.push(2);
                write_text(text, bytes);
            }
        }
    }
}

/// Appends `values`.
pub(super) fn write_values(values: &[Value], bytes: &mut Vec<u8>) {
    for value in values {
        match value {
            Value::Null => bytes.push(0),
            Value::Bool(value) => bytes.push(1 + u8::from(*value)),
            Value::Int(value) => {
                bytes.push(3);
                bytes.extend(value.to_le_bytes());
            }
            Value::Float(value) => {
                bytes.push(4);
                bytes.extend(value.to_bits().to_le_bytes());
            }
            Value::Text(text) => {
                bytes.push(5);
                write_text(text, bytes);
            }
            Value::Timestamp(moment) => {
                bytes.push(6);
                bytes.extend(moment.as_micros().to_le_bytes());
            }
        }
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    let mut length = text.len();
    loop {
        let [low, ..] = length.to_le_bytes();
        length >>= 7;
        if length == 0 {
            bytes.push(low & 0x7f);
            break;
        }
        bytes.push(low | 0x80);
    }
    bytes.extend(text.as_bytes());
}

/// The values of `body`, `count` of them; `None` if these are not its bytes.
pub(super) fn read_values(body: &[u8], count: usize) -> Option<Vec<Value>> {
    // A value takes a byte at least: what is claimed must be there.
    let mut values = Vec::with_capacity(if count <= body.len() { count } else { return None });
    let mut rest = body;
    for _ in 0..count {
        values.push(read_value(&mut rest)?);
    }
    rest.is_empty().then_some(values)
}

fn read_value(rest: &mut &[u8]) -> Option<Value> {
    let (kind, after) = rest.split_first()?;
    *rest = after;
    Some(match kind {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Int(i64::from_le_bytes(read_eight(rest)?)),
        4 => Value::Float(f64::from_bits(u64::from_le_bytes(read_eight(rest)?))),
        5 => Value::Text(read_text(rest)?),
        6 => Value::Timestamp(Timestamp::from_micros(i64::from_le_bytes(read_eight(rest)?))),
        _ => return None,
    })
}

fn read_eight(rest: &mut &[u8]) -> Option<[u8; 8]> {
    let (eight, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*eight)
}

fn read_text(rest: &mut &[u8]) -> Option<Arc<str>> {
    let mut length = 0_usize;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let (text, after) = rest.split_at_checked(length)?;
            *rest = after;
            return std::str::from_utf8(text).ok().map(Arc::from);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Vec<Value>> {
        let value = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(|bits| Value::from(f64::from_bits(bits))),
            "\\PC{0,300}".prop_map(Value::from),
            any::<i64>().prop_map(|micros| Value::from(Timestamp::from_micros(micros))),
        ];
        proptest::collection::vec(value, 0..6)
    }

    fn keys() -> impl Strategy<Value = EntityKey> {
        let part = prop_oneof![
            any::<i64>().prop_map(KeyPart::from),
            (-2_i64..3).prop_map(KeyPart::from),
            "[\0-\x02a1]{0,3}".prop_map(KeyPart::from),
        ];
        proptest::collection::vec(part, 0..4).prop_map(EntityKey::from_iter)
    }

    fn key_bytes(key: &EntityKey) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_key(key, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in values()) {
            let mut body = Vec::new();
            write_values(&values, &mut body);
            let read = read_values(&body, values.len()).unwrap();
            prop_assert!(read.iter().zip(&values).all(|(read, value)| read.is_same(value)));
            prop_assert_eq!(read_values(&body, values.len() + 1), None);
            if !body.is_empty() {
                prop_assert_eq!(read_values(&body[..body.len() - 1], values.len()), None);
                prop_assert_eq!(read_values(&body, values.len() - 1), None);
            }
        }

        #[test]
        fn other_keys_have_other_bytes(one in keys(), other in keys()) {
            prop_assert_eq!(key_bytes(&one) == key_bytes(&other), one == other);
        }

        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..60), count in 0_usize..8) {
            let _ = read_values(&body, count);
        }
    }

    #[test]
    fn a_length_beyond_the_end_is_no_text() {
        assert_eq!(read_values(&[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 1), None);
        assert_eq!(read_values(&[0], usize::MAX), None);
    }

    #[test]
    fn layout_1_is_as_it_was_released() {
        let values = [Value::Bool(true), Value::from(-2), Value::from(0.5), Value::from("é"), Value::Null];
        let mut body = Vec::new();
        write_values(&values, &mut body);
        let expected = b"\x02\x03\xfe\xff\xff\xff\xff\xff\xff\xff\x04\0\0\0\0\0\0\xe0\x3f\x05\x02\xc3\xa9\0";
        assert_eq!(body, expected);
        let key = EntityKey::from_iter([KeyPart::from("UA"), KeyPart::from(1)]);
        assert_eq!(key_bytes(&key), b"\x02\x02UA\x01\x01\0\0\0\0\0\0\0");
    }
}
