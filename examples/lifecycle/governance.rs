//! The registry of the story, and the people who may do something in it.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::FolderArtifacts;
use mlops::registry::merkle::{Ed25519Signer, Origin, PublicKey, Signer as _};
use mlops::registry::model::{ModelVersion, NewVersion};
use mlops::registry::promotion::{Decision, PromotionPolicy, PromotionRequest};
use mlops::registry::store::SqliteStore;
use mlops::registry::tracking::{RunBatch, RunStatus};
use mlops::registry::{Registry, Session};
use mlops::serve::predictor::Deployment;
use mlops::serve::{Model, ModelArtifact};
use mlops::validate::gate::Gate;
use mlops::{Clock, Digest, Evidence, ModelName, Principal, Version, Window};

use crate::Result;
use crate::adjusted::{self, Adjusted};
use crate::judge::{GATE, Judged};
use crate::out_dir::OutDir;

/// The registry's file in the folder of the story.
pub(crate) const STORE: &str = "registry.db";
/// The folder of the artifacts beside it.
pub(crate) const ARTIFACTS: &str = "artifacts";

/// A key for an example: everyone knows it, so it proves nothing to anyone.
const EXAMPLE_KEY: [u8; 32] = *b"an example key: known to anybody";

/// Who may do what with the models.
#[derive(Debug)]
pub(crate) struct Governance {
    pub(crate) registry: Registry,
    pub(crate) key: PublicKey,
    pub(crate) author: Principal,
    pub(crate) approver: Principal,
    pub(crate) deployer: Principal,
}

/// A version as its author hands it in.
pub(crate) struct HandedIn<'a> {
    pub(crate) version: Version,
    pub(crate) file: &'a mut dyn Read,
    pub(crate) flavour: &'a str,
    pub(crate) description: &'a str,
    pub(crate) training: Window,
    pub(crate) inputs: &'a [(String, Digest)],
    /// What the run says of it.
    pub(crate) run: RunBatch,
}

impl Governance {
    /// Founds the registry, gives everybody a role, and says what a promotion takes.
    pub(crate) fn found(out: &OutDir, clock: Arc<dyn Clock>) -> Result<Self> {
        let admin: Principal = "olga@airline.example".parse()?;
        let author: Principal = "ana@airline.example".parse()?;
        let approver: Principal = "ben@airline.example".parse()?;
        let deployer: Principal = "release-bot".parse()?;
        let signer = Arc::new(Ed25519Signer::from_seed(&EXAMPLE_KEY));
        let key = signer.public_key();
        let registry = Registry::builder(
            Arc::new(SqliteStore::open(out.path(STORE))?),
            Arc::new(FolderArtifacts::open(out.path(ARTIFACTS))?),
            signer,
        )
        .clock(clock)
        .create(Origin::new("airline.example/models")?, &admin)?;

        let admin = registry.session(&admin);
        admin.grant(&author, Role::Author, Scope::All)?;
        admin.grant(&author, Role::Approver, Scope::All)?;
        admin.grant(&approver, Role::Approver, Scope::All)?;
        admin.grant(&deployer, Role::Deployer, Scope::All)?;
        // This gate as it is defined now, not whatever calls itself by its name.
        let gate = Gate::from_json(GATE)?;
        admin.set_policy(&PromotionPolicy::requiring_exactly(gate.name(), gate.digest()))?;
        let this = Self { registry, key, author, approver, deployer };
        this.author().create_experiment(&"flight-delay".parse()?)?;
        Ok(this)
    }

    /// The registry in the hands of the author.
    pub(crate) fn author(&self) -> Session {
        self.registry.session(&self.author)
    }

    /// The registry in the hands of whoever approves.
    pub(crate) fn approver(&self) -> Session {
        self.registry.session(&self.approver)
    }

    /// The registry in the hands of the machine that deploys.
    pub(crate) fn deployer(&self) -> Session {
        self.registry.session(&self.deployer)
    }

    /// The run that made a version, and the version that came of it.
    pub(crate) fn register(&self, model: &ModelName, new: HandedIn<'_>) -> Result<ModelVersion> {
        let author = self.author();
        let run = author.start_run(&"flight-delay".parse()?, &format!("{model} {}", new.version))?;
        let mut batch = new.run;
        for (name, digest) in new.inputs {
            batch = batch.input(name, *digest);
        }
        author.log(&run.id, &batch)?;
        author.end_run(&run.id, RunStatus::Finished)?;
        let artifact = author.store_artifact(new.file)?;
        Ok(author.register(
            &NewVersion::new(model.clone(), new.version, run.id, artifact)
                .flavour(new.flavour)
                .description(new.description)
                .window(new.training),
        )?)
    }

    /// A registered version as it is served: its file comes from the artifact store, by the
    /// digest that was approved.
    pub(crate) fn deployment(&self, model: &ModelName, version: &Version) -> Result<Deployment> {
        let registered = self.registry.version(model, version)?;
        let loaded: Arc<dyn Model> = if registered.flavour == adjusted::FLAVOUR {
            Arc::new(Adjusted::read(&mut *self.file(&registered.artifact)?, |base| self.load(base))?)
        } else {
            self.load(&registered.artifact)?
        };
        Ok(Deployment::new(version.clone(), loaded))
    }

    fn load(&self, artifact: &Digest) -> Result<Arc<dyn Model>> {
        Ok(ModelArtifact::from_reader(&mut *self.file(artifact)?)?.into_model())
    }

    fn file(&self, artifact: &Digest) -> Result<Box<dyn Read + Send>> {
        Ok(self.registry.artifacts().open(artifact)?)
    }

    /// Records what the gate says, and asks for the version to be put into production.
    pub(crate) fn request(&self, judged: &Judged) -> Result<Decision<PromotionRequest>> {
        let author = self.author();
        author.record_evidence(&Evidence::of(&judged.verdict)?)?;
        Ok(author.request_promotion(&judged.subject.model, &judged.subject.version)?)
    }
}

/// Opens a file to be handed in.
pub(crate) fn open(path: &Path) -> Result<std::fs::File> {
    std::fs::File::open(path).map_err(|error| format!("can't open {}: {error}", path.display()).into())
}

/// Why it was refused; an error if it was not.
pub(crate) fn refusal<T: std::fmt::Debug>(decision: &Decision<T>) -> Result<String> {
    match decision {
        Decision::Refused(verdict) => {
            let reasons: Vec<&str> = verdict.blocking().map(|check| check.reason.as_str()).collect();
            Ok(format!("refused: {}", reasons.join("; ")))
        }
        Decision::Granted(granted) => Err(format!("this should have been refused: {granted:?}").into()),
    }
}
