use std::collections::HashMap;

use mlops_core::{ModelName, PredictionId, Timestamp};

use super::answer::conflict;
use crate::{Error, Result};

/// What turned out to be true, and since when that is known.
///
/// ```
/// use mlops_monitor::Label;
/// let late = Label::new("flight-delay".parse()?, "UA1545-0101".parse()?, 1.0, "2013-01-01T13:41:00Z".parse()?)?;
/// assert_eq!(late.value(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    model: ModelName,
    id: PredictionId,
    value: f64,
    known_at: Timestamp,
}

impl Label {
    /// The label of a prediction: 0 or 1 for a binary classifier, the value for a regressor.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless the value is finite.
    pub fn new(model: ModelName, id: PredictionId, value: f64, known_at: Timestamp) -> Result<Self> {
        if value.is_finite() {
            Ok(Self { model, id, value, known_at })
        } else {
            Err(Error::Invalid { what: "label", id, value, expected: "a finite number" })
        }
    }

    /// The model whose predictions it judges.
    pub const fn model(&self) -> &ModelName {
        &self.model
    }

    /// The prediction.
    pub const fn id(&self) -> &PredictionId {
        &self.id
    }

    /// What turned out to be true; finite.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// Since when that is known.
    pub const fn known_at(&self) -> Timestamp {
        self.known_at
    }

    /// Value and moment: what two labels of one prediction are compared by.
    pub(super) const fn what(&self) -> (f64, Timestamp) {
        (self.value, self.known_at)
    }
}

/// What came of labels; each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelsTaken {
    /// Joined to answers that had none.
    pub joined: usize,
    /// Kept until their prediction comes.
    pub early: usize,
    /// In the place of a label that had been known before.
    pub corrected: usize,
    /// Nothing new: the same label again, or one that a later one has overtaken.
    pub repeated: usize,
}

/// What a log knows about the prediction of a label.
pub(super) struct Known {
    /// The value and moment of the label it holds.
    pub(super) label: Option<(f64, Timestamp)>,
    /// Whether the prediction is there.
    pub(super) answered: bool,
}

/// What comes of a batch of labels, and those that hold from now on, in the order they came.
#[expect(clippy::float_cmp, reason = "the same label is the same value bit for bit, but for the sign of 0")]
pub(super) fn settle(
    labels: &[Label],
    known: impl Fn(&Label) -> Known,
) -> Result<(LabelsTaken, Vec<&Label>)> {
    let mut taken = LabelsTaken::default();
    let mut holds: Vec<&Label> = Vec::new();
    let mut places: HashMap<(&ModelName, &PredictionId), usize> = HashMap::new();
    for label in labels {
        let place = places.get(&(label.model(), label.id())).copied();
        let known = match place {
            Some(place) => Known { label: Some(holds[place].what()), answered: true },
            None => known(label),
        };
        match known.label {
            None if known.answered => taken.joined += 1,
            None => taken.early += 1,
            Some((_, since)) if since < label.known_at => taken.corrected += 1,
            Some((value, since)) if since > label.known_at || value == label.value => {
                taken.repeated += 1;
                continue;
            }
            Some(_) => return Err(conflict("label", label.model(), label.id())),
        }
        if let Some(place) = place {
            holds[place] = label;
        } else {
            places.insert((label.model(), label.id()), holds.len());
            holds.push(label);
        }
    }
    Ok((taken, holds))
}
