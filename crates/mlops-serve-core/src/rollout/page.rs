//! A rollout as a section of an HTML page.

use mlops_report::{
    Badge, Banner, Cell, Column, Details, Html, IntervalChart, LineChart, Section, Series, Table, Tone,
};

use super::event::Cause;
use super::machine::{Phase, Rollout};
use super::watch::Point;
use super::words;

/// A segment with fewer requests is not drawn, unless they suffice for a stop.
const FEWEST_DRAWN: u64 = 20;

/// Rounded to three decimals: what the table says, and all that an interval can tell.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

impl Rollout {
    /// The rollout under a heading: how it ended and why, the course of each check up to the
    /// moment of the decision, and the segments at that moment: those with fewer than 20
    /// requests by name only.
    ///
    /// Of the segments the one that stopped the rollout, or else the one closest to a stop, is
    /// drawn; the others are folded away.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let mut section = Section::new(heading).with(self.banner()).with(self.checks_table());
        section.push(self.failures_chart());
        section.push(self.course_of_harm());
        let Some(limit) = self.plan.segments.map(|check| check.limit) else { return section };
        if let Some(closest) = self.closest_segment() {
            let limits = [("limit", limit), ("limit below", -limit)];
            let title = format!("{closest}: score − production's, mean so far");
            section.push(self.chart(title, &closest, &limits));
        }
        self.push_segments(&mut section, limit);
        section.push(Details::new("Every segment in numbers").with(self.segments_table()));
        section
    }

    fn banner(&self) -> Banner {
        let (tone, title) = match &self.phase {
            Phase::Running { .. } => (Tone::Neutral, format!("{} is on trial", self.candidate)),
            Phase::Stopped(stop) => (Tone::Bad, format!("{} was stopped by {}", self.candidate, stop.cause)),
            Phase::Complete { .. } => (Tone::Good, format!("{} went through", self.candidate)),
        };
        Banner::new(tone, title).with(self.status().to_string())
    }

    fn checks_table(&self) -> Table {
        let head =
            [Column::text("check"), Column::mark("outcome"), Column::text("asked"), Column::text("in words")];
        Table::new(head).rows(self.checks().into_iter().map(|check| {
            let badge = match check.outcome {
                mlops_core::Outcome::Passed => Badge::passed(),
                mlops_core::Outcome::Failed => Badge::failed(),
                mlops_core::Outcome::Inconclusive => Badge::inconclusive(),
                mlops_core::Outcome::NotApplicable => Badge::not_applicable(),
            };
            [
                Cell::from(check.name.as_str()),
                badge.into(),
                check.expected.as_str().into(),
                check.reason.as_str().into(),
            ]
        }))
    }

    fn failures_chart(&self) -> Html {
        let title = "Failures: candidate − production, share of requests so far";
        self.chart(title.to_owned(), &Cause::Failures, &[("tolerated", self.plan.failures.at_most)])
    }

    fn course_of_harm(&self) -> Html {
        match self.plan.harm {
            Some(check) => {
                let title = "Harm: squared error − production's, mean so far";
                self.chart(title.to_owned(), &Cause::Harm, &[("limit", check.limit)])
            }
            None => Html::from("Harm is not looked after: no labels are expected."),
        }
    }

    /// The course of a check: mean and interval at each point, the last of which is the
    /// moment of the decision.
    fn chart(&self, title: String, of: &Cause, limits: &[(&str, f64)]) -> Html {
        let mut points: Vec<Point> = self.course(of).to_vec();
        if matches!(self.phase, Phase::Running { .. }) {
            points.extend(self.reading(of));
        }
        // Before the first request there is no mean, and an interval that hides the others.
        points.retain(|point| point.n > 0);
        let moments = points.iter().map(|point| point.at.as_micros());
        let series = Series::new("mean so far", points.iter().map(|point| point.mean))
            .band(points.iter().map(|point| (point.interval.lower, point.interval.upper)));
        let mut chart = LineChart::over_moments(title, moments).series(series);
        for (name, limit) in limits {
            chart = chart.limit(*name, *limit);
        }
        for (at, share) in self.shares.iter().skip(1).filter(|(_, share)| *share > 0.0) {
            chart = chart.marker(format!("to {}", words::percent(*share)), at.as_micros(), Tone::Neutral);
        }
        match &self.phase {
            Phase::Running { .. } => chart.into(),
            Phase::Stopped(stop) if stop.cause == *of => {
                chart.marker("stopped here", stop.at.as_micros(), Tone::Bad).into()
            }
            Phase::Stopped(stop) => {
                chart.marker(format!("stopped by {}", stop.cause), stop.at.as_micros(), Tone::Caution).into()
            }
            Phase::Complete { at } => chart.marker("complete", at.as_micros(), Tone::Good).into(),
        }
    }

    fn segment_points(&self) -> impl Iterator<Item = (Cause, Point)> {
        let segments = self.segments.iter().flat_map(super::segments::Segments::iter);
        segments.map(|(cause, watch)| (cause, watch.point(self.now)))
    }

    fn is_outside(&self, point: &Point) -> bool {
        let limit = self.plan.segments.map_or(f64::INFINITY, |check| check.limit);
        point.interval.lower > limit || point.interval.upper < -limit
    }

    /// Segments with enough requests as intervals, the others by name: an interval over the
    /// whole range around a mean of 0 reads as "no difference".
    fn push_segments(&self, section: &mut Section, limit: f64) {
        let (drawn, few): (Vec<_>, Vec<_>) =
            self.segment_points().partition(|(_, point)| point.n >= FEWEST_DRAWN || self.is_outside(point));
        if !drawn.is_empty() {
            let mut chart = IntervalChart::new("Score − production's by segment, at the end");
            for (cause, point) in drawn {
                let tone = if self.is_outside(&point) { Tone::Bad } else { Tone::Neutral };
                let ends = (thousandths(point.interval.lower), thousandths(point.interval.upper));
                chart = chart.estimate(cause.to_string(), thousandths(point.mean), ends, tone);
            }
            section.push(chart.limit("limit", limit).limit("limit below", -limit));
        }
        if !few.is_empty() {
            let few: Vec<String> =
                few.iter().map(|(cause, point)| format!("{cause} (n = {})", point.n)).collect();
            section.push(format!("Too few canary requests to say: {}.", few.join(", ")));
        }
    }

    fn segments_table(&self) -> Table {
        let head = [
            Column::text("segment"),
            Column::number("canary requests"),
            Column::number("mean difference"),
            Column::text("interval"),
        ];
        Table::new(head).rows(self.segment_points().map(|(cause, point)| {
            [
                Cell::from(cause.to_string()),
                Cell::fixed(point.n as f64, 0),
                Cell::fixed(point.mean, 3),
                words::interval(&point.interval).into(),
            ]
        }))
    }
}
