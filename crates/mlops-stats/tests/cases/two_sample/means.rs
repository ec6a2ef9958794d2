//! Tests of ranks and of moments.

use mlops_cases::numbers;
use mlops_stats::Alternative;
use mlops_stats::two_sample::{
    AndersonDarling, BrunnerMunzel, Center, Continuity, CramerVonMises, EppsSingleton, Levene, MannWhitney,
    Sample, TTest, TieRule, Variances,
};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;

/// The answer of a test of two samples; `None` if the test is not of this file.
pub fn answer(test: &str, args: &Value, x: &[f64], y: &[f64]) -> Option<Answer> {
    match test {
        "mannwhitneyu" => Some(mann_whitney(args, x, y)),
        "brunnermunzel" => Some(brunner_munzel(args, x, y)),
        "cramervonmises_2samp" => Some(cramer_von_mises(args, x, y)),
        "anderson_ksamp" => Some(anderson(args, x, y)),
        "epps_singleton_2samp" => Some(epps_singleton(args, x, y)),
        "ttest_ind" => Some(t_test(args, x, y)),
        "levene" => Some(levene(args, x, y)),
        _ => None,
    }
}

/// What `SciPy` refuses too.
fn unheard_of(what: &'static str) -> Error {
    Error::Parameter { what, value: f64::NAN, expected: "one that there is" }
}

fn named<'a>(args: &'a Value, name: &'static str, default: &'a str) -> Result<&'a str> {
    match args.get(name) {
        None => Ok(default),
        Some(value) => value.as_str().ok_or(unheard_of(name)),
    }
}

fn alternative(args: &Value) -> Result<Alternative> {
    match named(args, "alternative", "two-sided")? {
        "two-sided" => Ok(Alternative::TwoSided),
        "less" => Ok(Alternative::Less),
        "greater" => Ok(Alternative::Greater),
        _ => Err(unheard_of("alternative")),
    }
}

fn flag(args: &Value, name: &str, default: bool) -> bool {
    args.get(name).and_then(Value::as_bool).unwrap_or(default)
}

fn both(x: &[f64], y: &[f64]) -> Result<(Sample, Sample)> {
    Ok((Sample::new(x.to_vec())?, Sample::new(y.to_vec())?))
}

/// What has no value is left out.
fn statistic_and(statistic: f64, p_value: Result<f64>) -> Answer {
    match p_value {
        Ok(p_value) => Ok(vec![("statistic", statistic), ("pvalue", p_value)]),
        Err(error) if error.is_undefined() => Ok(vec![("statistic", statistic)]),
        Err(error) => Err(error),
    }
}

fn mann_whitney(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let (alternative, (x, y)) = (alternative(args)?, both(x, y)?);
    let test = MannWhitney::of(&x, &y);
    let continuity =
        if flag(args, "use_continuity", true) { Continuity::Corrected } else { Continuity::Uncorrected };
    let p_value = match named(args, "method", "auto")? {
        "auto" if test.is_exact_by_default() => test.p_exact(alternative),
        "exact" => test.p_exact(alternative),
        "auto" | "asymptotic" => test.p_limit(alternative, continuity),
        _ => Err(unheard_of("method")),
    };
    if args.get("method").is_none_or(|method| method == "auto") && continuity == Continuity::Corrected {
        assert_eq!(p_value, Ok(test.p_value(alternative)));
    }
    statistic_and(test.statistic(), p_value)
}

fn brunner_munzel(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let (alternative, (x, y)) = (alternative(args)?, both(x, y)?);
    let test = BrunnerMunzel::of(&x, &y)?;
    let p_value = match named(args, "distribution", "t")? {
        "t" => test.p_value(alternative),
        "normal" => Ok(test.p_normal(alternative)),
        _ => Err(unheard_of("distribution")),
    };
    statistic_and(test.statistic(), p_value)
}

fn cramer_von_mises(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let (x, y) = both(x, y)?;
    let test = CramerVonMises::of(&x, &y)?;
    let p_value = match named(args, "method", "auto")? {
        "auto" => Ok(test.p_value()),
        "exact" => test.p_exact(),
        "asymptotic" => Ok(test.p_limit()),
        _ => Err(unheard_of("method")),
    };
    statistic_and(test.statistic(), p_value)
}

/// The samples in `args`, or the two beside the row.
fn samples(args: &Value, x: &[f64], y: &[f64]) -> Result<Vec<Vec<f64>>> {
    let Some(samples) = args.get("samples") else { return Ok(vec![x.to_vec(), y.to_vec()]) };
    let samples = samples.as_array().ok_or(unheard_of("samples"))?;
    samples.iter().map(|sample| numbers(sample).map_err(|_| unheard_of("samples"))).collect()
}

fn anderson(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let samples = samples(args, x, y)?;
    let of_midrank = if flag(args, "midrank", true) { "midrank" } else { "right" };
    let rule = match named(args, "variant", of_midrank)? {
        "midrank" => TieRule::Midrank,
        "right" => TieRule::Right,
        "continuous" => TieRule::Continuous,
        _ => return Err(unheard_of("variant")),
    };
    let slices: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
    let test = AndersonDarling::with_nan_above(&slices, rule)?;
    let mut all = vec![("statistic", test.statistic()), ("pvalue", test.p_value())];
    all.extend(test.critical_values().map(|(_, value)| ("critical_values", value)));
    Ok(all)
}

fn epps_singleton(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let test = match args.get("t") {
        None => EppsSingleton::of(x, y)?,
        Some(points) => EppsSingleton::at(x, y, &numbers(points).map_err(|_| unheard_of("t"))?)?,
    };
    Ok(vec![("statistic", test.statistic()), ("pvalue", test.p_value())])
}

fn t_test(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let alternative = alternative(args)?;
    let variances = if flag(args, "equal_var", true) { Variances::Equal } else { Variances::Unequal };
    let trim = args.get("trim").and_then(Value::as_f64).unwrap_or(0.0);
    let test = TTest::trimmed(x, y, trim, variances)?;
    let level = args.get("confidence_level").and_then(Value::as_f64).unwrap_or(0.95);
    let interval = test.confidence_bound(level, alternative)?;
    Ok(vec![
        ("statistic", test.statistic()),
        ("pvalue", test.p_value(alternative)),
        ("df", test.degrees_of_freedom()),
        ("confidence_interval", interval.lower),
        ("confidence_interval", interval.upper),
        ("low", interval.lower),
        ("high", interval.upper),
    ])
}

fn levene(args: &Value, x: &[f64], y: &[f64]) -> Answer {
    let samples = samples(args, x, y)?;
    let center = match named(args, "center", "median")? {
        "median" => Center::Median,
        "mean" => Center::Mean,
        "trimmed" => Center::Trimmed(args.get("proportiontocut").and_then(Value::as_f64).unwrap_or(0.05)),
        _ => return Err(unheard_of("center")),
    };
    let slices: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
    let test = Levene::of(&slices, center)?;
    Ok(vec![("statistic", test.statistic()), ("pvalue", test.p_value())])
}
