//! What charts with axes share: ticks in words along the edges, and the canvas between them.

use maud::{Markup, html};

use super::scale::{Scale, Tick};
use super::{percent, unit};
use crate::html::Text;

/// How many labels an axis has at most.
const LABELS: usize = 12;

/// How many characters stand along an axis: on a phone half of it, which has every second label.
const CHARACTERS: usize = 60;

/// The words under a drawing; on a phone every second one is left out.
pub(super) fn x_axis(ticks: &[Tick]) -> Markup {
    html! {
        div class="x" aria-hidden="true" {
            @for (index, tick) in ticks.iter().enumerate() {
                span class=[(index % 2 == 1).then_some("minor")] style={ "left:" (percent(tick.at)) } {
                    (Text(&tick.label))
                }
            }
        }
    }
}

/// Where the middle of label number `index` of `count` lies.
pub(super) fn middle(index: usize, count: usize) -> f64 {
    (index as f64 + 0.5) / count as f64
}

/// Ticks for labels at even distances: as many as can be read.
pub(super) fn label_ticks(labels: &[String]) -> Vec<Tick> {
    // The space between two labels is two more characters.
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0) + 2;
    let every = labels.len().div_ceil((CHARACTERS / longest).clamp(2, LABELS)).max(1);
    let ticks = labels.iter().enumerate().step_by(every);
    ticks.map(|(index, label)| Tick { at: middle(index, labels.len()), label: label.clone() }).collect()
}

/// The parts of a drawing over an axis of numbers that points up.
pub(super) struct Plot<'a> {
    /// A class of the frame, such as its height; may be empty.
    pub(super) class: &'static str,
    pub(super) y: &'a Scale,
    pub(super) x: &'a [Tick],
    /// The drawing in words.
    pub(super) title: Markup,
    /// SVG, 1,000 units wide and high.
    pub(super) shapes: Markup,
    /// HTML above the canvas.
    pub(super) above: Markup,
}

impl Plot<'_> {
    pub(super) fn draw(self) -> Markup {
        html! {
            div class={ "plot " (self.class) } {
                (self.above)
                div class="y" aria-hidden="true" {
                    @for tick in &self.y.ticks { span style={ "top:" (percent(1.0 - tick.at)) } { (tick.label) } }
                }
                div class="canvas" {
                    svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" {
                        title { (self.title) }
                        @for tick in &self.y.ticks {
                            line class="grid" x1="0" x2="1000" y1=(unit(1.0 - tick.at)) y2=(unit(1.0 - tick.at)) {}
                        }
                        (self.shapes)
                    }
                }
                (x_axis(self.x))
            }
        }
    }
}

/// How wide the ends of an interval are to either side, as a share of the drawing.
const CAP: f64 = 0.008;

/// A path up from `low` to `high`, in shares of the drawing downwards, with a cap at either end.
pub(super) fn whisker(at: f64, low: f64, high: f64) -> String {
    let (left, at, right) = (unit(at - CAP), unit(at), unit(at + CAP));
    let (low, high) = (unit(low), unit(high));
    format!("M{left} {high}H{right}M{at} {high}V{low}M{left} {low}H{right}")
}

/// The row of each thing along an axis so that none covers another of its row: `things` are
/// where each lies and how wide it is, as shares of the axis.
pub(super) fn pack(things: impl IntoIterator<Item = (f64, f64)>) -> Vec<usize> {
    let mut ends: Vec<f64> = Vec::new();
    things
        .into_iter()
        .map(|(start, width)| {
            let row = ends.iter().position(|end| *end <= start).unwrap_or(ends.len());
            if row == ends.len() {
                ends.push(start + width);
            } else {
                ends[row] = start + width;
            }
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_overlap_goes_to_another_row() {
        assert_eq!(pack([(0.0, 0.3), (0.1, 0.1), (0.2, 0.3), (0.3, 0.1)]), [0, 1, 1, 0]);
        assert_eq!(pack([(0.5, 0.1); 3]), [0, 1, 2]);
    }

    #[test]
    fn an_axis_has_a_dozen_labels_at_most() {
        for count in [0, 1, 12, 13, 39, 1_000] {
            let labels: Vec<String> = (0..count).map(|index| index.to_string()).collect();
            assert!(label_ticks(&labels).len() <= LABELS, "{count}");
        }
    }

    #[test]
    fn long_labels_leave_each_other_room() {
        for (label, count, shown) in [("W14", 40, 10), ("2013-04-01", 40, 5), ("November 2013", 9, 3)] {
            assert_eq!(label_ticks(&vec![label.to_owned(); count]).len(), shown, "{label}");
        }
        assert_eq!(label_ticks(&vec!["x".repeat(100); 4]).len(), 2);
    }
}
