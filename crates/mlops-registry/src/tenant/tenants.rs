use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mlops_core::{Clock, Principal, SystemClock};
use parking_lot::Mutex;

use super::TenantName;
#[cfg(feature = "postgres")]
use super::database::Database;
#[cfg(feature = "sqlite")]
use super::folder::Folder;
use crate::access::{Authorizer, RoleTable};
use crate::artifact::{ArtifactStore, MemoryArtifacts};
use crate::merkle::{Origin, Signer};
use crate::registry::{Registry, RegistryBuilder};
use crate::store::{MemoryStore, MetadataStore};
use crate::{Error, Result};

/// Who signs the tree heads of a tenant.
type SignerOf = dyn Fn(&TenantName) -> Result<Arc<dyn Signer>> + Send + Sync;

/// Registries side by side, one a tenant. See [the module](super) for what they share: the
/// process, the clock and the authorizer.
pub struct Tenants {
    place: Place,
    origin: Origin,
    signer_of: Box<SignerOf>,
    clock: Arc<dyn Clock>,
    authorizer: Arc<dyn Authorizer>,
    /// Each is opened once.
    open: Mutex<BTreeMap<TenantName, Registry>>,
}

/// Where the stores are.
enum Place {
    Memory,
    #[cfg(feature = "sqlite")]
    Folder(Folder),
    #[cfg(feature = "postgres")]
    Database(Box<Database>),
}

/// The stores of one tenant.
pub(super) struct Stores {
    pub(super) records: Arc<dyn MetadataStore>,
    pub(super) artifacts: Arc<dyn ArtifactStore>,
}

impl Tenants {
    /// Tenants in memory, for tests. They are gone with the value.
    pub fn in_memory(
        origin: Origin,
        signer_of: impl Fn(&TenantName) -> Result<Arc<dyn Signer>> + Send + Sync + 'static,
    ) -> Self {
        Self::at(Place::Memory, origin, Box::new(signer_of))
    }

    /// Tenants in a folder, which is made if it is not there: each in a folder of its own, with
    /// its records in one SQLite file `registry.db` and its files under `artifacts`. Any number of
    /// processes may share it. To back a tenant up or to delete it is to copy or remove its folder.
    ///
    /// `signer_of` says who signs for a tenant: one key for all, or one each.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the folder can't be made.
    #[cfg(feature = "sqlite")]
    pub fn in_folder(
        folder: impl Into<std::path::PathBuf>,
        origin: Origin,
        signer_of: impl Fn(&TenantName) -> Result<Arc<dyn Signer>> + Send + Sync + 'static,
    ) -> Result<Self> {
        let folder = Folder::open(folder.into())?;
        Ok(Self::at(Place::Folder(folder), origin, Box::new(signer_of)))
    }

    /// Tenants in a PostgreSQL database: each in a schema of its own, `tenant_<name>`, whose
    /// name has so at most 56 bytes. Any number of machines may share it. To back a tenant up or
    /// to delete it is to dump or drop its schema; its files are where `artifacts_of` says.
    ///
    /// They share the connections of `server`. Who creates a tenant takes `CREATE` on the
    /// database.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use mlops_registry::artifact::{ArtifactStore, FolderArtifacts};
    /// use mlops_registry::merkle::{Ed25519Signer, Signer};
    /// use mlops_registry::store::PostgresServer;
    /// use mlops_registry::tenant::{TenantName, Tenants};
    ///
    /// let server = PostgresServer::new("postgres://registry@db.example/mlops")?;
    /// let artifacts_of = |tenant: &TenantName| {
    ///     let folder = FolderArtifacts::open(format!("/srv/artifacts/{tenant}"))?;
    ///     Ok(Arc::new(folder) as Arc<dyn ArtifactStore>)
    /// };
    /// let signer: Arc<dyn Signer> = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    /// let origin = "registry.example".parse()?;
    /// let tenants = Tenants::in_postgres(&server, artifacts_of, origin, move |_| Ok(Arc::clone(&signer)));
    /// let credit = tenants.create(&"credit".parse()?, &"olga".parse()?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "postgres")]
    pub fn in_postgres(
        server: &crate::store::PostgresServer,
        artifacts_of: impl Fn(&TenantName) -> Result<Arc<dyn ArtifactStore>> + Send + Sync + 'static,
        origin: Origin,
        signer_of: impl Fn(&TenantName) -> Result<Arc<dyn Signer>> + Send + Sync + 'static,
    ) -> Self {
        let database = Database::new(server.clone(), Box::new(artifacts_of));
        Self::at(Place::Database(Box::new(database)), origin, Box::new(signer_of))
    }

    fn at(place: Place, origin: Origin, signer_of: Box<SignerOf>) -> Self {
        let (clock, authorizer) = (Arc::new(SystemClock), Arc::new(RoleTable));
        Self { place, origin, signer_of, clock, authorizer, open: Mutex::default() }
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another judge of who may do what than [`RoleTable`].
    #[must_use]
    pub fn authorizer(mut self, authorizer: Arc<dyn Authorizer>) -> Self {
        self.authorizer = authorizer;
        self
    }

    /// Founds the registry of a new tenant, whose first admin is `admin`: there, and nowhere else.
    ///
    /// # Errors
    /// [`Error::Conflict`] if there is a tenant of this name, [`Error::Invalid`] if the name of
    /// its log would be too long; those of the store and of who knows its signer.
    pub fn create(&self, tenant: &TenantName, admin: &Principal) -> Result<Registry> {
        let origin = self.origin_of(tenant)?;
        let signer = (self.signer_of)(tenant)?;
        let there = || Error::Conflict {
            what: "tenant",
            key: tenant.to_string(),
            expected: "absent".to_owned(),
            current: "there already".to_owned(),
        };
        let mut open = self.open.lock();
        if open.contains_key(tenant) {
            return Err(there());
        }
        let registry = match &self.place {
            Place::Memory => {
                let records = Arc::new(MemoryStore::default());
                let stores = Stores { records, artifacts: Arc::new(MemoryArtifacts::default()) };
                self.builder(stores, signer).create(origin, admin)?
            }
            #[cfg(feature = "sqlite")]
            Place::Folder(folder) => {
                let found = |stores| {
                    self.builder(stores, Arc::clone(&signer)).create(origin.clone(), admin).map(drop)
                };
                if !folder.create(tenant, found)? {
                    return Err(there());
                }
                self.builder(folder.stores(tenant)?, signer).open()?
            }
            #[cfg(feature = "postgres")]
            Place::Database(database) => {
                let found = |stores| {
                    self.builder(stores, Arc::clone(&signer)).create(origin.clone(), admin).map(drop)
                };
                if !database.create(tenant, found)? {
                    return Err(there());
                }
                self.builder(database.stores(tenant)?, signer).open()?
            }
        };
        open.insert(tenant.clone(), registry.clone());
        Ok(registry)
    }

    /// The registry of a tenant.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none of this name, [`Error::Corrupt`] if the registry in
    /// its place is another one's; those of the store and of who knows its signer.
    pub fn registry(&self, tenant: &TenantName) -> Result<Registry> {
        let mut open = self.open.lock();
        if let Some(registry) = open.get(tenant) {
            return Ok(registry.clone());
        }
        let registry = self.opened(tenant)?;
        let origin = self.origin_of(tenant)?;
        if *registry.origin() != origin {
            return Err(Error::Corrupt {
                what: format!("tenant {tenant}"),
                reason: "the registry in its place is of another origin".to_owned(),
            });
        }
        open.insert(tenant.clone(), registry.clone());
        Ok(registry)
    }

    /// The names of all tenants, in their order.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the folder or the database can't be read.
    pub fn list(&self) -> Result<Vec<TenantName>> {
        match &self.place {
            Place::Memory => Ok(self.open.lock().keys().cloned().collect()),
            #[cfg(feature = "sqlite")]
            Place::Folder(folder) => folder.list(),
            #[cfg(feature = "postgres")]
            Place::Database(database) => database.list(),
        }
    }

    fn opened(&self, tenant: &TenantName) -> Result<Registry> {
        match &self.place {
            Place::Memory => Err(not_found(tenant)),
            #[cfg(feature = "sqlite")]
            Place::Folder(folder) => self.builder(folder.stores(tenant)?, (self.signer_of)(tenant)?).open(),
            #[cfg(feature = "postgres")]
            Place::Database(database) => {
                self.builder(database.stores(tenant)?, (self.signer_of)(tenant)?).open()
            }
        }
    }

    fn origin_of(&self, tenant: &TenantName) -> Result<Origin> {
        Origin::new(format!("{}/{tenant}", self.origin))
    }

    fn builder(&self, stores: Stores, signer: Arc<dyn Signer>) -> RegistryBuilder {
        Registry::builder(stores.records, stores.artifacts, signer)
            .clock(Arc::clone(&self.clock))
            .authorizer(Arc::clone(&self.authorizer))
    }
}

pub(super) fn not_found(tenant: &TenantName) -> Error {
    Error::NotFound { what: "tenant", key: tenant.to_string() }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants").field("origin", &self.origin).finish_non_exhaustive()
    }
}
