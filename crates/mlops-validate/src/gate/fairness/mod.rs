use mlops_core::Check;
use serde::Serialize;
use serde_json::Value;

use super::Candidate;
use super::document::{Fields, one_of};
use super::resampling::Resampling;
use crate::Result;
use crate::fairness::{Aggregate, Comparison, Disparity, GroupCounts, GroupMetric, Method};

mod answer;

use answer::Answered;

/// How many columns may make up the groups.
const MOST_COLUMNS: usize = 8;
/// The metrics by which groups are compared; with `four_fifths` and the named disparities.
const METRICS: [&str; 11] = [
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "accuracy_score",
    "zero_one_loss",
    "balanced_accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
];
const FOUR_FIFTHS: &str = "four_fifths";
const METHODS: [(&str, Method); 2] =
    [("between_groups", Method::BetweenGroups), ("to_overall", Method::ToOverall)];
const AGGREGATES: [(&str, Aggregate); 2] = [("worst_case", Aggregate::WorstCase), ("mean", Aggregate::Mean)];

/// Whether groups are treated alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct FairnessRule {
    by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    control: Vec<String>,
    metric: String,
    #[serde(flatten)]
    asked: Asked,
    min_group: u32,
    #[serde(skip)]
    threshold: f64,
}

/// What is asked of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Asked {
    FourFifths {},
    Difference {
        #[serde(skip_serializing_if = "Option::is_none")]
        compare: Option<Compare>,
        method: Method,
        #[serde(skip_serializing_if = "Option::is_none")]
        agg: Option<Aggregate>,
        max: f64,
    },
    Ratio {
        #[serde(skip_serializing_if = "Option::is_none")]
        compare: Option<Compare>,
        method: Method,
        #[serde(skip_serializing_if = "Option::is_none")]
        agg: Option<Aggregate>,
        min: f64,
    },
}

/// What is made of a metric that does not say so by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Compare {
    Difference,
    Ratio,
}

impl FairnessRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let by = columns(fields, "by")?;
        if by.is_empty() {
            return Err(fields.invalid("by", "missing", "the name of a group column, or a list of them"));
        }
        let control = columns(fields, "control")?;
        if let Some(name) = control.iter().find(|name| by.contains(name)) {
            return Err(fields.invalid("control", format!("{name:?}"), "another column than those of by"));
        }
        let name = fields.text("metric")?;
        let words: Vec<&str> =
            Disparity::NAMES.iter().chain(&[FOUR_FIFTHS]).chain(&METRICS).copied().collect();
        let known = one_of(&words, name.as_deref());
        let metric = fields.needed("metric", name, &known)?;
        let min_group = fields.whole("min_group", 1..=1_000_000_000)?.unwrap_or(30);
        let Some(threshold) = threshold else {
            return Err(fields.invalid("metric", format!("{metric:?}"), "a decision_threshold in the file"));
        };
        let asked = if metric == FOUR_FIFTHS {
            Asked::FourFifths {}
        } else {
            let disparity = match Disparity::known(&metric) {
                Some(disparity) if Disparity::NAMES.contains(&metric.as_str()) => Some(disparity),
                _ if METRICS.contains(&metric.as_str()) => None,
                _ => return Err(fields.invalid("metric", format!("{metric:?}"), known)),
            };
            Self::read_limit(fields, &metric, disparity.as_ref())?
        };
        Ok(Self { by, control, metric, asked, min_group, threshold })
    }

    fn read_limit(fields: &mut Fields, metric: &str, disparity: Option<&Disparity>) -> Result<Asked> {
        let compare = if disparity.is_some() {
            None
        } else {
            let words = [("difference", Compare::Difference), ("ratio", Compare::Ratio)];
            let compare = fields.word("compare", &words)?;
            Some(fields.needed("compare", compare, "difference or ratio")?)
        };
        let agg = match disparity {
            Some(disparity) if disparity.metrics().len() > 1 => {
                Some(fields.word("agg", &AGGREGATES)?.unwrap_or_default())
            }
            _ => None,
        };
        let method = fields.word("method", &METHODS)?.unwrap_or_default();
        let is_ratio = match (disparity, compare) {
            (Some(disparity), _) => matches!(disparity.comparison(), Comparison::Ratio(_)),
            (None, compare) => compare == Some(Compare::Ratio),
        };
        // Both are taken, so that the wrong one is answered with what is right.
        let (max, min) = (fields.value("max"), fields.value("min"));
        let (key, limit, other) =
            if is_ratio { ("min", min, ("max", max)) } else { ("max", max, ("min", min)) };
        if let (other, Some(value)) = other {
            let word = if is_ratio { "ratio is to be large" } else { "difference is to be small" };
            let expected = format!("missing: the {word}, give {key}");
            return Err(fields.invalid(other, value, expected));
        }
        let expected = if is_ratio {
            "a ratio above 0, and at most 1"
        } else {
            "a difference of at least 0, and at most 1"
        };
        let limit = fields.needed(key, limit, expected)?;
        let valid =
            |limit: &f64| if is_ratio { *limit > 0.0 && *limit <= 1.0 } else { (0.0..=1.0).contains(limit) };
        let Some(number) = limit.as_f64().filter(valid) else {
            return Err(fields.invalid(key, limit, format!("{expected}, for {metric}")));
        };
        Ok(if is_ratio {
            Asked::Ratio { compare, method, agg, min: number }
        } else {
            Asked::Difference { compare, method, agg, max: number }
        })
    }

    pub(super) fn name(&self) -> String {
        let made = match self.asked {
            Asked::Difference { compare: Some(_), .. } => " difference",
            Asked::Ratio { compare: Some(_), .. } => " ratio",
            _ => "",
        };
        format!("{}: {}{made}", self.by.join(", "), self.metric)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected(self.expected());
        let answered = self.rows(candidate, |rows| {
            let counts = GroupCounts::of(rows).map_err(|error| error.to_string())?;
            match self.disparity() {
                None => self.four_fifths(&counts, resampling),
                Some(disparity) => self.compared(&disparity, &counts, rows, candidate, resampling),
            }
        });
        match answered {
            Err(reason) => check.because(reason),
            Ok(Answered { outcome, observed, interval, reason, details }) => {
                let check = Check { outcome, observed, interval, ..check };
                check.because(reason).details(details)
            }
        }
    }

    fn expected(&self) -> String {
        let of = format!("over groups of at least {} labels", self.min_group);
        match self.asked {
            Asked::FourFifths {} => format!("each selection rate at least 4/5 of the highest, {of}"),
            Asked::Difference { max, .. } => format!("<= {max} {of}"),
            Asked::Ratio { min, .. } => format!(">= {min} {of}"),
        }
    }

    /// None for the four-fifths rule, which counts.
    fn disparity(&self) -> Option<Disparity> {
        let (compare, method, agg) = match self.asked {
            Asked::FourFifths {} => return None,
            Asked::Difference { compare, method, agg, .. } | Asked::Ratio { compare, method, agg, .. } => {
                (compare, method, agg)
            }
        };
        let disparity = match compare {
            None => Disparity::known(&self.metric)?,
            Some(compare) => {
                let comparison = match compare {
                    Compare::Difference => Comparison::Difference(method),
                    Compare::Ratio => Comparison::Ratio(method),
                };
                Disparity::of_metric(GroupMetric::known(&self.metric)?, comparison)
            }
        };
        Some(disparity.method(method).aggregate(agg.unwrap_or_default()).min_rows(self.min_group.into()))
    }
}

/// One name, or a list of different ones.
fn columns(fields: &mut Fields, key: &'static str) -> Result<Vec<String>> {
    let expected = format!("the name of a group column, or a list of up to {MOST_COLUMNS} different ones");
    let names = match fields.value(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) => names,
        Some(name) => vec![name],
    };
    let mut read: Vec<String> = Vec::with_capacity(names.len().min(MOST_COLUMNS));
    for name in &names {
        match name.as_str() {
            Some(text)
                if (1..=256).contains(&text.len())
                    && read.len() < MOST_COLUMNS
                    && !read.iter().any(|other| other == text) =>
            {
                read.push(text.to_owned());
            }
            _ => return Err(fields.invalid(key, name, expected)),
        }
    }
    if read.is_empty() {
        return Err(fields.invalid(key, "an empty list", expected));
    }
    Ok(read)
}
