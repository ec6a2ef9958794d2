use serde::{Deserialize, Serialize};

use crate::{Error, Result};

const WHAT: &str = "outcomes";

/// What one outcome is worth: a fixed part, and a part for each unit of the row's amount.
///
/// JSON: a number, or `{"fixed": …, "per_amount": …}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a line is these two numbers")]
pub struct Worth {
    /// Whatever the row; losses are below 0.
    pub fixed: f64,
    /// For each unit of the row's amount, such as -1 if the amount of the loan is lost.
    pub per_amount: f64,
}

impl From<f64> for Worth {
    fn from(fixed: f64) -> Self {
        Self { fixed, per_amount: 0.0 }
    }
}

impl<'de> Deserialize<'de> for Worth {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            #[serde(default)]
            fixed: f64,
            #[serde(default)]
            per_amount: f64,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Both(Both),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Number(fixed) => fixed.into(),
            Written::Both(Both { fixed, per_amount }) => Self { fixed, per_amount },
        })
    }
}

impl Worth {
    /// All of so many rows with these amounts together.
    pub(super) fn of(self, rows: f64, amount: f64) -> f64 {
        // 0 · ∞ can't be: amounts are finite.
        self.fixed * rows + self.per_amount * amount
    }

    fn less(self, other: Self) -> Self {
        Self { fixed: self.fixed - other.fixed, per_amount: self.per_amount - other.per_amount }
    }

    /// Whether it is above 0 for every amount above 0, and never below.
    fn is_gain(self) -> bool {
        self.fixed >= 0.0 && self.per_amount >= 0.0 && self.fixed + self.per_amount > 0.0
    }
}

/// What each outcome of a decision is worth: the cost matrix, with gains above 0 and costs
/// below.
///
/// Deciding rightly is worth more than deciding wrongly, in both classes: what breaks that is
/// refused, as one decision would then be best whatever the model says; most often costs were
/// written without their sign.
///
/// # Source
/// Elkan, *The Foundations of Cost-Sensitive Learning*, IJCAI (2001).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Outcomes {
    unit: String,
    tp: Worth,
    fp: Worth,
    tn: Worth,
    #[serde(rename = "fn")]
    missed: Worth,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    unit: String,
    tp: Worth,
    fp: Worth,
    tn: Worth,
    #[serde(rename = "fn")]
    missed: Worth,
}

impl TryFrom<Written> for Outcomes {
    type Error = Error;
    fn try_from(written: Written) -> Result<Self> {
        Self::new(written.unit, written.tp, written.fp, written.tn, written.missed)
    }
}

impl Outcomes {
    /// In `unit` (a currency, utilities), what a true positive, a false positive, a true
    /// negative and a false negative are worth.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a value is not finite, the unit is empty, a true positive is not
    /// worth more than a false negative, or a true negative than a false positive.
    ///
    /// ```
    /// use mlops_validate::decision::{Outcomes, Worth};
    /// // A loan that is paid back earns 8 % of its amount, one that is not loses 60 %.
    /// let (earned, lost) = (Worth { fixed: 0.0, per_amount: 0.08 }, Worth { fixed: 0.0, per_amount: -0.6 });
    /// let refuse = Outcomes::new("EUR", 0.0, 0.0, earned, lost)?;
    /// assert!((refuse.threshold_of(9_000.0) - 0.08 / 0.68).abs() < 1e-12);
    /// // Costs without their sign:
    /// assert!(Outcomes::new("EUR", 0.0, 5.0, 0.0, 60.0).is_err());
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    pub fn new(
        unit: impl Into<String>,
        tp: impl Into<Worth>,
        fp: impl Into<Worth>,
        tn: impl Into<Worth>,
        missed: impl Into<Worth>,
    ) -> Result<Self> {
        let outcomes =
            Self { unit: unit.into(), tp: tp.into(), fp: fp.into(), tn: tn.into(), missed: missed.into() };
        if outcomes.unit.trim().is_empty() {
            return Err(Error::invalid(WHAT, "unit", "empty", "what values are counted in, such as EUR"));
        }
        for (name, worth) in outcomes.named() {
            for value in [worth.fixed, worth.per_amount] {
                if !value.is_finite() {
                    return Err(Error::invalid(WHAT, name, value, "a finite number"));
                }
            }
        }
        for (gain, name, right, wrong) in [
            (outcomes.gain_of_positive(), "tp", outcomes.tp, "fn"),
            (outcomes.loss_of_negative(), "tn", outcomes.tn, "fp"),
        ] {
            if !gain.is_gain() {
                let expected = format!(
                    "more than {wrong} for every amount: else one decision is best whatever the model says \
                     (costs are below 0)"
                );
                return Err(Error::invalid(WHAT, name, shown(right), expected));
            }
        }
        Ok(outcomes)
    }

    /// What values are counted in.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// What a true positive is worth.
    pub const fn true_positive(&self) -> Worth {
        self.tp
    }

    /// What a false positive is worth.
    pub const fn false_positive(&self) -> Worth {
        self.fp
    }

    /// What a true negative is worth.
    pub const fn true_negative(&self) -> Worth {
        self.tn
    }

    /// What a false negative is worth.
    pub const fn false_negative(&self) -> Worth {
        self.missed
    }

    /// Whether a value hangs on the amount of the row.
    pub fn takes_amounts(&self) -> bool {
        self.named().iter().any(|(_, worth)| worth.per_amount != 0.0)
    }

    /// The threshold of calibrated probabilities, for a row of amount 1: a row whose
    /// probability is at least this is worth more if it is decided positive.
    ///
    /// `(tn − fp) / ((tn − fp) + (tp − fn))`, above 0 and below 1.
    pub fn threshold(&self) -> f64 {
        self.threshold_of(1.0)
    }

    /// The same for a row of this amount, which is above 0.
    pub fn threshold_of(&self, amount: f64) -> f64 {
        let loss = self.loss_of_negative().of(1.0, amount);
        loss / (loss + self.gain_of_positive().of(1.0, amount))
    }

    /// What is won if a positive row is decided positive.
    fn gain_of_positive(&self) -> Worth {
        self.tp.less(self.missed)
    }

    /// What is lost if a negative row is decided positive.
    fn loss_of_negative(&self) -> Worth {
        self.tn.less(self.fp)
    }

    fn named(&self) -> [(&'static str, Worth); 4] {
        [("tp", self.tp), ("fp", self.fp), ("tn", self.tn), ("fn", self.missed)]
    }
}

fn shown(worth: Worth) -> String {
    if worth.per_amount == 0.0 {
        format!("{}", worth.fixed)
    } else {
        format!("{} and {} per amount", worth.fixed, worth.per_amount)
    }
}
