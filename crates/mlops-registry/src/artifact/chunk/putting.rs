use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use mlops_core::{Digest, DigestWriter};

use super::cut::ChunkSizes;
use super::manifest::{Chunk, MAX_CHUNKS, Manifest};
use crate::artifact::{Blob, BlobStore, Space, of_source, read_some, unavailable};
use crate::{Error, Result};

/// How many chunks wait for each of the threads that work on them.
const AHEAD: usize = 2;

/// About how many bytes of chunks are written at once.
const TOGETHER: usize = 8 << 20;

/// Bytes of a source, of which chunks are cut.
pub(super) struct Window<'a> {
    source: &'a mut dyn Read,
    sizes: ChunkSizes,
    bytes: Vec<u8>,
    at: usize,
    end: bool,
}

impl<'a> Window<'a> {
    pub(super) const fn new(source: &'a mut dyn Read, sizes: ChunkSizes) -> Self {
        Self { source, sizes, bytes: Vec::new(), at: 0, end: false }
    }

    /// All that is left, if the source ends within one chunk of the largest size.
    pub(super) fn only(&mut self) -> Result<Option<&[u8]>> {
        let max = self.sizes.max() as usize;
        self.fill(max + 1)?;
        Ok((self.left().len() <= max).then_some(&self.bytes[self.at..]))
    }

    /// The next chunk.
    fn next(&mut self) -> Result<Option<&[u8]>> {
        let max = self.sizes.max() as usize;
        if self.left().len() < max {
            // By more than is needed, so that what is left is not moved for every chunk.
            self.fill(2 * max)?;
        }
        let length = self.sizes.cut(self.left());
        let chunk = self.at..self.at + length;
        self.at = chunk.end;
        Ok((length > 0).then(|| &self.bytes[chunk]))
    }

    fn left(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Reads on until so many bytes are left, or there are no more.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        if self.end {
            return Ok(());
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        let mut filled = self.bytes.len();
        // No room is made for bytes that do not come: small artifacts are many.
        while filled < wanted && !self.end {
            if filled == self.bytes.len() {
                let room = (2 * filled).max(crate::artifact::CHUNK).min(wanted);
                self.bytes.resize(room, 0);
            }
            let read = read_some(self.source, &mut self.bytes[filled..]).map_err(of_source)?;
            self.end = read == 0;
            filled += read;
        }
        self.bytes.truncate(filled);
        Ok(())
    }
}

/// Keeps the chunks of what the window yields, and then their list.
///
/// One thread reads and cuts, one hashes the whole, and one hashes the chunks and keeps them.
pub(super) fn put(blobs: &dyn BlobStore, window: &mut Window) -> Result<Digest> {
    let manifest = thread::scope(|scope| -> Result<Manifest> {
        let (to_whole, whole) = sync_channel::<Arc<[u8]>>(AHEAD);
        let (to_store, store) = sync_channel::<Arc<[u8]>>(AHEAD);
        let failed = |error: io::Error| unavailable("a thread for an artifact", error);
        let name = || thread::Builder::new().name("artifact put".to_owned());
        let hashing = name()
            .spawn_scoped(scope, move || {
                let mut digest = DigestWriter::new();
                for chunk in whole {
                    digest.update(chunk);
                }
                digest.finish()
            })
            .map_err(failed)?;
        let keeping = name().spawn_scoped(scope, move || keep(blobs, &store)).map_err(failed)?;
        let read = hand_out(window, &to_whole, &to_store);
        drop((to_whole, to_store));
        let joined = hashing.join().and_then(|artifact| Ok((artifact, keeping.join()?)));
        let (artifact, kept) = joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // If chunks can't be kept, that is why no more of them were taken.
        let chunks = kept?;
        read?;
        Ok(Manifest::new(artifact, chunks))
    })?;
    let artifact = *manifest.artifact();
    blobs.put_blobs(&[(Blob::new(Space::Manifests, artifact), &manifest.to_bytes())])?;
    Ok(artifact)
}

fn hand_out(window: &mut Window, whole: &SyncSender<Arc<[u8]>>, store: &SyncSender<Arc<[u8]>>) -> Result<()> {
    let mut count = 0;
    while let Some(chunk) = window.next()? {
        count += 1;
        if count > MAX_CHUNKS {
            return Err(Error::Invalid {
                field: "size of the artifact",
                value: format!("more than {MAX_CHUNKS} chunks"),
                expected: "fewer, larger chunks".to_owned(),
            });
        }
        let chunk: Arc<[u8]> = chunk.into();
        if store.send(Arc::clone(&chunk)).is_err() || whole.send(chunk).is_err() {
            // They have stopped, and say why.
            break;
        }
    }
    Ok(())
}

/// Keeps chunks as they come, several at a time; those that are there already once more only
/// if they are damaged.
fn keep(blobs: &dyn BlobStore, chunks: &Receiver<Arc<[u8]>>) -> Result<Vec<Chunk>> {
    let mut kept = Vec::new();
    let mut waiting: Vec<(Blob, Arc<[u8]>)> = Vec::new();
    let mut bytes = 0;
    for chunk in chunks {
        let digest = Digest::of(&chunk);
        let size = u32::try_from(chunk.len()).expect("a chunk is no larger than the largest");
        kept.push(Chunk { digest, size });
        let blob = Blob::new(Space::Chunks, digest);
        if waiting.iter().any(|(there, _)| *there == blob) || is_kept(blobs, &blob, &chunk)? {
            continue;
        }
        bytes += chunk.len();
        waiting.push((blob, chunk));
        if bytes >= TOGETHER {
            write(blobs, &mut waiting)?;
            bytes = 0;
        }
    }
    write(blobs, &mut waiting)?;
    Ok(kept)
}

fn write(blobs: &dyn BlobStore, waiting: &mut Vec<(Blob, Arc<[u8]>)>) -> Result<()> {
    let together: Vec<_> = waiting.iter().map(|(blob, bytes)| (*blob, &**bytes)).collect();
    if !together.is_empty() {
        blobs.put_blobs(&together)?;
    }
    waiting.clear();
    Ok(())
}

/// Whether these very bytes are there; then they count as put now.
fn is_kept(blobs: &dyn BlobStore, blob: &Blob, bytes: &[u8]) -> Result<bool> {
    let Ok(Some(there)) = blobs.open_blob(blob) else {
        // What can't be read, be it damaged, is written anew; what can't be written says so.
        return Ok(false);
    };
    // After it was touched, and still there, it is not collected.
    Ok(is_equal(there, bytes) && blobs.touch_blob(blob)?)
}

fn is_equal(mut source: impl Read, mut bytes: &[u8]) -> bool {
    let mut some = vec![0; crate::artifact::CHUNK];
    loop {
        match read_some(&mut source, &mut some) {
            Ok(0) => return bytes.is_empty(),
            Ok(read) => match bytes.strip_prefix(&some[..read]) {
                Some(rest) => bytes = rest,
                None => return false,
            },
            Err(_) => return false,
        }
    }
}
