//! Registries side by side that know nothing of each other.
//!
//! A tenant is a store of its own: its own records, audit log, signed origin
//! (`<origin>/<tenant>`), artifacts and admins. There is nothing that a query could forget to
//! ask for, and no id of one that means anything in another.
//!
//! ```
//! use std::sync::Arc;
//! use mlops_registry::merkle::{Ed25519Signer, Signer};
//! use mlops_registry::tenant::Tenants;
//!
//! let signer: Arc<dyn Signer> = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
//! let tenants = Tenants::in_memory("registry.example".parse()?, move |_| Ok(Arc::clone(&signer)));
//! let credit = tenants.create(&"credit".parse()?, &"olga".parse()?)?;
//! assert_eq!(credit.origin().as_str(), "registry.example/credit");
//! assert_eq!(tenants.list()?, ["credit".parse()?]);
//! assert!(tenants.registry(&"cards".parse()?).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "postgres")]
mod database;
#[cfg(feature = "sqlite")]
mod folder;
mod name;
mod tenants;

pub use name::TenantName;
pub use tenants::Tenants;
