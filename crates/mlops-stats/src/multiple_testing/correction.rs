use serde::{Deserialize, Serialize};

/// How p-values of many tests are corrected; named in files as in statsmodels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Correction {
    /// Chance of one false alarm, any dependence: `n · p`.
    #[serde(rename = "bonferroni")]
    Bonferroni,
    /// Chance of one false alarm, independent tests: `1 − (1 − p)ⁿ`.
    #[serde(rename = "sidak")]
    Sidak,
    /// Šidák's, stepping down from the smallest p-value.
    #[serde(rename = "holm-sidak")]
    HolmSidak,
    /// Bonferroni's, stepping down from the smallest p-value: never weaker, any dependence.
    #[serde(rename = "holm")]
    Holm,
    /// Bonferroni's, stepping up from the largest p-value; independent or positively dependent.
    #[serde(rename = "simes-hochberg")]
    SimesHochberg,
    /// Closed tests of Simes, never weaker than the one before. `O(n²)`.
    #[serde(rename = "hommel")]
    Hommel,
    /// Share of false alarms among the alarms; independent or positively dependent.
    #[serde(rename = "fdr_bh")]
    BenjaminiHochberg,
    /// Share of false alarms among the alarms, any dependence.
    #[serde(rename = "fdr_by")]
    BenjaminiYekutieli,
    /// Benjamini and Hochberg's, twice: the first counts how many tests have nothing to find.
    /// Its answer depends on α, and it keeps it only roughly.
    #[serde(rename = "fdr_tsbh")]
    TwoStageBenjaminiHochberg,
    /// The same with the smaller α of Benjamini, Krieger and Yekutieli (2006), which keeps α
    /// for independent tests. Its answer depends on α.
    #[serde(rename = "fdr_tsbky")]
    TwoStageBenjaminiKriegerYekutieli,
    /// Adaptive step-down of Gavrilov, Benjamini and Sarkar (2009), independent tests.
    #[serde(rename = "fdr_gbs")]
    GavrilovBenjaminiSarkar,
    /// Local false discovery rate by Grenander's estimate of the density of the p-values: how
    /// likely this one alarm is false, if p-values without a finding are uniform.
    #[serde(rename = "lfdr")]
    LocalFalseDiscovery,
}

impl Correction {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Bonferroni,
        Self::Sidak,
        Self::HolmSidak,
        Self::Holm,
        Self::SimesHochberg,
        Self::Hommel,
        Self::BenjaminiHochberg,
        Self::BenjaminiYekutieli,
        Self::TwoStageBenjaminiHochberg,
        Self::TwoStageBenjaminiKriegerYekutieli,
        Self::GavrilovBenjaminiSarkar,
        Self::LocalFalseDiscovery,
    ];

    /// Its name in statsmodels, such as `fdr_bh`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bonferroni => "bonferroni",
            Self::Sidak => "sidak",
            Self::HolmSidak => "holm-sidak",
            Self::Holm => "holm",
            Self::SimesHochberg => "simes-hochberg",
            Self::Hommel => "hommel",
            Self::BenjaminiHochberg => "fdr_bh",
            Self::BenjaminiYekutieli => "fdr_by",
            Self::TwoStageBenjaminiHochberg => "fdr_tsbh",
            Self::TwoStageBenjaminiKriegerYekutieli => "fdr_tsbky",
            Self::GavrilovBenjaminiSarkar => "fdr_gbs",
            Self::LocalFalseDiscovery => "lfdr",
        }
    }

    /// The correction that statsmodels knows by this name or abbreviation, in any case;
    /// nothing if it knows none.
    ///
    /// ```
    /// use mlops_stats::multiple_testing::Correction;
    /// assert_eq!(Correction::named("bonf"), Some(Correction::Bonferroni));
    /// assert_eq!(Correction::named("fdr_twostage").map(Correction::name), Some("fdr_tsbky"));
    /// assert_eq!(Correction::named("tukey"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let correction = match name.to_ascii_lowercase().as_str() {
            "b" | "bonf" | "bonferroni" => Self::Bonferroni,
            "s" | "sidak" => Self::Sidak,
            "hs" | "holm-sidak" => Self::HolmSidak,
            "h" | "holm" => Self::Holm,
            "sh" | "simes-hochberg" => Self::SimesHochberg,
            "ho" | "hommel" => Self::Hommel,
            "fdr_bh" | "fdr_i" | "fdr_p" | "fdri" | "fdrp" => Self::BenjaminiHochberg,
            "fdr_by" | "fdr_n" | "fdr_c" | "fdrn" | "fdrcorr" => Self::BenjaminiYekutieli,
            "fdr_tsbh" | "fdr_2sbh" => Self::TwoStageBenjaminiHochberg,
            "fdr_tsbky" | "fdr_2sbky" | "fdr_twostage" => Self::TwoStageBenjaminiKriegerYekutieli,
            "fdr_gbs" => Self::GavrilovBenjaminiSarkar,
            "lfdr" | "lfdr_sl" => Self::LocalFalseDiscovery,
            _ => return None,
        };
        Some(correction)
    }
}
