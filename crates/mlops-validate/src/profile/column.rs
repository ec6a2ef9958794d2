use arrow_array::Array;
use mlops_stats::sketch::{DistinctSketch, Moments, QuantileSketch};
use serde_json::Value;

use super::frequent::Frequent;
use super::{
    Bins, ColumnProfile, Extent, Histogram, NumberProfile, ProfileSettings, TextProfile, TopValue, Unique,
};
use crate::metric::ExactSum;
use crate::schema::{ColumnType, OfColumn, TypeKind};
use crate::table::{Cell, ValueKind, Values, number, write_moment};
use crate::{Error, Result};

/// Shares at which quantiles are given.
const QUANTILES: [f64; 11] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];
/// Parts of about equal counts that later tables are compared in.
const BINS: u8 = 10;
/// Names that later tables are compared by; the others count together.
const NAMES: usize = 50;

/// What is gathered of a column.
#[derive(Clone, Debug)]
pub(super) struct ColumnState {
    pub(super) name: String,
    pub(super) data_type: ColumnType,
    missing: u64,
    nan: u64,
    present: u64,
    extent: Extent,
    unique: Unique,
    distinct: DistinctSketch,
    truth: (u64, u64),
    numbers: Frequent<i128>,
    texts: Frequent<Box<str>>,
    /// Exact, so that the mean does not depend on how the rows are split.
    sum: ExactSum,
    moments: Moments,
    quantiles: QuantileSketch,
    infinite_below: u64,
    infinite_above: u64,
    zeros: u64,
    negative: u64,
    lengths: Option<(u64, u64)>,
    characters: u64,
    empty: u64,
}

/// A number whose order as a whole number is that of the doubles; gives itself back.
const fn ordered(bits: i64) -> i64 {
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

impl OfColumn for ColumnState {
    fn column(&self) -> (&str, &ColumnType) {
        (&self.name, &self.data_type)
    }
}

impl ColumnState {
    pub(super) fn new(name: String, data_type: ColumnType, settings: &ProfileSettings) -> Result<Self> {
        let quantiles = QuantileSketch::new(settings.quantile_points)
            .map_err(|error| Error::input("profile settings", error.to_string()))?;
        Ok(Self {
            name,
            data_type,
            missing: 0,
            nan: 0,
            present: 0,
            extent: Extent::default(),
            unique: Unique::new(settings.max_unique),
            distinct: DistinctSketch::default(),
            truth: (0, 0),
            numbers: Frequent::new(settings.frequent),
            texts: Frequent::new(settings.frequent),
            sum: ExactSum::default(),
            moments: Moments::default(),
            quantiles,
            infinite_below: 0,
            infinite_above: 0,
            zeros: 0,
            negative: 0,
            lengths: None,
            characters: 0,
            empty: 0,
        })
    }

    pub(super) fn update(&mut self, array: &dyn Array) {
        let values = Values::of(array);
        self.missing += values.missing;
        self.nan += values.nan;
        self.present += values.count();
        self.extent.update(&values);
        self.unique.update(&values);
        match &values.kind {
            ValueKind::Truth { falses, trues } => {
                self.truth.0 += falses;
                self.truth.1 += trues;
            }
            ValueKind::Whole(values) => {
                self.see(values, |value| value as f64);
            }
            ValueKind::Moments(values) => self.see(values, micros),
            ValueKind::Floats(values) => self.see_floats(values),
            ValueKind::Text(texts) => {
                for (text, times) in texts {
                    self.texts.add(*text, *times, |text| Box::from(text));
                    self.distinct.insert(text);
                    let length = text.chars().count() as u64;
                    let (min, max) = self.lengths.unwrap_or((length, length));
                    self.lengths = Some((min.min(length), max.max(length)));
                    self.characters += length * times;
                    self.empty += if text.is_empty() { *times } else { 0 };
                }
            }
            ValueKind::Opaque(_) => {}
        }
    }

    fn see(&mut self, values: &[i128], float: impl Fn(i128) -> f64) {
        for value in values {
            self.numbers.add(value, 1, |value| *value);
            if value.unsigned_abs() > 1 << 53 {
                // As a double it could be the same as its neighbours.
                self.distinct.insert(&value.to_string());
            } else {
                self.distinct.insert_numbers(&[*value as f64]);
            }
        }
        self.measure(&values.iter().map(|value| float(*value)).collect::<Vec<f64>>());
    }

    fn see_floats(&mut self, values: &[f64]) {
        for value in values {
            let key = i128::from(ordered((value + 0.0).to_bits().cast_signed()));
            self.numbers.add(&key, 1, |key| *key);
        }
        self.distinct.insert_numbers(values);
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        self.infinite_below += values.iter().filter(|value| **value == f64::NEG_INFINITY).count() as u64;
        self.infinite_above += values.iter().filter(|value| **value == f64::INFINITY).count() as u64;
        self.measure(&finite);
    }

    fn measure(&mut self, finite: &[f64]) {
        self.moments.update(finite).expect("all of them are finite");
        self.quantiles.update(finite).expect("all of them are finite");
        for value in finite {
            self.sum.add(*value);
        }
        self.zeros += finite.iter().filter(|value| **value == 0.0).count() as u64;
        self.negative += finite.iter().filter(|value| **value < 0.0).count() as u64;
    }

    pub(super) fn merge(&mut self, later: Self) {
        self.missing += later.missing;
        self.nan += later.nan;
        self.present += later.present;
        self.extent.merge(&later.extent);
        self.unique.merge(later.unique);
        self.distinct.merge(&later.distinct).expect("both have the usual precision");
        self.truth = (self.truth.0 + later.truth.0, self.truth.1 + later.truth.1);
        self.numbers.merge(later.numbers);
        self.texts.merge(later.texts);
        self.sum.merge(later.sum);
        self.moments.merge(&later.moments);
        self.quantiles.merge(&later.quantiles).expect("both are of the same settings");
        self.infinite_below += later.infinite_below;
        self.infinite_above += later.infinite_above;
        self.zeros += later.zeros;
        self.negative += later.negative;
        self.lengths = match (self.lengths, later.lengths) {
            (Some((min, max)), Some((a, b))) => Some((min.min(a), max.max(b))),
            (one, other) => one.or(other),
        };
        self.characters += later.characters;
        self.empty += later.empty;
    }

    pub(super) fn profile(&self, settings: &ProfileSettings) -> ColumnProfile {
        let is_text = self.data_type.kind() == TypeKind::Text;
        let (error, top) = if is_text {
            let top = self.texts.top(settings.top).into_iter();
            (self.texts.error, top.map(|(text, count)| (Value::from(text.as_ref()), count)).collect())
        } else if self.truth == (0, 0) {
            let top = self.numbers.top(settings.top).into_iter();
            (self.numbers.error, top.map(|(key, count)| (self.value(key), count)).collect())
        } else {
            let mut top = vec![(Value::from(false), self.truth.0), (Value::from(true), self.truth.1)];
            top.retain(|(_, count)| *count > 0);
            top.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            (0, top)
        };
        let exact = if is_text { self.texts.is_exact() } else { self.numbers.is_exact() };
        let (distinct, distinct_error) = match (self.truth, exact) {
            ((0, 0), true) => ((self.texts.len() + self.numbers.len()) as f64, 0.0),
            ((0, 0), false) => (self.distinct.estimate(), self.distinct.relative_error()),
            _ => (top.len() as f64, 0.0),
        };
        let end = |whole: Option<i128>, float: Option<f64>| {
            whole.map(|value| self.value(value)).or_else(|| float.map(number))
        };
        ColumnProfile {
            name: self.name.clone(),
            data_type: self.data_type.clone(),
            missing: self.missing,
            nan: self.nan,
            infinite: self.infinite_below + self.infinite_above,
            distinct,
            distinct_error,
            unique: self.unique.is_proven() && self.present > 1,
            min: end(self.extent.whole.map(|ends| ends.0), self.extent.floats.map(|ends| ends.0)),
            max: end(self.extent.whole.map(|ends| ends.1), self.extent.floats.map(|ends| ends.1)),
            top: top.into_iter().map(|(value, count)| TopValue { value, count }).collect(),
            top_error: error,
            numbers: self.number_profile(settings.parts),
            text: self.lengths.map(|(min_length, max_length)| TextProfile {
                min_length,
                max_length,
                mean_length: self.characters as f64 / self.present as f64,
                empty: self.empty,
            }),
            bins: self.bins(),
        }
    }

    /// A key of the counts as the value that it stands for.
    fn value(&self, key: i128) -> Value {
        match self.data_type.kind() {
            TypeKind::Moment => Value::from(write_moment(key, self.data_type.arrow())),
            TypeKind::Float => {
                let bits = i64::try_from(key).map_or(0, ordered).cast_unsigned();
                number(f64::from_bits(bits))
            }
            _ => Cell::Int(key).to_json(),
        }
    }

    fn number_profile(&self, parts: usize) -> Option<NumberProfile> {
        let (min, max) = (self.quantiles.min()?, self.quantiles.max()?);
        let quantile = |q: f64| Some((q, self.quantiles.quantile(q).ok()?));
        let mut edges: Vec<f64> = (0..=parts)
            .map(|part| part as f64 / parts as f64)
            .map(|share| min * (1.0 - share) + max * share)
            .collect();
        edges.dedup();
        if edges.len() < 2 {
            edges = vec![min, max];
        }
        // By rounding, the last edge could miss the largest value.
        *edges.last_mut()? = max;
        Some(NumberProfile {
            mean: Some(self.sum.total() / self.quantiles.count() as f64).filter(|mean| mean.is_finite()),
            standard_deviation: self.moments.sample_variance().ok().map(f64::sqrt),
            zeros: self.zeros,
            negative: self.negative,
            quantiles: QUANTILES.into_iter().filter_map(quantile).collect(),
            rank_error: self.quantiles.rank_error(),
            histogram: Histogram { counts: self.between(edges.get(1..)?), edges },
        })
    }

    /// Counts up to each edge, of those that are above the one before.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
    fn between(&self, edges: &[f64]) -> Vec<u64> {
        let count = self.quantiles.count() as f64;
        let mut before = 0;
        let ranks = edges.iter().map(|edge| self.quantiles.rank(*edge).unwrap_or(0.0) * count);
        ranks
            .map(|rank| {
                let rank = rank.round() as u64;
                let part = rank.saturating_sub(before);
                before = rank.max(before);
                part
            })
            .collect()
    }

    fn bins(&self) -> Option<Bins> {
        if self.present == 0 {
            return None;
        }
        if self.data_type.kind() == TypeKind::Text {
            let (names, counts): (Vec<String>, Vec<u64>) =
                self.texts.top(NAMES).into_iter().map(|(name, count)| (name.into_string(), count)).unzip();
            let other = self.present - counts.iter().sum::<u64>();
            return Some(Bins::Names { names, counts, other });
        }
        if self.truth != (0, 0) {
            let names = vec!["false".to_owned(), "true".to_owned()];
            return Some(Bins::Names { names, counts: vec![self.truth.0, self.truth.1], other: 0 });
        }
        let shares = (1..BINS).map(|bin| f64::from(bin) / f64::from(BINS));
        let mut edges = shares.map(|q| self.quantiles.quantile(q).ok()).collect::<Option<Vec<f64>>>()?;
        edges.dedup();
        // Nothing lies above the largest value.
        edges.retain(|edge| Some(*edge) < self.quantiles.max());
        let mut counts = self.between(&edges);
        counts.push(self.quantiles.count() - counts.iter().sum::<u64>());
        if let Some(first) = counts.first_mut() {
            *first += self.infinite_below;
        }
        if let Some(last) = counts.last_mut() {
            *last += self.infinite_above;
        }
        Some(Bins::Numbers { edges, counts })
    }
}

/// Microseconds of a moment, as quantiles and bins have it.
pub(crate) fn micros(nanos: i128) -> f64 {
    nanos as f64 / 1000.0
}
