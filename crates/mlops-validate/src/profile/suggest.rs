use arrow_schema::DataType;
use serde_json::Value;

use super::{Bins, ColumnProfile, Profile};
use crate::expectation::{
    ColumnDistribution, ColumnsInSet, Distance, End, Mostly, RowCount, ValuesBetween, ValuesInSet,
    ValuesNotNull, ValuesOfType, ValuesUnique,
};
use crate::rule::type_name;
use crate::schema::TypeKind;
use crate::suite::Suite;
use crate::table::{parse_moment, read_moment, write_moment};

/// How wide a suggested suite is.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::expectation::Distance;
/// use mlops_validate::profile::{Profiler, Suggestion};
///
/// # let distance: ArrayRef = Arc::new(Int64Array::from(vec![100, 200, 200]));
/// # let batch = RecordBatch::try_from_iter([("distance", distance)])?;
/// let mut profiler = Profiler::default();
/// profiler.update(&batch)?;
/// let mut suggestion = Suggestion::default();
/// suggestion.range_margin = 0.5;
/// suggestion.distribution = Some((Distance::Psi, 0.2));
/// let suite = suggestion.suite(&profiler.finish(), "flights");
/// let rules: Vec<String> = suite.entries().iter().map(|entry| entry.expectation.rule()).collect();
/// assert_eq!(
///     rules,
///     [
///         "at least 1 and at most 5 rows",
///         "the columns \"distance\" and no others",
///         "of type int64 or category",
///         "not null",
///         "between 50 and 250",
///         "a distribution with a psi of at most 0.2 from that of the profile",
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Suggestion {
    /// By how much of it the number of rows may differ.
    pub row_margin: f64,
    /// By how much of its width a range is wider than seen, at either end. It never goes
    /// beyond zero if no value did.
    pub range_margin: f64,
    /// By how much the share of rows with a value may be smaller than seen, in columns that
    /// do not always have one.
    pub presence_slack: f64,
    /// A text column with at most so many different values has a set of them, if each comes
    /// twice on average.
    pub max_set: usize,
    /// A distance, and how large it may be, for distributions to be compared with those of
    /// the profile. That is an expectation of ours, which Great Expectations does not know; none if
    /// not set.
    pub distribution: Option<(Distance, f64)>,
}

/// A type by a name that Great Expectations knows, where there is one.
fn type_of(column: &ColumnProfile) -> Option<String> {
    match column.data_type.arrow() {
        DataType::Null => None,
        DataType::Date32 => Some("date".to_owned()),
        other => Some(type_name(other, true)),
    }
}

impl Default for Suggestion {
    fn default() -> Self {
        Self { row_margin: 0.5, range_margin: 0.1, presence_slack: 0.05, max_set: 20, distribution: None }
    }
}

impl Suggestion {
    /// The suite: number of rows, columns, and for each column what it always was.
    #[expect(clippy::cast_possible_truncation, reason = "counts of rows fit, and it saturates")]
    pub fn suite(&self, profile: &Profile, name: impl Into<String>) -> Suite {
        let (rows, margin) = (profile.rows as f64, self.row_margin.clamp(0.0, 1.0));
        let (fewest, most) = ((rows * (1.0 - margin)).floor() as i64, (rows * (1.0 + margin)).ceil() as i64);
        let names = profile.columns.iter().map(|column| column.name.as_str());
        let mut suite = Suite::new(name)
            .expect(RowCount::between(Some(fewest), Some(most)))
            .expect(ColumnsInSet::exactly(names));
        for column in &profile.columns {
            suite = self.column(suite, column, profile.rows);
        }
        suite
    }

    fn column(&self, mut suite: Suite, column: &ColumnProfile, rows: u64) -> Suite {
        let name = column.name.as_str();
        if let Some(type_) = type_of(column)
            // How text is stored, a profile does not know.
            && let Ok(expectation) = ValuesOfType::any_of(name, [type_.as_str(), "category"])
        {
            suite = suite.expect(expectation);
        }
        let present = rows - column.missing.min(rows);
        if rows > 0 && column.missing == 0 {
            suite = suite.expect(ValuesNotNull::new(name));
        } else if present > 0 {
            let share = present as f64 / rows as f64 - self.presence_slack.max(0.0);
            let share = (share.clamp(0.0, 1.0) * 1000.0).floor() / 1000.0;
            if let Ok(mostly) = Mostly::new(share)
                && share > 0.0
            {
                suite = suite.expect(ValuesNotNull::new(name).mostly(mostly));
            }
        }
        if column.unique {
            suite = suite.expect(ValuesUnique::new(name));
        }
        if let Some((min, max)) = self.range(column) {
            suite = suite.expect(ValuesBetween::new(name).min(min).max(max));
        }
        if let Some(Bins::Names { names, other: 0, .. }) = &column.bins
            && column.data_type.kind() == TypeKind::Text
            && names.len() <= self.max_set
            && present >= 2 * names.len() as u64
        {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            suite = suite.expect(ValuesInSet::texts(name, names));
        }
        if let (Some((distance, most)), Some(bins)) = (self.distribution, &column.bins)
            && let Ok(expectation) = ColumnDistribution::new(name, bins.clone(), distance, most)
        {
            suite = suite.expect(expectation);
        }
        suite
    }

    fn range(&self, column: &ColumnProfile) -> Option<(End, End)> {
        if column.infinite > 0 {
            return None;
        }
        let (min, max) = (column.min.as_ref()?, column.max.as_ref()?);
        match column.data_type.kind() {
            TypeKind::Moment => self.moments(column, min, max),
            TypeKind::Whole => {
                let whole =
                    |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
                let (min, max) = (whole(min)?, whole(max)?);
                let by = self.margin((max - min) as f64);
                let low = if min >= 0 { (min - by).max(0) } else { min - by };
                let high = if max <= 0 { (max + by).min(0) } else { max + by };
                let end = |value: i128, beyond: fn(f64) -> f64| match i64::try_from(value) {
                    // As Great Expectations writes it, where that says the same.
                    Ok(value) if value.unsigned_abs() < 1 << 53 => End::from(value as f64),
                    Ok(value) => End::from(value),
                    // The nearest double may lie on the wrong side.
                    Err(_) => End::from(beyond(value as f64)),
                };
                Some((end(low, f64::next_down), end(high, f64::next_up)))
            }
            TypeKind::Float => {
                let (min, max) = (min.as_f64()?, max.as_f64()?);
                let by = (max - min) * self.range_margin.max(0.0);
                let low = if min >= 0.0 { (min - by).max(0.0) } else { min - by };
                let high = if max <= 0.0 { (max + by).min(0.0) } else { max + by };
                (low.is_finite() && high.is_finite()).then(|| (low.into(), high.into()))
            }
            TypeKind::Text | TypeKind::Other => None,
        }
    }

    fn moments(&self, column: &ColumnProfile, min: &Value, max: &Value) -> Option<(End, End)> {
        const DAY: i128 = 86_400_000_000_000;
        let (min, max) = (read_moment(min.as_str()?)?, read_moment(max.as_str()?)?);
        let by = self.margin((max - min) as f64);
        let arrow = column.data_type.arrow();
        // Suites have moments to the microsecond.
        let unit = if *arrow == DataType::Date32 { DAY } else { 1000 };
        let (low, high) = ((min - by).div_euclid(unit) * unit, -((-max - by).div_euclid(unit) * unit));
        let text = |nanos: i128| {
            let text = write_moment(nanos, arrow);
            (parse_moment(&text) == Some(nanos)).then(|| End::from(text.as_str()))
        };
        Some((text(low)?, text(high)?))
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most a few times the range of 64 bits")]
    fn margin(&self, width: f64) -> i128 {
        (width * self.range_margin.clamp(0.0, 1e6)).ceil() as i128
    }
}
