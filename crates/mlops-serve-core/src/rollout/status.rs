use std::fmt;

use mlops_core::{Check, Detail, Outcome, Severity, Subject, Timestamp, Verdict};

use super::event::Cause;
use super::machine::{Phase, Rollout};
use super::watch::Point;
use super::words;

/// Where a rollout is, for people; [`Display`](fmt::Display) says it in a sentence.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The moment that it describes.
    pub at: Timestamp,
    /// Where the rollout is.
    pub phase: Phase,
    /// How many steps the plan has.
    pub steps: usize,
    /// The candidate's share of the requests now.
    pub share: f64,
    /// When the present step began; the last step, if the rollout has ended.
    pub since: Timestamp,
    /// Full days of the step that count, and how many are needed.
    pub full_days: (u32, u32),
    /// Canary requests since the start.
    pub pairs: u64,
    /// Labels that were joined since the start.
    pub labels: u64,
    /// What the step still waits for; empty if the rollout has ended.
    pub waits_for: Vec<String>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = format!("{} canary requests, {} labels", self.pairs, self.labels);
        match &self.phase {
            Phase::Running { step } => {
                let (days, needed) = self.full_days;
                write!(
                    f,
                    "step {} of {}, {} since {}: {days} of {needed} full days, {seen}",
                    step + 1,
                    self.steps,
                    words::percent(self.share),
                    self.since
                )?;
                if self.waits_for.is_empty() {
                    Ok(())
                } else {
                    write!(f, "; waits for {}", self.waits_for.join(" and "))
                }
            }
            Phase::Stopped(stop) => write!(f, "stopped at {} by {}: {}", stop.at, stop.cause, stop.reason),
            Phase::Complete { at } => write!(f, "complete at {at}: {seen}"),
        }
    }
}

impl Rollout {
    /// Where it is.
    pub fn status(&self) -> Status {
        let running = if let Phase::Running { step } = self.phase { self.plan.steps.get(step) } else { None };
        let planned = running.or_else(|| self.plan.steps.last());
        let full_days = planned.map_or((0, 0), |step| (self.step.full_days(step, self.now), step.full_days));
        let mut waits_for = Vec::new();
        if let Some(step) = running {
            if full_days.0 < full_days.1 {
                let days = full_days.1 - full_days.0;
                waits_for.push(format!("{days} full days of at least {} canary requests", step.pairs_a_day));
            }
            if self.harm.is_some() && self.step.labels < step.labels {
                waits_for.push(format!("{} labels", step.labels - self.step.labels));
            }
            if self.segments.as_ref().is_some_and(super::segments::Segments::is_empty) {
                waits_for.push("a request with segments".to_owned());
            }
        }
        Status {
            at: self.now,
            phase: self.phase.clone(),
            steps: self.plan.steps.len(),
            share: self.share(),
            since: self.step.since,
            full_days,
            pairs: self.counts.pairs,
            labels: self.counts.labels,
            waits_for,
        }
    }

    /// Every question of the plan and its answer now: failures, harm, segments, and whether
    /// the steps were gone through.
    ///
    /// While it runs, what is not broken is inconclusive: a candidate passes only by going
    /// through all steps, and a check that saw nothing never does.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks = vec![self.failures_check()];
        checks.extend(self.harm_check());
        checks.extend(self.segments_check());
        checks.push(self.steps_check());
        checks
    }

    /// The judgement of the rollout on the candidate, to be kept as evidence: passed if it is
    /// complete and every check saw something, refused if it was stopped.
    pub fn verdict(&self, subject: Subject) -> Verdict {
        Verdict::new("rollout", subject, self.now, self.checks())
    }

    fn stopped_by(&self) -> Option<&Cause> {
        if let Phase::Stopped(stop) = &self.phase { Some(&stop.cause) } else { None }
    }

    fn outcome(&self, is_cause: bool, n: u64) -> Outcome {
        match &self.phase {
            _ if is_cause => Outcome::Failed,
            Phase::Complete { .. } if n > 0 => Outcome::Passed,
            _ => Outcome::Inconclusive,
        }
    }

    fn failures_check(&self) -> Check {
        let check = self.plan.failures;
        let is_cause = self.stopped_by() == Some(&Cause::Failures);
        let Point { n, mean, interval, .. } = self.failures.point(self.now);
        let counts = &self.counts;
        let detail = |label: &str, count: u64, note: &str| Detail {
            label: label.to_owned(),
            value: Some(count as f64),
            note: note.to_owned(),
        };
        let mut details = vec![
            detail("candidate only", counts.candidate_failed, "failed where production would not have"),
            detail("production only", counts.production_failed, "production would have failed alone"),
            detail("both", counts.both_failed, "no difference"),
        ];
        details.extend(
            counts
                .failures_by_kind
                .iter()
                .map(|(kind, count)| detail(kind, *count, "the candidate's failures of this kind")),
        );
        Check::new("failures", Severity::Critical, self.outcome(is_cause, n))
            .observed(mean)
            .interval(interval)
            .expected(format!("mean of the paired difference <= {}", check.at_most))
            .because(self.words(is_cause, n, || {
                format!(
                    "{}: e-value {:.2} of {:.0}",
                    words::failures(self),
                    self.failures.e_value_above(),
                    1.0 / check.alpha
                )
            }))
            .details(details)
    }

    fn harm_check(&self) -> Option<Check> {
        let (check, watch) = (self.plan.harm?, self.harm.as_ref()?);
        let is_cause = self.stopped_by() == Some(&Cause::Harm);
        let Point { n, mean, interval, .. } = watch.point(self.now);
        let made = Check::new("harm", Severity::Critical, self.outcome(is_cause, n))
            .observed(mean)
            .interval(interval)
            .expected(format!(
                "interval of the paired squared error not above {}",
                words::signed(check.limit)
            ))
            .because(self.words(is_cause, n, || {
                format!(
                    "{} {} on {n} labelled canary requests",
                    words::signed(mean),
                    words::interval(&interval)
                )
            }));
        Some(made)
    }

    /// One check for all segments: the one that stopped the rollout, or else the one that is
    /// closest to a stop, stands for them.
    fn segments_check(&self) -> Option<Check> {
        let segments = self.segments.as_ref()?;
        let limit = segments.check().limit;
        let is_cause = matches!(self.stopped_by(), Some(Cause::Segment { .. } | Cause::OtherSegments));
        let worst = self.closest_segment().and_then(|cause| self.watch(&cause).map(|watch| (cause, watch)));
        let n = worst.as_ref().map_or(0, |(_, watch)| watch.n());
        let mut check = Check::new("segments", Severity::Critical, self.outcome(is_cause, n))
            .expected(format!("no segment's interval of the paired score outside ±{limit}"));
        if let Some((cause, watch)) = worst {
            let Point { n, mean, interval, .. } = watch.point(self.now);
            let count = segments.iter().count();
            let words = self.words(is_cause, n, || {
                format!(
                    "{cause} is the closest of {count}: {} {} on {n} canary requests",
                    words::signed(mean),
                    words::interval(&interval)
                )
            });
            // The reason of a stop leaves out which segment it was.
            let reason = if is_cause { format!("{cause}: {words}") } else { words };
            check = check.observed(mean).interval(interval).because(reason);
        } else {
            check = check.because("no canary request with a segment was seen");
        }
        let details = segments.iter().map(|(cause, watch)| {
            let Point { n, mean, interval, .. } = watch.point(self.now);
            Detail {
                label: cause.to_string(),
                value: Some(mean),
                note: format!("{} on {n} canary requests", words::interval(&interval)),
            }
        });
        Some(check.details(details.collect()))
    }

    /// The segment that stopped the rollout, or else the one that is closest to a stop.
    pub(super) fn closest_segment(&self) -> Option<Cause> {
        let stopped_by = self.stopped_by();
        let closest = self.segments.as_ref()?.iter().max_by(|(one, a), (other, b)| {
            let stops = |cause: &Cause| stopped_by == Some(cause);
            stops(one).cmp(&stops(other)).then(a.closeness().total_cmp(&b.closeness()))
        });
        closest.map(|(cause, _)| cause)
    }

    fn steps_check(&self) -> Check {
        let shares: Vec<String> = self
            .plan
            .steps
            .iter()
            .map(|step| format!("{} for {} full days", words::percent(step.share), step.full_days))
            .collect();
        let outcome = match &self.phase {
            Phase::Complete { .. } => Outcome::Passed,
            Phase::Stopped(stop) if stop.cause == Cause::Aborted => Outcome::Failed,
            _ => Outcome::Inconclusive,
        };
        let reason = match &self.phase {
            Phase::Stopped(stop) if stop.cause == Cause::Aborted => {
                format!("ended at {} by hand: {}", stop.at, stop.reason)
            }
            Phase::Stopped(stop) => format!("ended at {} by {}", stop.at, stop.cause),
            _ => self.status().to_string(),
        };
        Check::new("steps", Severity::Critical, outcome).expected(shares.join(", then ")).because(reason)
    }

    /// The reason of the stop for the check that caused it, else what `otherwise` says.
    fn words(&self, is_cause: bool, n: u64, otherwise: impl Fn() -> String) -> String {
        match &self.phase {
            Phase::Stopped(stop) if is_cause => stop.reason.clone(),
            _ if n == 0 => "nothing was seen".to_owned(),
            _ => otherwise(),
        }
    }
}
