use mlops_core::{Digest, canonical};
use serde::{Deserialize, Serialize};

use super::GoldenSet;
use super::set::spelled;
use crate::{Error, Result};

/// So many differences, and keys that are missing, extra or repeated, are listed.
const SHOWN: usize = 20;

/// When two predictions are the same. NaN is the same as NaN, and differs from every number;
/// an infinity is the same as itself alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Agreement {
    /// To the last bit; 0 and −0 are not the same.
    Exact,
    /// At most `absolute + relative · |recorded|` apart.
    Within {
        /// At least 0.
        absolute: f64,
        /// At least 0.
        relative: f64,
    },
    /// Of the same class, which is positive from the threshold on.
    Class {
        /// The score from which on it is positive.
        threshold: f64,
    },
}

/// What came of a comparison with a golden set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct GoldenReport {
    /// The digest of the golden set.
    pub golden: Digest,
    /// When two predictions counted as the same.
    pub agreement: Agreement,
    /// Rows of the golden set.
    pub rows: u64,
    /// Of those, how many were found by their key, once.
    pub compared: u64,
    /// Of those compared, how many differ in any output.
    pub differing: u64,
    /// Keys of the golden set that were not predicted.
    pub missing: u64,
    /// Keys that were predicted and are not in the golden set.
    pub extra: u64,
    /// Keys that were predicted more than once; they are not compared.
    pub duplicates: u64,
    /// What was found of each output.
    pub outputs: Vec<GoldenOutput>,
    /// The rows that differ most; those where one side is no number come first.
    pub differences: Vec<GoldenDifference>,
    /// The first keys that are missing.
    pub missing_keys: Vec<String>,
    /// The first keys that are extra.
    pub extra_keys: Vec<String>,
    /// The first keys that were predicted more than once.
    pub duplicate_keys: Vec<String>,
}

/// One output of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GoldenOutput {
    /// The column.
    pub name: String,
    /// Rows that differ.
    pub differing: u64,
    /// The largest distance of all rows compared; infinite if a number met NaN.
    #[serde(with = "mlops_core::number")]
    pub max_difference: f64,
}

/// One prediction that is not as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GoldenDifference {
    /// The key, as a list in JSON.
    pub key: String,
    /// The output.
    pub output: String,
    /// What was recorded.
    #[serde(with = "mlops_core::number")]
    pub recorded: f64,
    /// What is predicted now.
    #[serde(with = "mlops_core::number")]
    pub predicted: f64,
    /// How far they are apart; infinite if one is NaN.
    #[serde(with = "mlops_core::number")]
    pub difference: f64,
}

impl Agreement {
    fn check(self) -> Result<()> {
        let proper = |value: f64| value >= 0.0 && value.is_finite();
        let (name, value, fits) = match self {
            Self::Exact => return Ok(()),
            Self::Within { absolute, .. } if !proper(absolute) => ("absolute", absolute, false),
            Self::Within { relative, .. } => ("relative", relative, proper(relative)),
            Self::Class { threshold } => ("threshold", threshold, threshold.is_finite()),
        };
        if fits {
            Ok(())
        } else {
            Err(Error::invalid("agreement", name, value, "a finite number, at least 0"))
        }
    }

    fn holds(self, recorded: f64, predicted: f64) -> bool {
        if spelled(recorded) == spelled(predicted) {
            return true;
        }
        match self {
            Self::Exact => false,
            Self::Within { absolute, relative } => {
                // An infinite number is not near to any, however far the tolerance reaches.
                recorded.is_finite() && (recorded - predicted).abs() <= absolute + relative * recorded.abs()
            }
            Self::Class { threshold } => {
                !recorded.is_nan()
                    && !predicted.is_nan()
                    && (recorded >= threshold) == (predicted >= threshold)
            }
        }
    }
}

impl GoldenSet {
    /// Compares predictions with this set, row by row. `O(rows)`, and a table of the keys.
    ///
    /// # Errors
    /// [`Error::Input`] if the sets have different columns or a key of this one stands twice;
    /// [`Error::Invalid`] for a tolerance or threshold that can't be meant.
    pub fn compare(&self, predicted: &GoldenSet, agreement: Agreement) -> Result<GoldenReport> {
        agreement.check()?;
        let names = |set: &GoldenSet| -> (Vec<String>, Vec<String>) {
            let keys = set.key_columns.iter().map(|(name, _)| name.clone()).collect();
            (keys, set.outputs.iter().map(|(name, _)| name.clone()).collect())
        };
        let (own, other) = (names(self), names(predicted));
        if own != other {
            let reason = format!(
                "keys {} and outputs {}, expected keys {} and outputs {} as in the golden set",
                other.0.join(", "),
                other.1.join(", "),
                own.0.join(", "),
                own.1.join(", ")
            );
            return Err(Error::input("predictions", reason));
        }
        let rows = self.by_key()?;
        // The row of each recorded key, and how often it was predicted.
        let mut found: Vec<(usize, u64)> = vec![(0, 0); self.keys.len()];
        let mut extra_keys = Vec::new();
        let mut extra: hashbrown::HashMap<&str, u64> = hashbrown::HashMap::new();
        for (row, key) in predicted.keys.iter().enumerate() {
            if let Some(recorded) = rows.get(key.as_str()) {
                found[*recorded] = (row, found[*recorded].1 + 1);
                continue;
            }
            let times = extra.entry(key.as_str()).or_default();
            *times += 1;
            if *times == 1 && extra_keys.len() < SHOWN {
                extra_keys.push(key.clone());
            }
        }
        let keys_with = |holds: &dyn Fn(u64) -> bool| -> (u64, Vec<String>) {
            let those = || found.iter().zip(&self.keys).filter(|((_, times), _)| holds(*times));
            (those().count() as u64, those().take(SHOWN).map(|(_, key)| key.clone()).collect())
        };
        let (missing, missing_keys) = keys_with(&|times| times == 0);
        let (duplicates, duplicate_keys) = keys_with(&|times| times > 1);
        let once = || {
            found.iter().enumerate().filter(|(_, (_, times))| *times == 1).map(|(own, (row, _))| (own, *row))
        };
        let mut differs = vec![false; self.keys.len()];
        let mut differences: Vec<(usize, GoldenDifference)> = Vec::new();
        let mut outputs = Vec::new();
        for ((name, recorded), (_, predicted)) in self.outputs.iter().zip(&predicted.outputs) {
            let mut output = GoldenOutput { name: name.clone(), differing: 0, max_difference: 0.0 };
            for (own, row) in once() {
                let (recorded, predicted) = (recorded[own], predicted[row]);
                let difference = distance(recorded, predicted);
                output.max_difference = output.max_difference.max(difference);
                if agreement.holds(recorded, predicted) {
                    continue;
                }
                output.differing += 1;
                differs[own] = true;
                let (key, output) = (self.keys[own].clone(), name.clone());
                differences.push((own, GoldenDifference { key, output, recorded, predicted, difference }));
                if differences.len() > 64 * SHOWN {
                    largest(&mut differences);
                }
            }
            outputs.push(output);
        }
        largest(&mut differences);
        Ok(GoldenReport {
            golden: self.digest(),
            agreement,
            rows: self.keys.len() as u64,
            compared: once().count() as u64,
            differing: differs.into_iter().filter(|differs| *differs).count() as u64,
            missing,
            extra: extra.len() as u64,
            duplicates,
            outputs,
            differences: differences.into_iter().map(|(_, difference)| difference).collect(),
            missing_keys,
            extra_keys,
            duplicate_keys,
        })
    }
}

/// Keeps the largest, those of earlier rows first among equals.
fn largest(differences: &mut Vec<(usize, GoldenDifference)>) {
    differences.sort_by(|(row, one), (other_row, other)| {
        other.difference.total_cmp(&one.difference).then(row.cmp(other_row))
    });
    differences.truncate(SHOWN);
}

fn distance(recorded: f64, predicted: f64) -> f64 {
    if spelled(recorded) == spelled(predicted) {
        return 0.0;
    }
    let distance = (recorded - predicted).abs();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

impl GoldenReport {
    /// Whether every recorded row was predicted once, as recorded, and no other. A set of no row
    /// passes nothing.
    pub fn passed(&self) -> bool {
        self.rows > 0 && self.differing + self.missing + self.extra + self.duplicates == 0
    }

    /// The digest of its canonical form.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be written, as a report with numbers put there by hand.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self).map_err(|error| Error::input("golden report", error.to_string()))
    }
}
