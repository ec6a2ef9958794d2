use mlops_core::Severity;
use mlops_report::{
    Badge, Banner, Cell, Column, Details, Headline, Html, Page, Section, Table, Tone, number,
};

use super::{BrokenRows, ExpectationResult, ValidationResult};
use crate::expectation::Observed;

/// A validation as one self-contained HTML page: the answer, every expectation with what
/// was seen, and the rows that break a rule, as many as the result keeps.
pub fn page(result: &ValidationResult) -> String {
    let page = Page::new(format!("Validation: {}", result.suite))
        .subtitle(format!("{} rows", number::count(result.rows)))
        .lead(banner(result))
        .lead(headline(result));
    sections(result).into_iter().fold(page, Page::section).render()
}

/// The parts of that page below the answer, for a page of your own.
pub fn sections(result: &ValidationResult) -> Vec<Section> {
    let mut sections = vec![Section::new("Expectations").with(expectations(&result.results))];
    let rows: Html = result.failures().filter_map(broken_rows).collect();
    if !rows.as_str().is_empty() {
        sections.push(Section::new("Rows that break a rule").with(rows));
    }
    sections
}

fn banner(result: &ValidationResult) -> Banner {
    let statistics = result.statistics();
    if result.success() {
        return Banner::new(Tone::Good, "Passed")
            .with(format!("All {} expectations hold.", statistics.evaluated));
    }
    let lines = result.lines().join("\n");
    let heading = if result.passed_at(Severity::Critical) { "Passed with warnings" } else { "Refused" };
    let tone = if result.passed_at(Severity::Critical) { Tone::Caution } else { Tone::Bad };
    let lines: Html = lines.lines().map(Html::from).collect();
    Banner::new(tone, heading).with(lines)
}

fn headline(result: &ValidationResult) -> Headline {
    let statistics = result.statistics();
    let percent =
        statistics.success_percent().map_or_else(|| "–".to_owned(), |p| number::percent(p / 100.0, 1));
    let failing = if statistics.unsuccessful == 0 { Tone::Neutral } else { Tone::Bad };
    Headline::new()
        .figure("expectations", number::count(statistics.evaluated as u64), "", Tone::Neutral)
        .figure("hold", number::count(statistics.successful as u64), percent, Tone::Good)
        .figure("do not", number::count(statistics.unsuccessful as u64), "", failing)
}

fn expectations(results: &[ExpectationResult]) -> Table {
    let columns = [
        Column::text("column"),
        Column::text("must be"),
        Column::mark("outcome"),
        Column::number("looked at"),
        Column::number("break it"),
        Column::number("share"),
        Column::text("what came of it"),
    ];
    let rows = results.iter().map(|result| {
        let (rows, broken, share) = match &result.outcome {
            Ok(judgement) => match &judgement.observed {
                Observed::Rows { rows, missing, broken } => {
                    let considered = rows - missing.unwrap_or(0);
                    let share = (considered > 0).then(|| broken.count as f64 / considered as f64);
                    (Some(considered), Some(broken.count), share)
                }
                Observed::Nothing | Observed::Value { .. } | Observed::Set { .. } => (None, None, None),
            },
            Err(_) => (None, None, None),
        };
        [
            Cell::code(result.subject()),
            result.expectation().rule().into(),
            badge(result).into(),
            rows.into(),
            broken.into(),
            share.map(|share| Cell::percent(share, 2)).into(),
            result.reason().into(),
        ]
    });
    Table::new(columns).rows(rows)
}

fn badge(result: &ExpectationResult) -> Badge {
    match &result.outcome {
        Err(_) => Badge::inconclusive(),
        Ok(judgement) if judgement.success => Badge::passed(),
        Ok(_) if result.entry.severity == Severity::Critical => Badge::failed(),
        Ok(_) => Badge::warning(),
    }
}

/// The rows that are kept of an expectation, folded.
fn broken_rows(result: &ExpectationResult) -> Option<Html> {
    const SHOWN: usize = 200;
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
    Some(Details::new(title).with(Table::new(columns).rows(rows)).into())
}
