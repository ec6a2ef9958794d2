//! The history as a section of an HTML page.

use mlops_report::{Badge, Cell, Column, Section, Table, Tone};

use super::{DriftMonitor, WindowReport};
use crate::Status;

impl DriftMonitor {
    /// The history under a heading: how far each column was from the reference in each
    /// window, and in words what became of it in the latest.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        section(heading, self.history())
    }
}

fn section<'r>(heading: impl Into<String>, history: impl Iterator<Item = &'r WindowReport>) -> Section {
    let windows: Vec<&WindowReport> = history.collect();
    let Some(latest) = windows.last() else {
        return Section::new(heading).with("No window has been closed yet.");
    };
    let mut names: Vec<&str> = Vec::new();
    for column in windows.iter().flat_map(|window| window.columns()) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let head = std::iter::once(Column::text("column"))
        .chain(windows.iter().map(|window| Column::mark(window.window.to_string())));
    let table = Table::new(head).rows(names.into_iter().map(|name| {
        let of = |window: &&WindowReport| {
            let column = window.columns().find(|column| column.name == name)?;
            let tone = if column.status == Status::Drifted { Tone::Caution } else { Tone::Neutral };
            let words = column
                .deciding()
                .map_or_else(|| column.status.to_string(), |found| format!("{:.2}", found.effect));
            Some(Badge::new(tone, words))
        };
        std::iter::once(Cell::from(name))
            .chain(windows.iter().map(|window| Cell::from(of(window))))
            .collect::<Vec<_>>()
    }));
    let reasons = Table::new([Column::text("column"), Column::text("in words")])
        .caption(latest.to_string())
        .rows(latest.columns().map(|column| [column.name.as_str().into(), column.reason.as_str().into()]));
    Section::new(heading).with(table).with(reasons)
}
