use mlops_stats::Alternative;
use mlops_stats::interval::{ShareMethod, share_interval};
use mlops_stats::proportion::{DifferenceMethod, Share};
use serde_json::Value;

use super::{Answer, alternative};

pub fn interval(case: &Value) -> Result<Answer, String> {
    let input = &case["input"];
    let method = match input["method"].as_str().unwrap_or("normal") {
        "wilson" => ShareMethod::Wilson,
        "beta" => ShareMethod::ClopperPearson,
        "agresti_coull" => ShareMethod::AgrestiCoull,
        "normal" => ShareMethod::Normal,
        name if name.starts_with("jeff") => ShareMethod::Jeffreys,
        other => return Err(format!("no method {other}")),
    };
    let (count, nobs) = (whole(&input["count"])?, whole(&input["nobs"])?);
    let level = 1.0 - input["alpha"].as_f64().unwrap_or(0.05);
    let ends = share_interval(count, nobs, level, method);
    Ok(ends.map(|ends| vec![("low", ends.lower), ("high", ends.upper)]))
}

pub fn two(case: &Value) -> Result<Answer, String> {
    let input = &case["input"];
    if input["count"].is_array() {
        let (count, nobs) = (&input["count"], &input["nobs"]);
        let alternative = alternative(input)?;
        let shares = (share(&count[0], &nobs[0])?, share(&count[1], &nobs[1])?);
        return Ok(match shares {
            (Ok(a), Ok(b)) => a.z_test(&b, alternative).map(|test| numbers(&test)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        });
    }
    let method = match input["method"].as_str().unwrap_or("newcomb") {
        "wald" => DifferenceMethod::Wald,
        name if name.starts_with("agr") => DifferenceMethod::AgrestiCaffo,
        name if name.starts_with("newcomb") => DifferenceMethod::Newcombe,
        "score" => DifferenceMethod::ScoreOfStatsmodels,
        other => return Err(format!("no method {other}")),
    };
    if input["compare"].as_str().is_some_and(|compare| compare != "diff") {
        return Err(format!("no comparison {}", input["compare"]));
    }
    let first = share(&input["count1"], &input["nobs1"])?;
    let second = share(&input["count2"], &input["nobs2"])?;
    let (first, second) = match (first, second) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    if let Some(margin) = input["margin"].as_f64() {
        let test = first.test_difference(&second, -margin, method, Alternative::Greater);
        return Ok(test.map(|test| numbers(&test)));
    }
    if let (Some(low), Some(high)) = (input["low"].as_f64(), input["upp"].as_f64()) {
        return Ok(first.equivalence(&second, low, high, method).map(|p| vec![("pvalue", p)]));
    }
    let level = 1.0 - input["alpha"].as_f64().unwrap_or(0.05);
    let ends = first.difference_interval(&second, method, level);
    Ok(ends.map(|ends| vec![("low", ends.lower), ("high", ends.upper)]))
}

fn numbers(test: &mlops_stats::proportion::ZTest) -> Vec<(&'static str, f64)> {
    vec![("statistic", test.statistic()), ("pvalue", test.p_value())]
}

fn share(count: &Value, nobs: &Value) -> Result<mlops_stats::Result<Share>, String> {
    Ok(Share::new(whole(count)?, whole(nobs)?))
}

fn whole(value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("{value} is no count"))
}
