use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// A test of Evidently's, by the name that its `stattest` arguments take.
///
/// ```
/// use mlops_drift::preset::evidently::StatTest;
/// let test: StatTest = "jensenshannon".parse()?;
/// assert_eq!(test.display_name(), "Jensen-Shannon distance");
/// assert_eq!(test.default_threshold(), 0.1);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StatTest {
    /// `ks`: Kolmogorov and Smirnov.
    #[serde(rename = "ks")]
    KolmogorovSmirnov,
    /// `wasserstein`: how far values moved, in standard deviations of the reference, of which
    /// there are at least 0.001.
    #[serde(rename = "wasserstein")]
    Wasserstein,
    /// `psi`: population stability index.
    #[serde(rename = "psi")]
    Psi,
    /// `jensenshannon`: Jensen–Shannon distance in nats, 0.83 at most.
    #[serde(rename = "jensenshannon")]
    JensenShannon,
    /// `kl_div`: Kullback–Leibler divergence of the reference from the current data.
    #[serde(rename = "kl_div")]
    KullbackLeibler,
    /// `hellinger`: Hellinger distance.
    #[serde(rename = "hellinger")]
    Hellinger,
    /// `anderson`: Anderson and Darling, with p-values from 0.001 to 0.25.
    #[serde(rename = "anderson")]
    AndersonDarling,
    /// `cramer_von_mises`: Cramér and von Mises.
    #[serde(rename = "cramer_von_mises")]
    CramerVonMises,
    /// `ed`: energy distance.
    #[serde(rename = "ed")]
    Energy,
    /// `es`: Epps and Singleton.
    #[serde(rename = "es")]
    EppsSingleton,
    /// `mannw`: Mann and Whitney, *one-sided*.
    #[serde(rename = "mannw")]
    MannWhitney,
    /// `t_test`: Student, equal variances assumed.
    #[serde(rename = "t_test")]
    Student,
    /// `empirical_mmd`: maximum mean discrepancy.
    #[serde(rename = "empirical_mmd")]
    MaximumMeanDiscrepancy,
    /// `chisquare`: chi-square of goodness of fit to the shares of the reference.
    #[serde(rename = "chisquare")]
    ChiSquare,
    /// `z`: difference of the shares of the first category.
    #[serde(rename = "z")]
    Proportions,
    /// `fisher_exact`: Fisher, of two categories.
    #[serde(rename = "fisher_exact")]
    Fisher,
    /// `g_test`: likelihood ratio of goodness of fit to the shares of the reference.
    #[serde(rename = "g_test")]
    GTest,
    /// `TVD`: total variation distance with a permutation test.
    #[serde(rename = "TVD")]
    TotalVariation,
}

/// What a test is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Columns {
    Numbers,
    Categories,
    Both,
}

struct Entry {
    test: StatTest,
    name: &'static str,
    display_name: &'static str,
    threshold: f64,
    columns: Columns,
}

const fn entry(
    test: StatTest,
    name: &'static str,
    display_name: &'static str,
    threshold: f64,
    columns: Columns,
) -> Entry {
    Entry { test, name, display_name, threshold, columns }
}

use Columns::{Both, Categories, Numbers};
use StatTest::{
    AndersonDarling, ChiSquare, CramerVonMises, Energy, EppsSingleton, Fisher, GTest, Hellinger,
    JensenShannon, KolmogorovSmirnov, KullbackLeibler, MannWhitney, MaximumMeanDiscrepancy, Proportions, Psi,
    Student, TotalVariation, Wasserstein,
};

/// In the order of the enum, which `entry` relies on.
const CATALOGUE: [Entry; 18] = [
    entry(KolmogorovSmirnov, "ks", "K-S p_value", 0.05, Numbers),
    entry(Wasserstein, "wasserstein", "Wasserstein distance (normed)", 0.1, Numbers),
    entry(Psi, "psi", "PSI", 0.1, Both),
    entry(JensenShannon, "jensenshannon", "Jensen-Shannon distance", 0.1, Both),
    entry(KullbackLeibler, "kl_div", "Kullback-Leibler divergence", 0.1, Both),
    entry(Hellinger, "hellinger", "Hellinger distance", 0.1, Both),
    entry(AndersonDarling, "anderson", "Anderson-Darling", 0.1, Numbers),
    entry(CramerVonMises, "cramer_von_mises", "Cramer-von Mises", 0.1, Numbers),
    entry(Energy, "ed", "Energy-distance", 0.1, Numbers),
    entry(EppsSingleton, "es", "Epps-Singleton", 0.05, Numbers),
    entry(MannWhitney, "mannw", "Mann-Whitney U-rank test", 0.05, Numbers),
    entry(Student, "t_test", "t_test", 0.05, Numbers),
    entry(MaximumMeanDiscrepancy, "empirical_mmd", "empirical_mmd", 0.1, Numbers),
    entry(ChiSquare, "chisquare", "chi-square p_value", 0.05, Categories),
    entry(Proportions, "z", "Z-test p_value", 0.05, Categories),
    entry(Fisher, "fisher_exact", "Fisher's Exact test", 0.1, Categories),
    entry(GTest, "g_test", "g_test", 0.1, Categories),
    entry(TotalVariation, "TVD", "Total-Variation-Distance", 0.1, Categories),
];

impl StatTest {
    /// Every test there is.
    pub const ALL: [Self; 18] = {
        let mut all = [KolmogorovSmirnov; 18];
        let mut index = 0;
        while index < all.len() {
            all[index] = CATALOGUE[index].test;
            index += 1;
        }
        all
    };

    fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }

    /// The name in arguments, such as `ks`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The name in Evidently's reports, such as `K-S p_value`.
    pub fn display_name(self) -> &'static str {
        self.entry().display_name
    }

    /// Evidently's threshold: below it for a p-value, from it on for a distance, it is a drift.
    pub fn default_threshold(self) -> f64 {
        self.entry().threshold
    }

    /// Whether its score is a p-value; otherwise it is a distance.
    pub fn is_p_value(self) -> bool {
        !matches!(self, Wasserstein | Psi | JensenShannon | KullbackLeibler | Hellinger | Energy)
    }

    /// Whether it is for columns of numbers.
    pub fn takes_numbers(self) -> bool {
        self.entry().columns != Categories
    }

    /// Whether it is for columns of categories.
    pub fn takes_categories(self) -> bool {
        self.entry().columns != Numbers
    }
}

impl fmt::Display for StatTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for StatTest {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|test| test.name() == name);
        found.ok_or_else(|| Error::undefined(name, "Evidently has no such test"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_test() {
        for (index, test) in StatTest::ALL.into_iter().enumerate() {
            assert_eq!(test as usize, index, "the catalogue keeps the order of the enum");
            assert_eq!(test.name().parse::<StatTest>().unwrap(), test);
            assert_eq!(serde_json::to_string(&test).unwrap(), format!("{:?}", test.name()));
            assert!(test.takes_numbers() || test.takes_categories());
        }
        assert_eq!(
            "chi2".parse::<StatTest>().unwrap_err().to_string(),
            "chi2 is not defined: Evidently has no such test"
        );
    }
}
