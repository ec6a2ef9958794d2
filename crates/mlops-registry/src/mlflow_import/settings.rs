//! The YAML that MLflow writes: names with values, of which most are text.

use std::collections::BTreeMap;

use crate::name::cut;
use crate::yaml::{Limits, Node, parse};

/// How many bytes are read, and how deep lists and names lie within each other. A profile of a
/// data set stands in such a file.
const LIMITS: Limits = Limits { bytes: 20 << 20, depth: 32 };

/// Names with values.
///
/// What stands there without quotes is text as well: MLflow puts quotes around what would else
/// be read as something else, and whoever asks for a number reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(BTreeMap<String, Node>);

impl Settings {
    /// # Errors
    /// What is wrong, and where.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match parse(text, LIMITS) {
            Ok(node) => Self::of(node),
            Err(error) => Err(error.to_string()),
        }
    }

    fn of(node: Node) -> Result<Self, String> {
        match node {
            Node::Mapping(pairs) => Ok(Self(pairs.into_iter().collect())),
            other => Err(format!("it is {}, expected names with values", other.what())),
        }
    }

    /// A text, or nothing.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None | Some(Node::Null) => Ok(None),
            Some(node) => match text(node) {
                Some(text) => Ok(Some(text)),
                None => Err(format!("{} is {}, expected text", cut(name), node.what())),
            },
        }
    }

    /// A text that must be there.
    pub(super) fn some_text(&self, name: &str) -> Result<String, String> {
        self.text(name)?.ok_or_else(|| format!("{} is missing", cut(name)))
    }

    /// A text that says something.
    pub(super) fn filled(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// The names with values below a name; none, if it is not there.
    pub(super) fn below(&self, name: &str) -> Result<Self, String> {
        match self.0.get(name) {
            None | Some(Node::Null) => Ok(Self::default()),
            Some(node) => Self::of(node.clone()).map_err(|reason| format!("{}: {reason}", cut(name))),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        !matches!(self.0.get(name), None | Some(Node::Null))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// All that is text, by name.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        self.0.iter().filter_map(|(name, node)| Some((name.clone(), text(node)?))).collect()
    }

    /// All by name, nothing as empty.
    ///
    /// # Errors
    /// What is not text.
    pub(super) fn all_texts(&self) -> Result<BTreeMap<String, String>, String> {
        self.0.keys().map(|name| Ok((name.clone(), self.text(name)?.unwrap_or_default()))).collect()
    }
}

fn text(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) | Node::Integer(text) | Node::Float(text) | Node::Timestamp(text) => {
            Some(text.clone())
        }
        Node::Bool(value) => Some(value.to_string()),
        Node::Null | Node::Sequence(_) | Node::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_stand() {
        let text = "a: 1.10\nb: '1'\nc: null\nd: 007\ne: 2013-04-01\nf: {x: y, z: }\ng: [a]\nh: ''\n";
        let read = Settings::parse(text).unwrap();
        let told = |name: &str| read.text(name).unwrap();
        assert_eq!(told("a").as_deref(), Some("1.10"));
        assert_eq!(told("b").as_deref(), Some("1"));
        assert_eq!(told("d").as_deref(), Some("007"));
        assert_eq!(told("e").as_deref(), Some("2013-04-01"));
        assert_eq!((told("c"), told("missing"), told("h")), (None, None, Some(String::new())));
        assert_eq!(read.filled("h"), Ok(None));
        let below = read.below("f").unwrap().all_texts().unwrap();
        assert_eq!(below, BTreeMap::from([("x".into(), "y".into()), ("z".into(), String::new())]));
        assert_eq!(read.text("g").unwrap_err(), "g is a list, expected text");
        assert_eq!(read.below("a").err().unwrap(), "a: it is a number, expected names with values");
        assert!(Settings::parse("- a").unwrap_err().contains("a list"));
        assert!(Settings::parse("a: &x [1]\nb: *x").is_err(), "what stands for something else is refused");
    }
}
