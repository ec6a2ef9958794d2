//! What is happening now: can the scores still be believed, and are the inputs still those
//! that the model was trained on?

use mlops::Version;
use mlops::monitor::metrics::Format;

use crate::Result;
use crate::chapter_4_evaluate::Evaluated;
use crate::say;
use crate::service::Service;
use crate::watch::Watch;

/// A sample of each family of the guide whose value does not depend on the machine.
const FAMILIES: [&str; 5] = [
    "model_predictions_total",
    "model_accuracy",
    "prediction_confidence_count",
    "feature_drift_score",
    "prediction_errors_total",
];

pub(crate) fn tell(service: &mut Service, watch: &mut Watch, evaluated: &Evaluated) -> Result<()> {
    say::chapter(7, "Watch: can the scores still be believed?");
    let champion = Version::new(1, 0, 0);
    let figure = |name| evaluated.metrics.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let gap = figure("mean_score").zip(figure("positive_rate")).map(|(score, late)| score - late);
    let gap = gap.ok_or("nothing is known of March")?;
    let quiet = !watch.offline("2013-04-01T12:00:00Z".parse()?, gap, evaluated.labels, &champion)?;
    say::line(
        "March, before production",
        format!("gap {gap:+.3}, {}", if quiet { "quiet" } else { "ALERT" }),
    );
    say::line("month by month", "each with its 95 % interval, days resampled; April from the 1st, 12:00");
    watch.month(service, std::slice::from_ref(&champion))?;
    service.run_until("2013-06-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, &[champion])?;
    service.run_until("2013-07-01T00:00:00Z".parse()?, |_, _| Ok(()))?;

    say::line("inputs, week by week", "against the months of training");
    for week in &service.weeks {
        say::detail(week);
    }
    if let Some(last) = service.weeks.last() {
        say::line("what drifted last", format!("in {}", last.window));
        for finding in last.findings() {
            say::detail(format!("{}: {}", finding.subject, finding.reason));
        }
    }
    say::line("for Prometheus", "a sample of each family but the latency, which is measured");
    let text = service.exposition.encode(Format::Text);
    for family in FAMILIES {
        let sample = text.lines().find(|line| line.starts_with(family));
        say::detail(sample.ok_or_else(|| format!("{family} is missing in what Prometheus would read"))?);
    }
    Ok(())
}
