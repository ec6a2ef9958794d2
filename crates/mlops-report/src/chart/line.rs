use std::fmt::Write as _;

use maud::{Markup, html};

use super::frame::{Plot, pack, whisker};
use super::limits::Limits;
use super::places::{Axis, Place, Places};
use super::scale::Scale;
use super::time;
use super::{Key, figure, nothing, percent, series_class, unit};
use crate::html::Text;
use crate::{Html, Tone, number};

/// Beyond this many points a series is a line without dots.
const DOTS: usize = 60;

/// About how wide a character of a label is on a phone, as a share of the drawing.
const CHARACTER: f64 = 0.025;

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
    /// Where the neighbours have none, a band has no width: the interval is a whisker there.
    #[must_use]
    pub fn band(mut self, band: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.band = band.into_iter().collect();
        self
    }
}

/// A line up the chart, and its words.
#[derive(Clone, Debug, PartialEq)]
struct Marker {
    label: String,
    place: Place,
    tone: Tone,
}

impl Marker {
    /// What its label says; of a moment also when.
    fn words(&self) -> String {
        match self.place {
            Place::Moment(moment) => format!("{}, {}", self.label, time::words(moment)),
            _ => self.label.clone(),
        }
    }
}

/// Several series over labels (months, windows), numbers (rank, size) or moments.
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
    limits: Limits,
    markers: Vec<Marker>,
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

    /// A chart whose x axis is time: moments as UTC microseconds since 1970, as
    /// `Timestamp::as_micros` of `mlops-core` gives them.
    ///
    /// ```
    /// use mlops_report::{Html, LineChart, Series, Tone};
    /// let days = (0..10).map(|day| day * 86_400_000_000_i64);
    /// let chart = LineChart::over_moments("Canary minus champion, Brier", days)
    ///     .series(Series::new("running mean", [0.004; 10]).band([(-0.002, 0.011); 10]))
    ///     .limit("harm above", 0.01)
    ///     .marker("to 50 %", 3 * 86_400_000_000_i64, Tone::Good);
    /// assert!(Html::from(chart).as_str().contains("to 50 %, 1970-01-04"));
    /// ```
    pub fn over_moments(title: impl Into<String>, moments: impl IntoIterator<Item = i64>) -> Self {
        Self::over(title, Places::Moments(moments.into_iter().collect()))
    }

    fn over(title: impl Into<String>, places: Places) -> Self {
        let (series, limits, markers) = (Vec::new(), Limits::default(), Vec::new());
        Self { title: title.into(), places, series, limits, markers }
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
        self.limits.push(label, value);
        self
    }

    /// Adds a line up the chart with a label on top, such as the moment of a decision. A
    /// place of another kind than the x axis, or a label that it has not, is not drawn.
    #[must_use]
    pub fn marker(mut self, label: impl Into<String>, place: impl Into<Place>, tone: Tone) -> Self {
        self.markers.push(Marker { label: label.into(), place: place.into(), tone });
        self
    }

    fn draw(&self) -> Option<Markup> {
        let marked: Vec<&Place> = self.markers.iter().map(|marker| &marker.place).collect();
        let Axis { places: x, ticks, words, markers } = self.places.axis(&marked)?;
        let of_series = self.series.iter().flat_map(|series| {
            series.values.iter().copied().chain(series.band.iter().flat_map(|(low, high)| [*low, *high]))
        });
        let y = Scale::of(of_series.chain(self.limits.values()))?;
        let up = |value: f64| 1.0 - y.at(value);
        let shapes = html! {
            @for value in self.limits.values() {
                line class="limit" x1="0" x2="1000" y1=(unit(up(value))) y2=(unit(up(value))) {}
            }
            @for (marker, at) in self.markers.iter().zip(&markers) {
                @if let Some(at) = at {
                    line class={ "marker " (marker.tone.class()) } x1=(unit(*at)) x2=(unit(*at)) y1="0" y2="1000" {}
                }
            }
            @for (index, series) in self.series.iter().enumerate() {
                g class=(series_class(index)) {
                    @for path in bands(&x, &series.band, up) { path class="band" d=(path) {} }
                    @for path in whiskers(&x, &series.band, up) { path class="whisker band-of-one" d=(path) {} }
                    @for path in lines(&x, &series.values, up) { path class="line" d=(path) {} }
                    @for (at, value, word) in dots(&x, &series.values, &words) {
                        path class="dot" d={ "M" (unit(at)) " " (unit(up(value))) "h0" } {
                            title { (Text(word)) ": " (Text(&series.name)) " " (number::number(value)) }
                        }
                    }
                }
            }
        };
        let title = html! { (Text(&self.title)) ": " (Text(&self.summary())) };
        let above = self.labels(&markers);
        Some(Plot { class: "", y: &y, x: &ticks, title, shapes, above }.draw())
    }

    /// What stands above the markers: each label ends or begins at its line, whichever
    /// leaves it room, in a row where it meets no other.
    fn labels(&self, markers: &[Option<f64>]) -> Markup {
        let mut placed: Vec<(f64, String, Tone)> = self
            .markers
            .iter()
            .zip(markers)
            .filter_map(|(marker, at)| Some(((*at)?, marker.words(), marker.tone)))
            .collect();
        placed.sort_by(|left, right| left.0.total_cmp(&right.0));
        let rows = pack(placed.iter().map(|(at, label, _)| {
            let width = label.chars().count() as f64 * CHARACTER;
            if *at > 0.5 { (at - width, width) } else { (*at, width) }
        }));
        // The lowest row comes last.
        let count = rows.iter().max().map_or(0, |row| row + 1);
        html! {
            @if !placed.is_empty() {
                div class="markers" {
                    @for ((at, label, tone), row) in placed.iter().zip(&rows) {
                        @let before = *at > 0.5;
                        @let margin = if before { ("right", 1.0 - at) } else { ("left", *at) };
                        span class={ "marker-label " (tone.class()) (if before { " before" } else { "" }) }
                            style={ "grid-row:" (count - row) ";margin-" (margin.0) ":" (percent(margin.1)) } {
                            (Text(label))
                        }
                    }
                }
            }
        }
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
        keys.extend(chart.limits.keys());
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

/// The intervals that lie next to each other: where, from, to.
fn runs(x: &[Option<f64>], band: &[(f64, f64)]) -> Vec<Vec<(f64, f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (at, (low, high)) in x.iter().zip(band) {
        match (at, runs.last_mut()) {
            (Some(at), Some(run)) if low.is_finite() && high.is_finite() => run.push((*at, *low, *high)),
            _ => runs.push(Vec::new()),
        }
    }
    runs
}

/// One closed path for each run of intervals without a gap.
fn bands(x: &[Option<f64>], band: &[(f64, f64)], up: impl Fn(f64) -> f64) -> Vec<String> {
    let point = |at: f64, value: f64| format!("{} {}", unit(at), unit(up(value)));
    let runs = runs(x, band).into_iter().filter(|run| run.len() > 1);
    runs.map(|run| {
        let over = run.iter().map(|(at, _, high)| point(*at, *high));
        let back = run.iter().rev().map(|(at, low, _)| point(*at, *low));
        format!("M{}Z", over.chain(back).collect::<Vec<_>>().join("L"))
    })
    .collect()
}

/// A path for each interval without neighbours: up, with a cap at either end.
fn whiskers(x: &[Option<f64>], band: &[(f64, f64)], up: impl Fn(f64) -> f64) -> Vec<String> {
    let runs = runs(x, band).into_iter().filter(|run| run.len() == 1).flatten();
    runs.map(|(at, low, high)| whisker(at, up(low), up(high))).collect()
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
    }

    #[test]
    fn an_interval_without_neighbours_is_a_whisker_and_every_other_a_band() {
        let x = [Some(0.0), Some(0.25), Some(0.5), None, Some(1.0)];
        let one = (0.2, 0.6);
        let nan = (f64::NAN, 0.6);
        for (band, wide, narrow) in [
            (vec![one, nan, one], 0, 2),
            (vec![one, one, nan, one, one], 1, 1),
            (vec![nan, one, one, one, one], 1, 1),
            (vec![nan; 5], 0, 0),
        ] {
            assert_eq!(bands(&x, &band, |value| value).len(), wide, "{band:?}");
            assert_eq!(whiskers(&x, &band, |value| value).len(), narrow, "{band:?}");
        }
        let whisker = "M242.0 600.0H258.0M250.0 600.0V200.0M242.0 200.0H258.0";
        assert_eq!(whiskers(&x, &[nan, one, nan], |value| value), [whisker]);
        let chart = LineChart::over_labels("t", ["a", "b", "c"])
            .series(Series::new("s", [f64::NAN, 0.4, f64::NAN]).band([nan, one, nan]));
        assert_eq!(Html::from(chart).as_str().matches("class=\"whisker").count(), 1);
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
    fn a_marker_stands_where_its_place_is() {
        let markers = |chart: LineChart| {
            let html = Html::from(chart.series(Series::new("s", [1.0, 2.0, 3.0]))).into_string();
            let lines = html.split("<line class=\"marker bad\" x1=\"").skip(1);
            lines.map(|line| line.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let labels = LineChart::over_labels("t", ["a", "b", "c"]);
        assert_eq!(markers(labels.clone().marker("m", "b", Tone::Bad)), ["500.0"]);
        assert_eq!(markers(labels.marker("m", "d", Tone::Bad).marker("m", 1.0, Tone::Bad)), [""; 0]);
        let numbers = LineChart::over_numbers("t", [0.0, 1.0, 2.0]);
        assert_eq!(markers(numbers.clone().marker("m", 4.0, Tone::Bad)), ["1000.0"], "the axis reaches it");
        assert_eq!(markers(numbers.marker("m", f64::NAN, Tone::Bad)), [""; 0]);
        let moments = LineChart::over_moments("t", [0, 1_000, 4_000]);
        assert_eq!(markers(moments.marker("m", 1_000_i64, Tone::Bad)), ["250.0"]);
    }

    #[test]
    fn a_chart_without_a_number_says_so() {
        for chart in [
            LineChart::over_labels("t", Vec::<String>::new()),
            LineChart::over_labels("t", ["a"]).series(Series::new("s", [f64::NAN])),
            LineChart::over_numbers("t", [f64::INFINITY]).series(Series::new("s", [1.0])),
            LineChart::over_numbers("t", []).marker("m", 1.0, Tone::Bad).limit("l", 1.0),
            LineChart::over_moments("t", []).marker("m", 1_i64, Tone::Bad).limit("l", 1.0),
        ] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
