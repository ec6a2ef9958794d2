use std::collections::VecDeque;
use std::io;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as Said, MultipartUpload, ObjectStoreExt as _, PutPayload};

use super::ObjectArtifacts;
use super::driver::Task;
use super::spool::{Parts, Spooled};
use crate::artifact::unavailable;
use crate::{Error, Result};

/// The most parts that the large clouds take of an object.
const MOST_PARTS: u64 = 10_000;

/// The most bytes of parts that are on their way at once, unless one part has more.
const IN_FLIGHT: usize = 64 << 20;

/// The most parts that are on their way at once.
const AT_ONCE: usize = 4;

/// The most bytes for a store that takes an object at once or not at all.
const WHOLE: u64 = 64 << 20;

/// Writes what was spooled to `object`, where it is seen when it is complete. It may be written
/// again after that.
pub(super) fn upload(artifacts: &ObjectArtifacts, object: &Path, spooled: &Spooled) -> Result<()> {
    match spooled {
        Spooled::Memory(bytes) => whole(artifacts, object.clone(), bytes.clone()),
        Spooled::File { file, size } => {
            let length = part_length(artifacts.part, *size);
            let mut parts = Parts::new(file, length).map_err(of_spool)?;
            let Some(upload) = Upload::begin(artifacts, object)? else {
                if *size > WHOLE {
                    return Err(Error::Invalid {
                        field: "size of the artifact",
                        value: format!("{size} bytes"),
                        expected: format!(
                            "at most {WHOLE} bytes: {} takes no object in parts, but `ChunkedArtifacts` over it do",
                            artifacts.bucket.place.name
                        ),
                    });
                }
                let mut all =
                    Parts::new(file, usize::try_from(WHOLE).unwrap_or(usize::MAX)).map_err(of_spool)?;
                let bytes = all.next().map_err(of_spool)?.unwrap_or_default();
                return whole(artifacts, object.clone(), bytes);
            };
            upload.send(&mut parts, (IN_FLIGHT / length).clamp(1, AT_ONCE))
        }
    }
}

fn whole(artifacts: &ObjectArtifacts, object: Path, bytes: Bytes) -> Result<()> {
    artifacts.wait("put an object", |bucket| async move { bucket.write(&object, bytes).await })
}

/// As long as was asked for, or as many times longer as there would be too many.
fn part_length(asked: usize, size: u64) -> usize {
    let least = size.div_ceil(MOST_PARTS);
    usize::try_from(least).unwrap_or(usize::MAX).div_ceil(asked).max(1).saturating_mul(asked)
}

fn of_spool(error: io::Error) -> Error {
    unavailable("the file of what is on its way", error)
}

/// An object that is written in parts; given up if it is dropped before it is complete.
struct Upload<'a> {
    artifacts: &'a ObjectArtifacts,
    upload: Option<Box<dyn MultipartUpload>>,
}

impl<'a> Upload<'a> {
    /// `None` if the store takes no parts.
    fn begin(artifacts: &'a ObjectArtifacts, object: &Path) -> Result<Option<Self>> {
        let object = object.clone();
        let upload = artifacts.wait("begin an upload", |bucket| async move {
            match bucket.store.put_multipart(&object).await {
                Ok(upload) => Ok(Some(upload)),
                Err(Said::NotImplemented { .. } | Said::NotSupported { .. }) => Ok(None),
                Err(error) => Err(bucket.place.told("begin an upload", &error)),
            }
        })?;
        Ok(upload.map(|upload| Self { artifacts, upload: Some(upload) }))
    }

    fn send(mut self, parts: &mut Parts<'_>, at_once: usize) -> Result<()> {
        let mut on_their_way: VecDeque<Task<Result<()>>> = VecDeque::new();
        while let Some(part) = parts.next().map_err(of_spool)? {
            let Some(upload) = &mut self.upload else { break };
            let sent = upload.put_part(PutPayload::from_bytes(part));
            on_their_way.push_back(self.artifacts.start("put a part", |bucket| async move {
                sent.await.map_err(|error| bucket.place.told("put a part", &error))
            }));
            if on_their_way.len() >= at_once
                && let Some(first) = on_their_way.pop_front()
            {
                self.artifacts.outcome(first)?;
            }
        }
        on_their_way.into_iter().try_for_each(|part| self.artifacts.outcome(part))?;
        self.complete()
    }

    fn complete(&mut self) -> Result<()> {
        let Some(mut upload) = self.upload.take() else { return Ok(()) };
        let (upload, completed) = self.artifacts.wait("complete an upload", |bucket| async move {
            let completed = upload.complete().await;
            Ok((upload, completed.map_err(|error| bucket.place.told("complete an upload", &error))))
        })?;
        if completed.is_err() {
            // So that its parts are given up.
            self.upload = Some(upload);
        }
        completed.map(drop)
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if let Some(mut upload) = self.upload.take() {
            // What can't be given up the store's own rules remove in time.
            let _ = self.artifacts.wait("give up an upload", |bucket| async move {
                upload.abort().await.map_err(|error| bucket.place.told("give up an upload", &error))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_object_has_too_many_parts() {
        let part = 8 << 20;
        for size in [0, 1, 8 << 20, 80_000 << 20, (80_000 << 20) + 1, 5 << 40] {
            let length = part_length(part, size);
            assert!(size.div_ceil(length as u64) <= MOST_PARTS, "{size}");
            assert_eq!(length % part, 0, "{size}");
        }
        assert_eq!(part_length(part, 80_000 << 20), part);
        assert_eq!(part_length(part, (80_000 << 20) + 1), 2 * part);
    }
}
