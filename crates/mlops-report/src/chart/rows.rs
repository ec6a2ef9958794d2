//! The frame of charts with a row for each name: the name, the drawing, the number.

use maud::{Markup, html};

use super::frame::x_axis;
use super::limits::Limits;
use super::scale::Scale;
use super::{nothing, unit};
use crate::html::Text;

/// A row: its name, its number as it is read, and a class for its tone.
pub(super) struct Row<'a> {
    pub(super) label: &'a str,
    pub(super) value: String,
    pub(super) class: &'static str,
}

/// Draws `rows` over one common axis; `shapes` gives the SVG of row `index`, which reaches
/// from `index * 1000` to `(index + 1) * 1000` in the y direction.
pub(super) fn draw(
    title: &str,
    rows: &[Row<'_>],
    scale: Option<&Scale>,
    limits: &Limits,
    shapes: impl Fn(usize, &Scale) -> Markup,
) -> Markup {
    let Some(scale) = scale.filter(|_| !rows.is_empty()) else {
        return nothing();
    };
    let height = rows.len() * 1000;
    html! {
        div class="rows" style={ "--rows:" (rows.len()) } {
            @for (index, row) in rows.iter().enumerate() {
                span class={ "row-label " (row.class) } style={ "grid-row:" (index + 1) } title=(Text(row.label)) {
                    (Text(row.label))
                }
                span class={ "row-value " (row.class) } style={ "grid-row:" (index + 1) } { (Text(&row.value)) }
            }
            div class="canvas" {
                svg viewBox={ "0 0 1000 " (height) } preserveAspectRatio="none" role="img" {
                    title {
                        (Text(title))
                        @for row in rows { "; " (Text(row.label)) " " (Text(&row.value)) }
                    }
                    @for tick in &scale.ticks {
                        line class="grid" x1=(unit(tick.at)) x2=(unit(tick.at)) y1="0" y2=(height) {}
                    }
                    @for value in limits.values() {
                        line class="limit" x1=(unit(scale.at(value))) x2=(unit(scale.at(value))) y1="0" y2=(height) {}
                    }
                    @for (index, row) in rows.iter().enumerate() { g class=(row.class) { (shapes(index, scale)) } }
                }
            }
            (x_axis(&scale.ticks))
        }
    }
}
