use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use mlops_core::Digest;

use crate::{Error, Model, ModelFormat, Result};

/// A model together with the identity of the bytes that it was read from: what is
/// registered, approved and rolled out by its digest is what answers.
///
/// ```no_run
/// use mlops_serve_core::{ModelArtifact, ModelExt};
/// let artifact = ModelArtifact::from_path("delay_lightgbm.model.txt")?;
/// println!("{} {}", artifact.digest(), artifact.model().predict_one(&[f64::NAN; 11])?);
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ModelArtifact {
    digest: Digest,
    format: ModelFormat,
    model: Arc<dyn Model>,
}

impl ModelArtifact {
    /// The largest model file that is read, 1 GiB: an endless stream must not fill the memory.
    pub const MAX_BYTES: u64 = 1 << 30;

    /// Reads a model, of whatever known format.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`], [`Error::Malformed`] or [`Error::Unsupported`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_bytes_as(ModelFormat::detect(bytes)?, bytes)
    }

    /// Reads a model whose format is known.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Unsupported`].
    pub fn from_bytes_as(format: ModelFormat, bytes: &[u8]) -> Result<Self> {
        Ok(Self { digest: Digest::of(bytes), format, model: format.read(bytes)? })
    }

    /// Reads a model from a stream to its end.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes); [`Error::Interrupted`] if the stream fails,
    /// [`Error::UnknownFormat`] if it is larger than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn from_reader(source: &mut dyn Read) -> Result<Self> {
        let mut bytes = Vec::new();
        source
            .take(Self::MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| Error::Interrupted { source })?;
        if bytes.len() as u64 > Self::MAX_BYTES {
            return Err(Error::UnknownFormat { file: None, reason: "it is larger than 1 GiB".to_owned() });
        }
        Self::from_bytes(&bytes)
    }

    /// Reads a model file. Every error names the path.
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader); [`Error::Unreadable`] if there is no such
    /// file or it can't be read.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        Self::from_reader(&mut file).map_err(|error| match error {
            Error::Interrupted { source } => unreadable(source),
            error => error.in_file(path),
        })
    }

    /// The digest of the file's bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The format of the file.
    pub const fn format(&self) -> ModelFormat {
        self.format
    }

    /// The model.
    pub const fn model(&self) -> &Arc<dyn Model> {
        &self.model
    }

    /// The model alone.
    pub fn into_model(self) -> Arc<dyn Model> {
        self.model
    }
}
