use std::fmt::Write as _;

use maud::{Markup, html};

use super::scale::{Scale, Tick};
use super::{Key, figure, nothing, percent, series_class, unit};
use crate::html::Text;
use crate::{Html, number};

/// Beyond this many points a series is a line without dots.
const DOTS: usize = 60;

/// A line of a [`LineChart`]: a value for each place on the x axis; NaN leaves a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    name: String,
    values: Vec<f64>,
    band: Vec<(f64, f64)>,
}

impl Series {
    /// A line.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        Self { name: name.into(), values: values.into_iter().collect(), band: Vec::new() }
    }

    /// A shaded band around it, such as an interval at each place: lower and upper ends.
    #[must_use]
    pub fn band(mut self, band: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.band = band.into_iter().collect();
        self
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Places {
    Labels(Vec<String>),
    Numbers(Vec<f64>),
}

/// The x axis of a chart: where each point lies (0 to 1, or nowhere), and its words.
struct Axis {
    places: Vec<Option<f64>>,
    ticks: Vec<Tick>,
    words: Vec<String>,
}

/// Several series over labels (months, windows) or numbers (time, rank, size).
///
/// A value that has no place on the x axis, or is not finite, is not drawn: the line has
/// a gap there.
///
/// ```
/// use mlops_report::{Html, LineChart, Series};
/// let chart = LineChart::over_labels("AUC by month", ["Mar", "Apr", "May"])
///     .series(Series::new("1.0.0", [0.706, 0.689, f64::NAN]))
///     .limit("at least", 0.6);
/// assert!(!Html::from(chart).as_str().contains("NaN,"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    title: String,
    places: Places,
    series: Vec<Series>,
    limits: Vec<(String, f64)>,
}

impl LineChart {
    /// A chart whose x axis has the labels at even distances.
    pub fn over_labels<L: Into<String>>(
        title: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        Self::over(title, Places::Labels(labels.into_iter().map(Into::into).collect()))
    }

    /// A chart whose x axis is made of numbers.
    pub fn over_numbers(title: impl Into<String>, numbers: impl IntoIterator<Item = f64>) -> Self {
        Self::over(title, Places::Numbers(numbers.into_iter().collect()))
    }

    fn over(title: impl Into<String>, places: Places) -> Self {
        Self { title: title.into(), places, series: Vec::new(), limits: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Adds a dashed line across the chart.
    #[must_use]
    pub fn limit(mut self, label: impl Into<String>, value: f64) -> Self {
        self.limits.push((label.into(), value));
        self
    }

    fn x(&self) -> Option<Axis> {
        match &self.places {
            Places::Labels(labels) if labels.is_empty() => None,
            Places::Labels(labels) => {
                let at = |index: usize| (index as f64 + 0.5) / labels.len() as f64;
                let every = labels.len().div_ceil(12);
                let ticks = labels.iter().enumerate().step_by(every);
                let ticks = ticks.map(|(index, label)| Tick { at: at(index), label: label.clone() });
                let places = (0..labels.len()).map(|index| Some(at(index)));
                Some(Axis { places: places.collect(), ticks: ticks.collect(), words: labels.clone() })
            }
            Places::Numbers(numbers) => {
                let scale = Scale::of(numbers.iter().copied())?;
                let places =
                    numbers.iter().map(|number| number.is_finite().then(|| scale.at(*number))).collect();
                let words = numbers.iter().map(|number| number::number(*number)).collect();
                Some(Axis { places, ticks: scale.ticks, words })
            }
        }
    }

    fn draw(&self) -> Option<Markup> {
        let Axis { places: x, ticks: x_ticks, words } = self.x()?;
        let of_series = self.series.iter().flat_map(|series| {
            series.values.iter().copied().chain(series.band.iter().flat_map(|(low, high)| [*low, *high]))
        });
        let y = Scale::of(of_series.chain(self.limits.iter().map(|(_, value)| *value)))?;
        let up = |value: f64| 1.0 - y.at(value);
        Some(html! {
            div class="plot" {
                div class="y" aria-hidden="true" {
                    @for tick in &y.ticks { span style={ "top:" (percent(1.0 - tick.at)) } { (tick.label) } }
                }
                div class="canvas" {
                    svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" {
                        title { (Text(&self.title)) ": " (Text(&self.summary())) }
                        @for tick in &y.ticks {
                            line class="grid" x1="0" x2="1000" y1=(unit(1.0 - tick.at)) y2=(unit(1.0 - tick.at)) {}
                        }
                        @for (_, value) in self.limits.iter().filter(|(_, value)| value.is_finite()) {
                            line class="limit" x1="0" x2="1000" y1=(unit(up(*value))) y2=(unit(up(*value))) {}
                        }
                        @for (index, series) in self.series.iter().enumerate() {
                            g class=(series_class(index)) {
                                @for path in bands(&x, &series.band, up) { path class="band" d=(path) {} }
                                @for path in lines(&x, &series.values, up) { path class="line" d=(path) {} }
                                @for (at, value, word) in dots(&x, &series.values, &words) {
                                    path class="dot" d={ "M" (unit(at)) " " (unit(up(value))) "h0" } {
                                        title { (Text(word)) ": " (Text(&series.name)) " " (number::number(value)) }
                                    }
                                }
                            }
                        }
                    }
                }
                div class="x" aria-hidden="true" {
                    @for (index, tick) in x_ticks.iter().enumerate() {
                        span class=[(index % 2 == 1).then_some("minor")] style={ "left:" (percent(tick.at)) } {
                            (Text(&tick.label))
                        }
                    }
                }
            }
        })
    }

    /// The same in words, for who can't see it.
    fn summary(&self) -> String {
        let mut text = String::new();
        for series in &self.series {
            let mut values = series.values.iter().filter(|value| value.is_finite());
            if let Some(first) = values.next() {
                let last = values.next_back().unwrap_or(first);
                let (first, last) = (number::number(*first), number::number(*last));
                let separator = if text.is_empty() { "" } else { "; " };
                write!(text, "{separator}{} from {first} to {last}", series.name)
                    .expect("writing to a string never fails");
            }
        }
        text
    }
}

impl From<LineChart> for Html {
    fn from(chart: LineChart) -> Self {
        let lines = chart.series.iter().enumerate();
        let mut keys: Vec<Key> =
            lines.map(|(index, series)| Key::new(series_class(index), &series.name)).collect();
        keys.extend(
            chart
                .limits
                .iter()
                .map(|(label, value)| Key::new("limit", format!("{label} {}", number::number(*value)))),
        );
        figure(&chart.title, &keys, &chart.draw().unwrap_or_else(nothing))
    }
}

/// One path for each run of points without a gap.
fn lines(x: &[Option<f64>], values: &[f64], up: impl Fn(f64) -> f64) -> Vec<String> {
    let mut paths = Vec::new();
    let mut path = String::new();
    for (at, value) in x.iter().zip(values) {
        match at {
            Some(at) if value.is_finite() => {
                path.push(if path.is_empty() { 'M' } else { 'L' });
                path.push_str(&unit(*at));
                path.push(' ');
                path.push_str(&unit(up(*value)));
            }
            _ => paths.push(std::mem::take(&mut path)),
        }
    }
    paths.push(path);
    // A single point is a dot, not a line.
    paths.retain(|path| path.contains('L'));
    paths
}

/// One closed path for each run of intervals without a gap.
fn bands(x: &[Option<f64>], band: &[(f64, f64)], up: impl Fn(f64) -> f64) -> Vec<String> {
    let points: Vec<_> = x.iter().copied().zip(band.iter().copied()).collect();
    points
        .split(|(at, (low, high))| at.is_none() || !low.is_finite() || !high.is_finite())
        .filter(|run| !run.is_empty())
        .map(|run| {
            let point =
                |at: Option<f64>, value: f64| format!("{} {}", unit(at.unwrap_or(0.0)), unit(up(value)));
            let over = run.iter().map(|(at, (_, high))| point(*at, *high));
            let back = run.iter().rev().map(|(at, (low, _))| point(*at, *low));
            format!("M{}Z", over.chain(back).collect::<Vec<_>>().join("L"))
        })
        .collect()
}

/// The points that get a dot: all if there are few, otherwise those that no line touches.
fn dots<'a>(x: &[Option<f64>], values: &[f64], words: &'a [String]) -> Vec<(f64, f64, &'a str)> {
    let drawn = |index: usize| {
        let value = *values.get(index)?;
        let at = (*x.get(index)?)?;
        value.is_finite().then_some((at, value))
    };
    let few = values.len() <= DOTS;
    (0..x.len())
        .filter(|index| few || (index.checked_sub(1).and_then(drawn).is_none() && drawn(index + 1).is_none()))
        .filter_map(|index| drawn(index).map(|(at, value)| (at, value, words[index].as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_a_gap() {
        let x = [Some(0.0), Some(0.25), Some(0.5), Some(0.75), Some(1.0)];
        let paths = lines(&x, &[0.0, 1.0, f64::NAN, 1.0, 0.0], |value| value);
        assert_eq!(paths, ["M0.0 0.0L250.0 1000.0", "M750.0 1000.0L1000.0 0.0"]);
        assert_eq!(bands(&x, &[(0.0, 1.0), (f64::NAN, 1.0), (0.0, 1.0)], |value| value).len(), 2);
    }

    #[test]
    fn a_lonely_point_is_a_dot() {
        let html = Html::from(
            LineChart::over_labels("t", ["a", "b", "c"]).series(Series::new("s", [f64::NAN, 2.0])),
        );
        assert!(html.as_str().contains("class=\"dot\""), "{html}");
        assert!(!html.as_str().contains("class=\"line\""), "{html}");
    }

    #[test]
    fn a_chart_without_a_number_says_so() {
        for chart in [
            LineChart::over_labels("t", Vec::<String>::new()),
            LineChart::over_labels("t", ["a"]).series(Series::new("s", [f64::NAN])),
            LineChart::over_numbers("t", [f64::INFINITY]).series(Series::new("s", [1.0])),
        ] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
