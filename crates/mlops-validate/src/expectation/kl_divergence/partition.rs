use serde_json::{Value, json};

use super::entropy::sum;
use crate::table::{Scalar, number};
use crate::{Error, Result};

/// A distribution that a column is compared with: weights of values, or of bins of numbers.
/// Great Expectations' partition object.
///
/// The weights add up to 1.
#[derive(Clone, Debug)]
pub struct Partition {
    pub(super) of: Of,
    pub(super) weights: Vec<f64>,
}

/// What the weights are weights of.
#[derive(Clone, Debug)]
pub(super) enum Of {
    Values(Vec<Scalar>),
    Bins {
        /// Increasing; the first and the last may be infinite.
        edges: Vec<f64>,
        /// The weights below the first and above the last edge.
        tails: Option<(f64, f64)>,
    },
}

const WHAT: &str = "partition";

impl Partition {
    /// The weight of each of some values.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the weights do not add up to 1.
    pub fn values(weights: impl IntoIterator<Item = (Scalar, f64)>) -> Result<Self> {
        let (values, weights): (Vec<Scalar>, Vec<f64>) = weights.into_iter().unzip();
        let partition = Self { of: Of::Values(values), weights };
        partition.check().map(|()| partition)
    }

    /// The weight of each bin: one fewer than `edges`, which increase. Outside of the edges
    /// lies nothing. The first and the last edge may be infinite.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the edges do not increase, their number does not fit, or the
    /// weights do not add up to 1.
    pub fn bins(edges: impl Into<Vec<f64>>, weights: impl Into<Vec<f64>>) -> Result<Self> {
        let partition = Self { of: Of::Bins { edges: edges.into(), tails: None }, weights: weights.into() };
        partition.check().map(|()| partition)
    }

    /// The weight of each bin, and those below the first and above the last edge.
    ///
    /// # Errors
    /// As [`bins`](Self::bins), of all weights together.
    pub fn bins_and_tails(
        edges: impl Into<Vec<f64>>,
        weights: impl Into<Vec<f64>>,
        tails: (f64, f64),
    ) -> Result<Self> {
        let of = Of::Bins { edges: edges.into(), tails: Some(tails) };
        let partition = Self { of, weights: weights.into() };
        partition.check().map(|()| partition)
    }

    fn check(&self) -> Result<()> {
        let invalid =
            |path: &str, value: Value, expected: &str| Err(Error::invalid(WHAT, path, value, expected));
        let weights = || self.weights.iter().copied().map(number).collect::<Value>();
        let total = match &self.of {
            Of::Values(values) if values.len() != self.weights.len() => {
                return invalid("weights", weights(), "as many as values");
            }
            Of::Values(_) => sum(&self.weights),
            Of::Bins { edges, .. } if edges.len() != self.weights.len() + 1 => {
                return invalid("weights", weights(), "one fewer than edges of bins");
            }
            Of::Bins { edges, .. } if !edges.windows(2).all(|pair| pair[0] < pair[1]) => {
                return invalid("bins", edges.iter().copied().map(number).collect(), "increasing edges");
            }
            Of::Bins { tails, .. } => {
                let tails = tails.iter().flat_map(|(below, above)| [*below, *above]);
                sum(&tails.chain(self.weights.iter().copied()).collect::<Vec<f64>>())
            }
        };
        if (total - 1.0).abs() <= 1e-8 + 1e-5 {
            Ok(())
        } else {
            invalid("weights", weights(), "weights that add up to 1")
        }
    }

    /// Reads a partition object. One with `values` is one of values, whatever else it has.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none.
    pub fn from_json(value: &Value) -> Result<Self> {
        let invalid = |path: &str, value: &Value, expected: &str| Error::invalid(WHAT, path, value, expected);
        let null = Value::Null;
        let field = |name: &str| value.get(name).unwrap_or(&null);
        let numbers = |name: &str| -> Result<Vec<f64>> {
            let list = field(name).as_array().and_then(|list| list.iter().map(as_number).collect());
            list.ok_or_else(|| invalid(name, field(name), "a list of numbers"))
        };
        let weights = numbers("weights")?;
        let of = if let Some(values) = field("values").as_array() {
            let values = values.iter().map(Scalar::from_json).collect::<Option<Vec<Scalar>>>();
            Of::Values(values.ok_or_else(|| invalid("values", field("values"), "a list of constants"))?)
        } else {
            let tails = match value.get("tail_weights") {
                None => None,
                Some(tails) => match numbers("tail_weights")?.as_slice() {
                    [below, above] => Some((*below, *above)),
                    _ => return Err(invalid("tail_weights", tails, "two weights")),
                },
            };
            Of::Bins { edges: numbers("bins")?, tails }
        };
        let partition = Self { of, weights };
        partition.check().map(|()| partition)
    }

    /// As a partition object.
    pub fn to_json(&self) -> Value {
        let list = |values: &[f64]| values.iter().copied().map(number).collect::<Value>();
        let mut json = json!({"weights": list(&self.weights)});
        match &self.of {
            Of::Values(values) => json["values"] = values.iter().map(Scalar::to_json).collect(),
            Of::Bins { edges, tails } => {
                json["bins"] = list(edges);
                if let Some((below, above)) = tails {
                    json["tail_weights"] = list(&[*below, *above]);
                }
            }
        }
        json
    }
}

/// A number, or the name of one that JSON can't hold.
fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::String(name) => {
            ["NaN", "Infinity", "-Infinity"].contains(&name.as_str()).then(|| name.parse().ok())?
        }
        value => value.as_f64(),
    }
}
