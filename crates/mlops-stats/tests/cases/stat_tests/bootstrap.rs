use mlops_stats::bootstrap::{BlockBootstrap, Blocks, IntervalKind};
use serde_json::Value;

use super::Answer;

pub fn interval(case: &Value) -> Result<Answer, String> {
    let input = &case["input"];
    let values = mlops_cases::numbers(&input["x"])?;
    let statistic: fn(&mut [f64]) -> f64 = match input["statistic"].as_str().unwrap_or("mean") {
        "mean" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "median" => median,
        "std" => |values| variance(values).sqrt(),
        "var" => |values| variance(values),
        other => return Err(format!("no statistic {other}")),
    };
    let kind = match input["method"].as_str().unwrap_or("BCa").to_lowercase().as_str() {
        "percentile" => IntervalKind::Percentile,
        "basic" => IntervalKind::Basic,
        "bca" => IntervalKind::BiasCorrectedAccelerated,
        other => return Err(format!("no method {other}")),
    };
    let level = input["confidence_level"].as_f64().unwrap_or(0.95);
    let answer = Blocks::each_row(values.len()).and_then(|blocks| {
        let bootstrap = BlockBootstrap::new(20_000, 2_024, level)?.with_interval(kind);
        let estimate = bootstrap.rows("statistic", &blocks, |rows| {
            let mut drawn: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
            Some(statistic(&mut drawn))
        })?;
        Ok(vec![("low_mean", estimate.interval.lower), ("high_mean", estimate.interval.upper)])
    });
    Ok(answer)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { 0.5 * (values[half - 1] + values[half]) }
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}
