use mlops_stats::{
    Alternative,
    two_sample::{KolmogorovSmirnov, Sample, kolmogorov_sf, kstwo_sf, smirnov_sf},
};
use serde_json::Value;

use super::{Answer, defined};

/// The answer of a test of two samples; `None` if the test is not of this file.
pub(crate) fn answer(test: &str, args: &Value, x: &[f64], y: &[f64]) -> Option<Answer> {
    let value = |answer: mlops_stats::Result<f64>| Some(answer.map(|value| vec![("value", value)]));
    match test {
        "ks_2samp" => ks(args, x, y),
        "kolmogorov" => value(kolmogorov_sf(args["y"].as_f64()?)),
        "smirnov" => value(smirnov_sf(args["n"].as_u64()?, args["d"].as_f64()?)),
        "kstwo_sf" => value(kstwo_sf(args["n"].as_u64()?, args["d"].as_f64()?)),
        _ => None,
    }
}

fn ks(args: &Value, x: &[f64], y: &[f64]) -> Option<Answer> {
    let alternative = alternative(args)?;
    let samples = Sample::new(x.to_vec()).and_then(|x| Ok((x, Sample::new(y.to_vec())?)));
    let ks = match samples {
        Ok((x, y)) => KolmogorovSmirnov::with_alternative(&x, &y, alternative),
        Err(error) => return Some(Err(error)),
    };
    let p = match args["method"].as_str().unwrap_or("auto") {
        "auto" => Ok(ks.p_value()),
        "exact" => Ok(ks.p_exact()),
        "asymp" => ks.p_limit(),
        _ => return None,
    };
    let mut answer = vec![
        ("statistic", ks.statistic()),
        ("statistic_location", ks.location()),
        ("statistic_sign", f64::from(ks.sign())),
    ];
    answer.extend(defined("pvalue", p));
    Some(Ok(answer))
}

/// `SciPy`'s word for it; two-sided if there is none.
pub(crate) fn alternative(args: &Value) -> Option<Alternative> {
    match args["alternative"].as_str().unwrap_or("two-sided") {
        "two-sided" => Some(Alternative::TwoSided),
        "less" => Some(Alternative::Less),
        "greater" => Some(Alternative::Greater),
        _ => None,
    }
}
