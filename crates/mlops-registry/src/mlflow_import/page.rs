//! The report of an import as a section of an HTML page.

use mlops_report::{Cell, Column, Html, KeyValues, Section, Table};

use super::report::{Difference, ImportReport, NotTaken, StageThere};

impl ImportReport {
    /// The report under a heading: what was read, the counts, then by name what was not taken,
    /// what differs, and the stages that versions do not have here.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let mut facts = KeyValues::new()
            .entry("source", self.source.clone())
            .entry("digest", Html::code(&self.digest.to_string()))
            .entry("imported at", self.at.to_string());
        if let Some(schema) = &self.schema {
            let known = if self.schema_known { "" } else { ", not tried before" };
            facts = facts.entry("schema", format!("{schema}{known}"));
        }
        if let Some(entry) = self.entry {
            facts = facts.entry("entry of the audit log", entry.to_string());
        }
        let mut section = Section::new(heading);
        section.push(facts);
        section.push(self.counts_table());
        if !self.not_taken.is_empty() {
            section.push(named(
                "Not taken",
                ["what", "name", "reason"],
                self.not_taken.iter().map(|NotTaken { matter, name, reason }| {
                    [matter.to_string(), name.clone(), reason.clone()]
                }),
            ));
        }
        if !self.differences.is_empty() {
            let head = [
                Column::text("what"),
                Column::text("name"),
                Column::text("in the source"),
                Column::text("here"),
            ];
            let rows = self.differences.iter().map(|Difference { matter, name, source, here }| {
                [
                    matter.to_string().into(),
                    name.as_str().into(),
                    source.as_str().into(),
                    Cell::from(here.as_str()),
                ]
            });
            section.push(Table::new(head).caption("Not the same here").rows(rows));
        }
        if !self.stages.is_empty() {
            section.push(named(
                "Stages that take a promotion here",
                ["model", "version", "stage in MLflow"],
                self.stages.iter().map(|StageThere { model, version, stage }| {
                    [model.to_string(), version.to_string(), stage.clone()]
                }),
            ));
        }
        if !self.unread.is_empty() {
            let head = [Column::text("not read"), Column::number("how many")];
            let rows = self.unread.iter().map(|(name, count)| [Cell::from(name.as_str()), (*count).into()]);
            section.push(Table::new(head).caption("In the source, and no part of an import").rows(rows));
        }
        section
    }

    fn counts_table(&self) -> Table {
        let head = [
            Column::text("what"),
            Column::number("found"),
            Column::number("taken"),
            Column::number("there"),
            Column::number("differ"),
            Column::number("refused"),
            Column::number("verified"),
        ];
        let rows = self.counts.iter().map(|(matter, count)| {
            [
                Cell::from(matter.to_string()),
                count.found.into(),
                count.taken.into(),
                count.there.into(),
                count.differ.into(),
                count.refused.into(),
                count.verified.into(),
            ]
        });
        Table::new(head).caption("What was found, and what has become of it").rows(rows)
    }
}

fn named(caption: &str, head: [&str; 3], rows: impl Iterator<Item = [String; 3]>) -> Table {
    let rows = rows.map(|row| row.map(Cell::from));
    Table::new(head.map(Column::text)).caption(caption).rows(rows)
}
