use mlops_stats::Error;
use mlops_stats::regression::{OutputAverage, RegressionMetric, RegressionRows};
use serde_json::Value;

use super::seen::{Answer, Seen};

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    let alpha = kwargs["alpha"].as_f64().unwrap_or(0.5);
    let power = kwargs["power"].as_f64().unwrap_or(0.0);
    let finite = kwargs["force_finite"].as_bool().unwrap_or(true);
    let metric = match metric {
        "mean_absolute_error" => RegressionMetric::MeanAbsoluteError,
        "mean_squared_error" => RegressionMetric::MeanSquaredError,
        "root_mean_squared_error" => RegressionMetric::RootMeanSquaredError,
        "mean_squared_log_error" => RegressionMetric::MeanSquaredLogError,
        "root_mean_squared_log_error" => RegressionMetric::RootMeanSquaredLogError,
        "mean_absolute_percentage_error" => RegressionMetric::MeanAbsolutePercentageError,
        "median_absolute_error" => RegressionMetric::MedianAbsoluteError,
        "max_error" => RegressionMetric::MaxError,
        "mean_pinball_loss" => RegressionMetric::MeanPinballLoss { alpha },
        "mean_tweedie_deviance" => RegressionMetric::MeanTweedieDeviance { power },
        "mean_poisson_deviance" => RegressionMetric::MeanTweedieDeviance { power: 1.0 },
        "mean_gamma_deviance" => RegressionMetric::MeanTweedieDeviance { power: 2.0 },
        "r2_score" => RegressionMetric::R2 { finite },
        "explained_variance_score" => RegressionMetric::ExplainedVariance { finite },
        "d2_pinball_score" => RegressionMetric::D2Pinball { alpha },
        "d2_absolute_error_score" => RegressionMetric::D2Pinball { alpha: 0.5 },
        "d2_tweedie_score" => RegressionMetric::D2Tweedie { power },
        _ => return None,
    };
    Some(of(metric, args, kwargs))
}

fn of(metric: RegressionMetric, args: &Value, kwargs: &Value) -> Result<Answer, Error> {
    let (truth, predicted) = (columns(&args[0])?, columns(&args[1])?);
    if truth.len() != predicted.len() {
        let expected = format!("as many as in truth ({})", truth.len());
        return Err(Error::Shape { what: "outputs of predicted", found: predicted.len(), expected });
    }
    let weights = match &kwargs["sample_weight"] {
        Value::Null => None,
        weights => Some(list(weights)?),
    };
    let mut outputs = Vec::new();
    for (truth, predicted) in truth.iter().zip(&predicted) {
        let rows = RegressionRows::new(truth, predicted)?;
        outputs.push(match &weights {
            None => rows,
            Some(weights) => rows.weighted(weights)?,
        });
    }
    let average = match &kwargs["multioutput"] {
        Value::Null => OutputAverage::Uniform,
        Value::String(name) => match name.as_str() {
            "raw_values" => return metric.of_each_output(&outputs).map(with_finding),
            "uniform_average" => OutputAverage::Uniform,
            "variance_weighted" => OutputAverage::VarianceWeighted,
            _ => return Err(not_a_list()),
        },
        weights => OutputAverage::Weights(list(weights)?),
    };
    let value = metric.of_outputs(&outputs, &average)?;
    let warned = value.is_infinite();
    Ok(Answer { value: Seen::Number(value), warned })
}

/// An infinite score is a finding of its own.
fn with_finding(values: Vec<f64>) -> Answer {
    let warned = values.iter().any(|value| value.is_infinite());
    Answer { value: values.into(), warned }
}

/// One column an output, of a list of numbers or of rows of them.
fn columns(value: &Value) -> Result<Vec<Vec<f64>>, Error> {
    let Some(rows) = value.as_array().filter(|rows| rows.iter().any(Value::is_array)) else {
        return Ok(vec![list(value)?]);
    };
    let rows = rows.iter().map(list).collect::<Result<Vec<_>, _>>()?;
    let outputs = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().find(|row| row.len() != outputs) {
        return Err(Error::Shape { what: "a row", found: row.len(), expected: format!("{outputs} outputs") });
    }
    Ok((0..outputs).map(|output| rows.iter().map(|row| row[output]).collect()).collect())
}

fn list(value: &Value) -> Result<Vec<f64>, Error> {
    mlops_cases::numbers(value).map_err(|_| not_a_list())
}

fn not_a_list() -> Error {
    Error::Shape { what: "an argument", found: 0, expected: "a list of numbers".to_owned() }
}
