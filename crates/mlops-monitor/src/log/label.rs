use mlops_core::{ModelName, PredictionId, Timestamp};

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
