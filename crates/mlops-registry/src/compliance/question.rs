use std::collections::BTreeSet;

use mlops_core::{Outcome, Principal};

use super::Proof;
use super::dossier::Dossier;
use crate::Result;
use crate::access::Role;
use crate::lineage::NodeKind;
use crate::model::Stage;
use crate::promotion::RequestState;
use crate::registry::Stored;
use crate::trial::TrialOutcome;

/// What can be asked of the records of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// It is registered, and stands somewhere.
    Registration,
    /// The data sets that it was made from.
    Data,
    /// What it takes and gives.
    Schema,
    /// Parameters, metrics and environment of its run.
    Run,
    /// The commit of its sources.
    Sources,
    /// The card says what it is for.
    Purpose,
    /// The card says where it is wrong.
    Limits,
    /// The card says whom it may harm.
    Harm,
    /// The card says who answers for it.
    Owner,
    /// There is a card at all.
    Card,
    /// What is different from the version before.
    Description,
    /// What production takes.
    Policy,
    /// The verdicts that it takes.
    Verdicts,
    /// It was compared with what came true.
    Outcomes,
    /// It ran beside the one in production.
    Trial,
    /// Someone asked for it to be put into production.
    Request,
    /// Others said yes.
    Approvals,
    /// None of them has made it.
    Separation,
    /// Who may do what.
    Access,
    /// What was approved is what is in production.
    Deployed,
    /// Trusted keys have signed it.
    Signature,
    /// There is a version to go back to.
    Rollback,
    /// Emergencies are reviewed.
    Emergencies,
    /// What it answered was looked at.
    Monitoring,
    /// Nobody has rewritten anything.
    Log,
}

/// The answer.
pub(super) enum Finding {
    Found(Vec<Proof>),
    Missing {
        /// What is to be done.
        to_do: String,
        /// What is there all the same.
        found: Vec<Proof>,
    },
}

fn missing(to_do: impl Into<String>) -> Finding {
    Finding::Missing { to_do: to_do.into(), found: Vec::new() }
}

fn found_or(found: Vec<Proof>, to_do: &str) -> Finding {
    if found.is_empty() { missing(to_do) } else { Finding::Found(found) }
}

impl Question {
    pub(super) fn look(self, of: &Dossier) -> Result<Finding> {
        Ok(match self {
            Self::Registration => registration(of),
            Self::Data => data(of),
            Self::Schema => schema(of),
            Self::Run => run(of),
            Self::Sources => sources(of),
            Self::Purpose | Self::Limits | Self::Harm | Self::Owner | Self::Card => card(self, of),
            Self::Description => description(of),
            Self::Policy => policy(of),
            Self::Verdicts => verdicts(of)?,
            Self::Outcomes => outcomes(of)?,
            Self::Trial => trial(of),
            Self::Request => request(of),
            Self::Approvals => approvals(of),
            Self::Separation => separation(of),
            Self::Access => access(of),
            Self::Deployed => deployed(of),
            Self::Signature => signature(of),
            Self::Rollback => rollback(of),
            Self::Emergencies => emergencies(of),
            Self::Monitoring => monitoring(of),
            Self::Log => log(of),
        })
    }
}

fn registration(of: &Dossier) -> Finding {
    let (version, stage) = (&of.version.value, &of.stage.value);
    Finding::Found(vec![
        Proof::new(format!("registered as number {} of {}", version.number, version.model))
            .by(&version.registered_by, version.registered_at)
            .entry(of.version.revision.0)
            .digest(version.artifact),
        Proof::new(format!("stands at {}", stage.stage))
            .by(&stage.by, stage.since)
            .entry(of.stage.revision.0),
    ])
}

fn data(of: &Dossier) -> Finding {
    let lineage = &of.version.value.lineage;
    let mut found: Vec<_> = lineage
        .data
        .iter()
        .map(|(name, digest)| {
            Proof::new(format!("data set {name}")).entry(of.version.revision.0).digest(*digest)
        })
        .collect();
    if found.is_empty() {
        return missing(
            "log the data sets of the run as inputs, with their digests, before it is registered",
        );
    }
    match lineage.window {
        Some(window) => {
            found.push(Proof::new(format!("of the time {window}")).entry(of.version.revision.0));
            Finding::Found(found)
        }
        None => Finding::Missing {
            to_do: "register the version with the window of time that its data comes from".to_owned(),
            found,
        },
    }
}

fn schema(of: &Dossier) -> Finding {
    match &of.version.value.signature {
        Some(signature) => {
            let (inputs, outputs) = (signature.inputs().len(), signature.outputs().len());
            let what = format!("takes {inputs} inputs and gives {outputs} outputs, by name and type");
            Finding::Found(vec![Proof::new(what).entry(of.version.revision.0)])
        }
        None => missing("register the version with the signature of what it takes and gives"),
    }
}

fn run(of: &Dossier) -> Finding {
    let (version, entry) = (&of.version.value, of.version.revision.0);
    let mut found = vec![
        Proof::new(format!("run {}", version.run)).by(&version.made_by, version.registered_at).entry(entry),
    ];
    let (params, metrics) = (version.lineage.params.len(), version.lineage.metrics.len());
    let mut to_do = Vec::new();
    if params > 0 && metrics > 0 {
        found.push(Proof::new(format!("{params} parameters and {metrics} metrics")).entry(entry));
    } else {
        to_do.push("log the parameters and metrics of the run");
    }
    match of.files.iter().find(|file| file.path.as_str() == "environment.json") {
        Some(file) => found.push(
            Proof::new("where it ran: environment.json")
                .by(&file.logged_by, file.logged_at)
                .digest(file.digest),
        ),
        None => to_do.push("log the environment of the run"),
    }
    if to_do.is_empty() {
        Finding::Found(found)
    } else {
        Finding::Missing { to_do: to_do.join(", and "), found }
    }
}

fn sources(of: &Dossier) -> Finding {
    let Some(git) = &of.git else {
        return missing("record the commit that the version came from");
    };
    let mut what = format!("commit {}", git.git.commit.as_deref().unwrap_or("unknown"));
    if let Some(tag) = &git.tag {
        what = format!("{what}, tag {tag}");
    }
    let mut proof = Proof::new(what).by(&git.recorded_by, git.recorded_at);
    proof.entry = of.git_entry;
    let found = vec![proof];
    match git.git.dirty {
        Some(false) => Finding::Found(found),
        Some(true) => {
            let to_do = "make the version from sources without changes that are not committed".to_owned();
            Finding::Missing { to_do, found }
        }
        None => {
            let to_do = "record whether the sources had changes that were not committed".to_owned();
            Finding::Missing { to_do, found }
        }
    }
}

fn card(question: Question, of: &Dossier) -> Finding {
    let Some(Stored { value: recorded, revision }) = &of.card else {
        return missing("write the card of the version");
    };
    let card = &recorded.card;
    let (fields, to_do): (&[(&str, &Vec<String>)], _) = match question {
        Question::Purpose => (
            &[("intended use", &card.intended_use), ("intended users", &card.intended_users)],
            "say in the card what the model is for, and who it is for",
        ),
        Question::Limits => (
            &[("limits", &card.limits), ("out of scope", &card.out_of_scope)],
            "say in the card where the model is wrong, and what it is not for",
        ),
        Question::Harm => (
            &[("factors", &card.factors), ("ethical considerations", &card.ethical_considerations)],
            "say in the card which groups its answers depend on, and whom it may harm",
        ),
        Question::Owner => (&[("owners", &card.owners)], "say in the card who answers for the model"),
        _ => (
            &[("intended use", &card.intended_use), ("limits", &card.limits), ("owners", &card.owners)],
            "complete the card: intended use, limits and owners",
        ),
    };
    let found = fields.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
        let first: String = text[0].chars().take(160).collect();
        Proof::new(format!("card, {name}: {first}")).by(&recorded.by, recorded.at).entry(revision.0)
    });
    let found: Vec<_> = found.collect();
    if found.len() == fields.len() {
        Finding::Found(found)
    } else {
        Finding::Missing { to_do: to_do.to_owned(), found }
    }
}

fn description(of: &Dossier) -> Finding {
    let version = &of.version.value;
    let mut found = Vec::new();
    if !version.description.trim().is_empty() {
        found.push(
            Proof::new("description of the version")
                .by(&version.registered_by, version.registered_at)
                .entry(of.version.revision.0),
        );
    }
    found.extend(
        of.descriptions.iter().map(|stored| Proof::new("description, added later").entry(stored.revision.0)),
    );
    if found.is_empty() {
        return missing("describe what is different in this version");
    }
    if let Some(before) = &of.before {
        found.push(Proof::new(format!("follows {}", before.version)).digest(before.artifact));
    }
    Finding::Found(found)
}

fn policy(of: &Dossier) -> Finding {
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

fn verdicts(of: &Dossier) -> Result<Finding> {
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

fn outcomes(of: &Dossier) -> Result<Finding> {
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

fn trial(of: &Dossier) -> Finding {
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

fn request(of: &Dossier) -> Finding {
    let asked = of.requests.iter().map(|(Stored { value, revision }, _)| {
        Proof::new(format!("request {} for production", value.number))
            .by(&value.requested_by, value.requested_at)
            .entry(revision.0)
    });
    found_or(asked.collect(), "request its promotion to production")
}

fn approvals(of: &Dossier) -> Finding {
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

fn separation(of: &Dossier) -> Finding {
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

fn access(of: &Dossier) -> Finding {
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

fn deployed(of: &Dossier) -> Finding {
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

fn signature(of: &Dossier) -> Finding {
    let Some(verdict) = &of.signed else {
        return missing(match of.signatures {
            0 => "sign the version, and say whose signatures count".to_owned(),
            count => format!("say whose signatures count: {count} are there, and nobody is trusted"),
        });
    };
    let held = verdict
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Passed && check.name.starts_with("signature by "));
    let found = held.map(|check| Proof::new(check.name.clone()).digest(of.version.value.artifact)).collect();
    if verdict.passed() {
        return Finding::Found(found);
    }
    let reasons: Vec<_> = verdict.blocking().map(|check| check.reason.as_str()).collect();
    Finding::Missing { to_do: format!("have it signed by trusted keys: {}", reasons.join("; ")), found }
}

fn rollback(of: &Dossier) -> Finding {
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

fn emergencies(of: &Dossier) -> Finding {
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

fn monitoring(of: &Dossier) -> Finding {
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

fn log(of: &Dossier) -> Finding {
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
