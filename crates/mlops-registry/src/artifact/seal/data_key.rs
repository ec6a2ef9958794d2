use std::io::Read;

use aes_gcm::AeadInOut as _;
use aes_gcm::aead::inout::InOutBuf;
use mlops_core::Digest;
use zeroize::Zeroizing;

use super::cipher::{Key, aes, derived};
use super::header::TAG;
use crate::artifact::unavailable;
use crate::secret::{SecretSource, check_name};
use crate::{Error, Result};

const MAGIC: &[u8; 8] = b"mlopsDK1";

/// The longest name of a key: that of a secret.
const MAX_NAME: usize = 128;

/// Magic, generation, length of the name of the key; then the name, the check, the nonce, the
/// data key and its seal.
const LONGEST: usize = 8 + 4 + 1 + MAX_NAME + 16 + 12 + 32 + TAG;

/// A key that blobs are sealed with, and how it is kept.
pub(super) struct DataKey {
    pub(super) id: Digest,
    /// The greater, the later it was made.
    pub(super) generation: u32,
    pub(super) key: Key,
    /// The name of the key that it is wrapped in.
    pub(super) wrapped_by: String,
}

/// A data key as it is kept: wrapped in a key whose name it says.
///
/// # Format
/// `mlopsDK1`, its generation (4 bytes, big-endian), the length of the name of the key (1) and
/// the name; 16 bytes that tell whether a key is the right one, a random nonce (12), and the
/// data key, sealed with AES-256-GCM (32 and 16). All before the nonce is sealed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    id: Digest,
    pub(super) generation: u32,
    /// The name of the key that it is wrapped in.
    pub(super) by: String,
    check: [u8; 16],
    nonce: [u8; 12],
    sealed: Vec<u8>,
}

/// `bytes` that nobody can foresee.
///
/// # Errors
/// [`Error::Unavailable`] if the system has none.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| unavailable("the system's random numbers", error.into()))?;
    Ok(bytes)
}

/// The key called `name`.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Invalid`] with its name, and nothing of the key; those of the source.
pub(super) fn key(secrets: &dyn SecretSource, name: &str) -> Result<Key> {
    let secret = secrets.secret(name).map_err(|error| match error {
        Error::NotFound { key, .. } => Error::NotFound { what: "encryption key", key },
        error => error,
    })?;
    secret.key().ok_or_else(|| Error::Invalid {
        field: "encryption key",
        value: format!("{} bytes in {name}", secret.expose().len()),
        expected: "32 random bytes, or 64 hexadecimal digits".to_owned(),
    })
}

impl DataKey {
    /// A new one.
    pub(super) fn generate(generation: u32, wrapped_by: &str) -> Result<Self> {
        Ok(Self {
            id: Digest::from_bytes(random()?),
            generation,
            key: Zeroizing::new(random()?),
            wrapped_by: wrapped_by.to_owned(),
        })
    }

    /// The same, wrapped in the key called `by`.
    pub(super) fn wrap(&self, key: &Key, by: &str) -> Result<Wrapped> {
        let mut wrapped = Wrapped {
            id: self.id,
            generation: self.generation,
            by: by.to_owned(),
            check: check(key, &self.id),
            nonce: random()?,
            sealed: Vec::with_capacity(32 + TAG),
        };
        let head = wrapped.head();
        let mut bytes = Zeroizing::new(*self.key);
        let tag = aes(&wrapping(key, &self.id))
            .encrypt_inout_detached(&wrapped.nonce.into(), &head, InOutBuf::from(bytes.as_mut_slice()))
            .map_err(|_| wrapped.corrupt("it can't be wrapped"))?;
        wrapped.sealed.extend_from_slice(&*bytes);
        wrapped.sealed.extend_from_slice(&tag);
        Ok(wrapped)
    }
}

fn check(key: &Key, id: &Digest) -> [u8; 16] {
    *derived(key, id.as_bytes(), &[b"mlops data key check 1"])
}

fn wrapping(key: &Key, id: &Digest) -> Key {
    derived(key, id.as_bytes(), &[b"mlops data key wrap 1"])
}

impl Wrapped {
    /// Opens it with the key that it is wrapped in.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it was another key, [`Error::Corrupt`] if it was the right one and
    /// this has changed.
    pub(super) fn unwrap(&self, key: &Key) -> Result<DataKey> {
        if check(key, &self.id) != self.check {
            return Err(Error::Invalid {
                field: "encryption key",
                value: self.by.clone(),
                expected: format!("the one that data key {} is wrapped in", self.id.short()),
            });
        }
        let mut data_key = Zeroizing::new([0; 32]);
        let (sealed, tag) = self.sealed.split_at(32);
        data_key.copy_from_slice(sealed);
        let tag: [u8; TAG] = tag.try_into().map_err(|_| self.corrupt("its seal was cut"))?;
        aes(&wrapping(key, &self.id))
            .decrypt_inout_detached(
                &self.nonce.into(),
                &self.head(),
                InOutBuf::from(data_key.as_mut_slice()),
                &tag.into(),
            )
            .map_err(|_| self.corrupt("its seal does not open: it was changed, or is that of another one"))?;
        Ok(DataKey { id: self.id, generation: self.generation, key: data_key, wrapped_by: self.by.clone() })
    }

    fn corrupt(&self, reason: &str) -> Error {
        corrupt(&self.id, format!("wrapped in {:?}: {reason}", self.by))
    }

    /// All before the nonce, and what it is called.
    fn head(&self) -> Vec<u8> {
        let mut head = self.public();
        head.extend_from_slice(self.id.as_bytes());
        head
    }

    fn public(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LONGEST);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.push(u8::try_from(self.by.len()).expect("the name of a secret has at most 128 bytes"));
        bytes.extend_from_slice(self.by.as_bytes());
        bytes.extend_from_slice(&self.check);
        bytes
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.public();
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.sealed);
        bytes
    }

    /// Reads the data key called `id` as it is kept.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is none.
    pub(super) fn read(id: Digest, source: impl Read) -> Result<Self> {
        let mut bytes = Vec::with_capacity(LONGEST + 1);
        source
            .take(LONGEST as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unavailable(format!("data key {}", id.short()), error))?;
        Self::parse(id, &bytes)
            .ok_or_else(|| corrupt(&id, format!("its {} bytes are those of none", bytes.len())))
    }

    fn parse(id: Digest, bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(MAGIC)?;
        let (generation, bytes) = bytes.split_first_chunk::<4>()?;
        let (length, bytes) = bytes.split_first()?;
        let (by, bytes) = bytes.split_at_checked(usize::from(*length))?;
        let by = std::str::from_utf8(by).ok().filter(|by| check_name(by).is_ok())?;
        let (check, bytes) = bytes.split_first_chunk::<16>()?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
        (sealed.len() == 32 + TAG).then(|| Self {
            id,
            generation: u32::from_be_bytes(*generation),
            by: by.to_owned(),
            check: *check,
            nonce: *nonce,
            sealed: sealed.to_vec(),
        })
    }
}

pub(super) fn corrupt(id: &Digest, reason: String) -> Error {
    Error::Corrupt { what: format!("data key {}", id.short()), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_with_its_key_alone() {
        let (right, other) = (Zeroizing::new([7; 32]), Zeroizing::new([8; 32]));
        let data_key = DataKey::generate(3, "k1").unwrap();
        let wrapped = data_key.wrap(&right, "k1").unwrap();
        let bytes = wrapped.to_bytes();
        assert!(!bytes.windows(32).any(|window| window == *data_key.key || window == *right));
        let read = Wrapped::read(data_key.id, bytes.as_slice()).unwrap();
        assert_eq!(read, wrapped);
        let again = read.unwrap(&right).unwrap();
        assert_eq!((&again.key, again.generation, again.wrapped_by.as_str()), (&data_key.key, 3, "k1"));
        match read.unwrap(&other).map(drop) {
            Err(Error::Invalid { field: "encryption key", value, .. }) => assert_eq!(value, "k1"),
            other => panic!("{other:?}"),
        }
        // Under another name it is another key.
        let elsewhere = Wrapped::read(Digest::of("other"), bytes.as_slice()).unwrap();
        assert!(elsewhere.unwrap(&right).is_err());
    }

    #[test]
    fn any_byte_and_any_length_counts() {
        let right = Zeroizing::new([7; 32]);
        let data_key = DataKey::generate(1, "a-key").unwrap();
        let bytes = data_key.wrap(&right, "a-key").unwrap().to_bytes();
        let opened = |bytes: &[u8]| Wrapped::read(data_key.id, bytes).and_then(|read| read.unwrap(&right));
        assert!(opened(&bytes).is_ok());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let error = opened(&changed).map(drop).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. } | Error::Invalid { .. }), "{at}: {error:?}");
            assert!(opened(&bytes[..at]).is_err(), "{at}");
        }
        assert!(opened(&[&bytes[..], b"x"].concat()).is_err());
    }
}
