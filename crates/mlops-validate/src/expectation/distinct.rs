use hashbrown::{HashMap, HashSet};
use serde_json::{Map, Value};

use super::rows::{with_condition, write_condition};
use super::{Differing, Expectation, Judge, Judgement, Kwargs, Observed};
use crate::Result;
use crate::condition::RowCondition;
use crate::metric::{CountValues, Counted, in_order, same_bytes};
use crate::plan::Planner;
use crate::rule::{Members, constants};
use crate::table::{Cell, Scalar, parse_moment};

/// The distinct values of a column compared with a set of constants:
/// `expect_column_distinct_values_to_be_in_set`, `…_to_contain_set` and `…_to_equal_set`.
///
/// Equality is that of [`ValuesInSet`](super::ValuesInSet): `1`, `1.0` and `true` are the
/// same, and on a column of timestamps or days text is a moment. Missing values are not
/// looked at: a `null` in the set is never found.
///
/// Needs memory for every distinct value.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, StringArray, RecordBatch};
/// use mlops_validate::{Cell, Suite, expectation::DistinctValues};
///
/// let carriers = ["AA", "UA"].map(|name| Cell::Text(name.into()));
/// let suite = Suite::new("flights").expect(DistinctValues::equal_set("carrier", carriers));
/// # let carrier: ArrayRef = Arc::new(StringArray::from(vec!["AA", "DL", "AA"]));
/// # let batch = RecordBatch::try_from_iter([("carrier", carrier)])?;
/// assert_eq!(
///     suite.validate(&[batch])?.lines(),
///     ["carrier: expected the distinct values {\"AA\", \"UA\"}, \
///       but 1 is unexpected: \"DL\", and 1 is missing: \"UA\""]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DistinctValues {
    column: String,
    set: Vec<Scalar>,
    how: How,
    condition: Option<RowCondition>,
}

/// How the set and the values have to relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    In,
    Contain,
    Equal,
}

impl How {
    const ALL: [Self; 3] = [Self::In, Self::Contain, Self::Equal];

    const fn name(self) -> &'static str {
        match self {
            Self::In => "expect_column_distinct_values_to_be_in_set",
            Self::Contain => "expect_column_distinct_values_to_contain_set",
            Self::Equal => "expect_column_distinct_values_to_equal_set",
        }
    }
}

impl DistinctValues {
    fn new(how: How, column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        Self { column: column.into(), set: set.into_iter().collect(), how, condition: None }
    }

    /// Every distinct value is one of `set`.
    pub fn in_set(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        Self::new(How::In, column, set)
    }

    /// Every constant of `set` is among the distinct values.
    pub fn contain_set(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        Self::new(How::Contain, column, set)
    }

    /// The distinct values are those of `set`.
    pub fn equal_set(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        Self::new(How::Equal, column, set)
    }

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Great Expectations' names of them.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        How::ALL.into_iter().map(How::name)
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let name = kwargs.expectation();
        let how = How::ALL.into_iter().find(|how| how.name() == name).unwrap_or(How::Equal);
        let (expected, may_be_empty) = match how {
            How::In => ("a list of constants, at least one", false),
            How::Contain | How::Equal => ("a list of constants", true),
        };
        let written = kwargs.required("value_set", expected)?;
        let set = constants(written)
            .filter(|set| may_be_empty || !set.is_empty())
            .ok_or_else(|| kwargs.invalid("value_set", written, expected))?;
        Ok(Self { column: kwargs.column("column")?, set, how, condition: kwargs.condition()? })
    }
}

/// Values that are looked up in the other set.
#[derive(Debug)]
struct Expected {
    /// Each constant once, by what makes it the same as a value.
    constants: Vec<(Vec<u8>, Scalar)>,
}

impl Expected {
    /// The constants as they are read for a column that holds such values.
    fn new(set: &[Scalar], are_moments: bool) -> Self {
        let mut seen = HashSet::new();
        let mut constants = Vec::new();
        for constant in set {
            let read = match constant {
                Cell::Text(text) if are_moments => parse_moment(text)
                    .map_or_else(|| constant.clone(), |nanos| Cell::Moment { nanos, zoned: false }),
                constant => constant.clone(),
            };
            if let Some(bytes) = same_bytes(&read)
                && seen.insert(bytes.clone())
            {
                constants.push((bytes, constant.clone()));
            }
        }
        Self { constants }
    }

    /// What is only among the values, and what only among the constants.
    fn compare(&self, counted: &Counted) -> (Differing, Differing) {
        let mut found: HashMap<&[u8], bool> =
            self.constants.iter().map(|(bytes, _)| (bytes.as_slice(), false)).collect();
        let mut unexpected = Vec::new();
        for (value, _) in counted.iter() {
            let known = same_bytes(&value).and_then(|bytes| found.get_mut(bytes.as_slice()));
            match known {
                Some(found) => *found = true,
                None => unexpected.push(value),
            }
        }
        unexpected.sort_by(in_order);
        let missing = self.constants.iter().filter(|(bytes, _)| found.get(bytes.as_slice()) == Some(&false));
        (Differing::new(unexpected), Differing::new(missing.map(|(_, constant)| constant.clone()).collect()))
    }
}

impl Expectation for DistinctValues {
    fn name(&self) -> &str {
        self.how.name()
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        kwargs.insert("value_set".to_owned(), self.set.iter().map(Cell::to_json).collect());
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let set = Members::new(self.set.clone(), false).describe();
        let rule = match self.how {
            How::In => format!("distinct values in {set}"),
            How::Contain => format!("distinct values that contain {set}"),
            How::Equal => format!("the distinct values {set}"),
        };
        with_condition(rule, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        let expected = Expected::new(&self.set, data_type.is_temporal());
        let domain = planner.domain(self.condition.as_ref())?;
        let counted = planner.measure(CountValues { column: self.column.clone(), domain });
        let how = self.how;
        Ok(Box::new(move |measured| {
            let (unexpected, missing) = expected.compare(measured.get(counted)?);
            let unexpected = (how != How::Contain).then_some(unexpected);
            let missing = (how != How::In).then_some(missing);
            let none = |differing: &Option<Differing>| differing.as_ref().is_none_or(|one| one.count == 0);
            let success = none(&unexpected) && none(&missing);
            Ok(Judgement { success, observed: Observed::Set { unexpected, missing } })
        }))
    }
}
