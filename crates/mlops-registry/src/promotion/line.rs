//! The way back: which version a rollback puts there.

use std::collections::BTreeMap;

use mlops_core::{ModelName, Version};

use super::{Emergency, Promotion, ReviewOutcome};
use crate::Result;
use crate::model::{ModelVersion, Tombstone};
use crate::registry::{Registry, Stored};
use crate::store::{Expected, Key, Revision};

/// The versions that a rollback would walk back through, the one in production last: a
/// promotion adds its version, and a rollback takes away what came after the version that it
/// put back. One that is put back from beyond the line, rolled back itself before, is added.
/// One that left production empty stays in the line: it is what was there before.
fn line(history: &[Promotion]) -> Vec<&Promotion> {
    let mut line: Vec<&Promotion> = Vec::new();
    let mut empty = true;
    for promotion in history {
        let earlier = if empty { line.len() } else { line.len().saturating_sub(1) };
        empty = promotion.ended.is_some();
        let back = promotion
            .rollback
            .as_ref()
            .and_then(|_| line[..earlier].iter().rposition(|earlier| earlier.version == promotion.version));
        match back {
            Some(at) => line.truncate(at + 1),
            None => line.push(promotion),
        }
    }
    line
}

/// The version in production before the one that is there now, or before nothing was: the
/// last of those that `may` come back.
pub(super) fn before(history: &[Promotion], may: impl Fn(&Promotion) -> bool) -> Option<&Version> {
    let mut line = line(history);
    if history.last().is_some_and(|last| last.ended.is_none()) {
        line.pop();
    }
    line.into_iter().rfind(|promotion| may(promotion)).map(|promotion| &promotion.version)
}

/// The promotion that put `version` into production last, not counting rollbacks, of those
/// that `may` be restored.
pub(super) fn promotion_of<'a>(
    history: &'a [Promotion],
    version: &Version,
    may: impl Fn(&Promotion) -> bool,
) -> Option<&'a Promotion> {
    let mut of_it = history.iter().filter(|promotion| promotion.version == *version);
    of_it.rfind(|promotion| promotion.rollback.is_none() && may(promotion))
}

/// The promotions of a model, and what decides which of them is one to go back to.
pub(super) struct History {
    pub(super) promotions: Vec<Promotion>,
    /// When each was recorded last, by number.
    recorded: BTreeMap<u32, Revision>,
    emergencies: Vec<Stored<Emergency>>,
    /// When the versions were registered that had been deleted before.
    again: BTreeMap<Version, Revision>,
}

impl History {
    pub(super) fn read(registry: &Registry, model: &ModelName) -> Result<Self> {
        let group = Key::from([model.as_str()]);
        let promotions = registry.list::<Promotion>(&group)?;
        let recorded = promotions.iter().map(|stored| (stored.value.number, stored.revision)).collect();
        let mut again = BTreeMap::new();
        for version in registry.deleted_versions(model)?.iter().filter_map(Tombstone::version) {
            let key = ModelVersion::key_of(model, &version.version);
            if let Some(there) = registry.find::<ModelVersion>(key)? {
                again.insert(there.value.version, there.revision);
            }
        }
        Ok(Self {
            promotions: promotions.into_iter().map(|stored| stored.value).collect(),
            recorded,
            emergencies: registry.list(&group)?,
            again,
        })
    }

    /// The conditions that the emergencies are still no way back, or are. Promotions,
    /// registrations and deletions are written with the model.
    pub(super) fn expected(&self) -> impl Iterator<Item = Expected> {
        self.emergencies.iter().map(Stored::expected)
    }

    pub(super) fn emergency(&self, promotion: u32) -> Option<&Emergency> {
        self.emergencies.iter().map(|stored| &stored.value).find(|emergency| emergency.promotion == promotion)
    }

    /// Whether the version is still the one that went in then. If it was deleted since, what
    /// was registered under its name is another, though its file be the same: nobody has
    /// approved what it came of, and by whom. By the order of the log, which no clock turns back.
    pub(super) fn is_of_this_registration(&self, promotion: &Promotion) -> bool {
        let again = self.again.get(&promotion.version);
        again.is_none_or(|again| self.recorded.get(&promotion.number).is_some_and(|then| then > again))
    }

    /// Whether a promotion, or the one that it restores, is one to go back to: the version is
    /// still the one that went in, and it went by the rules, or in an emergency in which there
    /// was no other way, as its review says. Without that a rollback would be the second
    /// emergency, with no terms, and nobody to review it.
    pub(super) fn stands(&self, promotion: &Promotion) -> bool {
        let first = promotion.rollback.as_ref().map_or(promotion.number, |back| back.restores);
        let by_the_rules =
            || self.promotions.iter().any(|other| other.number == first && other.emergency.is_none());
        let review = self.emergency(first).and_then(|emergency| emergency.review.as_ref());
        let justified = review.is_some_and(|review| review.outcome == ReviewOutcome::Justified);
        self.is_of_this_registration(promotion) && (justified || by_the_rules())
    }
}

#[cfg(test)]
mod tests {
    use mlops_core::{Digest, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::promotion::{PromotionEnd, Rollback};

    fn promotion(major: u64, back: bool) -> Promotion {
        Promotion {
            model: "m".parse().unwrap(),
            number: 1,
            version: Version::new(major, 0, 0),
            artifact: Digest::of("x"),
            replaced: None,
            request: 1,
            approved_by: Vec::new(),
            evidence: Vec::new(),
            policy: None,
            promoted_by: "dora".parse().unwrap(),
            promoted_at: Timestamp::default(),
            rollback: back.then(|| Rollback { reason: "why".to_owned(), restores: 1 }),
            ended: None,
            emergency: None,
        }
    }

    /// Positive numbers are promotions, negative ones rollbacks.
    fn before_of(steps: &[i64]) -> Option<u64> {
        let history: Vec<_> = steps.iter().map(|step| promotion(step.unsigned_abs(), *step < 0)).collect();
        before(&history, |_| true).map(Version::major)
    }

    #[test]
    fn the_way_back() {
        for (steps, expected) in [
            (&[][..], None),
            (&[1], None),
            (&[1, 2, 3], Some(2)),
            (&[1, 2, 3, -2], Some(1)),
            (&[1, 2, 3, -2, -1], None),
            // A promotion after a rollback goes back to what it replaced.
            (&[1, 2, 3, -2, 4], Some(2)),
            (&[1, 2, 3, -1, 4], Some(1)),
            // The same version promoted twice stands twice in the way.
            (&[1, 2, 1], Some(2)),
            (&[1, 2, 1, -2], Some(1)),
            (&[1, 2, 1, 3, -1], Some(2)),
            // Put back from beyond the line: back to what it replaced.
            (&[1, 2, -1, -2], Some(1)),
            (&[1, 2, -1, -2, -1], None),
        ] {
            assert_eq!(before_of(steps), expected, "{steps:?}");
        }
    }

    #[test]
    fn back_from_nothing_is_to_what_was_there() {
        let mut history: Vec<_> = [1, 2, 3].map(|major| promotion(major, false)).into();
        let last = |history: &[Promotion]| before(history, |_| true).map(Version::major);
        let (at, by) = (Timestamp::default(), "dora".parse().unwrap());
        history[2].ended = Some(PromotionEnd { at, by, reason: "why".to_owned() });
        assert_eq!(last(&history), Some(3));
        history.push(promotion(3, true));
        assert_eq!(last(&history), Some(2));
        // One that was deleted is gone past.
        assert_eq!(before(&history, |promotion| promotion.version.major() != 2).map(Version::major), Some(1));
    }

    /// The same with a tree: a promotion hangs itself below the one in production, and a
    /// rollback climbs.
    fn climbed(steps: &[i64]) -> Option<u64> {
        let mut nodes: Vec<(u64, Option<usize>)> = Vec::new();
        let mut now: Option<usize> = None;
        for step in steps {
            let version = step.unsigned_abs();
            let mut above = now.and_then(|at| nodes[at].1);
            while let Some(at) = above.filter(|at| nodes[*at].0 != version) {
                above = nodes[at].1;
            }
            now = match above {
                Some(at) if *step < 0 => Some(at),
                _ => {
                    nodes.push((version, now));
                    Some(nodes.len() - 1)
                }
            };
        }
        nodes[now?].1.map(|at| nodes[at].0)
    }

    proptest! {
        #[test]
        fn is_the_climb_of_a_tree(steps in prop::collection::vec((1..5_i64, any::<bool>()), 0..20)) {
            let steps: Vec<_> = steps.into_iter().map(|(version, back)| if back { -version } else { version }).collect();
            prop_assert_eq!(before_of(&steps), climbed(&steps));
        }

        /// What is rolled back to by the line alone comes to its end, and never to the same place.
        #[test]
        fn walking_back_comes_to_an_end(promotions in prop::collection::vec(1..5_i64, 1..10)) {
            let mut steps = promotions.clone();
            let mut walked = Vec::new();
            while let Some(version) = before_of(&steps) {
                walked.push(i64::try_from(version).unwrap());
                steps.push(-i64::try_from(version).unwrap());
            }
            let expected: Vec<_> = promotions.iter().rev().skip(1).copied().collect();
            prop_assert_eq!(walked, expected);
        }
    }
}
