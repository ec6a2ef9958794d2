//! Cases of `LIKE`, as DuckDB answers them.

use arrow_array::RecordBatch;
use mlops_validate::Suite;
use mlops_validate::result::{Level, ResultFormat};
use serde_json::{Value, json};

use crate::gx::{Compared, array};

/// Compares which values match with those that do not break the rule.
pub(crate) fn check(case: &Value) -> Result<Compared, String> {
    let suite = json!({"name": "case", "expectations": [{
        "type": "expect_column_values_to_match_like_pattern",
        "kwargs": {"column": "c", "like_pattern": case["like_pattern"], "escape": case["escape"]},
    }]});
    let suite = Suite::from_json(&suite.to_string()).map_err(|error| error.to_string())?;
    let values = case["values"].as_array().unwrap();
    let batch = RecordBatch::try_from_iter_with_nullable([("c", array("string", values), true)]).unwrap();
    let format = ResultFormat::new(Level::Complete);
    let result = suite.validator().result_format(format).batches(&[batch]).map_err(|e| e.to_string())?;
    let found = &result.to_json()["results"][0]["result"]["unexpected_index_list"];
    let expected: Value = case["expected_match"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, matches)| **matches == json!(false))
        .map(|(row, _)| row)
        .collect();
    if *found == expected { Ok(Compared::Passed) } else { Err(format!("{found}, expected {expected}")) }
}
