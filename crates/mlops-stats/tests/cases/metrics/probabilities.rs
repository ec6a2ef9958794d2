#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method by its name is of one lifetime only"
)]

use mlops_stats::classification::{BinaryScores, ClassScores};
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;
use super::arguments::{Class, array, classes, refused};
use super::scores::{distinct, named_classes, positives, with_classes, with_rows};

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    Some(match metric {
        "log_loss" => log_loss(args, kwargs),
        "d2_log_loss_score" => loss(args, kwargs, |rows| rows.d2_log_loss()),
        "brier_score_loss" => brier(args, kwargs),
        "d2_brier_score" => d2_brier(args, kwargs),
        "hinge_loss" => hinge(args, kwargs),
        _ => return None,
    })
}

/// Probabilities of each class: two columns for one, which is the later class's.
fn table(value: &Value) -> Result<Vec<f64>> {
    let array = array(value)?;
    if array.columns.is_none_or(|columns| columns == 1) {
        return Ok(array.values.iter().flat_map(|score| [1.0 - score, *score]).collect());
    }
    Ok(array.values)
}

fn loss(args: &Value, kwargs: &Value, of: impl FnOnce(&ClassScores<'_>) -> Result<f64>) -> Result<Answer> {
    let mut named = named_classes(kwargs)?;
    // scikit-learn takes the columns in ascending order whatever the order of the names, and warns.
    let unordered = named.as_ref().is_some_and(|classes| !classes.is_sorted());
    if let Some(classes) = &mut named {
        classes.sort();
    }
    with_classes(&classes(&args[0])?, &table(&args[1])?, named.as_deref(), kwargs, |rows| {
        let value = of(rows)?;
        Ok(Answer { value: value.into(), warned: unordered || rows.rows_not_summing_to_one() > 0 })
    })
}

fn log_loss(args: &Value, kwargs: &Value) -> Result<Answer> {
    let in_total = kwargs["normalize"] == false;
    loss(args, kwargs, |rows| if in_total { rows.total_log_loss() } else { rows.log_loss() })
}

/// Whether a Brier score is that of one column, of the positive class.
fn one_column(args: &Value) -> Result<bool> {
    Ok(array(&args[1])?.columns.is_none_or(|columns| columns == 1))
}

/// Labels for one column: of numbers that leave a doubt, the larger is looked for.
fn binary(args: &Value, kwargs: &Value) -> Result<Vec<bool>> {
    let truth = classes(&args[0])?;
    let seen = distinct(&truth);
    if seen.len() > 2 {
        return Err(refused("two classes"));
    }
    match (positives(&args[0], kwargs), seen.last()) {
        (Err(_), Some(last @ Class::Whole(_))) if kwargs["pos_label"].is_null() => {
            Ok(truth.iter().map(|class| class == last).collect())
        }
        (labels, _) => labels,
    }
}

fn brier(args: &Value, kwargs: &Value) -> Result<Answer> {
    let halved = kwargs["scale_by_half"].as_bool();
    if one_column(args)? {
        let scores = array(&args[1])?.values;
        let both = halved == Some(false);
        let of = |rows: &BinaryScores<'_>| if both { rows.brier_of_both() } else { rows.brier() };
        return with_rows(&binary(args, kwargs)?, &scores, kwargs, of).map(Answer::from);
    }
    let few = array(&args[1])?.columns.is_some_and(|columns| columns < 3);
    let halved = halved.unwrap_or(few);
    loss(args, kwargs, |rows| if halved { rows.brier_halved() } else { rows.brier() })
}

fn d2_brier(args: &Value, kwargs: &Value) -> Result<Answer> {
    if !one_column(args)? {
        return loss(args, kwargs, |rows| rows.d2_brier());
    }
    let truth: Vec<Class> =
        binary(args, kwargs)?.into_iter().map(|label| Class::Whole(i64::from(label))).collect();
    let both = [Class::Whole(0), Class::Whole(1)];
    with_classes(&truth, &table(&args[1])?, Some(&both), kwargs, |rows| rows.d2_brier()).map(Answer::from)
}

fn hinge(args: &Value, kwargs: &Value) -> Result<Answer> {
    let (truth, decisions) = (classes(&args[0])?, array(&args[1])?);
    let named = named_classes(kwargs)?;
    let seen = distinct(&truth);
    if named.as_ref().map_or(seen.len(), Vec::len) > 2 {
        return with_classes(&truth, &decisions.values, named.as_deref(), kwargs, |rows| rows.hinge_loss())
            .map(Answer::from);
    }
    let labels: Vec<bool> = truth.iter().map(|class| seen.len() == 2 && *class == seen[1]).collect();
    with_rows(&labels, &decisions.values, kwargs, |rows| rows.hinge_loss()).map(Answer::from)
}
