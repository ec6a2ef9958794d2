//! `expected.json`: what a correct join and correct inference give on this data.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Result;

/// The recorded numbers.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) rows: BTreeMap<String, usize>,
    pub(crate) features: Vec<String>,
    pub(crate) decision_threshold: f64,
    pub(crate) non_null: BTreeMap<String, usize>,
    pub(crate) sum: BTreeMap<String, f64>,
    /// Month → model → score → number.
    pub(crate) by_month: BTreeMap<u32, BTreeMap<String, BTreeMap<String, f64>>>,
    pub(crate) sample: Vec<Sample>,
}

/// One flight with its features and the three models' predictions.
#[derive(Debug, Deserialize)]
pub(crate) struct Sample {
    pub(crate) flight_id: i64,
    pub(crate) features: Vec<Option<f64>>,
    pub(crate) lightgbm: f64,
    pub(crate) xgboost: f64,
    pub(crate) retrained: f64,
}

impl Expected {
    /// Reads `expected.json` in `data`.
    pub(crate) fn read(data: &Path) -> Result<Self> {
        let path = data.join("expected.json");
        let text =
            fs::read_to_string(&path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
        serde_json::from_str(&text)
            .map_err(|error| format!("{} is not as expected: {error}", path.display()).into())
    }
}

/// Counts comparisons with the recorded numbers, and keeps those that miss.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    checked: usize,
    missed: Vec<String>,
}

impl Comparison {
    /// Compares two numbers that may differ by `tolerance`, relative to the recorded one
    /// where that is above 1.
    pub(crate) fn close(&mut self, what: impl FnOnce() -> String, got: f64, expected: f64, tolerance: f64) {
        let holds = (got - expected).abs() <= tolerance * expected.abs().max(1.0);
        self.hold(holds, || format!("{}: {got} instead of {expected}", what()));
    }

    /// Compares two numbers that are `f32` at heart and may differ by one unit in the last place.
    #[expect(clippy::cast_possible_truncation, reason = "both come from an f32")]
    pub(crate) fn within_one_ulp(&mut self, what: impl FnOnce() -> String, got: f64, expected: f64) {
        let holds = (got as f32).to_bits().abs_diff((expected as f32).to_bits()) <= 1;
        self.hold(holds, || format!("{}: {got} instead of {expected}", what()));
    }

    /// Compares two things that must be the same.
    pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        what: impl FnOnce() -> String,
        got: &T,
        expected: &T,
    ) {
        self.hold(got == expected, || format!("{}: {got:?} instead of {expected:?}", what()));
    }

    /// Compares names with those that are recorded: none may be missing, none more.
    pub(crate) fn same_names<K: Ord + std::fmt::Debug, V>(
        &mut self,
        what: &str,
        got: &BTreeSet<K>,
        expected: &BTreeMap<K, V>,
    ) {
        let (got, expected): (Vec<&K>, Vec<&K>) = (got.iter().collect(), expected.keys().collect());
        self.same(|| format!("names in {what}"), &got, &expected);
    }

    fn hold(&mut self, holds: bool, miss: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.missed.push(miss());
        }
    }

    /// How many comparisons held; an error that names the first that missed.
    pub(crate) fn finish(self) -> Result<usize> {
        match self.missed.first() {
            None => Ok(self.checked),
            Some(first) => Err(format!(
                "{} of {} numbers miss what expected.json says, first {first}",
                self.missed.len(),
                self.checked
            )
            .into()),
        }
    }
}
