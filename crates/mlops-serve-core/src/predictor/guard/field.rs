use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{GuardAction, GuardCount, InputRefused, Range, Reaction, Stop, Tally, Violation};
use crate::error::excerpt;
use crate::predictor::FieldValue;
use crate::{Error, Result};

/// What a field of a request holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the types of `FieldValue`")]
pub enum FieldKind {
    /// Any number; whole numbers are numbers.
    Number,
    /// A whole number; 3.0 is one.
    Integer,
    /// Yes or no.
    Bool,
    /// A text.
    Text,
}

impl FieldKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Bool => "true or false",
            Self::Text => "a text",
        }
    }
}

/// What one field of a request must be, and what happens if it is not.
///
/// Without more it may be missing, and a value of another type is refused.
///
/// ```
/// use mlops_serve_core::predictor::{FieldRule, InputGuard, Reaction};
/// let guard = InputGuard::new([
///     FieldRule::text("carrier").required().one_of(["UA", "B6", "MQ"]),
///     FieldRule::number("distance").range(0.0, 6000.0).or(Reaction::Clamp),
/// ])?;
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct FieldRule {
    field: Box<str>,
    kind: FieldKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when_missing: Option<Reaction>,
    #[serde(default)]
    when_wrong_type: Reaction,
    #[serde(flatten)]
    range: Range,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<Box<str>>,
    #[serde(default)]
    or: Reaction,
}

impl FieldRule {
    fn new(field: impl Into<Box<str>>, kind: FieldKind) -> Self {
        Self {
            field: field.into(),
            kind,
            when_missing: None,
            when_wrong_type: Reaction::Refuse,
            range: Range::default(),
            one_of: Vec::new(),
            or: Reaction::Refuse,
        }
    }

    /// A field that holds a finite number.
    pub fn number(field: impl Into<Box<str>>) -> Self {
        Self::new(field, FieldKind::Number)
    }

    /// A field that holds a whole number.
    pub fn integer(field: impl Into<Box<str>>) -> Self {
        Self::new(field, FieldKind::Integer)
    }

    /// A field that holds yes or no.
    pub fn boolean(field: impl Into<Box<str>>) -> Self {
        Self::new(field, FieldKind::Bool)
    }

    /// A field that holds a text.
    pub fn text(field: impl Into<Box<str>>) -> Self {
        Self::new(field, FieldKind::Text)
    }

    /// A request without it is refused.
    pub const fn required(self) -> Self {
        self.when_missing(Reaction::Refuse)
    }

    /// What happens to a request without it. [`Reaction::Missing`] lets it pass, and counts it.
    pub const fn when_missing(mut self, reaction: Reaction) -> Self {
        self.when_missing = Some(reaction);
        self
    }

    /// What happens to a value of another type; refused unless said otherwise.
    pub const fn when_wrong_type(mut self, reaction: Reaction) -> Self {
        self.when_wrong_type = reaction;
        self
    }

    /// The number lies in `min..=max`. Without a range any finite number will do.
    pub const fn range(mut self, min: f64, max: f64) -> Self {
        self.range = Range::new(min, max);
        self
    }

    /// The text is one of these.
    pub fn one_of<S: Into<Box<str>>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        self.one_of = texts.into_iter().map(Into::into).collect();
        self
    }

    /// What happens to a number outside the range and a text that is not allowed; refused
    /// unless said otherwise.
    pub const fn or(mut self, reaction: Reaction) -> Self {
        self.or = reaction;
        self
    }

    /// The field.
    pub fn field(&self) -> &str {
        &self.field
    }

    fn check_itself(&self) -> Result<()> {
        let invalid =
            |what, expected| Err(Error::invalid_setting(what, format_args!("{:?}", self.field), expected));
        let numeric = matches!(self.kind, FieldKind::Number | FieldKind::Integer);
        self.range.check()?;
        if !numeric && self.range != Range::default() {
            return invalid("range of the field", "a range for a number only");
        }
        let fraction = |end: Option<f64>| end.is_some_and(|end| end.fract() != 0.0);
        if self.kind == FieldKind::Integer && (fraction(self.range.min) || fraction(self.range.max)) {
            return invalid("range of the field", "whole ends for whole numbers");
        }
        if self.kind != FieldKind::Text && !self.one_of.is_empty() {
            return invalid("list of texts of the field", "a list for a text only");
        }
        if self.when_missing == Some(Reaction::Clamp) || self.when_wrong_type == Reaction::Clamp {
            return invalid("reaction of the field", "`clamp` for a number outside its range only");
        }
        if self.or == Reaction::Clamp && (!numeric || self.range.min.is_none() && self.range.max.is_none()) {
            return invalid("reaction of the field", "`clamp` for a number with a range only");
        }
        Ok(())
    }

    /// What is wrong with the value, and what is done about it.
    fn violation(&self, value: &FieldValue<'_>) -> Option<(Violation, Reaction)> {
        if value.is_missing() {
            return self.when_missing.map(|reaction| (Violation::Missing, reaction));
        }
        let wrong_type = Some((Violation::Type, self.when_wrong_type));
        match (self.kind, value) {
            (FieldKind::Bool, FieldValue::Bool(_)) => None,
            (FieldKind::Text, FieldValue::Text(text)) => {
                let allowed = self.one_of.is_empty() || self.one_of.iter().any(|one| **one == **text);
                (!allowed).then_some((Violation::NotAllowed, self.or))
            }
            (FieldKind::Integer, FieldValue::Number(number))
                if number.is_finite() && number.fract() != 0.0 =>
            {
                wrong_type
            }
            (FieldKind::Number | FieldKind::Integer, FieldValue::Number(_) | FieldValue::Integer(_)) => {
                let within = value.as_number().is_some_and(|number| self.range.contains(number));
                (!within).then_some((Violation::Range, self.or))
            }
            _ => wrong_type,
        }
    }

    fn expected(&self, violation: Violation) -> String {
        match violation {
            Violation::Range => self.range.to_string(),
            Violation::NotAllowed => {
                let shown: Vec<&str> = self.one_of.iter().take(10).map(|text| &**text).collect();
                let more = if self.one_of.len() > shown.len() { ", …" } else { "" };
                format!("one of {}{more}", shown.join(", "))
            }
            Violation::Duplicate => "it once".to_owned(),
            _ => self.kind.name().to_owned(),
        }
    }
}

/// What to do with a field that no rule knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is no third thing to do with it")]
pub enum UnknownFields {
    /// A misspelt field would be a missing one: refuse the request. A field that stands
    /// there twice is refused too.
    #[default]
    Refuse,
    /// Look past it.
    Ignore,
}

/// What the fields of a request must be.
///
/// Cost: a search of the request's fields for each rule, no allocation while all is well; a
/// changed value costs a copy of the list of fields.
#[derive(Debug)]
pub struct InputGuard {
    rules: Vec<(FieldRule, Tally)>,
    unknown: UnknownFields,
    strangers: Tally,
}

type Fields<'a> = [(&'a str, FieldValue<'a>)];

impl InputGuard {
    /// One rule a field; unknown fields are refused.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for two rules about one field, a range whose ends are not in
    /// order, a range for a text, a list of texts for a number, and [`Reaction::Clamp`] where
    /// there is nothing to clamp to.
    pub fn new(rules: impl IntoIterator<Item = FieldRule>) -> Result<Self> {
        let rules: Vec<_> = rules.into_iter().map(FieldRule::with_tally).collect();
        let mut fields = HashSet::new();
        for (rule, _) in &rules {
            rule.check_itself()?;
            if !fields.insert(rule.field.clone()) {
                let field = format!("{:?}", rule.field);
                return Err(Error::invalid_setting("rule for the field", field, "one rule a field"));
            }
        }
        Ok(Self { rules, unknown: UnknownFields::Refuse, strangers: Tally::new("*") })
    }

    /// What happens to fields that no rule knows.
    #[must_use]
    pub const fn unknown(mut self, unknown: UnknownFields) -> Self {
        self.unknown = unknown;
        self
    }

    /// The fields with what the rules changed, or nothing if they changed nothing.
    pub(crate) fn check<'a>(
        &self,
        fields: &'a Fields<'a>,
        actions: &mut Vec<GuardAction>,
    ) -> Result<Option<Vec<(&'a str, FieldValue<'a>)>>, Stop> {
        let mut changed: Option<Vec<_>> = None;
        let mut known = 0;
        for (rule, tally) in &self.rules {
            let place = fields.iter().position(|(name, _)| *name == &*rule.field);
            known += usize::from(place.is_some());
            let value = place.map_or(FieldValue::Missing, |place| fields[place].1);
            let Some((violation, reaction)) = rule.violation(&value) else { continue };
            actions.push(tally.act(violation, reaction));
            let other = match (reaction, place) {
                (Reaction::Refuse, _) => return Err(Stop::Refuse(rule.refusal(&value, violation))),
                (Reaction::Constant, _) => return Err(Stop::Constant(rule.refusal(&value, violation))),
                (Reaction::Missing, _) => FieldValue::Missing,
                (Reaction::Clamp, _) => rule.clamped(&value),
            };
            if let Some(place) = place {
                changed.get_or_insert_with(|| fields.to_vec())[place].1 = other;
            }
        }
        // Names are found once each: as many fields as names found are no others.
        if self.unknown == UnknownFields::Refuse && known < fields.len() {
            return Err(Stop::Refuse(self.stranger(fields, actions)));
        }
        Ok(changed)
    }

    /// The first field that no rule knows, or that stands there for the second time.
    fn stranger(&self, fields: &Fields<'_>, actions: &mut Vec<GuardAction>) -> InputRefused {
        let known = |name: &str| self.rules.iter().any(|(rule, _)| *rule.field == *name);
        let first = |(place, (name, _)): &(usize, &(&str, FieldValue<'_>))| {
            !known(name) || fields[..*place].iter().any(|(earlier, _)| earlier == name)
        };
        let (name, value) =
            fields.iter().enumerate().find(first).map_or(("", FieldValue::Missing), |(_, field)| *field);
        let (violation, expected) = if known(name) {
            (Violation::Duplicate, "each field once".to_owned())
        } else {
            let fields: Vec<&str> = self.rules.iter().map(|(rule, _)| rule.field()).collect();
            (Violation::Unknown, format!("only the fields {}", fields.join(", ")))
        };
        actions.push(self.strangers.act(violation, Reaction::Refuse));
        InputRefused {
            field: excerpt(name).trim_matches('"').to_owned(),
            value: shown(&value),
            expected,
            violation,
        }
    }

    pub(crate) fn counts(&self) -> impl Iterator<Item = GuardCount> {
        self.rules.iter().map(|(_, tally)| tally).chain([&self.strangers]).flat_map(Tally::counts)
    }
}

impl FieldRule {
    fn with_tally(self) -> (Self, Tally) {
        let tally = Tally::new(&self.field);
        (self, tally)
    }

    fn refusal(&self, value: &FieldValue<'_>, violation: Violation) -> InputRefused {
        InputRefused {
            field: self.field.to_string(),
            value: shown(value),
            expected: self.expected(violation),
            violation,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the ends of a range of whole numbers; `as` saturates"
    )]
    fn clamped<'a>(&self, value: &FieldValue<'a>) -> FieldValue<'a> {
        match value.as_number().map(|number| self.range.clamp(number)) {
            Some(number) if !number.is_finite() => FieldValue::Missing,
            Some(number) if matches!(value, FieldValue::Integer(_)) && number.fract() == 0.0 => {
                FieldValue::Integer(number as i64)
            }
            Some(number) => FieldValue::Number(number),
            None => FieldValue::Missing,
        }
    }
}

/// A value in a message: short, whatever a hostile caller sends.
fn shown(value: &FieldValue<'_>) -> String {
    match value {
        FieldValue::Missing => "missing".to_owned(),
        FieldValue::Number(number) if number.is_nan() => "missing".to_owned(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Integer(integer) => integer.to_string(),
        FieldValue::Bool(yes) => yes.to_string(),
        FieldValue::Text(text) => excerpt(text),
    }
}
