use serde::{Deserialize, Serialize};

use super::{GuardAction, GuardCount, InputRefused, Range, Reaction, Stop, Tally, Violation};
use crate::{Error, Result};

/// What one input must be once it is looked up, by the name of the feature.
///
/// Without more any number will do, and so will none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct InputRule {
    feature: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when_missing: Option<Reaction>,
    #[serde(flatten)]
    range: Range,
    #[serde(default)]
    or: Reaction,
}

impl InputRule {
    /// About the input of this name.
    pub fn new(feature: impl Into<Box<str>>) -> Self {
        Self { feature: feature.into(), when_missing: None, range: Range::default(), or: Reaction::Refuse }
    }

    /// It lies in `min..=max`, if it is known.
    pub const fn range(mut self, min: f64, max: f64) -> Self {
        self.range = Range::new(min, max);
        self
    }

    /// What happens if it does not; refused unless said otherwise.
    pub const fn or(mut self, reaction: Reaction) -> Self {
        self.or = reaction;
        self
    }

    /// What happens if it is not known. [`Reaction::Missing`] lets it pass, and counts it.
    pub const fn when_missing(mut self, reaction: Reaction) -> Self {
        self.when_missing = Some(reaction);
        self
    }
}

/// All rules, where the input of each stands, and how often it was broken.
#[derive(Debug)]
pub(crate) struct InputRules(Vec<Placed>);

#[derive(Debug)]
struct Placed {
    rule: InputRule,
    place: usize,
    tally: Tally,
}

impl InputRules {
    /// The rules for a row of inputs with these names.
    pub(crate) fn new(rules: impl IntoIterator<Item = InputRule>, names: &[String]) -> Result<Self> {
        let mut placed: Vec<Placed> = Vec::new();
        for rule in rules {
            let invalid =
                |what, expected| Error::invalid_setting(what, format_args!("{:?}", rule.feature), expected);
            rule.range.check()?;
            if placed.iter().any(|earlier| earlier.rule.feature == rule.feature) {
                return Err(invalid("rule for the input", "one rule an input"));
            }
            let nothing_to_clamp_to = rule.range.min.is_none() && rule.range.max.is_none();
            if rule.when_missing == Some(Reaction::Clamp) || rule.or == Reaction::Clamp && nothing_to_clamp_to
            {
                return Err(invalid("reaction of the input", "`clamp` for an input with a range only"));
            }
            let place = names
                .iter()
                .position(|name| **name == *rule.feature)
                .ok_or_else(|| invalid("rule for the input", "an input that the look-up gives"))?;
            placed.push(Placed { tally: Tally::new(&rule.feature), rule, place });
        }
        Ok(Self(placed))
    }

    pub(crate) fn check(&self, inputs: &mut [f64], actions: &mut Vec<GuardAction>) -> Result<(), Stop> {
        for Placed { rule, tally, place } in &self.0 {
            let Some(input) = inputs.get_mut(*place) else { continue };
            let (violation, reaction) = match rule.when_missing {
                Some(reaction) if input.is_nan() => (Violation::Missing, reaction),
                None if input.is_nan() => continue,
                _ if rule.range.contains(*input) => continue,
                _ => (Violation::Range, rule.or),
            };
            actions.push(tally.act(violation, reaction));
            match reaction {
                Reaction::Refuse => return Err(Stop::Refuse(rule.refusal(*input, violation))),
                Reaction::Constant => return Err(Stop::Constant(rule.refusal(*input, violation))),
                Reaction::Missing => *input = f64::NAN,
                Reaction::Clamp => {
                    let clamped = rule.range.clamp(*input);
                    *input = if clamped.is_finite() { clamped } else { f64::NAN };
                }
            }
        }
        Ok(())
    }

    pub(crate) fn counts(&self) -> impl Iterator<Item = GuardCount> {
        self.0.iter().flat_map(|placed| placed.tally.counts())
    }
}

impl InputRule {
    fn refusal(&self, input: f64, violation: Violation) -> InputRefused {
        InputRefused {
            field: self.feature.to_string(),
            value: if input.is_nan() { "missing".to_owned() } else { input.to_string() },
            expected: self.range.to_string(),
            violation,
        }
    }
}
