use std::io::Read;

use mlops_core::Digest;

/// How many plain bytes are sealed at a time.
pub(super) const SEGMENT: usize = 64 * 1024;

/// What a seal adds to a segment.
pub(super) const TAG: usize = 16;

const MAGIC: &[u8; 8] = b"mlopsEN1";

/// What stands before the segments of a sealed blob.
///
/// # Format
/// `mlopsEN1`, the name of the data key (32 bytes), and a random salt (32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) key: Digest,
    pub(super) salt: [u8; 32],
}

impl Header {
    pub(super) const LENGTH: usize = MAGIC.len() + 32 + 32;

    pub(super) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..40].copy_from_slice(self.key.as_bytes());
        bytes[40..].copy_from_slice(&self.salt);
        bytes
    }

    pub(super) fn read(source: &mut dyn Read) -> std::io::Result<Result<Self, String>> {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        source.take(Self::LENGTH as u64).read_to_end(&mut bytes)?;
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let length = bytes.len();
        let bytes: &[u8; Self::LENGTH] = bytes
            .try_into()
            .map_err(|_| format!("its header has {length} bytes, not {}: it was cut", Self::LENGTH))?;
        if bytes[..8] != *MAGIC {
            return Err(format!("its header begins with {:?}, not with {MAGIC:?}", &bytes[..8]));
        }
        let (mut key, mut salt) = ([0; 32], [0; 32]);
        key.copy_from_slice(&bytes[8..40]);
        salt.copy_from_slice(&bytes[40..]);
        Ok(Self { key: Digest::from_bytes(key), salt })
    }
}

/// How many plain bytes there are in a sealed blob of so many.
pub(super) fn plain_size(sealed: u64) -> Result<u64, String> {
    let cut = || format!("it has {sealed} bytes, which no sealed one has: it was cut or extended");
    let body = sealed.checked_sub(Header::LENGTH as u64).ok_or_else(cut)?;
    let (full, tag) = ((SEGMENT + TAG) as u64, TAG as u64);
    let segments = body.div_ceil(full);
    let last = body - segments.saturating_sub(1) * full;
    // Only of nothing the last segment is empty.
    if last < tag || (segments > 1 && last == tag) {
        return Err(cut());
    }
    Ok(body - segments * tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_plain_bytes() {
        for plain in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 10 * SEGMENT + 7] {
            let segments = plain.div_ceil(SEGMENT).max(1);
            let sealed = (Header::LENGTH + plain + segments * TAG) as u64;
            assert_eq!(plain_size(sealed), Ok(plain as u64));
        }
        for none in [0, 1, Header::LENGTH, Header::LENGTH + TAG - 1, Header::LENGTH + SEGMENT + 2 * TAG] {
            assert!(plain_size(none as u64).unwrap_err().contains("cut"), "{none}");
        }
        assert!(plain_size(u64::MAX).is_ok_and(|plain| plain < u64::MAX));
    }
}
