use super::Outcomes;

/// Rows and their amounts: of positives and negatives, and how many of each were decided
/// positive.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(super) positives: Part,
    pub(super) negatives: Part,
    pub(super) hits: Part,
    pub(super) alarms: Part,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Part {
    pub(super) rows: f64,
    pub(super) amount: f64,
}

impl Part {
    pub(super) fn add(&mut self, times: f64, amount: f64) {
        self.rows += times;
        self.amount += times * amount;
    }

    fn add_part(&mut self, other: Self, times: f64) {
        self.rows += times * other.rows;
        self.amount += times * other.amount;
    }
}

impl Tally {
    pub(super) fn count(&mut self, label: bool, decided: bool, amount: f64, times: f64) {
        let (all, positive) = if label {
            (&mut self.positives, &mut self.hits)
        } else {
            (&mut self.negatives, &mut self.alarms)
        };
        all.add(times, amount);
        if decided {
            positive.add(times, amount);
        }
    }

    /// One more of the rows that are counted already is decided positive.
    pub(super) fn decide(&mut self, label: bool, amount: f64) {
        let part = if label { &mut self.hits } else { &mut self.alarms };
        part.add(1.0, amount);
    }

    /// Adds `other`, `times` over.
    pub(crate) fn add(&mut self, other: &Self, times: f64) {
        self.positives.add_part(other.positives, times);
        self.negatives.add_part(other.negatives, times);
        self.hits.add_part(other.hits, times);
        self.alarms.add_part(other.alarms, times);
    }

    pub(crate) fn rows(&self) -> f64 {
        self.positives.rows + self.negatives.rows
    }

    pub(super) fn alerts(&self) -> f64 {
        self.hits.rows + self.alarms.rows
    }

    /// The same rows, all decided positive.
    pub(crate) fn all(&self) -> Self {
        Self { hits: self.positives, alarms: self.negatives, ..*self }
    }

    /// The same rows, none decided positive.
    pub(crate) fn none(&self) -> Self {
        Self { hits: Part::default(), alarms: Part::default(), ..*self }
    }

    /// Rows and value of each outcome: true and false positives, true and false negatives.
    pub(crate) fn values(&self, outcomes: &Outcomes) -> [(f64, f64); 4] {
        let less = |all: Part, of: Part| Part { rows: all.rows - of.rows, amount: all.amount - of.amount };
        [
            (self.hits, outcomes.true_positive()),
            (self.alarms, outcomes.false_positive()),
            (less(self.negatives, self.alarms), outcomes.true_negative()),
            (less(self.positives, self.hits), outcomes.false_negative()),
        ]
        .map(|(part, worth)| (part.rows, worth.of(part.rows, part.amount)))
    }

    pub(crate) fn value(&self, outcomes: &Outcomes) -> f64 {
        self.values(outcomes).iter().map(|(_, value)| value).sum()
    }
}
