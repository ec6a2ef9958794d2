use mlops_stats::classification::{Average, LabelMetric, Measured, OneVsRest, ZeroDivision};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;
use super::arguments::{Class, class, is_table, refused};
use super::labels::{matrix, one_vs_rest};
use super::seen::Seen;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    let beta = kwargs["beta"].as_f64().or_else(|| args[2].as_f64());
    // For a beta of 0 and of infinity scikit-learn takes precision and recall as they are, and
    // says nothing of those that it set; we do.
    let silent = metric == "fbeta_score"
        && mlops_cases::number(&kwargs["beta"])
            .or(beta)
            .is_some_and(|beta| beta == 0.0 || beta.is_infinite());
    let metric = match metric {
        "precision_score" => LabelMetric::Precision,
        "recall_score" => LabelMetric::Recall,
        "f1_score" => LabelMetric::F1,
        "fbeta_score" => match mlops_cases::number(&kwargs["beta"]).or(beta) {
            Some(beta) => LabelMetric::FBeta { beta },
            None => return Some(Err(refused("a beta"))),
        },
        "jaccard_score" => LabelMetric::Jaccard,
        "precision_recall_fscore_support" => {
            return Some(all_four(args, kwargs, mlops_cases::number(&kwargs["beta"]).unwrap_or(1.0)));
        }
        _ => return None,
    };
    Some(call(args, kwargs, Some("binary")).and_then(|call| {
        let (value, undefined) = call.of(metric)?;
        Ok(Answer { value, warned: call.ignores || call.warns && undefined && !silent })
    }))
}

/// What is averaged, and how.
struct Call {
    list: OneVsRest,
    average: Option<Average>,
    zero: ZeroDivision,
    /// Whether scikit-learn warns where it divides by 0.
    warns: bool,
    /// Whether a positive class was named that the average doesn't know; not to be asked of us.
    ignores: bool,
}

impl Call {
    /// The value, and whether a class had none of its own.
    fn of(&self, metric: LabelMetric) -> Result<(Seen, bool)> {
        match self.average {
            None => {
                let undefined = self.list.each(metric, ZeroDivision::Undefined)?.contains(&None);
                Ok((self.list.each(metric, self.zero)?.into(), undefined))
            }
            Some(average) => {
                let Measured { value, undefined, .. } = self.list.mean(metric, average, self.zero)?;
                Ok((value.into(), !undefined.is_empty()))
            }
        }
    }
}

fn call(args: &Value, kwargs: &Value, default: Option<&str>) -> Result<Call> {
    let average = match kwargs.get("average") {
        None => default,
        Some(average) => average.as_str(),
    };
    let (zero, warns) = match &kwargs["zero_division"] {
        Value::Null => (ZeroDivision::Zero, true),
        choice if choice == "warn" => (ZeroDivision::Zero, true),
        choice => match mlops_cases::number(choice) {
            Some(0.0) => (ZeroDivision::Zero, false),
            Some(1.0) => (ZeroDivision::One, false),
            Some(value) if value.is_nan() => (ZeroDivision::Undefined, false),
            _ => return Err(refused("a zero division of 0, 1 or NaN")),
        },
    };
    let positive = match kwargs.get("pos_label") {
        None => Class::Whole(1),
        Some(label) => class(label)?,
    };
    let ignores = average != Some("binary") && positive != Class::Whole(1);
    let list = if average == Some("binary") {
        if is_table(args) {
            return Err(refused("an average for a table of labels"));
        }
        OneVsRest::new(vec![matrix(args, kwargs)?.binary(&positive)?])?
    } else {
        one_vs_rest(args, kwargs, average == Some("samples"))?
    };
    let average = match average {
        None => None,
        Some("micro") => Some(Average::Micro),
        Some("binary" | "macro" | "samples") => Some(Average::Macro),
        Some("weighted") => Some(Average::Weighted),
        Some(_) => return Err(refused("a known average")),
    };
    Ok(Call { list, average, zero, warns, ignores })
}

fn all_four(args: &Value, kwargs: &Value, beta: f64) -> Result<Answer> {
    let call = call(args, kwargs, None)?;
    let (precision, no_precision) = call.of(LabelMetric::Precision)?;
    let (recall, no_recall) = call.of(LabelMetric::Recall)?;
    let (f, no_f) = call.of(LabelMetric::FBeta { beta })?;
    let support = if call.average.is_none() { call.list.support().into() } else { Seen::Undefined };
    let warned = call.ignores || call.warns && (no_precision || no_recall || no_f);
    Ok(Answer { value: Seen::List(vec![precision, recall, f, support]), warned })
}
