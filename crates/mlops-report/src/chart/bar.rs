use maud::html;

use super::limits::Limits;
use super::rows::{self, Row};
use super::scale::Scale;
use super::{Key, figure, unit};
use crate::{Html, Tone, number};

/// A horizontal bar from zero for each name. A value that is not finite has no bar.
///
/// ```
/// use mlops_report::{BarChart, Html, Tone};
/// let chart = BarChart::new("Drift by feature, in standard deviations")
///     .bar("temp", 0.61, Tone::Caution)
///     .bar("wind_speed", 0.04, Tone::Neutral)
///     .limit("warns above", 0.2);
/// assert!(Html::from(chart).as_str().contains("0.61"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    title: String,
    bars: Vec<(String, f64, Tone)>,
    limits: Limits,
}

impl BarChart {
    /// A chart without bars.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), bars: Vec::new(), limits: Limits::default() }
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(mut self, label: impl Into<String>, value: f64, tone: Tone) -> Self {
        self.bars.push((label.into(), value, tone));
        self
    }

    /// Adds a dashed line across all bars.
    #[must_use]
    pub fn limit(mut self, label: impl Into<String>, value: f64) -> Self {
        self.limits.push(label, value);
        self
    }
}

impl From<BarChart> for Html {
    fn from(chart: BarChart) -> Self {
        let rows: Vec<Row<'_>> = chart
            .bars
            .iter()
            .map(|(label, value, tone)| Row { label, value: number::number(*value), class: tone.class() })
            .collect();
        let values = chart.bars.iter().map(|(_, value, _)| *value);
        let scale = Scale::of(values.chain(chart.limits.values()).chain([0.0]));
        let keys: Vec<Key> = chart.limits.keys().collect();
        let drawing = rows::draw(&chart.title, &rows, scale.as_ref(), &chart.limits, |index, scale| {
            let value = chart.bars[index].1;
            let (zero, end) = (scale.at(0.0), scale.at(value));
            html! {
                @if value.is_finite() {
                    rect class="bar" x=(unit(zero.min(end))) width=(unit((end - zero).abs()))
                        y=(index * 1000 + 220) height="560" {}
                }
            }
        });
        figure(&chart.title, &keys, &drawing)
    }
}
