use serde_json::{Map, Value};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::plan::Planner;
#[cfg(feature = "json-schema")]
use crate::rule::FitsSchema;
use crate::{Error, Result};

/// `expect_column_values_to_match_json_schema`: every value is JSON that a schema allows
/// (drafts 4 to 2020-12, the latest if the schema names none; formats are not checked, and
/// nothing is fetched).
///
/// A value that is no JSON can't be judged, as in Great Expectations. Without the feature
/// `json-schema` the expectation is read, and its result says that it needs the feature.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesMatchJsonSchema {
    about: About,
    schema: Value,
    #[cfg(feature = "json-schema")]
    rule: FitsSchema,
}

impl ValuesMatchJsonSchema {
    pub(super) const NAME: &str = "expect_column_values_to_match_json_schema";

    fn build(about: About, schema: &Value, invalid: impl Fn(&str) -> Error) -> Result<Self> {
        if !schema.is_object() {
            return Err(invalid("a JSON schema as an object"));
        }
        Ok(Self {
            about,
            #[cfg(feature = "json-schema")]
            rule: FitsSchema::new(schema).map_err(|why| invalid(&format!("a JSON schema, but {why}")))?,
            schema: schema.clone(),
        })
    }

    /// The rule for all rows of a column.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is no schema; without the feature, only if it is no object.
    pub fn new(column: impl Into<String>, schema: &Value) -> Result<Self> {
        Self::build(About::new(column), schema, |expected| {
            Error::invalid(Self::NAME, "json_schema", schema, expected)
        })
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let schema = kwargs.required("json_schema", "a JSON schema as an object")?;
        Self::build(about, schema, |expected| kwargs.invalid("json_schema", schema, expected))
    }
}

impl Expectation for ValuesMatchJsonSchema {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("json_schema".to_owned(), self.schema.clone());
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&format!("JSON of the schema {}", crate::error::shorten(&self.schema.to_string())))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    #[cfg(feature = "json-schema")]
    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge_rule(planner, self.rule.clone())
    }

    #[cfg(not(feature = "json-schema"))]
    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.domain(planner)?;
        Err(Error::Evaluation {
            rule: Self::NAME.to_owned(),
            reason: "this program was built without the feature `json-schema` of mlops-validate".to_owned(),
        })
    }
}
