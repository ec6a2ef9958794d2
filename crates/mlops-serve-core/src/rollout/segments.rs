use mlops_core::Timestamp;
use mlops_stats::sequential::Stakes;
use serde::{Deserialize, Serialize};

use super::event::Cause;
use super::plan::{ScoreRange, SegmentCheck};
use super::watch::Watch;

/// The difference of the scores, segment by segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Segments {
    check: SegmentCheck,
    /// What a segment begins with.
    fresh: Watch,
    /// In the order in which they appeared, at most `check.values`.
    each: Vec<Segment>,
    /// All values that appeared later, as one group.
    others: Option<Watch>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Segment {
    field: String,
    value: String,
    watch: Watch,
}

impl Segments {
    pub(super) fn new(check: SegmentCheck, scores: ScoreRange) -> Result<Self, mlops_stats::Error> {
        let limits = (-check.limit, check.limit);
        let fresh = Watch::new(limits, scores.width(), check.alpha_of_one() / 2.0, Stakes::Steady)?;
        Ok(Self { check, fresh, each: Vec::new(), others: None })
    }

    /// Takes the difference of one request into each of its segments, and gives the first
    /// that must stop the rollout.
    pub(super) fn observe<'a, S>(&mut self, segments: &'a [(S, Box<str>)], difference: f64) -> Option<Cause>
    where
        S: AsRef<str> + 'a,
    {
        let mut stop = None;
        let mut is_other = false;
        for (index, (field, value)) in segments.iter().enumerate() {
            let (field, value) = (field.as_ref(), &**value);
            // A segment must not take the same request twice: the second time it is no chance.
            if segments[..index].iter().any(|(f, v)| f.as_ref() == field && **v == *value) {
                continue;
            }
            let known = self.each.iter().position(|segment| segment.value == value && segment.field == field);
            let known = known.or_else(|| {
                (self.each.len() < usize::from(self.check.values)).then(|| {
                    let watch = self.fresh.clone();
                    self.each.push(Segment { field: field.to_owned(), value: value.to_owned(), watch });
                    self.each.len() - 1
                })
            });
            match known.and_then(|index| self.each.get_mut(index)) {
                Some(segment) => {
                    segment.watch.observe(difference);
                    if stop.is_none() && (segment.watch.is_above() || segment.watch.is_below()) {
                        stop = Some(segment.cause());
                    }
                }
                None => is_other = true,
            }
        }
        // Once, however many of its values are among the others.
        if is_other {
            let others = self.others.get_or_insert_with(|| self.fresh.clone());
            others.observe(difference);
            if stop.is_none() && (others.is_above() || others.is_below()) {
                stop = Some(Cause::OtherSegments);
            }
        }
        stop
    }

    /// Every segment with its watch: one by one in the order of appearance, the others last.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Cause, &Watch)> {
        let each = self.each.iter().map(|segment| (segment.cause(), &segment.watch));
        each.chain(self.others.as_ref().map(|watch| (Cause::OtherSegments, watch)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    pub(super) const fn check(&self) -> SegmentCheck {
        self.check
    }

    fn watches(&mut self) -> impl Iterator<Item = &mut Watch> {
        self.each.iter_mut().map(|segment| &mut segment.watch).chain(self.others.as_mut())
    }

    pub(super) fn keep(&mut self, at: Timestamp) {
        self.watches().for_each(|watch| watch.keep(at));
    }

    pub(super) fn thin(&mut self) {
        self.watches().for_each(Watch::thin);
    }
}

impl Segment {
    fn cause(&self) -> Cause {
        Cause::Segment { field: self.field.clone(), value: self.value.clone() }
    }
}
