use maud::{Markup, html};

use super::frame::{pack, x_axis};
use super::time::{self, TimeScale};
use super::{Key, figure, nothing, percent, series_class, unit};
use crate::html::Text;
use crate::{Html, Tone};

/// How wide the mark of an event is on a phone, as a share of the axis.
const MARK: f64 = 0.1;

/// A row of a [`Timeline`]: a version, a rule, a team. Moments are UTC microseconds since
/// 1970, as `Timestamp::as_micros` of `mlops-core` gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    label: String,
    spans: Vec<Span>,
    events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    state: String,
    from: i64,
    to: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    label: String,
    at: i64,
    tone: Tone,
}

impl Lane {
    /// An empty lane.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), spans: Vec::new(), events: Vec::new() }
    }

    /// Adds a time in a state, such as production, shadow or canary: equal states have equal
    /// colours in all lanes. One that ends before it begins is drawn from its end.
    #[must_use]
    pub fn span(mut self, state: impl Into<String>, from: i64, to: i64) -> Self {
        self.spans.push(Span { state: state.into(), from: from.min(to), to: from.max(to) });
        self
    }

    /// Adds a moment at which something happened, such as an alert or a promotion.
    #[must_use]
    pub fn event(mut self, label: impl Into<String>, at: i64, tone: Tone) -> Self {
        self.events.push(Event { label: label.into(), at, tone });
        self
    }
}

/// Who was in which state from when to when, and what happened, along one axis in UTC.
///
/// Events are numbered in the order of time, and told in a list below.
///
/// ```
/// use mlops_report::{Html, Lane, Timeline, Tone};
/// let day = |day: i64| day * 86_400_000_000;
/// let chart = Timeline::new("The year")
///     .lane(Lane::new("1.0.0").span("production", day(0), day(130)).event("alert", day(30), Tone::Bad))
///     .lane(Lane::new("1.1.0").span("shadow", day(90), day(122)).span("canary", day(122), day(130)));
/// assert!(Html::from(chart).as_str().contains("1970-01-31"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    title: String,
    lanes: Vec<Lane>,
}

/// An event with its number and its row within the lane.
struct Numbered<'a> {
    event: &'a Event,
    lane: &'a str,
    number: usize,
    row: usize,
}

impl Timeline {
    /// A timeline without lanes.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lanes: Vec::new() }
    }

    /// Adds a lane below the others.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lanes.push(lane);
        self
    }

    /// Distinct states in the order in which they come.
    fn states(&self) -> Vec<&str> {
        let mut states = Vec::new();
        for span in self.lanes.iter().flat_map(|lane| &lane.spans) {
            if !states.contains(&span.state.as_str()) {
                states.push(span.state.as_str());
            }
        }
        states
    }

    /// The events of each lane, numbered over all lanes in the order of time.
    fn numbered(&self, scale: &TimeScale) -> Vec<Vec<Numbered<'_>>> {
        let mut order: Vec<(i64, usize, usize)> = Vec::new();
        for (lane, of_lane) in self.lanes.iter().enumerate() {
            order.extend(of_lane.events.iter().enumerate().map(|(index, event)| (event.at, lane, index)));
        }
        order.sort_unstable();
        let mut lanes: Vec<Vec<Numbered<'_>>> = self.lanes.iter().map(|_| Vec::new()).collect();
        for (number, (_, lane, index)) in order.into_iter().enumerate() {
            let of_lane = &self.lanes[lane];
            let event = &of_lane.events[index];
            lanes[lane].push(Numbered { event, lane: &of_lane.label, number: number + 1, row: 0 });
        }
        for events in &mut lanes {
            let rows = pack(events.iter().map(|numbered| (scale.at(numbered.event.at), MARK)));
            for (numbered, row) in events.iter_mut().zip(rows) {
                numbered.row = row;
            }
        }
        lanes
    }

    fn draw(&self) -> Option<Markup> {
        let moments = self.lanes.iter().flat_map(|lane| {
            let spans = lane.spans.iter().flat_map(|span| [span.from, span.to]);
            spans.chain(lane.events.iter().map(|event| event.at))
        });
        let scale = TimeScale::of(moments)?;
        let states = self.states();
        let numbered = self.numbered(&scale);
        Some(html! {
            div class="timeline" {
                @for (index, (lane, events)) in self.lanes.iter().zip(&numbered).enumerate() {
                    span class="row-label" style={ "grid-row:" (index + 1) } title=(Text(&lane.label)) { (Text(&lane.label)) }
                    (draw_lane(lane, index, events, &states, &scale))
                }
                (x_axis(&scale.ticks))
            }
            (told(&numbered))
        })
    }
}

fn draw_lane(
    lane: &Lane,
    index: usize,
    events: &[Numbered<'_>],
    states: &[&str],
    scale: &TimeScale,
) -> Markup {
    let rows = events.iter().map(|numbered| numbered.row + 1).max().unwrap_or(0);
    let class = |span: &Span| series_class(states.iter().position(|state| *state == span.state).unwrap_or(0));
    let width = |span: &Span| scale.at(span.to) - scale.at(span.from);
    html! {
        div class="lane" style={ "grid-row:" (index + 1) ";--rows:" (rows) } {
            div class="canvas" {
                svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" {
                    title {
                        (Text(&lane.label))
                        @for span in &lane.spans {
                            "; " (Text(&span.state)) " from " (time::words(span.from)) " to " (time::words(span.to))
                        }
                        @for numbered in events {
                            "; " (Text(&numbered.event.label)) " at " (time::words(numbered.event.at))
                        }
                    }
                    @for tick in &scale.ticks {
                        line class="grid" x1=(unit(tick.at)) x2=(unit(tick.at)) y1="0" y2="1000" {}
                    }
                    @for span in &lane.spans {
                        g class=(class(span)) {
                            rect class="span" x=(unit(scale.at(span.from))) width=(unit(width(span))) y="0" height="1000" {
                                title {
                                    (Text(&span.state)) " from " (time::words(span.from)) " to " (time::words(span.to))
                                }
                            }
                        }
                    }
                }
                @for span in &lane.spans {
                    span class="span-label" aria-hidden="true"
                        style={ "left:" (percent(scale.at(span.from))) ";width:" (percent(width(span))) } {
                        span { (Text(&span.state)) }
                    }
                }
            }
            @for numbered in events {
                span class={ "mark " (numbered.event.tone.class()) } aria-hidden="true" title=(Text(&numbered.event.label))
                    style={ "left:" (percent(scale.at(numbered.event.at))) ";--row:" (numbered.row) } { (numbered.number) }
            }
        }
    }
}

/// The events in words, in the order of time.
fn told(lanes: &[Vec<Numbered<'_>>]) -> Markup {
    let mut events: Vec<&Numbered<'_>> = lanes.iter().flatten().collect();
    events.sort_unstable_by_key(|numbered| numbered.number);
    html! {
        @if !events.is_empty() {
            ol class="told" {
                @for numbered in events {
                    li {
                        span class={ "mark " (numbered.event.tone.class()) } { (numbered.number) }
                        span class="when" { (time::words(numbered.event.at)) }
                        span { (Text(numbered.lane)) ": " (Text(&numbered.event.label)) }
                    }
                }
            }
        }
    }
}

impl From<Timeline> for Html {
    fn from(chart: Timeline) -> Self {
        let states = chart.states();
        let keys: Vec<Key> = states
            .iter()
            .enumerate()
            .map(|(index, state)| Key::new(format!("span {}", series_class(index)), *state))
            .collect();
        figure(&chart.title, &keys, &chart.draw().unwrap_or_else(nothing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_numbered_in_the_order_of_time() {
        let chart = Timeline::new("t")
            .lane(Lane::new("a").event("third", 30, Tone::Bad).event("first", 10, Tone::Good))
            .lane(Lane::new("b").event("second", 20, Tone::Caution));
        let html = Html::from(chart);
        let (_, list) = html.as_str().split_once("<ol").unwrap();
        let order: Vec<usize> =
            ["first", "second", "third"].iter().map(|word| list.find(word).unwrap()).collect();
        assert!(order.is_sorted(), "{list}");
    }

    #[test]
    fn equal_states_have_equal_colours() {
        let chart = Timeline::new("t")
            .lane(Lane::new("a").span("production", 0, 10))
            .lane(Lane::new("b").span("shadow", 0, 5).span("production", 10, 5));
        let html = Html::from(chart);
        assert_eq!(html.as_str().matches("<g class=\"c1\">").count(), 2);
        assert_eq!(html.as_str().matches("<g class=\"c2\">").count(), 1);
        assert_eq!(html.as_str().matches("class=\"key\"").count(), 2);
    }

    #[test]
    fn without_a_moment_it_says_so() {
        for chart in [Timeline::new("t"), Timeline::new("t").lane(Lane::new("a"))] {
            assert!(Html::from(chart).as_str().contains("Nothing to show."));
        }
    }
}
