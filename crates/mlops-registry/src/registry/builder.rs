use std::sync::Arc;

use mlops_core::{Clock, Principal, SystemClock};

use super::{Document as _, Founding, Parts, Registry};
use crate::access::{Action, Authorizer, Grant, Role, RoleTable, Scope};
use crate::artifact::ArtifactStore;
use crate::audit::Act;
use crate::merkle::{Origin, Signer};
use crate::store::{Commit, MetadataStore, Query};
use crate::{Error, Result};

/// The parts of a [`Registry`] before it is one.
#[derive(Debug)]
#[must_use]
pub struct RegistryBuilder {
    store: Arc<dyn MetadataStore>,
    artifacts: Arc<dyn ArtifactStore>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    authorizer: Arc<dyn Authorizer>,
}

impl RegistryBuilder {
    pub(super) fn new(
        store: Arc<dyn MetadataStore>,
        artifacts: Arc<dyn ArtifactStore>,
        signer: Arc<dyn Signer>,
    ) -> Self {
        Self { store, artifacts, signer, clock: Arc::new(SystemClock), authorizer: Arc::new(RoleTable) }
    }

    /// Another clock than the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another judge of who may do what than [`RoleTable`].
    pub fn authorizer(mut self, authorizer: Arc<dyn Authorizer>) -> Self {
        self.authorizer = authorizer;
        self
    }

    /// Founds a registry in an empty store. `admin` gets the first grant, which is entry 0
    /// of the audit log that `origin` names.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the store holds a registry, [`Error::Corrupt`] if it holds
    /// audit entries of none; then nothing is written.
    pub fn create(self, origin: Origin, admin: &Principal) -> Result<Registry> {
        let at = self.clock.now();
        let founding = Founding { origin: origin.clone(), created_by: admin.clone(), created_at: at };
        let grant = Grant {
            principal: admin.clone(),
            role: Role::Admin,
            scope: Scope::All,
            granted_by: admin.clone(),
            granted_at: at,
        };
        let act = Act::new(at, admin.clone(), Action::CreateRegistry.as_str(), origin.as_str());
        let commit = Commit::new(act, vec![], vec![founding.create()?, grant.create()?])?;
        match self.store.commit(&commit.first()) {
            Ok(_) => Ok(self.with(origin)),
            Err(Error::Conflict { what: Commit::LOG, current, .. }) => Err(Error::Corrupt {
                what: "registry".to_owned(),
                reason: format!("the audit log is {current}, though no registry was founded"),
            }),
            Err(Error::Conflict { .. }) => Err(Error::Conflict {
                what: "registry",
                key: origin.to_string(),
                expected: "absent".to_owned(),
                current: "in this store already".to_owned(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Opens the registry that the store holds.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it holds none.
    pub fn open(self) -> Result<Registry> {
        let records = self.store.read(&Query::one(Founding::KIND, Founding::only()))?;
        let record = records
            .first()
            .ok_or_else(|| Error::NotFound { what: "registry", key: format!("{:?}", self.store) })?;
        let founding: Founding = record.document()?;
        Ok(self.with(founding.origin))
    }

    fn with(self, origin: Origin) -> Registry {
        let Self { store, artifacts, signer, clock, authorizer } = self;
        let (grants, runs, refusals, past, meanings) = Default::default();
        Registry {
            parts: Arc::new(Parts {
                store,
                artifacts,
                signer,
                clock,
                authorizer,
                origin,
                grants,
                runs,
                meanings,
                refusals,
                past,
            }),
        }
    }
}
