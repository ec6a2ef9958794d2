use super::name::check_relative;
use super::{Hash, ObjectId};
use crate::name::cut;
use crate::tracking::Dataset;
use crate::yaml::Node;
use crate::{Error, Result};

/// What DVC says of an output beside its content; kept as it was read.
const REMARKS: [&str; 10] =
    ["desc", "type", "labels", "meta", "cache", "metric", "plot", "persist", "remote", "push"];

/// What DVC writes of outputs that are not in a cache by their MD5.
const ELSEWHERE: [&str; 6] = ["files", "etag", "checksum", "version_id", "cloud", "fs_config"];

/// A file or folder that a `.dvc` file stands for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Out {
    /// Its path relative to the `.dvc` file, with `/` between its parts.
    pub path: String,
    /// Its content.
    pub object: ObjectId,
    /// Its bytes, of a folder those of all its files; `None` if the file does not say.
    pub size: Option<u64>,
    /// The number of files in it, if it is a folder; `None` if the file does not say.
    pub nfiles: Option<u64>,
    /// Whether it may be executed. Of the files of a folder DVC does not keep it.
    pub isexec: bool,
    /// The rest, in its order.
    pub(super) remarks: Vec<(String, Node)>,
}

impl Out {
    /// An output that nothing else is said of.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the path leaves the folder of the `.dvc` file.
    pub fn new(path: impl Into<String>, object: ObjectId) -> Result<Self> {
        let path = path.into();
        check_relative("path of a DVC output", &path)?;
        Ok(Self { path, object, size: None, nfiles: None, isexec: false, remarks: Vec::new() })
    }

    /// What it is, in words.
    pub fn desc(&self) -> Option<&str> {
        self.remark("desc").and_then(Node::as_str)
    }

    /// The name of the remote that it belongs in, if not in the usual one.
    pub fn remote(&self) -> Option<&str> {
        self.remark("remote").and_then(Node::as_str)
    }

    /// Whether a cache has its content: `cache: false` keeps it out.
    pub fn is_cached(&self) -> bool {
        self.remark("cache") != Some(&Node::Bool(false))
    }

    /// Whether it goes to remotes: `push: false` keeps it out of them.
    pub fn is_pushed(&self) -> bool {
        self.remark("push") != Some(&Node::Bool(false))
    }

    /// What users have said of it under `meta`; of numbers and their order only what JSON keeps.
    pub fn meta(&self) -> Option<serde_json::Value> {
        self.remark("meta").cloned().map(Into::into)
    }

    /// It with a text under `meta`, where DVC leaves alone what it does not know.
    #[must_use]
    pub fn with_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value) = (key.into(), Node::Text(value.into()));
        let at = self.remarks.iter().position(|(remark, _)| remark == "meta");
        match at.map(|at| &mut self.remarks[at].1) {
            Some(Node::Mapping(pairs)) => {
                pairs.retain(|(there, _)| *there != key);
                pairs.push((key, value));
            }
            Some(other) => *other = Node::Mapping(vec![(key, value)]),
            None => self.remarks.push(("meta".to_owned(), Node::Mapping(vec![(key, value)]))),
        }
        self
    }

    /// It as a data set that a run has read: under its path, by the digest that DVC has given it.
    ///
    /// ```
    /// use mlops_registry::{dvc::DvcFile, tracking::RunBatch};
    /// let text = "outs:\n- md5: 54e9928c8017a2e127552d9481c5486c.dir\n  hash: md5\n  path: d\n";
    /// let file: DvcFile = text.parse()?;
    /// let batch = RunBatch::new().dataset(file.outs[0].dataset().context("training"));
    /// # Ok::<(), mlops_registry::Error>(())
    /// ```
    pub fn dataset(&self) -> Dataset {
        Dataset::given(&self.path, format!("{:?}", self.object)).source("dvc", &self.path)
    }

    fn remark(&self, key: &str) -> Option<&Node> {
        self.remarks.iter().find(|(remark, _)| remark == key).map(|(_, node)| node)
    }

    pub(super) fn read(node: Node) -> Result<Self> {
        let Node::Mapping(pairs) = node else {
            return Err(invalid("output", node.what(), "a mapping with its path and md5"));
        };
        let (mut path, mut md5, mut hash, mut size, mut nfiles, mut isexec) =
            (None, None, None, None, None, None);
        let mut remarks = Vec::new();
        for (key, node) in pairs {
            match key.as_str() {
                "path" => path = Some(text("path", node)?),
                "md5" => md5 = Some(text("md5", node)?),
                "hash" => hash = Some(text("hash", node)?),
                "size" => size = Some(count("size", &node)?),
                "nfiles" => nfiles = Some(count("nfiles", &node)?),
                "isexec" => isexec = Some(flag("isexec", &node)?),
                "cache" | "push" | "persist" => {
                    flag("cache, push or persist", &node)?;
                    remarks.push((key, node));
                }
                "desc" | "remote" | "type" => {
                    remarks.push((key, Node::Text(text("desc, type or remote", node)?)));
                }
                known if REMARKS.contains(&known) => remarks.push((key, node)),
                known if ELSEWHERE.contains(&known) => {
                    return Err(invalid(
                        "field of an output",
                        known,
                        "content by its md5 in a cache; ask `dvc` for what a cloud keeps",
                    ));
                }
                other => return Err(invalid("field of an output", other, "one that DVC 3 knows")),
            }
        }
        let hash = match hash.as_deref() {
            Some("md5") => Hash::Md5,
            None => Hash::Md5DosToUnix,
            Some(other) => return Err(invalid("hash", other, "`md5`, or none in a file of DVC 1 and 2")),
        };
        let path = path.ok_or_else(|| invalid("output", "without a path", "a path"))?;
        let md5 = md5.ok_or_else(|| invalid("output", &path, "an md5; `dvc commit` records one"))?;
        let out = Self::new(path, ObjectId::parse(&md5, hash)?)?;
        if nfiles.is_some() && !out.object.is_folder() {
            return Err(invalid("nfiles", &out.path, "none, as its md5 is that of a file"));
        }
        Ok(Self { size, nfiles, isexec: isexec.unwrap_or_default(), remarks, ..out })
    }

    pub(super) fn to_node(&self) -> Node {
        let number = |value: u64| Node::Integer(value.to_string());
        let text = |value: &str| Node::Text(value.to_owned());
        let known = [
            ("md5", Some(text(&self.object.to_string()))),
            ("size", self.size.map(number)),
            ("nfiles", self.nfiles.map(number)),
            ("isexec", self.isexec.then_some(Node::Bool(true))),
            ("hash", (self.object.hash() == Hash::Md5).then(|| text("md5"))),
            ("path", Some(text(&self.path))),
        ];
        let known = known.into_iter().filter_map(|(key, node)| Some((key.to_owned(), node?)));
        Node::Mapping(known.chain(self.remarks.iter().cloned()).collect())
    }
}

/// What is wrong in a `.dvc` file.
pub(super) fn invalid(field: &'static str, value: &str, expected: &str) -> Error {
    Error::Invalid { field, value: cut(value), expected: format!("{expected}, in a `.dvc` file") }
}

fn text(field: &'static str, node: Node) -> Result<String> {
    match node {
        Node::Text(text) => Ok(text),
        Node::Integer(written) | Node::Float(written) | Node::Timestamp(written) => {
            Err(invalid(field, &written, "a text; one that looks like a number is put in quotes"))
        }
        other => Err(invalid(field, other.what(), "a text")),
    }
}

fn count(field: &'static str, node: &Node) -> Result<u64> {
    let written = if let Node::Integer(written) = node { written } else { node.what() };
    node.as_u64().ok_or_else(|| invalid(field, written, "a whole number from 0 to 18446744073709551615"))
}

fn flag(field: &'static str, node: &Node) -> Result<bool> {
    if let Node::Bool(value) = node {
        Ok(*value)
    } else {
        Err(invalid(field, node.what(), "`true` or `false`"))
    }
}
