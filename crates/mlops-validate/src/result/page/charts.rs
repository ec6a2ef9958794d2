use mlops_core::Severity;
use mlops_report::{BarChart, Section, Tone, number};

use crate::error::shorten;
use crate::expectation::Observed;
use crate::result::{ExpectationResult, ValidationResult};

/// Rules in a chart at most.
const SHOWN: usize = 30;

/// The charts of a validation; `None` if there is nothing to draw.
pub(super) fn section(result: &ValidationResult) -> Option<Section> {
    let charts = (broken(result), within_bounds(result));
    let section = Section::new("At a glance");
    match charts {
        (None, None) => None,
        (Some(broken), None) => Some(section.with(broken)),
        (None, Some(within)) => Some(section.with(within)),
        (Some(broken), Some(within)) => Some(section.with(broken).with(within)),
    }
}

fn tone(result: &ExpectationResult) -> Tone {
    match (result.success(), result.entry.severity) {
        (true, _) => Tone::Neutral,
        (false, Severity::Critical) => Tone::Bad,
        (false, _) => Tone::Caution,
    }
}

fn label(result: &ExpectationResult) -> String {
    shorten(&format!("{}: {}", result.subject(), result.expectation().rule()))
}

/// How many of the rows break which rule, the most broken first.
fn broken(result: &ValidationResult) -> Option<BarChart> {
    let share = |result: &ExpectationResult| match &result.outcome.as_ref().ok()?.observed {
        Observed::Rows { rows, missing, broken } => {
            let considered = rows - missing.unwrap_or(0);
            (broken.count > 0).then(|| broken.count as f64 / considered as f64 * 100.0)
        }
        _ => None,
    };
    let mut shares: Vec<(&ExpectationResult, f64)> =
        result.results.iter().filter_map(|result| Some((result, share(result)?))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let bar = |chart: BarChart, (result, share): &(&ExpectationResult, f64)| {
        chart.bar(label(result), *share, tone(result))
    };
    let title = "Rows that break a rule, in percent of those it looks at";
    (!shares.is_empty()).then(|| shares.iter().take(SHOWN).fold(BarChart::new(title), bar))
}

/// Where observed numbers lie between their bounds.
fn within_bounds(result: &ValidationResult) -> Option<BarChart> {
    let placed: Vec<(&ExpectationResult, f64, f64)> = result
        .results
        .iter()
        .filter_map(|result| {
            let Observed::Value { value, .. } = &result.outcome.as_ref().ok()?.observed else { return None };
            let kwargs = result.expectation().kwargs();
            let bound = |name: &str| kwargs.get(name)?.as_f64();
            let (value, low, high) = (value.as_f64()?, bound("min_value")?, bound("max_value")?);
            let place = (value - low) / (high - low);
            place.is_finite().then_some((result, value, place))
        })
        .collect();
    let bar = |chart: BarChart, (result, value, place): &(&ExpectationResult, f64, f64)| {
        chart.bar(format!("{} is {}", label(result), number::number(*value)), *place, tone(result))
    };
    let chart = BarChart::new("Observed values: 0 is at the lower bound, 1 at the upper")
        .limit("lower bound", 0.0)
        .limit("upper bound", 1.0);
    (!placed.is_empty()).then(|| placed.iter().take(SHOWN).fold(chart, bar))
}
