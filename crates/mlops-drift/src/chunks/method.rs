use serde::{Deserialize, Serialize};

use super::threshold::Reach;

/// How far a chunk is from the reference, by the names of `NannyML`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Numbers: the largest difference of the distribution functions; from 0 to 1.
    KolmogorovSmirnov,
    /// Numbers and categories: the root of the divergence in bits, over Doane's bins of the
    /// reference and one for what lies outside; from 0 to 1.
    JensenShannon,
    /// Numbers: how far the values moved on average, in their own unit.
    Wasserstein,
    /// Numbers and categories, over the bins of [`JensenShannon`](Self::JensenShannon); from 0 to 1.
    Hellinger,
    /// Categories: the statistic of the chi-square test, with Yates' correction for two of
    /// them. Alarms at p < 0.05, whatever the thresholds. On every chunk, that is: one in
    /// twenty of a column that does not drift.
    Chi2,
    /// Categories: the largest change of a share; from 0 to 1.
    LInfinity,
}

impl Method {
    /// All that measure numbers.
    pub const NUMBERS: [Self; 4] =
        [Self::KolmogorovSmirnov, Self::JensenShannon, Self::Wasserstein, Self::Hellinger];
    /// All that measure categories.
    pub const CATEGORIES: [Self; 4] = [Self::Chi2, Self::JensenShannon, Self::LInfinity, Self::Hellinger];

    /// Its name in files, such as `jensen_shannon`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KolmogorovSmirnov => "kolmogorov_smirnov",
            Self::JensenShannon => "jensen_shannon",
            Self::Wasserstein => "wasserstein",
            Self::Hellinger => "hellinger",
            Self::Chi2 => "chi2",
            Self::LInfinity => "l_infinity",
        }
    }

    /// What its thresholds are held to.
    pub(super) const fn reach(self) -> Reach {
        let upper = if matches!(self, Self::KolmogorovSmirnov) { Some(1.0) } else { None };
        Reach { lower: Some(0.0), upper, drop: false }
    }
}

/// Whether [`Method::KolmogorovSmirnov`] and [`Method::Wasserstein`] see the reference's
/// values, or only how many lie in each of many equal bins.
///
/// In bins, the tool's Wasserstein distance is off where a chunk has values outside the
/// reference's range: it counts one value too many there (its `(n + 1) / n`), so that the
/// distance jumps by about the reference's range divided by the chunk's rows. Kept, since
/// the thresholds know it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Approximation {
    /// In 10,000 bins if the reference has at least 10,000 values.
    #[default]
    Auto,
    /// Never.
    Exact,
    /// In so many bins.
    Estimated {
        /// How many.
        n_bins: usize,
    },
}

impl Approximation {
    const LARGE: usize = 10_000;

    /// The number of bins, for a reference of so many values.
    pub(super) const fn bins(self, values: usize) -> Option<usize> {
        match self {
            Self::Auto if values >= Self::LARGE => Some(Self::LARGE),
            Self::Auto | Self::Exact => None,
            Self::Estimated { n_bins } => Some(n_bins),
        }
    }
}
