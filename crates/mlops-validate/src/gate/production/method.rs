use mlops_stats::classification::BinaryMetric;
use serde::Serialize;

use crate::Result;
use crate::gate::document::Fields;
use crate::gate::metric::Metric;
use crate::gate::unit::Unit;

/// How the uncertainty of a difference between two models is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    /// Whole units drawn with replacement: any metric, any unit.
    Blocks,
    /// `DeLong`'s variance of the area under the ROC curve: rows.
    Delong,
    /// The rows on which only one of both is right: accuracy, rows.
    Mcnemar,
    /// Signs of the differences in loss, of rows or of the means of clusters.
    Permutation,
}

impl Method {
    const WORDS: [(&'static str, Self); 4] = [
        ("blocks", Self::Blocks),
        ("delong", Self::Delong),
        ("mcnemar", Self::Mcnemar),
        ("permutation", Self::Permutation),
    ];

    /// Reads the field `method` of a check of this metric over this unit.
    pub(super) fn read(fields: &mut Fields, metric: Metric, unit: &Unit) -> Result<Option<Self>> {
        let Some(method) = fields.word("method", &Self::WORDS)? else { return Ok(None) };
        let name = method.name();
        let suits = match method {
            Self::Blocks => true,
            Self::Delong => metric == Metric::Classes(BinaryMetric::RocAuc),
            Self::Mcnemar => matches!(metric, Metric::Classes(BinaryMetric::Accuracy { .. })),
            Self::Permutation => metric.of_row_is_known(),
        };
        if !suits {
            let expected = match method {
                Self::Delong => "a method for this metric: delong compares roc_auc",
                Self::Mcnemar => "a method for this metric: mcnemar compares accuracy",
                _ => {
                    "a method for this metric: permutation compares means over rows, as log_loss, brier, accuracy, mae, mse"
                }
            };
            return Err(fields.invalid("method", format!("{name:?} of {}", metric.name()), expected));
        }
        if method.takes_rows_as_independent() && *unit != Unit::Row {
            let value = format!("{name:?} with the unit {}", unit.plural());
            let expected = format!(
                "blocks, or the unit row: {name} takes rows as independent, and claims too little uncertainty for {}",
                unit.plural()
            );
            return Err(fields.invalid("method", value, expected));
        }
        Ok(Some(method))
    }

    pub(super) fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, method)| *method == self).map_or("", |(word, _)| word)
    }

    const fn takes_rows_as_independent(self) -> bool {
        matches!(self, Self::Delong | Self::Mcnemar)
    }

    /// What stands behind the expectation. Whole UTC days go without saying.
    pub(super) fn told(self, unit: &Unit) -> String {
        match (self, unit) {
            (Self::Blocks, Unit::UtcDay) => String::new(),
            (Self::Blocks, Unit::Row) => ", rows taken as independent".to_owned(),
            (Self::Blocks, unit) => format!(", by {}", unit.plural()),
            (Self::Delong, _) => ", by DeLong's variance, rows taken as independent".to_owned(),
            (Self::Mcnemar, _) => ", by McNemar's table, rows taken as independent".to_owned(),
            (Self::Permutation, Unit::Row) => ", by permutation, rows taken as independent".to_owned(),
            (Self::Permutation, unit) => format!(", by permutation of the means of {}", unit.plural()),
        }
    }
}
