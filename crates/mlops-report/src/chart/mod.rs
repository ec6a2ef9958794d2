//! Charts as inline SVG.
//!
//! The SVG holds shapes only and stretches to the width that there is; everything that is
//! read (titles, labels, numbers) is HTML around it, at the size of the page's text. So
//! nothing overlaps because a font is wider than guessed, and a phone needs no magnifier.

mod bar;
mod curve;
mod distribution;
mod frame;
mod heat;
mod interval;
mod limits;
mod line;
mod places;
mod rows;
mod scale;
mod time;
mod timeline;

use maud::{Markup, html};

pub use bar::BarChart;
pub use curve::{Curve, CurveChart};
pub use distribution::DistributionChart;
pub use heat::{HeatCell, HeatMap};
pub use interval::IntervalChart;
pub use line::{LineChart, Series};
pub use places::Place;
pub use timeline::{Lane, Timeline};

use crate::Html;
use crate::html::Text;

/// How many colours there are before they repeat with another dash.
const COLOURS: usize = 6;

/// A mark and its meaning.
struct Key {
    class: String,
    label: String,
}

impl Key {
    fn new(class: impl Into<String>, label: impl Into<String>) -> Self {
        Self { class: class.into(), label: label.into() }
    }
}

/// The frame of every chart: its title, what the colours mean, then the drawing.
fn figure(title: &str, keys: &[Key], drawing: &Markup) -> Html {
    Html::of(html! {
        figure class="chart" {
            figcaption {
                span class="chart-title" { (Text(title)) }
                @if !keys.is_empty() {
                    span class="keys" {
                        @for key in keys {
                            span class="key" { span class={ "swatch " (key.class) } {} (Text(&key.label)) }
                        }
                    }
                }
            }
            (drawing)
        }
    })
}

fn nothing() -> Markup {
    html! { p class="nothing" { "Nothing to show." } }
}

/// A length in the coordinates of a drawing, which is 1,000 units wide and high.
fn unit(share: f64) -> String {
    format!("{:.1}", share.clamp(0.0, 1.0) * 1000.0)
}

/// A place along an axis in CSS.
fn percent(share: f64) -> String {
    format!("{:.2}%", share.clamp(0.0, 1.0) * 100.0)
}

/// The class of the `index`-th series.
fn series_class(index: usize) -> String {
    let dash = if (index / COLOURS).is_multiple_of(2) { "" } else { " dashed" };
    format!("c{}{dash}", index % COLOURS + 1)
}
