use mlops_core::Digest;
use object_store::path::Path;

use crate::artifact::{Blob, Space};

/// How objects are called, below a prefix: blobs as [`FolderArtifacts`](crate::artifact::FolderArtifacts)
/// calls its files, so that a folder can be copied into a bucket and back.
///
/// ```text
/// sha256/ab/cdef…              a blob, by its space and digest
/// needed/sha256/abcdef…        empty; when it was written, the blob was needed
/// removing/sha256-abcdef…/1a2b empty; while it is there, somebody may remove the blob
/// ```
#[derive(Clone, Debug)]
pub(super) struct Layout {
    prefix: Path,
}

impl Layout {
    pub(super) const fn new(prefix: Path) -> Self {
        Self { prefix }
    }

    /// Below it are the blobs of a space, and nothing else. The order of their names is that of
    /// their digests.
    pub(super) fn space(&self, space: Space) -> Path {
        self.prefix.clone().join(space.as_str())
    }

    pub(super) fn blob(&self, blob: &Blob) -> Path {
        let hex = blob.digest.to_hex();
        self.space(blob.space).join(&hex[..2]).join(&hex[2..])
    }

    /// The digest of a blob of `space`; `None` for objects of others.
    pub(super) fn digest(&self, space: Space, object: &Path) -> Option<Digest> {
        let space = self.space(space);
        let mut parts = object.prefix_match(&space)?;
        let (first, rest) = (parts.next()?, parts.next()?);
        if parts.next().is_some() || first.as_ref().len() != 2 {
            return None;
        }
        lower_hex(&[first.as_ref(), rest.as_ref()].concat())
    }

    /// When it was written, the blob was needed.
    pub(super) fn mark(&self, blob: &Blob) -> Path {
        self.prefix.clone().join("needed").join(blob.space.as_str()).join(blob.digest.to_hex())
    }

    /// Below it are the claims of all who remove blobs.
    pub(super) fn claims(&self) -> Path {
        self.prefix.clone().join("removing")
    }

    /// Below it are the claims of all who remove this blob.
    pub(super) fn claims_of(&self, blob: &Blob) -> Path {
        self.claims().join(format!("{}-{}", blob.space, blob.digest.to_hex()))
    }
}

fn lower_hex(hex: &str) -> Option<Digest> {
    // Of two spellings only one is the name.
    Digest::from_hex(hex).ok().filter(|digest| digest.to_hex() == *hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_a_folder_and_lead_back() {
        let layout = Layout::new(Path::from("team a/models"));
        for space in Space::ALL {
            let blob = Blob::new(space, Digest::of("model"));
            let hex = blob.digest.to_hex();
            let object = layout.blob(&blob);
            assert_eq!(object.as_ref(), format!("team a/models/{space}/{}/{}", &hex[..2], &hex[2..]));
            assert_eq!(layout.digest(space, &object), Some(blob.digest));
            assert_eq!(layout.mark(&blob).as_ref(), format!("team a/models/needed/{space}/{hex}"));
            assert!(layout.claims_of(&blob).prefix_matches(&layout.claims()));
        }
    }

    #[test]
    fn objects_of_others_have_no_digest() {
        let layout = Layout::new(Path::default());
        let hex = Digest::of("model").to_hex();
        let (first, rest) = hex.split_at(2);
        for foreign in [
            format!("sha256/{hex}"),
            format!("sha256/{first}/{}", rest.to_uppercase()),
            format!("sha256/{first}/{rest}/part"),
            format!("sha256/{first}/{}", &rest[1..]),
            format!("sha256/{}/{}", &hex[..3], &hex[3..]),
            format!("chunks/{first}/{rest}"),
            format!("elsewhere/sha256/{first}/{rest}"),
        ] {
            assert_eq!(layout.digest(Space::Artifacts, &Path::from(foreign.as_str())), None, "{foreign}");
        }
    }
}
