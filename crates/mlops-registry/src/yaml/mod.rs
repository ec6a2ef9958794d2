//! YAML that other tools have written, read within bounds.
//!
//! What a small configuration file needs and no more: one document of texts, numbers, lists
//! and mappings. Anchors, aliases and tags are refused, since a few lines of them stand for
//! gigabytes; so is a key that comes twice, which two readers understand in two ways.
//! Plain scalars mean what they mean in YAML 1.2, as for `ruamel.yaml`.

mod number;
mod read;
mod scalar;

pub(crate) use read::{Limits, Unreadable, parse};
pub(crate) use scalar::{Kind, kind};

/// A value of a document. Numbers are as they were written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Integer(String),
    Float(String),
    /// A moment that was not written in quotes.
    Timestamp(String),
    Text(String),
    Sequence(Vec<Node>),
    /// In the order of the document; no key comes twice.
    Mapping(Vec<(String, Node)>),
}

impl Node {
    /// What kind of value it is, for a message.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Timestamp(_) => "a moment",
            Self::Text(_) => "a text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }

    /// The text, if it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is a whole one that fits and is not below zero.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        if let Self::Integer(text) = self { number::unsigned(text) } else { None }
    }
}

/// As JSON: moments become texts, and so do numbers that JSON does not have. Of mappings the
/// order is lost.
impl From<Node> for serde_json::Value {
    fn from(node: Node) -> Self {
        match node {
            Node::Null => Self::Null,
            Node::Bool(value) => Self::Bool(value),
            Node::Integer(text) => {
                let number = number::unsigned(&text).map(serde_json::Number::from);
                number
                    .or_else(|| number::signed(&text).map(Into::into))
                    .map_or(Self::String(text), Self::Number)
            }
            Node::Float(text) => {
                let number = number::float(&text).and_then(serde_json::Number::from_f64);
                number.map_or(Self::String(text), Self::Number)
            }
            Node::Timestamp(text) | Node::Text(text) => Self::String(text),
            Node::Sequence(nodes) => Self::Array(nodes.into_iter().map(Into::into).collect()),
            Node::Mapping(pairs) => {
                Self::Object(pairs.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests;
