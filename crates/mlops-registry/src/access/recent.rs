use std::collections::HashMap;
use std::time::Duration;

use mlops_core::{Principal, Timestamp};
use parking_lot::Mutex;

use super::Action;

/// For how long the same refusal is told once.
const TOLD_ONCE: Duration = Duration::from_mins(1);

/// How many different refusals of one principal are told within that time.
const OF_ONE: usize = 100;

/// How many of all principals.
const OF_ALL: usize = 1000;

/// What was refused to whom, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Refusal {
    /// `None` for what is said of everyone.
    who: Option<Principal>,
    /// Action, subject and reason; `None` for what is said of whatever comes after.
    what: Option<(Action, String, String)>,
}

/// The refusals that the audit log has told of within the last minute, so that being refused
/// is no way to fill it.
///
/// The first of its kind is always told. The same again, by the same principal to the same
/// subject for the same reason, is told once a minute; of more than 100 different ones a
/// principal, or 1,000 in all, the next is told with the remark that it stands for those that
/// follow. The first of a principal is told whatever others do. Each process that opens the
/// registry counts for itself.
///
/// What is not told is counted, and the next that is told of the same principal says how many
/// those were. What no other follows is not told before the process ends: the count is a
/// number in memory, one for each principal who is owed some.
#[derive(Debug, Default)]
pub(crate) struct RecentRefusals(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    told: HashMap<Refusal, Told>,
    /// How many others of a principal were not told.
    owed: HashMap<Principal, u64>,
}

/// One that was told.
#[derive(Clone, Copy, Debug)]
struct Told {
    at: Timestamp,
    /// How many of the same came since.
    again: u64,
}

/// What is to be done with a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// It goes into the log.
    Tell(Ticket),
    /// It goes into the log, and says that it stands for others.
    TellLast(Ticket),
    /// The log has it.
    Told,
}

/// What goes into the log with it; and to take back what was not told after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    refusal: Refusal,
    who: Principal,
    same: u64,
    others: u64,
}

impl Ticket {
    /// How many were not told before this one, in words; nothing if all were.
    pub(crate) fn untold(&self) -> Vec<String> {
        let same = (self.same > 0).then(|| format!("not told since the last one: {} of the same", self.same));
        let others = (self.others > 0).then(|| format!("not told before: {} others", self.others));
        same.into_iter().chain(others).collect()
    }
}

impl RecentRefusals {
    pub(crate) fn ask(
        &self,
        who: &Principal,
        action: Action,
        subject: &str,
        reason: &str,
        at: Timestamp,
    ) -> Telling {
        let mut recent = self.0.lock();
        let Recent { told, owed } = &mut *recent;
        // Clocks go back: what was told in the future is of another time as well.
        let fresh = |since: Timestamp| {
            at.saturating_since(since) < TOLD_ONCE && since.saturating_since(at) < TOLD_ONCE
        };
        let what = (action, subject.to_owned(), reason.to_owned());
        let this = Refusal { who: Some(who.clone()), what: Some(what) };
        let same = match told.get_mut(&this) {
            Some(one) if fresh(one.at) => {
                one.again += 1;
                return Telling::Told;
            }
            Some(one) => std::mem::take(&mut one.again),
            None => 0,
        };
        told.retain(|refusal, one| {
            let stays = fresh(one.at);
            if let Some(who) = refusal.who.as_ref().filter(|_| !stays && one.again > 0) {
                *owed.entry(who.clone()).or_default() += one.again;
            }
            stays
        });
        let of_one = told.keys().filter(|refusal| refusal.who.as_ref() == Some(who)).count();
        let (refusal, last) = if of_one >= OF_ONE {
            (Refusal { who: Some(who.clone()), what: None }, true)
        } else if of_one > 0 && told.len() >= OF_ALL {
            (Refusal { who: None, what: None }, true)
        } else {
            (this, false)
        };
        if told.contains_key(&refusal) {
            *owed.entry(who.clone()).or_default() += 1 + same;
            return Telling::Told;
        }
        told.insert(refusal.clone(), Told { at, again: 0 });
        let others = owed.remove(who).unwrap_or_default();
        let ticket = Ticket { refusal, who: who.clone(), same, others };
        if last { Telling::TellLast(ticket) } else { Telling::Tell(ticket) }
    }

    /// It could not be told: the next one is the first.
    pub(crate) fn take_back(&self, ticket: &Ticket) {
        let mut recent = self.0.lock();
        let again = recent.told.remove(&ticket.refusal).map_or(0, |one| one.again);
        let untold = ticket.same + ticket.others + again;
        if untold > 0 {
            *recent.owed.entry(ticket.who.clone()).or_default() += untold;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(recent: &RecentRefusals, who: &str, subject: &str, second: u64) -> Telling {
        let at = Timestamp::default() + Duration::from_secs(1_000 + second);
        recent.ask(&who.parse().unwrap(), Action::Promote, subject, "grant", at)
    }

    #[test]
    fn the_same_is_told_once_a_minute() {
        let recent = RecentRefusals::default();
        assert!(matches!(ask(&recent, "eve", "m", 0), Telling::Tell(_)));
        assert_eq!(ask(&recent, "eve", "m", 0), Telling::Told);
        assert_eq!(ask(&recent, "eve", "m", 59), Telling::Told);
        assert!(matches!(ask(&recent, "eve", "n", 59), Telling::Tell(_)));
        assert!(matches!(ask(&recent, "bob", "m", 59), Telling::Tell(_)));
        assert!(matches!(ask(&recent, "eve", "m", 60), Telling::Tell(_)));
        // The clock went back, by more than a minute.
        assert!(matches!(ask(&recent, "bob", "m", 0), Telling::Told));
        let recent = RecentRefusals::default();
        assert!(matches!(ask(&recent, "eve", "m", 900), Telling::Tell(_)));
        assert!(matches!(ask(&recent, "eve", "m", 0), Telling::Tell(_)));
    }

    #[test]
    fn the_one_after_too_many_stands_for_the_rest() {
        let recent = RecentRefusals::default();
        for i in 0..OF_ONE {
            assert!(matches!(ask(&recent, "eve", &format!("m{i}"), 0), Telling::Tell(_)));
        }
        assert!(matches!(ask(&recent, "eve", "another", 1), Telling::TellLast(_)));
        for i in 0..5000 {
            assert_eq!(ask(&recent, "eve", &format!("x{i}"), 2), Telling::Told);
        }
        assert!(matches!(ask(&recent, "bob", "m", 2), Telling::Tell(_)));
        // Each of these is the first of its principal; what they do then is one too many.
        let told = |second| {
            (0..2000)
                .filter(|i| ask(&recent, &format!("p{i}"), &format!("m{second}"), second) != Telling::Told)
                .count()
        };
        assert_eq!((told(3), told(4)), (2000, 1));
    }

    #[test]
    fn what_is_not_told_is_counted_in_the_next() {
        let recent = RecentRefusals::default();
        let untold = |who: &str, subject: &str, second| match ask(&recent, who, subject, second) {
            Telling::Tell(ticket) | Telling::TellLast(ticket) => ticket.untold().join("; "),
            Telling::Told => "told".to_owned(),
        };
        assert_eq!(untold("eve", "m", 0), "");
        (0..7).for_each(|_| assert_eq!(untold("eve", "m", 1), "told"));
        assert_eq!(untold("eve", "m", 60), "not told since the last one: 7 of the same");
        (0..3).for_each(|_| assert_eq!(untold("eve", "m", 61), "told"));
        // Another one of hers, when the last is of another time; not one of somebody else's.
        assert_eq!(untold("bob", "n", 130), "");
        assert_eq!(untold("eve", "n", 130), "not told before: 3 others");
        assert_eq!(untold("eve", "m", 131), "");
        // Beyond the limit nothing is lost either.
        (0..200).for_each(|i| drop(ask(&recent, "zoe", &format!("x{i}"), 200)));
        assert_eq!(untold("zoe", "y", 300), "not told before: 99 others");
    }

    #[test]
    fn what_was_not_told_is_told_the_next_time() {
        let recent = RecentRefusals::default();
        let Telling::Tell(ticket) = ask(&recent, "eve", "m", 0) else { panic!() };
        recent.take_back(&ticket);
        assert!(matches!(ask(&recent, "eve", "m", 0), Telling::Tell(_)));
    }
}
