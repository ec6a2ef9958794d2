use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::plan::Planner;
use crate::rule::{OfTypes, TypeName, type_name};
use crate::{Error, Result};

const EXPECTED: &str =
    "a type of Arrow, such as Int64 or Utf8, or of pandas, such as int64, str or datetime64[us]";

/// Types by their names, as they were written.
#[derive(Clone, Debug)]
struct Types {
    written: Vec<String>,
    types: Vec<TypeName>,
}

impl Types {
    fn new(written: Vec<String>, invalid: impl Fn(&str) -> Error) -> Result<Self> {
        let types = written
            .iter()
            .map(|name| TypeName::parse(name).ok_or_else(|| invalid(name)))
            .collect::<Result<_>>()?;
        Ok(Self { written, types })
    }

    /// Whether a column can be of any of them; a list for several engines names others too.
    fn check(&self, expectation: &str) -> Result<()> {
        if self.types.iter().all(|one| *one == TypeName::Foreign) {
            return Err(Error::Evaluation {
                rule: expectation.to_owned(),
                reason: format!(
                    "{} is no type of a column here, expected {EXPECTED}",
                    self.written.join(", ")
                ),
            });
        }
        Ok(())
    }
}

/// `expect_column_values_to_be_of_type` and `expect_column_values_to_be_in_type_list`: a
/// column is of a type, or of one of some.
///
/// Types have the names of Arrow (`Int64`, `Utf8`, `Timestamp(µs)`) or of pandas, numpy and
/// Python (`int64`, `float`, `str`, `object` for text, `bool`, `category`, `datetime64[us]`).
/// The values of a column of mixed types (a union) are judged one by one; other columns as
/// a whole, and then `mostly` and conditions say nothing. The unit of a moment does not
/// matter.
///
/// Names of SQL's and Spark's types are passed over in a list that names others.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesOfType {
    about: About,
    /// `None` allows any.
    types: Option<Types>,
    list: bool,
}

impl ValuesOfType {
    pub(super) const NAME: &str = "expect_column_values_to_be_of_type";
    pub(super) const LIST: &str = "expect_column_values_to_be_in_type_list";

    /// The column is of this type.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such type.
    pub fn new(column: impl Into<String>, type_: &str) -> Result<Self> {
        let types = Types::new(vec![type_.to_owned()], |name| {
            Error::invalid(Self::NAME, "type_", json!(name), EXPECTED)
        })?;
        Ok(Self { about: About::new(column), types: Some(types), list: false })
    }

    /// The column is of one of these types.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn any_of<'a>(column: impl Into<String>, types: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let written = types.into_iter().map(ToOwned::to_owned).collect();
        let types =
            Types::new(written, |name| Error::invalid(Self::LIST, "type_list", json!(name), EXPECTED))?;
        Ok(Self { about: About::new(column), types: Some(types), list: true })
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let list = kwargs.expectation() == Self::LIST;
        let parameter = if list { "type_list" } else { "type_" };
        let written = if !list {
            Some(vec![kwargs.text("type_")?])
        } else if kwargs.optional("type_list").is_some() {
            Some(kwargs.texts("type_list")?)
        } else {
            None
        };
        let types = written
            .map(|written| Types::new(written, |name| kwargs.invalid(parameter, &json!(name), EXPECTED)))
            .transpose()?;
        Ok(Self { about, types, list })
    }
}

impl Expectation for ValuesOfType {
    fn name(&self) -> &str {
        if self.list { Self::LIST } else { Self::NAME }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        if let Some(Types { written, .. }) = &self.types {
            if self.list {
                kwargs.insert("type_list".to_owned(), json!(written));
            } else {
                kwargs.insert("type_".to_owned(), json!(written.first()));
            }
        }
        kwargs
    }

    fn rule(&self) -> String {
        let types =
            self.types.as_ref().map_or_else(|| "any type".to_owned(), |types| types.written.join(" or "));
        self.about.rule(&format!("of type {types}"))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.about.column)?;
        let Some(types) = &self.types else {
            let judgement = Judgement::value(true, json!(type_name(data_type, false)));
            return Ok(Box::new(move |_| Ok(judgement.clone())));
        };
        types.check(self.name())?;
        let is_of = types.types.iter().any(|one| one.is(data_type, false));
        if !is_of && matches!(data_type, arrow_schema::DataType::Union(_, _)) {
            return self.about.judge_rule(planner, OfTypes { types: types.types.clone() });
        }
        let judgement = Judgement::value(is_of, json!(type_name(data_type, false)));
        Ok(Box::new(move |_| Ok(judgement.clone())))
    }
}

/// `expect_column_type_to_be`: a column is of a type, its unit of time included.
///
/// Names are those of [`ValuesOfType`].
///
/// ```
/// use mlops_validate::expectation::{ColumnType, Expectation};
///
/// assert_eq!(ColumnType::new("at", "datetime64[us]")?.rule(), "of type datetime64[us]");
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnType {
    column: String,
    types: Types,
}

impl ColumnType {
    pub(super) const NAME: &str = "expect_column_type_to_be";

    /// The column is of this type.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such type.
    pub fn new(column: impl Into<String>, type_: &str) -> Result<Self> {
        let types = Types::new(vec![type_.to_owned()], |name| {
            Error::invalid(Self::NAME, "type_", json!(name), EXPECTED)
        })?;
        Ok(Self { column: column.into(), types })
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let (column, written) = (kwargs.column("column")?, kwargs.text("type_")?);
        let types = Types::new(vec![written], |name| kwargs.invalid("type_", &json!(name), EXPECTED))?;
        Ok(Self { column, types })
    }
}

impl Expectation for ColumnType {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), json!(self.column));
        kwargs.insert("type_".to_owned(), json!(self.types.written.first()));
        kwargs
    }

    fn rule(&self) -> String {
        format!("of type {}", self.types.written.join(" or "))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        self.types.check(Self::NAME)?;
        let is_of = self.types.types.iter().any(|one| one.is(data_type, true));
        let judgement = Judgement::value(is_of, json!(type_name(data_type, true)));
        Ok(Box::new(move |_| Ok(judgement.clone())))
    }
}
