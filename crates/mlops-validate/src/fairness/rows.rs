use std::borrow::Cow;

use mlops_stats::classification::BinaryScores;
use rayon::prelude::*;

use super::label::{Label, Labels};
use super::{Feature, GroupKey};
use crate::{Error, Result};

/// What was predicted for each row, what was true, and to which groups it belongs.
///
/// ```
/// use mlops_validate::fairness::{Feature, GroupRows, Labels};
/// let rows = GroupRows::classified(Labels::bools(&[true, false, true]), Labels::bools(&[true, true, false]))?
///     .sensitive(Feature::new("sex", ["f", "f", "m"].map(Some)))?
///     .weights("premium", &[1.0, 2.0, 0.5])?;
/// assert_eq!(rows.rows(), 3);
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GroupRows<'a> {
    count: usize,
    classes: Option<Classes>,
    numbers: Option<Numbers<'a>>,
    sensitive: Vec<Feature>,
    control: Vec<Feature>,
    weights: Vec<(String, &'a [f64])>,
}

/// True numbers, and predicted ones.
type Numbers<'a> = (Cow<'a, [f64]>, Cow<'a, [f64]>);

/// Labels and predictions by the same numbers.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    pub(super) labels: Vec<Label>,
    pub(super) truth: Vec<u8>,
    pub(super) predicted: Vec<u8>,
}

impl<'a> GroupRows<'a> {
    /// Rows with a label and a predicted label. O(n).
    ///
    /// # Errors
    /// [`Error::Input`] if the lengths differ, there are no rows, or more than 256 labels.
    pub fn classified(truth: Labels, predicted: Labels) -> Result<Self> {
        let rows = truth.rows();
        same_length("predictions", predicted.rows(), rows)?;
        some_rows(rows)?;
        let (classes, of_truth, of_predicted) = Labels::union(truth.classes(), predicted.classes())?;
        let truth = truth.renumbered(&classes, &of_truth).into_codes();
        let predicted = predicted.renumbered(&classes, &of_predicted).into_codes();
        let classes = Some(Classes { labels: classes, truth, predicted });
        Ok(Self { count: rows, classes, numbers: None, sensitive: vec![], control: vec![], weights: vec![] })
    }

    /// Rows with a label and a score; with a threshold, a score of at least it predicts
    /// positive. Metrics of probabilities refuse a score outside 0 to 1.
    ///
    /// # Errors
    /// [`Error::Input`] if the lengths differ, there are no rows, or for the first score
    /// that is NaN or infinite; for a threshold that is NaN.
    pub fn scored(labels: &[bool], scores: &'a [f64], threshold: Option<f64>) -> Result<Self> {
        let rows = labels.len();
        same_length("scores", scores.len(), rows)?;
        some_rows(rows)?;
        finite("scores", scores)?;
        let classes = match threshold {
            None => None,
            Some(threshold) if threshold.is_nan() => {
                return Err(Error::input("threshold", "it is NaN, expected a number"));
            }
            Some(threshold) => {
                let predicted: Vec<u8> =
                    scores.par_iter().map(|score| u8::from(*score >= threshold)).collect();
                let truth = labels.iter().map(|label| u8::from(*label)).collect();
                Some(Classes { labels: vec![Label::Number(0.0), Label::Number(1.0)], truth, predicted })
            }
        };
        let truth = labels.iter().map(|label| f64::from(u8::from(*label))).collect();
        let numbers = Some((truth, Cow::Borrowed(scores)));
        Ok(Self { count: rows, classes, numbers, sensitive: vec![], control: vec![], weights: vec![] })
    }

    /// Rows with a true number and a predicted one.
    ///
    /// # Errors
    /// [`Error::Input`] if the lengths differ, there are no rows, or for the first number
    /// that is NaN or infinite.
    pub fn numbers(truth: &'a [f64], predicted: &'a [f64]) -> Result<Self> {
        let rows = truth.len();
        same_length("predictions", predicted.len(), rows)?;
        some_rows(rows)?;
        finite("true values", truth)?;
        finite("predictions", predicted)?;
        let numbers = Some((Cow::Borrowed(truth), Cow::Borrowed(predicted)));
        Ok(Self { count: rows, classes: None, numbers, sensitive: vec![], control: vec![], weights: vec![] })
    }

    /// The same rows by one more sensitive feature: the groups that are compared.
    ///
    /// # Errors
    /// [`Error::Input`] if it has not one value a row, its name is taken, or a row has no
    /// value and such rows are not a group.
    pub fn sensitive(mut self, feature: Feature) -> Result<Self> {
        self.fits(&feature)?;
        self.sensitive.push(feature);
        Ok(self)
    }

    /// The same rows by one more control feature: groups are compared within each of its values.
    ///
    /// # Errors
    /// As [`sensitive`](Self::sensitive).
    pub fn control(mut self, feature: Feature) -> Result<Self> {
        self.fits(&feature)?;
        self.control.push(feature);
        Ok(self)
    }

    /// Weights under a name, by which a measure asks for them.
    ///
    /// # Errors
    /// [`Error::Input`] if there is not one a row, the name is taken, or for the first that
    /// is negative, NaN or infinite.
    pub fn weights(mut self, name: &str, weights: &'a [f64]) -> Result<Self> {
        let what = format!("weights {name:?}");
        same_length(&what, weights.len(), self.count)?;
        if self.weights.iter().any(|(other, _)| other == name) {
            return Err(Error::input(what, "they are given twice"));
        }
        let wrong = |weight: &f64| !weight.is_finite() || *weight < 0.0;
        if let Some(row) = weights.iter().position(wrong) {
            let reason = format!("row {row} is {}, expected a finite number of at least 0", weights[row]);
            return Err(Error::input(what, reason));
        }
        self.weights.push((name.to_owned(), weights));
        Ok(self)
    }

    /// How many rows; at least 1.
    pub const fn rows(&self) -> usize {
        self.count
    }

    pub(super) const fn classes(&self) -> Option<&Classes> {
        self.classes.as_ref()
    }

    /// Control features, then sensitive ones.
    pub(super) fn features(&self) -> impl Iterator<Item = &Feature> + Clone {
        self.control.iter().chain(&self.sensitive)
    }

    pub(super) fn sensitive_features(&self) -> &[Feature] {
        &self.sensitive
    }

    pub(super) fn control_features(&self) -> &[Feature] {
        &self.control
    }

    pub(super) fn weight_columns(&self) -> &[(String, &'a [f64])] {
        &self.weights
    }

    /// True and predicted numbers, also where the labels are numbers.
    pub(super) fn as_numbers(&self) -> Option<Numbers<'_>> {
        if let Some((truth, predicted)) = &self.numbers {
            return Some((Cow::Borrowed(truth), Cow::Borrowed(predicted)));
        }
        let classes = self.classes.as_ref()?;
        let values: Option<Vec<f64>> = classes
            .labels
            .iter()
            .map(|label| if let Label::Number(number) = label { Some(*number) } else { None })
            .collect();
        let values = values?;
        let of = |codes: &[u8]| codes.iter().map(|code| values[usize::from(*code)]).collect();
        Some((of(&classes.truth), of(&classes.predicted)))
    }

    fn fits(&self, feature: &Feature) -> Result<()> {
        same_length(&format!("feature {:?}", feature.name()), feature.rows(), self.count)?;
        if self.features().any(|other| other.name() == feature.name()) {
            return Err(Error::input(format!("feature {:?}", feature.name()), "it is given twice"));
        }
        feature.checked()
    }
}

/// A group in words: `sex=f, age=30`.
pub(super) fn group_name<'k>(
    names: impl IntoIterator<Item = &'k str>,
    keys: impl IntoIterator<Item = &'k GroupKey>,
) -> String {
    let parts: Vec<String> = names
        .into_iter()
        .zip(keys)
        .map(|(name, key)| match key {
            GroupKey::Missing => format!("{name} missing"),
            key => format!("{name}={key}"),
        })
        .collect();
    parts.join(", ")
}

/// Refuses the first score that is no probability.
pub(super) fn probabilities(scores: &[f64]) -> Result<()> {
    match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
        None => Ok(()),
        Some(row) => Err(Error::input(
            "scores",
            format!("row {row} is {}, expected a probability, 0 to 1", scores[row]),
        )),
    }
}

/// Labels and scores as the statistics take them, weighted if there are weights.
pub(super) fn binary<'r>(
    labels: &'r [bool],
    scores: &'r [f64],
    weights: Option<&'r [f64]>,
) -> mlops_stats::Result<BinaryScores<'r>> {
    let rows = BinaryScores::new(labels, scores)?;
    weights.map_or(Ok(rows), |weights| rows.weighted(weights))
}

fn finite(what: &str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => {
            Err(Error::input(what, format!("row {row} is {}, expected a finite number", values[row])))
        }
    }
}

fn same_length(what: &str, found: usize, rows: usize) -> Result<()> {
    if found == rows {
        Ok(())
    } else {
        Err(Error::input(what, format!("{found} values, expected one for each of {rows} rows")))
    }
}

fn some_rows(rows: usize) -> Result<()> {
    if rows == 0 { Err(Error::input("rows", "there are none, expected at least 1")) } else { Ok(()) }
}
