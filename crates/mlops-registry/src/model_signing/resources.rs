use std::collections::BTreeMap;
use std::num::NonZeroU64;

use mlops_core::{Digest, DigestWriter};
use serde::Serialize;
use serde_json::Value;

use super::name::Name;
use super::{Refusal, python};
use crate::merkle::base64;
use crate::name::cut;
use crate::signing::STATEMENT;

/// What a statement says of a model since 1.0 of the tool, and what it said before.
const PREDICATE: &str = "https://model_signing/signature/v1.0";
const PREDICATE_COMPAT: &str = "https://model_signing/Digests/v0.1";

/// The hash of files, and of models.
const SHA256: &str = "sha256";

/// How files are cut into what is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Not at all.
    Files,
    /// Into shards of so many bytes.
    Shards(NonZeroU64),
}

impl Method {
    /// What the hash of a piece is called.
    pub(super) fn algorithm(self) -> String {
        match self {
            Self::Files => SHA256.to_owned(),
            Self::Shards(size) => format!("{SHA256}-sharded-{size}"),
        }
    }
}

/// Which piece of a model: a file, or a shard of it from a byte to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) file: Name,
    pub(super) shard: Option<(u64, u64)>,
}

impl Piece {
    pub(super) fn name(&self) -> String {
        match self.shard {
            None => self.file.as_str().to_owned(),
            Some((start, end)) => format!("{}:{start}:{end}", self.file.as_str()),
        }
    }
}

/// What is signed of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) algorithm: String,
    pub(super) digest: Vec<u8>,
}

/// What a statement says of a model.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) model: String,
    pub(super) method: Method,
    pub(super) ignored: Vec<String>,
    /// The pieces, and the number of those that were listed.
    pub(super) pieces: BTreeMap<Piece, Signed>,
    /// The first that is listed twice, with different digests.
    pub(super) ambiguous: Option<Piece>,
}

impl Statement {
    /// Reads a payload whose signature holds.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_slice(payload).map_err(|error| malformed(&error.to_string()))?;
        let kind = text(&value, "_type")?;
        if kind != STATEMENT {
            return Err(Refusal::Statement { found: cut(kind) });
        }
        match text(&value, "predicateType")? {
            PREDICATE => Self::of_predicate(&value),
            PREDICATE_COMPAT => Self::of_subjects(&value),
            other => Err(Refusal::Statement { found: cut(other) }),
        }
    }

    fn of_predicate(value: &Value) -> Result<Self, Refusal> {
        let [subject] = list(value, "subject")? else {
            return Err(malformed("it has not one subject, but none or several"));
        };
        let model = text(subject, "name")?.to_owned();
        let root = text(member(subject, "digest")?, SHA256)?;
        let predicate = member(value, "predicate")?;
        let serialization = member(predicate, "serialization")?;
        let method = method(serialization)?;
        let mut ignored = Vec::new();
        if serialization.get("ignore_paths").is_some() {
            for path in list(serialization, "ignore_paths")? {
                let path = path.as_str().ok_or_else(|| malformed("an ignored path is no text"))?;
                ignored.push(path.to_owned());
            }
        }
        let mut statement = Self { model, method, ignored, pieces: BTreeMap::new(), ambiguous: None };
        let mut whole = DigestWriter::new();
        for resource in list(predicate, "resources")? {
            let name = text(resource, "name")?;
            let algorithm = text(resource, "algorithm")?.to_owned();
            let digest = digest(text(resource, "digest")?)?;
            whole.update(&digest);
            statement.add(piece(method, name)?, Signed { algorithm, digest });
        }
        let computed = whole.finish().to_hex();
        if root != computed {
            return Err(Refusal::Inconsistent { root: cut(root), computed });
        }
        Ok(statement)
    }

    /// As releases before 1.0 wrote it: the files are the subjects.
    fn of_subjects(value: &Value) -> Result<Self, Refusal> {
        let mut statement = Self {
            model: String::new(),
            method: Method::Files,
            ignored: Vec::new(),
            pieces: BTreeMap::new(),
            ambiguous: None,
        };
        for subject in list(value, "subject")? {
            let name = text(subject, "name")?;
            let digest = digest(text(member(subject, "digest")?, SHA256)?)?;
            let signed = Signed { algorithm: SHA256.to_owned(), digest };
            statement.add(piece(Method::Files, name)?, signed);
        }
        Ok(statement)
    }

    fn add(&mut self, piece: Piece, signed: Signed) {
        if let Some(before) = self.pieces.insert(piece.clone(), signed)
            && self.pieces.get(&piece) != Some(&before)
        {
            self.ambiguous.get_or_insert(piece);
        }
    }

    /// The payload that says that a model consists of these pieces, in their order.
    pub(super) fn write(
        model: &str,
        method: Method,
        links: bool,
        ignored: &[Name],
        pieces: &[(Piece, Digest)],
    ) -> serde_json::Result<Vec<u8>> {
        let mut whole = DigestWriter::new();
        let algorithm = method.algorithm();
        let resources = pieces.iter().map(|(piece, digest)| {
            whole.update(digest.as_bytes());
            Resource { name: piece.name(), algorithm: &algorithm, digest: digest.to_hex() }
        });
        let resources = resources.collect();
        let (word, shard_size) = match method {
            Method::Files => ("files", None),
            Method::Shards(size) => ("shards", Some(size)),
        };
        serde_json::to_vec_pretty(&Written {
            kind: STATEMENT,
            subject: [Subject { name: model, digest: Digests { sha256: whole.finish().to_hex() } }],
            predicate_type: PREDICATE,
            predicate: Predicate {
                serialization: Serialization {
                    method: word,
                    hash_type: SHA256,
                    shard_size,
                    allow_symlinks: links,
                    ignore_paths: ignored.iter().map(Name::as_str).collect(),
                },
                resources,
            },
        })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: [Subject<'a>; 1],
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Predicate<'a>,
}

#[derive(Serialize)]
struct Subject<'a> {
    name: &'a str,
    digest: Digests,
}

#[derive(Serialize)]
struct Digests {
    sha256: String,
}

#[derive(Serialize)]
struct Predicate<'a> {
    serialization: Serialization<'a>,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Serialization<'a> {
    method: &'static str,
    hash_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_size: Option<NonZeroU64>,
    allow_symlinks: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignore_paths: Vec<&'a str>,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: String,
    algorithm: &'a str,
    digest: String,
}

fn method(serialization: &Value) -> Result<Method, Refusal> {
    // What they say is not believed, but must be there.
    let hash = member(serialization, "hash_type")?;
    member(serialization, "allow_symlinks")?;
    match text(serialization, "method")? {
        "files" => Ok(Method::Files),
        "shards" => {
            if hash != SHA256 {
                return Err(malformed(&format!("its shards are hashed by {hash}, not by {SHA256}")));
            }
            let size = member(serialization, "shard_size")?;
            // The tool writes it with a fraction, of 0.
            let digits = size.to_string();
            let size = digits.strip_suffix(".0").unwrap_or(&digits).parse::<NonZeroU64>().ok();
            size.map(Method::Shards).ok_or_else(|| malformed("its shard_size is no whole number from 1 on"))
        }
        other => Err(malformed(&format!("its method is {:?}, neither files nor shards", cut(other)))),
    }
}

fn piece(method: Method, name: &str) -> Result<Piece, Refusal> {
    let piece = match method {
        Method::Files => Piece { file: Name::new(name), shard: None },
        Method::Shards(_) => {
            let parts: Vec<&str> = name.split(':').collect();
            let shard = match parts[..] {
                [_, start, end] => start.parse().ok().zip(end.parse().ok()),
                _ => None,
            };
            let shard = shard
                .ok_or_else(|| malformed(&format!("{:?} is no name:start:end of a shard", cut(name))))?;
            Piece { file: Name::new(parts[0]), shard: Some(shard) }
        }
    };
    if piece.file.is_within() { Ok(piece) } else { Err(Refusal::Outside { name: cut(name) }) }
}

fn digest(text: &str) -> Result<Vec<u8>, Refusal> {
    python::hex(text).ok_or_else(|| malformed(&format!("{:?} is no digest in hexadecimal digits", cut(text))))
}

fn member<'v>(value: &'v Value, name: &str) -> Result<&'v Value, Refusal> {
    value.get(name).ok_or_else(|| malformed(&format!("{name} is missing")))
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, Refusal> {
    member(value, name)?.as_str().ok_or_else(|| malformed(&format!("{name} is no text")))
}

fn list<'v>(value: &'v Value, name: &str) -> Result<&'v [Value], Refusal> {
    let list = member(value, name)?.as_array().map(Vec::as_slice);
    list.ok_or_else(|| malformed(&format!("{name} is no list")))
}

fn malformed(reason: &str) -> Refusal {
    Refusal::Payload { reason: reason.to_owned() }
}

/// A digest as the tool writes it.
pub(super) fn shown(bytes: &[u8]) -> String {
    match <[u8; 32]>::try_from(bytes) {
        Ok(bytes) => Digest::from_bytes(bytes).to_hex(),
        Err(_) => cut(&base64::encode(bytes)),
    }
}
