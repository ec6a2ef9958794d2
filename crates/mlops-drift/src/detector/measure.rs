use std::sync::Arc;

use mlops_stats::interval::Interval;
use mlops_stats::proportion::{DifferenceMethod, Share};
use mlops_stats::two_sample::Sample;

use super::Detector;
use crate::report::{ColumnDrift, Comparison, NewCategories, Status, Summary};
use crate::test::same_share;
use crate::window::{Aligned, Column, Sketched, Values, align, judge_numbers, scaled};
use crate::{Decision, Direction, DriftTest, Measurement, Pair, bins};

/// The name of the rule for missing values.
const MISSING: &str = "missing";
/// How sure an interval of a share of missing values is.
const LEVEL: f64 = 0.95;

impl Detector {
    /// Measures one column; what it means is decided when all are measured.
    pub(crate) fn column(&self, reference: &Column, current: Option<&Column>) -> ColumnDrift {
        let mut drift = ColumnDrift {
            name: reference.name.clone(),
            status: Status::Inconclusive,
            reason: String::new(),
            values: None,
            missing: None,
            reference: Some(summary(reference)),
            current: current.map(summary),
            distribution: None,
            new_categories: NewCategories::default(),
        };
        let Some(current) = current else {
            drift.status = Status::SchemaChanged;
            "the column is gone".clone_into(&mut drift.reason);
            return drift;
        };
        drift.new_categories = new_categories(reference, current);
        let few = |present: u64| present < self.settings.min_values.max(1);
        let compared = match (&reference.values, &current.values) {
            (Values::Unsupported, Values::Unsupported) if same_kind(reference, current) => {
                drift.status = Status::Skipped;
                drift.reason = format!("values of type {} are not compared", reference.data_type);
                return drift;
            }
            _ if few(reference.rows - reference.missing) || few(current.rows - current.missing) => {
                Err(format!(
                    "too few values to say: {} in the reference, {} now, of {} each",
                    reference.rows - reference.missing,
                    current.rows - current.missing,
                    self.settings.min_values
                ))
            }
            (Values::Numbers(Some(r)), Values::Numbers(Some(c))) => {
                let (of_reference, of_current) = ((reference, r), (current, c));
                drift.distribution = Some(scaled(bins::of_numbers(r, c), of_reference, of_current));
                let pair = Pair::Numbers { reference: r, current: c };
                self.measure(&drift.name, &self.numbers, &pair).map(|mut comparison| {
                    comparison.direction = comparison.direction.or_else(|| direction(r, c));
                    judge_numbers(&mut comparison, of_reference, of_current);
                    comparison
                })
            }
            _ => match align(reference, current) {
                Some(Aligned { names, reference, current, exactness }) => {
                    drift.distribution = Some(bins::of_categories(&names, &reference, &current));
                    let pair = Pair::Categories { names: &names, reference: &reference, current: &current };
                    self.measure(&drift.name, &self.categories, &pair).map(|mut comparison| {
                        let moved = comparison.effect != 0.0;
                        comparison.direction = comparison.direction.or(moved.then_some(Direction::Mixed));
                        comparison.exactness = exactness;
                        comparison
                    })
                }
                None => Err(String::new()),
            },
        };
        if !same_kind(reference, current) {
            drift.status = Status::SchemaChanged;
            drift.reason = format!("{} in the reference, {} now", reference.data_type, current.data_type);
            return drift;
        }
        match compared {
            Ok(comparison) => drift.values = Some(comparison),
            Err(reason) => drift.reason = reason,
        }
        if self.with_missing {
            drift.missing = self.missing(reference, current);
        }
        drift
    }

    fn measure(
        &self,
        column: &str,
        default: &Arc<dyn DriftTest>,
        pair: &Pair<'_>,
    ) -> std::result::Result<Comparison, String> {
        let test = self.columns.get(column).unwrap_or(default);
        let found = test.compare(pair).map_err(|error| error.to_string())?;
        let no_probability = found.p_value.is_some_and(|p| !(0.0..=1.0).contains(&p));
        let needs_one = found.decision == Decision::PValueBelow && found.p_value.is_none();
        if found.effect.is_nan() || no_probability || needs_one {
            return Err(format!("{} gave an effect or a p-value that is not a number", test.name()));
        }
        if found.limit.is_nan() || found.slight.is_some_and(f64::is_nan) {
            return Err(format!("{} has a limit that is not a number", test.name()));
        }
        Ok(Comparison::new(test.name(), found))
    }

    fn missing(&self, reference: &Column, current: &Column) -> Option<Comparison> {
        if reference.missing + current.missing == 0 {
            return None;
        }
        let share = |column: &Column| column.missing as f64 / column.rows as f64;
        let change = share(current) - share(reference);
        let counts = |column: &Column| (column.missing, column.rows - column.missing);
        let direction = if change > 0.0 { Direction::Up } else { Direction::Down };
        let mut found = Measurement::new(change.abs(), "of the rows", self.settings.missing)
            .p_value(same_share(counts(reference), counts(current)));
        found.direction = (change != 0.0).then_some(direction);
        found.interval = change_of_share(reference, current);
        Some(Comparison::new(MISSING, found))
    }
}

/// Between which values the change of the share of missing values lies, without its sign.
fn change_of_share(reference: &Column, current: &Column) -> Option<Interval> {
    let share = |column: &Column| Share::new(column.missing, column.rows).ok();
    let (before, after) = (share(reference)?, share(current)?);
    let Interval { lower, upper, .. } =
        after.difference_interval(&before, DifferenceMethod::Newcombe, LEVEL).ok()?;
    let (near, far) = (lower.abs().min(upper.abs()), lower.abs().max(upper.abs()));
    let lower = if lower <= 0.0 && upper >= 0.0 { 0.0 } else { near };
    Some(Interval { level: LEVEL, lower, upper: far })
}

/// Where numbers went, by what changed more: the mean or the spread.
fn direction(reference: &Sample, current: &Sample) -> Option<Direction> {
    let mean = current.mean() - reference.mean();
    let spread = current.standard_deviation() - reference.standard_deviation();
    if mean == 0.0 && spread == 0.0 {
        return None;
    }
    Some(if mean.abs() >= spread.abs() {
        if mean > 0.0 { Direction::Up } else { Direction::Down }
    } else if spread > 0.0 {
        Direction::Wider
    } else {
        Direction::Narrower
    })
}

pub(crate) fn new_column(column: &Column) -> ColumnDrift {
    ColumnDrift {
        name: column.name.clone(),
        status: Status::SchemaChanged,
        reason: "the column is new: the reference does not have it".to_owned(),
        values: None,
        missing: None,
        reference: None,
        current: Some(summary(column)),
        distribution: None,
        new_categories: NewCategories::default(),
    }
}

/// The categories of the current window that the reference does not have; none where it
/// does not know all that it has.
fn new_categories(reference: &Column, current: &Column) -> NewCategories {
    let known = match &reference.sketched {
        Some(Sketched::Categories { error, .. }) => *error == 0,
        _ => true,
    };
    match (&reference.values, &current.values) {
        (Values::Categories(before), Values::Categories(now)) if known => NewCategories::among(before, now),
        _ => NewCategories::default(),
    }
}

/// Whether two columns can be the same one. Numbers of any width can; a column of nulls fits all.
fn same_kind(reference: &Column, current: &Column) -> bool {
    match (&reference.values, &current.values) {
        (Values::Nothing, _) | (_, Values::Nothing) => true,
        (Values::Unsupported, Values::Unsupported) => reference.data_type == current.data_type,
        (r, c) => std::mem::discriminant(r) == std::mem::discriminant(c),
    }
}

fn summary(column: &Column) -> Summary {
    let mut summary = Summary { rows: column.rows, missing: column.missing, ..Summary::default() };
    match &column.values {
        Values::Numbers(Some(sample)) => {
            summary.mean = Some(sample.mean());
            summary.standard_deviation = Some(sample.standard_deviation());
        }
        Values::Categories(counts) => summary.categories = Some(counts.len() as u64),
        Values::Numbers(None) | Values::Nothing | Values::Unsupported => {}
    }
    match &column.sketched {
        Some(Sketched::Numbers { mean, standard_deviation, .. }) => {
            (summary.mean, summary.standard_deviation) = (*mean, *standard_deviation);
        }
        Some(Sketched::Categories { distinct, .. }) => summary.categories = Some(*distinct),
        None => {}
    }
    summary
}
