use std::fmt;

use super::Pair;

/// What a row of a comparison is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// A metric of the runs.
    Metric,
    /// A parameter of the runs.
    Param,
    /// A data set that the runs have read.
    Data,
    /// A column of what they take or give.
    Schema,
    /// Where the runs ran.
    Environment,
    /// The versions themselves: their files, their training, their people.
    Version,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Metric => "metric",
            Self::Param => "param",
            Self::Data => "data",
            Self::Schema => "schema",
            Self::Environment => "environment",
            Self::Version => "version",
        })
    }
}

/// One thing of two versions, side by side.
///
/// Printed, it is one line: `auc: 0.71 → 0.72 (+0.01)`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ComparisonRow {
    /// What it is about.
    pub topic: Topic,
    /// Its name, such as `roc_auc`.
    pub name: String,
    /// As text for the one version; `None` if it does not have it.
    pub a: Option<String>,
    /// For the other.
    pub b: Option<String>,
    /// `b − a` of numbers that both have.
    pub difference: Option<f64>,
    /// Whether both have it, and it is the same.
    pub same: bool,
}

/// What is not there.
const NONE: &str = "–";

impl ComparisonRow {
    pub(super) fn text(topic: Topic, name: &str, a: Option<String>, b: Option<String>) -> Self {
        let same = a.is_some() && a == b;
        Self { topic, name: name.to_owned(), a, b, difference: None, same }
    }

    pub(super) fn number(name: &str, pair: &Pair<f64>) -> Self {
        let words = |number: Option<f64>| number.map(figure);
        Self {
            difference: pair.difference(),
            // NaN on both sides is no agreement.
            same: pair.is_same(),
            ..Self::text(Topic::Metric, name, words(pair.a), words(pair.b))
        }
    }

    /// Name, both sides and the difference, as they are to be read.
    pub(crate) fn cells(&self) -> [String; 4] {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| NONE.to_owned());
        let difference = match self.difference {
            Some(difference) => signed(difference),
            None if self.same => "same".to_owned(),
            None => String::new(),
        };
        [self.name.clone(), side(&self.a), side(&self.b), difference]
    }
}

impl fmt::Display for ComparisonRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [name, a, b, difference] = self.cells();
        write!(f, "{name}: {a} → {b}")?;
        if difference.is_empty() { Ok(()) } else { write!(f, " ({difference})") }
    }
}

/// To four decimals, or to four figures where that would leave less; whole numbers as they are.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else if number.is_finite() && (number.abs() < 0.1 || number.abs() >= 1e15) {
        let text = format!("{number:.3e}");
        let decimals = text.split_once("e-").and_then(|(_, exponent)| exponent.parse::<usize>().ok());
        match decimals {
            Some(exponent) if exponent <= 4 => format!("{number:.*}", exponent + 3),
            _ => text,
        }
    } else {
        format!("{number:.4}")
    }
}

fn signed(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let text = figure(number);
    if number > 0.0 { format!("+{text}") } else { text.replacen('-', "−", 1) }
}
