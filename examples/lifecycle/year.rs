//! The year as a picture: who answered when, who was tried, and what came of it.

use mlops::monitor::Ending;
use mlops::report::{Lane, Section, Timeline, Tone};
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
                Some(_) => ("put back into production", Tone::Caution),
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
        for recorded in registry.evidence(&service.model, &version.version)? {
            let verdict = recorded.evidence.verdict()?;
            let (word, tone) = if verdict.passed() {
                ("passed the gate", Tone::Good)
            } else {
                ("refused by the gate", Tone::Bad)
            };
            lane = lane.event(word, at(verdict.at), tone);
        }
        for alert in watch.alerts.iter().filter(|alert| is_of(alert, &version.version)) {
            let (word, tone) = match alert.ended {
                None => ("alert", Tone::Bad),
                Some(Ending::NoSample) => ("too few labels to say whether the alert holds", Tone::Neutral),
                Some(_) => ("alert ends", Tone::Good),
            };
            lane = lane.event(word, at(alert.at), tone);
        }
        chart = chart.lane(lane);
    }
    Ok(Section::new("The year").with(chart))
}

fn is_of(alert: &mlops::monitor::Alert, version: &Version) -> bool {
    alert.labels.get("model_version") == Some(version.to_string().as_str())
}
