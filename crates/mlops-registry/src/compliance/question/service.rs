//! How a version does in production, and what if it does not.

use mlops_core::Outcome;

use super::{Dossier, Finding, Proof, found_or, missing};
use crate::Result;
use crate::lineage::NodeKind;
use crate::model::Stage;
use crate::registry::Stored;
use crate::trial::TrialOutcome;

pub(super) fn outcomes(of: &Dossier) -> Result<Finding> {
    let Some(since) = of.promotions().map(|promotion| promotion.value.promoted_at).min() else {
        return Ok(missing("compare its answers with what came true once it is in production"));
    };
    let mut found = Vec::new();
    for Stored { value, revision } in &of.evidence {
        let verdict = value.evidence.verdict()?;
        // What was judged before it served was no outcome of it.
        let seen = verdict.checks.iter().any(|check| check.outcome != Outcome::NotApplicable);
        if value.recorded_at >= since && verdict.at >= since && seen {
            let word = if verdict.passed() { "passed" } else { "did not pass" };
            found.push(
                Proof::new(format!("gate {} after it went into production: {word}", value.gate))
                    .by(&value.recorded_by, value.recorded_at)
                    .entry(revision.0)
                    .digest(value.digest),
            );
        }
    }
    Ok(found_or(found, "record a verdict on its answers and what came true since it is in production"))
}

pub(super) fn trial(of: &Dossier) -> Finding {
    let done = of.trials.iter().filter_map(|Stored { value, revision }| {
        let end = value.end.as_ref()?;
        matches!(end.outcome, TrialOutcome::Completed).then(|| {
            Proof::new(format!("trial {} as {} completed", value.number, value.kind))
                .by(&end.by, end.at)
                .entry(revision.0)
        })
    });
    found_or(done.collect(), "put it on trial as a shadow or a canary, and complete the trial")
}

pub(super) fn deployed(of: &Dossier) -> Finding {
    let Some(Stored { value, revision }) = of.promotions().next_back() else {
        return missing("put it into production by a promotion");
    };
    let proof = Proof::new(format!("promotion {} of the file that is registered", value.number))
        .by(&value.promoted_by, value.promoted_at)
        .entry(revision.0)
        .digest(value.artifact);
    if value.artifact != of.version.value.artifact {
        let to_do = format!("find out why {} was promoted and another file is registered", value.artifact);
        return Finding::Missing { to_do, found: vec![proof] };
    }
    let mut found = vec![proof];
    if of.stage.value.stage != Stage::Production {
        found.push(
            Proof::new(format!("it stands at {} now", of.stage.value.stage)).entry(of.stage.revision.0),
        );
    }
    Finding::Found(found)
}

pub(super) fn rollback(of: &Dossier) -> Finding {
    match &of.fallback {
        None => missing("keep a version that was in production before, to go back to"),
        Some((Stored { value, revision }, there)) => {
            let proof = Proof::new(format!("{} was in production and can be put back", value.version))
                .by(&value.promoted_by, value.promoted_at)
                .entry(revision.0)
                .digest(value.artifact);
            if *there {
                return Finding::Found(vec![proof]);
            }
            let to_do = format!("restore the file of {}, which is not in the store", value.version);
            Finding::Missing { to_do, found: vec![proof] }
        }
    }
}

pub(super) fn monitoring(of: &Dossier) -> Finding {
    let graph = &of.came_of_it;
    let windows = graph.of_kind(NodeKind::Predictions).map(|node| {
        let facts = graph.nodes.get(node);
        let mut proof = Proof::new(format!("window of predictions {}", node.label()));
        proof.at = facts.and_then(|facts| facts.since);
        proof
    });
    found_or(
        windows.collect(),
        "record the windows of predictions that were looked at, as links of the lineage",
    )
}

pub(super) fn log(of: &Dossier) -> Finding {
    let Some(report) = &of.audit else {
        return missing("verify the audit log, which this report was told to leave out");
    };
    let proof = Proof::new(format!(
        "{} entries, {} records and {} artifacts agree",
        report.entries, report.records, report.artifacts
    ))
    .digest(report.root);
    if report.is_clean() {
        return Finding::Found(vec![proof]);
    }
    let first: Vec<_> = report.discrepancies.iter().take(3).map(ToString::to_string).collect();
    let to_do = format!(
        "find out what happened: {} discrepancies, among them {}",
        report.discrepancies.len(),
        first.join("; ")
    );
    missing(to_do)
}
