use arrow_schema::Schema;
use mlops_core::{Digest, canonical};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::expectation::DIRECTIONS;
use super::read::field_of;
use super::rows::Rows;
use super::{Direction, Expected, Movement, Perturbation, Unchanged, WHAT};
use crate::document::{self, Fields, Unique, one_of};
use crate::{Error, Result};

/// How many tests one suite may have.
const MOST_TESTS: usize = 1_000;
pub(super) const MOST_REPEATS: u32 = 1_000;

/// Tests of how a model behaves, declared before anyone looks.
///
/// Read from a file with [`from_json`](Self::from_json), or built with [`new`](Self::new) and
/// [`test`](Self::test). Written, it is complete, and [`digest`](Self::digest) is of that.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BehaviourSuite {
    pub(super) suite: String,
    pub(super) seed: u64,
    pub(super) max_examples: u32,
    pub(super) tests: Vec<BehaviourTest>,
}

/// One test of a suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BehaviourTest {
    pub(super) name: String,
    pub(super) max_failure_rate: f64,
    #[serde(flatten)]
    pub(super) rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Rule {
    Invariance {
        perturb: Vec<Perturbation>,
        repeats: u32,
        #[serde(flatten)]
        unchanged: Unchanged,
    },
    Directional {
        perturb: Vec<Perturbation>,
        repeats: u32,
        #[serde(flatten)]
        movement: Movement,
    },
    Monotonic {
        column: String,
        moves: Direction,
        points: u32,
        tolerance: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        range: Option<(f64, f64)>,
    },
    MinimumFunctionality {
        #[serde(flatten)]
        rows: Rows,
        #[serde(flatten)]
        expected: Expected,
    },
}

const KINDS: [&str; 4] = ["invariance", "directional", "monotonic", "minimum_functionality"];

impl BehaviourTest {
    fn new(name: impl Into<String>, rule: Rule) -> Self {
        Self { name: name.into(), max_failure_rate: 0.0, rule }
    }

    /// Perturbing the columns must not change the prediction.
    pub fn invariance(name: impl Into<String>, perturb: Vec<Perturbation>, unchanged: Unchanged) -> Self {
        Self::new(name, Rule::Invariance { perturb, repeats: 1, unchanged })
    }

    /// Perturbing the columns has to move the score.
    pub fn directional(name: impl Into<String>, perturb: Vec<Perturbation>, movement: Movement) -> Self {
        Self::new(name, Rule::Directional { perturb, repeats: 1, movement })
    }

    /// With everything else as it is, the score never turns back while a column goes from its
    /// smallest to its largest value; 9 values if not set.
    pub fn monotonic(name: impl Into<String>, column: impl Into<String>, moves: Direction) -> Self {
        let (column, points) = (column.into(), 9);
        Self::new(name, Rule::Monotonic { column, moves, points, tolerance: 0.0, range: None })
    }

    /// On these rows the prediction has to be as expected.
    pub fn minimum_functionality(name: impl Into<String>, rows: Rows, expected: Expected) -> Self {
        Self::new(name, Rule::MinimumFunctionality { rows, expected })
    }

    /// The share of rows that may fail; none if not set.
    #[must_use]
    pub fn max_failure_rate(mut self, rate: f64) -> Self {
        self.max_failure_rate = rate;
        self
    }

    /// How often each row is perturbed anew; once if not set. For invariance and direction.
    #[must_use]
    pub fn repeats(mut self, times: u32) -> Self {
        if let Rule::Invariance { repeats, .. } | Rule::Directional { repeats, .. } = &mut self.rule {
            *repeats = times;
        }
        self
    }

    fn read(mut fields: Fields, path: &str) -> Result<Self> {
        let kind = fields.word("kind", &KINDS.map(|kind| (kind, kind)))?;
        let kind = fields.needed("kind", kind, &one_of(&KINDS, None))?;
        let name = fields.text("name")?;
        let name = fields.needed("name", name, "the name of the test")?;
        let share = |rate: f64| (0.0..1.0).contains(&rate);
        let max_failure_rate =
            fields.number("max_failure_rate", share, "a share, at least 0 and below 1")?.unwrap_or(0.0);
        let proper = |by: f64| by >= 0.0;
        let rule = match kind {
            "invariance" => {
                let (perturb, repeats) = read_perturbations(&mut fields, path)?;
                let tolerance = fields.number("tolerance", proper, "a number, at least 0")?;
                let threshold = fields.number("threshold", |_| true, "a score")?;
                let unchanged = match (tolerance, threshold) {
                    (Some(by), None) => Unchanged::Tolerance(by),
                    (None, Some(at)) => Unchanged::Threshold(at),
                    (None, None) => return Err(fields.invalid("tolerance", "missing", "it, or a threshold")),
                    (Some(_), Some(at)) => {
                        return Err(fields.invalid("threshold", at, "missing, since there is a tolerance"));
                    }
                };
                Rule::Invariance { perturb, repeats, unchanged }
            }
            "directional" => {
                let (perturb, repeats) = read_perturbations(&mut fields, path)?;
                Rule::Directional { perturb, repeats, movement: Movement::read(&mut fields)? }
            }
            "monotonic" => {
                let column = fields.text("column")?;
                let moves = fields.word("moves", &DIRECTIONS)?;
                let range = match fields.value("range") {
                    None => None,
                    Some(value) => {
                        let numbers: Option<Vec<f64>> =
                            value.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
                        match numbers.as_deref() {
                            Some([low, high]) => Some((*low, *high)),
                            _ => return Err(fields.invalid("range", value, "a list of two numbers")),
                        }
                    }
                };
                Rule::Monotonic {
                    column: fields.needed("column", column, "the name of a column")?,
                    moves: fields.needed("moves", moves, "not_down or not_up")?,
                    points: fields.whole("points", 2..=1000)?.unwrap_or(9),
                    tolerance: fields.number("tolerance", proper, "a number, at least 0")?.unwrap_or(0.0),
                    range,
                }
            }
            _ => Rule::MinimumFunctionality {
                rows: Rows::read(&mut fields, path)?,
                expected: read_expected(&mut fields)?,
            },
        };
        fields.finish()?;
        Ok(Self { name, max_failure_rate, rule })
    }

    /// Refuses settings that can't be meant.
    fn check(&self, path: &str) -> Result<()> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, expected: &str| {
            Err(Error::invalid(WHAT, format!("{path}.{key}"), value, expected))
        };
        if self.name.is_empty() {
            return refuse("name", &"empty", "the name of the test");
        }
        if !(0.0..1.0).contains(&self.max_failure_rate) {
            return refuse("max_failure_rate", &self.max_failure_rate, "a share, at least 0 and below 1");
        }
        match &self.rule {
            Rule::Invariance { perturb, repeats, .. } | Rule::Directional { perturb, repeats, .. } => {
                if perturb.is_empty() || perturb.len() > 100 {
                    return refuse("perturb", &format!("a list of {}", perturb.len()), "1 to 100");
                }
                if !(1..=MOST_REPEATS).contains(repeats) {
                    return refuse("repeats", repeats, "1 to 1000");
                }
                for (index, perturbation) in perturb.iter().enumerate() {
                    perturbation.check(&format!("{path}.perturb[{index}]"))?;
                }
            }
            Rule::Monotonic { moves, points, tolerance, range, .. } => {
                if !matches!(moves, Direction::NotDown | Direction::NotUp) {
                    return refuse("moves", &"a strict direction", "not_down or not_up");
                }
                if !(2..=1000).contains(points) {
                    return refuse("points", points, "2 to 1000");
                }
                if !(*tolerance >= 0.0 && tolerance.is_finite()) {
                    return refuse("tolerance", tolerance, "a number, at least 0");
                }
                if let Some((low, high)) = range
                    && !(low < high && low.is_finite() && high.is_finite())
                {
                    let expected = "two finite numbers, the lower first";
                    return refuse("range", &format!("[{low}, {high}]"), expected);
                }
            }
            Rule::MinimumFunctionality { .. } => {}
        }
        match &self.rule {
            Rule::Invariance { unchanged: Unchanged::Tolerance(by), .. }
                if !(*by >= 0.0 && by.is_finite()) =>
            {
                refuse("tolerance", by, "a number, at least 0")
            }
            Rule::Invariance { unchanged: Unchanged::Threshold(at), .. } if !at.is_finite() => {
                refuse("threshold", at, "a finite number")
            }
            Rule::Directional { movement, .. } => movement.check(path),
            Rule::MinimumFunctionality { expected: Expected::Score { min, max }, .. }
                if min.is_nan() || max.is_nan() || min > max =>
            {
                refuse("min", min, "a number, not above max")
            }
            Rule::MinimumFunctionality { expected: Expected::Label { threshold, .. }, .. }
                if !threshold.is_finite() =>
            {
                refuse("threshold", threshold, "a finite number")
            }
            Rule::MinimumFunctionality { rows, .. } => rows.check(path),
            _ => Ok(()),
        }
    }

    /// Refuses columns that a table does not have.
    pub(super) fn check_columns(&self, path: &str, schema: &Schema) -> Result<()> {
        match &self.rule {
            Rule::Invariance { perturb, .. } | Rule::Directional { perturb, .. } => {
                for (index, perturbation) in perturb.iter().enumerate() {
                    perturbation.check_columns(&format!("{path}.perturb[{index}]"), schema)?;
                }
                Ok(())
            }
            Rule::Monotonic { column, .. } => field_of(path, schema, column).map(drop),
            Rule::MinimumFunctionality { .. } => Ok(()),
        }
    }
}

impl BehaviourSuite {
    /// A suite without tests yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { suite: name.into(), seed: 1, max_examples: 10, tests: Vec::new() }
    }

    /// What random perturbations depend on, at most 2⁵³; 1 if not set.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many failing examples each test shows, at most 1000; 10 if not set.
    #[must_use]
    pub const fn max_examples(mut self, examples: u32) -> Self {
        self.max_examples = examples;
        self
    }

    /// Adds a test.
    #[must_use]
    pub fn test(mut self, test: BehaviourTest) -> Self {
        self.tests.push(test);
        self
    }

    /// Reads a suite.
    ///
    /// # Errors
    /// [`Error::Parse`] if it is no JSON or a key stands twice; [`Error::Invalid`] for the first
    /// thing that is unknown, missing, of the wrong type or out of range, with its place and, for
    /// a name, the nearest that is known.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_value(document::read(WHAT, text)?)
    }

    fn from_value(document: Value) -> Result<Self> {
        let mut fields = Fields::within(WHAT, "", document)?;
        let suite = fields.text("suite")?;
        let suite = fields.needed("suite", suite, "the name of the suite")?;
        let seed = match fields.value("seed") {
            None => 1,
            Some(value) => match value.as_u64() {
                Some(seed) => seed,
                None => return Err(fields.invalid("seed", value, SEED)),
            },
        };
        let max_examples = fields.whole("max_examples", 0..=1000)?.unwrap_or(10);
        let list = match fields.value("tests") {
            Some(Value::Array(list)) => list,
            Some(other) => return Err(fields.invalid("tests", other, "a list of tests")),
            None => return Err(fields.invalid("tests", "missing", "a list of tests")),
        };
        fields.finish()?;
        let mut tests = Vec::new();
        for (index, value) in list.into_iter().enumerate() {
            let path = format!("tests[{index}]");
            tests.push(BehaviourTest::read(Fields::within(WHAT, path.as_str(), value)?, &path)?);
        }
        let suite = Self { suite, seed, max_examples, tests };
        suite.check()?;
        Ok(suite)
    }

    /// Refuses what can't be meant, for suites built in code as for those read.
    pub(super) fn check(&self) -> Result<()> {
        let refuse =
            |path: String, value: String, expected: String| Err(Error::invalid(WHAT, path, value, expected));
        if !(1..=MOST_TESTS).contains(&self.tests.len()) {
            let found = format!("a list of {}", self.tests.len());
            return refuse("tests".to_owned(), found, format!("1 to {MOST_TESTS} tests"));
        }
        if self.seed > 1 << 53 {
            return refuse("seed".to_owned(), self.seed.to_string(), SEED.to_owned());
        }
        if self.max_examples > 1000 {
            return refuse("max_examples".to_owned(), self.max_examples.to_string(), "0 to 1000".to_owned());
        }
        for (index, test) in self.tests.iter().enumerate() {
            test.check(&format!("tests[{index}]"))?;
            if let Some(first) = self.tests[..index].iter().position(|other| other.name == test.name) {
                let expected = format!("another name than that of tests[{first}]");
                return refuse(format!("tests[{index}].name"), format!("{:?}", test.name), expected);
            }
        }
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.suite
    }

    /// The digest of its canonical form.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has none: numbers put there by hand that are none.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self)
            .map_err(|error| Error::invalid(WHAT, "the suite", error, "what has a canonical form"))
    }
}

const SEED: &str = "a whole number, 0 to 2⁵³";

impl<'de> Deserialize<'de> for BehaviourSuite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unique(document) = Unique::deserialize(deserializer)?;
        Self::from_value(document).map_err(serde::de::Error::custom)
    }
}

fn read_perturbations(fields: &mut Fields, path: &str) -> Result<(Vec<Perturbation>, u32)> {
    let list = match fields.value("perturb") {
        Some(Value::Array(list)) => list,
        Some(other) => return Err(fields.invalid("perturb", other, "a list of perturbations")),
        None => return Err(fields.invalid("perturb", "missing", "a list of perturbations")),
    };
    let mut perturbations = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("{path}.perturb[{index}]");
        perturbations.push(Perturbation::read(Fields::within(WHAT, path, value)?)?);
    }
    Ok((perturbations, fields.whole("repeats", 1..=MOST_REPEATS)?.unwrap_or(1)))
}

fn read_expected(fields: &mut Fields) -> Result<Expected> {
    let label = fields.truth("label")?;
    let threshold = fields.number("threshold", |_| true, "a score")?;
    // As it is written: a limit that is not there is infinite.
    let mut limit = |key: &'static str, none: f64| match fields.value(key) {
        None => Ok(None),
        Some(Value::String(text))
            if (text == "Infinity" && none > 0.0) || (text == "-Infinity" && none < 0.0) =>
        {
            Ok(None)
        }
        Some(value) => match value.as_f64() {
            Some(number) => Ok(Some(number)),
            None => Err(fields.invalid(key, value, "a score")),
        },
    };
    let (min, max) = (limit("min", f64::NEG_INFINITY)?, limit("max", f64::INFINITY)?);
    match (label, threshold, min, max) {
        (Some(label), Some(threshold), None, None) => Ok(Expected::Label { label, threshold }),
        (Some(_), None, ..) => Err(fields.invalid("threshold", "missing", "the score that is positive")),
        (None, None, None, None) => {
            Err(fields.invalid("label", "missing", "it with a threshold, or min, max or both"))
        }
        (None, None, min, max) => {
            Ok(Expected::Score { min: min.unwrap_or(f64::NEG_INFINITY), max: max.unwrap_or(f64::INFINITY) })
        }
        (Some(_), Some(_), ..) => Err(fields.invalid("min", "there", "missing, since there is a label")),
        (None, Some(at), ..) => Err(fields.invalid("threshold", at, "missing, since there is no label")),
    }
}
