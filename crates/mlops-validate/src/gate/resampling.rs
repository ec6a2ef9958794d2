use mlops_core::Detail;
use mlops_stats::bootstrap::{BlockBootstrap, BlockMetric};
use serde::Serialize;

use super::Candidate;
use super::candidate::Side;
use super::document::Fields;
use super::metric::Metric;
use super::unit::Unit;
use crate::Result;
use crate::interval::as_core;

/// How the intervals of a gate are made: whole units are drawn again and again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Resampling {
    pub(super) unit: Unit,
    pub(super) replicates: u32,
    /// At most 2⁵³, so that it survives as a JSON number.
    pub(super) seed: u64,
    pub(super) level: f64,
    /// With fewer units there is no interval, and what needs one is inconclusive.
    pub(super) min_units: u32,
}

impl Default for Resampling {
    fn default() -> Self {
        Self { unit: Unit::UtcDay, replicates: 2_000, seed: 1, level: 0.95, min_units: 10 }
    }
}

impl Resampling {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let default = Self::default();
        let proper = |level: f64| level > 0.0 && level < 1.0;
        let seed = match fields.value("seed") {
            None => default.seed,
            Some(value) => match value.as_u64().filter(|seed| *seed <= 1 << 53) {
                Some(seed) => seed,
                None => return Err(fields.invalid("seed", value, "a whole number, 0 to 2⁵³")),
            },
        };
        let read = Self {
            unit: Unit::read(&mut fields)?.unwrap_or(default.unit),
            replicates: fields.whole("replicates", 40..=100_000)?.unwrap_or(default.replicates),
            seed,
            level: fields.number("level", proper, "above 0 and below 1")?.unwrap_or(default.level),
            min_units: fields.whole("min_units", 2..=1_000_000)?.unwrap_or(default.min_units),
        };
        if BlockBootstrap::new(read.replicates, read.seed, read.level).is_err() {
            let expected = format!("at least 2 / (1 - level), with a level of {}", read.level);
            return Err(fields.invalid("replicates", read.replicates, expected));
        }
        fields.finish()?;
        Ok(read)
    }

    pub(super) fn bootstrap(&self) -> BlockBootstrap {
        BlockBootstrap::new(self.replicates, self.seed, self.level).expect("it was tried when it was read")
    }

    /// The unit of a check: its own, or that of the file.
    pub(super) fn unit<'u>(&'u self, own: Option<&'u Unit>) -> &'u Unit {
        own.unwrap_or(&self.unit)
    }

    /// The interval of a metric of one side over units of the check's own, or of the file, or
    /// none where it has none.
    pub(super) fn interval(
        &self,
        side: Side,
        metric: Metric,
        candidate: &Candidate<'_>,
        own: Option<&Unit>,
    ) -> Option<mlops_core::Interval> {
        self.interval_of(&*candidate.digested(side, metric, self.unit(own)).ok()?)
    }

    /// The interval of what was put into units, or none if there are too few of them.
    pub(super) fn interval_of(&self, digested: &BlockMetric) -> Option<mlops_core::Interval> {
        let enough = digested.blocks() >= self.min_units as usize;
        let estimate = enough.then(|| self.bootstrap().metric(digested).ok())??;
        Some(as_core(estimate.interval))
    }

    /// Of what an interval was drawn. UTC days go without saying.
    pub(super) fn told(&self, candidate: &Candidate<'_>, own: Option<&Unit>) -> Vec<Detail> {
        let unit = self.unit(own);
        match candidate.blocks(unit) {
            Ok(blocks) if *unit != Unit::UtcDay => vec![self.drawn(unit, blocks.len())],
            _ => Vec::new(),
        }
    }

    /// How many units were drawn, and how.
    pub(super) fn drawn(&self, unit: &Unit, units: usize) -> Detail {
        let note = match unit {
            Unit::Row => format!("drawn one by one {} times, seed {}", self.replicates, self.seed),
            _ => format!("drawn whole {} times, seed {}", self.replicates, self.seed),
        };
        Detail { label: unit.plural(), value: Some(units as f64), note }
    }
}
