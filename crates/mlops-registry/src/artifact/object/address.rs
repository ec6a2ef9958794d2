use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreScheme};
use url::Url;

use super::bucket::Bucket;
use super::failure::Place;
use super::layout::Layout;
use super::{LONGEST_PATIENCE, PATIENCE};
use crate::secret::{Secret, SecretSource};
use crate::{Error, Result};

/// How often a request is tried again, unless told otherwise.
const RETRIES: usize = 8;

/// Where objects are, how to get there, and as whom.
///
/// | address | store | feature |
/// | --- | --- | --- |
/// | `s3://bucket/prefix` | Amazon S3, and what speaks its protocol, with the option `endpoint` | `object-store-aws` |
/// | `gs://bucket/prefix` | Google Cloud Storage | `object-store-gcp` |
/// | `az://container/prefix` | Azure Blob Storage, with the option `account_name` | `object-store-azure` |
/// | `https://host/prefix` | a server that speaks WebDAV | `object-store-http` |
/// | `file:///folder` | files; [`FolderArtifacts`](crate::artifact::FolderArtifacts) do it better | |
/// | `memory:///` | nothing that lasts | |
///
/// [Options](Self::option) and [secrets](Self::secret) have the names of the configuration keys of
/// the crate `object_store`: `region`, `endpoint`, `allow_http`, `timeout`; `access_key_id`,
/// `secret_access_key`, `service_account_key`. Without credentials the machine's own are asked
/// for, as far as the cloud gives it some; the environment is not read.
///
/// ```no_run
/// use mlops_registry::artifact::{ObjectAddress, ObjectArtifacts};
/// use mlops_registry::secret::FolderSecrets;
///
/// let secrets = FolderSecrets::new("/run/secrets");
/// let address = ObjectAddress::new("s3://models/registry")?
///     .option("region", "eu-central-1")?
///     .secret("access_key_id", &secrets, "s3-key-id")?
///     .secret("secret_access_key", &secrets, "s3-key")?;
/// let artifacts = ObjectArtifacts::open(&address)?;
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone)]
pub struct ObjectAddress {
    pub(super) url: Url,
    pub(super) scheme: ObjectStoreScheme,
    prefix: Path,
    options: Vec<(String, String)>,
    secrets: Vec<(String, Secret)>,
    pub(super) retries: usize,
    pub(super) patience: Duration,
}

impl ObjectAddress {
    /// An address as in the table above.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none, if it has a user, a password or a query in it, which
    /// may be secret, or if it needs a feature that is not enabled.
    pub fn new(address: &str) -> Result<Self> {
        // What is no address may hold a password.
        let url = Url::parse(address).map_err(|error| {
            invalid("(which is none)", format!("such as `s3://bucket/prefix`, and not: {error}"))
        })?;
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            let expected = "neither user, password nor anything after `?` or `#`: give secrets by `secret`";
            return Err(invalid("(which may hold a secret)", expected.to_owned()));
        }
        // Nor is what is not understood told: it may hold one where nobody looks for it.
        let (scheme, prefix) = ObjectStoreScheme::parse(&url).map_err(|_| {
            let expected =
                "one that begins with `s3:`, `gs:`, `az:`, `https:`, `file:` or `memory:`, and no empty part";
            invalid(&format!("{}:…", url.scheme()), expected.to_owned())
        })?;
        if let Some(feature) = missing_feature(&scheme) {
            return Err(invalid(
                address,
                format!("the feature `{feature}`, without which it can't be opened"),
            ));
        }
        let (options, secrets) = (Vec::new(), Vec::new());
        Ok(Self { url, scheme, prefix, options, secrets, retries: RETRIES, patience: PATIENCE })
    }

    /// Sets an option that is no secret. Its value is looked at when the store is opened.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a secret has that name: it would be shown.
    pub fn option(mut self, key: &str, value: impl Into<String>) -> Result<Self> {
        if is_secret(key) {
            return Err(Error::Invalid {
                field: "option of an address",
                value: key.to_owned(),
                expected: "one that is no secret: give this one by `secret`".to_owned(),
            });
        }
        self.options.push((key.to_owned(), value.into()));
        Ok(self)
    }

    /// Sets an option to the secret called `name`, as it is now: after it was changed the store
    /// is opened anew. Of a server that speaks WebDAV, `authorization` is the whole header, such
    /// as `Basic …`.
    ///
    /// # Errors
    /// Those of the source; [`Error::Invalid`] if the secret is no text.
    pub fn secret(mut self, key: &str, source: &dyn SecretSource, name: &str) -> Result<Self> {
        let secret = source.secret(name)?;
        secret.expose_text()?;
        self.secrets.push((key.to_owned(), secret));
        Ok(self)
    }

    /// How often a request that has failed is tried again, if that may help; eight times without
    /// it, each after a longer pause.
    #[must_use]
    pub fn retries(self, most: usize) -> Self {
        Self { retries: most, ..self }
    }

    /// How long one waits for an answer, all retries included; five minutes without it, and ten
    /// at most.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience: patience.min(LONGEST_PATIENCE), ..self }
    }

    /// The store, and the patience that one has with it.
    pub(super) fn bucket(&self) -> Result<(Bucket, Duration)> {
        let secrets = self.secrets.iter().map(|(_, secret)| secret.clone()).collect();
        let place = Place { name: self.url.to_string(), secrets };
        let refused = |error: object_store::Error| {
            invalid(&place.name, format!("options that go with it, and not: {}", place.words(&error)))
        };
        let (store, prefix): (Arc<dyn ObjectStore>, _) = match self.scheme {
            ObjectStoreScheme::Memory => {
                self.no_options()?;
                (Arc::new(InMemory::new()), self.prefix.clone())
            }
            ObjectStoreScheme::Local => {
                self.no_options()?;
                let folder = format!("/{}", self.prefix);
                let at = |error| crate::artifact::unavailable(folder.as_str(), error);
                std::fs::create_dir_all(&folder).map_err(at)?;
                (Arc::new(LocalFileSystem::new_with_prefix(&folder).map_err(refused)?), Path::default())
            }
            #[cfg(any(
                feature = "object-store-aws",
                feature = "object-store-azure",
                feature = "object-store-gcp",
                feature = "object-store-http"
            ))]
            _ => (super::remote::connect(self, refused)?, self.prefix.clone()),
            #[cfg(not(any(
                feature = "object-store-aws",
                feature = "object-store-azure",
                feature = "object-store-gcp",
                feature = "object-store-http"
            )))]
            _ => {
                return Err(invalid(
                    &place.name,
                    "the address of a store whose feature is enabled".to_owned(),
                ));
            }
        };
        let in_order = match self.scheme {
            // Its directory buckets list as it pleases them.
            ObjectStoreScheme::AmazonS3 => {
                !self.url.host_str().is_some_and(|bucket| bucket.ends_with("--x-s3"))
                    && !self.options.iter().any(|(key, _)| key.ends_with("s3_express"))
            }
            ObjectStoreScheme::Local | ObjectStoreScheme::Http => false,
            _ => true,
        };
        Ok((Bucket { store, layout: Layout::new(prefix), place, in_order }, self.patience))
    }

    fn no_options(&self) -> Result<()> {
        self.set((), |(), _, _| None)
    }

    /// Tells a builder all options and secrets, each of which it must know.
    pub(super) fn set<B>(&self, mut builder: B, set: impl Fn(B, &str, String) -> Option<B>) -> Result<B> {
        for (key, value) in &self.options {
            builder = set(builder, key, value.clone()).ok_or_else(|| unknown(key))?;
        }
        for (key, secret) in &self.secrets {
            builder = set(builder, key, secret.expose_text()?.to_owned()).ok_or_else(|| unknown(key))?;
        }
        Ok(builder)
    }
}

fn invalid(address: &str, expected: String) -> Error {
    Error::Invalid { field: "address of objects", value: address.to_owned(), expected }
}

fn unknown(key: &str) -> Error {
    Error::Invalid {
        field: "option of an address",
        value: key.to_owned(),
        expected: "an option of such a store, as the crate `object_store` names it".to_owned(),
    }
}

/// Whether what is called so must not be seen; where a secret lies may be.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let words =
        ["secret", "password", "token", "authorization", "sas", "access_key", "account_key", "base64"];
    let is_place = ["_id", "_file", "_path"].iter().any(|end| key.ends_with(end));
    !is_place && words.iter().any(|word| key.contains(word))
}

fn missing_feature(scheme: &ObjectStoreScheme) -> Option<&'static str> {
    let (feature, enabled) = match scheme {
        ObjectStoreScheme::Local | ObjectStoreScheme::Memory => return None,
        ObjectStoreScheme::AmazonS3 => ("object-store-aws", cfg!(feature = "object-store-aws")),
        ObjectStoreScheme::MicrosoftAzure => ("object-store-azure", cfg!(feature = "object-store-azure")),
        ObjectStoreScheme::GoogleCloudStorage => ("object-store-gcp", cfg!(feature = "object-store-gcp")),
        _ => ("object-store-http", cfg!(feature = "object-store-http")),
    };
    (!enabled).then_some(feature)
}

/// Shows names of options, and no values.
impl fmt::Debug for ObjectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<&String> = self.options.iter().map(|(key, _)| key).collect();
        let secrets: Vec<&String> = self.secrets.iter().map(|(key, _)| key).collect();
        f.debug_struct("ObjectAddress")
            .field("url", &self.url.as_str())
            .field("options", &options)
            .field("secrets", &secrets)
            .field("retries", &self.retries)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::MemorySecrets;

    #[test]
    fn what_is_no_address_is_refused_and_shows_no_secret() {
        for bad in [
            "",
            "models/registry",
            "ftp://host/models",
            "https://ana:hunter2@host/models",
            "https://hunter2@host/models",
            "https://host/models?sig=hunter2",
            "https://host/models#hunter2",
            "ana:hunter2@host",
        ] {
            let error = ObjectAddress::new(bad).unwrap_err();
            assert!(
                matches!(error, Error::Invalid { field: "address of objects", .. }),
                "{bad:?}: {error:?}"
            );
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn secrets_are_no_options() {
        let address = ObjectAddress::new("memory:///").unwrap();
        for key in [
            "secret_access_key",
            "AWS_SECRET_ACCESS_KEY",
            "session_token",
            "azure_storage_account_key",
            "access_key",
            "azure_storage_sas_key",
            "google_service_account_key",
            "authorization",
        ] {
            let error = address.clone().option(key, "hunter2").unwrap_err();
            let said = format!("{error:?} {error}");
            assert!(said.contains(key) && said.contains("`secret`") && !said.contains("hunter2"), "{said}");
        }
        for key in ["region", "endpoint", "access_key_id", "web_identity_token_file", "timeout"] {
            assert!(address.clone().option(key, "value").is_ok(), "{key}");
        }
        let secrets = MemorySecrets::default().with("key", "hunter2").unwrap();
        let address = address.secret("secret_access_key", &secrets, "key").unwrap();
        assert!(!format!("{address:?}").contains("hunter2"));
        assert!(matches!(address.secret("token", &secrets, "other"), Err(Error::NotFound { .. })));
    }

    #[test]
    fn files_and_memory_take_no_options() {
        let folder = tempfile::tempdir().unwrap();
        for address in [format!("file://{}", folder.path().display()), "memory:///models".to_owned()] {
            assert!(ObjectAddress::new(&address).unwrap().bucket().is_ok());
            let strange = ObjectAddress::new(&address).unwrap().option("region", "moon").unwrap();
            let error = strange.bucket().unwrap_err();
            assert!(matches!(&error, Error::Invalid { value, .. } if value == "region"), "{error:?}");
        }
    }
}
