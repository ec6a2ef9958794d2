//! What MLflow has kept, taken over: its SQLite database, or the folder of its file store.
//!
//! ```no_run
//! # fn a(session: &mlops_registry::Session) -> mlops_registry::Result<()> {
//! use mlops_registry::mlflow_import::MlflowImport;
//! let import = MlflowImport::database("mlflow.db").artifacts_at("mlflow-artifacts:", "artifacts");
//! let report = session.import_mlflow(&import, &mut |at| eprintln!("{} {} of {}", at.matter, at.done, at.total))?;
//! println!("{report}");
//! # Ok(()) }
//! ```
//!
//! | of MLflow | here |
//! | --- | --- |
//! | experiment, tags, deleted or not | [`Experiment`](crate::tracking::Experiment) of the same name |
//! | run: name, status, times, parent, deleted or not | [`Run`](crate::tracking::Run), with a number of its own |
//! | parameters, tags, every point of every metric, data sets | the same, as they stand |
//! | files below `artifact_uri` | [`RunFile`](crate::tracking::RunFile)s, their bytes among the artifacts |
//! | registered model, description, tags, aliases | [`Model`](crate::model::Model) of the same name |
//! | version 3 | [`ModelVersion`](crate::model::ModelVersion) 3.0.0 with the number 3, its signature and framework as `MLmodel` has them, its artifact a [`ModelFolder`] |
//! | stage `Archived` | [`Stage::Archived`](crate::model::Stage) |
//! | stage `Production` or `Staging` | [`Imported::stage`](crate::provenance::Imported): it stands at `None` here until it is promoted |
//!
//! Each record says where it [comes from](crate::provenance::Imported). A second import of the
//! same source takes what was added there since, and nothing else; one that was interrupted goes
//! on. What can't be kept, such as a name that is none here, is refused by name with the reason,
//! and the rest is taken. In the end everything is read back and compared: [`ImportReport`].
//!
//! The source is never written. A database is copied as it is at one moment, and the copy read;
//! in a folder that is written to meanwhile, a file that is not whole is refused, and taken by
//! the next import.
//!
//! # Errors
//! What is wrong with the source as a whole is an error before anything is taken.

mod mlmodel;
mod options;
#[cfg(feature = "report")]
mod page;
mod place;
mod report;
mod settings;
mod source;
mod take;
mod walk;

pub use mlmodel::{Flavour, MlModel};
pub use options::{ImportProgress, MlflowImport};
pub use report::{Count, Difference, ImportReport, Matter, NotTaken, SourceKind, StageThere};
pub use take::{ModelFile, ModelFolder};
