use super::format::IN_WORDS;
use super::{BrokenRow, ExpectationResult};
use crate::error::shorten;
use crate::expectation::{Differing, Observed};
use crate::table::Cell;

/// What came of an expectation, such as `expected between 1 and 5000, but 2 of 1000 values
/// are not (0.2 %): row 17 [id=AA1] has -5, row 40 [id=UA7] has -1`.
pub(super) fn reason(result: &ExpectationResult) -> String {
    let rule = result.expectation().rule();
    let judgement = match &result.outcome {
        Ok(judgement) => judgement,
        Err(reason) => return format!("expected {rule}, but that can't be said: {reason}"),
    };
    match &judgement.observed {
        Observed::Nothing | Observed::Set { .. } if judgement.success => format!("{rule}, as expected"),
        Observed::Nothing => format!("expected {rule}, but that is not so"),
        Observed::Value { value, .. } if judgement.success => {
            format!("expected {rule}, and it is {}", shorten(&value.to_string()))
        }
        Observed::Value { value, details } => {
            let found = if value.is_null() { "there is none".to_owned() } else { format!("it is {value}") };
            let details = details.as_ref().and_then(|details| details.get("mismatched"));
            let details = details.map(|details| format!(" ({})", shorten(&details.to_string())));
            format!("expected {rule}, but {}{}", shorten(&found), details.unwrap_or_default())
        }
        Observed::Set { unexpected, missing } => {
            let differ: Vec<String> = [(unexpected, "unexpected"), (missing, "missing")]
                .into_iter()
                .filter_map(|(differing, how)| Some((differing.as_ref()?, how)))
                .filter(|(differing, _)| differing.count > 0)
                .map(|(differing, how)| self::differing(differing, how))
                .collect();
            format!("expected {rule}, but {}", differ.join(", and "))
        }
        Observed::Rows { rows, missing, broken } => {
            let considered = rows - missing.unwrap_or(0);
            let things = if missing.is_some() { "values" } else { "rows" };
            if broken.count == 0 {
                return format!("{rule} in all {considered} {things}");
            }
            let rows: Vec<String> = broken.first.iter().take(IN_WORDS).map(|row| one(result, row)).collect();
            let more = broken.count.saturating_sub(rows.len() as u64);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let join = if judgement.success { "and all but" } else { "but" };
            let are = if judgement.success { "are" } else { "are not" };
            format!(
                "expected {rule}, {join} {} of {considered} {things} {are} ({}): {}{more}",
                broken.count,
                percent(broken.count, considered),
                rows.join(", "),
            )
        }
    }
}

/// `2 are missing: "AA", "UA"`.
fn differing(differing: &Differing, how: &str) -> String {
    let shown: Vec<String> = differing.first.iter().take(IN_WORDS).map(value).collect();
    let more = differing.count.saturating_sub(shown.len() as u64);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let are = if differing.count == 1 { "is" } else { "are" };
    format!("{} {are} {how}: {}{more}", differing.count, shown.join(", "))
}

/// A value, cut short.
fn value(cell: &Cell<'static>) -> String {
    match cell {
        Cell::Text(text) => format!("{:?}", shorten(text)),
        Cell::Record(record) => shorten(&record.to_string()),
        value => value.to_string(),
    }
}

/// In percent, such that only all of them read as 100 and only none as 0.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let share = part as f64 / whole as f64 * 100.0;
    if part == whole {
        "100 %".to_owned()
    } else if share > 99.99 {
        "over 99.99 %".to_owned()
    } else if share < 0.01 {
        "under 0.01 %".to_owned()
    } else {
        format!("{share:.2} %")
    }
}

/// `row 17 [id=AA1] has -5`.
fn one(result: &ExpectationResult, broken: &BrokenRow) -> String {
    let keys = result.format.keys();
    let named: Vec<String> = keys
        .iter()
        .zip(&broken.keys)
        .map(|(name, value)| format!("{name}={}", shorten(&value.to_string())))
        .collect();
    let keys = if named.is_empty() { String::new() } else { format!(" [{}]", named.join(", ")) };
    if result.format.exclude_unexpected_values {
        return format!("row {}{keys}", broken.row);
    }
    format!("row {}{keys} has {}", broken.row, value(&broken.value))
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn only_all_reads_as_all() {
        for (part, whole, text) in [
            (1, 3, "33.33 %"),
            (3, 3, "100 %"),
            (336_717, 336_722, "over 99.99 %"),
            (1, 1_000_000, "under 0.01 %"),
            (1, 10_000, "0.01 %"),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }
}
