use crate::{Error, Result};

/// Class labels that a table keeps as floats, as whole numbers.
///
/// # Errors
/// [`Error::Value`] for the first that is NaN, infinite, no whole number, or beyond ±2⁵³:
/// a score that was taken for a label, or a missing one.
///
/// ```
/// use mlops_stats::classification::whole_labels;
/// assert_eq!(whole_labels("labels", &[0.0, 2.0, -1.0])?, [0, 2, -1]);
/// assert!(whole_labels("labels", &[0.2, 0.8]).is_err());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn whole_labels(what: &'static str, labels: &[f64]) -> Result<Vec<i64>> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    labels
        .iter()
        .enumerate()
        .map(|(index, label)| {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number within ±2⁵³")]
            match *label {
                value if value.abs() <= EXACT && value.fract() == 0.0 => Ok(value as i64),
                value => Err(Error::Value { what, index, value, expected: "a whole number, such as 0 or 1" }),
            }
        })
        .collect()
}

/// Labels of a problem of two classes that are numbers: 0 and 1, or −1 and 1. Other pairs
/// are refused, for nobody said which of them is looked for.
///
/// # Errors
/// [`Error::Value`] for the first label that is none of these, or −1 beside 0.
///
/// ```
/// use mlops_stats::classification::binary_labels;
/// assert_eq!(binary_labels("labels", &[-1.0, 1.0])?, [false, true]);
/// assert!(binary_labels("labels", &[1.0, 2.0]).is_err());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[expect(clippy::float_cmp, reason = "0, 1 and -1 are exact; -0 is 0")]
pub fn binary_labels(what: &'static str, labels: &[f64]) -> Result<Vec<bool>> {
    let lower = if labels.contains(&-1.0) { -1.0 } else { 0.0 };
    let expected = if lower < 0.0 { "-1 or 1, as another label is -1" } else { "0 or 1" };
    labels
        .iter()
        .enumerate()
        .map(|(index, label)| match *label {
            1.0 => Ok(true),
            value if value == lower => Ok(false),
            value => Err(Error::Value { what, index, value, expected }),
        })
        .collect()
}
