use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::TenantName;
use super::tenants::{Stores, not_found};
use crate::artifact::FolderArtifacts;
use crate::store::SqliteStore;
use crate::{Error, Result};

/// The records of a tenant, in its folder.
const RECORDS: &str = "registry.db";

/// The folder of its files.
const ARTIFACTS: &str = "artifacts";

/// Folders of tenants in one folder.
pub(super) struct Folder {
    root: PathBuf,
}

/// How many folders were made beside by this process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// How many names are tried for one of them: other processes with this one's number, in other
/// containers, may have left theirs.
const NAMES: usize = 1000;

impl Folder {
    pub(super) fn open(root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root).map_err(|error| at(&root, error))?;
        Ok(Self { root })
    }

    /// Makes the folder of a tenant, whose registry `found` founds; `false` if it is there
    /// already. It is made beside and gets its name when it is whole: whoever lists tenants
    /// meanwhile, or after a crash, sees those that are.
    pub(super) fn create(
        &self,
        tenant: &TenantName,
        found: impl FnOnce(Stores) -> Result<()>,
    ) -> Result<bool> {
        let place = self.root.join(tenant.as_str());
        if fs::symlink_metadata(&place).is_ok() {
            return Ok(false);
        }
        let mut beside = Beside::make(&self.root, tenant)?;
        // Closed again before it is moved: SQLite names its other files by the path.
        found(stores(&beside.place)?)?;
        match fs::rename(&beside.place, &place) {
            Ok(()) => beside.moved = true,
            Err(_) if fs::symlink_metadata(&place).is_ok() => return Ok(false),
            Err(error) => return Err(at(&place, error)),
        }
        #[cfg(unix)]
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(|error| at(&self.root, error))?;
        Ok(true)
    }

    /// The stores of a tenant that is there.
    pub(super) fn stores(&self, tenant: &TenantName) -> Result<Stores> {
        let place = self.root.join(tenant.as_str());
        if is_tenant(&place)? { stores(&place) } else { Err(not_found(tenant)) }
    }

    pub(super) fn list(&self) -> Result<Vec<TenantName>> {
        let mut tenants = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(|error| at(&self.root, error))? {
            let entry = entry.map_err(|error| at(&self.root, error))?;
            let name = entry.file_name().to_str().and_then(|name| TenantName::new(name).ok());
            if let Some(name) = name
                && is_tenant(&entry.path())?
            {
                tenants.push(name);
            }
        }
        tenants.sort();
        Ok(tenants)
    }
}

/// Whether `place` is a folder, and no link to one, with records in it.
fn is_tenant(place: &Path) -> Result<bool> {
    let kind = |path: &Path| match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata.file_type())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path, error)),
    };
    Ok(kind(place)?.is_some_and(|kind| kind.is_dir())
        && kind(&place.join(RECORDS))?.is_some_and(|kind| kind.is_file()))
}

fn stores(place: &Path) -> Result<Stores> {
    let records = Arc::new(SqliteStore::open(place.join(RECORDS))?);
    Ok(Stores { records, artifacts: Arc::new(FolderArtifacts::open(place.join(ARTIFACTS))?) })
}

/// A folder that is not a tenant's yet; removed if it does not become one.
struct Beside {
    place: PathBuf,
    moved: bool,
}

impl Beside {
    fn make(root: &Path, tenant: &TenantName) -> Result<Self> {
        let mut tries = 0;
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            // No name of a tenant begins with a dot.
            let place = root.join(format!(".{tenant}.{}.{number}", std::process::id()));
            match fs::create_dir(&place) {
                Ok(()) => return Ok(Self { place, moved: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < NAMES => tries += 1,
                Err(error) => return Err(at(&place, error)),
            }
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.moved {
            // What can't be removed is no tenant either.
            let _ = fs::remove_dir_all(&self.place);
        }
    }
}

fn at(path: &Path, error: io::Error) -> Error {
    Error::Unavailable { store: path.display().to_string(), transient: false, source: error.into() }
}
