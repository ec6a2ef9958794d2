use mlops_stats::classification::{ConfusionMatrix, KappaWeights, Multilabel, Normalize, OneVsRest};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;
use super::arguments::{Class, classes, indicators, is_table, pair, refused, weights};
use super::seen::Seen;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    Some(match metric {
        "accuracy_score" => right(args, kwargs, |right, _| right),
        "zero_one_loss" => right(args, kwargs, |right, whole| whole - right),
        "hamming_loss" => hamming_loss(args, kwargs),
        "balanced_accuracy_score" => balanced_accuracy(args, kwargs),
        "matthews_corrcoef" => matrix(args, kwargs).and_then(|matrix| {
            let value = matrix.matthews_correlation()?.into();
            Ok(Answer { value, warned: matrix.is_single_class() })
        }),
        "cohen_kappa_score" => cohen_kappa(args, kwargs),
        "confusion_matrix" => confusion_matrix(args, kwargs),
        "multilabel_confusion_matrix" => {
            one_vs_rest(args, kwargs, &kwargs["samplewise"] == true).map(|list| {
                let table = |counts: &mlops_stats::classification::Confusion| {
                    vec![
                        vec![counts.true_negatives, counts.false_positives],
                        vec![counts.false_negatives, counts.true_positives],
                    ]
                };
                list.counts().iter().map(table).collect::<Vec<_>>().into()
            })
        }
        _ => return None,
    })
}

/// The confusion matrix of two lists of classes.
pub fn matrix(args: &Value, kwargs: &Value) -> Result<ConfusionMatrix<Class>> {
    let (truth, predicted) = pair(args)?;
    match weights(kwargs)? {
        None => ConfusionMatrix::new(&truth, &predicted),
        Some(weights) => ConfusionMatrix::weighted(&truth, &predicted, &weights),
    }
}

/// Classes one versus rest, or the labels (or rows) of two tables.
pub fn one_vs_rest(args: &Value, kwargs: &Value, by_row: bool) -> Result<OneVsRest> {
    if !is_table(args) {
        if by_row {
            return Err(refused("a table of labels to go by row"));
        }
        let matrix = matrix(args, kwargs)?;
        return match &kwargs["labels"] {
            Value::Null => Ok(matrix.one_vs_rest()),
            labels => matrix.one_vs_rest_of(&classes(labels)?),
        };
    }
    let chosen = match &kwargs["labels"] {
        Value::Null => None,
        labels => Some(classes(labels)?),
    };
    multilabel(args, kwargs, chosen.as_deref(), |rows| if by_row { rows.by_row() } else { rows.by_label() })
}

/// What `of` says to two tables, of the columns that are chosen.
fn multilabel<T>(
    args: &Value,
    kwargs: &Value,
    chosen: Option<&[Class]>,
    of: impl FnOnce(&Multilabel<'_>) -> T,
) -> Result<T> {
    let narrowed = |value: &Value| -> Result<(Vec<bool>, usize)> {
        let (table, columns) = indicators(value)?;
        let Some(chosen) = chosen else { return Ok((table, columns)) };
        let mut indices = Vec::new();
        for class in chosen {
            let index = match class {
                Class::Whole(index) => usize::try_from(*index).ok().filter(|index| *index < columns),
                Class::Text(_) => None,
            };
            indices.push(index.ok_or(refused("labels that are columns"))?);
        }
        let table = table.chunks(columns).flat_map(|row| indices.iter().map(|index| row[*index])).collect();
        Ok((table, indices.len()))
    };
    let ((truth, columns), (predicted, _)) = (narrowed(&args[0])?, narrowed(&args[1])?);
    let weights = weights(kwargs)?;
    let rows = Multilabel::new(&truth, &predicted, columns)?;
    Ok(of(&match &weights {
        None => rows,
        Some(weights) => rows.weighted(weights)?,
    }))
}

fn right(args: &Value, kwargs: &Value, of: impl Fn(f64, f64) -> f64) -> Result<Answer> {
    let normalize = kwargs["normalize"] != false;
    let (right, whole, share) = if is_table(args) {
        multilabel(args, kwargs, None, |rows| (rows.correct(), rows.total(), rows.subset_accuracy()))?
    } else {
        let matrix = matrix(args, kwargs)?;
        (matrix.correct(), matrix.total(), matrix.accuracy())
    };
    Ok(if normalize { of(share?, 1.0) } else { of(right, whole) }.into())
}

fn hamming_loss(args: &Value, kwargs: &Value) -> Result<Answer> {
    if is_table(args) {
        return multilabel(args, kwargs, None, |rows| rows.hamming_loss().map(Answer::from))?;
    }
    matrix(args, kwargs)?.zero_one_loss().map(Answer::from)
}

fn balanced_accuracy(args: &Value, kwargs: &Value) -> Result<Answer> {
    let matrix = matrix(args, kwargs)?;
    let adjusted = kwargs["adjusted"] == true;
    let seen = if adjusted { matrix.adjusted_balanced_accuracy() } else { matrix.balanced_accuracy() }?;
    let warned = !seen.undefined.is_empty() || matrix.is_single_class();
    Ok(Answer { value: seen.value.into(), warned })
}

fn chosen(matrix: ConfusionMatrix<Class>, kwargs: &Value) -> Result<ConfusionMatrix<Class>> {
    match &kwargs["labels"] {
        Value::Null => Ok(matrix),
        labels => matrix.only(&classes(labels)?),
    }
}

fn cohen_kappa(args: &Value, kwargs: &Value) -> Result<Answer> {
    let weights = match kwargs["weights"].as_str() {
        None => KappaWeights::None,
        Some("linear") => KappaWeights::Linear,
        Some("quadratic") => KappaWeights::Quadratic,
        Some(_) => return Err(refused("weights that are linear or quadratic")),
    };
    let kappa = chosen(matrix(args, kwargs)?, kwargs)?.cohen_kappa(weights);
    match (kappa, mlops_cases::number(&kwargs["replace_undefined_by"])) {
        (Err(error), Some(value)) if error.is_undefined() && !value.is_nan() => {
            Ok(Answer { value: Seen::Number(value), warned: true })
        }
        (kappa, _) => kappa.map(Answer::from),
    }
}

fn confusion_matrix(args: &Value, kwargs: &Value) -> Result<Answer> {
    let matrix = chosen(matrix(args, kwargs)?, kwargs)?;
    let value = match kwargs["normalize"].as_str() {
        None => matrix.matrix(),
        Some("true") => matrix.normalized(Normalize::True),
        Some("pred") => matrix.normalized(Normalize::Predicted),
        Some("all") => matrix.normalized(Normalize::All),
        Some(_) => return Err(refused("shares of true, pred or all")),
    };
    Ok(Answer { value: value.into(), warned: matrix.is_single_class() })
}
