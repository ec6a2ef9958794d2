use std::time::Duration;

use mlops_core::{ServedBy, Timestamp, Version};
use mlops_stats::sequential::Stakes;
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::event::{Action, Cause, Event, Stop};
use super::plan::{FailureCheck, InvalidPlan, RolloutPlan};
use super::segments::Segments;
use super::step::StepState;
use super::waiting::{Scored, Waiting};
use super::watch::{Point, Watch};
use super::words;
use crate::Pair;

const HOUR: Duration = Duration::from_hours(1);

/// A course with more points than this loses every other one.
const MOST_POINTS: usize = 240;

/// A version on its way to production, as a state machine: [`apply`](Self::apply) takes an
/// event and gives the actions that follow.
///
/// It reads no clock and calls nobody. The state is a serde value: kept after every event,
/// or now and then, and read back, it goes on exactly where it was. Memory is bounded by the
/// plan: two numbers a waiting request, some hundred a segment.
///
/// Time is the latest moment of any event; events may come slightly out of order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    pub(super) plan: RolloutPlan,
    pub(super) candidate: Version,
    pub(super) production: Version,
    pub(super) started: Timestamp,
    pub(super) now: Timestamp,
    pub(super) phase: Phase,
    pub(super) step: StepState,
    /// When each share was set.
    pub(super) shares: Vec<(Timestamp, f64)>,
    pub(super) failures: Watch,
    pub(super) harm: Option<Watch>,
    pub(super) segments: Option<Segments>,
    pub(super) waiting: Waiting,
    pub(super) counts: Counts,
    snapshot_hours: u32,
    next_snapshot: Timestamp,
}

/// Where a rollout is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// A step of the plan, from 0.
    Running {
        /// Which.
        step: usize,
    },
    /// Stopped, for good.
    Stopped(Stop),
    /// Passed, for good.
    Complete {
        /// When.
        at: Timestamp,
    },
}

impl Rollout {
    /// Begins with the first step: the actions set its share.
    ///
    /// # Errors
    /// [`InvalidPlan`] with the field that can't be followed.
    pub fn start(
        plan: RolloutPlan,
        candidate: Version,
        production: Version,
        at: Timestamp,
    ) -> Result<(Self, Vec<Action>), InvalidPlan> {
        plan.check()?;
        let width = plan.scores.width();
        let FailureCheck { at_most, alpha } = plan.failures;
        let failures = Watch::new((at_most, at_most), 1.0, alpha, Stakes::Rare);
        let harm = plan.harm.map(|check| {
            Watch::new((check.limit, check.limit), width * width, check.alpha / 2.0, Stakes::Steady)
        });
        let segments = plan.segments.map(|check| Segments::new(check, plan.scores));
        let failures = failures.map_err(|error| InvalidPlan::by("failures", &error))?;
        let harm = harm.transpose().map_err(|error| InvalidPlan::by("harm", &error))?;
        let segments = segments.transpose().map_err(|error| InvalidPlan::by("segments", &error))?;
        let mut rollout = Self {
            candidate,
            production,
            started: at,
            now: at,
            phase: Phase::Running { step: 0 },
            step: StepState::from(at),
            shares: Vec::new(),
            failures,
            harm,
            segments,
            waiting: Waiting::default(),
            counts: Counts::default(),
            snapshot_hours: plan.snapshot_hours,
            next_snapshot: at + HOUR * plan.snapshot_hours,
            plan,
        };
        let actions = vec![rollout.set_share()];
        Ok((rollout, actions))
    }

    /// Takes an event; the actions that follow are in order. After a stop or completion
    /// nothing happens any more.
    ///
    /// Cost: about a microsecond a pair, whatever the number of requests seen; no allocation
    /// beside the waiting request's id.
    pub fn apply(&mut self, event: Event<'_>) -> Vec<Action> {
        if !matches!(self.phase, Phase::Running { .. }) {
            return Vec::new();
        }
        let stop = match event {
            Event::Pair(pair) => self.pair(pair),
            Event::Label { id, value, known_at } => {
                self.advance(known_at);
                let scored = if self.plan.scores.contains(value) {
                    self.waiting.take(id)
                } else {
                    self.counts.invalid_labels += u64::from(self.waiting.contains(id));
                    None
                };
                scored.and_then(|scored| self.label(scored, value))
            }
            Event::Tick(at) => {
                self.advance(at);
                None
            }
            Event::Abort { at, reason } => {
                self.advance(at);
                return self.stop(Cause::Aborted, reason.to_owned(), None);
            }
        };
        match stop {
            Some(cause) => {
                let numbers = self.watch(&cause).map(|watch| watch.point(self.now));
                let reason = words::stop(self, &cause);
                self.stop(cause, reason, numbers)
            }
            None => self.progress(),
        }
    }

    fn pair(&mut self, pair: &Pair) -> Option<Cause> {
        if pair.candidate_version != self.candidate || pair.production_version != self.production {
            self.counts.foreign += 1;
            return None;
        }
        self.advance(pair.at);
        if pair.candidate_role != ServedBy::Canary {
            self.counts.shadow += 1;
            return None;
        }
        if self.waiting.contains(&pair.id) {
            self.counts.repeated += 1;
            return None;
        }
        self.counts.pairs += 1;
        self.step.count(pair.at);

        let scores = self.plan.scores;
        let score = |answer: Result<f64, &'static str>| match answer {
            Ok(score) if !scores.contains(score) => Err("score_out_of_range"),
            answer => answer,
        };
        let (candidate, production) = (score(pair.candidate), score(pair.production));
        let counted = match (candidate.is_err(), production.is_err()) {
            (true, false) => Some(&mut self.counts.candidate_failed),
            (false, true) => Some(&mut self.counts.production_failed),
            (true, true) => Some(&mut self.counts.both_failed),
            (false, false) => None,
        };
        if let Some(count) = counted {
            *count += 1;
        }
        if let Err(kind) = candidate {
            *self.counts.failures_by_kind.entry(kind.to_owned()).or_default() += 1;
        }
        let failed = |answer: Result<f64, _>| f64::from(u8::from(answer.is_err()));
        self.failures.observe(failed(candidate) - failed(production));

        let mut stop = self.failures.is_above().then_some(Cause::Failures);
        if let (Ok(candidate), Ok(production)) = (candidate, production) {
            if self.harm.is_some() {
                let scored = Scored { at: pair.at, candidate, production };
                let full = self.waiting.add(&pair.id, scored, self.plan.most_waiting);
                self.counts.given_up += u64::from(full);
            }
            let segments = self.segments.as_mut();
            let different =
                segments.and_then(|segments| segments.observe(&pair.segments, candidate - production));
            stop = stop.or(different);
        }
        stop
    }

    fn label(&mut self, scored: Scored, value: f64) -> Option<Cause> {
        self.counts.labels += 1;
        if scored.at >= self.step.since {
            self.step.labels = self.step.labels.saturating_add(1);
        }
        let harm = self.harm.as_mut()?;
        let error = |score: f64| (score - value) * (score - value);
        harm.observe(error(scored.candidate) - error(scored.production));
        harm.is_above().then_some(Cause::Harm)
    }

    /// Moves time on, and with it the courses and the waiting requests.
    fn advance(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        if self.now < self.next_snapshot {
            return;
        }
        // What was known up to now, before the event that brought the time.
        self.keep();
        if self.failures.points().len() > MOST_POINTS {
            self.failures.thin();
            self.harm.iter_mut().for_each(Watch::thin);
            self.segments.iter_mut().for_each(Segments::thin);
            self.snapshot_hours = self.snapshot_hours.saturating_mul(2);
        }
        self.next_snapshot = self.now + HOUR * self.snapshot_hours;
        self.counts.given_up += self.waiting.give_up(self.now, HOUR * self.plan.label_timeout_hours);
    }

    fn keep(&mut self) {
        let now = self.now;
        self.failures.keep(now);
        self.harm.iter_mut().for_each(|harm| harm.keep(now));
        self.segments.iter_mut().for_each(|segments| segments.keep(now));
    }

    fn progress(&mut self) -> Vec<Action> {
        let Phase::Running { step } = self.phase else { return Vec::new() };
        if !self.step_is_over(step) {
            return Vec::new();
        }
        self.keep();
        if step + 1 < self.plan.steps.len() {
            self.phase = Phase::Running { step: step + 1 };
            self.step = StepState::from(self.now);
            vec![self.set_share()]
        } else {
            self.phase = Phase::Complete { at: self.now };
            self.waiting.clear();
            vec![Action::Complete]
        }
    }

    fn step_is_over(&self, step: usize) -> bool {
        let Some(planned) = self.plan.steps.get(step) else { return false };
        // The cheap question first: it is asked at every event.
        self.step.age_in_days(self.now) >= u64::from(planned.full_days)
            && self.step.full_days(planned, self.now) >= planned.full_days
            && (self.harm.is_none() || self.step.labels >= planned.labels)
            && self.segments.as_ref().is_none_or(|segments| !segments.is_empty())
    }

    fn stop(&mut self, cause: Cause, reason: String, numbers: Option<Point>) -> Vec<Action> {
        self.keep();
        let stop = Stop { at: self.now, cause, reason, numbers };
        self.phase = Phase::Stopped(stop.clone());
        self.waiting.clear();
        vec![self.set_share(), Action::Stop(stop)]
    }

    fn set_share(&mut self) -> Action {
        let share = self.share();
        self.shares.push((self.now, share));
        Action::SetShare(share)
    }

    /// The watch behind a cause; none if a person is behind it.
    pub(super) fn watch(&self, cause: &Cause) -> Option<&Watch> {
        match cause {
            Cause::Failures => Some(&self.failures),
            Cause::Harm => self.harm.as_ref(),
            Cause::Segment { .. } | Cause::OtherSegments => {
                self.segments.as_ref()?.iter().find(|(other, _)| other == cause).map(|(_, watch)| watch)
            }
            Cause::Aborted => None,
        }
    }

    /// The share of the requests that the candidate is to answer now: 0 once stopped, that of
    /// the last step once complete. What a restarted service sets.
    pub fn share(&self) -> f64 {
        match self.phase {
            Phase::Running { step } => self.plan.steps.get(step).map_or(0.0, |step| step.share),
            Phase::Stopped(_) => 0.0,
            Phase::Complete { .. } => self.plan.steps.last().map_or(0.0, |step| step.share),
        }
    }

    /// The shares that were set so far, and when: the first at the start, 0 at a stop.
    pub fn shares(&self) -> &[(Timestamp, f64)] {
        &self.shares
    }

    /// Where it is.
    pub const fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The plan that is followed.
    pub const fn plan(&self) -> &RolloutPlan {
        &self.plan
    }

    /// The version on trial.
    pub const fn candidate(&self) -> &Version {
        &self.candidate
    }

    /// The version that it is compared with.
    pub const fn production(&self) -> &Version {
        &self.production
    }

    /// When it began.
    pub const fn started(&self) -> Timestamp {
        self.started
    }

    /// What it has seen.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How many requests wait for their label.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How the interval of a check developed, at most one point in so many hours as the plan
    /// says (in a long rollout fewer), one at each change of share and one at the end. Empty
    /// for what is not looked after.
    pub fn course(&self, of: &Cause) -> &[Point] {
        self.watch(of).map_or(&[], Watch::points)
    }

    /// What is looked after: failures, harm, then the segments in the order in which they appeared.
    pub fn watched(&self) -> Vec<Cause> {
        let harm = self.harm.as_ref().map(|_| Cause::Harm);
        let segments = self.segments.iter().flat_map(Segments::iter).map(|(cause, _)| cause);
        std::iter::once(Cause::Failures).chain(harm).chain(segments).collect()
    }

    /// What a check knows now; `None` for what is not looked after.
    pub fn reading(&self, of: &Cause) -> Option<Point> {
        self.watch(of).map(|watch| watch.point(self.now))
    }
}
