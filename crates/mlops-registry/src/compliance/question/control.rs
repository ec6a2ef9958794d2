//! Who decides on a version, and by which rules.

use std::collections::BTreeSet;

use mlops_core::Principal;

use super::{Dossier, Finding, Proof, found_or, missing};
use crate::Result;
use crate::access::Role;
use crate::promotion::RequestState;
use crate::registry::Stored;

pub(super) fn policy(of: &Dossier) -> Finding {
    match &of.policy {
        Some((policy, entry)) => {
            let gates: Vec<_> = policy.gates().collect();
            let what = format!(
                "production takes {} approvals and the gates {}",
                policy.needed_approvals(),
                gates.join(", ")
            );
            let proof = Proof::new(what);
            Finding::Found(vec![match entry {
                Some(entry) => proof.entry(*entry),
                None => proof,
            }])
        }
        None => missing("an admin sets a policy that says what production takes"),
    }
}

pub(super) fn verdicts(of: &Dossier) -> Result<Finding> {
    let Some((policy, _)) = &of.policy else {
        return Ok(missing("set a policy that names the gates, and record their verdicts"));
    };
    let (mut found, mut to_do) = (Vec::new(), Vec::new());
    for gate in policy.gates() {
        // The last one counts, as for promotions.
        let of_gate = of.evidence.iter().filter(|recorded| recorded.value.gate == gate);
        let Some(Stored { value, revision }) = of_gate.max_by_key(|recorded| recorded.value.number) else {
            to_do.push(format!("record a verdict of the gate {gate:?}"));
            continue;
        };
        let verdict = value.evidence.verdict()?;
        let genuine =
            verdict.subject.artifact == of.version.value.artifact && value.evidence.digest() == value.digest;
        if verdict.passed() && genuine {
            found.push(
                Proof::new(format!("gate {gate}: {} checks passed", verdict.checks.len()))
                    .by(&value.recorded_by, value.recorded_at)
                    .entry(revision.0)
                    .digest(value.digest),
            );
        } else {
            to_do.push(format!("the last verdict of the gate {gate:?} did not pass"));
        }
    }
    Ok(if to_do.is_empty() {
        found_or(found, "name gates in the policy, and record their verdicts")
    } else {
        Finding::Missing { to_do: to_do.join("; "), found }
    })
}

pub(super) fn request(of: &Dossier) -> Finding {
    let asked = of.requests.iter().map(|(Stored { value, revision }, _)| {
        Proof::new(format!("request {} for production", value.number))
            .by(&value.requested_by, value.requested_at)
            .entry(revision.0)
    });
    found_or(asked.collect(), "request its promotion to production")
}

pub(super) fn approvals(of: &Dossier) -> Finding {
    // Those of the last request that was carried out; none is asked for in an emergency.
    let carried = of.requests.iter().rev().find(|(request, _)| request.value.state == RequestState::Done);
    let Some((request, approvals)) = carried.or_else(|| of.requests.last()) else {
        return missing("request its promotion, and have it approved");
    };
    let found: Vec<_> = approvals
        .iter()
        .filter(|approval| approval.value.is_of(&request.value))
        .map(|Stored { value, revision }| {
            Proof::new(format!("approved request {}", value.request))
                .by(&value.approver, value.approved_at)
                .entry(revision.0)
                .digest(value.artifact)
        })
        .collect();
    let needed = of.policy.as_ref().map_or(1, |(policy, _)| policy.needed_approvals().get()) as usize;
    if found.len() >= needed {
        Finding::Found(found)
    } else {
        let to_do = format!("have request {} approved: {} of {needed}", request.value.number, found.len());
        Finding::Missing { to_do, found }
    }
}

pub(super) fn separation(of: &Dossier) -> Finding {
    let Finding::Found(found) = approvals(of) else {
        return missing("have it approved by someone who has no hand in it");
    };
    let version = &of.version.value;
    let own: BTreeSet<&Principal> =
        found.iter().filter_map(|proof| proof.by.as_ref()).filter(|by| version.is_by(by)).collect();
    if own.is_empty() {
        let makers: BTreeSet<_> =
            [&version.made_by, &version.registered_by].into_iter().chain(&version.contributors).collect();
        let makers: Vec<_> = makers.into_iter().map(Principal::as_str).collect();
        let mut found = found;
        found.insert(
            0,
            Proof::new(format!("made by {}, none of whom approved it", makers.join(", ")))
                .entry(of.version.revision.0),
        );
        return Finding::Found(found);
    }
    let own: Vec<_> = own.into_iter().map(Principal::as_str).collect();
    let to_do = format!("have it approved by others than {}", own.join(", "));
    Finding::Missing { to_do, found }
}

pub(super) fn access(of: &Dossier) -> Finding {
    let model = &of.version.value.model;
    let mut found = Vec::new();
    let mut without = Vec::new();
    for role in [Role::Author, Role::Approver, Role::Deployer] {
        let holders: Vec<_> = of
            .grants
            .iter()
            .filter(|grant| grant.value.role == role && grant.value.scope.covers(Some(model)))
            .collect();
        if holders.is_empty() {
            without.push(role.to_string());
        }
        found.extend(holders.into_iter().map(|Stored { value, revision }| {
            Proof::new(format!("{} is {} of {}", value.principal, value.role, value.scope))
                .by(&value.granted_by, value.granted_at)
                .entry(revision.0)
        }));
    }
    if without.is_empty() {
        Finding::Found(found)
    } else {
        Finding::Missing { to_do: format!("grant the role of {}", without.join(", ")), found }
    }
}

pub(super) fn emergencies(of: &Dossier) -> Finding {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for Stored { value, revision } in &of.emergencies {
        let proof = Proof::new(format!("emergency {}: {}", value.promotion, value.reason))
            .by(&value.by, value.at)
            .entry(revision.0);
        found.push(proof);
        match &value.review {
            Some(review) => found.push(
                Proof::new(format!("reviewed: {}; {}", review.outcome, review.note))
                    .by(&review.by, review.at)
                    .entry(revision.0),
            ),
            None => open.push(format!("review emergency {} by {}", value.promotion, value.review_by)),
        }
    }
    if !open.is_empty() {
        return Finding::Missing { to_do: open.join("; "), found };
    }
    if found.is_empty() {
        let what = format!("no emergency of this version among the {} entries of the log", of.log_size);
        found.push(Proof::new(what));
    }
    Finding::Found(found)
}
