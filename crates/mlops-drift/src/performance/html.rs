//! Estimated beside realised performance, as a section of an HTML page.

use mlops_core::Outcome;
use mlops_report::{Badge, Cell, Column, Details, LineChart, Section, Series, Table, Tone, number};

use super::{ChunkPerformance, Estimated};
use crate::chunks::Period;

/// Chunks in their order under a heading: for each metric a chart of what was estimated, with
/// its interval, beside what was realised where that is known, between what is usual; and all
/// numbers of the chunks that are unusual, in a table.
///
/// Give it the reference's chunks first, and then those that came after it.
///
/// ```
/// use mlops_drift::performance::{ChunkPerformance, performance_section};
/// let kept: Vec<ChunkPerformance> = Vec::new();
/// let section = performance_section("Without labels", &kept);
/// assert!(mlops_report::Html::from(section).as_str().contains("No chunk has been estimated yet."));
/// ```
pub fn performance_section<'a>(
    heading: impl Into<String>,
    chunks: impl IntoIterator<Item = &'a ChunkPerformance>,
) -> Section {
    let chunks: Vec<&ChunkPerformance> = chunks.into_iter().collect();
    let section = Section::new(heading);
    if chunks.is_empty() {
        return section.with("No chunk has been estimated yet.");
    }
    let mut names: Vec<&str> = Vec::new();
    for found in chunks.iter().flat_map(|chunk| &chunk.metrics) {
        if !names.contains(&found.metric.as_str()) {
            names.push(&found.metric);
        }
    }
    let section = section.with(
        "An estimate follows a shift of the inputs. It can't see concept drift: where what was \
         realised leaves the estimate, the same inputs mean something else.",
    );
    let section = names.iter().fold(section, |section, name| section.with(chart(&chunks, name)));
    let of_note = table(&chunks);
    section.with(Details::new("What is unusual or not defined, the newest first").with(of_note).open())
}

fn chart(chunks: &[&ChunkPerformance], name: &str) -> LineChart {
    let of = |get: fn(&Estimated) -> Option<f64>| -> Vec<f64> {
        chunks.iter().map(|chunk| chunk.get(name).and_then(get).unwrap_or(f64::NAN)).collect()
    };
    let band = of(|found| found.lower_confidence_boundary)
        .into_iter()
        .zip(of(|found| found.upper_confidence_boundary));
    let estimated = Series::new("estimated", of(|found| found.value)).band(band);
    let mut chart =
        LineChart::over_labels(format!("{name} by chunk"), chunks.iter().map(|chunk| label(chunk)))
            .series(estimated);
    let realized = of(|found| found.realized);
    if realized.iter().any(|value| value.is_finite()) {
        chart = chart.series(Series::new("realised", realized));
    }
    // All chunks of one fit have the same limits.
    let limits = chunks.iter().find_map(|chunk| chunk.get(name)).map(|found| found.thresholds);
    if let Some(limits) = limits {
        chart = limits.lower.into_iter().fold(chart, |chart, lower| chart.limit("usual from", lower));
        chart = limits.upper.into_iter().fold(chart, |chart, upper| chart.limit("usual to", upper));
    }
    let first = chunks.iter().find(|chunk| chunk.period == Period::Analysis);
    match first.filter(|_| chunks.iter().any(|chunk| chunk.period == Period::Reference)) {
        Some(first) => chart.marker("from here on estimated", label(first), Tone::Neutral),
        None => chart,
    }
}

/// A chunk is known by when it begins, or by its first row; those of the reference say so.
fn label(chunk: &ChunkPerformance) -> String {
    let begin = match chunk.window {
        Some(window) => {
            let words = window.to_string();
            words.split_once(" until ").map_or(words.clone(), |(begin, _)| begin.to_owned())
        }
        None => number::count(chunk.start_index as u64),
    };
    match chunk.period {
        Period::Reference => format!("ref {begin}"),
        Period::Analysis => begin,
    }
}

fn table(chunks: &[&ChunkPerformance]) -> Table {
    let head = [
        Column::mark("chunk"),
        Column::text("metric"),
        Column::mark("outcome"),
        Column::number("estimated"),
        Column::number("realised"),
        Column::number("usual from"),
        Column::number("usual to"),
        Column::text("why"),
    ];
    let optional = |value: Option<f64>| value.map_or_else(Cell::none, |value| Cell::fixed(value, 4));
    let rows = chunks.iter().rev().flat_map(|chunk| {
        let of_note = |found: &&Estimated| found.outcome() != Outcome::Passed || found.realized_alert;
        chunk.metrics.iter().filter(of_note).map(move |found| {
            let badge = match (found.outcome(), found.realized_alert) {
                (Outcome::Failed, _) => Badge::new(Tone::Bad, "unusual"),
                (_, true) => Badge::new(Tone::Bad, "realised is unusual"),
                _ => Badge::inconclusive(),
            };
            [
                label(chunk).into(),
                found.metric.as_str().into(),
                badge.into(),
                optional(found.value),
                optional(found.realized),
                optional(found.thresholds.lower),
                optional(found.thresholds.upper),
                found.reason.as_deref().map_or_else(Cell::none, Cell::from),
            ]
        })
    });
    Table::new(head).rows(rows)
}
