/// In which direction the first may differ from the second.
///
/// What `Less` and `Greater` compare is the test's to say: means, ranks, or distribution
/// functions (where the sample with the *smaller* values lies *above*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth direction")]
pub enum Alternative {
    /// In either direction.
    #[default]
    TwoSided,
    /// The first is less than the second.
    Less,
    /// The first is greater than the second.
    Greater,
}

impl Alternative {
    /// The p-value, given how likely values at most and at least this large are.
    pub(crate) fn of_tails(self, at_most: f64, at_least: f64) -> f64 {
        match self {
            Self::Less => at_most,
            Self::Greater => at_least,
            Self::TwoSided => (2.0 * at_most.min(at_least)).min(1.0),
        }
    }

    /// The p-value of a statistic whose distribution is symmetric around 0.
    pub(crate) fn symmetric_p_value(self, statistic: f64, sf: impl Fn(f64) -> f64) -> f64 {
        match self {
            Self::Less => sf(-statistic),
            Self::Greater => sf(statistic),
            Self::TwoSided => 2.0 * sf(statistic.abs()),
        }
    }
}
