use mlops_core::Detail;
use mlops_stats::Alternative;
use mlops_stats::classification::{BinaryMetric, BinaryScores};
use mlops_stats::interval::Interval;
use mlops_stats::paired::{DeLong, McNemar, PairedPermutation, PairedShares};

use super::detail_of;
use crate::gate::Candidate;
use crate::gate::candidate::{Evaluated, Side};
use crate::gate::metric::Metric;
use crate::gate::resampling::Resampling;
use crate::gate::unit::Unit;
use crate::gate::window::day_name;

/// Candidate less production, and how sure that is.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) value: f64,
    pub(super) interval: Interval,
    /// The metric of both.
    pub(super) values: (Option<f64>, Option<f64>),
    /// How many units there are, and what was done with them.
    pub(super) units: Detail,
    /// The test, if the method has one.
    pub(super) detail: Vec<Detail>,
    /// Whether both models are the same as far as the method looks.
    pub(super) nothing_differs: bool,
    /// The exact one-sided p-value of "it is not better", where there is one.
    pub(super) exact: Option<f64>,
}

/// What is compared, over what, and against which difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'u> {
    pub(super) metric: Metric,
    pub(super) limit: f64,
    pub(super) unit: &'u Unit,
}

impl Asked<'_> {
    fn alternative(&self) -> Alternative {
        if self.metric.worst_is_lowest() { Alternative::Greater } else { Alternative::Less }
    }

    fn p_value(&self, p: f64, by: &str) -> Detail {
        let sign = if self.metric.worst_is_lowest() { "at most" } else { "at least" };
        let note =
            format!("{by}, one-sided: how likely this is if the difference is {sign} {}", self.limit + 0.0);
        detail_of("p-value", Some(p), note)
    }

    pub(super) fn by_blocks(
        &self,
        candidate: &Candidate<'_>,
        resampling: &Resampling,
    ) -> Result<Difference, String> {
        let ours = candidate.digested(Side::Candidate, self.metric, self.unit)?;
        let theirs = candidate.digested(Side::Production, self.metric, self.unit)?;
        let estimate = resampling.bootstrap().difference(&ours, &theirs).map_err(|error| {
            let seen = self.unit.counted(ours.blocks());
            match (self.unit, candidate.day_numbers().first()) {
                (Unit::UtcDay, Some(first)) => format!("{error} ({seen}, {} on)", day_name(*first)),
                _ => format!("{error} ({seen})"),
            }
        })?;
        let once = vec![1; ours.blocks()];
        let interval = estimate.interval;
        let all_zero = [estimate.value, interval.lower, interval.upper].iter().all(|value| *value == 0.0);
        Ok(Difference {
            value: estimate.value,
            interval,
            values: (ours.of(&once), theirs.of(&once)),
            units: resampling.drawn(self.unit, ours.blocks()),
            detail: Vec::new(),
            nothing_differs: all_zero,
            exact: None,
        })
    }

    pub(super) fn by_delong(
        &self,
        (ours, theirs): (Evaluated<'_>, Evaluated<'_>),
        resampling: &Resampling,
    ) -> Result<Difference, String> {
        let (ours, theirs) = (ours.classes()?, theirs.classes()?);
        let said = |error: mlops_stats::Error| error.to_string();
        let test = DeLong::of(ours.labels(), ours.scores(), theirs.scores()).map_err(said)?;
        let nothing_varies = test.standard_error() == 0.0;
        if nothing_varies && test.difference() != 0.0 {
            return Err("the areas differ, but nothing varies: their difference has no variance".to_owned());
        }
        let p = test.p_value_against(self.limit, self.alternative());
        Ok(Difference {
            value: test.difference(),
            interval: test.interval(resampling.level).map_err(said)?,
            values: (Some(test.a().area()), Some(test.b().area())),
            units: independent(ours.rows()),
            detail: vec![self.p_value(p, "DeLong's test")],
            nothing_differs: nothing_varies,
            exact: None,
        })
    }

    pub(super) fn by_mcnemar(
        &self,
        (ours, theirs): (Evaluated<'_>, Evaluated<'_>),
        resampling: &Resampling,
    ) -> Result<Difference, String> {
        let (ours, theirs) = (ours.classes()?, theirs.classes()?);
        let Metric::Classes(BinaryMetric::Accuracy { threshold }) = self.metric else {
            return Err(format!("McNemar's test compares accuracy, not {}", self.metric.name()));
        };
        let right = |rows: &BinaryScores<'_>| -> Vec<bool> {
            let of_row = |(label, score): (&bool, &f64)| (*score >= threshold) == *label;
            rows.labels().iter().zip(rows.scores()).map(of_row).collect()
        };
        let said = |error: mlops_stats::Error| error.to_string();
        let (ours, theirs) = (right(&ours), right(&theirs));
        let table = McNemar::of(&ours, &theirs).map_err(said)?;
        let shares = PairedShares::new(table, ours.len() as u64).map_err(said)?;
        let share = |right: &[bool]| right.iter().filter(|right| **right).count() as f64 / right.len() as f64;
        let p = shares.p_value_against(self.limit, self.alternative());
        let discordant = table.only_first() + table.only_second();
        let note = format!(
            "only the candidate is right on {}, only production on {}",
            table.only_first(),
            table.only_second()
        );
        // Half of the two-sided one, as coins are symmetric.
        let exact = if table.only_first() > table.only_second() { 0.5 * table.p_exact() } else { 1.0 };
        let mut detail = vec![
            detail_of("discordant rows", Some(discordant as f64), note),
            self.p_value(p, "McNemar's test, against a margin Tango's"),
        ];
        let against_none = self.limit == 0.0;
        if against_none {
            detail.push(self.p_value(exact, "McNemar's exact test"));
        }
        Ok(Difference {
            value: shares.difference(),
            interval: shares.interval(resampling.level).map_err(said)?,
            values: (Some(share(&ours)), Some(share(&theirs))),
            units: independent(ours.len()),
            detail,
            nothing_differs: discordant == 0,
            exact: against_none.then_some(exact),
        })
    }

    pub(super) fn by_permutation(
        &self,
        (ours, theirs): (Evaluated<'_>, Evaluated<'_>),
        candidate: &Candidate<'_>,
        resampling: &Resampling,
    ) -> Result<Difference, String> {
        let (ours, theirs) = (self.metric.of_rows(&ours)?, self.metric.of_rows(&theirs)?);
        let blocks = candidate.blocks(self.unit)?;
        // One value a unit: of clusters their mean, so that each counts once.
        let of_units = |values: Vec<f64>| -> Vec<f64> {
            if *self.unit == Unit::Row {
                return values;
            }
            let mut sums = vec![0.0; blocks.len()];
            for (value, block) in values.iter().zip(blocks.of_rows()) {
                sums[*block as usize] += value;
            }
            sums.iter().zip(blocks.sizes()).map(|(sum, size)| sum / *size as f64).collect()
        };
        let (ours, theirs) = (of_units(ours), of_units(theirs));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let said = |error: mlops_stats::Error| error.to_string();
        let test = PairedPermutation::of(&ours, &theirs).map_err(said)?;
        let values = test.typical_values(resampling.replicates, resampling.seed).map_err(said)?;
        let p = values.p_value_against(self.limit, self.alternative());
        let of_clusters = if *self.unit == Unit::Row { "" } else { ", one mean of each" };
        let note =
            format!("signs changed {} times, seed {}{of_clusters}", resampling.replicates, resampling.seed);
        Ok(Difference {
            value: test.mean(),
            interval: values.interval(resampling.level).map_err(said)?,
            values: (Some(mean(&ours)), Some(mean(&theirs))),
            units: Detail { label: self.unit.plural(), value: Some(ours.len() as f64), note },
            detail: vec![self.p_value(p, "permutation test")],
            nothing_differs: ours.iter().zip(&theirs).all(|(ours, theirs)| (ours - theirs).abs() <= 0.0),
            exact: None,
        })
    }
}

fn independent(rows: usize) -> Detail {
    detail_of("rows", Some(rows as f64), "taken as independent".to_owned())
}
