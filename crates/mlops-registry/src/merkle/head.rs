use std::fmt;
use std::str::FromStr;

use mlops_core::{Digest, Timestamp, canonical};
use serde::{Deserialize, Deserializer, Serialize};

use super::{PublicKey, Rejection, Signature, Signer};
use crate::{Error, Result};

/// Which log a head is of: a name that no other log of the same signer has, such as
/// `registry.bank.example/credit`. 1 to 256 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Origin(String);

impl Origin {
    /// The name, checked.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the value and what was expected.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if (1..=256).contains(&name.len()) && !name.chars().any(char::is_control) {
            Ok(Self(name))
        } else {
            Err(Error::Invalid {
                field: "origin of a log",
                value: name.chars().take(256).collect(),
                expected: "1 to 256 bytes without control characters".to_owned(),
            })
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        Self::new(name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A log at one moment in 32 bytes: whoever holds this can tell if an entry is changed,
/// removed or slipped in later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TreeHead {
    origin: Origin,
    size: u64,
    root: Digest,
    at: Timestamp,
}

impl TreeHead {
    /// JSON numbers are doubles: a larger size would have two spellings.
    const MAX_SIZE: u64 = (1 << 53) - 1;

    /// The head of the log `origin`, which at the time `at` has `size` leaves and this `root`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a size of 2⁵³ or more.
    pub fn new(origin: Origin, size: u64, root: Digest, at: Timestamp) -> Result<Self> {
        if size > Self::MAX_SIZE {
            return Err(Error::Invalid {
                field: "size of a tree head",
                value: size.to_string(),
                expected: format!("at most {}", Self::MAX_SIZE),
            });
        }
        Ok(Self { origin, size, root, at })
    }

    /// Which log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many leaves it had.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of these leaves.
    pub const fn root(&self) -> &Digest {
        &self.root
    }

    /// When.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The bytes that are signed: the canonical JSON of the head. Its member `format` sets
    /// it apart from all else that the key may sign.
    fn message(&self) -> Result<String> {
        Ok(canonical::to_string(self)?)
    }
}

/// What a head calls itself; the number goes up when its meaning changes.
#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "mlops-tree-head/1")]
    One,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: Format,
    origin: Origin,
    size: u64,
    root: Digest,
    at: Timestamp,
}

impl From<TreeHead> for Written {
    fn from(TreeHead { origin, size, root, at }: TreeHead) -> Self {
        Self { format: Format::One, origin, size, root, at }
    }
}

impl TryFrom<Written> for TreeHead {
    type Error = Error;
    fn try_from(Written { format: Format::One, origin, size, root, at }: Written) -> Result<Self> {
        Self::new(origin, size, root, at)
    }
}

/// A [`TreeHead`] and the signature of who answers for it: what is kept outside the store,
/// where those who can write to the store can't reach.
///
/// ```
/// use mlops_core::{Clock, ManualClock};
/// use mlops_registry::merkle::{Ed25519Signer, SignedTreeHead, Signer, TreeHead, empty_root};
///
/// let (signer, clock) = (Ed25519Signer::from_seed(&[7; 32]), ManualClock::new("2013-04-01".parse()?));
/// let head = TreeHead::new("registry.example".parse()?, 0, empty_root(), clock.now())?;
/// let text = SignedTreeHead::sign(head, &signer)?.to_text()?;
/// // … kept in a file, sent by mail, printed in the annual report …
/// let head = SignedTreeHead::from_text(&text)?;
/// assert_eq!(head.verify(&signer.public_key())?.size(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTreeHead {
    head: TreeHead,
    /// The id of the public key.
    key: Digest,
    signature: Signature,
}

impl SignedTreeHead {
    /// Signs `head`.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn sign(head: TreeHead, signer: &dyn Signer) -> Result<Self> {
        let signature = signer.sign(head.message()?.as_bytes())?;
        Ok(Self { head, key: signer.public_key().id(), signature })
    }

    /// The head, if the holder of `key` has signed it.
    ///
    /// # Errors
    /// [`Rejection::OtherKey`] if it names another key, [`Rejection::Forged`] if the
    /// signature is not one of this head.
    pub fn verify(&self, key: &PublicKey) -> Result<&TreeHead, Rejection> {
        if key.id() != self.key {
            return Err(Rejection::OtherKey { expected: key.id(), found: self.key });
        }
        match self.head.message() {
            Ok(message) if key.verifies(message.as_bytes(), &self.signature) => Ok(&self.head),
            _ => Err(Rejection::Forged),
        }
    }

    /// What it claims, whoever signed it. Trust what [`verify`](Self::verify) gives.
    pub const fn unverified(&self) -> &TreeHead {
        &self.head
    }

    /// The id of the key that it says it is signed with.
    pub const fn key(&self) -> &Digest {
        &self.key
    }

    /// The signature over the canonical JSON of the head.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// One line of canonical JSON with its line feed: the same head is always the same bytes.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_text(&self) -> Result<String> {
        Ok(canonical::to_string(self)? + "\n")
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and nothing else: no other spelling, no
    /// other member, nothing before or after.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong. The signature is not looked at.
    pub fn from_text(text: &str) -> Result<Self> {
        let corrupt = |reason| Error::Corrupt { what: "signed tree head".to_owned(), reason };
        let line = text.strip_suffix('\n').ok_or_else(|| corrupt("no line feed at the end".to_owned()))?;
        canonical::from_str(line).map_err(|error| corrupt(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{Ed25519Signer, leaf_hash};

    fn signer() -> Ed25519Signer {
        Ed25519Signer::from_seed(&[7; 32])
    }

    fn head(size: u64) -> TreeHead {
        let at = "2013-04-01T00:00:00Z".parse().unwrap();
        TreeHead::new("registry.example".parse().unwrap(), size, leaf_hash(b"x"), at).unwrap()
    }

    #[test]
    fn the_text_is_the_same_every_time() {
        let text = SignedTreeHead::sign(head(3), &signer()).unwrap().to_text().unwrap();
        assert_eq!(text, SignedTreeHead::sign(head(3), &signer()).unwrap().to_text().unwrap());
        assert!(
            text.starts_with(r#"{"head":{"at":"2013-04-01T00:00:00Z","format":"mlops-tree-head/1","origin":"registry.example","root":"sha256:"#),
            "{text}"
        );
        assert_eq!(SignedTreeHead::from_text(&text).unwrap().to_text().unwrap(), text);
    }

    #[test]
    fn only_the_whole_truth_by_the_right_key_is_verified() {
        let signed = SignedTreeHead::sign(head(3), &signer()).unwrap();
        let key = signer().public_key();
        assert_eq!(signed.verify(&key), Ok(&head(3)));

        let other = Ed25519Signer::from_seed(&[8; 32]).public_key();
        assert!(matches!(signed.verify(&other), Err(Rejection::OtherKey { .. })));
        let renamed = SignedTreeHead { key: other.id(), ..signed.clone() };
        assert_eq!(renamed.verify(&other), Err(Rejection::Forged));

        let later = TreeHead { at: "2013-04-02".parse().unwrap(), ..head(3) };
        let moved = TreeHead { origin: "other.example".parse().unwrap(), ..head(3) };
        let rewritten = TreeHead { root: leaf_hash(b"y"), ..head(3) };
        for head in [head(4), later, moved, rewritten] {
            let forged = SignedTreeHead { head, ..signed.clone() };
            assert_eq!(forged.verify(&key), Err(Rejection::Forged), "{forged:?}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let shown = format!("{:?}", signer());
        assert!(shown.contains(&signer().public_key().to_string()), "{shown}");
        assert!(!shown.contains("0707") && !shown.contains("7, 7"), "{shown}");
    }

    #[test]
    fn keys_and_signatures_have_one_spelling() {
        let key = signer().public_key();
        let text = key.to_string();
        assert_eq!(text.parse::<PublicKey>().unwrap(), key);
        // The neutral point: every message has a signature that it accepts.
        let weak = format!("ed25519:01{}", "0".repeat(62));
        for bad in ["", "ed25519:", &text[8..], &text.to_uppercase(), &format!("{text}00"), &weak] {
            assert!(matches!(bad.parse::<PublicKey>(), Err(Error::Invalid { .. })), "{bad}");
        }
        let signature = signer().sign(b"x").unwrap();
        assert_eq!(signature.to_string().parse::<Signature>().unwrap(), signature);
    }

    #[test]
    fn a_head_can_not_be_spelled_twice() {
        let root = leaf_hash(b"x");
        assert!(TreeHead::new("a".parse().unwrap(), 1 << 53, root, Timestamp::MIN).is_err());
        for bad in ["", "a\nb", &"x".repeat(257)] {
            assert!(bad.parse::<Origin>().is_err(), "{bad:?}");
        }
        let text = SignedTreeHead::sign(head(3), &signer()).unwrap().to_text().unwrap();
        for (from, to) in [
            ("{\"head\"", "{ \"head\""),
            ("\"size\":3", "\"size\":3.0"),
            ("\"size\":3", "\"size\":9007199254740993"),
            ("\"size\":3", "\"size\":3,\"sise\":3"),
            ("T00:00:00Z", "T00:00:00+00:00"),
            ("tree-head/1", "tree-head/2"),
            ("}\n", "}"),
            ("}\n", "}\n\n"),
            ("\"key\":\"", "\"key\":\"sha256:00\",\"key\":\""),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text);
            let error = SignedTreeHead::from_text(&changed).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. }), "{changed}: {error}");
        }
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let text = SignedTreeHead::sign(head(3), &signer()).unwrap().to_text().unwrap();
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            if let Ok(head) = SignedTreeHead::from_text(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(head.verify(&signer().public_key()).is_err());
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            prop_assert!(SignedTreeHead::from_text(&text).is_err());
        }
    }
}
