use std::fmt;

use serde::{Deserialize, Serialize};

use super::question::Question;
use super::{fda_pccp, nist_ai_rmf, sox, sr_11_7};

/// What is asked for, by whom it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Framework {
    /// Supervisory guidance on model risk management of the Federal Reserve and the OCC.
    #[serde(rename = "sr-11-7")]
    Sr117,
    /// Change control over what financial reports rest on, by the Sarbanes-Oxley Act.
    Sox,
    /// Risk management framework for artificial intelligence of NIST.
    NistAiRmf,
    /// Predetermined change control plan for devices with artificial intelligence, of the FDA.
    FdaPccp,
}

/// One point of a framework, and which records of a registry speak to it; none do, if a
/// person has to.
pub(super) struct Requirement {
    /// What it is called in every report, for good.
    pub(super) id: &'static str,
    /// Where it stands in the source.
    pub(super) section: &'static str,
    /// What it asks for, in our words.
    pub(super) asks: &'static str,
    pub(super) by: &'static [Question],
}

impl Framework {
    /// Every framework.
    pub const ALL: [Self; 4] = [Self::Sr117, Self::Sox, Self::NistAiRmf, Self::FdaPccp];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sr117 => "SR 11-7: model risk management",
            Self::Sox => "SOX: change control",
            Self::NistAiRmf => "NIST AI RMF 1.0",
            Self::FdaPccp => "FDA: predetermined change control plan",
        }
    }

    /// The public document that its sections are of.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Sr117 => {
                "Board of Governors of the Federal Reserve System, SR 11-7, and OCC Bulletin 2011-12: Supervisory Guidance on Model Risk Management, 4 April 2011"
            }
            Self::Sox => {
                "Sarbanes-Oxley Act of 2002, sections 302, 404 and 802; COSO Internal Control 2013; PCAOB AS 2201; COBIT 2019, BAI06 and BAI07"
            }
            Self::NistAiRmf => {
                "NIST AI 100-1: Artificial Intelligence Risk Management Framework 1.0, January 2023, part 2"
            }
            Self::FdaPccp => {
                "FDA, Marketing Submission Recommendations for a Predetermined Change Control Plan for Artificial Intelligence-Enabled Device Software Functions (FDA-2022-D-2628), December 2024; FD&C Act, section 515C"
            }
        }
    }

    pub(super) const fn requirements(self) -> &'static [Requirement] {
        match self {
            Self::Sr117 => sr_11_7::REQUIREMENTS,
            Self::Sox => sox::REQUIREMENTS,
            Self::NistAiRmf => nist_ai_rmf::REQUIREMENTS,
            Self::FdaPccp => fda_pccp::REQUIREMENTS,
        }
    }

    /// The point called `id`, of whatever framework.
    pub(super) fn requirement(id: &str) -> Option<&'static Requirement> {
        Self::ALL.into_iter().flat_map(Self::requirements).find(|requirement| requirement.id == id)
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_point_is_called_differently_and_some_are_for_people() {
        let mut ids = BTreeSet::new();
        for framework in Framework::ALL {
            let requirements = framework.requirements();
            assert!(requirements.len() >= 10, "{framework}");
            assert!(requirements.iter().any(|requirement| requirement.by.is_empty()), "{framework}");
            for requirement in requirements {
                assert!(ids.insert(requirement.id), "{} twice", requirement.id);
                assert!(!requirement.section.is_empty() && !requirement.asks.is_empty());
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
                assert!(requirement.id.chars().all(plain), "{}", requirement.id);
            }
        }
    }
}
