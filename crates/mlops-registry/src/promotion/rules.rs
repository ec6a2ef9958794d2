//! What a promotion must fulfil, as checks over what was read.

use std::time::Duration;

use mlops_core::{Check, Digest, Outcome, Principal, Severity, Timestamp, Verdict};

use super::approvers::assign;
use super::moments::Moments;
use super::{Approval, Approvers, Freeze, PromotionPolicy, PromotionRequest, RecordedEvidence};
use crate::Result;
use crate::access::Role;
use crate::audit::Act;
use crate::model::ModelVersion;
use crate::registry::Stored;
use crate::store::{Commit, Expected};

fn check(name: impl Into<String>, passed: bool) -> Check {
    let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
    Check::new(name, Severity::Critical, outcome)
}

/// The latest verdict of each gate that the policy asks for, and what is to be said of it.
/// `recorded` is in the order in which it was recorded.
pub(super) fn evidence(
    policy: Option<&PromotionPolicy>,
    version: &ModelVersion,
    recorded: &[Stored<RecordedEvidence>],
    moments: &Moments<'_>,
) -> Result<(Vec<Digest>, Vec<Check>)> {
    let Some(policy) = policy else {
        let reason = "no policy says what a promotion takes: an admin must set one";
        return Ok((Vec::new(), vec![check("policy", false).expected("a policy").because(reason)]));
    };
    let mut digests = Vec::new();
    let checks = policy.gates().map(|gate| {
        let name = format!("evidence of {gate}");
        let definition = policy.definition_of(gate);
        let age = policy.max_age_of(gate);
        let mut expected = match definition {
            None => "a verdict that passed on this artifact".to_owned(),
            Some(digest) => format!("a verdict by definition {digest} that passed on this artifact"),
        };
        if let Some(age) = age {
            expected = format!("{expected}, not older than {} s", age.as_secs());
        }
        // The latest counts: a failure is not outvoted by a pass that came before, nor by
        // one of another definition that came after.
        let mut latest_first = recorded.iter().rev().filter(|recorded| recorded.value.gate == gate);
        let named = latest_first.clone().next();
        let Some(latest) =
            latest_first.find(|recorded| !is_of_another(definition, &recorded.value)).or(named)
        else {
            let reason = format!("no verdict of gate {gate:?} is recorded");
            return Ok(check(name, false).expected(expected).because(reason));
        };
        digests.push(latest.value.digest);
        let (mut passed, mut reason) = judge(gate, definition, version, &latest.value);
        if passed && let Some(too_old) = is_too_old(latest, age, moments)? {
            (passed, reason) = (false, format!("verdict {} {too_old}", latest.value.digest.short()));
        }
        Ok(check(name, passed).expected(expected).because(reason))
    });
    let checks = checks.collect::<Result<_>>()?;
    Ok((digests, checks))
}

/// Whether a verdict no longer counts for its age, which is that of the judgement, though
/// whoever records it may have dated that later than it was recorded.
fn is_too_old(
    recorded: &Stored<RecordedEvidence>,
    age: Option<Duration>,
    moments: &Moments<'_>,
) -> Result<Option<String>> {
    let at = recorded.value.evidence.verdict().map_or(recorded.value.recorded_at, |verdict| verdict.at);
    let at = at.min(recorded.value.recorded_at);
    // Not older than an hour is who is an hour old.
    let validity = age.map(|age| age + Duration::from_micros(1));
    moments.over(at, recorded.revision, validity)
}

/// Whether a verdict is of a gate that is defined otherwise, and so does not count. One that
/// can't be read does, so that it is told of.
fn is_of_another(definition: Option<&Digest>, recorded: &RecordedEvidence) -> bool {
    let Some(definition) = definition else { return false };
    recorded.evidence.verdict().is_ok_and(|verdict| verdict.gate_digest.as_ref() != Some(definition))
}

/// Whether a verdict carries the version, read from its text and from nothing else.
fn judge(
    gate: &str,
    definition: Option<&Digest>,
    version: &ModelVersion,
    recorded: &RecordedEvidence,
) -> (bool, String) {
    let short = recorded.digest.short();
    if recorded.evidence.digest() != recorded.digest {
        return (false, format!("what is recorded as verdict {short} is not that verdict"));
    }
    let verdict = match recorded.evidence.verdict() {
        Ok(verdict) => verdict,
        Err(error) => return (false, error.to_string()),
    };
    if verdict.gate != gate {
        return (false, format!("verdict {short} is of gate {:?}", verdict.gate));
    }
    if let Some(definition) = definition {
        let asked = definition.short();
        match verdict.gate_digest {
            Some(digest) if digest == *definition => {}
            Some(digest) => {
                let words = format!(
                    "verdict {short} is by definition {} of the gate, not by {asked}",
                    digest.short()
                );
                return (false, words);
            }
            None => {
                let words = format!(
                    "verdict {short} does not say by which definition of the gate, which must be {asked}"
                );
                return (false, words);
            }
        }
    }
    let subject = version.subject();
    if verdict.subject != subject {
        let judged = &verdict.subject;
        let words = format!(
            "verdict {short} is on {}/{} with artifact {}, not on {}/{} with {}",
            judged.model,
            judged.version,
            judged.artifact.short(),
            subject.model,
            subject.version,
            subject.artifact.short()
        );
        return (false, words);
    }
    if verdict.passed() {
        return (true, format!("verdict {short} passed"));
    }
    let blocking: Vec<_> = verdict.blocking().map(|check| check.name.as_str()).collect();
    match blocking.as_slice() {
        [] => (false, format!("verdict {short} has no check that passed")),
        names => (false, format!("verdict {short} did not pass: {}", names.join(", "))),
    }
}

/// That the request rests on the same verdicts as would be asked for now.
pub(super) fn same_evidence(request: &PromotionRequest, now: &[Digest]) -> Check {
    let same = request.evidence == now;
    check("evidence as requested", same).expected("the verdicts that were approved").because(if same {
        "no other verdict was recorded since"
    } else {
        "another verdict counts by now: request it anew"
    })
}

/// That the version is the one that was requested, to the byte.
pub(super) fn same_artifact(request: &PromotionRequest, version: &ModelVersion) -> Check {
    let same = request.artifact == version.artifact;
    check("artifact", same).expected(request.artifact.to_string()).because(if same {
        "the version has the artifact that was requested".to_owned()
    } else {
        format!("the version has artifact {}", version.artifact)
    })
}

/// That `approver` has no hand in the version.
pub(super) fn second_person(
    approver: &Principal,
    version: &ModelVersion,
    request: &PromotionRequest,
) -> Check {
    let hands: Vec<_> = [
        (*approver == version.made_by, "trained"),
        (version.contributors.contains(approver), "contributed to"),
        (*approver == version.registered_by, "registered"),
        (*approver == request.requested_by, "requested"),
    ]
    .into_iter()
    .filter_map(|(has, what)| has.then_some(what))
    .collect();
    let check = check("second person", hands.is_empty())
        .expected("an approver who neither trained, registered nor requested the version");
    if hands.is_empty() {
        check.because(format!("{approver} has no hand in it"))
    } else {
        check.because(format!("{approver} has {} it", hands.join(" and ")))
    }
}

/// An approval, and what is to be said of it now.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) approval: Approval,
    /// Whether the approver still may.
    pub(super) may: bool,
    /// Why it no longer counts, if it does not.
    pub(super) over: Option<String>,
    /// The roles of the policy's rules that the approver holds for the model.
    pub(super) roles: Vec<Role>,
}

/// That enough people approved who may, and of them enough whom the policy names. Gives those
/// who count.
pub(super) fn approvals(
    policy: &PromotionPolicy,
    version: &ModelVersion,
    request: &PromotionRequest,
    given: &[Given],
) -> (Vec<Principal>, Vec<Check>) {
    let mut counted: Vec<&Given> = Vec::new();
    let mut others = Vec::new();
    for one in given {
        let who = &one.approval.approver;
        if !one.approval.is_of(request) {
            others.push(format!("{who} approved something else"));
        } else if second_person(who, version, request).blocks() {
            others.push(format!("{who} has a hand in it"));
        } else if !one.may {
            others.push(format!("{who} no longer holds the role"));
        } else if let Some(over) = &one.over {
            others.push(format!("the approval of {who} {over}"));
        } else {
            counted.push(one);
        }
    }
    let needed = policy.needed_approvals().get() as usize;
    let names: Vec<_> = counted.iter().map(|one| one.approval.approver.to_string()).collect();
    let mut reason = match names.as_slice() {
        [] => "nobody has approved".to_owned(),
        names => format!("approved by {}", names.join(", ")),
    };
    for other in others {
        reason.push_str("; ");
        reason.push_str(&other);
    }
    let mut checks = vec![
        check("approvals", counted.len() >= needed)
            .observed(counted.len() as f64)
            .expected(format!(">= {needed}"))
            .because(reason),
    ];
    let rules = policy.approver_rules();
    let found = assign(counted.len(), rules, |person, rule| match rule.of() {
        Approvers::Role(role) => counted[person].roles.contains(role),
        Approvers::Principals(names) => names.contains(&counted[person].approval.approver),
    });
    for (rule, found) in rules.iter().zip(found) {
        let needed = rule.count().get() as usize;
        let reason = match found {
            0 => format!("none of them is of {}", rule.of()),
            found => format!("{found} of {}", rule.of()),
        };
        checks.push(
            check(format!("approvals of {}", rule.of()), found >= needed)
                .observed(found as f64)
                .expected(format!(">= {needed}"))
                .because(reason),
        );
    }
    (counted.into_iter().map(|one| one.approval.approver.clone()).collect(), checks)
}

/// That whoever carries it out is none of those who approved.
pub(super) fn separate_deployer(deployer: &Principal, approvers: &[Principal]) -> Check {
    let apart = !approvers.contains(deployer);
    check("separate deployer", apart).expected("a deployer who has not approved it").because(if apart {
        format!("{deployer} has not approved it")
    } else {
        format!("{deployer} has approved it")
    })
}

/// That the request stands; `over` is why it no longer does.
pub(super) fn request_stands(request: &PromotionRequest, over: Option<&str>) -> Check {
    let reason = match over {
        None => format!("{} stands", request.id()),
        Some(over) => format!("{} {over}: request it anew", request.id()),
    };
    check("request", over.is_none()).expected("a request that still counts").because(reason)
}

/// That nothing is frozen, by the clock or by what the log says of the time.
pub(super) fn not_frozen(freezes: &[Freeze], moments: [Timestamp; 2]) -> Check {
    let frozen = moments.into_iter().find_map(|moment| Freeze::at(freezes, moment));
    let check = check("freeze", frozen.is_none()).expected("a time in which nothing is frozen");
    match frozen {
        None => check.because("nothing is frozen"),
        Some((freeze, end)) => check.because(format!("frozen until {end}: {}", freeze.reason())),
    }
}

/// One rule more, by name.
pub(super) fn rule(name: &str, expected: &str, passed: bool, reason: impl Into<String>) -> Check {
    check(name, passed).expected(expected).because(reason)
}

/// The transaction that leaves nothing but the refusal in the audit log, if what it was
/// decided on still stands: the grant of who is refused above all.
pub(crate) fn refusal(act: Act, verdict: &Verdict, expected: Vec<Expected>) -> Result<Commit> {
    let reasons = verdict.blocking().map(|check| format!("{}: {}", check.name, check.reason));
    Commit::new(act.refused(reasons), expected, Vec::new())
}
