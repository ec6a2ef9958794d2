//! Numbers as `prometheus_client` writes them: the shortest digits that read back as the
//! same number, in the notation of Python, but Go's exponents from a million on.

use std::fmt::{self, Write as _};

/// Room for `-2.2250738585072014e-308`.
struct Digits {
    bytes: [u8; 32],
    len: usize,
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Writes `value` behind `out`.
///
/// # Source
/// `floatToGoString` of `prometheus_client` 0.26: `repr`, except that a positive number of
/// a million or more has an exponent of at least two digits.
pub(super) fn push_number(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    }
    // Counts are most of an exposition.
    if (0.0..1e6).contains(&value) && value.fract() == 0.0 && value.is_sign_positive() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just before")]
        let whole = value as u32;
        push_integer(out, whole);
        return out.push_str(".0");
    }
    let mut digits = Digits { bytes: [0; 32], len: 0 };
    // Never: `Digits` has room for every f64, and a String takes all.
    if write!(digits, "{value:e}").is_err() {
        return;
    }
    let text = str::from_utf8(&digits.bytes[..digits.len]).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let magnitude = mantissa.strip_prefix('-').unwrap_or(mantissa);
    if value.is_sign_negative() {
        out.push('-');
    }
    let (first, rest) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let largest = if value > 0.0 { 5 } else { 15 };
    if !(-4..=largest).contains(&exponent) {
        out.push_str(magnitude);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
        return;
    }
    let zeros = |out: &mut String, count: usize| out.extend(std::iter::repeat_n('0', count));
    if let Ok(places) = usize::try_from(exponent) {
        out.push_str(first);
        let (whole, fraction) = rest.split_at(places.min(rest.len()));
        out.push_str(whole);
        zeros(out, places - whole.len());
        out.push('.');
        out.push_str(if fraction.is_empty() { "0" } else { fraction });
    } else {
        out.push_str("0.");
        zeros(out, exponent.unsigned_abs() as usize - 1);
        out.push_str(first);
        out.push_str(rest);
    }
}

fn push_integer(out: &mut String, mut value: u32) {
    let mut digits = [0_u8; 10];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.push_str(str::from_utf8(&digits[start..]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: f64) -> String {
        let mut out = String::new();
        push_number(&mut out, value);
        out
    }

    /// What `prometheus_client.utils.floatToGoString` of 0.26.0 answered.
    #[test]
    fn as_the_python_client_writes_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.0, "-1.0"),
            (100.0, "100.0"),
            (999_999.0, "999999.0"),
            (999_999.5, "999999.5"),
            (1_000_000.0, "1e+06"),
            (1_000_000.5, "1.0000005e+06"),
            (10_100_000.0, "1.01e+07"),
            (1_700_000_000.125, "1.700000000125e+09"),
            (123_456_789_012_345.6, "1.234567890123456e+14"),
            (1e15, "1e+15"),
            (1e16, "1e+16"),
            (1e22, "1e+22"),
            (1e100, "1e+100"),
            (-1_234_567.0, "-1234567.0"),
            (-1e15, "-1000000000000000.0"),
            (-1e16, "-1e+16"),
            (0.1, "0.1"),
            (0.000_1, "0.0001"),
            (0.000_123, "0.000123"),
            (0.000_01, "1e-05"),
            (1e-7, "1e-07"),
            (1.5e-7, "1.5e-07"),
            (0.1 + 0.2, "0.30000000000000004"),
            (5e-324, "5e-324"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN, "-1.7976931348623157e+308"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(text(value), expected, "{value:e}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_as_the_same_number(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let read: f64 = text(value).parse().unwrap();
            prop_assert!(read.to_bits() == bits || (read.is_nan() && value.is_nan()), "{value:e}: {}", text(value));
        }

        #[test]
        fn and_so_do_counts_and_money(whole in -10_i64.pow(17)..10_i64.pow(17), cents in 0_i64..100) {
            for value in [whole as f64, whole as f64 + cents as f64 / 100.0, cents as f64 / 1e6] {
                prop_assert_eq!(text(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }
}
