//! Models signed as OpenSSF does it: a folder of files, or one file, and a Sigstore bundle
//! beside it that the tool `model-signing` writes and checks.
//!
//! [`ModelFiles`] are what is signed; an [`EcSigningKey`] makes a [`Bundle`] of them, and an
//! [`EcPublicKey`] says what a bundle is worth: a [`Verification`], with each
//! [`Refusal`] by its name. Keys are on P-256, P-384 or P-521, as the tool has them.
//!
//! ```
//! use mlops_registry::model_signing::{Bundle, EcSigningKey, ModelFiles, Refusal};
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path().join("model");
//! # std::fs::create_dir(&folder)?;
//! # std::fs::write(folder.join("weights.bin"), "weights")?;
//! # let pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgERERERERERERERER\nERERERERERERERERERERERERERGhRANCAAQCF+YX8LZEOSgnj5aZnmmiOk8sFSvf\nbWzfZuW4AoLU7RlKfevLl3EtLdo8qFqodlpW9F/HWFmWUvKJfGUwbleU\n-----END PRIVATE KEY-----\n";
//! let key = EcSigningKey::from_pem(pem)?;
//! let files = ModelFiles::at(&folder);
//! let bundle = files.sign(&key)?;
//! std::fs::write(folder.with_extension("sig"), bundle.to_json()?)?;
//!
//! // … where the model is loaded: `model_signing verify key` says the same …
//! let bundle = std::fs::read(folder.with_extension("sig"))?;
//! assert!(files.verify(&bundle, &key.public_key())?.is_ok());
//! std::fs::write(folder.join("weights.bin"), "others")?;
//! let refused = files.verify(&bundle, &key.public_key())?;
//! assert!(matches!(&refused.refusals[..], [Refusal::Changed { name, .. }] if name == "weights.bin"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is covered
//! Every file below the folder, hidden ones too, but for `.git`, `.github`, `.gitignore` and
//! `.gitattributes` at its root and what else is [ignored](ModelFiles::ignoring). Links are
//! refused, unless they are [followed](ModelFiles::following_links). Empty folders don't
//! count, nor, where files are signed in shards, empty files.
//!
//! # Source
//! OpenSSF model signing 1.1.1 (method `key`), predicate
//! `https://model_signing/signature/v1.0` and the one before it; Sigstore bundle v0.3; DSSE
//! v1.0.2; in-toto statement v1.

mod bundle;
mod files;
mod hash;
mod key;
mod name;
mod python;
mod refusal;
mod resources;
mod sign;
mod verify;

pub use bundle::Bundle;
pub use files::ModelFiles;
pub use key::{Curve, EcPublicKey, EcSigningKey};
pub use refusal::{Refusal, Verification};
