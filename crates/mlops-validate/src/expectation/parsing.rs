use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::rows::{About, about_a_column, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::metric::Breaks;
use crate::plan::Planner;
use crate::rule::{IsDate, IsJson, TimeFormat};
use crate::{Error, Result};

/// `expect_column_values_to_match_strftime_format`: every value is text that Python's
/// `datetime.strptime` (3.11, C locale, UTC) reads in a format.
///
/// All its directives are known: `%a %A %b %B %c %d %f %G %H %I %j %m %M %p %S %u %U %V %w
/// %W %x %X %y %Y %z %Z %%`. A value that is no text can't be judged.
///
/// ```
/// use mlops_validate::expectation::{Expectation, ValuesMatchStrftime};
///
/// let days = ValuesMatchStrftime::new("day", "%Y-%m-%d")?;
/// assert_eq!(days.rule(), "of the format \"%Y-%m-%d\"");
/// assert!(ValuesMatchStrftime::new("day", "%Y-%Q").is_err());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesMatchStrftime {
    about: About,
    format: TimeFormat,
}

impl ValuesMatchStrftime {
    pub(super) const NAME: &str = "expect_column_values_to_match_strftime_format";

    /// The rule for all rows of a column.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is no format.
    pub fn new(column: impl Into<String>, format: &str) -> Result<Self> {
        let about = About::new(column);
        let format = TimeFormat::new(format)
            .map_err(|why| Error::invalid(Self::NAME, "strftime_format", json!(format), expected(&why)))?;
        Ok(Self { about, format })
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let (about, written) = (About::parse(kwargs)?, kwargs.text("strftime_format")?);
        let format = TimeFormat::new(&written)
            .map_err(|why| kwargs.invalid("strftime_format", &json!(written), &expected(&why)))?;
        Ok(Self { about, format })
    }
}

fn expected(why: &str) -> String {
    format!("a format of Python's strptime, but {why}")
}

impl Expectation for ValuesMatchStrftime {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("strftime_format".to_owned(), json!(self.format.as_str()));
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&format!("of the format {:?}", self.format.as_str()))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge_rule(planner, self.format.clone())
    }
}

/// `expect_column_values_to_be_dateutil_parseable`: every value is text that
/// `dateutil.parser.parse` (python-dateutil 4.0.0) reads as a date or a time.
///
/// What a date lacks, Python takes from the day on which it is read, so that `31` or
/// `Feb 29` is a date on some days only. Here it is taken from the last of January of a
/// leap year. A value that is no text can't be judged.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesAreDates {
    about: About,
}

/// `expect_column_values_to_be_json_parseable`: every value is text that Python's
/// `json.loads` reads: JSON (RFC 8259), `NaN` and `Infinity`. Nesting beyond 900 levels and
/// whole numbers beyond 4300 digits are not; nor is what is no text.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesAreJson {
    about: About,
}

about_a_column!(
    ValuesAreDates,
    "expect_column_values_to_be_dateutil_parseable",
    Breaks::Rule(Arc::new(IsDate)),
    "a date or time in text"
);
about_a_column!(
    ValuesAreJson,
    "expect_column_values_to_be_json_parseable",
    Breaks::Rule(Arc::new(IsJson)),
    "JSON"
);
