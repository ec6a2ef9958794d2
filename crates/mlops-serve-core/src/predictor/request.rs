use mlops_core::{PredictionId, Timestamp};

/// The value of one field of a [`Request`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "what JSON can say about one field; a guard must treat each")]
pub enum FieldValue<'a> {
    /// Nothing is known; the same as a field that is not there, and as a number that is NaN.
    Missing,
    /// A floating-point number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Bool(bool),
    /// A text, such as a carrier's code.
    Text(&'a str),
}

impl FieldValue<'_> {
    /// The number that a model sees: NaN for missing, 1 for yes, 0 for no; `None` for a text.
    #[expect(clippy::cast_precision_loss, reason = "a model computes in f64, as the training did")]
    pub const fn as_number(&self) -> Option<f64> {
        match *self {
            Self::Missing => Some(f64::NAN),
            Self::Number(number) => Some(number),
            Self::Integer(integer) => Some(integer as f64),
            Self::Bool(yes) => Some(if yes { 1.0 } else { 0.0 }),
            Self::Text(_) => None,
        }
    }

    /// Whether nothing is known.
    pub const fn is_missing(&self) -> bool {
        match *self {
            Self::Missing => true,
            Self::Number(number) => number.is_nan(),
            _ => false,
        }
    }
}

impl From<f64> for FieldValue<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for FieldValue<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for FieldValue<'_> {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl<'a> From<&'a str> for FieldValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// What a caller asks: who wants to know, and what is known.
///
/// Borrowed throughout: a request costs nothing to make.
///
/// ```
/// use mlops_core::PredictionId;
/// use mlops_serve_core::predictor::{FieldValue, Request};
/// let id = PredictionId::new("UA1545-2013-07-01")?;
/// let fields = [("carrier", FieldValue::Text("UA")), ("distance", FieldValue::Integer(1400))];
/// let request = Request::new(&id, "N14228", &fields);
/// assert_eq!(request.field("distance").as_number(), Some(1400.0));
/// assert!(request.field("wind_speed").is_missing());
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Request<'a> {
    id: &'a PredictionId,
    unit: &'a str,
    fields: &'a [(&'a str, FieldValue<'a>)],
    at: Option<Timestamp>,
    deadline: Option<Timestamp>,
}

impl<'a> Request<'a> {
    /// A request of `unit`: the user, the aircraft, whatever shall always meet the same
    /// version while a trial runs. If a field stands there twice, the first counts.
    pub const fn new(id: &'a PredictionId, unit: &'a str, fields: &'a [(&'a str, FieldValue<'a>)]) -> Self {
        Self { id, unit, fields, at: None, deadline: None }
    }

    /// The moment of the decision: features are looked up as they were known then, and it is
    /// the time of the event. Without it, the moment at which the predictor's clock stands
    /// when the request comes in.
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// The moment, on the predictor's clock, from which nobody waits for the answer any more.
    pub const fn deadline(mut self, deadline: Timestamp) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The caller's id of the prediction.
    pub const fn id(&self) -> &'a PredictionId {
        self.id
    }

    /// Who asks, or what is asked about; it decides which version on trial is met.
    pub const fn unit(&self) -> &'a str {
        self.unit
    }

    /// All fields, as they were given.
    pub const fn fields(&self) -> &'a [(&'a str, FieldValue<'a>)] {
        self.fields
    }

    /// The value of a field; missing if it is not there.
    pub fn field(&self, name: &str) -> FieldValue<'a> {
        self.fields.iter().find(|(field, _)| *field == name).map_or(FieldValue::Missing, |(_, value)| *value)
    }

    /// The moment of the decision, if the caller gave one.
    pub const fn decided_at(&self) -> Option<Timestamp> {
        self.at
    }

    /// The caller's own deadline, if there is one.
    pub const fn waits_until(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// The same request with other fields.
    pub(crate) const fn with_fields<'b>(&self, fields: &'b [(&'b str, FieldValue<'b>)]) -> Request<'b>
    where
        'a: 'b,
    {
        Request { id: self.id, unit: self.unit, fields, at: self.at, deadline: self.deadline }
    }
}
