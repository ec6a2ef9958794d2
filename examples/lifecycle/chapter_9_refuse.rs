//! A retraining that looks splendid, and a gate that asks about the future.

use std::path::Path;

use mlops::registry::tracking::RunBatch;
use mlops::report::{IntervalChart, Section, Tone};
use mlops::serve::ModelArtifact;
use mlops::stats::bootstrap::{BlockMetric, Blocks, Estimate};
use mlops::stats::classification::{BinaryMetric, BinaryScores};
use mlops::stats::sequential::AsymptoticMeanSequence;
use mlops::{Timestamp, Version, Window};

use crate::Result;
use crate::chapter_8_replace::World;
use crate::flights::months;
use crate::governance::{HandedIn, open, refusal};
use crate::judge::{Judged, Offer, judge, resampling};
use crate::say;
use crate::service::Service;
use crate::watch::Watch;

/// The retraining's file.
const RETRAINED: &str = "delay_retrained.model.txt";

pub(crate) fn tell(
    world: &World<'_>,
    service: &mut Service,
    watch: &mut Watch,
    challenger: &ModelArtifact,
    (retrained, offline): (&ModelArtifact, &[f64]),
) -> Result<(Vec<Judged>, Section)> {
    say::chapter(9, "Refuse: a retraining that looks splendid");
    let production = Version::new(1, 1, 0);
    service.run_until("2013-10-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    let alarm = watch.month(service, std::slice::from_ref(&production))?;
    let alarm = alarm.first().ok_or("nothing asks for a retraining")?;
    say::line("the alarm asks for", format!("a retraining, at {}", alarm.at));
    let (new, copy) = (Version::new(2, 0, 0), Version::new(1, 1, 1));
    register(world, service, retrained, &new, months(7..=9)?, RETRAINED)?;
    register(world, service, challenger, &copy, months(1..=6)?, "delay_xgboost.model.json")?;
    service.run_until("2013-11-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, std::slice::from_ref(&production))?;

    let splendid = (7..=9)
        .map(|month| Ok(format!("{:.3}", auc(world, months(month..=month)?, offline)?)))
        .collect::<Result<Vec<String>>>()?;
    say::line("2.0.0 on its own months", format!("AUC {}", splendid.join(", ")));
    let october = Window::month_before(service.now());
    let served = service.scores_of(world.history, &production, october)?;
    let offer = |version: &Version, artifact, training, scores| Offer {
        version: version.clone(),
        artifact,
        training,
        scores,
        production: Some((production.clone(), &served)),
        inputs: world.inputs.to_vec(),
    };
    let mut verdicts = Vec::new();
    let on_its_own: &[&str] = &["calibration_gap"];
    let against_production: &[&str] = &["roc_auc against production", "log_loss against production"];
    for (offer, refused_by) in [
        (offer(&new, retrained, months(7..=9)?, offline), against_production),
        (offer(&copy, challenger, months(1..=6)?, &served), on_its_own),
    ] {
        let version = offer.version.clone();
        let judged = judge(world.history, offer, &**world.clock)?;
        judged.tell_briefly();
        judged.refused_by(refused_by)?;
        let decision = world.governance.request(&judged)?;
        say::line(&format!("request for {version}"), refusal(&decision)?);
        verdicts.push(judged);
    }
    let section = units(world, october, &served, offline)?;
    Ok((verdicts, section))
}

fn register(
    world: &World<'_>,
    service: &Service,
    artifact: &ModelArtifact,
    version: &Version,
    training: Window,
    file: &str,
) -> Result<()> {
    let path: &Path = world.data;
    let registered = world.governance.register(
        &service.model,
        HandedIn {
            version: version.clone(),
            file: &mut open(&path.join(file))?,
            flavour: artifact.format().name(),
            description: "Offered after September's alarm",
            training,
            inputs: world.inputs,
            run: RunBatch::new().param("trained on", training),
        },
    )?;
    say::line("registered", format!("{} {}, trained on {training}", registered.model, registered.version));
    Ok(())
}

/// The area under the ROC curve in a window.
fn auc(world: &World<'_>, window: Window, scores: &[f64]) -> Result<f64> {
    let rows = world.history.labelled(window);
    let late: Vec<bool> = rows.late.iter().flatten().copied().collect();
    let scores: Vec<f64> = rows.of(scores).copied().collect();
    Ok(BinaryMetric::RocAuc.of(&BinaryScores::new(&late, &scores)?)?)
}

/// How sure one may be of October, by flights and by days; and what a test that takes flights
/// as independent would have said on its first day.
fn units(world: &World<'_>, month: Window, production: &[f64], candidate: &[f64]) -> Result<Section> {
    let rows = world.history.labelled(month);
    let late: Vec<bool> = rows.late.iter().flatten().copied().collect();
    let of = |scores: &[f64]| rows.of(scores).copied().collect::<Vec<f64>>();
    let (candidate, production) = (of(candidate), of(production));
    let (new, old) = (BinaryScores::new(&late, &candidate)?, BinaryScores::new(&late, &production)?);
    let bootstrap = resampling()?;
    let days: Vec<Timestamp> = rows.times.iter().map(|time| Window::day_of(*time).from()).collect();
    let (by_day, by_flight) = (Blocks::by(&days)?, Blocks::each_row(late.len())?);
    let mut section = Section::new("The unit of chance");
    for metric in [BinaryMetric::RocAuc, BinaryMetric::LogLoss] {
        let difference = |blocks: &Blocks| -> Result<Estimate> {
            let (new, old) =
                (BlockMetric::new(metric, &new, blocks)?, BlockMetric::new(metric, &old, blocks)?);
            Ok(bootstrap.difference(&new, &old)?)
        };
        let (by_day, by_flight) = (difference(&by_day)?, difference(&by_flight)?);
        let width = |estimate: &Estimate| estimate.interval.upper - estimate.interval.lower;
        let words = |estimate: &Estimate| {
            format!(
                "{:+.3} [{:+.3}, {:+.3}]",
                estimate.value, estimate.interval.lower, estimate.interval.upper
            )
        };
        say::line(
            &format!("October's {}", metric.name()),
            format!(
                "{} by days, {} by flights: {:.1} x too narrow",
                words(&by_day),
                words(&by_flight),
                width(&by_day) / width(&by_flight)
            ),
        );
        let ends = |estimate: &Estimate| (estimate.interval.lower, estimate.interval.upper);
        section.push(
            IntervalChart::new(format!("{}: the retraining less production, October", metric.name()))
                .estimate("days as unit", by_day.value, ends(&by_day), Tone::Neutral)
                .estimate("flights as unit", by_flight.value, ends(&by_flight), Tone::Caution)
                .limit("no difference", 0.0),
        );
    }
    let words = first_day(world, month, (&candidate, &production))?;
    say::line("a test flight by flight", &words);
    section.push(format!(
        "A test that takes flights as independent and looks after each of them, on log loss: {words}. \
         Flights of one day share its weather: what looks like hundreds of witnesses is one."
    ));
    Ok(section)
}

/// When a sequential test with the flight as its unit would have decided, and for whom.
fn first_day(world: &World<'_>, month: Window, (candidate, production): (&[f64], &[f64])) -> Result<String> {
    let rows = world.history.labelled(month);
    let arrived = world.history.arrivals(&rows)?;
    let mut order: Vec<usize> = (0..arrived.len()).collect();
    order.sort_by_key(|row| (arrived[*row], *row));
    let loss = |late: bool, score: f64| BinaryMetric::LogLoss.of(&BinaryScores::new(&[late], &[score])?);
    let mut sequence = AsymptoticMeanSequence::new(0.05, 2_000.0)?;
    for (seen, row) in order.into_iter().enumerate() {
        let Some(late) = rows.late[row] else { continue };
        sequence.observe(loss(late, production[row])? - loss(late, candidate[row])?)?;
        let interval = sequence.interval();
        if interval.lower > 0.0 || interval.upper < 0.0 {
            let first_day = Window::day_of(arrived[row]) == Window::day_of(month.from());
            let words = format!("for the retraining at {}, after {} labels", arrived[row], seen + 1);
            let as_told = interval.lower > 0.0 && first_day;
            return if as_told {
                Ok(words)
            } else {
                Err(format!("the story says otherwise: {words}").into())
            };
        }
    }
    Err("the story says that it would have decided".into())
}
