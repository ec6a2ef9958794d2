//! Tables for a terminal: plain text that a diff of two runs can be read of.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// A table without lines, as wide as the terminal at the most.
pub(crate) fn table(width: u16, head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(head.iter().copied());
    table
}

/// The table as text, without spaces at the ends of lines, and a line break after each.
pub(crate) fn text(table: &Table) -> String {
    let mut text = String::new();
    for line in table.to_string().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A number, or what stands for one.
pub(crate) fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
