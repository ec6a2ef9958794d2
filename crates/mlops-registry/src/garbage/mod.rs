//! Artifacts that nothing refers to any more, and how they go.
//!
//! What is put is kept, whoever needs it: a file of a run that was [purged](crate::Session::purge_run),
//! one in whose place another was logged, a model file whose version was never registered.
//! [`Session::garbage`](crate::Session::garbage) says what of it would go and why the rest stays,
//! [`Session::collect_garbage`](crate::Session::collect_garbage) removes it, and says so in the audit log.
//!
//! References are looked for, not counted: a count would be one more record in every transaction,
//! and wrong for ever where it was wrong once. What was put or touched within the grace period
//! stays, so that nobody loses what they are about to refer to.
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use mlops_core::ManualClock;
//! # use mlops_registry::{Registry, artifact::{ArtifactStoreExt as _, MemoryArtifacts}, merkle::Ed25519Signer, store::MemoryStore};
//! use mlops_registry::garbage::GarbageCollection;
//! # let clock = Arc::new(ManualClock::new("2013-04-01".parse()?));
//! # let artifacts = Arc::new(MemoryArtifacts::with_clock(Arc::clone(&clock) as _));
//! # let registry = Registry::builder(Arc::new(MemoryStore::default()), artifacts, Arc::new(Ed25519Signer::from_seed(&[7; 32])))
//! #     .create("registry.example".parse()?, &"root".parse()?)?;
//! # let root = registry.session(&"root".parse()?);
//! let unused = registry.artifacts().put_bytes(b"never registered")?;
//! let collection = GarbageCollection::new().grace(Duration::from_hours(1));
//! assert!(root.garbage(&collection)?.garbage.is_empty(), "it is young");
//! # clock.advance(Duration::from_hours(2));
//! // Two hours later.
//! let collected = root.collect_garbage(&collection, "the disk is full")?;
//! assert_eq!((collected.garbage[0].digest, collected.bytes), (unused, 16));
//! assert!(!registry.artifacts().contains(&unused)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod collect;
mod options;
mod report;

pub use options::GarbageCollection;
pub use report::{Garbage, GarbageReport, Kept, KeptBecause};
