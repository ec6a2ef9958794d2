//! Data under DVC: its `.dvc` files and its cache, shared with the genuine `dvc`.
//!
//! What `dvc add` has put into a cache or a remote folder is restored here, and what is added
//! here `dvc pull` brings and `dvc status` finds clean: files, names and objects are the same,
//! byte for byte. No Python and no Git is needed.
//!
//! ```
//! use mlops_registry::dvc::{Cache, DvcFile};
//! # let folder = tempfile::tempdir()?;
//! # let (project, elsewhere) = (folder.path().join("project"), folder.path().join("elsewhere"));
//! # std::fs::create_dir_all(project.join("data"))?;
//! # std::fs::create_dir_all(&elsewhere)?;
//! # std::fs::write(project.join("data/a.csv"), "a")?;
//! // dvc add data && dvc push
//! let cache = Cache::at(project.join(".dvc/cache"));
//! let remote = Cache::at(folder.path().join("remote"));
//! let added = cache.add(project.join("data")).run()?;
//! cache.transfer(&added.file, &remote).run()?;
//!
//! // git clone … && dvc pull
//! let file = DvcFile::read(project.join("data.dvc"))?;
//! let restored = remote.restore(&file, &elsewhere).run()?;
//! assert_eq!((restored.written, restored.bytes), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A run that has read the data says so by [`Out::dataset`].
//!
//! # What differs from DVC
//! - Files are copied, never linked: cache types `reflink`, `hardlink` and `symlink` are not used.
//! - Objects are checked when they are read, read-only or not, and flushed when they are written.
//! - Refused by name: links in what is added or where something is restored, backslashes in the
//!   names of outputs (under Windows of all files), and names that DVC writes but does not read
//!   back. A file within an output is not added by its own path: the output is added again.
//! - Files of DVC 1 and 2 (no `hash: md5`) are read, from the layout of their cache; what is added
//!   is always written as DVC 3 does.
//! - Remotes are folders. Pipelines (`dvc.yaml`) and outputs that a cloud versions are not read.
//!
//! MD5 finds accidents, not attacks: see [`ObjectId`].

mod add;
mod cache;
mod file;
mod gitignore;
mod hasher;
mod ignore;
mod listing;
mod name;
mod object;
mod out;
mod restore;
mod transfer;
mod walk;
mod work;
mod write;

pub use add::{Add, Added, GitIgnore};
pub use cache::Cache;
pub use file::DvcFile;
pub use listing::Listing;
pub use object::{Hash, ObjectId};
pub use out::Out;
pub use restore::{Restore, Restored};
pub use transfer::{Transfer, Transferred};
pub use work::Progress;
