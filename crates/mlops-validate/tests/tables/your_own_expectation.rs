//! An expectation of one's own: one trait, a metric if it needs a new one, and a name.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use mlops_validate::Suite;
use mlops_validate::expectation::{Catalog, Expectation, Judge, Judgement, Mostly};
use mlops_validate::plan::{Accumulator, Chunk, Metric, Mismatch, Planner, ValueRule};
use serde_json::{Map, Value, json};

/// Every value is written in capitals.
#[derive(Debug)]
struct InCapitals {
    column: String,
    mostly: Mostly,
}

#[derive(Debug)]
struct Capitals;

impl ValueRule for Capitals {
    fn key(&self) -> String {
        "capitals".to_owned()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let DataType::Utf8 = values.data_type() else {
            return Err(Mismatch("only text has capitals".to_owned()));
        };
        let text = values.as_string::<i32>();
        Ok(BooleanBuffer::collect_bool(text.len(), |row| text.value(row).chars().any(char::is_lowercase)))
    }
}

impl Expectation for InCapitals {
    fn name(&self) -> &'static str {
        "expect_column_values_to_be_in_capitals"
    }

    fn kwargs(&self) -> Map<String, Value> {
        [("column".to_owned(), json!(self.column))].into_iter().collect()
    }

    fn rule(&self) -> String {
        "in capitals".to_owned()
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> mlops_validate::Result<Judge> {
        planner.judge_values(&self.column, None, self.mostly, Capitals)
    }
}

/// The texts of a column have no more than so many bytes together.
#[derive(Debug)]
struct TotalLength {
    column: String,
    max: u64,
}

#[derive(Debug)]
struct Bytes(String);

struct BytesSeen(String, u64);

impl Metric for Bytes {
    type State = BytesSeen;

    fn key(&self) -> String {
        self.0.clone()
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.0]
    }

    fn start(&self) -> BytesSeen {
        BytesSeen(self.0.clone(), 0)
    }
}

impl Accumulator for BytesSeen {
    type Output = u64;

    fn update(&mut self, chunk: &Chunk<'_>) -> mlops_validate::Result<()> {
        let text = chunk.column(&self.0)?.as_string::<i32>();
        self.1 += text.iter().flatten().map(|text| text.len() as u64).sum::<u64>();
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        self.1 += later.1;
    }

    fn finish(self) -> u64 {
        self.1
    }
}

impl Expectation for TotalLength {
    fn name(&self) -> &'static str {
        "expect_column_total_length_to_be_at_most"
    }

    fn kwargs(&self) -> Map<String, Value> {
        json!({"column": self.column, "max": self.max}).as_object().unwrap().clone()
    }

    fn rule(&self) -> String {
        format!("at most {} bytes together", self.max)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> mlops_validate::Result<Judge> {
        planner.column(&self.column)?;
        let bytes = planner.measure(Bytes(self.column.clone()));
        let max = self.max;
        Ok(Box::new(move |measured| {
            let bytes = *measured.get(bytes)?;
            Ok(Judgement::value(bytes <= max, json!(bytes)))
        }))
    }
}

#[test]
fn it_is_named_in_a_suite_and_reported_like_the_others() {
    let mut catalog = Catalog::default();
    catalog.add("expect_column_values_to_be_in_capitals", |kwargs| {
        Ok(Arc::new(InCapitals { column: kwargs.column("column")?, mostly: kwargs.mostly()? }))
    });
    let suite = json!({"name": "s", "expectations": [
        {"type": "expect_column_values_to_be_in_capitals", "kwargs": {"column": "code"}},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "code"}},
    ]})
    .to_string();
    assert!(Suite::from_json(&suite).is_err(), "it is not one of this crate's");
    let suite = Suite::from_json_with(&suite, &catalog).unwrap();
    let suite = suite.expect(TotalLength { column: "code".to_owned(), max: 3 });
    let codes: ArrayRef = Arc::new(StringArray::from(vec![Some("AA"), Some("bB"), None]));
    let table = RecordBatch::try_from_iter_with_nullable([("code", codes, true)]).unwrap();
    let result = suite.validate(&[table]).unwrap();
    assert_eq!(
        result.lines(),
        [
            "code: expected in capitals, but 1 of 2 values are not (50.00 %): row 1 has \"bB\"",
            "table: expected at most 3 bytes together, but it is 4",
        ]
    );
    assert_eq!(result.to_json()["results"][0]["result"]["unexpected_percent"], json!(50.0));
}

#[test]
fn a_parameter_that_it_does_not_read_is_refused() {
    let mut catalog = Catalog::empty();
    catalog.add("expect_column_values_to_be_in_capitals", |kwargs| {
        Ok(Arc::new(InCapitals { column: kwargs.column("column")?, mostly: Mostly::ALL }))
    });
    let suite = json!({"name": "s", "expectations": [
        {"type": "expect_column_values_to_be_in_capitals", "kwargs": {"column": "code", "mostly": 0.5}},
    ]});
    let error = Suite::from_json_with(&suite.to_string(), &catalog).unwrap_err();
    assert!(error.to_string().contains("mostly is 0.5, expected no such parameter"), "{error}");
}
