//! What a rollout knows, in words.

use mlops_core::Interval;

use super::event::Cause;
use super::machine::Rollout;

/// A share in percent, without needless digits.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A difference with its sign, to three digits behind the point.
pub(super) fn signed(value: f64) -> String {
    let text = format!("{value:+.3}");
    if text.trim_start_matches(['+', '-', '0', '.']).is_empty() {
        text.trim_start_matches(['+', '-']).to_owned()
    } else {
        text.replace('-', "−")
    }
}

pub(super) fn interval(interval: &Interval) -> String {
    format!("[{}, {}]", signed(interval.lower), signed(interval.upper))
}

/// `5 of 71 canary requests failed where 1.1.0 would not have (output_not_finite 5)`.
pub(super) fn failures(rollout: &Rollout) -> String {
    let counts = &rollout.counts;
    let kinds: Vec<String> =
        counts.failures_by_kind.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let other_way = match counts.production_failed {
        0 => String::new(),
        count => format!(", {count} the other way round"),
    };
    format!(
        "{} of {} canary requests failed where {} would not have{kinds}{other_way}",
        counts.candidate_failed, counts.pairs, rollout.production
    )
}

/// Why the rollout is stopped by `cause`, with the numbers of this moment, without the cause.
pub(super) fn stop(rollout: &Rollout, cause: &Cause) -> String {
    let Some(point) = rollout.reading(cause) else { return cause.to_string() };
    let (candidate, production) = (&rollout.candidate, &rollout.production);
    match cause {
        Cause::Failures => {
            let check = rollout.plan.failures;
            format!(
                "{}: more than the tolerated {} is shown (e-value {:.1}, {:.0} is enough)",
                failures(rollout),
                percent(check.at_most),
                rollout.failures.e_value_above(),
                1.0 / check.alpha,
            )
        }
        Cause::Harm => format!(
            "on {} labelled canary requests the squared error of {candidate} is {} from that of {production}, {}: above {}",
            point.n,
            signed(point.mean),
            interval(&point.interval),
            signed(rollout.plan.harm.unwrap_or_default().limit),
        ),
        _ => format!(
            "on {} canary requests the score of {candidate} is {} from that of {production}, {}: outside ±{}",
            point.n,
            signed(point.mean),
            interval(&point.interval),
            rollout.plan.segments.unwrap_or_default().limit,
        ),
    }
}
