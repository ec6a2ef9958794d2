use std::fmt;

use arrow_array::Array;
use hashbrown::HashMap;
use mlops_stats::distance::{EmptyBins, jensen_shannon, psi_filled};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::condition::RowCondition;
use crate::plan::{Accumulator, Chunk, Domain, Metric, Planner};
use crate::profile::{Bins, micros};
use crate::schema::{ColumnType, TypeKind};
use crate::table::{ValueKind, Values, number};
use crate::{Error, Result};

/// How far two distributions over the same bins are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distance {
    /// Population stability index, in nats; an empty bin counts as a share of 0.0001. Above
    /// 0.1 it is usually said to have moved, above 0.25 to have moved much.
    Psi,
    /// Jensen–Shannon distance, from 0 to 1 (the root of the divergence in bits).
    JensenShannon,
    /// The largest difference of the distribution functions at an edge, from 0 to 1: a lower
    /// bound of the Kolmogorov–Smirnov statistic. Only of numbers and moments.
    KolmogorovSmirnov,
    /// The largest difference of the shares of a bin, from 0 to 1.
    LInfinity,
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Psi => "psi",
            Self::JensenShannon => "jensen_shannon",
            Self::KolmogorovSmirnov => "kolmogorov_smirnov",
            Self::LInfinity => "l_infinity",
        })
    }
}

/// `expect_column_distribution_to_match_profile`: the values of a column are distributed
/// as those of a stored profile, by a distance over its bins. An expectation of ours.
///
/// Missing values are in neither; infinite ones are in the outermost bins. Without a value
/// there is no distribution, and the expectation fails. The counts do not depend on how the rows are
/// split; the state is the counts.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::{ColumnDistribution, Distance};
/// use mlops_validate::profile::Profiler;
///
/// # let table = |values: Vec<i64>| RecordBatch::try_from_iter([("distance", Arc::new(Int64Array::from(values)) as ArrayRef)]);
/// let mut profiler = Profiler::default();
/// profiler.update(&table((0..100).collect())?)?;
/// let profile = profiler.finish();
/// let bins = profile.column("distance").and_then(|column| column.bins.clone()).ok_or("no values")?;
///
/// let suite = Suite::new("flights").expect(ColumnDistribution::new("distance", bins, Distance::Psi, 0.1)?);
/// assert!(suite.validate(&[table((0..100).rev().collect())?])?.success());
/// let moved = suite.validate(&[table((30..130).collect())?])?;
/// assert!(moved.lines()[0].contains("a psi of at most 0.1"));
///
/// // In a file it holds the bins of the profile, so that the suite is enough.
/// assert_eq!(Suite::from_json(&suite.to_json().to_string())?.to_json(), suite.to_json());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// See [`mlops_stats::distance`] for PSI and Jensen–Shannon.
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnDistribution {
    column: String,
    reference: Bins,
    distance: Distance,
    most: f64,
    condition: Option<RowCondition>,
}

impl ColumnDistribution {
    pub(super) const NAME: &str = "expect_column_distribution_to_match_profile";

    /// At most so far from these bins.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the bins are out of order or empty, the distance can't be taken of
    /// names, or the largest one is negative or no number.
    pub fn new(column: impl Into<String>, reference: Bins, distance: Distance, most: f64) -> Result<Self> {
        if let Err(reason) = reference.check() {
            return Err(Error::invalid(Self::NAME, "reference", reason, "bins in order, with a count each"));
        }
        if !(most >= 0.0 && most.is_finite()) {
            return Err(Error::invalid(Self::NAME, "max_distance", most, "a number of at least 0"));
        }
        if distance == Distance::KolmogorovSmirnov && matches!(reference, Bins::Names { .. }) {
            return Err(Error::invalid(
                Self::NAME,
                "distance",
                distance,
                "a distance of names, which have no order",
            ));
        }
        Ok(Self { column: column.into(), reference, distance, most, condition: None })
    }

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let expected = "{\"edges\", \"counts\"} or {\"names\", \"counts\", \"other\"}";
        let written = kwargs.required("reference", expected)?;
        let reference: Bins =
            Bins::deserialize(written).map_err(|_| kwargs.invalid("reference", written, expected))?;
        let expected = "\"psi\", \"jensen_shannon\", \"kolmogorov_smirnov\" or \"l_infinity\"";
        let written = kwargs.required("distance", expected)?;
        let distance =
            Distance::deserialize(written).map_err(|_| kwargs.invalid("distance", written, expected))?;
        let expected = "a number of at least 0";
        let written = kwargs.required("max_distance", expected)?;
        let most = written.as_f64().ok_or_else(|| kwargs.invalid("max_distance", written, expected))?;
        let built =
            Self::new(kwargs.column("column")?, reference, distance, most).map_err(|error| match error {
                Error::Invalid { path, value, expected, .. } => {
                    kwargs.invalid(&path, &Value::from(value), &expected)
                }
                other => other,
            })?;
        Ok(Self { condition: kwargs.condition()?, ..built })
    }
}

impl Expectation for ColumnDistribution {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), json!(self.column));
        kwargs.insert("reference".to_owned(), json!(self.reference));
        kwargs.insert("distance".to_owned(), json!(self.distance));
        kwargs.insert("max_distance".to_owned(), json!(self.most));
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let Self { distance, most, .. } = self;
        let rule = format!("a distribution with a {distance} of at most {most} from that of the profile");
        with_condition(rule, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        let fits = match (&self.reference, ColumnType::of(data_type).kind()) {
            (Bins::Numbers { .. }, TypeKind::Whole | TypeKind::Float | TypeKind::Moment)
            | (Bins::Names { .. }, TypeKind::Text) => true,
            (Bins::Names { .. }, _) => ColumnType::of(data_type).is_truth(),
            _ => false,
        };
        if !fits {
            let of = if matches!(self.reference, Bins::Names { .. }) { "names" } else { "numbers" };
            return Err(Error::Evaluation {
                rule: Self::NAME.to_owned(),
                reason: format!("the profile has {of}, the column is of type {data_type}"),
            });
        }
        let domain = planner.domain(self.condition.as_ref())?;
        let binned = Binned { column: self.column.clone(), domain, bins: self.reference.clone() };
        let counts = planner.measure(binned);
        let (reference, distance, most) = (self.reference.clone(), self.distance, self.most);
        Ok(Box::new(move |measured| judge(&reference, measured.get(counts)?, distance, most)))
    }
}

fn judge(reference: &Bins, observed: &[u64], distance: Distance, most: f64) -> Result<Judgement> {
    let total: u64 = observed.iter().sum();
    if total == 0 {
        return Ok(Judgement::value(false, Value::Null));
    }
    let shares = |counts: &[u64]| -> Vec<f64> {
        let total = counts.iter().sum::<u64>() as f64;
        counts.iter().map(|count| *count as f64 / total).collect()
    };
    let (was, is) = (shares(&reference.counts()), shares(observed));
    let pairs = was.iter().zip(&is);
    let undefined = |error: mlops_stats::Error| Error::Evaluation {
        rule: ColumnDistribution::NAME.to_owned(),
        reason: error.to_string(),
    };
    let value = match distance {
        Distance::Psi => psi_filled(&was, &is, EmptyBins::Replace(1e-4)).map_err(undefined)?,
        Distance::JensenShannon => jensen_shannon(&was, &is).map_err(undefined)?,
        Distance::LInfinity => pairs.map(|(was, is)| (was - is).abs()).fold(0.0, f64::max),
        Distance::KolmogorovSmirnov => {
            let mut apart = 0.0_f64;
            pairs.fold(0.0_f64, |largest, (was, is)| {
                apart += is - was;
                largest.max(apart.abs())
            })
        }
    };
    let bins = match reference {
        Bins::Numbers { edges, .. } => json!({"edges": edges}),
        Bins::Names { names, .. } => json!({"names": names}),
    };
    let details = json!({
        "distance": distance, "bins": bins, "reference_shares": was, "observed_shares": is, "observed_values": total,
    });
    Ok(Judgement::value(value <= most, number(value)).details(details))
}

/// How many values lie in each bin; other names last.
#[derive(Debug)]
struct Binned {
    column: String,
    domain: Domain,
    bins: Bins,
}

struct BinnedState {
    column: String,
    domain: Domain,
    edges: Vec<f64>,
    names: HashMap<String, usize>,
    counts: Vec<u64>,
}

impl Metric for Binned {
    type State = BinnedState;

    fn key(&self) -> String {
        format!("{:?}{} {}", self.column, self.domain.key(), json!(self.bins))
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> BinnedState {
        let (edges, names) = match &self.bins {
            Bins::Numbers { edges, .. } => (edges.clone(), HashMap::new()),
            Bins::Names { names, .. } => {
                (Vec::new(), names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect())
            }
        };
        let counts = vec![0; self.bins.counts().len()];
        BinnedState { column: self.column.clone(), domain: self.domain, edges, names, counts }
    }
}

impl BinnedState {
    fn numbers(&mut self, values: impl Iterator<Item = f64>) {
        for value in values {
            self.counts[self.edges.partition_point(|edge| *edge < value)] += 1;
        }
    }

    fn name(&mut self, name: &str, times: u64) {
        let other = self.counts.len() - 1;
        self.counts[self.names.get(name).copied().unwrap_or(other)] += times;
    }
}

impl Accumulator for BinnedState {
    type Output = Vec<u64>;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array = chunk.column(&self.column)?;
        let filtered;
        let array: &dyn Array = match chunk.domain(self.domain)? {
            None => array.as_ref(),
            Some(rows) => {
                let rows = arrow_array::BooleanArray::new(rows.clone(), None);
                filtered = arrow_select::filter::filter(array.as_ref(), &rows).map_err(|error| {
                    Error::Evaluation { rule: format!("column {:?}", self.column), reason: error.to_string() }
                })?;
                filtered.as_ref()
            }
        };
        match Values::of(array).kind {
            ValueKind::Whole(values) => self.numbers(values.into_iter().map(|value| value as f64)),
            ValueKind::Moments(values) => self.numbers(values.into_iter().map(micros)),
            ValueKind::Floats(values) => self.numbers(values.into_iter()),
            ValueKind::Text(texts) => texts.into_iter().for_each(|(text, times)| self.name(text, times)),
            ValueKind::Truth { falses, trues } => {
                self.name("false", falses);
                self.name("true", trues);
            }
            // The type was looked at when this was planned.
            ValueKind::Opaque(_) => {}
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        for (own, theirs) in self.counts.iter_mut().zip(later.counts) {
            *own += theirs;
        }
    }

    fn finish(self) -> Vec<u64> {
        self.counts
    }
}
