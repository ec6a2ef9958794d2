//! What a promotion must fulfil, as checks over what was read.

use mlops_core::{Check, Digest, Outcome, Principal, Severity, Verdict};

use super::{Approval, PromotionPolicy, PromotionRequest, RecordedEvidence};
use crate::Result;
use crate::audit::Act;
use crate::model::ModelVersion;
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
    recorded: &[RecordedEvidence],
) -> (Vec<Digest>, Vec<Check>) {
    let Some(policy) = policy else {
        let reason = "no policy says what a promotion takes: an admin must set one";
        return (Vec::new(), vec![check("policy", false).expected("a policy").because(reason)]);
    };
    let mut digests = Vec::new();
    let checks = policy.gates().map(|gate| {
        let name = format!("evidence of {gate}");
        let definition = policy.definition_of(gate);
        let expected = match definition {
            None => "a verdict that passed on this artifact".to_owned(),
            Some(digest) => format!("a verdict by definition {digest} that passed on this artifact"),
        };
        // The latest counts: a failure is not outvoted by a pass that came before, nor by
        // one of another definition that came after.
        let mut latest_first = recorded.iter().rev().filter(|recorded| recorded.gate == gate);
        let named = latest_first.clone().next();
        let Some(latest) = latest_first.find(|recorded| !is_of_another(definition, recorded)).or(named)
        else {
            let reason = format!("no verdict of gate {gate:?} is recorded");
            return check(name, false).expected(expected).because(reason);
        };
        digests.push(latest.digest);
        let (passed, reason) = judge(gate, definition, version, latest);
        check(name, passed).expected(expected).because(reason)
    });
    let checks = checks.collect();
    (digests, checks)
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
        (&version.made_by, "trained"),
        (&version.registered_by, "registered"),
        (&request.requested_by, "requested"),
    ]
    .into_iter()
    .filter(|(who, _)| *who == approver)
    .map(|(_, what)| what)
    .collect();
    let check = check("second person", hands.is_empty())
        .expected("an approver who neither trained, registered nor requested the version");
    if hands.is_empty() {
        check.because(format!("{approver} has no hand in it"))
    } else {
        check.because(format!("{approver} has {} it", hands.join(" and ")))
    }
}

/// That enough people approved who may. `holds` says who still holds the role.
pub(super) fn approvals(
    policy: &PromotionPolicy,
    version: &ModelVersion,
    request: &PromotionRequest,
    approvals: &[(Approval, bool)],
) -> Check {
    let mut counted = Vec::new();
    let mut others = Vec::new();
    for (approval, holds) in approvals {
        let who = &approval.approver;
        if !approval.is_of(request) {
            others.push(format!("{who} approved something else"));
        } else if second_person(who, version, request).blocks() {
            others.push(format!("{who} has a hand in it"));
        } else if !holds {
            others.push(format!("{who} no longer holds the role"));
        } else {
            counted.push(who.to_string());
        }
    }
    let needed = policy.needed_approvals().get() as usize;
    let mut reason = match counted.as_slice() {
        [] => "nobody has approved".to_owned(),
        names => format!("approved by {}", names.join(", ")),
    };
    for other in others {
        reason.push_str("; ");
        reason.push_str(&other);
    }
    check("approvals", counted.len() >= needed)
        .observed(counted.len() as f64)
        .expected(format!(">= {needed}"))
        .because(reason)
}

/// The transaction that leaves nothing but the refusal in the audit log, if what it was
/// decided on still stands: the grant of who is refused above all.
pub(crate) fn refusal(act: Act, verdict: &Verdict, expected: Vec<Expected>) -> Result<Commit> {
    let reasons = verdict.blocking().map(|check| format!("{}: {}", check.name, check.reason));
    Commit::new(act.refused(reasons), expected, Vec::new())
}
