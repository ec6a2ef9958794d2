use serde::Serialize;

/// With what the groups are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "with each other, or with all")]
pub enum Method {
    /// The group with the lowest value with that of the highest.
    #[default]
    BetweenGroups,
    /// Each group with all rows; the largest difference, the smallest ratio.
    ToOverall,
}

/// What is made of the values of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "fairlearn has these four")]
pub enum Comparison {
    /// The lowest.
    GroupMin,
    /// The highest.
    GroupMax,
    /// How far apart.
    Difference(Method),
    /// The lower divided by the higher: 1 is equal.
    Ratio(Method),
}

impl Comparison {
    /// Its value; NaN among the values is skipped, as pandas does, and is the answer if there
    /// is nothing else.
    ///
    /// # Source
    /// `MetricFrame` of fairlearn 0.15: `group_min`, `group_max`, `difference`, `ratio`.
    pub(super) fn of(self, values: &(impl Iterator<Item = f64> + Clone), overall: f64) -> f64 {
        // `f64::min` and `max` take the other one if one is NaN.
        let lowest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NAN, f64::min);
        let highest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NAN, f64::max);
        let min = || lowest(&mut values.clone());
        let max = || highest(&mut values.clone());
        match self {
            Self::GroupMin => min(),
            Self::GroupMax => max(),
            Self::Difference(method) => {
                let from = if method == Method::BetweenGroups { min() } else { overall };
                highest(&mut values.clone().map(|value| (value - from).abs()))
            }
            Self::Ratio(Method::BetweenGroups) => min() / max(),
            Self::Ratio(Method::ToOverall) => lowest(&mut values.clone().map(|value| {
                let ratio = value / overall;
                if ratio > 1.0 { 1.0 / ratio } else { ratio }
            })),
        }
    }

    /// Whether a group is compared with another, so that it takes two.
    pub(super) const fn takes_two(self) -> bool {
        matches!(self, Self::Difference(Method::BetweenGroups) | Self::Ratio(Method::BetweenGroups))
    }

    pub(super) const fn with_overall(self) -> bool {
        matches!(self, Self::Difference(Method::ToOverall) | Self::Ratio(Method::ToOverall))
    }

    pub(super) const fn is_ratio(self) -> bool {
        matches!(self, Self::Ratio(_))
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GroupMin => "group_min",
            Self::GroupMax => "group_max",
            Self::Difference(_) => "difference",
            Self::Ratio(_) => "ratio",
        }
    }
}
