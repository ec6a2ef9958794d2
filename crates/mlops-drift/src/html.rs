//! The report as a section of an HTML page.

use mlops_report::{
    Badge, BarChart, Cell, Column, Details, DistributionChart, Html, Section, Table, Tone, number,
};
use mlops_stats::interval::Interval;

use crate::Exactness;
use crate::report::{ColumnDrift, Comparison, Distribution, DriftReport, Magnitude, Status};

impl DriftReport {
    /// The report under a heading: a sentence, how far each column went, a table of all
    /// numbers, and each column in words with both distributions drawn over each other,
    /// folded away if it is stable.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let (was, is) = (number::count(self.reference_rows), number::count(self.current_rows));
        let mut section = Section::new(heading)
            .with(format!("{self}. The reference has {was} rows, the current window {is}."))
            .with(self.chart())
            .with(self.table());
        for column in &self.columns {
            let chart = column.distribution.as_ref().map(|distribution| chart(column, distribution));
            match chart {
                Some(chart) if column.status == Status::Stable => {
                    let heading = match column.magnitude() {
                        Magnitude::None => format!("{}: {}", column.name, column.status),
                        magnitude => format!("{}: {}, {magnitude}", column.name, column.status),
                    };
                    let details = Details::new(heading).with(column.reason.as_str()).with(chart);
                    section.push(new_categories(column).into_iter().fold(details, Details::with));
                }
                chart => {
                    section.push(column.to_string());
                    section = chart.into_iter().fold(section, Section::with);
                    section = new_categories(column).into_iter().fold(section, Section::with);
                }
            }
        }
        section
    }

    /// How far each column moved towards its limit; 1 is at the limit.
    fn chart(&self) -> Html {
        let mut chart =
            BarChart::new("Effect of each column, as a multiple of its limit").limit("limit", 1.0);
        for column in &self.columns {
            if let Some(comparison) = column.deciding().filter(|comparison| comparison.reach().is_finite()) {
                let tone = if comparison.drifted() { Tone::Caution } else { Tone::Neutral };
                chart = chart.bar(&column.name, comparison.reach(), tone);
            }
        }
        chart.into()
    }

    /// All columns; one more says how exact the answers are, unless all are of all rows.
    fn table(&self) -> Table {
        let exactness =
            |column: &ColumnDrift| column.deciding().map_or(Exactness::Exact, |found| found.exactness);
        let exact = self.columns.iter().all(|column| exactness(column).is_exact());
        let mut head = vec![
            Column::text("column"),
            Column::mark("status"),
            Column::mark("drift"),
            Column::text("test"),
            Column::number("score"),
            Column::number("interval"),
            Column::number("limit"),
            Column::number("p"),
            Column::number("adjusted p"),
            Column::mark("direction"),
        ];
        if !exact {
            head.push(Column::text("exactness"));
        }
        Table::new(head).rows(self.columns.iter().map(|column| {
            let found = column.deciding();
            let of = |get: fn(&Comparison) -> f64| found.map(|found| Cell::fixed(get(found), 3));
            let interval = found.and_then(|found| found.interval);
            let between = |ends: Interval| {
                format!("{} to {}", number::fixed(ends.lower, 3), number::fixed(ends.upper, 3))
            };
            let mut cells = vec![
                Cell::from(column.name.as_str()),
                badge(column.status).into(),
                found.map(|found| found.magnitude.to_string()).into(),
                found.map(|found| found.test.as_str()).into(),
                of(Comparison::score).into(),
                interval.map(between).into(),
                of(|found| found.limit).into(),
                found.and_then(|found| found.p_value).into(),
                found.and_then(|found| found.adjusted_p_value).into(),
                found.and_then(|found| found.direction).map(|to| to.to_string()).into(),
            ];
            if !exact {
                cells.push(found.map(|found| found.exactness.to_string()).into());
            }
            cells
        }))
    }
}

/// The names that the reference does not have.
fn new_categories(column: &ColumnDrift) -> Option<Table> {
    let new = &column.new_categories;
    let mut rows: Vec<[Cell; 2]> =
        new.names.iter().map(|(name, rows)| [Cell::from(name.as_str()), Cell::from(*rows)]).collect();
    if new.more > 0 {
        let shown = new.names.iter().fold(0_u64, |sum, (_, rows)| sum.saturating_add(*rows));
        let words = format!("{} more", number::count(new.more));
        rows.push([Cell::from(words), Cell::from(new.rows.saturating_sub(shown))]);
    }
    let head = [Column::text(format!("{}: never seen before", column.name)), Column::number("rows now")];
    (!new.is_empty()).then(|| Table::new(head).rows(rows))
}

pub(crate) fn badge(status: Status) -> Badge {
    let tone = match status {
        Status::Stable => Tone::Good,
        Status::Drifted | Status::SchemaChanged | Status::Inconclusive => Tone::Caution,
        Status::Skipped => Tone::Neutral,
    };
    Badge::new(tone, status.to_string())
}

fn chart(column: &ColumnDrift, distribution: &Distribution) -> Html {
    let title = format!("{}, share of rows", column.name);
    match distribution {
        Distribution::Numbers { edges, reference, current } => {
            DistributionChart::of_numbers(title, edges, reference, current).into()
        }
        Distribution::Categories { names, reference, current, others } => {
            let (mut names, mut reference, mut current) = (names.clone(), reference.clone(), current.clone());
            if *others != (0, 0) {
                names.push("all others".to_owned());
                reference.push(others.0);
                current.push(others.1);
            }
            DistributionChart::of_names(title, names, &reference, &current).into()
        }
    }
}
