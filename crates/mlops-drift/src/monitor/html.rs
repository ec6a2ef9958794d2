//! The history as a section of an HTML page.

use mlops_report::{Column, HeatCell, HeatMap, Section, Table, Tone};

use super::{DriftMonitor, WindowReport};
use crate::html::badge;
use crate::{ColumnDrift, Status};

impl DriftMonitor {
    /// The history under a heading: a map of how far each column was from the reference in
    /// each window, and in words what became of it in the latest.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let windows: Vec<&WindowReport> = self.history().collect();
        let Some(latest) = windows.last() else {
            return Section::new(heading).with("No window has been closed yet.");
        };
        let words = Table::new([Column::text("column"), Column::mark("status"), Column::text("in words")])
            .rows(latest.columns().map(|column| {
                [column.name.as_str().into(), badge(column.status).into(), column.reason.as_str().into()]
            }));
        let section = Section::new(heading).with(map(&windows)).with(format!("The latest: {latest}."));
        if latest.drift.is_some() { section.with(words) } else { section }
    }
}

fn map(windows: &[&WindowReport]) -> HeatMap {
    // A window is known by the day on which it begins.
    let begin = |window: &&WindowReport| {
        let words = window.window.to_string();
        words.split_once(" until ").map_or(words.clone(), |(begin, _)| begin.to_owned())
    };
    let mut names: Vec<&str> = Vec::new();
    for column in windows.iter().flat_map(|window| window.columns()) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let map = HeatMap::new("Distance from the reference by column and window", windows.iter().map(begin))
        .ends("as in the reference", "far from it")
        .key(Tone::Caution, "drifted");
    names.into_iter().fold(map, |map, name| map.row(name, windows.iter().map(|window| cell(window, name))))
}

fn cell(window: &WindowReport, name: &str) -> HeatCell {
    match window.columns().find(|column| column.name == name) {
        Some(column) => known(column).title(&*column.reason),
        None if window.drift.is_none() => HeatCell::missing().title("too few rows to say"),
        None => HeatCell::missing().title("no such column"),
    }
}

/// Half of the colour at the limit; all of it is at infinity.
fn known(column: &ColumnDrift) -> HeatCell {
    let share = column.deciding().map(|found| found.effect / (found.effect + found.limit));
    match (column.status, share) {
        (Status::SchemaChanged, _) => HeatCell::category(Tone::Bad),
        (Status::Drifted, Some(share)) => HeatCell::value(share).tone(Tone::Caution),
        (Status::Stable, Some(share)) => HeatCell::value(share),
        _ => HeatCell::missing(),
    }
}
