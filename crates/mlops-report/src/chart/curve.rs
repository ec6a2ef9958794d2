use std::fmt::Write as _;

use maud::{Markup, html};

use super::frame::{Plot, whisker};
use super::scale::Scale;
use super::{Key, figure, nothing, series_class, unit};
use crate::html::Text;
use crate::{Html, number};

/// Beyond this many points a curve is a line without dots.
const DOTS: usize = 40;

/// A curve of a [`CurveChart`]: points in the order in which the line meets them.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
    intervals: Vec<(f64, f64)>,
}

impl Curve {
    /// A curve through these points, x and y. One that is not finite is left out, and the
    /// line goes on to the next.
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { name: name.into(), points: points.into_iter().collect(), intervals: Vec::new() }
    }

    /// Lower and upper end of the y of each point, drawn as whiskers.
    #[must_use]
    pub fn intervals(mut self, intervals: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.intervals = intervals.into_iter().collect();
        self
    }

    fn drawn(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite())
    }

    /// The points that have an interval, with its ends: x, low, high.
    fn whiskers(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let both = self.points.iter().zip(&self.intervals).map(|((x, _), (low, high))| (*x, *low, *high));
        both.filter(|(x, low, high)| x.is_finite() && low.is_finite() && high.is_finite())
    }
}

/// Curves each of which has its own places on the x axis, in a square: receiver operating
/// characteristics, precision over recall, calibration, gain.
///
/// ```
/// use mlops_report::{Curve, CurveChart, Html};
/// let chart = CurveChart::new("True positive rate over false positive rate")
///     .curve(Curve::new("1.1.0", [(0.0, 0.0), (0.1, 0.6), (1.0, 1.0)]))
///     .curve(Curve::new("1.0.0", [(0.0, 0.0), (0.2, 0.6), (1.0, 1.0)]))
///     .of_shares()
///     .diagonal("chance");
/// assert!(Html::from(chart).as_str().contains("chance"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CurveChart {
    title: String,
    curves: Vec<Curve>,
    shares: bool,
    diagonal: Option<String>,
}

impl CurveChart {
    /// A chart without curves; its title says what is over what.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), curves: Vec::new(), shares: false, diagonal: None }
    }

    /// Adds a curve.
    #[must_use]
    pub fn curve(mut self, curve: Curve) -> Self {
        self.curves.push(curve);
        self
    }

    /// Both axes go from 0 to 1 at least.
    #[must_use]
    pub fn of_shares(mut self) -> Self {
        self.shares = true;
        self
    }

    /// A dashed line where y equals x, and what it means.
    #[must_use]
    pub fn diagonal(mut self, label: impl Into<String>) -> Self {
        self.diagonal = Some(label.into());
        self
    }

    fn draw(&self) -> Option<Markup> {
        let points: Vec<(f64, f64)> = self.curves.iter().flat_map(Curve::drawn).collect();
        if points.is_empty() {
            return None;
        }
        let whole = if self.shares { vec![0.0, 1.0] } else { Vec::new() };
        let ends = self.curves.iter().flat_map(Curve::whiskers).flat_map(|(_, low, high)| [low, high]);
        let x = Scale::of(points.iter().map(|(x, _)| *x).chain(whole.iter().copied()))?;
        let y = Scale::of(points.iter().map(|(_, y)| *y).chain(ends).chain(whole.iter().copied()))?;
        let up = |value: f64| 1.0 - y.at(value);
        let shapes = html! {
            @if self.diagonal.is_some() {
                @let (low, high) = (x.low().max(y.low()), x.high().min(y.high()));
                @if low < high {
                    line class="limit" x1=(unit(x.at(low))) x2=(unit(x.at(high))) y1=(unit(up(low))) y2=(unit(up(high))) {}
                }
            }
            @for (index, curve) in self.curves.iter().enumerate() {
                g class=(series_class(index)) {
                    @for (at, low, high) in curve.whiskers() {
                        path class="whisker" d=(whisker(x.at(at), up(low), up(high))) {}
                    }
                    path class="line" d=(line(curve.drawn().map(|(at, value)| (x.at(at), up(value))))) {}
                    @if curve.points.len() <= DOTS {
                        @for (at, value) in curve.drawn() {
                            path class="dot" d={ "M" (unit(x.at(at))) " " (unit(up(value))) "h0" } {
                                title { (Text(&curve.name)) ": " (number::number(at)) ", " (number::number(value)) }
                            }
                        }
                    }
                }
            }
        };
        let title = html! { (Text(&self.title)) };
        Some(Plot { class: "square", y: &y, x: &x.ticks, title, shapes, above: html! {} }.draw())
    }
}

impl From<CurveChart> for Html {
    fn from(chart: CurveChart) -> Self {
        let curves = chart.curves.iter().enumerate();
        let mut keys: Vec<Key> =
            curves.map(|(index, curve)| Key::new(series_class(index), &curve.name)).collect();
        keys.extend(chart.diagonal.iter().map(|label| Key::new("limit", label)));
        figure(&chart.title, &keys, &chart.draw().unwrap_or_else(nothing))
    }
}

/// A path through the points; nothing for fewer than two.
fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    let mut count = 0;
    for (x, y) in points {
        let to = if path.is_empty() { 'M' } else { 'L' };
        write!(path, "{to}{} {}", unit(x), unit(y)).expect("writing to a string never fails");
        count += 1;
    }
    if count > 1 { path } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_where_it_is() {
        let chart = CurveChart::new("t")
            .curve(Curve::new("a", [(0.0, 0.0), (0.25, f64::NAN), (0.5, 0.75), (1.0, 1.0)]))
            .of_shares()
            .diagonal("chance");
        let html = Html::from(chart).into_string();
        assert!(html.contains(r#"d="M0.0 1000.0L500.0 250.0L1000.0 0.0""#), "{html}");
        assert!(html.contains(r#"x1="0.0" x2="1000.0" y1="1000.0" y2="0.0""#), "{html}");
        assert_eq!(html.matches("class=\"dot\"").count(), 3);
    }

    #[test]
    fn intervals_are_whiskers_and_have_room() {
        let curve = Curve::new("a", [(0.5, 0.5), (0.7, 0.6)]).intervals([(-1.0, 1.0), (f64::NAN, 1.0)]);
        let html = Html::from(CurveChart::new("t").curve(curve)).into_string();
        assert_eq!(html.matches("class=\"whisker\"").count(), 1);
        // The axis goes from −1 to 1, with the interval from its top to its bottom.
        assert!(html.contains("V1000.0M"), "{html}");
    }

    #[test]
    fn the_diagonal_stays_within_both_axes() {
        let html =
            Html::from(CurveChart::new("t").curve(Curve::new("a", [(5.0, 0.0), (9.0, 1.0)])).diagonal("d"));
        assert!(!html.as_str().contains("class=\"limit\" x1"), "the axes share no number");
    }

    #[test]
    fn a_chart_without_a_number_says_so() {
        for chart in [
            CurveChart::new("t"),
            CurveChart::new("t").of_shares().diagonal("d"),
            CurveChart::new("t").curve(Curve::new("a", [(f64::NAN, 1.0), (1.0, f64::INFINITY)])),
        ] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
