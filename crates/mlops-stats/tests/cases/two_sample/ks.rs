use mlops_stats::two_sample::{KolmogorovSmirnov, Sample, kolmogorov_sf};
use serde_json::Value;

use super::Answer;

/// The answer of a test of two samples; `None` if the test is not of this file.
pub(crate) fn answer(test: &str, args: &Value, x: &[f64], y: &[f64]) -> Option<Answer> {
    match test {
        "ks_2samp" if args["alternative"] == "two-sided" => Some(two_sided(x, y)),
        "kolmogorov" => args["y"].as_f64().map(|y| Ok(vec![("value", kolmogorov_sf(y))])),
        _ => None,
    }
}

fn two_sided(x: &[f64], y: &[f64]) -> Answer {
    let ks = KolmogorovSmirnov::of(&Sample::new(x.to_vec())?, &Sample::new(y.to_vec())?);
    Ok(vec![
        ("statistic", ks.statistic()),
        ("statistic_location", ks.location()),
        ("statistic_sign", f64::from(ks.sign())),
        ("pvalue", ks.p_value()),
    ])
}
