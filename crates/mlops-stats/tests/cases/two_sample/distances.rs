use std::f64::consts::E;

use mlops_cases::{number, numbers};
use mlops_stats::Error;
use mlops_stats::distance::{
    WeightedSample, energy, entropy, jensen_shannon_distance, kullback_leibler, wasserstein, weighted_energy,
    weighted_wasserstein,
};
use mlops_stats::two_sample::Sample;
use serde_json::Value;

use super::Answer;

/// The answer of a test of two samples; `None` if the test is not of this file.
pub(crate) fn answer(test: &str, args: &Value, x: &[f64], y: &[f64]) -> Option<Answer> {
    let value = match test {
        "wasserstein_distance" => of_samples(args, x, y, wasserstein, weighted_wasserstein),
        "energy_distance" => of_samples(args, x, y, energy, weighted_energy),
        "jensenshannon" => {
            jensen_shannon_distance(&numbers(&args["p"]).ok()?, &numbers(&args["q"]).ok()?, base(args)?)
        }
        "entropy_kl" => {
            kullback_leibler(&numbers(&args["pk"]).ok()?, &numbers(&args["qk"]).ok()?, base(args)?)
        }
        "entropy" => entropy(&numbers(&args["pk"]).ok()?, base(args)?),
        _ => return None,
    };
    Some(value.map(|value| vec![("value", value)]))
}

/// The samples stand beside the rows of a pair, or among the arguments, perhaps with weights.
fn of_samples(
    args: &Value,
    x: &[f64],
    y: &[f64],
    plain: fn(&Sample, &Sample) -> mlops_stats::Result<f64>,
    weighted: fn(&WeightedSample, &WeightedSample) -> mlops_stats::Result<f64>,
) -> mlops_stats::Result<f64> {
    let refused = |what| Error::Parameter { what, value: f64::NAN, expected: "an argument of the distance" };
    if args.get("nan_policy").is_some() {
        return Err(refused("nan_policy"));
    }
    let list = |name: &'static str, beside: &[f64]| match args.get(name) {
        None => Ok(Some(beside.to_vec())),
        Some(Value::Null) => Ok(None),
        Some(values) => numbers(values).map(Some).map_err(|_| refused(name)),
    };
    let (u, v) = (list("u_values", x)?.unwrap_or_default(), list("v_values", y)?.unwrap_or_default());
    let of_weights = |name| args.get(name).map_or(Ok(None), |_| list(name, &[]));
    match (of_weights("u_weights")?, of_weights("v_weights")?) {
        (None, None) => plain(&Sample::new(u)?, &Sample::new(v)?),
        (of_u, of_v) => {
            let sample = |values: Vec<f64>, weights: Option<Vec<f64>>| match weights {
                None => Sample::new(values).map(|sample| WeightedSample::from(&sample)),
                Some(weights) => WeightedSample::new(&values, &weights),
            };
            weighted(&sample(u, of_u)?, &sample(v, of_v)?)
        }
    }
}

fn base(args: &Value) -> Option<f64> {
    match args.get("base") {
        None | Some(Value::Null) => Some(E),
        Some(base) => number(base),
    }
}
