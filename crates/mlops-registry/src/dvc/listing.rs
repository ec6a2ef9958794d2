use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use serde::Deserialize;

use super::hasher::Hasher;
use super::name::check_listed;
use super::{Hash, ObjectId};
use crate::name::cut;
use crate::{Error, Result};

/// The files of a folder by their paths within it: what the `.dir` object of a cache holds.
///
/// No file comes twice, none is a folder too, and each path stays within the folder.
///
/// ```
/// use mlops_registry::dvc::{Hash, Listing, ObjectId};
/// let mut listing = Listing::default();
/// listing.insert("sub/é", ObjectId::parse("92eb5ffee6ae2fec3ad71c777531578f", Hash::Md5)?)?;
/// let bytes = r#"[{"md5": "92eb5ffee6ae2fec3ad71c777531578f", "relpath": "sub/\u00e9"}]"#;
/// assert_eq!(listing.to_bytes(), bytes.as_bytes());
/// assert_eq!(Listing::parse(bytes.as_bytes(), Hash::Md5)?, listing);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    files: BTreeMap<String, ObjectId>,
}

#[derive(Deserialize)]
struct File {
    md5: String,
    relpath: String,
}

impl Listing {
    /// Reads the bytes of a `.dir` object. What DVC may tell of a file beside its digest and its
    /// path is passed over.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if they are not a list of files; [`Error::Invalid`] for a path that
    /// leaves the folder (under Windows also by a backslash), a digest that is none, a file that comes twice or is a folder too.
    pub fn parse(bytes: &[u8], hash: Hash) -> Result<Self> {
        let files: Vec<File> = serde_json::from_slice(bytes).map_err(|error| Error::Corrupt {
            what: "list of the files of a DVC folder".to_owned(),
            reason: error.to_string(),
        })?;
        let mut listing = Self::default();
        for file in files {
            listing.insert(file.relpath, ObjectId::parse(&file.md5, hash)?)?;
        }
        Ok(listing)
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] if its path leaves the folder, is there already or is a folder, or its
    /// digest is that of a folder.
    pub fn insert(&mut self, path: impl Into<String>, object: ObjectId) -> Result<()> {
        let path = path.into();
        check_listed("path in a DVC folder", &path)?;
        let invalid = |expected: &str| {
            let value = cut(&path);
            Err(Error::Invalid { field: "path in a DVC folder", value, expected: expected.to_owned() })
        };
        if object.is_folder() {
            return invalid("the digest of a file, not that of a folder");
        }
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let within = format!("{path}/");
        let has_within =
            self.files.range(within.clone()..).next().is_some_and(|(next, _)| next.starts_with(&within));
        if has_within || above.into_iter().any(|folder| self.files.contains_key(folder)) {
            return invalid("a file or a folder, and it is both");
        }
        match self.files.entry(path.clone()) {
            Entry::Occupied(_) => invalid("a file that comes once"),
            Entry::Vacant(place) => {
                place.insert(object);
                Ok(())
            }
        }
    }

    /// The files by their paths, in the order of the paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &ObjectId)> {
        self.files.iter().map(|(path, object)| (path.as_str(), object))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The bytes of the `.dir` object, as DVC writes them: JSON of Python, sorted by path, all
    /// that is not ASCII escaped.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut json = String::with_capacity(2 + self.files.len() * 80);
        json.push('[');
        for (at, (path, object)) in self.files.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let _ = write!(json, "{comma}{{\"md5\": \"{object}\", \"relpath\": \"");
            escape(path, &mut json);
            json.push_str("\"}");
        }
        json.push(']');
        json.into_bytes()
    }

    /// What the folder is called in a cache.
    pub fn object_id(&self) -> ObjectId {
        let mut hasher = Hasher::new(Hash::Md5);
        hasher.update(&self.to_bytes());
        hasher.finish(true)
    }
}

fn escape(text: &str, json: &mut String) {
    for sign in text.chars() {
        match sign {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            ' '..='~' => json.push(sign),
            _ => {
                for unit in sign.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0cc175b9c0f1b6a831c399e269772661";

    fn listing(paths: &[&str]) -> Result<Listing> {
        let files: Vec<_> = paths.iter().map(|path| serde_json::json!({"md5": A, "relpath": path})).collect();
        Listing::parse(serde_json::to_string(&files).unwrap().as_bytes(), Hash::Md5)
    }

    #[test]
    fn a_path_is_one_thing_and_comes_once() {
        assert_eq!(
            listing(&["a/b", "a", "a-b"]).unwrap_err().to_string(),
            "path in a DVC folder \"a\" is not valid: expected a file or a folder, and it is both"
        );
        assert!(listing(&["a", "a-b", "a.b", "b/a", "b/b/a"]).is_ok());
        for (bad, expected) in [
            (vec!["a", "a"], "comes once"),
            (vec!["a", "a/b"], "it is both"),
            (vec!["a/b/c", "a/b"], "it is both"),
            (vec!["../a"], "none of them"),
            (vec!["/etc/x"], "relative"),
        ] {
            let said = listing(&bad).unwrap_err().to_string();
            assert!(said.contains(expected), "{bad:?}: {said}");
        }
    }

    #[test]
    fn bytes_that_list_nothing_are_refused() {
        let listed = |text: String| Listing::parse(text.as_bytes(), Hash::Md5);
        assert_eq!(
            listed("[]".to_owned()).unwrap().object_id().to_string(),
            "d751713988987e9331980363e24189ce.dir"
        );
        let with_more = listed(format!("[{{\"md5\": \"{A}\", \"size\": 1, \"relpath\": \"a\"}}]")).unwrap();
        assert_eq!(with_more.len(), 1);
        for bad in ["", "{}", "[", "[1]", "[{}]", "[{\"md5\": \"x\"}]", "null"] {
            assert!(matches!(listed(bad.to_owned()), Err(Error::Corrupt { .. })), "{bad}");
        }
        for md5 in ["x", &format!("{A}.dir"), ""] {
            let text = format!("[{{\"md5\": \"{md5}\", \"relpath\": \"a\"}}]");
            assert!(matches!(listed(text), Err(Error::Invalid { .. })), "{md5}");
        }
    }
}
