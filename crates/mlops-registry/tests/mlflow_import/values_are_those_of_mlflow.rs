//! Every value that MLflow answers is in the registry after the import, and no other.

use std::collections::{BTreeMap, BTreeSet};

use mlops_core::{Alias, ExperimentName, ModelName, Timestamp, Version};
use mlops_registry::Registry;
use mlops_registry::artifact::ArtifactStoreExt as _;
use mlops_registry::mlflow_import::{Matter, ModelFolder};
use mlops_registry::model::{AliasTarget, Stage};
use mlops_registry::tracking::{Run, View};

use crate::recorded::{Answers, InputAnswer, Recorded, RunAnswer, VersionAnswer, number};
use crate::world::{World, worlds};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(ms * 1000)
}

/// The runs by their ids in MLflow.
fn runs(registry: &Registry) -> BTreeMap<String, Run> {
    let mut runs = BTreeMap::new();
    for experiment in registry.experiments_in(View::All).unwrap() {
        for run in registry.runs_in(&experiment.name, View::All).unwrap() {
            if let Some(imported) = run.imported.as_deref().filter(|imported| !imported.id.contains(' ')) {
                assert!(runs.insert(imported.id.clone(), run.clone()).is_none(), "{run:?}");
            }
        }
    }
    runs
}

#[test]
fn databases_and_folders_of_three_versions() {
    for source in Recorded::all() {
        let answers = source.answers();
        for world in worlds() {
            let report = source.import(&world.admin).unwrap();
            let name = format!("{} in {}", source.name, world.name);
            assert!(answers.runs.len() >= 8, "{name}");
            experiments(&name, &world.registry, &answers);
            let here = runs(&world.registry);
            assert_eq!(here.len(), answers.runs.len(), "{name}");
            for answer in &answers.runs {
                run(&format!("{name} {}", answer.id), &world.registry, &here, answer, &answers);
            }
            models(&name, &world, &answers, &here);
            counts(&name, &report, &answers);
            world.is_whole();
        }
    }
}

fn experiments(name: &str, registry: &Registry, answers: &Answers) {
    for answer in &answers.experiments {
        let experiment: ExperimentName = answer.name.parse().unwrap();
        let here = registry.experiment(&experiment).unwrap();
        assert_eq!(here.deleted.is_some(), answer.stage == "deleted", "{name} {}", answer.name);
        assert_eq!(registry.experiment_tags(&experiment).unwrap(), answer.tags, "{name} {}", answer.name);
        if let Some(created) = answer.created {
            assert_eq!(here.created_at, at(created), "{name} {}", answer.name);
        }
        let imported = here.imported.unwrap();
        assert_eq!((imported.system.as_str(), &imported.id), ("mlflow", &answer.id));
        assert_eq!(here.description, answer.tags.get("mlflow.note.content").cloned().unwrap_or_default());
    }
}

fn run(name: &str, registry: &Registry, all: &BTreeMap<String, Run>, answer: &RunAnswer, answers: &Answers) {
    let here = &all[&answer.id];
    let experiment =
        answers.experiments.iter().find(|experiment| experiment.id == answer.experiment).unwrap();
    assert_eq!(here.id.experiment.as_str(), experiment.name, "{name}");
    assert_eq!(here.name, answer.name, "{name}");
    assert_eq!(here.status.to_string().to_uppercase(), answer.status, "{name}");
    assert_eq!((here.started_at, here.ended_at), (at(answer.start), answer.end.map(at)), "{name}");
    // MLflow deletes the runs of an experiment with it; here they are hidden with it as well.
    assert_eq!(here.deleted.is_some(), answer.stage == "deleted", "{name}");
    let parent = answer.tags.get("mlflow.parentRunId").map(|parent| all[parent].id.clone());
    assert_eq!(here.parent, parent, "{name}");
    if let Some(parent) = &parent {
        assert!(registry.children(parent).unwrap().iter().any(|child| child.id == here.id), "{name}");
    }
    let imported = here.imported.as_ref().unwrap();
    assert_eq!(imported.user, answer.user, "{name}");
    assert_eq!(
        here.contributors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        answer.user.iter().cloned().collect::<Vec<_>>()
    );
    assert_eq!(here.description, answer.tags.get("mlflow.note.content").cloned().unwrap_or_default());

    let data = registry.run_data(&here.id).unwrap();
    assert_eq!(data.params, answer.params, "{name}");
    assert_eq!(data.tags, answer.tags, "{name}");
    assert_eq!(data.metrics.keys().collect::<Vec<_>>(), answer.metrics.keys().collect::<Vec<_>>(), "{name}");
    for (metric, value) in &answer.metrics {
        assert!(is_same(data.metrics[metric], number(value)), "{name} {metric}: {value}");
    }
    for (metric, points) in &answer.history {
        let history = registry.metric_history(&here.id, metric).unwrap();
        let key = |at: i64, value: f64, step: i64| {
            (step, at, if value.is_nan() { u64::MAX } else { (value + 0.0).to_bits() })
        };
        let there: BTreeSet<_> =
            points.iter().map(|(at, value, step)| key(*at, number(value), *step)).collect();
        let here: BTreeSet<_> =
            history.iter().map(|point| key(point.at.as_micros() / 1000, point.value, point.step)).collect();
        assert_eq!(here, there, "{name} {metric}");
        assert_eq!((history.len(), there.len()), (points.len(), points.len()), "{name} {metric}");
    }
    inputs(name, registry, here, &answer.inputs);
    let files = registry.files(&here.id).unwrap();
    let own: BTreeMap<_, _> = files
        .iter()
        .filter(|file| !file.path.as_str().starts_with("models-of-versions/"))
        .map(|file| (file.path.to_string(), file.digest.to_hex()))
        .collect();
    assert_eq!(own, answer.files, "{name}");
    for file in &files {
        let bytes = registry.artifacts().read(&file.digest, 1 << 20).unwrap();
        assert_eq!(bytes.len() as u64, file.size, "{name} {}", file.path);
    }
}

fn is_same(here: f64, there: f64) -> bool {
    (here.is_nan() && there.is_nan()) || (here + 0.0).to_bits() == (there + 0.0).to_bits()
}

fn inputs(name: &str, registry: &Registry, run: &Run, answers: &[InputAnswer]) {
    let here = registry.inputs(&run.id).unwrap();
    assert_eq!(here.len(), answers.len(), "{name}");
    for answer in answers {
        let input = here.iter().find(|input| input.name == answer.name).unwrap();
        assert_eq!(input.given.as_ref(), Some(&answer.digest), "{name}");
        assert_eq!((&input.source_type, &input.source), (&answer.source_type, &answer.source), "{name}");
        let json = |text: &Option<String>| text.as_ref().map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(
            (&input.schema, &input.profile),
            (&json(&answer.schema), &json(&answer.profile)),
            "{name}"
        );
        let mut tags = input.tags.clone();
        tags.extend(input.contexts.iter().map(|context| ("mlflow.data.context".to_owned(), context.clone())));
        assert_eq!(tags, answer.tags, "{name}");
    }
}

fn models(name: &str, world: &World, answers: &Answers, runs: &BTreeMap<String, Run>) {
    let registry = &world.registry;
    assert_eq!(registry.models().unwrap().len(), answers.models.len(), "{name}");
    for answer in &answers.models {
        let model: ModelName = answer.name.parse().unwrap();
        let here = registry.model(&model).unwrap();
        assert_eq!(here.imported.unwrap().created_at, Some(at(answer.created)), "{name}");
        let text = registry.descriptions(&model, None).unwrap().pop().map(|description| description.text);
        assert_eq!(text.unwrap_or_default(), answer.description.clone().unwrap_or_default(), "{name}");
        assert_eq!(registry.model_tags(&model, None).unwrap(), answer.tags, "{name}");
        // What is in production takes a promotion, whatever an alias of that name says.
        let mut there = answer.aliases.clone();
        there.remove("production");
        let target = |target: AliasTarget| (target.alias.to_string(), target.version);
        let aliases: BTreeMap<_, _> = registry.aliases(&model).unwrap().into_iter().map(target).collect();
        let there: BTreeMap<_, _> = there
            .into_iter()
            .map(|(alias, version)| {
                (alias, Version::new(version.to_string().trim_matches('"').parse().unwrap(), 0, 0))
            })
            .collect();
        assert_eq!(aliases, there, "{name}");
        for alias in aliases.keys() {
            assert!(alias.parse::<Alias>().is_ok());
        }
        let versions = registry.versions(&model).unwrap();
        let there = answers.versions.iter().filter(|version| version.name == answer.name);
        assert_eq!(versions.len(), there.count(), "{name}");
    }
    for answer in &answers.versions {
        version(&format!("{name} {} {}", answer.name, answer.version), registry, answer, runs);
    }
}

fn version(name: &str, registry: &Registry, answer: &VersionAnswer, runs: &BTreeMap<String, Run>) {
    let model: ModelName = answer.name.parse().unwrap();
    let here = registry.version_numbered(&model, answer.version).unwrap();
    assert_eq!(here.version, Version::new(answer.version.into(), 0, 0), "{name}");
    assert_eq!(here.description, answer.description.clone().unwrap_or_default(), "{name}");
    assert_eq!(registry.model_tags(&model, Some(&here.version)).unwrap(), answer.tags, "{name}");
    let imported = here.imported.as_ref().unwrap();
    assert_eq!(imported.created_at, Some(at(answer.created)), "{name}");
    assert_eq!(imported.place.as_deref(), Some(answer.source.as_str()), "{name}");
    let stands = registry.stage(&model, &here.version).unwrap().stage;
    match answer.stage.as_str() {
        "None" => assert_eq!((imported.stage.as_deref(), stands), (None, Stage::None), "{name}"),
        "Archived" => {
            assert_eq!((imported.stage.as_deref(), stands), (Some("Archived"), Stage::Archived), "{name}");
        }
        stage => assert_eq!((imported.stage.as_deref(), stands), (Some(stage), Stage::None), "{name}"),
    }
    match &answer.run {
        Some(run) => assert_eq!(here.run, runs[run].id, "{name}"),
        None => assert_eq!(here.run.experiment.as_str(), "MLflow versions without a run", "{name}"),
    }
    let folder = registry.artifacts().read(&here.artifact, 1 << 20).unwrap();
    let folder = ModelFolder::from_bytes(&folder).unwrap();
    let files: BTreeMap<_, _> =
        folder.files.iter().map(|file| (file.path.to_string(), file.digest.to_hex())).collect();
    assert_eq!(files, answer.files, "{name}");
    if files.is_empty() {
        assert_eq!(here.flavour, "mlflow-reference", "{name}");
        assert!(folder.missing.unwrap().contains("artifacts_at"), "{name}");
    } else {
        assert_eq!(here.flavour, "mlflow-model", "{name}");
        let framework = here.framework.unwrap();
        assert_eq!(framework.name, "sklearn", "{name}");
        assert!(framework.version.starts_with(|c: char| c.is_ascii_digit()), "{name} {}", framework.version);
        let signature = here.signature.unwrap();
        let columns: Vec<_> = signature.inputs().iter().map(|field| field.name.clone().unwrap()).collect();
        assert_eq!(columns, ["distance", "dep_time"], "{name}");
        assert_eq!(signature.outputs().len(), 1, "{name}");
    }
}

/// The counts are those of the answers, found, taken and verified alike but for what is told.
fn counts(name: &str, report: &mlops_registry::mlflow_import::ImportReport, answers: &Answers) {
    let of_runs = |count: fn(&RunAnswer) -> usize| answers.runs.iter().map(count).sum::<usize>() as u64;
    let aliases = answers.models.iter().map(|model| model.aliases.len() as u64).sum::<u64>();
    let productions =
        answers.models.iter().filter(|model| model.aliases.contains_key("production")).count() as u64;
    for (matter, found, refused) in [
        (Matter::Experiments, answers.experiments.len() as u64, 0),
        (Matter::ExperimentTags, answers.experiments.iter().map(|e| e.tags.len() as u64).sum(), 0),
        (Matter::Runs, answers.runs.len() as u64, 0),
        (Matter::Nested, of_runs(|run| usize::from(run.tags.contains_key("mlflow.parentRunId"))), 0),
        (Matter::Params, of_runs(|run| run.params.len()), 0),
        (Matter::Points, of_runs(|run| run.history.values().map(Vec::len).sum()), 0),
        (Matter::Tags, of_runs(|run| run.tags.len()), 0),
        (Matter::DataSets, of_runs(|run| run.inputs.len()), 0),
        (Matter::Models, answers.models.len() as u64, 0),
        (Matter::ModelTags, answers.models.iter().map(|model| model.tags.len() as u64).sum(), 0),
        (Matter::Versions, answers.versions.len() as u64, 0),
        (Matter::VersionTags, answers.versions.iter().map(|version| version.tags.len() as u64).sum(), 0),
        (Matter::Aliases, aliases, productions),
    ] {
        let count = report.count(matter);
        let told = (count.found, count.taken, count.there, count.differ, count.refused, count.verified);
        assert_eq!(
            told,
            (found, found - refused, 0, 0, refused, found - refused),
            "{name} {matter}\n{report}"
        );
    }
    let latest = report.count(Matter::LatestMetrics);
    assert_eq!((latest.found, latest.differ), (latest.verified, 0), "{name}\n{report}");
    // The version that lies in a bucket.
    let buckets = answers.versions.iter().filter(|version| version.source.starts_with("s3:")).count() as u64;
    let files = report.count(Matter::Files);
    assert_eq!((files.refused, files.found), (buckets, files.taken + files.refused), "{name}\n{report}");
    assert!(files.taken >= of_runs(|run| run.files.len()), "{name}");
    let wanting = answers.versions.iter().filter(|v| matches!(v.stage.as_str(), "Production" | "Staging"));
    assert_eq!(report.stages.len(), wanting.count(), "{name}");
    assert_eq!(report.differences, [], "{name}");
    assert!(report.schema_known, "{name}");
    assert_eq!(report.not_taken.len() as u64, productions + buckets, "{name}\n{report}");
}
