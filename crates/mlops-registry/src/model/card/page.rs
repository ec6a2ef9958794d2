use std::collections::BTreeSet;

use mlops_core::Outcome;
use mlops_report::{Badge, Cell, Column, Html, KeyValues, LineChart, Page, Section, Series, Table};

use super::FilledCard;

/// How many metrics are drawn over the versions, the first by name.
const CHARTS: usize = 4;

impl FilledCard {
    /// The card as a page of its own.
    pub fn page(&self) -> String {
        let mut page = Page::new(self.title()).subtitle("Model card");
        for section in self.sections() {
            page = page.section(section);
        }
        page.render()
    }

    /// The card as sections of a page: what it is, what people have written, what it takes
    /// and gives, how it was judged, what it was made from.
    pub fn sections(&self) -> Vec<Section> {
        let mut about = Section::new("About");
        for line in self.description.lines().filter(|line| !line.trim().is_empty()) {
            about.push(paragraph(line));
        }
        let facts = self.facts().into_iter();
        about.push(facts.fold(KeyValues::new(), |facts, (name, value)| facts.entry(name, value)));
        let mut sections = vec![about];
        for (heading, paragraphs) in self.card().headings() {
            if !paragraphs.is_empty() {
                sections.push(Section::new(heading).with(list(paragraphs)));
            }
        }
        let columns = self.columns();
        if !columns.is_empty() {
            let head = [Column::text("side"), Column::text("name"), Column::text("type"), Column::text("")];
            let mut table = Table::new(head);
            for (side, name, kind, required) in columns {
                table.push([side.into(), Cell::code(&name), Cell::code(&kind), required.into()]);
            }
            sections.push(Section::new("Inputs and outputs").with(table));
        }
        sections.extend(self.judged());
        sections.extend(self.made());
        sections
    }

    fn judged(&self) -> Option<Section> {
        let checks = self.checks();
        let metrics = &self.version.lineage.metrics;
        if checks.is_empty() && metrics.is_empty() {
            return None;
        }
        let mut section = Section::new("Quantitative analyses");
        if !checks.is_empty() {
            let head = [
                Column::text("gate"),
                Column::text("check"),
                Column::number("observed"),
                Column::text("expected"),
                Column::mark("outcome"),
            ];
            let mut table = Table::new(head).caption("What the gates have seen");
            for (gate, check, observed, expected, outcome) in checks {
                table.push([
                    gate.into(),
                    check.into(),
                    observed.into(),
                    expected.into(),
                    badge(outcome).into(),
                ]);
            }
            section.push(table);
        }
        if !metrics.is_empty() {
            let head = [Column::text("metric"), Column::number("value")];
            let mut table = Table::new(head).caption("What the run has measured");
            for (name, value) in metrics {
                table.push([Cell::code(name), (*value).into()]);
            }
            section.push(table);
        }
        for chart in self.charts() {
            section.push(chart);
        }
        Some(section)
    }

    /// Each metric over the versions up to this one, where there is more than one to see.
    fn charts(&self) -> Vec<LineChart> {
        let finite = |name: &str| -> Vec<(String, f64)> {
            let points = self.versions.iter().filter_map(|(version, metrics)| {
                let value = metrics.get(name).copied().filter(|value| value.is_finite())?;
                Some((version.to_string(), value))
            });
            points.collect()
        };
        let names: BTreeSet<&String> = self.version.lineage.metrics.keys().collect();
        let courses = names.into_iter().map(|name| (name, finite(name)));
        courses
            .filter(|(_, course)| course.len() > 1)
            .take(CHARTS)
            .map(|(name, course)| {
                let (labels, values): (Vec<_>, Vec<_>) = course.into_iter().unzip();
                LineChart::over_labels(format!("{name} by version"), labels)
                    .series(Series::new(name.as_str(), values))
            })
            .collect()
    }

    fn made(&self) -> Option<Section> {
        let lineage = &self.version.lineage;
        if lineage.data.is_empty() && lineage.params.is_empty() {
            return None;
        }
        let mut section = Section::new("What it was made from");
        if !lineage.data.is_empty() {
            let mut table = Table::new([Column::text("data set"), Column::text("digest")]);
            for (name, digest) in &lineage.data {
                table.push([name.as_str().into(), Cell::code(&digest.to_string())]);
            }
            section.push(table);
        }
        if !lineage.params.is_empty() {
            let mut table = Table::new([Column::text("parameter"), Column::text("value")]);
            for (name, value) in &lineage.params {
                table.push([Cell::code(name), value.as_str().into()]);
            }
            section.push(table);
        }
        Some(section)
    }
}

fn badge(outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Passed => Badge::passed(),
        Outcome::Failed => Badge::failed(),
        Outcome::Inconclusive => Badge::inconclusive(),
        Outcome::NotApplicable => Badge::not_applicable(),
    }
}

fn paragraph(words: &str) -> Html {
    Html::trusted(format!("<p>{}</p>", Html::text(words).as_str()))
}

fn list(paragraphs: &[String]) -> Html {
    let mut markup = String::from("<ul>");
    for paragraph in paragraphs {
        markup.push_str("<li>");
        markup.push_str(Html::text(paragraph).as_str());
        markup.push_str("</li>");
    }
    markup.push_str("</ul>");
    Html::trusted(markup)
}
