use maud::html;

use crate::html::Text;
use crate::{Badge, Html, number};

/// How the cells of a column are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Start,
    End,
    Centre,
}

/// The head of a column, and how its cells are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    label: String,
    align: Align,
}

impl Column {
    /// Words: set to the left.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Start }
    }

    /// Numbers: set to the right in figures of one width.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::End }
    }

    /// Badges and marks: centred.
    pub fn mark(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Centre }
    }
}

/// A cell of a table. Text, numbers, badges and [`Html`] turn into it; so does an
/// `Option` of them, whose `None` is an en dash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell(Html);

impl Cell {
    /// A number with a fixed count of decimals, so that the column lines up.
    pub fn fixed(value: f64, decimals: usize) -> Self {
        Self(Html::text(&number::fixed(value, decimals)))
    }

    /// A share as a percentage.
    pub fn percent(share: f64, decimals: usize) -> Self {
        Self(Html::text(&number::percent(share, decimals)))
    }

    /// A name from code or data, in a monospaced font.
    pub fn code(text: &str) -> Self {
        Self(Html::code(text))
    }

    /// Nothing to say: an en dash.
    pub fn none() -> Self {
        Self(Html::of(html! { span class="none" { "–" } }))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(Html::text(text))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self(Html::text(&number::number(value)))
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self(Html::text(&number::count(value)))
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

impl From<Badge> for Cell {
    fn from(badge: Badge) -> Self {
        Self(badge.into())
    }
}

impl From<Html> for Cell {
    fn from(html: Html) -> Self {
        Self(html)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::none, Into::into)
    }
}

/// A table. It scrolls sideways by itself where the screen is too narrow.
///
/// A row with too few cells is filled up; a row with too many widens the table.
///
/// ```
/// use mlops_report::{Badge, Cell, Column, Html, Table};
/// let table = Table::new([Column::text("check"), Column::number("AUC"), Column::mark("")])
///     .caption("March 2013, 26,399 labels")
///     .row(["roc_auc".into(), Cell::fixed(0.7061, 3), Badge::passed().into()]);
/// assert!(Html::from(table).as_str().contains("0.706"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    caption: Option<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { caption: None, columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// What the table shows, in a line above it.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.push(cells);
        self
    }

    /// Adds many rows.
    #[must_use]
    pub fn rows<R: IntoIterator<Item = Cell>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        for row in rows {
            self.push(row);
        }
        self
    }

    /// Adds a row to a table that is being filled in a loop.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.into_iter().collect();
        while self.columns.len() < cells.len() {
            self.columns.push(Column::text(""));
        }
        self.rows.push(cells);
    }
}

impl From<Table> for Html {
    fn from(table: Table) -> Self {
        let classes: Vec<&str> = table
            .columns
            .iter()
            .map(|column| match column.align {
                Align::Start => "start",
                Align::End => "num",
                Align::Centre => "mid",
            })
            .collect();
        Html::of(html! {
            div class="scroll" tabindex="0" {
                table {
                    @if let Some(caption) = &table.caption { caption { (Text(caption)) } }
                    thead { tr {
                        @for (column, class) in table.columns.iter().zip(&classes) {
                            th scope="col" class=(class) { (Text(&column.label)) }
                        }
                    } }
                    tbody {
                        @for row in &table.rows { tr {
                            @for (index, class) in classes.iter().enumerate() {
                                td class=(class) { @if let Some(Cell(content)) = row.get(index) { (content.markup()) } }
                            }
                        } }
                        @if table.rows.is_empty() {
                            tr { td class="nothing" colspan=(classes.len().max(1)) { "Nothing to show." } }
                        }
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_rows_are_filled_and_nothing_is_lost() {
        let table = Table::new([Column::text("a"), Column::number("b")])
            .rows([vec![Cell::from("one")], vec!["x".into(), 2_u64.into(), "beyond".into()]]);
        let html = Html::from(table);
        assert_eq!(html.as_str().matches("<th ").count(), 3);
        assert_eq!(html.as_str().matches("<td ").count(), 6);
        assert!(html.as_str().contains("beyond"));
    }

    #[test]
    fn an_empty_table_says_so() {
        assert!(Html::from(Table::new([])).as_str().contains("Nothing to show."));
    }

    #[test]
    fn what_is_not_there_is_a_dash() {
        assert_eq!(Cell::from(None::<f64>), Cell::none());
        assert_eq!(Cell::from(Some(0.25)), Cell::from("0.25"));
    }
}
