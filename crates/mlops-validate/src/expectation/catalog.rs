use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{
    AggregateBetween, AllColumnsEqual, ColumnCount, ColumnDistribution, ColumnExists, ColumnType,
    ColumnsAddUp, ColumnsInOrder, ColumnsInSet, CompoundUnique, DistinctValues, Expectation, KlDivergence,
    Kwargs, Monotonic, MostCommonInSet, NoRowsFound, NotOutliers, PairEqual, PairGreater, PairInSet,
    QuantilesBetween, QueriesMatch, RowCount, RowCountOfOtherTable, UniqueWithinRecord, ValueLengths,
    ValuesAreDates, ValuesAreJson, ValuesBetween, ValuesInSet, ValuesMatchJsonSchema, ValuesMatchLike,
    ValuesMatchRegex, ValuesMatchStrftime, ValuesNotNull, ValuesNull, ValuesOfType, ValuesUnique,
    ZScoresBelow,
};
use crate::error::shorten;
use crate::{Error, Result};

type Build = Arc<dyn Fn(&Kwargs<'_>) -> Result<Arc<dyn Expectation>> + Send + Sync>;

/// The expectations that a suite may name.
///
/// ```
/// use std::sync::Arc;
/// use mlops_validate::expectation::{Catalog, ValuesBetween};
///
/// let mut catalog = Catalog::default();
/// // A name of the house for a range that everyone here agrees on.
/// catalog.add("expect_column_values_to_be_a_probability", |kwargs| {
///     Ok(Arc::new(ValuesBetween::new(kwargs.column("column")?).min(0).max(1)))
/// });
/// assert!(catalog.names().any(|name| name == "expect_column_values_to_be_a_probability"));
/// ```
#[derive(Clone)]
pub struct Catalog {
    builders: BTreeMap<String, Build>,
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.builders.keys()).finish()
    }
}

impl Default for Catalog {
    /// All expectations of this crate.
    fn default() -> Self {
        let mut catalog = Self::empty();
        catalog.put(RowCount::EQUAL, RowCount::parse);
        catalog.put(RowCount::BETWEEN, RowCount::parse);
        catalog.put(ColumnDistribution::NAME, ColumnDistribution::parse);
        catalog.put(ColumnCount::EQUAL, ColumnCount::parse);
        catalog.put(ColumnCount::BETWEEN, ColumnCount::parse);
        catalog.put(ColumnsInOrder::NAME, ColumnsInOrder::parse);
        catalog.put(ColumnsInSet::NAME, ColumnsInSet::parse);
        catalog.put(ColumnExists::NAME, ColumnExists::parse);
        catalog.put(ValuesNotNull::NAME, ValuesNotNull::parse);
        catalog.put(ValuesNull::NAME, ValuesNull::parse);
        catalog.put(ValuesBetween::NAME, ValuesBetween::parse);
        catalog.put(ValuesInSet::NAME, ValuesInSet::parse);
        catalog.put(ValuesInSet::NEGATED, ValuesInSet::parse);
        catalog.put(ValuesUnique::NAME, ValuesUnique::parse);
        catalog.put(ValuesMatchStrftime::NAME, ValuesMatchStrftime::parse);
        catalog.put(ValuesAreDates::NAME, ValuesAreDates::parse);
        catalog.put(ValuesAreJson::NAME, ValuesAreJson::parse);
        catalog.put(ValuesMatchJsonSchema::NAME, ValuesMatchJsonSchema::parse);
        catalog.put(ValuesOfType::NAME, ValuesOfType::parse);
        catalog.put(ValuesOfType::LIST, ValuesOfType::parse);
        catalog.put(ColumnType::NAME, ColumnType::parse);
        catalog.put(ValueLengths::EQUAL, ValueLengths::parse);
        catalog.put(ValueLengths::BETWEEN, ValueLengths::parse);
        catalog.put(ValuesMatchRegex::NAME, ValuesMatchRegex::parse);
        catalog.put(ValuesMatchRegex::NEGATED, ValuesMatchRegex::parse);
        catalog.put(ValuesMatchRegex::LIST, ValuesMatchRegex::parse);
        catalog.put(ValuesMatchRegex::NEGATED_LIST, ValuesMatchRegex::parse);
        catalog.put(ValuesMatchLike::NAME, ValuesMatchLike::parse);
        catalog.put(ValuesMatchLike::NEGATED, ValuesMatchLike::parse);
        catalog.put(ValuesMatchLike::LIST, ValuesMatchLike::parse);
        catalog.put(ValuesMatchLike::NEGATED_LIST, ValuesMatchLike::parse);
        catalog.put(Monotonic::INCREASING, Monotonic::parse);
        catalog.put(Monotonic::DECREASING, Monotonic::parse);
        catalog.put(PairEqual::NAME, PairEqual::parse);
        catalog.put(PairGreater::NAME, PairGreater::parse);
        catalog.put(PairInSet::NAME, PairInSet::parse);
        catalog.put(CompoundUnique::NAME, CompoundUnique::parse);
        catalog.put(UniqueWithinRecord::NAME, UniqueWithinRecord::parse);
        catalog.put(AllColumnsEqual::NAME, AllColumnsEqual::parse);
        catalog.put(ColumnsAddUp::NAME, ColumnsAddUp::parse);
        catalog.put(NoRowsFound::NAME, NoRowsFound::parse);
        catalog.put(QueriesMatch::NAME, QueriesMatch::parse);
        catalog.put(RowCountOfOtherTable::NAME, RowCountOfOtherTable::parse);
        for name in AggregateBetween::names() {
            catalog.put(name, AggregateBetween::parse);
        }
        for name in DistinctValues::names() {
            catalog.put(name, DistinctValues::parse);
        }
        catalog.put(MostCommonInSet::NAME, MostCommonInSet::parse);
        catalog.put(QuantilesBetween::NAME, QuantilesBetween::parse);
        catalog.put(KlDivergence::NAME, KlDivergence::parse);
        catalog.put(ZScoresBelow::NAME, ZScoresBelow::parse);
        catalog.put(NotOutliers::NAME, NotOutliers::parse);
        catalog
    }
}

impl Catalog {
    /// No expectation.
    pub fn empty() -> Self {
        Self { builders: BTreeMap::new() }
    }

    fn put<E: Expectation + 'static>(&mut self, name: &str, parse: fn(&Kwargs<'_>) -> Result<E>) {
        self.add(name, move |kwargs| Ok(Arc::new(parse(kwargs)?)));
    }

    /// Adds an expectation, or replaces the one of this name. Parameters that `build` does
    /// not read are refused.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        build: impl Fn(&Kwargs<'_>) -> Result<Arc<dyn Expectation>> + Send + Sync + 'static,
    ) {
        self.builders.insert(name.into(), Arc::new(build));
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.builders.keys().map(String::as_str)
    }

    /// Builds an expectation from its parameters.
    ///
    /// # Errors
    /// [`Error::UnknownExpectation`] with the nearest names, [`Error::Invalid`] for a
    /// parameter that is missing, wrong or unknown.
    pub fn build(&self, kwargs: &Kwargs<'_>) -> Result<Arc<dyn Expectation>> {
        let name = kwargs.expectation();
        let build = self.builders.get(name).ok_or_else(|| self.unknown(name))?;
        let expectation = build(kwargs)?;
        kwargs.finish()?;
        Ok(expectation)
    }

    fn unknown(&self, name: &str) -> Error {
        const SHOWN: usize = 3;
        // A comparison costs the product of the lengths: what is much too long is no typo.
        let typed: String = name.chars().take(100).collect();
        let mut likely: Vec<(f64, &str)> = self
            .names()
            .map(|known| (strsim::jaro_winkler(&typed, known), known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .collect();
        likely.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        Error::UnknownExpectation {
            name: shorten(name),
            nearest: likely.into_iter().take(SHOWN).map(|(_, name)| name.to_owned()).collect(),
        }
    }
}
