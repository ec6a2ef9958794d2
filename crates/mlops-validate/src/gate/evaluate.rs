use std::sync::atomic::{AtomicUsize, Ordering};

use mlops_core::{Check, Outcome, Timestamp, Verdict};
use rayon::prelude::*;

use super::definition::Entry;
use super::rule::{Need, Rule};
use super::unit::Unit;
use super::{Candidate, Gate};

/// A check has been answered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// How many are answered, this one included.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// This one.
    pub check: &'a Check,
}

impl Gate {
    /// Judges a candidate at the moment `at`.
    ///
    /// Checks run in parallel, but for those that take the time, which run alone at the
    /// end; the verdict lists them in the order of the file. The same gate, candidate and
    /// moment give the same canonical form, whatever the number of threads.
    pub fn evaluate(&self, candidate: &Candidate<'_>, at: Timestamp) -> Verdict {
        self.evaluate_with(candidate, at, &|_| ())
    }

    /// The same, and tells of each check as soon as it is answered, from any thread and in
    /// any order.
    pub fn evaluate_with(
        &self,
        candidate: &Candidate<'_>,
        at: Timestamp,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Verdict {
        let total = self.entries().len();
        let done = AtomicUsize::new(0);
        let answer = |entry: &Entry| {
            let check = self.answer(entry, candidate, at);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(Progress { done, total, check: &check });
            check
        };
        self.prepare(candidate);
        let computed: Vec<Option<Check>> = self
            .entries()
            .par_iter()
            .map(|entry| (!entry.rule.measures_time()).then(|| answer(entry)))
            .collect();
        let checks = self
            .entries()
            .iter()
            .zip(computed)
            .map(|(entry, check)| check.unwrap_or_else(|| answer(entry)))
            .collect();
        let mut verdict = Verdict::new(self.name(), candidate.subject().clone(), at, checks);
        verdict.gate_digest = Some(self.digest());
        verdict.inputs = candidate.inputs().to_vec();
        verdict
    }

    /// Computes what several checks ask for, each once, before they race for it.
    fn prepare(&self, candidate: &Candidate<'_>) {
        let mut needs: Vec<Need<'_>> = Vec::new();
        for need in self.entries().iter().flat_map(|entry| entry.rule.needs(self.resampling())) {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        let mut units: Vec<&Unit> = needs.iter().map(|(.., unit)| *unit).collect();
        units.dedup();
        units.into_par_iter().for_each(|unit| drop(candidate.blocks(unit)));
        needs.into_par_iter().for_each(|(side, metric, unit)| {
            // What can't be computed is said by the check that asks.
            let _ = candidate.digested(side, metric, unit);
            let _ = candidate.value(side, metric);
        });
    }

    fn answer(&self, entry: &Entry, candidate: &Candidate<'_>, at: Timestamp) -> Check {
        let blank = Check::new(&entry.name, entry.severity, Outcome::Inconclusive);
        match (&entry.rule, self.judge(&entry.name)) {
            (Rule::Custom(_), Some(judge)) => match judge.judge(candidate) {
                Ok(check) => {
                    let check = Check { name: blank.name, severity: blank.severity, ..check };
                    // Whatever the code says: a number that is none shows nothing.
                    if check.outcome == Outcome::Passed && check.observed.is_some_and(f64::is_nan) {
                        let reason = format!("what was observed is NaN; its judge says: {}", check.reason);
                        return Check { outcome: Outcome::Inconclusive, ..check }.because(reason);
                    }
                    check
                }
                Err(error) => blank.because(format!("it can't be said: {error}")),
            },
            (rule, _) => rule.check(blank, candidate, self.resampling(), at),
        }
    }
}
