//! The grammar, read by hand: one pass, no recursion, no token is looked at twice.
//!
//! ```text
//! filter   = clause { AND clause }
//! clause   = field ( comparison value | [NOT] IN list | IS [NOT] NULL )
//! field    = [ source "." ] name
//! name     = word { "." word } | quoted
//! list     = "(" string { "," string } [ "," ] ")"
//! order    = field [ ASC | DESC ]
//! ```

mod operand;
mod reader;

use std::ops::Range;

use reader::{Reader, is_word};

use super::field::{DATASET, attributes, sources, type_of};
use super::filter::{Clause, Test};
use super::syntax_error::hint;
use super::{Field, OrderBy, Source, SyntaxError};
use crate::store::Kind;

/// The most clauses in one filter.
const MAX_CLAUSES: usize = 100;

type Result<T> = std::result::Result<T, SyntaxError>;

pub(super) fn filter(kind: Kind, text: &str) -> Result<Vec<Clause>> {
    let mut reader = Reader::new(kind, "filter", text)?;
    let mut clauses = Vec::new();
    if text.is_empty() {
        return Ok(clauses);
    }
    loop {
        if clauses.len() == MAX_CLAUSES {
            return Err(reader.error(format!("at most {MAX_CLAUSES} conditions")));
        }
        clauses.push(reader.clause()?);
        reader.space();
        if reader.rest().is_empty() {
            return Ok(clauses);
        }
        if reader.word("OR") {
            return Err(reader.unread("OR", "AND; for OR search once for each side, the grammar has none"));
        }
        if !reader.word("AND") {
            return Err(reader.error("AND or the end"));
        }
    }
}

pub(super) fn order(kind: Kind, text: &str) -> Result<OrderBy> {
    let mut reader = Reader::new(kind, "order by", text)?;
    let field = reader.field(Purpose::Order)?;
    reader.space();
    let descending = !reader.word("ASC") && reader.word("DESC");
    reader.space();
    if reader.rest().is_empty() {
        Ok(OrderBy { field, descending })
    } else {
        Err(reader.error("ASC, DESC or the end"))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Filter,
    Order,
}

impl Reader<'_> {
    fn field(&mut self, purpose: Purpose) -> Result<Field> {
        const QUOTES: [char; 2] = ['`', '"'];
        self.space();
        let start = self.at;
        let first = match self.quoted(&QUOTES)? {
            Some(text) => text,
            None => self.plain(is_word).to_owned(),
        };
        if first.is_empty() {
            return Err(self.error("a field, such as metrics.auc"));
        }
        if !self.sign('.') {
            return self.attribute(&first, start, purpose);
        }
        let known = sources(self.kind);
        let Some(source) = Source::from_word(&first).filter(|source| known.contains(source)) else {
            let words: Vec<_> = known.iter().map(|source| format!("{source}.")).collect();
            let expected = hint(&first, known.iter().map(|source| source.as_str()), &words.join(", "));
            return Err(self.error_at(start, expected));
        };
        let begin = self.at;
        let name = match self.quoted(&['`', '"', '\''])? {
            Some(name) => name,
            None => self.plain(|c| is_word(c) || c == '.').to_owned(),
        };
        let bare = self.text.get(begin..self.at) == Some(&name);
        if name.is_empty() {
            return Err(
                self.error_at(begin, format!("a name after {first}., in backticks if it is no plain word"))
            );
        }
        // `metrics.a-b` would else be a name and a mistake behind it.
        if bare && (name.bytes().all(|b| b.is_ascii_digit()) || self.rest().starts_with(is_glued)) {
            return Err(self.error_at(begin, "a name of letters, digits, _ and dots, or one in backticks"));
        }
        match source {
            Source::Attribute => self.attribute(&name, begin, purpose),
            Source::Dataset if purpose == Purpose::Order => {
                Err(self.error_at(start, "no data set: a run has any number of them"))
            }
            // What MLflow can't sort either: a tag of what is no run.
            Source::Tag if purpose == Purpose::Order && self.kind != Kind::Run => {
                Err(self.error_at(start, format!("an attribute of a {}", self.kind)))
            }
            Source::Dataset if !DATASET.contains(&name.as_str()) => {
                Err(self.error_at(begin, hint(&name, DATASET, &DATASET.join(", "))))
            }
            _ => Ok(Field { source, name }),
        }
    }

    fn attribute(&self, name: &str, at: usize, purpose: Purpose) -> Result<Field> {
        let usable = || {
            attributes(self.kind).iter().filter(|attribute| match purpose {
                Purpose::Filter => attribute.filter,
                Purpose::Order => attribute.order,
            })
        };
        // `run name` has a space: MLflow knows it in filters alone.
        let spaced = |word: &str| purpose == Purpose::Order && word.contains(' ');
        let found = usable().find(|attribute| {
            attribute.name == name || attribute.aliases.iter().any(|word| *word == name && !spaced(word))
        });
        if let Some(attribute) = found {
            if let Some(reason) = attribute.unknown {
                return Err(self.error_at(at, reason));
            }
            return Ok(Field::attribute(attribute.name));
        }
        let known = usable().filter(|attribute| attribute.unknown.is_none());
        let names: Vec<_> = known.map(|attribute| attribute.name).collect();
        let mut expected = names.join(", ");
        if self.kind == Kind::Run {
            expected.push_str(", or params., metrics. or tags. before the name");
        }
        Err(self.error_at(at, hint(name, names.iter().copied(), &expected)))
    }

    fn clause(&mut self) -> Result<Clause> {
        self.space();
        let start = self.at;
        let field = self.field(Purpose::Filter)?;
        let (is, list) = type_of(self.kind, &field);
        self.space();
        let test = if self.word("IS") {
            self.null(&field)?
        } else if self.word("NOT") {
            if !self.word("IN") {
                return Err(self.error("IN"));
            }
            Test::NotIn(self.list(&field, list)?)
        } else if self.word("IN") {
            Test::In(self.list(&field, list)?)
        } else if self.word("LIKE") {
            self.like(&field, is, "LIKE", false)?
        } else if self.word("ILIKE") {
            self.like(&field, is, "ILIKE", true)?
        } else {
            self.compared(&field, is)?
        };
        Ok(Clause { field, test, span: self.span(start) })
    }

    fn span(&self, start: usize) -> Range<usize> {
        start..self.at
    }
}

/// What looks like a part of the name before it.
fn is_glued(c: char) -> bool {
    "-/+*%:$#@&|\\^?~'\"`([{".contains(c)
}
