//! The report as a table for a terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::report::{ColumnDrift, Comparison, DriftReport, Magnitude, Status};
use crate::words::short;

impl DriftReport {
    /// The report for a terminal of so many columns: a sentence, and one line for each
    /// column of the table with its magnitude, score, limit and direction; in words where
    /// there is something to say.
    ///
    /// Plain text without colours; what does not fit is wrapped within its cell. What is not
    /// of all rows says after the reason how exact it is.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
    /// # use mlops_drift::{Columns, Detector};
    /// # let table = |mean: f64| {
    /// #     let temp = (0..500).map(|row| Some(mean + f64::from(row * 37 % 100) / 10.0));
    /// #     RecordBatch::try_from_iter([("temp", Arc::new(temp.collect::<Float64Array>()) as ArrayRef)])
    /// # };
    /// # let (last_year, today) = ([table(33.0)?], [table(36.0)?]);
    /// let report = Detector::default().compare_batches(&last_year, &today, &Columns::default())?;
    /// assert!(report.to_terminal(100).contains("shifted up by 1.04"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_terminal(&self, width: u16) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.set_header(["column", "drift", "score (interval)", "limit", "direction", "in words"]);
        table.add_rows(self.columns.iter().map(line));
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        format!("{self}\n\n{}\n", lines.join("\n"))
    }
}

fn line(column: &ColumnDrift) -> Vec<Cell> {
    let deciding = column.deciding();
    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let judged = deciding.map_or_else(|| column.status.to_string(), |found| found.magnitude.to_string());
    vec![
        Cell::new(&column.name),
        Cell::new(judged),
        number(deciding.map_or_else(String::new, score)),
        number(deciding.map_or_else(String::new, |found| short(found.limit))),
        Cell::new(deciding.and_then(|found| found.direction).map(|to| to.to_string()).unwrap_or_default()),
        Cell::new(in_words(column)),
    ]
}

/// Nothing of a column that is quiet, but how exact that is.
fn in_words(column: &ColumnDrift) -> String {
    let quiet = column.status == Status::Stable && column.magnitude() == Magnitude::None;
    let exactness = column.deciding().map(|found| found.exactness).filter(|known| !known.is_exact());
    match (quiet, exactness) {
        (true, None) => String::new(),
        (true, Some(exactness)) => exactness.to_string(),
        (false, None) => column.reason.clone(),
        (false, Some(exactness)) => format!("{}; {exactness}", column.reason),
    }
}

fn score(found: &Comparison) -> String {
    match found.interval.filter(|_| found.score().total_cmp(&found.effect).is_eq()) {
        Some(interval) => {
            format!("{} ({} to {})", short(found.effect), short(interval.lower), short(interval.upper))
        }
        None => short(found.score()),
    }
}
