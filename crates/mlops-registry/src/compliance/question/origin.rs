//! What a version was made from, and by whom.

use mlops_core::Outcome;

use super::{Dossier, Finding, Proof, missing};

pub(super) fn registration(of: &Dossier) -> Finding {
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

pub(super) fn data(of: &Dossier) -> Finding {
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

pub(super) fn schema(of: &Dossier) -> Finding {
    match &of.version.value.signature {
        Some(signature) => {
            let (inputs, outputs) = (signature.inputs().len(), signature.outputs().len());
            let what = format!("takes {inputs} inputs and gives {outputs} outputs, by name and type");
            Finding::Found(vec![Proof::new(what).entry(of.version.revision.0)])
        }
        None => missing("register the version with the signature of what it takes and gives"),
    }
}

pub(super) fn run(of: &Dossier) -> Finding {
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

pub(super) fn sources(of: &Dossier) -> Finding {
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

pub(super) fn signature(of: &Dossier) -> Finding {
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
