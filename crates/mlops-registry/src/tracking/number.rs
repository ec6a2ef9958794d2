use std::collections::HashMap;

use mlops_core::ExperimentName;
use parking_lot::Mutex;

use super::RunId;
use crate::registry::Registry;
use crate::store::{Key, Kind, Part, Query};
use crate::{Error, Result};

/// How many experiments are remembered at most; of the others the last number is looked up again.
const EXPERIMENTS: usize = 4096;

/// The numbers that this process has given to runs, by experiment.
///
/// Who starts a run takes the next one without asking anybody, so that those who start
/// runs of one experiment at once write different records and none waits for another.
/// That the number is free is a condition of the commit: another process counts on its own.
/// A number that was taken and not used is a gap.
#[derive(Debug, Default)]
pub(crate) struct RunNumbers(Mutex<HashMap<ExperimentName, u32>>);

impl RunNumbers {
    /// Whether a number of this experiment is known.
    fn knows(&self, experiment: &ExperimentName) -> bool {
        self.0.lock().contains_key(experiment)
    }

    /// The next number behind all that were given, and behind `last`.
    fn after(&self, experiment: &ExperimentName, last: u32) -> Option<u32> {
        let mut given = self.0.lock();
        if given.len() >= EXPERIMENTS && !given.contains_key(experiment) {
            given.clear();
        }
        let given = given.entry(experiment.clone()).or_default();
        let next = last.max(*given).checked_add(1)?;
        *given = next;
        Some(next)
    }
}

impl Registry {
    /// An id for a run that is to be started; `again`, if the one before turned out to be taken.
    /// `counted` is a number that no run gets, nor one below.
    pub(crate) fn next_run(&self, experiment: &ExperimentName, counted: u32, again: bool) -> Result<RunId> {
        let numbers = self.run_numbers();
        // Read without the lock: others take numbers meanwhile, and none is taken twice.
        let known = !again && numbers.knows(experiment);
        let last = if known { counted } else { self.last_run(experiment, counted)? };
        let number = numbers.after(experiment, last).ok_or_else(|| Error::Invalid {
            field: "run",
            value: experiment.to_string(),
            expected: "an experiment with fewer than 2^32 runs".to_owned(),
        })?;
        Ok(RunId { experiment: experiment.clone(), number })
    }

    /// The greatest number of a run, or `from` if none is greater. Read by strides that
    /// double and then halve: two reads for each bit of the distance.
    fn last_run(&self, experiment: &ExperimentName, from: u32) -> Result<u32> {
        let group = Key::from([experiment.as_str()]);
        let beyond = |number: u32| -> Result<Option<u32>> {
            let after = group.clone().and(i64::from(number));
            let found = self.store().read(&Query::under(Kind::Run, group.clone(), 1).after(after))?;
            let Some(record) = found.first() else { return Ok(None) };
            match record.key.parts().last() {
                Some(Part::Number(number)) if u32::try_from(*number).is_ok() => {
                    Ok(u32::try_from(*number).ok())
                }
                _ => Err(Error::Corrupt {
                    what: format!("run {}", record.key),
                    reason: "its number is not one of a run".to_owned(),
                }),
            }
        };
        let (mut last, mut stride) = (from, 0_u32);
        while let Some(found) = beyond(last.saturating_add(stride))? {
            last = found;
            stride = stride.saturating_mul(2).saturating_add(1);
        }
        let mut end = last.saturating_add(stride);
        while last < end {
            let middle = last + (end - last) / 2;
            match beyond(middle)? {
                Some(found) => last = found,
                None => end = middle,
            }
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_given_once() {
        let numbers = RunNumbers::default();
        let name: ExperimentName = "delays".parse().unwrap();
        assert!(!numbers.knows(&name));
        assert_eq!(numbers.after(&name, 4), Some(5));
        assert_eq!(numbers.after(&name, 0), Some(6), "what was given counts");
        assert_eq!(numbers.after(&name, 9), Some(10), "what others have given counts");
        assert_eq!(numbers.after(&name, u32::MAX), None);
        assert_eq!(numbers.after(&name, 0), Some(11), "a refusal takes no number");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let numbers = RunNumbers::default();
        for i in 0..=EXPERIMENTS {
            assert_eq!(numbers.after(&format!("e{i}").parse().unwrap(), 0), Some(1));
        }
        assert!(numbers.0.lock().len() <= EXPERIMENTS);
    }
}
