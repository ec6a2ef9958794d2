use std::fmt::Write as _;

use maud::{Markup, html};

use super::frame::Plot;
use super::limits::Limits;
use super::rows::{self, Row};
use super::scale::Scale;
use super::{Key, figure, nothing, unit};
use crate::html::Text;
use crate::{Html, number};

#[derive(Clone, Debug, PartialEq)]
enum Bins {
    /// Edges of bins of numbers, one more than there are bins.
    Numbers(Vec<f64>),
    Names(Vec<String>),
}

/// Two distributions drawn over each other: how it was, and how it is.
///
/// Shares are compared, not counts, so the two may differ in size. Bins of unequal width
/// are drawn by density. A side whose counts are all zero is left out.
///
/// ```
/// use mlops_report::{DistributionChart, Html};
/// let chart = DistributionChart::of_numbers("temp, °F", &[20.0, 40.0, 60.0], &[70, 30], &[40, 60]);
/// assert!(Html::from(chart).as_str().contains("<svg"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DistributionChart {
    title: String,
    bins: Bins,
    reference: Vec<f64>,
    current: Vec<f64>,
    names: (String, String),
}

impl DistributionChart {
    /// Counts of numbers in the bins between `edges`, which ascend and are one more than the bins.
    /// Edges or counts that do not fit that show as an empty chart.
    pub fn of_numbers(title: impl Into<String>, edges: &[f64], reference: &[u64], current: &[u64]) -> Self {
        Self::new(title, Bins::Numbers(edges.to_vec()), reference, current)
    }

    /// Counts of categories, drawn in the order given. A name without a count counts 0.
    pub fn of_names<N: Into<String>>(
        title: impl Into<String>,
        names: impl IntoIterator<Item = N>,
        reference: &[u64],
        current: &[u64],
    ) -> Self {
        Self::new(title, Bins::Names(names.into_iter().map(Into::into).collect()), reference, current)
    }

    fn new(title: impl Into<String>, bins: Bins, reference: &[u64], current: &[u64]) -> Self {
        Self {
            title: title.into(),
            bins,
            reference: shares(reference),
            current: shares(current),
            names: ("reference".to_owned(), "current".to_owned()),
        }
    }

    /// What the two sides are called, instead of reference and current.
    #[must_use]
    pub fn called(mut self, reference: impl Into<String>, current: impl Into<String>) -> Self {
        self.names = (reference.into(), current.into());
        self
    }

    fn draw_numbers(&self, edges: &[f64]) -> Option<Markup> {
        let ascending =
            edges.iter().all(|edge| edge.is_finite()) && edges.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = |shares: &[f64]| shares.is_empty() || shares.len() + 1 == edges.len();
        let empty = self.reference.is_empty() && self.current.is_empty();
        if edges.len() < 2 || !ascending || !fits(&self.reference) || !fits(&self.current) || empty {
            return None;
        }
        let widths: Vec<f64> = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = (edges[edges.len() - 1] - edges[0]) / widths.len() as f64;
        // Relative to the mean width: equal bins keep their shares as heights.
        let heights = |shares: &[f64]| -> Vec<f64> {
            shares.iter().zip(&widths).map(|(share, width)| share / (width / mean)).collect()
        };
        let (reference, current) = (heights(&self.reference), heights(&self.current));
        let y = Scale::of(reference.iter().chain(&current).copied().chain([0.0]))?;
        let x = Scale::of(edges.iter().copied())?;
        let outline = |heights: &[f64], close: bool| {
            let mut path = String::new();
            for (index, height) in heights.iter().enumerate() {
                let (from, to) = (unit(x.at(edges[index])), unit(x.at(edges[index + 1])));
                let (base, top) = (unit(1.0 - y.at(0.0)), unit(1.0 - y.at(*height)));
                let start = if index == 0 { format!("M{from} {base}V{top}") } else { format!("V{top}") };
                write!(path, "{start}H{to}").expect("writing to a string never fails");
                if index + 1 == heights.len() {
                    write!(path, "V{base}").expect("writing to a string never fails");
                }
            }
            if close && !path.is_empty() {
                path.push('Z');
            }
            path
        };
        let title = html! {
            (Text(&self.title)) ": " (Text(&self.names.0)) " and " (Text(&self.names.1)) " shares by bin"
        };
        let shapes = html! {
            @if !reference.is_empty() { path class="was" d=(outline(&reference, true)) {} }
            @if !current.is_empty() { path class="is" d=(outline(&current, false)) {} }
        };
        Some(Plot { class: "low", y: &y, x: &x.ticks, title, shapes, above: html! {} }.draw())
    }

    fn draw_names(&self, names: &[String]) -> Markup {
        let share = |shares: &[f64], index: usize| shares.get(index).copied().unwrap_or(0.0);
        let written = |shares: &[f64], index: usize| {
            if shares.is_empty() { "–".to_owned() } else { number::percent(share(shares, index), 1) }
        };
        let rows: Vec<Row<'_>> = names
            .iter()
            .enumerate()
            .map(|(index, label)| Row {
                label,
                value: format!("{} → {}", written(&self.reference, index), written(&self.current, index)),
                class: "",
            })
            .collect();
        let scale = Scale::of(self.reference.iter().chain(&self.current).copied().chain([0.0]));
        rows::draw(&self.title, &rows, scale.as_ref(), &Limits::default(), |index, scale| {
            html! {
                rect class="was" x="0" width=(unit(scale.at(share(&self.reference, index)))) y=(index * 1000 + 160) height="340" {}
                rect class="is" x="0" width=(unit(scale.at(share(&self.current, index)))) y=(index * 1000 + 500) height="340" {}
            }
        })
    }
}

impl From<DistributionChart> for Html {
    fn from(chart: DistributionChart) -> Self {
        // A side that is left out needs no explanation.
        let sides = [("was", &chart.names.0, &chart.reference), ("is", &chart.names.1, &chart.current)];
        let drawn = sides.into_iter().filter(|(_, _, shares)| !shares.is_empty());
        let keys: Vec<Key> = drawn.map(|(class, name, _)| Key::new(class, name)).collect();
        let drawing = match &chart.bins {
            Bins::Numbers(edges) => chart.draw_numbers(edges).unwrap_or_else(nothing),
            Bins::Names(names) => chart.draw_names(names),
        };
        figure(&chart.title, &keys, &drawing)
    }
}

/// Counts as shares of their sum; nothing if there is nothing to share.
fn shares(counts: &[u64]) -> Vec<f64> {
    let total: f64 = counts.iter().map(|count| *count as f64).sum();
    if total > 0.0 { counts.iter().map(|count| *count as f64 / total).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_not_counts() {
        let small = DistributionChart::of_numbers("t", &[0.0, 1.0, 2.0], &[1, 1], &[1, 3]);
        let large = DistributionChart::of_numbers("t", &[0.0, 1.0, 2.0], &[500, 500], &[10, 30]);
        assert_eq!(Html::from(small), Html::from(large));
    }

    #[test]
    fn a_side_that_is_left_out_has_no_key() {
        let html = Html::from(DistributionChart::of_numbers("t", &[0.0, 1.0], &[], &[3]).called("a", "b"));
        assert_eq!(html.as_str().matches("swatch").count(), 1, "{html}");
    }

    #[test]
    fn what_does_not_fit_is_an_empty_chart() {
        for chart in [
            DistributionChart::of_numbers("t", &[], &[], &[]),
            DistributionChart::of_numbers("t", &[1.0, 0.0], &[1], &[1]),
            DistributionChart::of_numbers("t", &[0.0, f64::NAN], &[1], &[1]),
            DistributionChart::of_numbers("t", &[0.0, 1.0], &[1, 2], &[1]),
            DistributionChart::of_numbers("t", &[0.0, 1.0], &[0], &[0]),
            DistributionChart::of_names("t", Vec::<String>::new(), &[], &[]),
        ] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
