/// How the values of several classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Average {
    /// One value from the counts of all classes together.
    Micro,
    /// The mean over classes, each counting alike.
    Macro,
    /// The mean over classes, each counting as much as it has rows (or weight).
    Weighted,
}

/// Mean of the values that are there; `None` if none is. If the weights come to 0, all
/// count alike.
pub(super) fn mean(values: &[Option<f64>], weights: Option<&[f64]>) -> Option<f64> {
    let total = |weight: &dyn Fn(usize) -> f64| {
        values.iter().enumerate().fold((0.0, 0.0), |(sum, whole), (class, value)| match value {
            Some(value) => (sum + weight(class) * value, whole + weight(class)),
            None => (sum, whole),
        })
    };
    let weighted = weights.map(|weights| total(&|class| weights[class])).filter(|(_, whole)| *whole != 0.0);
    let (sum, whole) = weighted.unwrap_or_else(|| total(&|_| 1.0));
    (whole != 0.0).then(|| sum / whole)
}
