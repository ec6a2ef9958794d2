use std::collections::{BTreeMap, HashMap};

use arrow_array::Array;
use mlops_stats::sketch::{DistinctSketch, FrequentItems, Moments, QuantileSketch};
use serde::{Deserialize, Serialize};

use super::ProfileSettings;
use crate::window::{Column, Found, Kind, Sketched, Values, each_name, each_number};
use crate::{Error, Exactness, Result};

/// So many values stand for a column of numbers that are not all there.
const STAND_IN: usize = 4096;
/// The names of exact categories take this many bytes each at most, all together.
const NAME_BYTES: usize = 256;

/// What is known of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnProfile {
    name: String,
    data_type: String,
    kind: Kind,
    missing: u64,
    values: Known,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    Numbers {
        moments: Moments,
        quantiles: QuantileSketch,
        distinct: DistinctSketch,
    },
    /// All of them.
    Categories(BTreeMap<String, u64>),
    Frequent {
        items: FrequentItems,
        distinct: DistinctSketch,
    },
    /// No values that are looked at.
    Nothing,
}

impl ColumnProfile {
    pub(crate) fn new(found: &Found<'_>, settings: &ProfileSettings) -> Self {
        let values = match found.kind {
            Kind::Number => Known::Numbers {
                moments: Moments::default(),
                quantiles: QuantileSketch::new(settings.points()).expect("the settings are checked"),
                distinct: DistinctSketch::default(),
            },
            Kind::Category => Known::Categories(BTreeMap::new()),
            Kind::Nothing | Kind::Unsupported => Known::Nothing,
        };
        let (name, data_type) = (found.name.to_owned(), found.data_type.clone());
        Self { name, data_type, kind: found.kind, missing: 0, values }
    }

    pub(crate) fn found(&self) -> Found<'_> {
        Found { name: &self.name, data_type: self.data_type.clone(), kind: self.kind }
    }

    /// Adds the values of an array of the column's type.
    pub(crate) fn add(&mut self, array: &dyn Array, settings: &ProfileSettings) -> Result<()> {
        match (self.kind, &mut self.values) {
            (Kind::Number, Known::Numbers { moments, quantiles, distinct }) => {
                let mut numbers = Vec::with_capacity(array.len());
                each_number(array, |value| numbers.extend(value.filter(|number| number.is_finite())));
                self.missing += (array.len() - numbers.len()) as u64;
                let damaged = |error: mlops_stats::Error| damaged(&self.name, &error);
                moments.update(&numbers).map_err(damaged)?;
                quantiles.update(&numbers).map_err(damaged)?;
                distinct.insert_numbers(&numbers);
            }
            (Kind::Category, _) if array.data_type().is_numeric() => {
                // A name is made of each number once, not once a row.
                let mut counts: HashMap<u64, u64> = HashMap::new();
                each_number(array, |value| match value.filter(|number| number.is_finite()) {
                    // Adding 0 makes one zero of the two.
                    Some(number) => *counts.entry((number + 0.0).to_bits()).or_default() += 1,
                    None => self.missing += 1,
                });
                for (bits, times) in counts {
                    self.count(&f64::from_bits(bits).to_string(), times, settings);
                }
            }
            (Kind::Category, _) => {
                let mut missing = 0;
                each_name(array, &mut |name, times| match name {
                    Some(name) => self.count(name, times, settings),
                    None => missing += times,
                });
                self.missing += missing;
            }
            (Kind::Nothing, _) => self.missing += array.len() as u64,
            (Kind::Unsupported | Kind::Number, _) => self.missing += array.logical_null_count() as u64,
        }
        self.settle(settings);
        Ok(())
    }

    fn count(&mut self, name: &str, times: u64, settings: &ProfileSettings) {
        match &mut self.values {
            Known::Categories(counts) => {
                if let Some(count) = counts.get_mut(name) {
                    *count += times;
                } else {
                    counts.insert(name.to_owned(), times);
                    // Far beyond the limit within one batch: no memory for what is cut later.
                    if counts.len() > 2 * settings.categories().max(64) {
                        self.settle(settings);
                    }
                }
            }
            Known::Frequent { items, distinct } => {
                items.add(name, times);
                distinct.insert(name);
            }
            Known::Numbers { .. } | Known::Nothing => {}
        }
    }

    /// Goes over to the most frequent names if there are too many.
    fn settle(&mut self, settings: &ProfileSettings) {
        let Known::Categories(counts) = &self.values else { return };
        let bytes = || counts.keys().map(String::len).sum::<usize>();
        if counts.len() <= settings.categories() && bytes() <= settings.categories() * NAME_BYTES {
            return;
        }
        let mut items = FrequentItems::new(settings.frequent()).expect("the settings are checked");
        let mut distinct = DistinctSketch::default();
        for (name, times) in counts {
            items.add(name, *times);
            distinct.insert(name);
        }
        self.values = Known::Frequent { items, distinct };
    }

    /// Adds what is known of the same column elsewhere.
    pub(crate) fn merge(&mut self, other: &Self, settings: &ProfileSettings) -> Result<()> {
        let error = |error: mlops_stats::Error| damaged(&other.name, &error);
        if let (Known::Categories(ours), Known::Frequent { items, distinct }) = (&self.values, &other.values)
        {
            let ours = ours.clone();
            self.values = Known::Frequent { items: items.clone(), distinct: distinct.clone() };
            for (name, times) in ours {
                self.count(&name, times, settings);
            }
        } else {
            match (&mut self.values, &other.values) {
                (
                    Known::Numbers { moments, quantiles, distinct },
                    Known::Numbers { moments: m, quantiles: q, distinct: d },
                ) => {
                    quantiles.merge(q).map_err(error)?;
                    distinct.merge(d).map_err(error)?;
                    moments.merge(m);
                }
                (Known::Frequent { items, distinct }, Known::Frequent { items: i, distinct: d }) => {
                    items.merge(i).map_err(error)?;
                    distinct.merge(d).map_err(error)?;
                }
                (_, Known::Categories(theirs)) => {
                    for (name, times) in theirs {
                        self.count(name, *times, settings);
                    }
                }
                _ => {}
            }
        }
        self.missing += other.missing;
        self.settle(settings);
        Ok(())
    }

    /// Keeps no more points than one level has.
    pub(crate) fn shrink(&mut self) {
        if let Known::Numbers { quantiles, .. } = &mut self.values {
            quantiles.shrink(quantiles.k());
        }
    }

    pub(crate) fn window(&self, rows: u64) -> Column {
        let mut sketched = None;
        let values = match &self.values {
            Known::Numbers { moments, quantiles, .. } => {
                let size = usize::try_from(quantiles.count()).unwrap_or(usize::MAX).min(STAND_IN);
                let within = quantiles.sample_error(size);
                if within > 0.0 {
                    sketched = Some(Sketched::Numbers {
                        count: quantiles.count(),
                        within,
                        mean: moments.mean().ok(),
                        standard_deviation: moments.standard_deviation().ok(),
                    });
                }
                Values::Numbers(quantiles.sample(size).ok())
            }
            Known::Categories(counts) => Values::Categories(counts.clone()),
            Known::Frequent { items, .. } => {
                sketched = Some(Sketched::Categories {
                    total: items.total(),
                    error: items.error(),
                    distinct: self.categories().unwrap_or(0),
                });
                let top = items.top(usize::MAX).into_iter();
                Values::Categories(top.map(|item| (item.name, item.at_least)).collect())
            }
            Known::Nothing if self.kind == Kind::Nothing => Values::Nothing,
            Known::Nothing => Values::Unsupported,
        };
        let (name, data_type) = (self.name.clone(), self.data_type.clone());
        Column { name, data_type, rows, missing: self.missing, values, sketched }
    }

    /// What can't be in a profile of so many rows, in words.
    pub(crate) fn damage(&self, rows: u64, settings: &ProfileSettings) -> Option<String> {
        let sum = |counts: &BTreeMap<String, u64>| {
            counts.values().try_fold(0_u64, |sum, count| sum.checked_add(*count))
        };
        let (fits, known) = match (&self.values, self.kind) {
            (Known::Numbers { moments, quantiles, distinct }, Kind::Number) => (
                moments.count() == quantiles.count()
                    && (moments.min(), moments.max()) == (quantiles.min(), quantiles.max())
                    && quantiles.k() == settings.points()
                    && distinct.precision() == DistinctSketch::default().precision(),
                Some(quantiles.count()),
            ),
            (Known::Categories(counts), Kind::Category) => {
                (counts.len() <= settings.categories(), sum(counts))
            }
            (Known::Frequent { items, distinct }, Kind::Category) => (
                items.k() == settings.frequent()
                    && distinct.precision() == DistinctSketch::default().precision(),
                Some(items.total()),
            ),
            (Known::Nothing, Kind::Nothing | Kind::Unsupported) => (true, rows.checked_sub(self.missing)),
            _ => (false, None),
        };
        let all = known.and_then(|known| known.checked_add(self.missing));
        (!fits || all != Some(rows)).then(|| format!("column {:?} does not fit together", self.name))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type, as Arrow spells it.
    pub fn data_type(&self) -> &str {
        &self.data_type
    }

    /// How many rows have no value: null, NaN, infinite.
    pub const fn missing(&self) -> u64 {
        self.missing
    }

    /// Number, mean, spread and extremes of a column of numbers.
    pub const fn moments(&self) -> Option<&Moments> {
        match &self.values {
            Known::Numbers { moments, .. } => Some(moments),
            _ => None,
        }
    }

    /// Ranks and quantiles of a column of numbers.
    pub const fn quantiles(&self) -> Option<&QuantileSketch> {
        match &self.values {
            Known::Numbers { quantiles, .. } => Some(quantiles),
            _ => None,
        }
    }

    /// All categories with their counts, while there are not too many.
    pub const fn counts(&self) -> Option<&BTreeMap<String, u64>> {
        match &self.values {
            Known::Categories(counts) => Some(counts),
            _ => None,
        }
    }

    /// The most frequent categories, if there are too many to count all.
    pub const fn frequent(&self) -> Option<&FrequentItems> {
        match &self.values {
            Known::Frequent { items, .. } => Some(items),
            _ => None,
        }
    }

    /// How many different values there are, numbers or categories, and the standard
    /// deviation of that estimate as a share of it; 0 if they were counted.
    pub fn distinct(&self) -> Option<(f64, f64)> {
        match &self.values {
            Known::Numbers { distinct, .. } | Known::Frequent { distinct, .. } => {
                Some((distinct.estimate(), distinct.relative_error()))
            }
            Known::Categories(counts) => Some((counts.len() as f64, 0.0)),
            Known::Nothing => None,
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of categories")]
    fn categories(&self) -> Option<u64> {
        self.distinct().map(|(estimate, _)| estimate.round() as u64)
    }

    /// How exact ranks or counts are.
    pub fn exactness(&self) -> Exactness {
        match &self.values {
            Known::Numbers { quantiles, .. } if !quantiles.is_exact() => {
                Exactness::Ranks { within: quantiles.rank_error() }
            }
            Known::Frequent { items, .. } if items.error() > 0 => {
                Exactness::Counts { within: items.error() as f64 / items.total().max(1) as f64 }
            }
            _ => Exactness::Exact,
        }
    }
}

fn damaged(column: &str, error: &mlops_stats::Error) -> Error {
    Error::Damaged { what: format!("column {column:?}"), reason: error.to_string() }
}
