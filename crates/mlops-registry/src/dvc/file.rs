use std::fmt;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::str::FromStr;

use super::out::{Out, invalid};
use super::write::Writer;
use crate::artifact::at;
use crate::name::cut;
use crate::yaml::{self, Limits, Node};
use crate::{Error, Result};

/// What is read of a `.dvc` file.
const LIMITS: Limits = Limits { bytes: 4 << 20, depth: 32 };

/// What DVC says of the whole file beside its outputs; kept as it was read.
const REMARKS: [&str; 8] = ["desc", "md5", "cmd", "frozen", "locked", "deps", "always_changed", "meta"];

/// A `.dvc` file: which content of a cache lies at which paths beside it.
///
/// It is read from what DVC 1 to 3 have written and written as DVC 3 does, byte for byte. What
/// the file says beside (descriptions, labels, where data was imported from) is kept; comments and
/// the way in which values were written are not. [`Add`](super::Add) therefore does not rewrite a
/// file that has such.
///
/// ```
/// use mlops_registry::dvc::DvcFile;
/// let text = "\
/// outs:
/// - md5: d2b9de70b5f73e05dd3316667c4501bd
///   size: 14
///   hash: md5
///   path: m.pkl
/// ";
/// let file: DvcFile = text.parse()?;
/// assert_eq!((file.outs[0].path.as_str(), file.outs[0].size), ("m.pkl", Some(14)));
/// assert_eq!(file.to_string(), text);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
///
/// # Source
/// [`.dvc` files](https://doc.dvc.org/user-guide/project-structure/dvc-files) and the schema of
/// DVC 3.67. Refused by name: `wdir`, anchors, aliases and tags of YAML, outputs that are not
/// kept by their MD5, paths out of the folder.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DvcFile {
    /// What it stands for; one, if DVC has written it.
    pub outs: Vec<Out>,
    before: Vec<(String, Node)>,
    after: Vec<(String, Node)>,
}

impl DvcFile {
    /// A file of outputs that nothing else is said of.
    pub fn new(outs: Vec<Out>) -> Self {
        Self { outs, ..Self::default() }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there, [`Error::Unavailable`] if it can't be read,
    /// [`Error::Invalid`] if it is no file or not one of DVC.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        read_text(path)?
            .ok_or_else(|| Error::NotFound { what: "`.dvc` file", key: path.display().to_string() })?
            .parse()
    }
}

/// The text of a small file; `None` if nothing is there.
pub(super) fn read_text(path: &Path) -> Result<Option<String>> {
    let wrong = |expected: &str| Error::Invalid {
        field: "file",
        value: path.display().to_string(),
        expected: expected.to_owned(),
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path, error)),
        // A pipe would be waited for, and a link leads elsewhere.
        Ok(found) if !found.is_file() => return Err(wrong("a file, not a folder or a link")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| at(path, error))?;
    file.take(LIMITS.bytes as u64 + 1).read_to_end(&mut bytes).map_err(|error| at(path, error))?;
    if bytes.len() > LIMITS.bytes {
        return Err(wrong("at most 4 MiB"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| wrong("text in UTF-8"))
}

impl FromStr for DvcFile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unreadable = |why: yaml::Unreadable| invalid("YAML", &why.to_string(), "YAML that can be read");
        let pairs = match yaml::parse(text, LIMITS).map_err(unreadable)? {
            Node::Mapping(pairs) => pairs,
            other => return Err(invalid("content", other.what(), "a mapping with `outs`")),
        };
        let mut file = Self::default();
        let mut outs = None;
        for (key, node) in pairs {
            match (key.as_str(), node) {
                ("outs", Node::Sequence(nodes)) => {
                    outs = Some(nodes.into_iter().map(Out::read).collect::<Result<Vec<_>>>()?);
                }
                ("outs", other) => return Err(invalid("outs", other.what(), "a list of outputs")),
                // The folder that it says is the one that the file is in.
                ("wdir", Node::Text(folder)) if folder == "." => {}
                ("wdir", other) => {
                    let folder = other.as_str().unwrap_or(other.what());
                    return Err(invalid("wdir", folder, "none: paths relative to the file"));
                }
                (known, node) if REMARKS.contains(&known) => {
                    if outs.is_some() { &mut file.after } else { &mut file.before }.push((key, node));
                }
                (other, _) => return Err(invalid("field", other, "one that DVC 3 knows")),
            }
        }
        file.outs = outs.ok_or_else(|| invalid("content", "no `outs`", "`outs`, a list of outputs"))?;
        check_apart(&file.outs)?;
        Ok(file)
    }
}

/// Looks whether no output is another one or lies in it.
fn check_apart(outs: &[Out]) -> Result<()> {
    let mut paths: Vec<&str> = outs.iter().map(|out| out.path.as_str()).collect();
    // Sorted by their parts, what lies in a folder comes right after it.
    paths.sort_unstable_by(|a, b| a.split('/').cmp(b.split('/')));
    for two in paths.windows(2) {
        let (outer, inner) = (two[0], two[1]);
        if inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            let expected = format!("outputs apart from each other, not one at {:?} too", cut(outer));
            return Err(invalid("path", inner, &expected));
        }
    }
    Ok(())
}

/// As DVC writes it.
impl fmt::Display for DvcFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outs = ("outs".to_owned(), Node::Sequence(self.outs.iter().map(Out::to_node).collect()));
        let pairs: Vec<_> = self.before.iter().chain([&outs]).chain(&self.after).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(key, node)| (key.as_str(), node.clone())).collect();
        f.write_str(&Writer::document(&pairs))
    }
}

#[cfg(test)]
mod tests;
