use maud::{Markup, html};

use super::frame::{label_ticks, x_axis};
use super::{Key, figure, nothing};
use crate::html::Text;
use crate::{Html, Tone, number};

/// A cell of a [`HeatMap`]: how much, of what kind, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatCell {
    share: Option<f64>,
    tone: Tone,
    title: String,
}

impl HeatCell {
    /// A value within 0..=1, which is how strongly the cell is coloured. Beyond, it counts as
    /// the nearer end; one that is not a number is missing.
    pub fn value(share: f64) -> Self {
        Self { share: (!share.is_nan()).then(|| share.clamp(0.0, 1.0)), ..Self::default() }
    }

    /// A category: the full colour of `tone`.
    pub fn category(tone: Tone) -> Self {
        Self { share: Some(1.0), tone, ..Self::default() }
    }

    /// Nothing is known: a cell with an outline only.
    pub fn missing() -> Self {
        Self::default()
    }

    /// The colour, instead of the neutral one.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// What the cell says when pointed at, after its row and column.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    fn words(&self) -> String {
        match (self.share, self.title.is_empty()) {
            (_, false) => self.title.clone(),
            (None, true) => "no value".to_owned(),
            (Some(share), true) => number::number(share),
        }
    }
}

impl From<f64> for HeatCell {
    fn from(share: f64) -> Self {
        Self::value(share)
    }
}

impl From<Option<f64>> for HeatCell {
    fn from(share: Option<f64>) -> Self {
        share.map_or_else(Self::missing, Self::value)
    }
}

impl From<Tone> for HeatCell {
    fn from(tone: Tone) -> Self {
        Self::category(tone)
    }
}

/// Rows of cells, coloured by how much: many courses at a glance.
///
/// A row that is shorter than the columns is filled up with missing cells; what is beyond
/// them is not drawn. Forty columns fit a phone; more than that scroll, with the names of
/// the rows in place.
///
/// ```
/// use mlops_report::{HeatCell, HeatMap, Html, Tone};
/// let chart = HeatMap::new("Drift by feature and week", ["W14", "W15", "W16"])
///     .row("temp", [HeatCell::from(0.1), HeatCell::value(0.9).tone(Tone::Bad).title("p < 0.001, 0.6 sd")])
///     .row("wind_speed", [Some(0.2), None, Some(0.0)])
///     .ends("as in training", "another world")
///     .key(Tone::Bad, "drifted");
/// assert!(Html::from(chart).as_str().contains("temp, W15: p &lt; 0.001, 0.6 sd"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    title: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<HeatCell>)>,
    ends: Option<(String, String)>,
    keys: Vec<(Tone, String)>,
    missing: String,
}

impl HeatMap {
    /// A map without rows.
    pub fn new<C: Into<String>>(title: impl Into<String>, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            title: title.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            ends: None,
            keys: Vec::new(),
            missing: "no value".to_owned(),
        }
    }

    /// Adds a row with a cell for each column.
    #[must_use]
    pub fn row<C: Into<HeatCell>>(
        mut self,
        label: impl Into<String>,
        cells: impl IntoIterator<Item = C>,
    ) -> Self {
        self.rows.push((label.into(), cells.into_iter().map(Into::into).collect()));
        self
    }

    /// What 0 and 1 are called in the legend.
    #[must_use]
    pub fn ends(mut self, low: impl Into<String>, high: impl Into<String>) -> Self {
        self.ends = Some((low.into(), high.into()));
        self
    }

    /// What a colour means in the legend.
    #[must_use]
    pub fn key(mut self, tone: Tone, label: impl Into<String>) -> Self {
        self.keys.push((tone, label.into()));
        self
    }

    /// What a cell with an outline only means in the legend, if there is one: `no value`
    /// unless it is told better.
    #[must_use]
    pub fn missing(mut self, label: impl Into<String>) -> Self {
        self.missing = label.into();
        self
    }

    fn keys(&self) -> Vec<Key> {
        let ends =
            self.ends.iter().flat_map(|(low, high)| [Key::new("cell faint", low), Key::new("cell", high)]);
        let tones = self.keys.iter().map(|(tone, label)| Key::new(format!("cell {}", tone.class()), label));
        let cells = || self.rows.iter().flat_map(|(_, cells)| cells.iter().take(self.columns.len()));
        let known = cells().filter(|cell| cell.share.is_some()).count();
        let missing = known < self.rows.len() * self.columns.len();
        ends.chain(tones).chain(missing.then(|| Key::new("cell missing", &self.missing))).collect()
    }

    fn draw(&self) -> Markup {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        if rows == 0 || columns == 0 {
            return nothing();
        }
        let missing = HeatCell::missing();
        html! {
            div class="heat-scroll" {
                div class="heat" style={ "--rows:" (rows) ";--columns:" (columns) } {
                    @for (index, (label, _)) in self.rows.iter().enumerate() {
                        span class="row-label" style={ "grid-row:" (index + 1) } title=(Text(label)) { (Text(label)) }
                    }
                    div class="canvas" {
                        svg viewBox={ "0 0 " (columns * 100) " " (rows * 100) } preserveAspectRatio="none" role="img" {
                            title {
                                (Text(&self.title))
                                @for (label, cells) in &self.rows { "; " (Text(label)) " " (Text(&summary(cells, columns))) }
                            }
                            @for (y, (label, cells)) in self.rows.iter().enumerate() {
                                @for (x, column) in self.columns.iter().enumerate() {
                                    (draw_cell(cells.get(x).unwrap_or(&missing), x, y, label, column))
                                }
                            }
                        }
                    }
                    (x_axis(&label_ticks(&self.columns)))
                }
            }
        }
    }
}

fn draw_cell(cell: &HeatCell, x: usize, y: usize, row: &str, column: &str) -> Markup {
    let class = if cell.share.is_none() { "missing" } else { cell.tone.class() };
    // Never quite invisible: a value of 0 is not a missing one.
    let opacity =
        cell.share.map(|share| format!("{:.2}", 0.08 + 0.92 * share)).filter(|share| share != "1.00");
    html! {
        path class={ "cell " (class) } d={ "M" (x * 100 + 5) " " (y * 100 + 6) "h90v88h-90z" } opacity=[opacity] {
            title { (Text(row)) ", " (Text(column)) ": " (Text(&cell.words())) }
        }
    }
}

/// A row in words, for who can't see it.
fn summary(cells: &[HeatCell], columns: usize) -> String {
    let known: Vec<f64> = cells.iter().take(columns).filter_map(|cell| cell.share).collect();
    if known.is_empty() {
        return "no values".to_owned();
    }
    let (low, high) =
        known.iter().fold((1.0_f64, 0.0_f64), |(low, high), share| (low.min(*share), high.max(*share)));
    format!("{} values from {} to {}", known.len(), number::number(low), number::number(high))
}

impl From<HeatMap> for Html {
    fn from(chart: HeatMap) -> Self {
        figure(&chart.title, &chart.keys(), &chart.draw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_row_is_filled_up_and_a_long_one_cut() {
        let html =
            Html::from(HeatMap::new("t", ["a", "b", "c"]).row("x", [0.5]).row("y", [0.1, 0.2, 0.3, 0.4]));
        assert_eq!(html.as_str().matches("<path ").count(), 6);
        assert_eq!(html.as_str().matches("class=\"cell missing\"").count(), 2);
        assert!(html.as_str().contains("</span>no value"), "the legend says what an outline is");
        let told = Html::from(HeatMap::new("t", ["a", "b"]).row("x", [0.5]).missing("too few"));
        assert!(told.as_str().contains("</span>too few"), "{told}");
    }

    #[test]
    fn nothing_known_and_nothing_happened_differ() {
        let known = Html::from(HeatMap::new("t", ["a"]).row("x", [0.0]));
        assert!(known.as_str().contains(" opacity=\"0.08\""), "{known}");
        assert!(!known.as_str().contains("no value"), "{known}");
        for value in [f64::NAN.into(), HeatCell::from(None), HeatCell::missing()] {
            assert_eq!(
                Html::from(HeatMap::new("t", ["a"]).row("x", [value])).as_str().matches("missing").count(),
                2
            );
        }
        let full = Html::from(HeatMap::new("t", ["a"]).row("x", [f64::INFINITY]));
        assert!(full.as_str().contains("h90v88h-90z\"><title>x, a: 1<"), "{full}");
    }

    #[test]
    fn without_a_cell_it_says_so() {
        for chart in [HeatMap::new("t", ["a"]), HeatMap::new("t", Vec::<String>::new()).row("x", [1.0])] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
