//! `SciPy`'s answers: each test by name, from the file that has it.

mod counts;
mod distances;
mod ks;
mod means;

use std::path::Path;

use mlops_cases::{Tally, close, number, optional_numbers};
use serde_json::Value;

/// Named numbers of an answer: `statistic`, `pvalue`, `value` … A name with several numbers
/// stands once for each, in order. What has no value is left out; the error is for what has
/// none at all.
pub(crate) type Answer = mlops_stats::Result<Vec<(&'static str, f64)>>;

type Answers = fn(&str, &Value, &[f64], &[f64]) -> Option<Answer>;

/// Tests of two samples have the samples beside their rows; the others have all in `args`,
/// and get two empty samples. `answer` of each file: `None` if the test is not of it.
const ANSWERS: [Answers; 4] = [ks::answer, counts::answer, means::answer, distances::answer];

/// Files in which rounding decides: a wider tolerance, and nothing is asked of an overflow.
const TRAPS: [&str; 2] = ["huge_magnitudes", "large_offset"];

/// What an entry of `out` is not: a number to compare.
const NO_NUMBERS: [&str; 3] = ["error", "message", "warnings"];

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Result<(), String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let sample = |name: &str| match case.get(name) {
        None => Ok(Vec::new()),
        Some(values) => optional_numbers(values)
            .map(|values| values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect::<Vec<f64>>()),
    };
    let (x, y) = (sample("x")?, sample("y")?);
    let rows = case.get("results").or_else(|| case.get("cases")).and_then(Value::as_array);
    for row in rows.ok_or("neither results nor cases")? {
        let test = row["test"].as_str().ok_or("a row names no test")?;
        Row { stem: &stem, test, args: row["args"].clone(), out: &row["out"] }.run(&x, &y, tally);
    }
    Ok(())
}

struct Row<'a> {
    stem: &'a str,
    test: &'a str,
    args: Value,
    out: &'a Value,
}

impl Row<'_> {
    fn run(mut self, x: &[f64], y: &[f64], tally: &mut Tally) {
        let name = format!("{} {} {}", self.stem, self.test, shortened(&self.args));
        if TRAPS.contains(&self.stem) && self.overflows() {
            return tally.informative(name);
        }
        // SciPy could not stay exact and answered with the limit: that is what we compare.
        if self.warns_of("Switching") {
            self.args["method"] = "asymp".into();
        }
        // Distances know no NaN policy, there SciPy refuses the argument; and we the NaN.
        let omit = self.args["nan_policy"] == "omit" && !self.test.ends_with("_distance");
        let kept =
            |values: &[f64]| values.iter().copied().filter(|v| !(omit && v.is_nan())).collect::<Vec<_>>();
        let (x, y) = (kept(x), kept(y));
        match ANSWERS.iter().find_map(|answer| answer(self.test, &self.args, &x, &y)) {
            None => tally.unsupported(name),
            Some(answer) => self.compare(&answer, x.len().max(y.len()), &name, tally),
        }
    }

    fn compare(&self, answer: &Answer, size: usize, name: &str, tally: &mut Tally) {
        if let Some(error) = self.out.get("error") {
            return tally.check(answer.is_err(), || format!("{name}: {answer:?}, expected {error}"));
        }
        let Some(out) = self.out.as_object() else { return tally.unsupported(name) };
        // Not defined: SciPy may still name degrees of freedom, of nothing.
        let is_nan = |field| out.get(field).and_then(number).is_some_and(f64::is_nan);
        if answer.is_err() && is_nan("statistic") && is_nan("pvalue") {
            return tally.check(true, String::new);
        }
        for (field, value) in out.iter().filter(|(field, _)| !NO_NUMBERS.contains(&field.as_str())) {
            let mut expected = Vec::new();
            flatten(value, &mut expected);
            let ours: Vec<f64> = match answer {
                Ok(values) => values.iter().filter(|(name, _)| name == field).map(|(_, v)| *v).collect(),
                Err(_) => Vec::new(),
            };
            let holds = if expected.iter().all(|value| value.is_nan()) {
                // Not defined: no number, and no silent NaN either.
                ours.is_empty()
            } else {
                let (relative, absolute) = self.tolerance(field, size, expected[0], answer);
                ours.len() == expected.len()
                    && ours.iter().zip(&expected).all(|(a, b)| close(*a, *b, relative, absolute))
            };
            tally.check(holds, || format!("{name} {field}: {answer:?}, expected {value}"));
        }
    }

    fn tolerance(&self, field: &str, size: usize, expected: f64, answer: &Answer) -> (f64, f64) {
        let of_limit = self.test == "ks_2samp"
            && self.args["alternative"].as_str().is_none_or(|alternative| alternative == "two-sided")
            && self.args["method"] != "exact";
        let of_limit = of_limit || self.test == "kstwo_sf" && self.args["n"].as_f64() > Some(1e4);
        let trap = TRAPS.contains(&self.stem) && ["ttest_ind", "levene"].contains(&self.test);
        match field {
            "statistic_location" | "statistic_sign" | "dof" => (0.0, 0.0),
            // The wider tolerance is the statistic's. A p-value can't keep its own where the two
            // statistics differ by more: of a difference `d` it makes, far in the tail,
            // `-2 ln(p) d`, as that of a normal or of a chi-square does.
            "pvalue" if trap => {
                (f64::max(1e-8, self.statistics_apart(answer) * (1.0 - 2.0 * expected.ln())), 1e-300)
            }
            "pvalue" if of_limit && size > 10_000 => (1e-6, 1e-300),
            "pvalue" => (1e-8, 1e-300),
            "statistic" if trap => (1e-6, 1e-12),
            "value" if of_limit => (1e-6, 1e-12),
            _ => (1e-9, 1e-12),
        }
    }

    /// By which share our statistic differs from the recorded one, at most what is allowed.
    fn statistics_apart(&self, answer: &Answer) -> f64 {
        let ours = answer.iter().flatten().find(|(name, _)| *name == "statistic");
        let expected = self.out.get("statistic").and_then(number);
        ours.zip(expected).map_or(0.0, |((_, ours), expected)| ((ours - expected) / expected).abs().min(1e-6))
    }

    fn warns_of(&self, what: &str) -> bool {
        self.out.get("warnings").is_some_and(|warnings| warnings.to_string().contains(what))
    }

    fn overflows(&self) -> bool {
        let mut numbers = Vec::new();
        flatten(self.out, &mut numbers);
        // Where squares of squares overflow, SciPy's Welch test ends with 1 degree of freedom.
        self.warns_of("overflow") || numbers.iter().any(|number| !number.is_finite())
    }
}

/// A number of an answer, if it has a value.
fn defined(name: &'static str, value: mlops_stats::Result<f64>) -> Option<(&'static str, f64)> {
    value.ok().map(|value| (name, value))
}

/// All numbers of a value, in order; `null` is NaN.
fn flatten(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        Value::Object(values) => {
            let numbers = values.iter().filter(|(field, _)| !NO_NUMBERS.contains(&field.as_str()));
            numbers.for_each(|(_, value)| flatten(value, into));
        }
        other => into.push(number(other).unwrap_or(f64::NAN)),
    }
}

fn shortened(args: &Value) -> String {
    let text = args.to_string();
    if text.len() <= 160 { text } else { text.chars().take(160).chain("…".chars()).collect() }
}
