//! How numbers are written for people: a true minus sign, groups of three digits, and no
//! more digits than say something. A number that is not finite keeps its name.

/// A number with four significant digits, whole numbers with all of theirs.
///
/// Below 0.0001 and from ten million on (unless whole), it is written with an exponent.
///
/// ```
/// use mlops_report::number::number;
/// assert_eq!(number(0.706_158), "0.7062");
/// assert_eq!(number(-12_345.0), "−12,345");
/// assert_eq!(number(0.000_012_3), "1.23e−5");
/// assert_eq!(number(f64::NAN), "NaN");
/// ```
pub fn number(value: f64) -> String {
    if let Some(name) = not_finite(value) {
        return name.to_owned();
    }
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        return fixed(value, 0);
    }
    if !(1e-4..1e7).contains(&size) {
        return scientific(value);
    }
    // The exponent lies within −4..=6, so that the count of decimals lies within 0..=7.
    let exponent = size.log10().floor();
    let decimals = [7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0];
    let index = (exponent + 4.0).clamp(0.0, 10.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just above")]
    let text = fixed(value, decimals[index as usize]);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number with exactly `decimals` digits after the point (at most 17), so that a column lines up.
///
/// ```
/// use mlops_report::number::fixed;
/// assert_eq!(fixed(-0.023_04, 3), "−0.023");
/// assert_eq!(fixed(1234.5, 1), "1,234.5");
/// assert_eq!(fixed(-0.0001, 2), "0.00");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    if let Some(name) = not_finite(value) {
        return name.to_owned();
    }
    if value.abs() >= 1e15 {
        return scientific(value);
    }
    let text = format!("{:.*}", decimals.min(17), value.abs());
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut written = String::new();
    if value < 0.0 && !zero {
        written.push('−');
    }
    written.push_str(&grouped(whole));
    if let Some(rest) = rest {
        written.push('.');
        written.push_str(rest);
    }
    written
}

/// A share as a percentage with `decimals` digits; the space does not break.
///
/// ```
/// assert_eq!(mlops_report::number::percent(0.1234, 1), "12.3\u{a0}%");
/// ```
pub fn percent(share: f64, decimals: usize) -> String {
    not_finite(share).map_or_else(|| format!("{}\u{a0}%", fixed(share * 100.0, decimals)), str::to_owned)
}

/// A whole number in groups of three digits.
///
/// ```
/// assert_eq!(mlops_report::number::count(1_234_567), "1,234,567");
/// ```
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// Three significant digits and an exponent.
pub(crate) fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e{exponent}").replace('-', "−")
}

fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("∞")
    } else if value == f64::NEG_INFINITY {
        Some("−∞")
    } else {
        None
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_read_well() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (999.0, "999"),
            (1e6, "1,000,000"),
            (0.5, "0.5"),
            (0.100_04, "0.1"),
            (1.0 / 3.0, "0.3333"),
            (123.456, "123.5"),
            (12_345.678, "12,346"),
            (-0.000_56, "−0.00056"),
            (9.9e-5, "9.9e−5"),
            (1.5e300, "1.5e300"),
            (f64::NEG_INFINITY, "−∞"),
            (f64::MIN_POSITIVE, "2.23e−308"),
        ] {
            assert_eq!(number(value), text, "{value:e}");
        }
        assert_eq!(percent(f64::NAN, 1), "NaN");
        assert_eq!(fixed(0.000_04, 5), "0.00004");
    }

    proptest! {
        #[test]
        fn four_digits_are_kept(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
            let text = number(value).replace('−', "-").replace(',', "");
            let read: f64 = text.parse().unwrap();
            prop_assert!((read - value).abs() <= value.abs() * 5.1e-3, "{value:e} {text}");
            prop_assert!(text.len() <= 17);
        }
    }
}
