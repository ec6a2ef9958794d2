use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use mlops_core::Digest;

use super::manifest::{Chunk, Manifest};
use crate::artifact::{Blob, BlobStore, Space, unavailable};
use crate::{Error, Result};

/// How many chunks wait to be handed out.
const AHEAD: usize = 2;

/// The bytes of chunk `number` of an artifact, checked.
pub(super) fn chunk(blobs: &dyn BlobStore, manifest: &Manifest, number: usize) -> Result<Vec<u8>> {
    let Chunk { digest, size } = manifest.chunks()[number];
    let corrupt = |reason: String| Error::Corrupt {
        what: format!("artifact {}", manifest.artifact()),
        reason: format!("its chunk {number} of {}, {digest}, {reason}", manifest.chunks().len()),
    };
    let missing = || corrupt("is missing".to_owned());
    let source = blobs.open_blob(&Blob::new(Space::Chunks, digest))?.ok_or_else(missing)?;
    let mut bytes = Vec::with_capacity(size as usize + 1);
    source.take(u64::from(size) + 1).read_to_end(&mut bytes).map_err(|error| {
        match error.downcast::<Error>() {
            // What is below says which chunk, and not of which artifact.
            Ok(Error::Corrupt { reason, .. }) => corrupt(format!("is damaged: {reason}")),
            Ok(error) => error,
            Err(error) => unavailable(format!("artifact {}", manifest.artifact()), error),
        }
    })?;
    if bytes.len() != size as usize {
        let more = if bytes.len() > size as usize { "more" } else { "fewer" };
        return Err(corrupt(format!("has {more} than its {size} bytes")));
    }
    let found = Digest::of(&bytes);
    if found != digest {
        return Err(corrupt(format!("has the bytes of {found}")));
    }
    Ok(bytes)
}

/// The bytes of an artifact, chunk by chunk. Another thread reads and checks what comes next.
pub(super) struct Chunks {
    next: Receiver<Result<Vec<u8>>>,
    left: u64,
    current: Vec<u8>,
    at: usize,
    broken: Option<ErrorKind>,
}

impl Chunks {
    pub(super) fn open(blobs: Arc<dyn BlobStore>, manifest: Manifest) -> Result<Self> {
        let (send, next) = sync_channel(AHEAD);
        let left = manifest.size();
        let name = format!("artifact {}", manifest.artifact());
        let read = move || {
            for number in 0..manifest.chunks().len() {
                let chunk = chunk(&*blobs, &manifest, number);
                let stop = chunk.is_err();
                if send.send(chunk).is_err() || stop {
                    // Nobody wants more, or there is none.
                    return;
                }
            }
        };
        let spawned = thread::Builder::new().name("artifact chunks".to_owned()).spawn(read);
        spawned.map_err(|error| unavailable(name, error))?;
        Ok(Self { next, left, current: Vec::new(), at: 0, broken: None })
    }
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        while self.at == self.current.len() {
            if self.left == 0 || into.is_empty() {
                return Ok(0);
            }
            match self.next.recv() {
                Ok(Ok(chunk)) => {
                    self.left -= chunk.len() as u64;
                    (self.current, self.at) = (chunk, 0);
                }
                Ok(Err(error)) => {
                    let kind = match &error {
                        Error::Corrupt { .. } => ErrorKind::InvalidData,
                        _ => ErrorKind::Other,
                    };
                    self.broken = Some(kind);
                    return Err(io::Error::new(kind, error));
                }
                Err(_) => {
                    self.broken = Some(ErrorKind::BrokenPipe);
                    return Err(ErrorKind::BrokenPipe.into());
                }
            }
        }
        let ready = &self.current[self.at..];
        let taken = ready.len().min(into.len());
        into[..taken].copy_from_slice(&ready[..taken]);
        self.at += taken;
        Ok(taken)
    }
}
