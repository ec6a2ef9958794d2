use std::collections::BTreeSet;
use std::path::PathBuf;

use mlops_core::{ExperimentName, ModelName, Principal, Timestamp, Version};

use super::{ModelFolder, Plan, Taking, refusal};
use crate::Result;
use crate::artifact::ArtifactStoreExt as _;
use crate::mlflow_import::mlmodel::MlModel;
use crate::mlflow_import::report::{Matter, StageThere};
use crate::mlflow_import::source::{SourceModel, SourceVersion};
use crate::model::{Lineage, Model, ModelVersion, Stage, Tombstone, VersionStage, check_text};
use crate::provenance::Imported;
use crate::registry::Document as _;
use crate::store::Key;
use crate::tracking::{Experiment, Run, RunId, RunStatus};

/// The experiment of runs that stand for versions which MLflow has without one.
const WITHOUT_A_RUN: &str = "MLflow versions without a run";

/// The folder among the files of a run where those of a model are that lay elsewhere.
const ELSEWHERE: &str = "models-of-versions";

/// What the artifact of a version is: all files of its model, or where they were said to be.
const FOLDER: &str = "mlflow-model";
const REFERENCE: &str = "mlflow-reference";

/// How many bytes of an `MLmodel` are read.
const MLMODEL: u64 = 4 << 20;

/// What is known of the files of a version.
struct Files {
    folder: ModelFolder,
    model: Option<MlModel>,
}

impl Taking<'_> {
    /// Takes a version; gives what it is here, if it is.
    pub(super) fn version(
        &self,
        model: &ModelName,
        family: &SourceModel,
        source: &SourceVersion,
    ) -> Result<Option<Version>> {
        let shown = format!("{}/{}", family.name, source.number);
        let version = Version::new(source.number.into(), 0, 0);
        let there = self.registry().find::<ModelVersion>(ModelVersion::key_of(model, &version))?;
        let taken = match there {
            Some(there) => match is_it(&there.value, source, &shown) {
                Ok(()) => {
                    self.files_again(model, source, &there.value, &shown)?;
                    Ok(false)
                }
                Err(reason) => Err(reason),
            },
            None => self.new_version(model, &version, source, &shown)?.map(|()| true),
        };
        let is_new = match taken {
            Ok(is_new) => is_new,
            Err(reason) => {
                let mut tally = self.tally.borrow_mut();
                tally.refused(Matter::Versions, &shown, reason);
                if !source.tags.is_empty() {
                    let why = "its version is not taken";
                    tally.refused_all(Matter::VersionTags, source.tags.len(), &shown, why);
                }
                return Ok(None);
            }
        };
        self.model_tags(model, Some(&version), &shown, &source.tags, Matter::VersionTags)?;
        let back = self.registry().version(model, &version)?;
        let kept = self.registry().artifacts().size(&back.artifact)?.is_some();
        let stage: Result<Stage> = source.stage.parse();
        let mut tally = self.tally.borrow_mut();
        if is_new {
            tally.taken(Matter::Versions, 1);
        } else {
            tally.there(Matter::Versions, 1);
        }
        if kept && is_it(&back, source, &shown).is_ok() {
            tally.verified(Matter::Versions, 1);
        }
        let stands = self.registry().stage(model, &version)?.stage;
        if matches!(stage, Ok(Stage::Production | Stage::Staging)) && stage.is_ok_and(|stage| stage != stands)
        {
            let stage = source.stage.clone();
            tally.0.stages.push(StageThere { model: model.clone(), version: version.clone(), stage });
        }
        Ok(Some(version))
    }

    /// Looks at the files of a version that was taken before. The version never changes.
    fn files_again(
        &self,
        model: &ModelName,
        source: &SourceVersion,
        there: &ModelVersion,
        shown: &str,
    ) -> Result<()> {
        let files = self.files_of(model, source, &there.run, shown)?;
        if there.flavour == REFERENCE && !files.folder.files.is_empty() {
            let found = format!("{} files", files.folder.files.len());
            let here = "a reference, for they could not be read then: import with a prefix";
            self.tally.borrow_mut().tell(Matter::Versions, format!("{shown} files"), &found, here);
        }
        Ok(())
    }

    fn new_version(
        &self,
        model: &ModelName,
        version: &Version,
        source: &SourceVersion,
        shown: &str,
    ) -> Result<Result<(), String>> {
        if source.status != "READY" {
            let status = crate::name::cut(&source.status);
            return Ok(Err(format!("its status is {status}: it was never registered to the end")));
        }
        let deleted = self.registry().deleted_versions(model)?;
        if deleted.iter().filter_map(Tombstone::version).any(|deleted| deleted.version == *version) {
            return Ok(Err("it was deleted here".to_owned()));
        }
        let run = self.run_of(source, shown)?;
        let files = self.files_of(model, source, &run, shown)?;
        let artifact = self.registry().artifacts().put(&mut files.folder.to_text()?.as_bytes())?;
        let data = self.registry().run_data(&run)?;
        let description = match check_text("description", &source.description) {
            Ok(()) => source.description.clone(),
            Err(reason) => {
                let mut tally = self.tally.borrow_mut();
                let shown = format!("{shown} description");
                tally.tell(Matter::Versions, shown, &source.description, &reason.to_string());
                String::new()
            }
        };
        let written =
            self.write(&format!("version {model}/{version}, number {} of MLflow", source.number), |act| {
                let registry = self.registry();
                let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
                let versions = registry.versions(model)?;
                if let Some(other) = versions.iter().find(|other| other.number == source.number) {
                    let current = format!("taken by {}", other.version);
                    return Ok((None, Err(format!("its number is {current}: import with a prefix"))));
                }
                let made = registry.get::<Run>("run", run.key())?;
                let by = self.session.principal().clone();
                let user = source.user.as_ref().and_then(|user| user.parse::<Principal>().ok());
                let mut contributors: BTreeSet<_> =
                    made.value.contributors.iter().cloned().chain(user).collect();
                contributors.remove(&made.value.started_by);
                let loaded = files.model.as_ref();
                let flavour = if files.folder.files.is_empty() { REFERENCE } else { FOLDER };
                let registered = ModelVersion {
                    model: model.clone(),
                    version: version.clone(),
                    number: source.number,
                    artifact,
                    flavour: flavour.to_owned(),
                    framework: loaded.and_then(MlModel::framework),
                    signature: loaded.and_then(|model| model.signature.clone()),
                    description: description.clone(),
                    run: run.clone(),
                    made_by: made.value.started_by.clone(),
                    contributors,
                    lineage: Lineage {
                        data: data.inputs.clone(),
                        params: data.params.clone(),
                        metrics: data.metrics.clone(),
                        window: None,
                    },
                    registered_by: by.clone(),
                    registered_at: act.at,
                    imported: Some(Box::new(self.said_of(source, shown, act.at))),
                };
                // Only what gives no right is taken as it is.
                let stage = match source.stage.parse() {
                    Ok(Stage::Archived) => Stage::Archived,
                    _ => Stage::None,
                };
                let stands =
                    VersionStage { model: model.clone(), version: version.clone(), stage, since: act.at, by };
                let counted =
                    Model { versions: family.value.versions.max(source.number), ..family.value.clone() };
                let changes = vec![family.replace(&counted)?, registered.create()?, stands.create()?];
                let act = act.artifacts([artifact]);
                Ok((Some(Plan { act, expected: vec![made.expected()], changes }), Ok(())))
            });
        Ok(match refusal(written)? {
            Ok(written) => written,
            Err(error) => Err(error.to_string()),
        })
    }

    fn said_of(&self, source: &SourceVersion, shown: &str, at: Timestamp) -> Imported {
        Imported {
            user: source.user.clone(),
            created_at: source.created_at,
            updated_at: source.updated_at,
            stage: Some(source.stage.clone()).filter(|stage| stage != "None"),
            place: Some(source.source.clone()).filter(|place| !place.is_empty()),
            more: source.more.clone(),
            ..self.imported(shown, at)
        }
    }

    /// The run that a version came from. One that MLflow does not name, or that was not taken,
    /// is stood for by a run that says so.
    fn run_of(&self, source: &SourceVersion, shown: &str) -> Result<RunId> {
        if let Some(run) = source.run.as_ref().and_then(|run| self.runs.borrow().get(run).cloned()) {
            return Ok(run);
        }
        let name: ExperimentName = self.called(WITHOUT_A_RUN).parse()?;
        let id = format!("version {shown}");
        if let Some(run) = self.imported_runs(&name)?.remove(&id) {
            return Ok(run.id);
        }
        if let Some(run) = &source.run {
            let (mut tally, shown) = (self.tally.borrow_mut(), format!("{shown} run"));
            tally.tell(Matter::Versions, shown, run, "not taken: another run stands for it");
        }
        self.write(&format!("run that stands for that of version {shown} of MLflow"), |act| {
            let registry = self.registry();
            let by = self.session.principal().clone();
            let mut changes = Vec::new();
            let mut expected = Vec::new();
            if let Some(there) = registry.find::<Experiment>(Key::from([name.as_str()]))? {
                expected.push(there.expected());
            } else {
                changes.push(registry.claim_name("experiment", name.as_str(), || Ok(Vec::new()))?);
                changes.push(stand_ins(&name, &by, act.at).create()?);
            }
            let run = Run {
                id: registry.next_run(&name, 0, true)?,
                name: shown.chars().take(100).collect(),
                status: RunStatus::Finished,
                started_by: by,
                started_at: source.created_at.unwrap_or(act.at),
                ended_at: Some(source.created_at.unwrap_or(act.at)),
                parent: None,
                description: String::new(),
                deleted: None,
                contributors: BTreeSet::new(),
                imported: Some(Box::new(self.imported(&id, act.at))),
            };
            changes.push(run.create()?);
            let id = run.id;
            Ok((Some(Plan { act, expected, changes }), id))
        })
    }

    /// The files of a version: those of its run that its source names, or others, which become
    /// files of the run.
    fn files_of(&self, model: &ModelName, source: &SourceVersion, run: &RunId, shown: &str) -> Result<Files> {
        let mut folder = ModelFolder::new(&source.source, run);
        let at = match self.among_files_of(source, run)? {
            Some(at) => Ok(at),
            None => match self.elsewhere(source)? {
                Ok(place) => {
                    let at = format!("{ELSEWHERE}/{model}/{}/", source.number);
                    self.files(shown, &place, run, &at)?;
                    Ok(at)
                }
                Err(reason) => Err(reason),
            },
        };
        match at {
            Ok(at) => {
                folder = folder.with_files(&self.registry().files(run)?, &at)?;
                if folder.files.is_empty() {
                    folder.missing = Some("no file lies there".to_owned());
                }
            }
            Err(reason) => {
                self.refused(Matter::Files, format!("{shown}: all files"), &reason);
                folder.missing = Some(reason);
            }
        }
        let mut loaded = None;
        if let Some(file) = folder.file("MLmodel") {
            let read = self.registry().artifacts().read(&file.digest, MLMODEL);
            match refusal(read.and_then(|bytes| MlModel::parse(&bytes)))? {
                Ok(model) => loaded = Some(model),
                Err(reason) => {
                    let mut tally = self.tally.borrow_mut();
                    tally.tell(Matter::Versions, format!("{shown} MLmodel"), &reason.to_string(), "not read");
                }
            }
        }
        Ok(Files { folder, model: loaded })
    }

    /// Where among the files of its run those of a version are, if its source leads there.
    fn among_files_of(&self, source: &SourceVersion, run: &RunId) -> Result<Option<String>> {
        let at = |path: &str| {
            let path = path.trim_matches('/');
            if path.is_empty() { String::new() } else { format!("{path}/") }
        };
        let address = source.source.as_str();
        let rest = if let (Some(rest), Some(own)) = (address.strip_prefix("runs:/"), &source.run) {
            rest.strip_prefix(own.as_str()).map(str::to_owned)
        } else {
            let record = self.registry().run(run)?;
            let Some(place) = record.imported.and_then(|imported| imported.place) else { return Ok(None) };
            let plain = |address: &str| address.strip_prefix("file://").unwrap_or(address).to_owned();
            let place = plain(&place);
            plain(address).strip_prefix(place.trim_end_matches('/')).map(str::to_owned)
        };
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(path) = rest.as_deref().map(at) else { return Ok(None) };
        // A single file, or nothing at all, is looked for where it says.
        let there = self.registry().files(run)?.iter().any(|file| file.path.as_str().starts_with(&path));
        Ok(there.then_some(path))
    }

    /// Where the files of a version lie that are not those of its run.
    fn elsewhere(&self, source: &SourceVersion) -> Result<Result<PathBuf, String>> {
        let logged = source.source.strip_prefix("models:/").filter(|id| !id.contains('/'));
        if let Some(place) = match logged {
            Some(id) => self.source.logged_model(id)?,
            None => None,
        } {
            return Ok(self.places.find(&place));
        }
        let found = self.places.find(&source.source);
        Ok(match (found, source.more.get("storage_location")) {
            (Err(_), Some(place)) => self.places.find(place),
            (found, _) => found,
        })
    }
}

fn stand_ins(name: &ExperimentName, by: &Principal, at: Timestamp) -> Experiment {
    let description = "Runs that stand for those of imported versions which MLflow has without one, or \
                       whose run was not taken.";
    Experiment {
        name: name.clone(),
        created_by: by.clone(),
        created_at: at,
        counted: 0,
        title: None,
        description: description.to_owned(),
        updated_at: None,
        deleted: None,
        imported: None,
    }
}

/// Whether a version that is here is the one of the source.
fn is_it(there: &ModelVersion, source: &SourceVersion, shown: &str) -> Result<(), String> {
    let other = |what: &str| {
        let at = there.registered_at;
        Err(format!("{} is here and {what}, since {at}: import with a prefix", there.version))
    };
    let Some(imported) = &there.imported else { return other("was registered here") };
    if imported.id == shown && imported.created_at == source.created_at {
        return Ok(());
    }
    other("came from another source")
}
