//! Numbers in sentences: spelled the same everywhere, and never rounded into a lie.

/// Four decimals: enough for a person to compare metrics.
pub(super) fn shown(value: f64) -> String {
    match mlops_core::number::name(value) {
        Some(name) => name.to_owned(),
        None => positive_zero(format!("{value:.4}")),
    }
}

/// A whole number as it is, any other with four decimals.
#[cfg(any(feature = "report", feature = "terminal"))]
pub(super) fn whole_or_shown(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value}") } else { shown(value) }
}

/// Four decimals with the sign, for a difference.
pub(super) fn difference(value: f64) -> String {
    match mlops_core::number::name(value) {
        Some(name) => name.to_owned(),
        None => positive_zero(format!("{value:+.4}")),
    }
}

/// Four decimals, or all of them if four would make the value look like the limit.
pub(super) fn beside(value: f64, limit: f64) -> String {
    if looks_equal(value, limit) { format!("{value}") } else { shown(value) }
}

/// Two numbers, each as [`beside`] the other.
pub(super) fn both(left: f64, right: f64) -> (String, String) {
    (beside(left, right), beside(right, left))
}

fn looks_equal(left: f64, right: f64) -> bool {
    (left - right).abs() > 0.0 && shown(left) == shown(right)
}

/// A count with its noun.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A count of rows, which may be many.
pub(super) fn count_of(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn positive_zero(text: String) -> String {
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'0' | b'.'));
    if is_zero { text.trim_start_matches(['-', '+']).to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beside_its_limit_tells_them_apart() {
        assert_eq!(beside(0.708_399, 0.6), "0.7084");
        assert_eq!(beside(0.6, 0.6), "0.6000");
        assert_eq!(beside(0.599_999, 0.6), "0.599999");
        assert_eq!(shown(-0.000_001), "0.0000");
        assert_eq!(difference(-0.000_001), "0.0000");
        assert_eq!(difference(0.0123), "+0.0123");
        assert_eq!(shown(f64::NAN), "NaN");
    }
}
