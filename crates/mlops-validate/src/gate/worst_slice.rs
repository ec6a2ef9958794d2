use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::candidate::{Evaluated, Side};
use super::document::{Fields, one_of};
use super::resampling::Resampling;
use super::unit::Unit;
use super::{Candidate, text};
use crate::Result;
use crate::slice::{Losses, Slice, SliceColumn, SliceReport, SliceSearch, WorseThan};

const LOSSES: [(&str, LossName); 4] = [
    ("error", LossName::Error),
    ("log_loss", LossName::LogLoss),
    ("squared_error", LossName::SquaredError),
    ("absolute_error", LossName::AbsoluteError),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum LossName {
    Error,
    LogLoss,
    SquaredError,
    AbsoluteError,
}

/// No slice of the rows is worse than allowed, by more than chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct WorstSliceRule {
    loss: LossName,
    #[serde(flatten)]
    limit: Limit,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    min_rows: u32,
    depth: u32,
    bins: u32,
    level: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    #[serde(skip)]
    threshold: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Limit {
    Max(f64),
    MaxDifference(f64),
}

impl WorstSliceRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let words = LOSSES.map(|(word, _)| word);
        let loss = fields.word("loss", &LOSSES)?;
        let loss = fields.needed("loss", loss, &one_of(&words, None))?;
        if loss == LossName::Error && threshold.is_none() {
            let expected = "a loss that needs no predicted classes, or a decision_threshold in the file";
            return Err(fields.invalid("loss", "\"error\"", expected));
        }
        let share = |limit: f64| limit >= 0.0 && (loss != LossName::Error || limit < 1.0);
        let expected = "a number, at least 0, and for errors below 1";
        let max = fields.number("max", share, expected)?;
        let difference = fields.number("max_difference", share, expected)?;
        let limit = match (max, difference) {
            (Some(max), None) => Limit::Max(max),
            (None, Some(difference)) => Limit::MaxDifference(difference),
            (None, None) => return Err(fields.invalid("max", "missing", "max or max_difference")),
            (Some(_), Some(other)) => {
                return Err(fields.invalid("max_difference", other, "missing, since there is max"));
            }
        };
        let columns = match fields.value("columns") {
            None => None,
            Some(Value::Array(list)) if (1..=256).contains(&list.len()) => {
                let mut names: Vec<String> = Vec::new();
                for name in list {
                    match name {
                        Value::String(name) if !names.contains(&name) => names.push(name),
                        other => return Err(fields.invalid("columns", other, "a name that stands once")),
                    }
                }
                Some(names)
            }
            Some(other) => return Err(fields.invalid("columns", other, "a list of 1 to 256 names")),
        };
        let level = fields.number("level", |level| level > 0.5 && level < 1.0, "above 0.5 and below 1")?;
        Ok(Self {
            loss,
            limit,
            columns,
            min_rows: fields.whole("min_rows", 2..=1_000_000_000)?.unwrap_or(100),
            depth: fields.whole("depth", 1..=4)?.unwrap_or(2),
            bins: fields.whole("bins", 2..=1000)?.unwrap_or(4),
            level: level.unwrap_or(0.95),
            unit: Unit::read(fields)?,
            threshold,
        })
    }

    pub(super) fn name(&self) -> String {
        format!("{}: worst slice", self.word())
    }

    fn word(&self) -> &'static str {
        LOSSES.iter().find(|(_, loss)| *loss == self.loss).map_or("loss", |(word, _)| word)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let limit = match self.limit {
            Limit::Max(max) => format!("above {max}"),
            Limit::MaxDifference(by) if by > 0.0 => format!("above that of the rest by more than {by}"),
            Limit::MaxDifference(_) => "above that of the rest".to_owned(),
        };
        let check = check.expected(format!(
            "no slice of at least {} has a mean {} shown to be {limit} (level {})",
            text::count(self.min_rows as usize, "row", "rows"),
            self.word(),
            self.level
        ));
        match candidate.slices(self, resampling) {
            Ok(report) => self.judge(check, &report),
            Err(reason) => check.because(reason),
        }
    }

    /// What the search finds, or why it can't look.
    pub(super) fn search(
        &self,
        candidate: &Candidate<'_>,
        resampling: &Resampling,
    ) -> Result<SliceReport, String> {
        let losses = self.losses(candidate)?;
        let columns = self.columns(candidate)?;
        let search = SliceSearch::default()
            .depth(self.depth as usize)
            .min_rows(self.min_rows.into())
            .bins(self.bins as usize)
            .alpha(1.0 - self.level)
            .min_clusters(resampling.min_units.into())
            .worse_than(match self.limit {
                Limit::Max(max) => WorseThan::Limit(max),
                Limit::MaxDifference(by) => WorseThan::Rest { by },
            });
        let report = match resampling.unit(self.unit.as_ref()) {
            Unit::Row => search.find(&columns, &losses),
            unit => {
                let blocks = candidate.blocks(unit)?;
                let (found, needed) = (blocks.sizes().len(), resampling.min_units);
                if found < needed as usize {
                    return Err(format!("there are {} of the {needed} needed", unit.counted(found)));
                }
                search.clusters(blocks.of_rows()).find(&columns, &losses)
            }
        };
        report.map_err(|error| error.to_string())
    }

    fn losses(&self, candidate: &Candidate<'_>) -> Result<Losses, String> {
        let losses = match (self.loss, candidate.evaluated(Side::Candidate)?) {
            (LossName::SquaredError, Evaluated::Numbers(rows)) => {
                let pairs = rows.truth().iter().zip(rows.predicted());
                Losses::other(pairs.map(|(truth, predicted)| (truth - predicted).powi(2)).collect())
            }
            (LossName::AbsoluteError, Evaluated::Numbers(rows)) => {
                let pairs = rows.truth().iter().zip(rows.predicted());
                Losses::other(pairs.map(|(truth, predicted)| (truth - predicted).abs()).collect())
            }
            (loss, rows) => {
                let rows = rows.classes()?;
                let (labels, scores) = (rows.labels(), rows.scores());
                match loss {
                    LossName::LogLoss => Losses::log_loss(labels, scores),
                    LossName::SquaredError => Losses::squared_error(labels, scores),
                    LossName::Error => Losses::errors(labels, scores, self.threshold.unwrap_or(0.5)),
                    LossName::AbsoluteError => {
                        let pairs = labels.iter().zip(scores);
                        Losses::other(
                            pairs.map(|(label, p)| (f64::from(u8::from(*label)) - p).abs()).collect(),
                        )
                    }
                }
            }
        };
        losses.map_err(|error| error.to_string())
    }

    /// The columns named, or all that the candidate has.
    fn columns(&self, candidate: &Candidate<'_>) -> Result<Vec<SliceColumn>, String> {
        let (groups, numbers) = (candidate.group_columns(), candidate.number_columns());
        let group_of = |name: &str| groups.iter().find(|group| group.name() == name);
        let all = || -> Vec<&str> {
            let groups = groups.iter().map(super::GroupColumn::name);
            groups.chain(numbers.iter().map(|(name, _)| name.as_str())).collect()
        };
        let names: Vec<&str> = match &self.columns {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => all(),
        };
        if names.is_empty() {
            return Err("the candidate has no columns by which rows are cut into slices".to_owned());
        }
        let column = |name: &str| {
            if let Some(group) = group_of(name) {
                return Ok(group.as_slices());
            }
            let found = numbers.iter().find(|(other, _)| other == name);
            let found = found.map(|(_, values)| SliceColumn::numbers(name, values));
            found.ok_or_else(|| {
                let shown = crate::error::shorten(name);
                format!("there is no column {shown:?}, expected {}", one_of(&all(), Some(name)))
            })
        };
        names.into_iter().map(column).collect()
    }

    fn judge(&self, check: Check, report: &SliceReport) -> Check {
        let check = check.details(report.slices.iter().map(detail).collect());
        if let Some(worst) = report.slices.first() {
            let check = check.observed(worst.mean).interval(worst.interval);
            let found = text::count_of(report.found, "slice is", "slices are");
            let reason = format!(
                "{found} worse, of {} tested: {}, {} {} in {}",
                report.tested,
                worst.description,
                self.word(),
                text::shown(worst.mean),
                text::count_of(worst.rows, "row", "rows")
            );
            return Check { outcome: Outcome::Failed, ..check }.because(reason);
        }
        if report.cut_short {
            return check.because(format!("the search stopped after {} slices", report.tested));
        }
        if report.tested == report.too_few_clusters {
            return check.because("no slice has enough rows, or comes from enough units, to be tested");
        }
        let tested = text::count_of(report.tested, "slice", "slices");
        let reason =
            format!("of {tested} tested none is shown to be worse, mean {}", text::shown(report.mean));
        Check { outcome: Outcome::Passed, ..check }.because(reason)
    }
}

fn detail(slice: &Slice) -> Detail {
    let note = format!(
        "{}, {} in the rest, adjusted p {:.2e}",
        text::count_of(slice.rows, "row", "rows"),
        text::shown(slice.rest_mean),
        slice.adjusted_p_value
    );
    Detail { label: slice.description.clone(), value: Some(slice.mean), note }
}
