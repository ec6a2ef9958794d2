use maud::html;

use super::limits::Limits;
use super::rows::{self, Row};
use super::scale::Scale;
use super::{Key, figure, unit};
use crate::{Html, Tone, number};

#[derive(Clone, Debug, PartialEq)]
struct Estimate {
    label: String,
    value: f64,
    lower: f64,
    upper: f64,
    tone: Tone,
}

/// A dot with whiskers for each name: an estimate and how sure it is.
///
/// An end that is not finite is drawn to the edge; an estimate that is NaN has no mark.
///
/// ```
/// use mlops_report::{Html, IntervalChart, Tone};
/// let chart = IntervalChart::new("Candidate minus champion, 95 % intervals")
///     .estimate("AUC", -0.023, (-0.039, -0.006), Tone::Bad)
///     .limit("lower end above", -0.01);
/// assert!(Html::from(chart).as_str().contains("−0.023"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalChart {
    title: String,
    estimates: Vec<Estimate>,
    limits: Limits,
}

impl IntervalChart {
    /// A chart without estimates.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), estimates: Vec::new(), limits: Limits::default() }
    }

    /// Adds an estimate with the ends of its interval.
    #[must_use]
    pub fn estimate(mut self, label: impl Into<String>, value: f64, ends: (f64, f64), tone: Tone) -> Self {
        self.estimates.push(Estimate { label: label.into(), value, lower: ends.0, upper: ends.1, tone });
        self
    }

    /// Adds a dashed line across all rows.
    #[must_use]
    pub fn limit(mut self, label: impl Into<String>, value: f64) -> Self {
        self.limits.push(label, value);
        self
    }
}

impl From<IntervalChart> for Html {
    fn from(chart: IntervalChart) -> Self {
        let rows: Vec<Row<'_>> = chart
            .estimates
            .iter()
            .map(|row| Row {
                label: &row.label,
                value: format!(
                    "{} [{}, {}]",
                    number::number(row.value),
                    number::number(row.lower),
                    number::number(row.upper)
                ),
                class: row.tone.class(),
            })
            .collect();
        let values = chart.estimates.iter().flat_map(|row| [row.value, row.lower, row.upper]);
        let scale = Scale::of(values.chain(chart.limits.values()));
        let keys: Vec<Key> = chart.limits.keys().collect();
        let drawing = rows::draw(&chart.title, &rows, scale.as_ref(), &chart.limits, |index, scale| {
            let row = &chart.estimates[index];
            let middle = index * 1000 + 500;
            html! {
                @if !row.lower.is_nan() && !row.upper.is_nan() {
                    line class="whisker" x1=(unit(scale.at(row.lower))) x2=(unit(scale.at(row.upper))) y1=(middle) y2=(middle) {}
                    @for end in [row.lower, row.upper].into_iter().filter(|end| end.is_finite()) {
                        line class="whisker" x1=(unit(scale.at(end))) x2=(unit(scale.at(end))) y1=(middle - 170) y2=(middle + 170) {}
                    }
                }
                @if !row.value.is_nan() {
                    path class="dot big" d={ "M" (unit(scale.at(row.value))) " " (middle) "h0" } {}
                }
            }
        });
        figure(&chart.title, &keys, &drawing)
    }
}
