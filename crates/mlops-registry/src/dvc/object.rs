use std::fmt;
use std::path::PathBuf;

use crate::{Error, Result};

/// By which rule an object is named, and where it lies in a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "DVC has had these two, and a cache must have a place for each")]
pub enum Hash {
    /// DVC 3: the MD5 of the bytes, under `files/md5/`.
    Md5,
    /// DVC 1 and 2: of what looks like text, the MD5 with line feeds for CR LF. It lies at the
    /// root of the cache. Two texts that differ in their line ends have one name, and the
    /// cache has one of them.
    Md5DosToUnix,
}

/// The name of an object of a cache: an MD5, and whether it lists a folder.
///
/// **MD5 is no protection.** It finds accidents, not attacks: anyone can make two files of one
/// MD5. Have [`Add::with_sha256`](super::Add::with_sha256) tell the SHA-256 beside it, and let
/// approvals rest on that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    hash: Hash,
    md5: [u8; 16],
    folder: bool,
}

impl ObjectId {
    /// Reads 32 hexadecimal digits, followed by `.dir` for a folder.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else.
    ///
    /// ```
    /// use mlops_registry::dvc::{Hash, ObjectId};
    /// let id = ObjectId::parse("d751713988987e9331980363e24189ce.dir", Hash::Md5)?;
    /// assert!(id.is_folder());
    /// assert!(id.path().ends_with("files/md5/d7/51713988987e9331980363e24189ce.dir"));
    /// # Ok::<(), mlops_registry::Error>(())
    /// ```
    pub fn parse(text: &str, hash: Hash) -> Result<Self> {
        let digits = text.strip_suffix(".dir").unwrap_or(text);
        let invalid = || Error::Invalid {
            field: "md5 of DVC",
            value: crate::name::cut(text),
            expected: "32 hexadecimal digits in lower case, and `.dir` after those of a folder".to_owned(),
        };
        let mut md5 = [0; 16];
        if digits.len() != 32 {
            return Err(invalid());
        }
        for (byte, pair) in md5.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            for digit in pair {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(invalid()),
                };
                *byte = *byte << 4 | value;
            }
        }
        Ok(Self { hash, md5, folder: digits.len() < text.len() })
    }

    pub(super) const fn new(hash: Hash, md5: [u8; 16], folder: bool) -> Self {
        Self { hash, md5, folder }
    }

    /// By which rule it is named.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The 16 bytes of the MD5.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.md5
    }

    /// Whether it is the list of the files of a folder.
    pub const fn is_folder(&self) -> bool {
        self.folder
    }

    /// Where it lies in a cache or a remote, relative to its root.
    pub fn path(&self) -> PathBuf {
        let name = self.to_string();
        let (shard, rest) = name.split_at(2);
        match self.hash {
            Hash::Md5 => ["files", "md5", shard, rest].iter().collect(),
            Hash::Md5DosToUnix => [shard, rest].iter().collect(),
        }
    }
}

/// The digits, and `.dir` for a folder: as DVC writes it.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.md5 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(if self.folder { ".dir" } else { "" })
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = match self.hash {
            Hash::Md5 => "md5",
            Hash::Md5DosToUnix => "md5-dos2unix",
        };
        write!(f, "{hash}:{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_name_an_object() {
        let good = "0123456789abcdef0123456789abcdef";
        for text in [good.to_owned(), format!("{good}.dir")] {
            assert_eq!(ObjectId::parse(&text, Hash::Md5).unwrap().to_string(), text);
        }
        for bad in [
            "",
            ".dir",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}.DIR"),
            "../../../../../../../../../../aaa",
            "é123456789abcdef0123456789abcde",
            &format!("{good}.dir.dir"),
            &format!(" {good}"),
        ] {
            assert!(matches!(ObjectId::parse(bad, Hash::Md5), Err(Error::Invalid { .. })), "{bad}");
        }
        let old = ObjectId::parse(good, Hash::Md5DosToUnix).unwrap();
        assert_eq!(old.path(), PathBuf::from("01").join("23456789abcdef0123456789abcdef"));
    }
}
