//! Great Expectations' own condition text and its condition objects.

use serde_json::{Value, json};

use super::{Comparison, Constant, Expr, Operand, pandas};
use crate::table::Cell;

/// `col("name").notNull()`, `col("name") > 5`, `== "text"`, `== date("2024-01-01")`.
///
/// # Errors
/// What was expected.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let expected = || {
        "col(\"name\").notNull() or col(\"name\"), one of == != < <= > >=, and a number, \"text\" or date(\"…\")"
            .to_owned()
    };
    let rest = text.trim().strip_prefix("col(\"").ok_or_else(expected)?;
    let (column, rest) = rest.split_once("\")").ok_or_else(expected)?;
    let (column, rest) = (column.to_owned(), rest.trim());
    if rest.eq_ignore_ascii_case(".notnull()") {
        return Ok(Expr::IsMissing { column, negated: true });
    }
    let (op, constant) = Comparison::ALL
        .iter()
        .find_map(|(name, op)| rest.strip_prefix(name).map(|rest| (*op, rest.trim())))
        .ok_or_else(expected)?;
    let constant =
        constant.strip_prefix("date(").and_then(|inner| inner.strip_suffix(')')).map_or(constant, str::trim);
    let quoted = |quote: char| {
        constant
            .strip_prefix(quote)
            .and_then(|inner| inner.strip_suffix(quote))
            .filter(|inner| !inner.contains(quote))
    };
    let constant = match quoted('"').or_else(|| quoted('\'')) {
        Some(text) => Cell::Text(text.to_owned().into()),
        None => pandas::number(constant).ok_or_else(expected)?,
    };
    Ok(Expr::Compare { left: Operand::Column(column), op, right: Operand::Constant(Constant(constant)) })
}

/// The object that Great Expectations writes for what [`parse`] reads.
pub(super) fn to_json(expr: &Expr) -> Value {
    match expr {
        Expr::IsMissing { column, negated } => {
            json!({"type": "nullity", "column": {"name": column}, "is_null": !negated})
        }
        Expr::Compare { left: Operand::Column(column), op, right: Operand::Constant(constant) } => json!({
            "type": "comparison",
            "column": {"name": column},
            "operator": op.name(),
            "parameter": constant.0.to_json(),
        }),
        _ => Value::Null,
    }
}

/// Reads a condition object. The outer error is a malformed object; the inner one an
/// expression in it that can't be evaluated here.
pub(super) fn from_json(
    value: &Value,
    left: &mut usize,
    may_be_any: bool,
) -> Result<Result<Expr, String>, String> {
    *left = left.checked_sub(1).ok_or("at most 100 conditions")?;
    let column = || {
        let name = value.get("column").and_then(|column| column.get("name")).and_then(Value::as_str);
        name.map(ToOwned::to_owned).ok_or("a column {\"name\": …}")
    };
    match value.get("type").and_then(Value::as_str) {
        Some("nullity") => {
            let is_null = value.get("is_null").and_then(Value::as_bool).ok_or("is_null true or false")?;
            Ok(Ok(Expr::IsMissing { column: column()?, negated: !is_null }))
        }
        Some("pass_through") => {
            let text = value.get("pass_through_filter").and_then(Value::as_str);
            Ok(pandas::parse(text.ok_or("a pass_through_filter of text")?))
        }
        Some("comparison") => {
            let op = value.get("operator").and_then(Value::as_str);
            let parameter = value.get("parameter").filter(|parameter| !parameter.is_null());
            let parameter = parameter.ok_or("a parameter that is not null")?;
            if let Some("IN" | "NOT_IN") = op {
                let list = parameter.as_array().ok_or("a list as parameter of IN")?;
                let constants: Option<Vec<Constant>> = list.iter().map(Constant::from_json).collect();
                let constants = constants.ok_or("numbers or text in the list")?;
                return Ok(Ok(Expr::In { column: column()?, constants, negated: op == Some("NOT_IN") }));
            }
            let op = op.and_then(Comparison::parse).ok_or("an operator of == != < <= > >= IN NOT_IN")?;
            let constant = Constant::from_json(parameter).ok_or("a number or text as parameter")?;
            let left = Operand::Column(column()?);
            Ok(Ok(Expr::Compare { left, op, right: Operand::Constant(constant) }))
        }
        Some(kind @ ("and" | "or")) => {
            if kind == "or" && !may_be_any {
                return Err("no \"or\" within \"and\" or \"or\"".to_owned());
            }
            let parts = value.get("conditions").and_then(Value::as_array).ok_or("a list of conditions")?;
            let parts: Result<Vec<_>, String> =
                parts.iter().map(|part| from_json(part, left, false)).collect();
            let parts: Result<Vec<Expr>, String> = parts?.into_iter().collect();
            Ok(parts.map(|parts| if kind == "and" { Expr::All(parts) } else { Expr::Any(parts) }))
        }
        _ => Err("a type of comparison, nullity, and, or, pass_through".to_owned()),
    }
}
