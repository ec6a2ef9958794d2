//! Tests of tables and counts.

use mlops_cases::number;
use mlops_stats::counts::{
    BinomialTest, ContingencyTable, Correction, FisherExact, GoodnessOfFit, PowerDivergence,
};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::{Answer, defined, ks::alternative};

/// The answer of a test of two samples; `None` if the test is not of this file.
pub(crate) fn answer(test: &str, args: &Value, _x: &[f64], _y: &[f64]) -> Option<Answer> {
    match test {
        "chi2_contingency" => Some(contingency(args)),
        "fisher_exact" => Some(fisher(args)),
        "chisquare" | "power_divergence" => Some(goodness(args)),
        "binomtest" => Some(binomial(args)),
        _ => None,
    }
}

/// What `SciPy` refuses too.
fn unheard_of(what: &'static str) -> Error {
    Error::Parameter { what, value: f64::NAN, expected: "one that there is" }
}

fn divergence(args: &Value) -> Result<PowerDivergence> {
    match &args["lambda_"] {
        Value::Null => Ok(PowerDivergence::PEARSON),
        Value::String(name) => match name.as_str() {
            "pearson" => Ok(PowerDivergence::PEARSON),
            "log-likelihood" => Ok(PowerDivergence::LOG_LIKELIHOOD),
            "freeman-tukey" => Ok(PowerDivergence::FREEMAN_TUKEY),
            "mod-log-likelihood" => Ok(PowerDivergence::MODIFIED_LOG_LIKELIHOOD),
            "neyman" => Ok(PowerDivergence::NEYMAN),
            "cressie-read" => Ok(PowerDivergence::CRESSIE_READ),
            _ => Err(unheard_of("lambda")),
        },
        value => PowerDivergence::new(number(value).unwrap_or(f64::NAN)),
    }
}

fn counts(value: &Value) -> Result<Vec<f64>> {
    mlops_cases::numbers(value).map_err(|_| unheard_of("counts"))
}

/// A list of numbers is a table of one row.
fn table(args: &Value) -> Result<Vec<Vec<f64>>> {
    match args["table"].as_array() {
        Some(rows) if rows.iter().any(Value::is_array) => rows.iter().map(counts).collect(),
        _ => Ok(vec![counts(&args["table"])?]),
    }
}

fn contingency(args: &Value) -> Answer {
    let table = ContingencyTable::new(&table(args)?)?;
    let corrected = args["correction"].as_bool().unwrap_or(true);
    let test = table.test(divergence(args)?, if corrected { Correction::Yates } else { Correction::None });
    let mut answer = vec![("dof", table.degrees_of_freedom() as f64)];
    answer.extend(table.expected().iter().map(|expected| ("expected_freq", *expected)));
    if let Ok(test) = test {
        answer.extend([("statistic", test.statistic()), ("pvalue", test.p_value())]);
    }
    Ok(answer)
}

fn fisher(args: &Value) -> Answer {
    let cell = |row: usize, column: usize| args["table"][row][column].as_u64().ok_or(unheard_of("table"));
    let test = FisherExact::new((cell(0, 0)?, cell(0, 1)?), (cell(1, 0)?, cell(1, 1)?))?;
    let alternative = alternative(args).ok_or(unheard_of("alternative"))?;
    let mut answer = vec![("pvalue", test.p_value(alternative))];
    answer.extend(defined("statistic", test.odds_ratio()));
    Ok(answer)
}

fn goodness(args: &Value) -> Answer {
    let (observed, divergence) = (counts(&args["f_obs"])?, divergence(args)?);
    let test = match &args["f_exp"] {
        Value::Null => GoodnessOfFit::of_uniform(&observed, divergence)?,
        expected => GoodnessOfFit::of(&observed, &counts(expected)?, divergence)?,
    };
    let estimated = args["ddof"].as_i64().unwrap_or(0);
    let estimated = i32::try_from(estimated).map_err(|_| unheard_of("ddof"))?;
    let mut answer = vec![("statistic", test.statistic())];
    answer.extend(defined("pvalue", test.p_value(estimated)));
    Ok(answer)
}

fn binomial(args: &Value) -> Answer {
    let whole = |name: &'static str| args[name].as_u64().ok_or(unheard_of(name));
    let share = args["p"].as_f64().unwrap_or(0.5);
    let test = BinomialTest::new(whole("k")?, whole("n")?, share)?;
    let alternative = alternative(args).ok_or(unheard_of("alternative"))?;
    Ok(vec![("statistic", test.estimate()), ("pvalue", test.p_value(alternative))])
}
