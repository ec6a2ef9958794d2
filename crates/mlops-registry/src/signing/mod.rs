//! Versions signed by those who answer for them, and trusted keys by which they are loaded.
//!
//! What is signed is a [`VersionManifest`]: which version of which registry, the digest of
//! its whole record, and the names and digests of its files and data sets. It travels as an
//! in-toto statement within a DSSE [`Envelope`], so that whoever has the key can check it
//! with other tools and without the registry.
//!
//! ```
//! # use std::sync::Arc;
//! # use mlops_registry::access::{Role, Scope};
//! # use mlops_registry::artifact::MemoryArtifacts;
//! # use mlops_registry::model::NewVersion;
//! # use mlops_registry::promotion::Decision;
//! # use mlops_registry::store::MemoryStore;
//! # use mlops_registry::Registry;
//! use mlops_registry::merkle::{Ed25519Signer, Signer as _};
//! use mlops_registry::signing::{Trust, TrustedKey};
//! # let registry = Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), Arc::new(Ed25519Signer::from_seed(&[7; 32])))
//! #     .create("registry.example".parse()?, &"root".parse()?)?;
//! # registry.session(&"root".parse()?).grant(&"ana".parse()?, Role::Author, Scope::All)?;
//! # let ana = registry.session(&"ana".parse()?);
//! # ana.create_experiment(&"delays".parse()?)?;
//! # let run = ana.start_run(&"delays".parse()?, "gbdt")?.id;
//! # let file = ana.store_artifact(&mut "the model file".as_bytes())?;
//! # let version = ana.register(&NewVersion::new("flight-delay".parse()?, "1.0.0".parse()?, run, file))?;
//! let release = Ed25519Signer::from_seed(&[8; 32]);
//! ana.sign_version(&version.model, &version.version, &release)?;
//!
//! let trust = Trust::new([TrustedKey::new("release 2013", release.public_key())])?;
//! let Decision::Granted(artifact) = registry.verified_artifact(&version.model, &version.version, &trust)? else { panic!() };
//! assert_eq!(artifact.signers(), ["release 2013"]);
//! assert_eq!(artifact.read_all(1 << 20)?, b"the model file");
//!
//! let other = Trust::new([TrustedKey::new("someone", Ed25519Signer::from_seed(&[9; 32]).public_key())])?;
//! let refused = registry.verified_artifact(&version.model, &version.version, &other)?.refused().expect("unknown");
//! assert!(refused.blocking().next().is_some_and(|check| check.reason.contains("unknown signer")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The signatures of OpenSSF over folders of files, which `model-signing` writes and checks,
//! are in `model_signing` (feature `model-signing`).

mod envelope;
mod manifest;
mod sign;
mod signature;
mod trust;
mod verify;

pub use envelope::{Envelope, EnvelopeSignature, pae};
#[cfg(feature = "model-signing")]
pub(crate) use envelope::{IN_TOTO, STATEMENT};
pub use manifest::{SignedFile, VersionManifest};
pub use signature::VersionSignature;
pub use trust::{Trust, TrustedKey};
pub use verify::VerifiedArtifact;
