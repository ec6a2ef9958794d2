//! A stream as a section of an HTML page.

use mlops_report::{
    Badge, Cell, Column, Details, HeatCell, HeatMap, Html, LineChart, Section, Series, Table, Tone, number,
};

use super::course::Stretch;
use super::{StreamAlarm, StreamMonitor};
use crate::stream::{Reading, Status, StreamDetector};

/// Beyond this many alarms, lines up a chart hide it.
const MARKERS: usize = 12;

/// How many columns the map of the detectors has at most.
const COLUMNS: usize = 40;

/// How many alarms are told in words, the newest.
const TOLD: usize = 20;

/// A number of a reading.
type Part = fn(&Reading) -> Option<f64>;

impl<D: StreamDetector> StreamMonitor<D> {
    /// The stream under a heading: its mean over time with the alarms, what each detector said
    /// and when, what it looked at beside its limits, and the alarms in words.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let section = Section::new(heading);
        if self.values() == 0 {
            return section.with("No value has come yet.");
        }
        let mut section = section.with(self.sentence()).with(self.course_chart()).with(self.map());
        for (place, watcher) in self.watchers.iter().enumerate() {
            let said = match watcher.alarms {
                0 => format!("{}: no alarm", watcher.label),
                1 => format!("{}: one alarm", watcher.label),
                alarms => format!("{}: {} alarms", watcher.label, number::count(alarms)),
            };
            let chart = self.reading_chart(place);
            section = section.with(Details::new(said).with(chart));
        }
        if self.alarms().len() > 0 { section.with(self.told()) } else { section }
    }

    fn sentence(&self) -> String {
        let quiet = self.counts().filter(|(_, alarms)| *alarms == 0).count();
        let alarms: u64 = self.counts().map(|(_, alarms)| alarms).sum();
        format!(
            "{} values of {}, watched by {} detectors: {} alarms; {quiet} of the detectors stayed quiet.",
            number::count(self.values()),
            self.name(),
            self.watchers.len(),
            number::count(alarms),
        )
    }

    /// The mean of each stretch, and a line where an alarm was raised.
    fn course_chart(&self) -> LineChart {
        let stretches = self.course.stretches();
        let title = format!("{}, mean of each stretch", self.name());
        let chart =
            over(title, stretches).series(Series::new(self.name(), stretches.iter().map(Stretch::mean)));
        // Of many alarms the first of each detector that is remembered: more lines hide the course.
        let many = self.alarms().len() > MARKERS;
        let first = |alarm: &&StreamAlarm| {
            !many || self.alarms().find(|other| other.detector == alarm.detector) == Some(*alarm)
        };
        self.alarms()
            .filter(first)
            .take(MARKERS)
            .fold(chart, |chart, alarm| mark(chart, stretches, alarm, &alarm.detector))
    }

    /// What each detector said, stretch by stretch.
    fn map(&self) -> HeatMap {
        let stretches = self.course.stretches();
        let together: Vec<&[Stretch]> = stretches.chunks(stretches.len().div_ceil(COLUMNS).max(1)).collect();
        let names = together.iter().map(|group| name(&group[0]));
        let map = HeatMap::new("What each detector said", names)
            .key(Tone::Good, "quiet")
            .key(Tone::Caution, "warning")
            .key(Tone::Bad, "drift");
        self.watchers.iter().enumerate().fold(map, |map, (place, watcher)| {
            let cells = together.iter().map(|group| {
                let worst = group.iter().filter_map(|s| s.marks.get(place)).map(|mark| mark.status).max();
                let worst = worst.unwrap_or_default();
                let cell = match worst {
                    Status::Stable => HeatCell::category(Tone::Good),
                    Status::Warning => HeatCell::category(Tone::Caution),
                    Status::Drift => HeatCell::category(Tone::Bad),
                };
                cell.title(worst.to_string())
            });
            map.row(&watcher.label, cells)
        })
    }

    /// What a detector looked at, and its limits.
    fn reading_chart(&self, place: usize) -> LineChart {
        let stretches = self.course.stretches();
        let label = &self.watchers[place].label;
        let course = |of: Part| -> Vec<f64> {
            let readings = stretches.iter().map(|stretch| stretch.marks.get(place));
            readings.map(|mark| mark.and_then(|mark| of(&mark.reading)).unwrap_or(f64::NAN)).collect()
        };
        let mut chart = over(format!("What {label} looked at"), stretches)
            .series(Series::new("statistic", course(|reading| reading.value)));
        let limits: [(&str, Part); 2] =
            [("warning", |reading| reading.warning), ("drift", |reading| reading.drift)];
        for (word, of) in limits {
            let limit = course(of);
            let mut numbers = limit.iter().copied().filter(|value| value.is_finite());
            let Some(first) = numbers.next() else { continue };
            chart = if numbers.all(|value| value.total_cmp(&first).is_eq()) {
                chart.limit(word, first)
            } else {
                chart.series(Series::new(word, limit))
            };
        }
        let own: Vec<&StreamAlarm> = self.alarms().filter(|alarm| alarm.detector == *label).collect();
        let shown = if own.len() > MARKERS { 0 } else { MARKERS };
        own.into_iter().take(shown).fold(chart, |chart, alarm| mark(chart, stretches, alarm, "alarm"))
    }

    /// The newest alarms, the newest first.
    fn told(&self) -> Html {
        let head = [
            Column::text("detector"),
            Column::number("value"),
            Column::mark("when"),
            Column::number("values since it began"),
            Column::number("their mean"),
            Column::number("statistic"),
            Column::number("limit"),
        ];
        let table = Table::new(head).rows(self.alarms().rev().take(TOLD).map(|alarm| {
            let optional = |value: Option<f64>| value.map_or_else(Cell::none, |value| Cell::fixed(value, 4));
            [
                Badge::new(Tone::Bad, &alarm.detector).into(),
                alarm.index.into(),
                alarm.at.map_or_else(Cell::none, |at| at.to_string().into()),
                alarm.observations.into(),
                Cell::fixed(alarm.mean, 4),
                optional(alarm.reading.value),
                optional(alarm.reading.drift),
            ]
        }));
        Details::new("The alarms, the newest first").with(table).into()
    }
}

/// A chart over time if it is known of all, or else over the places in the stream.
fn over(title: String, stretches: &[Stretch]) -> LineChart {
    let moments: Option<Vec<i64>> =
        stretches.iter().map(|stretch| stretch.at.map(mlops_core::Timestamp::as_micros)).collect();
    match moments {
        Some(moments) => LineChart::over_moments(title, moments),
        None => LineChart::over_numbers(title, stretches.iter().map(|stretch| stretch.first as f64)),
    }
}

fn mark(chart: LineChart, stretches: &[Stretch], alarm: &StreamAlarm, label: &str) -> LineChart {
    match alarm.at.filter(|_| stretches.iter().all(|stretch| stretch.at.is_some())) {
        Some(at) => chart.marker(label, at.as_micros(), Tone::Bad),
        None => chart.marker(label, alarm.index as f64, Tone::Bad),
    }
}

/// A stretch is known by when it begins.
fn name(stretch: &Stretch) -> String {
    stretch.at.map_or_else(|| number::count(stretch.first), |at| at.to_string())
}
