use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use mlops_core::{Digest, ModelName};
use serde::{Deserialize, Serialize};

use super::evidence::MAX_GATE;
use super::{ApproverRule, Approvers, BreakGlass, Freeze, TargetStage};
use crate::access::Scope;
use crate::name::{Rule, check};
use crate::{Error, Result};

/// The most freezes and rules of approvers that a policy may have.
const MAX_PARTS: usize = 100;

/// What a promotion takes: gates passed, and approvals. At least one of each.
///
/// A gate that is required by name alone is whatever calls itself so: who records evidence
/// decides what it checks. One that is required [exactly](Self::requiring_exactly) is
/// also held to the digest of its definition, which each verdict bears.
///
/// A policy is of one stage, and of all models unless it [says which](Self::for_models). Of
/// several that are for a model, the one that is closest to it counts, alone: one for its
/// name, else the pattern with the most letters beside its stars, else the one for all.
///
/// ```
/// # use std::time::Duration;
/// # use mlops_core::Digest;
/// # use mlops_registry::access::Role;
/// # use mlops_registry::promotion::{Approvers, Freeze, PromotionPolicy};
/// # let digest_of_the_gate = Digest::of("the canonical form of a gate");
/// # let two = std::num::NonZeroU32::new(2).unwrap();
/// # let one = std::num::NonZeroU32::MIN;
/// let day = Duration::from_hours(24);
/// let policy = PromotionPolicy::requiring_exactly("production gate", digest_of_the_gate)
///     .and("smoke test")
///     .not_older_than("smoke test", day)
///     .approvals(two)
///     .of_which(one, Approvers::Role(Role::Auditor))
///     .approvals_valid_for(day * 2)
///     .freeze(Freeze::weekly("fri 16:00".parse()?, "mon 08:00".parse()?, "nobody is there")?);
/// assert_eq!(policy.definition_of("production gate"), Some(&digest_of_the_gate));
/// assert_eq!(policy.definition_of("smoke test"), None);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
#[must_use]
pub struct PromotionPolicy {
    stage: TargetStage,
    #[serde(skip_serializing_if = "Scope::is_all")]
    models: Scope,
    /// By name; with the digest of the definition, if it must be that one.
    gates: BTreeMap<String, Option<Digest>>,
    /// In seconds, by gate.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    not_older_than_secs: BTreeMap<String, u64>,
    approvals: NonZeroU32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    of_which: Vec<ApproverRule>,
    #[serde(skip_serializing_if = "is_false")]
    deployer_is_no_approver: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals_valid_for_secs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_valid_for_secs: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    freezes: Vec<Freeze>,
    #[serde(skip_serializing_if = "Option::is_none")]
    break_glass: Option<BreakGlass>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A policy as it may be written, also by a hand that leaves the gates out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    stage: TargetStage,
    #[serde(default)]
    models: Scope,
    gates: BTreeMap<String, Option<Digest>>,
    #[serde(default)]
    not_older_than_secs: BTreeMap<String, u64>,
    approvals: NonZeroU32,
    #[serde(default)]
    of_which: Vec<ApproverRule>,
    #[serde(default)]
    deployer_is_no_approver: bool,
    #[serde(default)]
    approvals_valid_for_secs: Option<u64>,
    #[serde(default)]
    requests_valid_for_secs: Option<u64>,
    #[serde(default)]
    freezes: Vec<Freeze>,
    #[serde(default)]
    break_glass: Option<BreakGlass>,
}

impl TryFrom<Unchecked> for PromotionPolicy {
    type Error = Error;
    fn try_from(written: Unchecked) -> Result<Self> {
        let policy = Self {
            stage: written.stage,
            models: written.models,
            gates: written.gates,
            not_older_than_secs: written.not_older_than_secs,
            approvals: written.approvals,
            of_which: written.of_which,
            deployer_is_no_approver: written.deployer_is_no_approver,
            approvals_valid_for_secs: written.approvals_valid_for_secs,
            requests_valid_for_secs: written.requests_valid_for_secs,
            freezes: written.freezes,
            break_glass: written.break_glass,
        };
        policy.check()?;
        Ok(policy)
    }
}

impl PromotionPolicy {
    /// The verdict of `gate`, however it is defined, and one approval: for production.
    pub fn requiring(gate: impl Into<String>) -> Self {
        Self::of(gate.into(), None)
    }

    /// The verdict of `gate` as the definition with this digest has it, and one approval.
    pub fn requiring_exactly(gate: impl Into<String>, definition: Digest) -> Self {
        Self::of(gate.into(), Some(definition))
    }

    fn of(gate: String, definition: Option<Digest>) -> Self {
        Self {
            stage: TargetStage::Production,
            models: Scope::All,
            gates: BTreeMap::from([(gate, definition)]),
            not_older_than_secs: BTreeMap::new(),
            approvals: NonZeroU32::MIN,
            of_which: Vec::new(),
            deployer_is_no_approver: false,
            approvals_valid_for_secs: None,
            requests_valid_for_secs: None,
            freezes: Vec::new(),
            break_glass: None,
        }
    }

    /// Of another stage than production.
    pub const fn to(mut self, stage: TargetStage) -> Self {
        self.stage = stage;
        self
    }

    /// Only for these models.
    pub fn for_models(mut self, models: Scope) -> Self {
        self.models = models;
        self
    }

    /// The verdict of another gate as well. One that is required already stays as it is.
    pub fn and(mut self, gate: impl Into<String>) -> Self {
        self.gates.entry(gate.into()).or_default();
        self
    }

    /// The verdict of another gate as well, as the definition with this digest has it. One
    /// that is required already must be this one from now on.
    pub fn and_exactly(mut self, gate: impl Into<String>, definition: Digest) -> Self {
        self.gates.insert(gate.into(), Some(definition));
        self
    }

    /// The approvals of so many people.
    pub fn approvals(mut self, count: NonZeroU32) -> Self {
        self.approvals = count;
        self
    }

    /// The verdict of `gate`, which is required if it is not yet, counts for so long, in whole
    /// seconds; from when it was judged or, if that is earlier, recorded.
    pub fn not_older_than(mut self, gate: impl Into<String>, age: Duration) -> Self {
        let gate = gate.into();
        self.not_older_than_secs.insert(gate.clone(), age.as_secs());
        self.and(gate)
    }

    /// So many of the approvals must be of these. Nobody stands for two such rules at once.
    pub fn of_which(mut self, count: NonZeroU32, approvers: Approvers) -> Self {
        self.of_which.push(ApproverRule::new(count, approvers));
        self
    }

    /// Whoever carries it out is none of those whose approval is counted.
    pub const fn deployer_is_no_approver(mut self) -> Self {
        self.deployer_is_no_approver = true;
        self
    }

    /// An approval counts for so long, in whole seconds. Then it can be given again.
    pub const fn approvals_valid_for(mut self, duration: Duration) -> Self {
        self.approvals_valid_for_secs = Some(duration.as_secs());
        self
    }

    /// A request can be approved and carried out for so long, in whole seconds.
    pub const fn requests_valid_for(mut self, duration: Duration) -> Self {
        self.requests_valid_for_secs = Some(duration.as_secs());
        self
    }

    /// Nothing is promoted then. A rollback is possible at any time.
    pub fn freeze(mut self, freeze: Freeze) -> Self {
        self.freezes.push(freeze);
        self
    }

    /// In an emergency it goes without.
    pub const fn break_glass(mut self, terms: BreakGlass) -> Self {
        self.break_glass = Some(terms);
        self
    }

    /// The stage that it is of.
    pub const fn stage(&self) -> TargetStage {
        self.stage
    }

    /// The models that it is for.
    pub const fn models(&self) -> &Scope {
        &self.models
    }

    /// The gates whose verdicts are needed, by name.
    pub fn gates(&self) -> impl Iterator<Item = &str> {
        self.gates.keys().map(String::as_str)
    }

    /// The digest of the definition that `gate` must have; `None` if its name is enough, or
    /// it is not required at all.
    pub fn definition_of(&self, gate: &str) -> Option<&Digest> {
        self.gates.get(gate)?.as_ref()
    }

    /// How many people must approve.
    pub const fn needed_approvals(&self) -> NonZeroU32 {
        self.approvals
    }

    /// How old a verdict of `gate` may be.
    pub fn max_age_of(&self, gate: &str) -> Option<Duration> {
        self.not_older_than_secs.get(gate).copied().map(Duration::from_secs)
    }

    /// Of whom some of the approvals must be.
    pub fn approver_rules(&self) -> &[ApproverRule] {
        &self.of_which
    }

    /// Whether an approver may not carry it out.
    pub const fn keeps_deployer_apart(&self) -> bool {
        self.deployer_is_no_approver
    }

    /// For how long an approval counts; `None` if for ever.
    pub fn approval_validity(&self) -> Option<Duration> {
        self.approvals_valid_for_secs.map(Duration::from_secs)
    }

    /// For how long a request stands; `None` if for ever.
    pub fn request_validity(&self) -> Option<Duration> {
        self.requests_valid_for_secs.map(Duration::from_secs)
    }

    /// When nothing is promoted.
    pub fn freezes(&self) -> &[Freeze] {
        &self.freezes
    }

    /// On which terms it goes without in an emergency; `None` if it never does.
    pub const fn emergency_terms(&self) -> Option<&BreakGlass> {
        self.break_glass.as_ref()
    }

    /// Whether it is for `model`, though another one may be closer.
    pub fn covers(&self, model: &ModelName) -> bool {
        self.models.covers(Some(model))
    }

    /// That it is not out of proportion. Not asked of what is stored, which may be of an
    /// earlier release.
    pub(super) fn check_size(&self) -> Result<()> {
        if self.gates.len() > MAX_PARTS {
            return Err(Error::Invalid {
                field: "gates",
                value: self.gates.len().to_string(),
                expected: format!("at most {MAX_PARTS}"),
            });
        }
        self.gates.keys().try_for_each(|gate| check("gate", gate, MAX_GATE, Rule::Title))
    }

    /// That it can be fulfilled, and says nothing that would go unheard.
    pub(super) fn check(&self) -> Result<()> {
        let invalid = |field, value: String, expected: &str| {
            Err(Error::Invalid { field, value, expected: expected.to_owned() })
        };
        self.models.check()?;
        if self.gates.is_empty() {
            let expected = "at least one gate: nothing is promoted without evidence";
            return invalid("gates", "{}".to_owned(), expected);
        }
        if let Some(gate) = self.not_older_than_secs.keys().find(|gate| !self.gates.contains_key(*gate)) {
            return invalid("gate with an age", gate.chars().take(256).collect(), "one that is required");
        }
        let times = self.not_older_than_secs.values().copied();
        let mut times = times.chain(self.approvals_valid_for_secs).chain(self.requests_valid_for_secs);
        if times.any(|seconds| seconds == 0) {
            return invalid("time for which something counts", "0 s".to_owned(), "a second or more");
        }
        let parts = self.of_which.len().max(self.freezes.len());
        if parts > MAX_PARTS {
            return invalid("rules of approvers, or freezes", parts.to_string(), "at most 100");
        }
        self.of_which.iter().try_for_each(ApproverRule::check)?;
        let of_which: u64 = self.of_which.iter().map(|rule| u64::from(rule.count().get())).sum();
        if of_which > u64::from(self.approvals.get()) {
            let expected = "at most as many approvals of whom something is said as are needed in all";
            return invalid("approvers", format!("{of_which} of {}", self.approvals), expected);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As releases before this one have written it.
    const EARLIER: &str = r#"{"approvals":2,"gates":{"production gate":null},"stage":"production"}"#;

    #[test]
    fn one_of_an_earlier_release_keeps_its_bytes() {
        let policy: PromotionPolicy = serde_json::from_str(EARLIER).unwrap();
        assert_eq!(mlops_core::canonical::to_string(&policy).unwrap(), EARLIER);
        assert_eq!(
            policy,
            PromotionPolicy::requiring("production gate").approvals(NonZeroU32::new(2).unwrap())
        );
    }

    #[test]
    fn all_of_it_is_written_as_it_is_read() {
        let text = r#"{"approvals":2,"approvals_valid_for_secs":3600,"break_glass":{"not_while_overdue":true,"review_within_secs":86400,"role":"deployer"},"deployer_is_no_approver":true,"freezes":[{"from":"fri 16:00","reason":"weekend","until":"mon 08:00"}],"gates":{"g":null},"models":"model:fraud-*","not_older_than_secs":{"g":60},"of_which":[{"count":1,"role":"auditor"},{"count":1,"principals":["ben"]}],"requests_valid_for_secs":7200,"stage":"staging"}"#;
        let policy: PromotionPolicy = serde_json::from_str(text).unwrap();
        assert_eq!(mlops_core::canonical::to_string(&policy).unwrap(), text);
    }

    #[test]
    fn what_can_not_be_meant_is_no_policy() {
        for (member, value, expected) in [
            ("stage", r#""archived""#, "staging or production"),
            ("gates", "{}", "at least one gate"),
            ("approvals", "0", "nonzero"),
            ("not_older_than_secs", r#"{"h":1}"#, "one that is required"),
            ("not_older_than_secs", r#"{"g":0}"#, "a second or more"),
            ("approvals_valid_for_secs", "0", "a second or more"),
            ("of_which", r#"[{"count":2,"role":"admin"}]"#, "at most as many"),
            ("of_which", r#"[{"count":1,"role":"admin","principals":["ben"]}]"#, "either"),
            ("of_which", r#"[{"count":1}]"#, "either"),
            ("of_which", r#"[{"count":1,"principals":[]}]"#, "as many principals"),
            ("of_which", r#"[{"count":1,"role":"king"}]"#, "unknown variant"),
            ("models", r#""model:a**""#, "pattern"),
            ("models", r#""fraud-*""#, "scope"),
            ("break_glass", r#"{"role":"deployer","review_within_secs":0}"#, "a second or more"),
            ("unless", "1", "unknown field"),
        ] {
            let mut policy: serde_json::Value =
                serde_json::from_str(r#"{"approvals":1,"gates":{"g":null},"stage":"production"}"#).unwrap();
            policy[member] = serde_json::from_str(value).unwrap();
            let error = serde_json::from_value::<PromotionPolicy>(policy).unwrap_err().to_string();
            assert!(error.contains(expected), "{member} {value}: {error}");
        }
    }
}
