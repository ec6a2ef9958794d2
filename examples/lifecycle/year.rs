//! The year as pictures: who answered when, and which inputs moved.

use mlops::drift::Status;
use mlops::report::{HeatCell, HeatMap, Lane, Section, Timeline, Tone};
use mlops::{Timestamp, Version};

use crate::Result;
use crate::chapter_8_replace::World;
use crate::service::Service;
use crate::watch::Watch;

/// A lane for each version: in production, on trial, and what happened to it.
pub(crate) fn timeline(world: &World<'_>, service: &Service, watch: &Watch) -> Result<Section> {
    let registry = &world.governance.registry;
    let (history, trials) = (registry.history(&service.model)?, registry.trials(&service.model)?);
    let end = service.now().as_micros();
    let until = |moments: &[Timestamp], from: Timestamp| {
        moments.iter().find(|moment| **moment > from).map_or(end, |moment| moment.as_micros())
    };
    let switches: Vec<Timestamp> = history.iter().map(|promotion| promotion.promoted_at).collect();
    let mut chart = Timeline::new("Who answered, and who was tried");
    for version in registry.versions(&service.model)? {
        let mut lane = Lane::new(version.version.to_string());
        let at = |moment: Timestamp| moment.as_micros();
        for promotion in history.iter().filter(|promotion| promotion.version == version.version) {
            let from = promotion.promoted_at;
            lane = lane.span("production", at(from), until(&switches, from));
            let (word, tone) = match promotion.rollback {
                Some(_) => ("rolled back to", Tone::Caution),
                None => ("promoted", Tone::Good),
            };
            lane = lane.event(word, at(from), tone);
        }
        for trial in trials.iter().filter(|trial| trial.version == version.version) {
            let over = trial.end.as_ref().map_or(service.now(), |end| end.at);
            let mut ends: Vec<Timestamp> = trial.phases.iter().map(|phase| phase.since).collect();
            ends.push(over);
            for phase in &trial.phases {
                lane = lane.span(phase.kind.to_string(), at(phase.since), until(&ends, phase.since));
            }
            if let Some(end) = trial.end.as_ref().filter(|end| end.outcome.as_str() == "stopped") {
                lane = lane.event(end.outcome.to_string(), at(end.at), Tone::Bad);
            }
        }
        for alert in watch.alerts.iter().filter(|alert| is_of(alert, &version.version)) {
            let (word, tone) =
                if alert.is_resolved() { ("alert ends", Tone::Good) } else { ("alert", Tone::Bad) };
            lane = lane.event(word, at(alert.at), tone);
        }
        chart = chart.lane(lane);
    }
    Ok(Section::new("The year").with(chart))
}

fn is_of(alert: &mlops::monitor::Alert, version: &Version) -> bool {
    alert.labels.get("model_version") == Some(version.to_string().as_str())
}

/// How far each input was from the months of training, week by week.
pub(crate) fn heat(service: &Service) -> Section {
    let weeks = &service.weeks;
    let day = |moment: Timestamp| moment.to_string().get(5..10).unwrap_or_default().to_owned();
    let chart = HeatMap::new("Drift by input and week", weeks.iter().map(|week| day(week.window.from())))
        .ends("as in training", "twice the limit");
    let names: Vec<String> = weeks
        .iter()
        .find_map(|week| week.drift.as_ref())
        .map(|drift| drift.columns.iter().map(|column| column.name.clone()).collect())
        .unwrap_or_default();
    let chart = names.iter().fold(chart, |chart, name| {
        let cells = weeks.iter().map(|week| {
            let Some(column) = week.columns().find(|column| column.name == *name) else {
                return HeatCell::missing().title("too few to say");
            };
            let share = column.values.as_ref().map_or(f64::NAN, |seen| seen.effect / (2.0 * seen.limit));
            let cell = HeatCell::value(share.min(1.0)).title(format!("{}: {}", week.window, column.reason));
            if column.status == Status::Drifted { cell.tone(Tone::Caution) } else { cell }
        });
        chart.row(name, cells)
    });
    Section::new("What the flights were like").with(chart)
}
