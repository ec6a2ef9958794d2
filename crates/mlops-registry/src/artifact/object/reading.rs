use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{Error as Said, GetOptions, ObjectMeta};

use super::ObjectArtifacts;
use super::bucket::Bucket;
use super::driver::Task;
use crate::{Error, Result};

/// About how many bytes are fetched ahead.
const PIECE: usize = 1 << 20;

/// How often in a row an object is opened again without a byte of it having come.
const RESUMED: u32 = 5;

/// How long one waits after the first time; twice as long after each further one.
const PAUSE: Duration = Duration::from_millis(100);

type Stream = BoxStream<'static, Result<Bytes, Said>>;

/// An object that is read from its start, and goes on where it was when the connection breaks.
pub(super) struct Object {
    meta: ObjectMeta,
    /// How many of its bytes have come.
    at: u64,
    /// What it comes from; `None` if that has broken.
    stream: Option<Stream>,
}

impl Object {
    /// Opens an object; `None` if there is none.
    pub(super) async fn open(bucket: &Bucket, object: &Path) -> Result<Option<Self>> {
        let found = bucket.store.get_opts(object, GetOptions::new()).await;
        let found = bucket.unless_missing("open an object", found)?;
        Ok(found.map(|found| Self { meta: found.meta.clone(), at: 0, stream: Some(found.into_stream()) }))
    }

    /// The next bytes; none at the end.
    async fn next(&mut self, bucket: &Bucket) -> Result<Bytes> {
        let mut piece = BytesMut::new();
        let mut tries = 0;
        while piece.len() < PIECE && self.at < self.meta.size {
            tries += u32::from(self.stream.is_none());
            let broken = match self.step(bucket).await {
                Ok(bytes) => {
                    self.at += bytes.len() as u64;
                    piece.extend_from_slice(&bytes);
                    tries = 0;
                    continue;
                }
                Err(broken) => broken,
            };
            self.stream = None;
            if !piece.is_empty() {
                // What has come is handed out before anything else is tried.
                break;
            }
            match broken {
                Broken::Off(error) if tries < RESUMED && error.is_transient() => {}
                Broken::Off(error) | Broken::ForGood(error) => return Err(error),
            }
            if tries > 0 {
                tokio::time::sleep(PAUSE * 2_u32.pow(tries - 1)).await;
            }
        }
        Ok(piece.freeze())
    }

    /// What the stream has next, which is opened where it is needed if it has broken.
    async fn step(&mut self, bucket: &Bucket) -> Result<Bytes, Broken> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(resume(bucket, &self.meta, self.at).await?),
        };
        match stream.next().await {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(Broken::Off(bucket.place.told("read an object", &error))),
            None => {
                let words = format!("an object ended after {} of {} bytes", self.at, self.meta.size);
                Err(Broken::Off(bucket.place.unavailable(true, words)))
            }
        }
    }
}

/// Why no more bytes come.
enum Broken {
    /// Where it broke off it may go on.
    Off(Error),
    /// There is nothing that it could go on with.
    ForGood(Error),
}

/// The rest of an object from `at` on, if it is still the same one: other bytes under the same
/// name may be sealed with another key.
async fn resume(bucket: &Bucket, meta: &ObjectMeta, at: u64) -> Result<Stream, Broken> {
    let options = GetOptions::new().with_range(Some(at..meta.size));
    let options = match &meta.e_tag {
        Some(tag) => options.with_if_match(Some(tag)),
        None => options.with_if_unmodified_since(Some(meta.last_modified)),
    };
    match bucket.store.get_opts(&meta.location, options).await {
        Ok(rest) => Ok(rest.into_stream()),
        Err(Said::Precondition { .. } | Said::NotFound { .. }) => {
            let words = "an object was replaced or removed while it was read: open it again";
            Err(Broken::ForGood(bucket.place.unavailable(true, words.to_owned())))
        }
        Err(error) => Err(Broken::Off(bucket.place.told("read on in an object", &error))),
    }
}

/// The bytes of an object for a thread that waits for them, one piece ahead.
pub(super) struct Reader {
    artifacts: ObjectArtifacts,
    /// What comes next, or `None` at the end.
    next: Option<Task<Result<(Bytes, Object)>>>,
    ready: Bytes,
    broken: Option<ErrorKind>,
}

impl Reader {
    pub(super) fn new(artifacts: ObjectArtifacts, object: Object) -> Self {
        let mut reader = Self { artifacts, next: None, ready: Bytes::new(), broken: None };
        reader.fetch(object);
        reader
    }

    fn fetch(&mut self, mut object: Object) {
        self.next = Some(self.artifacts.start("read an object", |bucket| async move {
            let bytes = object.next(&bucket).await?;
            Ok((bytes, object))
        }));
    }

    /// Makes the next piece ready; nothing is, at the end.
    fn advance(&mut self) -> Result<()> {
        let Some(next) = self.next.take() else { return Ok(()) };
        let (bytes, object) = self.artifacts.outcome(next)?;
        if !bytes.is_empty() {
            self.ready = bytes;
            self.fetch(object);
        }
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        if self.ready.is_empty() && !into.is_empty() {
            self.advance().map_err(|error| {
                let kind = if error.is_transient() { ErrorKind::ConnectionAborted } else { ErrorKind::Other };
                self.broken = Some(kind);
                io::Error::new(kind, error)
            })?;
        }
        let taken = self.ready.len().min(into.len());
        self.ready.copy_to_slice(&mut into[..taken]);
        Ok(taken)
    }
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object").field("meta", &self.meta).field("at", &self.at).finish_non_exhaustive()
    }
}
