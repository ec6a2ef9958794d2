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
/// follow. Each process that opens the registry counts for itself.
#[derive(Debug, Default)]
pub(crate) struct RecentRefusals(Mutex<HashMap<Refusal, Timestamp>>);

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

/// To take back what was not told after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(Refusal);

impl RecentRefusals {
    pub(crate) fn ask(
        &self,
        who: &Principal,
        action: Action,
        subject: &str,
        reason: &str,
        at: Timestamp,
    ) -> Telling {
        let mut told = self.0.lock();
        // Clocks go back: what was told in the future is of another time as well.
        let fresh = |since: Timestamp| {
            at.saturating_since(since) < TOLD_ONCE && since.saturating_since(at) < TOLD_ONCE
        };
        let what = (action, subject.to_owned(), reason.to_owned());
        let this = Refusal { who: Some(who.clone()), what: Some(what) };
        if told.get(&this).copied().is_some_and(fresh) {
            return Telling::Told;
        }
        told.retain(|_, since| fresh(*since));
        let of_one = told.keys().filter(|refusal| refusal.who.as_ref() == Some(who)).count();
        let last = if told.len() >= OF_ALL {
            Refusal { who: None, what: None }
        } else if of_one >= OF_ONE {
            Refusal { who: Some(who.clone()), what: None }
        } else {
            told.insert(this.clone(), at);
            return Telling::Tell(Ticket(this));
        };
        if told.contains_key(&last) {
            return Telling::Told;
        }
        told.insert(last.clone(), at);
        Telling::TellLast(Ticket(last))
    }

    /// It could not be told: the next one is the first.
    pub(crate) fn take_back(&self, Ticket(refusal): &Ticket) {
        self.0.lock().remove(refusal);
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
        let told = (0..5000).filter(|i| ask(&recent, &format!("p{i}"), "m", 3) != Telling::Told).count();
        assert!(told <= OF_ALL + 1, "{told}");
        assert!(recent.0.lock().len() <= OF_ALL + 1);
    }

    #[test]
    fn what_was_not_told_is_told_the_next_time() {
        let recent = RecentRefusals::default();
        let Telling::Tell(ticket) = ask(&recent, "eve", "m", 0) else { panic!() };
        recent.take_back(&ticket);
        assert!(matches!(ask(&recent, "eve", "m", 0), Telling::Tell(_)));
    }
}
