use mlops_report::{BarChart, Cell, Column, Details, Html, Table, Tone, number};
use serde_json::Value;

use crate::error::shorten;
use crate::result::{BrokenRows, ExpectationResult};

/// Rows of one rule in a table at most.
const SHOWN: usize = 200;

/// Values in a chart at most.
const MOST_FREQUENT: usize = 10;

/// The rows that are kept of an expectation, folded.
pub(super) fn folded(result: &ExpectationResult) -> Option<Html> {
    let broken: &BrokenRows = result.broken().filter(|broken| !broken.first.is_empty())?;
    let secret = result.format.exclude_unexpected_values;
    let keys = result.format.keys();
    let mut columns = vec![Column::number("row")];
    columns.extend(keys.iter().map(Column::text));
    if !secret {
        columns.push(Column::text(result.subject()));
    }
    let rows = broken.first.iter().take(SHOWN).map(|row| {
        let mut cells: Vec<Cell> = vec![row.row.to_string().into()];
        cells.extend(row.keys.iter().map(|key| key.to_string().into()));
        if !secret {
            cells.push(row.value.to_string().into());
        }
        cells
    });
    let shown = broken.first.len().min(SHOWN) as u64;
    let title = format!(
        "{}: {} ({} of {} rows)",
        result.subject(),
        result.expectation().rule(),
        number::count(shown),
        number::count(broken.count),
    );
    let folded = Details::new(title);
    let folded = match most_frequent(result) {
        Some(chart) => folded.with(chart),
        None => folded,
    };
    Some(folded.with(Table::new(columns).rows(rows)).into())
}

/// The values that break the rule most often; `None` if none comes twice, or they are secret.
fn most_frequent(result: &ExpectationResult) -> Option<BarChart> {
    let json = result.result_json();
    let counted: Vec<(String, f64)> = json
        .get("partial_unexpected_counts")?
        .as_array()?
        .iter()
        .take(MOST_FREQUENT)
        .filter_map(|entry| Some((words(entry.get("value")?), entry.get("count")?.as_f64()?)))
        .collect();
    let bar = |chart: BarChart, (value, count): (String, f64)| chart.bar(value, count, Tone::Caution);
    let title = "Most frequent among the first of them";
    let comes_twice = counted.iter().any(|(_, count)| *count > 1.0);
    comes_twice.then(|| counted.into_iter().fold(BarChart::new(title), bar))
}

fn words(value: &Value) -> String {
    shorten(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
