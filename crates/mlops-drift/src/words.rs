//! What became of a column, in words for a person.

use crate::report::{ColumnDrift, Comparison, Distribution, Magnitude, Status, Summary};
use crate::{Decision, Direction, MixTest, ShiftTest};

/// Of longer names a sentence has the beginning.
const LONGEST_NAME: usize = 60;

/// The reason of a column whose measurements are judged.
pub(crate) fn reason(column: &ColumnDrift, alpha: f64) -> String {
    let mut parts = Vec::new();
    if let Some(values) = &column.values {
        parts.push(of_values(column, values));
        if !values.drifted() {
            parts.push(why_not(values, alpha));
        }
    } else if column.reason.is_empty() {
        parts.push("nothing to compare".to_owned());
    } else {
        parts.push(column.reason.clone());
    }
    if let Some(missing) = column.missing.as_ref().filter(|missing| missing.drifted()) {
        let words = of_missing(column, missing);
        // What drifted comes first.
        if column.values.as_ref().is_some_and(Comparison::drifted) {
            parts.push(words);
        } else {
            parts = vec![words];
        }
    }
    parts.extend(of_new(column));
    debug_assert!(column.status != Status::SchemaChanged, "has its own words");
    parts.join(", ")
}

fn of_values(column: &ColumnDrift, values: &Comparison) -> String {
    let moved = moved(values);
    let (Some(before), Some(after)) = (&column.reference, &column.current) else {
        return moved;
    };
    match &column.distribution {
        Some(Distribution::Categories { names, reference, current, others }) => {
            let changed = most_changed(names, reference, current, *others);
            changed.map_or_else(|| moved.clone(), |words| format!("{words}, {moved}"))
        }
        _ => of_numbers(before, after, values, moved),
    }
}

/// How far, by which test.
fn moved(values: &Comparison) -> String {
    let effect = format!("{} {}", short(values.effect), values.unit);
    match (values.decision, values.p_value) {
        (Decision::PValueBelow, Some(p)) if values.drifted() => {
            format!("{}: p {} < {} ({effect})", values.test, short(p), values.limit)
        }
        (Decision::PValueBelow, Some(p)) => format!("{}: p {} ({effect})", values.test, short(p)),
        (Decision::EffectAtLeast, _) => format!("{}: {effect}", values.test),
        _ if values.test == MixTest::NAME => format!("the mix moved by {effect}"),
        _ if values.test == ShiftTest::NAME => effect,
        _ => format!("moved by {effect}"),
    }
}

fn of_numbers(before: &Summary, after: &Summary, values: &Comparison, moved: String) -> String {
    let ((Some(mean), Some(spread)), (Some(new_mean), Some(new_spread))) =
        ((before.mean, before.standard_deviation), (after.mean, after.standard_deviation))
    else {
        return moved;
    };
    let decimals = decimals(if spread > 0.0 { spread } else { new_spread });
    let mean_words = format!("mean {mean:.decimals$} → {new_mean:.decimals$}");
    if values.test != ShiftTest::NAME {
        return format!("{mean_words}, {moved}");
    }
    if spread <= 0.0 {
        return format!("{mean_words}, was constant, {} {}", percent(values.effect), values.unit);
    }
    match values.direction {
        Some(Direction::Up) => format!("{mean_words}, shifted up by {moved}"),
        Some(Direction::Down) => format!("{mean_words}, shifted down by {moved}"),
        _ => {
            let direction = if new_spread > spread { "wider" } else { "narrower" };
            format!(
                "{mean_words}, standard deviation {spread:.decimals$} → {new_spread:.decimals$} \
                 ({direction}), values moved by {moved}"
            )
        }
    }
}

/// The name whose share changed most.
fn most_changed(names: &[String], reference: &[u64], current: &[u64], others: (u64, u64)) -> Option<String> {
    let total = |counts: &[u64], other: u64| (counts.iter().sum::<u64>() + other).max(1) as f64;
    let (r, c) = (total(reference, others.0), total(current, others.1));
    let shares = |index: usize| (reference[index] as f64 / r, current[index] as f64 / c);
    let change = |index: usize| (shares(index).1 - shares(index).0).abs();
    let index = (0..names.len()).reduce(|a, b| if change(b) > change(a) { b } else { a })?;
    let (before, after) = shares(index);
    Some(format!("{} {} → {}", names[index], percent(before), percent(after)))
}

/// How many names were never seen before, how many rows have one, and the most frequent.
fn of_new(column: &ColumnDrift) -> Option<String> {
    let new = &column.new_categories;
    let (largest, rows) = new.names.first()?;
    let known = column.current.as_ref().map_or(new.rows, |now| now.rows - now.missing.min(now.rows));
    let share = |rows: u64| rows as f64 / known.max(1) as f64;
    let largest: String = if largest.chars().count() > LONGEST_NAME {
        largest.chars().take(LONGEST_NAME).chain(['…']).collect()
    } else {
        largest.clone()
    };
    Some(match new.count() {
        1 => format!("{largest:?} was never seen before ({} of the rows)", small_percent(share(*rows))),
        count => format!(
            "{count} names were never seen before ({} of the rows), most often {largest:?} ({})",
            small_percent(share(new.rows)),
            small_percent(share(*rows))
        ),
    })
}

fn of_missing(column: &ColumnDrift, missing: &Comparison) -> String {
    let share = |summary: &Option<Summary>| summary.as_ref().and_then(Summary::missing_share).unwrap_or(0.0);
    let (before, after) = (share(&column.reference), share(&column.current));
    let direction = if after > before { "more" } else { "fewer" };
    format!(
        "missing values {} → {} ({direction} by {} {})",
        percent(before),
        percent(after),
        percent(missing.effect),
        missing.unit
    )
}

fn why_not(values: &Comparison, alpha: f64) -> String {
    match (values.decision, values.adjusted_p_value) {
        (Decision::PValueBelow, _) => format!("not below {}", values.limit),
        (Decision::EffectBeyondChance, Some(p)) if values.effect >= values.limit => {
            format!("but chance explains it (adjusted p {} > {alpha})", short(p))
        }
        _ if values.magnitude == Magnitude::Slight => format!("slight: less than {}", values.limit),
        _ => format!("less than {}", values.limit),
    }
}

/// As many decimals as tell a twentieth of the spread.
fn decimals(spread: f64) -> usize {
    let wanted = (1..=9).find(|decimals| spread * 10_f64.powi(*decimals) >= 20.0);
    if spread >= 20.0 { 0 } else { usize::try_from(wanted.unwrap_or(9)).unwrap_or(9) }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Of what is there: never 0 %.
fn small_percent(share: f64) -> String {
    if share > 0.0 && share < 0.001 { "less than 0.1 %".to_owned() } else { percent(share) }
}

/// Two decimals, or two digits of what is smaller.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 || value.abs() >= 0.01 { format!("{value:.2}") } else { format!("{value:.1e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_spread() {
        for (spread, expected) in [(11.0, 1), (700.0, 0), (0.2, 2), (0.0, 9), (f64::NAN, 9), (20.0, 0)] {
            assert_eq!(decimals(spread), expected, "{spread}");
        }
        assert_eq!(
            (short(0.0), short(0.614), short(0.000_12)),
            ("0.00".into(), "0.61".into(), "1.2e-4".into())
        );
    }
}
