//! Numbers as YAML writes them.

/// A whole number that is not below zero.
pub(super) fn unsigned(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let (base, digits) = match digits.get(..2) {
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0x") => (16, &digits[2..]),
        _ => (10, digits),
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(&digits.replace('_', ""), base).ok()
}

/// A whole number below zero.
pub(super) fn signed(text: &str) -> Option<i64> {
    let number = i128::from(unsigned(text.strip_prefix('-')?)?);
    i64::try_from(-number).ok()
}

/// A number with a point or an exponent, or `.inf`, `.nan`.
pub(super) fn float(text: &str) -> Option<f64> {
    match text.trim_start_matches(['-', '+']).to_ascii_lowercase().as_str() {
        ".nan" => Some(f64::NAN),
        ".inf" if text.starts_with('-') => Some(f64::NEG_INFINITY),
        ".inf" => Some(f64::INFINITY),
        _ => text.replace('_', "").parse().ok(),
    }
}
