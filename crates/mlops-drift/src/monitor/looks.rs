use serde::{Deserialize, Serialize};

use mlops_core::{Timestamp, Window as Span};

use super::Cadence;
use crate::{Error, Result};

/// Over which looks the detector's α is shared out.
///
/// A monitor looks again and again. Thirty daily looks at one feature, each at α = 0.05,
/// alarm falsely in every second month and more: 54 % of them where all compare with one
/// reference of a hundred rows, 79 % where nothing ties them together. So a look gets a share of α and
/// not the whole. If nothing has drifted, the probability that *any* look of the horizon says
/// otherwise is at most α, if each look keeps to its part. Across looks that holds whatever
/// they have in common (they share the reference, sliding windows share rows) since it is a
/// sum: `P(any look) ≤ Σ P(this look) ≤ Σ share · α ≤ α`.
///
/// Within a look `P(this look) ≤ share · α` asks two things:
/// - Of the columns, if there are several. They are judged together by the rule of Benjamini
///   and Hochberg, as [`Detector`](crate::Detector) does it. While none of them drifted, it
///   bounds the probability of any false alarm if their p-values are independent or
///   positively dependent (Benjamini and Yekutieli). Under arbitrary dependence of `m`
///   columns the bound is larger by up to the factor `1 + 1/2 + … + 1/m`: 2.3 for 5 columns,
///   5.2 for 100. In simulations columns that are nearly copies of each other, some with the
///   sign turned, kept to α.
/// - Of the p-values: that they hold at the level `share · α`, which is small: 0.0016 for
///   daily looks and α = 0.05. Exact ones do. Those for large samples are approximations,
///   and so far out in the tail rougher ones than at 0.05, above all with few rows.
///
/// Adjusted p-values of a report are divided by the share, so that they are still to be
/// compared with α. Limits of the effect stay as they are. Tests that decide by their p-value
/// or their effect alone ([`Decision`](crate::Decision)) take no part.
///
/// What it costs, reckoned for the mean of many rows against a large reference at a power of
/// 80 %: a look at a share of 1/32 (daily, by the month) sees a shift that is 1.4 times as large,
/// or the same shift in twice the rows; at 1/6 (weekly) 1.2 times, or 1.5 times the rows; the
/// 365th look of a life 2.1 times, or 4.5 times the rows. A shift of 0.2 deviations, the
/// default limit, takes a daily window of some 400 rows, and not 200. A look without enough
/// rows, or without a new one, costs nothing.
///
/// | horizon | share of the `k`-th look | that any look of … alarms falsely: at most α, as above |
/// | --- | --- | --- |
/// | [`Month`](Self::Month) | `1/(n + 1)` for `k ≤ n`, `1/((n + 1) j (j + 1))` for `k = n + j` | each month |
/// | [`Looks`](Self::Looks) | `1/n` | any `n` in a row |
/// | [`Life`](Self::Life) | `1/(k (k + 1))` | all, for ever |
/// | [`EachLook`](Self::EachLook) | 1 | itself |
///
/// # Source
/// The rule of Bonferroni with weights: Genovese, Roeder and Wasserman, *False discovery
/// control with p-value weighting*, Biometrika 93 (2006). Weights that are spent as looks
/// come: α-spending, in Foster and Stine, *α-investing*, JRSS B 70 (2008), and Tian and
/// Ramdas, *Online control of the familywise error rate*, Statistical Methods in Medical
/// Research 30 (2021). Within a look: Benjamini and Yekutieli, *The control of the false
/// discovery rate in multiple testing under dependency*, Annals of Statistics 29 (2001).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Horizon {
    /// Each month of the calendar (UTC), by the end of the window. `n` looks are planned: 744
    /// hours, 31 days, 5 weeks, 1 month, or 30 where rows are counted. One more share is kept
    /// for looks beyond the plan, such as those of [`close`](super::DriftMonitor::close):
    /// the promise holds however many there are.
    #[default]
    Month,
    /// So many looks in a row, wherever they begin.
    Looks(u64),
    /// All looks that there will ever be. Later looks are less and less sharp.
    Life,
    /// Every look for itself: no correction.
    EachLook,
}

impl Horizon {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Looks(0) => {
                Err(Error::Setting { setting: "looks of the horizon", value: 0.0, expected: "at least 1" })
            }
            _ => Ok(()),
        }
    }

    /// What the look with these places may spend.
    fn share(self, cadence: Cadence, of_all: u64, of_month: u64) -> f64 {
        let telescoping = |place: u64| 1.0 / (place as f64 * (place as f64 + 1.0));
        match self {
            Self::EachLook => 1.0,
            Self::Looks(looks) => 1.0 / looks as f64,
            Self::Life => telescoping(of_all),
            Self::Month => {
                let planned = cadence.looks_a_month();
                let one = 1.0 / (planned as f64 + 1.0);
                match of_month.checked_sub(planned) {
                    None | Some(0) => one,
                    Some(beyond) => one * telescoping(beyond),
                }
            }
        }
    }
}

/// Which look it was, and what it might spend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Look {
    /// Which one, from 1. Only those are counted that had enough rows to be judged.
    pub number: u64,
    /// Its share of the detector's α.
    pub share: f64,
    /// What a p-value, adjusted for the columns of this look alone, was compared with:
    /// `share · α`.
    pub alpha: f64,
}

/// The looks so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Looks {
    all: u64,
    /// When the month of the latest look began.
    month: Option<Timestamp>,
    of_month: u64,
}

impl Looks {
    /// One more, over a window that ends before `until`.
    pub(super) fn next(&mut self, horizon: Horizon, cadence: Cadence, until: Timestamp, alpha: f64) -> Look {
        let month = Span::month_of(until - super::schedule::TICK).from();
        if self.month.is_none_or(|before| before < month) {
            (self.month, self.of_month) = (Some(month), 0);
        }
        self.all = self.all.saturating_add(1);
        self.of_month = self.of_month.saturating_add(1);
        let share = horizon.share(cadence, self.all, self.of_month);
        Look { number: self.all, share, alpha: share * alpha }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CADENCES: [Cadence; 5] =
        [Cadence::Hour, Cadence::Day, Cadence::Week, Cadence::Month, Cadence::Rows(7)];

    #[test]
    fn no_month_and_no_life_spends_more_than_the_whole() {
        for cadence in CADENCES {
            let of_month: f64 = (1..100_000).map(|look| Horizon::Month.share(cadence, 1, look)).sum();
            assert!(of_month <= 1.0 && of_month > 0.999, "{cadence}: {of_month}");
            let of_life: f64 = (1..100_000).map(|look| Horizon::Life.share(cadence, look, 1)).sum();
            assert!(of_life <= 1.0 && of_life > 0.999, "{of_life}");
        }
        for share in [Horizon::Looks(u64::MAX), Horizon::Month, Horizon::Life]
            .map(|horizon| horizon.share(Cadence::Day, u64::MAX, u64::MAX))
        {
            assert!(share > 0.0 && share < 1e-18, "{share}");
        }
    }

    #[test]
    fn no_month_has_more_looks_than_are_planned() {
        for cadence in &CADENCES[..4] {
            let mut moment: Timestamp = "2012-01-01".parse().unwrap();
            let (mut counts, mut looks) = (Vec::new(), Looks::default());
            while moment < "2016-01-01".parse().unwrap() {
                let window = cadence.window_of(moment).unwrap();
                looks.next(Horizon::Month, *cadence, window.until(), 0.05);
                counts.push(looks.of_month);
                moment = window.until();
            }
            assert_eq!(counts.iter().max(), Some(&cadence.looks_a_month()), "{cadence}");
        }
    }

    #[test]
    fn a_month_begins_with_a_whole_budget_and_never_twice() {
        let mut looks = Looks::default();
        let mut number = |until: &str| {
            let look = looks.next(Horizon::Month, Cadence::Month, until.parse().unwrap(), 0.05);
            assert_eq!(look.alpha, 0.05 * look.share);
            (look.number, look.share)
        };
        assert_eq!(number("2013-04-15"), (1, 0.5));
        assert_eq!(number("2013-05-01"), (2, 0.25), "it ends with April");
        assert_eq!(number("2013-06-01"), (3, 0.5));
        assert_eq!(number("2013-05-01"), (4, 0.25), "a time that went back gives nothing back");
    }
}
