use std::fmt;

use mlops_stats::interval::Interval;
use serde::{Deserialize, Serialize};

use crate::Exactness;
use crate::test::{Decision, Direction, Measurement};

/// How much a difference matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Magnitude {
    /// Chance explains it, or it is too small to speak of.
    #[default]
    None,
    /// More than chance, but less than what matters. Nobody is woken.
    Slight,
    /// It matters: a drift.
    Material,
}

impl fmt::Display for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Slight => "slight",
            Self::Material => "material",
        })
    }
}

/// One test of one column and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The name of the test.
    pub test: String,
    /// How far apart the two sides are.
    #[serde(with = "mlops_core::number")]
    pub effect: f64,
    /// What the effect is counted in.
    pub unit: String,
    /// From this effect on it matters; for [`Decision::PValueBelow`], below this p-value.
    #[serde(with = "mlops_core::number")]
    pub limit: f64,
    /// What is taken together to the answer.
    pub decision: Decision,
    /// Between which values the effect lies, had there been many more rows.
    pub interval: Option<Interval>,
    /// Where the values went.
    pub direction: Option<Direction>,
    /// How likely such a difference is by chance, looked at alone.
    pub p_value: Option<f64>,
    /// The same, given how many tests of the report look at it that way (Benjamini and
    /// Hochberg) and, where a monitor looks again and again, divided by the share of α that the
    /// look has ([`Horizon`](crate::monitor::Horizon)). At most α is more than chance.
    pub adjusted_p_value: Option<f64>,
    /// From this effect on a difference that is no drift is slight.
    slight: Option<f64>,
    /// The answer.
    pub magnitude: Magnitude,
    /// How effect and p-value relate to those of all rows.
    #[serde(default)]
    pub exactness: Exactness,
}

impl Comparison {
    /// A measurement that is not judged yet.
    pub(crate) fn new(test: &str, found: Measurement) -> Self {
        Self {
            test: found.test.unwrap_or_else(|| test.to_owned()),
            effect: found.effect,
            unit: found.unit,
            limit: found.limit,
            decision: found.decision,
            interval: found.interval,
            direction: found.direction,
            p_value: found.p_value,
            adjusted_p_value: None,
            slight: found.slight,
            magnitude: Magnitude::None,
            exactness: Exactness::Exact,
        }
    }

    /// Whether it is a drift.
    pub fn drifted(&self) -> bool {
        self.magnitude == Magnitude::Material
    }

    /// The number that is held against the [`limit`](Self::limit): the effect or the p-value.
    pub fn score(&self) -> f64 {
        match (self.decision, self.p_value) {
            (Decision::PValueBelow, Some(p_value)) => p_value,
            _ => self.effect,
        }
    }

    /// How far the score went towards the limit: 1 is at the limit, above 1 beyond it. 0 if
    /// there is no effect, infinite beyond a limit of 0.
    pub fn reach(&self) -> f64 {
        match self.decision {
            _ if self.effect == 0.0 => 0.0,
            // A p-value of a hundredth of the limit is twice as far as one of a tenth.
            Decision::PValueBelow => {
                let (p, limit) = (self.score().max(f64::MIN_POSITIVE), self.limit.max(f64::MIN_POSITIVE));
                if limit < 1.0 { (p.ln() / limit.ln()).max(0.0) } else { f64::INFINITY }
            }
            Decision::EffectBeyondChance | Decision::EffectAtLeast => self.effect / self.limit,
        }
    }

    /// Decides, once all p-values of the report are known.
    pub(crate) fn judge(&mut self, alpha: f64) {
        let beyond_chance = self.adjusted_p_value.is_none_or(|p| p <= alpha);
        let (material, may_be_slight, slight) = match self.decision {
            Decision::EffectBeyondChance => {
                let half = self.slight.unwrap_or(self.limit * 0.5);
                (beyond_chance && self.effect >= self.limit, beyond_chance, Some(half))
            }
            Decision::PValueBelow => (self.p_value.is_some_and(|p| p < self.limit), true, None),
            Decision::EffectAtLeast => (self.effect >= self.limit, true, self.slight),
        };
        self.magnitude = if material {
            Magnitude::Material
        } else if may_be_slight && slight.is_some_and(|slight| self.effect > 0.0 && self.effect >= slight) {
            Magnitude::Slight
        } else {
            Magnitude::None
        };
    }

    /// What it should have been, in words.
    pub(crate) fn expected(&self) -> String {
        match self.decision {
            Decision::PValueBelow => format!("p ≥ {}", self.limit),
            _ => format!("< {} {}", self.limit, self.unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(found: Measurement, adjusted: Option<f64>) -> Magnitude {
        let mut comparison = Comparison::new("test", found);
        comparison.adjusted_p_value = adjusted;
        comparison.judge(0.05);
        comparison.magnitude
    }

    #[test]
    fn three_ways_to_decide() {
        let of = |effect| Measurement::new(effect, "units", 1.0).p_value(0.01);
        for (effect, adjusted, expected) in [
            (1.0, 0.05, Magnitude::Material),
            (0.99, 0.05, Magnitude::Slight),
            (0.49, 0.0, Magnitude::None),
            (9.0, 0.051, Magnitude::None),
        ] {
            assert_eq!(judged(of(effect), Some(adjusted)), expected, "{effect} {adjusted}");
        }
        let alone = |p| Measurement::new(9.0, "units", 0.05).p_value(p).decided_by(Decision::PValueBelow);
        assert_eq!(judged(alone(0.05), None), Magnitude::None, "at the threshold is not below it");
        assert_eq!(judged(alone(0.049), None), Magnitude::Material);
        let effect = |effect| of(effect).decided_by(Decision::EffectAtLeast);
        assert_eq!(judged(effect(1.0), Some(1.0)), Magnitude::Material);
        assert_eq!(judged(effect(0.9), Some(1.0)), Magnitude::None);
        assert_eq!(judged(effect(0.9).slight_from(0.5), Some(1.0)), Magnitude::Slight);
        assert_eq!(judged(Measurement::new(0.0, "units", 0.0), None), Magnitude::Material, "a limit of 0");
    }

    #[test]
    fn the_score_is_what_the_limit_is_of() {
        let found = Measurement::new(0.3, "units", 0.05).p_value(0.01);
        let by_p = Comparison::new("test", found.clone().decided_by(Decision::PValueBelow));
        assert_eq!((by_p.score(), by_p.expected().as_str()), (0.01, "p ≥ 0.05"));
        assert!(by_p.reach() > 1.5 && by_p.reach() < 1.6, "{}", by_p.reach());
        let by_effect = Comparison::new("test", found);
        assert_eq!((by_effect.score(), by_effect.reach()), (0.3, 0.3 / 0.05));
    }
}
