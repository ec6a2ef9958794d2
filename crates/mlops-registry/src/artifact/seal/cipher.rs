use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut as _, Aes256Gcm, KeyInit as _};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::header::{Header, TAG};
use crate::artifact::Blob;

/// 32 bytes that nobody should see.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// Bytes that follow from a key, and which tell nothing of it, nor of others that follow.
///
/// # Source
/// HKDF with SHA-256: RFC 5869.
pub(super) fn derived<const N: usize>(key: &Key, salt: &[u8], purpose: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(Some(salt), &**key)
        .expand_multi_info(purpose, &mut *bytes)
        .expect("so few bytes follow from any key");
    bytes
}

/// AES-256-GCM with a key that is used for one message, or with nonces that never repeat.
pub(super) fn aes(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

/// Seals and opens the segments of one blob.
///
/// The key follows from the data key and the header, so that it is that of this blob alone
/// and a header of another blob opens nothing. The nonce of a segment is its number, and
/// whether it is the last: segments can't be swapped, left out or added. With the last
/// goes the name of the blob: a blob in the place of another one does not open.
///
/// # Source
/// STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, *Online Authenticated-Encryption and its
/// Nonce-Reuse Misuse-Resistance* (CRYPTO 2015), with a nonce of 7 bytes, 4 of the number
/// and 1 that is 1 for the last, as Tink and `RustCrypto` have it; AES-GCM: NIST SP 800-38D.
pub(super) struct Segments {
    aes: Aes256Gcm,
    prefix: [u8; 7],
    next: u32,
}

/// That there are more segments than can be told apart: 256 TiB.
#[derive(Debug)]
pub(super) struct TooLong;

impl Segments {
    pub(super) fn new(data_key: &Key, header: &Header) -> Self {
        let both: Zeroizing<[u8; 39]> =
            derived(data_key, &header.salt, &[b"mlops artifact segments 1", &header.to_bytes()]);
        let (mut key, mut prefix) = (Zeroizing::new([0; 32]), [0; 7]);
        key.copy_from_slice(&both[..32]);
        prefix.copy_from_slice(&both[32..]);
        Self { aes: aes(&key), prefix, next: 0 }
    }

    /// The number of the next segment.
    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    fn nonce(&mut self, last: bool) -> Result<[u8; 12], TooLong> {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&self.prefix);
        nonce[7..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = u8::from(last);
        self.next = self.next.checked_add(1).ok_or(TooLong)?;
        Ok(nonce)
    }

    /// Seals the next segment in its place, and adds the seal. The last has the name of the blob.
    pub(super) fn seal(&mut self, segment: &mut Vec<u8>, last: Option<&Blob>) -> Result<(), TooLong> {
        let nonce = self.nonce(last.is_some())?;
        let name = last.map(name).unwrap_or_default();
        let tag = self
            .aes
            .encrypt_inout_detached(&nonce.into(), &name, InOutBuf::from(segment.as_mut_slice()))
            .map_err(|_| TooLong)?;
        segment.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens the next segment in its place, and takes the seal away. `None` if it is not the one
    /// that was sealed.
    pub(super) fn open(&mut self, segment: &mut Vec<u8>, last: Option<&Blob>) -> Option<()> {
        let nonce = self.nonce(last.is_some()).ok()?;
        let name = last.map(name).unwrap_or_default();
        let length = segment.len().checked_sub(TAG)?;
        let (bytes, tag) = segment.split_at_mut(length);
        let tag: [u8; TAG] = (&*tag).try_into().ok()?;
        self.aes.decrypt_inout_detached(&nonce.into(), &name, InOutBuf::from(bytes), &tag.into()).ok()?;
        segment.truncate(length);
        Some(())
    }
}

fn name(blob: &Blob) -> Vec<u8> {
    [blob.space.as_str().as_bytes(), b"/", blob.digest.as_bytes()].concat()
}
