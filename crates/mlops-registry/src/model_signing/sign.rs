use super::resources::{Method, Statement};
use super::{Bundle, EcSigningKey, ModelFiles, hash};
use crate::signing::{IN_TOTO, pae};
use crate::{Error, Result};

/// The most shards that are signed: each takes some two hundred bytes of the bundle.
const MAX_PIECES: u64 = 200_000;

impl ModelFiles {
    /// Signs the files as they are now. The genuine tool accepts the bundle, files in shards
    /// only if it is told their size.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model; [`Error::Invalid`] for links, things that
    /// are no files, names that are not Unicode or, where files are signed in shards, have a
    /// colon, and more than 200,000 pieces; [`Error::Unavailable`] if a file can't be read.
    pub fn sign(&self, key: &EcSigningKey) -> Result<Bundle> {
        let ignored = self.ignored_with(&[]);
        let (files, refusals) = self.list(&ignored)?;
        let invalid = |value: String, expected: &str| Error::Invalid {
            field: "model",
            value,
            expected: expected.to_owned(),
        };
        if let Some(refusal) = refusals.first() {
            return Err(invalid(refusal.to_string(), "files and folders with names in Unicode"));
        }
        let method = self.shards.map_or(Method::Files, Method::Shards);
        let count = hash::count(&files, method);
        if count > MAX_PIECES {
            return Err(invalid(format!("{count} pieces"), "at most 200000: larger shards, or fewer files"));
        }
        if count == 0 {
            return Err(invalid(self.root.display().to_string(), "a file or more that counts"));
        }
        if let Some(odd) = files.iter().find(|file| self.shards.is_some() && file.name.as_str().contains(':'))
        {
            return Err(invalid(
                odd.name.as_str().to_owned(),
                "names without a colon, as shards are named with it",
            ));
        }
        let pieces = self.hash(&files, method)?;
        let payload = Statement::write(&self.name()?, method, self.links, &ignored, &pieces)
            .map_err(|error| Error::Corrupt { what: "statement".to_owned(), reason: error.to_string() })?;
        let signature = key.sign(&pae(IN_TOTO, &payload))?;
        Ok(Bundle::new(key.public_key().id().to_hex(), IN_TOTO.to_owned(), payload, signature))
    }
}
