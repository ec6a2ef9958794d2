use mlops_stats::Error;
use mlops_stats::ranking::{Gain, RankedLists};
use serde_json::Value;

use super::Answer;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    let gain = Gain {
        top: match &kwargs["k"] {
            Value::Null => None,
            k => Some(k.as_u64().and_then(|k| usize::try_from(k).ok()).unwrap_or(0)),
        },
        log_base: kwargs["log_base"].as_f64().unwrap_or(2.0),
        ignore_ties: kwargs["ignore_ties"].as_bool().unwrap_or(false),
    };
    let of: &dyn Fn(&RankedLists<'_>) -> Result<f64, Error> = match metric {
        "dcg_score" => &|lists| lists.dcg(&gain),
        "ndcg_score" => &|lists| lists.ndcg(&gain),
        "label_ranking_average_precision_score" => &|lists| lists.label_ranking_average_precision(),
        "coverage_error" => &|lists| lists.coverage_error(),
        "label_ranking_loss" => &|lists| lists.label_ranking_loss(),
        _ => return None,
    };
    Some(mean(args, kwargs, of))
}

fn mean(
    args: &Value,
    kwargs: &Value,
    of: &dyn Fn(&RankedLists<'_>) -> Result<f64, Error>,
) -> Result<Answer, Error> {
    let (relevance, scores) = (rows(&args[0])?, rows(&args[1])?);
    let lists = RankedLists::new(&relevance, &scores)?;
    let value = match &kwargs["sample_weight"] {
        Value::Null => of(&lists)?,
        weights => of(&lists.weighted(&list(weights)?)?)?,
    };
    Ok(value.into())
}

fn rows(value: &Value) -> Result<Vec<Vec<f64>>, Error> {
    value.as_array().ok_or_else(not_a_list)?.iter().map(list).collect()
}

fn list(value: &Value) -> Result<Vec<f64>, Error> {
    mlops_cases::numbers(value).map_err(|_| not_a_list())
}

fn not_a_list() -> Error {
    Error::Shape { what: "an argument", found: 0, expected: "lists of numbers".to_owned() }
}
