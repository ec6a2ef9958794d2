//! A validation as a page.

mod charts;
mod rows;

use mlops_core::Severity;
use mlops_report::{Badge, Banner, Cell, Column, Headline, Html, Page, Section, Table, Tone, number};

use super::{ExpectationResult, ValidationResult};
use crate::expectation::Observed;

/// A validation as one self-contained HTML page: the answer, every expectation with what
/// was seen, how many rows break which rule, where observed values lie between their bounds,
/// and the rows that break a rule, as many as the result keeps.
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
    sections.extend(charts::section(result));
    let rows: Html = result.results.iter().filter_map(rows::folded).collect();
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
        Column::text("severity"),
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
            result.entry.severity.to_string().into(),
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
