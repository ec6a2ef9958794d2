use arrow_schema::DataType;
use hashbrown::HashMap;
use serde_json::{Value, json};

use super::KlDivergence;
use super::entropy::divergence;
use crate::Result;
use crate::metric::{Binned, Counted, Interpolation, Kept, same_bytes};
use crate::table::{Cell, Scalar, number, parse_moment};

/// Weight that is taken from the expected distribution for what it does not expect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holdouts {
    pub(super) tail: f64,
    pub(super) internal: f64,
}

/// The weights of a column beside those that are expected.
#[derive(Debug)]
pub(super) struct Weights {
    /// `values` or `bins`.
    of: &'static str,
    names: Value,
    observed: Vec<f64>,
    expected: Vec<f64>,
    /// Below and above the bins.
    tails: Option<Tails>,
}

#[derive(Debug)]
struct Tails {
    observed: (f64, f64),
    expected: (f64, f64),
}

/// A number; null if it is none.
fn or_null(value: f64) -> Value {
    if value.is_nan() { Value::Null } else { number(value) }
}

/// Weights with those below and above.
fn around(middle: &[f64], (below, above): (f64, f64)) -> Vec<f64> {
    std::iter::once(below).chain(middle.iter().copied()).chain([above]).collect()
}

impl Weights {
    /// The divergence of what was observed from what is expected.
    pub(super) fn divergence(&self) -> f64 {
        match &self.tails {
            None => divergence(&self.observed, &self.expected),
            Some(tails) => {
                divergence(&around(&self.observed, tails.observed), &around(&self.expected, tails.expected))
            }
        }
    }

    /// Both distributions, as Great Expectations writes them; what is no number is null.
    pub(super) fn details(&self) -> Value {
        let list = |weights: &[f64]| weights.iter().copied().map(or_null).collect::<Value>();
        let partition = |weights: &[f64], tails: Option<(f64, f64)>| {
            let mut partition = json!({self.of: self.names, "weights": list(weights)});
            if let Some((below, above)) = tails {
                partition["tail_weights"] = list(&[below, above]);
            }
            partition
        };
        let tails = self.tails.as_ref();
        json!({
            "observed_partition": partition(&self.observed, tails.map(|tails| tails.observed)),
            "expected_partition": partition(&self.expected, tails.map(|tails| tails.expected)),
        })
    }

    /// Numbers in bins against the weights of those bins.
    pub(super) fn of_bins(
        edges: &[f64],
        weights: &[f64],
        tails: Option<(f64, f64)>,
        binned: &Binned,
        holdouts: Holdouts,
    ) -> Self {
        let total = binned.total as f64;
        let mut observed: Vec<f64> = binned.counts.iter().map(|count| *count as f64 / total).collect();
        let kept = 1.0 - holdouts.tail - holdouts.internal;
        let mut expected: Vec<f64> = weights.iter().map(|weight| weight * kept).collect();
        if holdouts.internal > 0.0 {
            let without = expected.iter().filter(|weight| **weight == 0.0).count() as f64;
            for weight in expected.iter_mut().filter(|weight| **weight == 0.0) {
                *weight = holdouts.internal / without;
            }
        }
        let mut edges: Vec<f64> = edges.to_vec();
        let has_low = edges.first() == Some(&f64::NEG_INFINITY);
        let has_high = edges.last() == Some(&f64::INFINITY);
        // A tail that is a bin is set aside; else it comes on top, with what is held out for it.
        let one_side = if has_low || has_high { holdouts.tail } else { holdouts.tail / 2.0 };
        let outside = tails.unwrap_or((one_side, one_side));
        let below = (binned.below as f64 / total, outside.0);
        let above = (binned.above as f64 / total, outside.1);
        let below = if has_low { (observed.remove(0), expected.remove(0)) } else { below };
        let above = match (has_high, observed.pop(), expected.pop()) {
            (true, Some(observed), Some(expected)) => (observed, expected),
            (_, last_observed, last_expected) => {
                observed.extend(last_observed);
                expected.extend(last_expected);
                above
            }
        };
        if has_low {
            edges.remove(0);
        }
        if has_high {
            edges.pop();
        }
        Self {
            of: "bins",
            names: edges.into_iter().map(or_null).collect(),
            observed,
            expected,
            tails: Some(Tails { observed: (below.0, above.0), expected: (below.1, above.1) }),
        }
    }

    /// Numbers in bins that are made for them, against themselves.
    ///
    /// # Source
    /// Bins as `numpy.histogram_bin_edges` makes with `auto`: the larger number of Sturges'
    /// and of Freedman and Diaconis' rule.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number of bins is not negative, and bounded"
    )]
    pub(super) fn of_numbers_themselves(kept: &Kept, holdouts: Holdouts) -> Result<Self> {
        const MOST_BINS: f64 = 1e6;
        let count = kept.count() as f64;
        let ends = kept.quantiles(&[0.0, 0.25, 0.75, 1.0], Interpolation::Nearest)?;
        let ends: Vec<f64> = ends.iter().map(as_number).collect();
        let (min, max) = (ends[0], ends[3]);
        let (apart, sturges) = (ends[2] - ends[1], (count + 1.0).log2().ceil());
        let bins = if count == 0.0 {
            0.0
        } else if apart < 1e-10 {
            sturges
        } else {
            sturges.max(((max - min) / (2.0 * apart / count.powf(1.0 / 3.0))).ceil())
        };
        if !(0.0..=MOST_BINS).contains(&bins) || (count > 0.0 && (min >= max || !(max - min).is_finite())) {
            return Err(KlDivergence::cannot(
                "there are no bins for values that are all the same or infinite",
            ));
        }
        let bins = bins as usize;
        let step = (max - min) / bins as f64;
        let mut edges: Vec<f64> = (0..=bins).map(|at| at as f64 * step + min).collect();
        if bins > 0 {
            edges[bins] = max;
        } else {
            edges[0] = min;
        }
        let mut binned = Binned::new(edges.clone());
        kept.for_each(|value| binned.add(value))?;
        let weights: Vec<f64> = binned.counts.iter().map(|count_in| *count_in as f64 / count).collect();
        let tail = (1.0 - weights.iter().sum::<f64>()) / 2.0;
        Ok(Self::of_bins(&edges, &weights, Some((tail, tail)), &binned, holdouts))
    }

    /// Values against themselves.
    pub(super) fn of_values_themselves(counted: &Counted) -> Result<Self> {
        if counted.present == 0 {
            return Err(KlDivergence::cannot("there is no value to describe"));
        }
        let total = counted.present as f64;
        let (values, weights): (Vec<Value>, Vec<f64>) =
            counted.sorted().iter().map(|(value, count)| (value.to_json(), *count as f64 / total)).unzip();
        Ok(Self {
            of: "values",
            names: Value::Array(values),
            expected: weights.clone(),
            observed: weights,
            tails: None,
        })
    }
}

fn as_number(value: &Scalar) -> f64 {
    match value {
        Cell::Bool(value) => f64::from(u8::from(*value)),
        Cell::Int(value) => *value as f64,
        Cell::Float(value) => *value,
        _ => f64::NAN,
    }
}

/// Values with their weights, ready to be looked up.
#[derive(Debug)]
pub(super) struct ExpectedValues {
    names: Vec<Value>,
    weights: Vec<f64>,
    places: HashMap<Vec<u8>, usize>,
}

impl ExpectedValues {
    /// For a column of this type; on one of moments or days, text is a moment.
    ///
    /// # Errors
    /// [`Error::Evaluation`](crate::Error::Evaluation) if a value is there twice.
    pub(super) fn new(values: &[Scalar], weights: Vec<f64>, data_type: &DataType) -> Result<Self> {
        let mut places = HashMap::new();
        for (at, value) in values.iter().enumerate() {
            let moment = match value {
                Cell::Text(text) if data_type.is_temporal() => parse_moment(text),
                _ => None,
            };
            let moment = moment.map(|nanos| Cell::Moment { nanos, zoned: false });
            let bytes = same_bytes(moment.as_ref().unwrap_or(value)).unwrap_or_default();
            if places.insert(bytes, at).is_some() {
                return Err(KlDivergence::cannot(format!("the partition has the value {value} twice")));
            }
        }
        Ok(Self { names: values.iter().map(Cell::to_json).collect(), weights, places })
    }

    /// What was counted against what is expected; values that are not expected come last,
    /// and share what is held out.
    pub(super) fn against(&self, counted: &Counted, holdouts: Holdouts) -> Weights {
        let total = counted.present as f64;
        let mut observed = vec![0.0; self.weights.len()];
        let mut unexpected = Vec::new();
        for (value, count) in counted.sorted() {
            match same_bytes(&value).and_then(|bytes| self.places.get(&bytes)) {
                Some(at) => observed[*at] = count as f64 / total,
                None => unexpected.push((value.to_json(), count as f64 / total)),
            }
        }
        let mut expected = self.weights.clone();
        if !unexpected.is_empty() {
            for weight in &mut expected {
                *weight *= 1.0 - holdouts.tail;
            }
            expected.extend(unexpected.iter().map(|_| holdouts.tail / unexpected.len() as f64));
        }
        let (more, weights): (Vec<Value>, Vec<f64>) = unexpected.into_iter().unzip();
        observed.extend(weights);
        let names = self.names.iter().cloned().chain(more).collect();
        Weights { of: "values", names, observed, expected, tails: None }
    }
}
