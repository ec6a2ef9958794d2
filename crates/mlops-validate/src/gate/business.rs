use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::candidate::takes_both_classes;
use super::document::Fields;
use super::resampling::Resampling;
use super::unit::Unit;
use super::{Candidate, text};
use crate::decision::{Alternative, DecisionRows, Outcomes, Tally, Worth, value_difference};
use crate::{Error, Result};

/// What the candidate's decisions are worth: a row, or more than something else's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct BusinessRule {
    values: Values,
    /// The number column of amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    threshold: f64,
    #[serde(flatten)]
    asked: Asked,
    /// Whether the whole interval has to be above the limit, or the value alone.
    shown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
}

/// The limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Asked {
    PerRow {
        min: f64,
    },
    Against {
        against: Alternative,
        margin: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        production_threshold: Option<f64>,
    },
}

/// What each outcome is worth, as a gate file says it.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Values {
    tp: Worth,
    fp: Worth,
    tn: Worth,
    #[serde(rename = "fn")]
    missed: Worth,
    currency: String,
    #[serde(skip)]
    outcomes: Outcomes,
}

impl Values {
    fn read(mut fields: Fields) -> Result<Self> {
        let mut worth = |key: &'static str| -> Result<Worth> {
            let value = fields.value(key);
            let expected = "a number, or an object of fixed and per_amount";
            match fields.needed(key, value, expected)? {
                Value::Object(object) => {
                    let mut parts = Fields::of(fields.place(key), Value::Object(object))?;
                    let fixed = parts.number("fixed", |_| true, "a number")?;
                    let per_amount = parts.number("per_amount", |_| true, "a number")?;
                    parts.finish()?;
                    if fixed.is_none() && per_amount.is_none() {
                        return Err(fields.invalid(key, "empty", expected));
                    }
                    Ok(Worth { fixed: fixed.unwrap_or(0.0), per_amount: per_amount.unwrap_or(0.0) })
                }
                other => other.as_f64().map(Worth::from).ok_or_else(|| fields.invalid(key, other, expected)),
            }
        };
        let (tp, fp, tn, missed) = (worth("tp")?, worth("fp")?, worth("tn")?, worth("fn")?);
        let currency = fields.text("currency")?;
        let currency = fields.needed("currency", currency, "what values are counted in, such as EUR")?;
        let outcomes = Outcomes::new(currency.clone(), tp, fp, tn, missed).map_err(|error| match error {
            Error::Invalid { path, value, expected, .. } => {
                let key = if path == "unit" { "currency" } else { path.as_str() };
                fields.invalid(key, value, expected)
            }
            other => other,
        })?;
        fields.finish()?;
        Ok(Self { tp, fp, tn, missed, currency, outcomes })
    }
}

impl BusinessRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let expected = "what tp, fp, tn and fn are worth, and the currency";
        let values = fields.value("values");
        let values = fields.needed("values", values, expected)?;
        let values = Values::read(Fields::of(fields.place("values"), values)?)?;
        let amount = fields.text("amount")?;
        match (&amount, values.outcomes.takes_amounts()) {
            (None, true) => {
                let expected = "the number column of amounts, as values are so much per amount";
                return Err(fields.invalid("amount", "missing", expected));
            }
            (Some(column), false) => {
                let expected = "missing: no value is so much per amount";
                return Err(fields.invalid("amount", format!("{column:?}"), expected));
            }
            _ => {}
        }
        let probability = |threshold: f64| (0.0..=1.0).contains(&threshold);
        let own = fields.number("threshold", probability, "a probability, 0 to 1")?;
        let expected = "a probability, 0 to 1, or a decision_threshold in the file";
        let threshold = fields.needed("threshold", own.or(threshold), expected)?;
        let min = fields.number("min", |_| true, "a number, the value of a row")?;
        let words = [
            ("production", Alternative::Production),
            ("treat_all", Alternative::TreatAll),
            ("treat_none", Alternative::TreatNone),
        ];
        let against = fields.word("against", &words)?;
        let margin = fields.number("margin", |_| true, "a number, a difference of a row's value")?;
        let theirs = fields.number("production_threshold", probability, "a probability, 0 to 1")?;
        let asked = match (min, against) {
            (Some(min), None) => {
                for (key, there) in [("margin", margin), ("production_threshold", theirs)] {
                    if let Some(there) = there {
                        return Err(fields.invalid(key, there, "missing: there is no `against`"));
                    }
                }
                Asked::PerRow { min }
            }
            (None, Some(against)) => {
                let is_production = against == Alternative::Production;
                if let (Some(theirs), false) = (theirs, is_production) {
                    let expected = "missing: it is not against production";
                    return Err(fields.invalid("production_threshold", theirs, expected));
                }
                let production_threshold = is_production.then(|| theirs.unwrap_or(threshold));
                Asked::Against { against, margin: margin.unwrap_or(0.0), production_threshold }
            }
            (Some(min), Some(_)) => return Err(fields.invalid("min", min, "min or against, not both")),
            (None, None) => return Err(fields.invalid("min", "missing", "min or against")),
        };
        let shown = fields.truth("shown")?.unwrap_or(true);
        Ok(Self { values, amount, threshold, asked, shown, unit: Unit::read(fields)? })
    }

    pub(super) fn name(&self) -> String {
        match self.asked {
            Asked::PerRow { .. } => "business value".to_owned(),
            Asked::Against { against, .. } => format!("business value against {}", words(against)),
        }
    }

    const fn limit(&self) -> f64 {
        match self.asked {
            Asked::PerRow { min } => min,
            Asked::Against { margin, .. } => margin,
        }
    }

    const fn against(&self) -> Option<Alternative> {
        match self.asked {
            Asked::PerRow { .. } => None,
            Asked::Against { against, .. } => Some(against),
        }
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let what = match self.against() {
            None => "the value of a row".to_owned(),
            Some(against) => format!("the value of a row more than that of {}", words(against)),
        };
        let (limit, currency) = (self.limit(), &self.values.currency);
        let check = check.expected(if self.shown {
            format!("lower end of the {} % interval of {what} > {limit} {currency}", 100.0 * resampling.level)
        } else if self.against().is_some() {
            format!("{what} > {limit} {currency}")
        } else {
            format!("{what} >= {limit} {currency}")
        });
        if self.against() == Some(Alternative::Production)
            && candidate.is_compared()
            && candidate.production().is_none()
        {
            let reason = format!("no version of {} is in production", candidate.subject().model);
            return Check { outcome: Outcome::NotApplicable, ..check }.because(reason);
        }
        let unit = resampling.unit(self.unit.as_ref());
        let (ours, theirs) = match self.tallies(candidate, unit) {
            Ok(both) => both,
            Err(reason) => return check.because(reason),
        };
        let outcomes = &self.values.outcomes;
        let whole = |tallies: &[Tally]| {
            let mut whole = Tally::default();
            for tally in tallies {
                whole.add(tally, 1.0);
            }
            whole
        };
        let all = whole(&ours);
        let other = match self.against() {
            None => 0.0,
            Some(Alternative::TreatAll) => all.all().value(outcomes),
            Some(Alternative::TreatNone) => all.none().value(outcomes),
            Some(Alternative::Production) => whole(&theirs).value(outcomes),
        };
        let value = (all.value(outcomes) - other) / all.rows();
        let details =
            self.details(&all, (!theirs.is_empty()).then(|| whole(&theirs)), resampling, unit, ours.len());
        let check = check.observed(value).details(details);
        if let (Some(against), true) = (self.against(), limit >= 0.0)
            && alike(&ours, &theirs, against)
        {
            let reason = format!("the candidate decides every row as {} does", words(against));
            return check.because(reason);
        }
        let estimate = if ours.len() < resampling.min_units as usize {
            Err(format!(
                "{} of the {} needed for an interval",
                unit.counted(ours.len()),
                resampling.min_units
            ))
        } else {
            value_difference(outcomes, &ours, &theirs, self.against(), &resampling.bootstrap())
                .map_err(|error| error.to_string())
        };
        let amount = |value: f64| format!("{} {currency}", text::beside(value, limit));
        let (outcome, reason) = match (&estimate, self.shown) {
            (Err(reason), true) => return check.because(reason.clone()),
            (Ok((_, interval)), true) => {
                let seen = format!(
                    "{} [{}, {}]",
                    text::shown(value),
                    text::shown(interval.lower),
                    text::shown(interval.upper)
                );
                if interval.lower > limit {
                    (Outcome::Passed, format!("{seen} {currency} a row: {limit} or less is excluded"))
                } else {
                    let end = amount(interval.lower);
                    (Outcome::Failed, format!("{seen} {currency} a row: it may be as little as {end}"))
                }
            }
            (_, false) => {
                let passed = if self.against().is_some() { value > limit } else { value >= limit };
                let word = if passed { "reaches" } else { "misses" };
                let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
                (outcome, format!("{} a row {word} {limit}", amount(value)))
            }
        };
        let interval = estimate.ok().map(|(_, interval)| interval);
        Check { outcome, interval, ..check }.because(reason)
    }

    /// What is decided in each unit, by the candidate and, if it is asked for, by production.
    fn tallies(&self, candidate: &Candidate<'_>, unit: &Unit) -> Result<(Vec<Tally>, Vec<Tally>), String> {
        let rows = candidate.rows()?;
        takes_both_classes(&rows)?;
        let amounts = self.amount.as_deref().map(|name| candidate.number(name)).transpose()?;
        let blocks = candidate.blocks(unit)?;
        let of = |scores: &[f64], threshold| -> Result<Vec<Tally>, String> {
            let decided = DecisionRows::new(rows.labels(), scores).map_err(|error| error.to_string())?;
            let decided = match amounts {
                None => decided,
                Some(amounts) => decided.with_amounts(amounts).map_err(|error| error.to_string())?,
            };
            Ok(decided.tallies(threshold, &blocks))
        };
        let theirs = match self.asked {
            Asked::Against { production_threshold: Some(threshold), .. } => {
                let rows = candidate.production_rows().ok_or("nothing is in production")??;
                of(rows.scores(), threshold)?
            }
            _ => Vec::new(),
        };
        Ok((of(rows.scores(), self.threshold)?, theirs))
    }

    fn details(
        &self,
        all: &Tally,
        production: Option<Tally>,
        resampling: &Resampling,
        unit: &Unit,
        units: usize,
    ) -> Vec<Detail> {
        let outcomes = &self.values.outcomes;
        let detail = |label: &str, value: f64, note: String| Detail {
            label: label.to_owned(),
            value: Some(value),
            note,
        };
        let total = |label: &str, tally: &Tally, note: String| detail(label, tally.value(outcomes), note);
        let currency = &self.values.currency;
        let mut details = vec![total("total", all, format!("{currency}, threshold {}", self.threshold))];
        let names = ["true positives", "false positives", "true negatives", "false negatives"];
        for (name, (rows, value)) in names.into_iter().zip(all.values(outcomes)) {
            details.push(detail(name, value, format!("{currency}, {rows} rows")));
        }
        details.push(total("treat all", &all.all(), currency.clone()));
        details.push(total("treat none", &all.none(), currency.clone()));
        details.extend(production.map(|tally| total("production", &tally, currency.clone())));
        details.push(resampling.drawn(unit, units));
        details
    }
}

const fn words(against: Alternative) -> &'static str {
    match against {
        Alternative::TreatAll => "treating all",
        Alternative::TreatNone => "treating none",
        Alternative::Production => "production",
    }
}

/// Whether no unit tells the two apart.
fn alike(ours: &[Tally], theirs: &[Tally], against: Alternative) -> bool {
    match against {
        Alternative::TreatAll => ours.iter().all(|tally| *tally == tally.all()),
        Alternative::TreatNone => ours.iter().all(|tally| *tally == tally.none()),
        Alternative::Production => ours == theirs,
    }
}
