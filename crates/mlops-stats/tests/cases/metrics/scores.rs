use mlops_stats::classification::{
    Average, BinaryScores, ClassScores, CurvePoints, Measured, MultilabelScores, ZeroDivision, binary_labels,
};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;
use super::arguments::{
    Array, Class, array, class, classes, indicators, is_table, numbers, refused, weights,
};
use super::seen::Seen;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    Some(match metric {
        "roc_auc_score" => roc_auc(args, kwargs),
        "average_precision_score" => average_precision(args, kwargs),
        "roc_curve" => roc_curve(args, kwargs),
        "precision_recall_curve" => precision_recall_curve(args, kwargs),
        "det_curve" => det_curve(args, kwargs),
        "top_k_accuracy_score" => top_k(args, kwargs),
        _ => return None,
    })
}

/// Labels of the class that is looked for, as scikit-learn finds it: the one that is named,
/// or that of numbers that leave no doubt.
pub fn positives(labels: &Value, kwargs: &Value) -> Result<Vec<bool>> {
    let positive = &kwargs["pos_label"];
    let seen = classes(labels)?;
    if !positive.is_null() {
        let positive = class(positive)?;
        return Ok(seen.iter().map(|class| *class == positive).collect());
    }
    if seen.iter().any(|class| matches!(class, Class::Text(_))) {
        return Err(refused("the positive class of labels that are strings"));
    }
    binary_labels("labels", &numbers(labels)?)
}

/// The distinct classes.
pub fn distinct(labels: &[Class]) -> Vec<Class> {
    let mut classes = labels.to_vec();
    classes.sort();
    classes.dedup();
    classes
}

/// What `of` says to binary rows with the weights of the call.
pub fn with_rows<T>(
    labels: &[bool],
    scores: &[f64],
    kwargs: &Value,
    of: impl FnOnce(&BinaryScores<'_>) -> Result<T>,
) -> Result<T> {
    let weights = weights(kwargs)?;
    let rows = BinaryScores::new(labels, scores)?;
    of(&match &weights {
        None => rows,
        Some(weights) => rows.weighted(weights)?,
    })
}

/// What `of` says to rows of classes with the weights and the classes of the call.
pub fn with_classes<T>(
    truth: &[Class],
    scores: &[f64],
    classes: Option<&[Class]>,
    kwargs: &Value,
    of: impl FnOnce(&ClassScores<'_>) -> Result<T>,
) -> Result<T> {
    let weights = weights(kwargs)?;
    let rows = match classes {
        None => ClassScores::new(truth, scores)?,
        Some(classes) => ClassScores::with_classes(truth, classes, scores)?,
    };
    of(&match &weights {
        None => rows,
        Some(weights) => rows.weighted(weights)?,
    })
}

pub fn named_classes(kwargs: &Value) -> Result<Option<Vec<Class>>> {
    match &kwargs["labels"] {
        Value::Null => Ok(None),
        labels => classes(labels).map(Some),
    }
}

/// The average, `None` for each class alone; `samples` only where rows have many labels.
fn average(kwargs: &Value) -> Result<Option<Average>> {
    match kwargs.get("average") {
        None => Ok(Some(Average::Macro)),
        Some(Value::Null) => Ok(None),
        Some(name) => match name.as_str() {
            Some("macro") => Ok(Some(Average::Macro)),
            Some("micro") => Ok(Some(Average::Micro)),
            Some("weighted") => Ok(Some(Average::Weighted)),
            _ => Err(refused("a known average")),
        },
    }
}

fn with_tables<T>(
    args: &Value,
    kwargs: &Value,
    of: impl FnOnce(&MultilabelScores<'_>) -> Result<T>,
) -> Result<T> {
    let (truth, labels) = indicators(&args[0])?;
    let Array { values, .. } = array(&args[1])?;
    let weights = weights(kwargs)?;
    let rows = MultilabelScores::new(&truth, &values, labels)?;
    of(&match &weights {
        None => rows,
        Some(weights) => rows.weighted(weights)?,
    })
}

fn roc_auc(args: &Value, kwargs: &Value) -> Result<Answer> {
    let limit = mlops_cases::number(&kwargs["max_fpr"]);
    if is_table(args) {
        return with_tables(args, kwargs, |rows| {
            if kwargs["average"] == "samples" {
                return rows.roc_auc_by_row().map(|seen| measured(&seen));
            }
            match (average(kwargs)?, limit) {
                (None, None) => rows.roc_auc_by_label().map(undefined_each),
                (None, Some(limit)) => rows.partial_roc_auc_by_label(limit).map(undefined_each),
                (Some(average), None) => rows.roc_auc(average).map(|seen| measured(&seen)),
                (Some(average), Some(limit)) => {
                    rows.partial_roc_auc(limit, average).map(|seen| measured(&seen))
                }
            }
        });
    }
    let (truth, scores) = (classes(&args[0])?, array(&args[1])?);
    let seen = distinct(&truth);
    if seen.len() > 2 || scores.columns.is_some_and(|columns| columns > 2) {
        if limit.is_some_and(|limit| limit < 1.0) {
            return Err(refused("no partial area of many classes"));
        }
        let named = named_classes(kwargs)?;
        return with_classes(&truth, &scores.values, named.as_deref(), kwargs, |rows| {
            match (kwargs["multi_class"].as_str(), average(kwargs)?) {
                (Some("ovr"), None) => rows.roc_auc_by_class().map(undefined_each),
                (Some("ovr"), Some(average)) => rows.roc_auc_one_vs_rest(average).map(|seen| measured(&seen)),
                (Some("ovo"), Some(average)) => rows.roc_auc_one_vs_one(average).map(Answer::from),
                _ => Err(refused("one class against the rest, or one against one")),
            }
        });
    }
    let labels: Vec<bool> = truth.iter().map(|class| seen.len() == 2 && *class == seen[1]).collect();
    with_rows(&labels, &scores.values, kwargs, |rows| match limit {
        None => rows.roc_auc(),
        Some(limit) => rows.partial_roc_auc(limit),
    })
    .map(Answer::from)
}

fn measured(seen: &Measured) -> Answer {
    Answer { value: seen.value.into(), warned: !seen.undefined.is_empty() }
}

fn undefined_each(values: Vec<Option<f64>>) -> Answer {
    let warned = values.contains(&None);
    Answer { value: values.into(), warned }
}

/// As scikit-learn, which warns of each label that no row has and counts it as 0.
fn each(values: Vec<Option<f64>>) -> Answer {
    let warned = values.contains(&None);
    Answer { value: values.into_iter().map(|value| value.unwrap_or(0.0)).collect::<Vec<_>>().into(), warned }
}

fn average_precision(args: &Value, kwargs: &Value) -> Result<Answer> {
    let zero = ZeroDivision::Zero;
    let other_positive = kwargs.get("pos_label").is_some_and(|label| *label != 1);
    if is_table(args) {
        if other_positive {
            return Err(refused("no positive class for a table of labels"));
        }
        return with_tables(args, kwargs, |rows| {
            if kwargs["average"] == "samples" {
                return rows.average_precision_by_row(zero).map(|seen| measured(&seen));
            }
            match average(kwargs)? {
                None => rows.average_precision_by_label().map(each),
                Some(average) => rows.average_precision(average, zero).map(|seen| measured(&seen)),
            }
        });
    }
    let (truth, scores) = (classes(&args[0])?, array(&args[1])?);
    let seen = distinct(&truth);
    if seen.len() > 2 {
        if other_positive {
            return Err(refused("no positive class among many"));
        }
        return with_classes(&truth, &scores.values, None, kwargs, |rows| match average(kwargs)? {
            None => rows.average_precision_by_class().map(each),
            Some(average) => rows.average_precision(average, zero).map(|seen| measured(&seen)),
        });
    }
    let positive = match kwargs.get("pos_label") {
        None => Class::Whole(1),
        Some(label) => class(label)?,
    };
    if seen.len() == 2 && !seen.contains(&positive) {
        return Err(refused("a positive class among the two"));
    }
    let labels: Vec<bool> = truth.iter().map(|class| *class == positive).collect();
    with_rows(&labels, &scores.values, kwargs, |rows| zero.decide(rows.average_precision()))
        .map(|seen| measured(&seen))
}

fn points(kwargs: &Value, default: bool) -> CurvePoints {
    let corners = kwargs["drop_intermediate"].as_bool().unwrap_or(default);
    if corners { CurvePoints::Corners } else { CurvePoints::All }
}

fn curve(x: Vec<f64>, y: Vec<f64>, thresholds: Vec<f64>, warned: bool) -> Answer {
    Answer { value: Seen::List(vec![x.into(), y.into(), thresholds.into()]), warned }
}

fn roc_curve(args: &Value, kwargs: &Value) -> Result<Answer> {
    let labels = positives(&args[0], kwargs)?;
    with_rows(&labels, &numbers(&args[1])?, kwargs, |rows| {
        let seen = rows.roc_curve(points(kwargs, true))?;
        Ok(curve(seen.false_positive_rate, seen.true_positive_rate, seen.thresholds, false))
    })
}

fn precision_recall_curve(args: &Value, kwargs: &Value) -> Result<Answer> {
    let labels = positives(&args[0], kwargs)?;
    with_rows(&labels, &numbers(&args[1])?, kwargs, |rows| {
        let seen = rows.precision_recall_curve(points(kwargs, false), ZeroDivision::One)?;
        Ok(curve(seen.precision, seen.recall, seen.thresholds, seen.recall_is_undefined))
    })
}

fn det_curve(args: &Value, kwargs: &Value) -> Result<Answer> {
    let labels = positives(&args[0], kwargs)?;
    if distinct(&classes(&args[0])?).len() > 2 {
        return Err(refused("two classes"));
    }
    with_rows(&labels, &numbers(&args[1])?, kwargs, |rows| {
        let seen = rows.det_curve(points(kwargs, false))?;
        Ok(curve(seen.false_positive_rate, seen.false_negative_rate, seen.thresholds, false))
    })
}

fn top_k(args: &Value, kwargs: &Value) -> Result<Answer> {
    let (truth, scores) = (classes(&args[0])?, array(&args[1])?);
    let named = named_classes(kwargs)?;
    let k = match kwargs["k"].as_i64() {
        None => 2,
        Some(k) => usize::try_from(k).map_err(|_| refused("a k of at least 1"))?,
    };
    let normalize = kwargs["normalize"] != false;
    let both = named.clone().unwrap_or_else(|| distinct(&truth));
    if both.len() <= 2 && distinct(&truth).len() <= 2 {
        let [negative, positive] = both.as_slice() else { return Err(refused("two classes")) };
        if negative >= positive || truth.iter().any(|class| !both.contains(class)) {
            return Err(refused("the two classes, in ascending order"));
        }
        let labels: Vec<bool> = truth.iter().map(|class| class == positive).collect();
        return with_rows(&labels, &scores.values, kwargs, |rows| {
            let value = if normalize { rows.top_k_accuracy(k) } else { rows.top_k_hits(k) }?;
            Ok(Answer { value: value.into(), warned: k >= 2 })
        });
    }
    with_classes(&truth, &scores.values, named.as_deref(), kwargs, |rows| {
        let value = if normalize { rows.top_k_accuracy(k) } else { rows.top_k_hits(k) }?;
        Ok(Answer { value: value.into(), warned: k >= rows.classes() })
    })
}
