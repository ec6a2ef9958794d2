use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::Node;
use super::scalar::{Kind, kind};

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of the text.
    pub(crate) bytes: usize,
    /// Lists and mappings within each other.
    pub(crate) depth: usize,
}

/// Why a text is not a document that can be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    line: usize,
    column: usize,
    reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

/// Reads the one document of `text`; an empty text is [`Node::Null`].
pub(crate) fn parse(text: &str, limits: Limits) -> Result<Node, Unreadable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > limits.bytes {
        let reason = format!("the text has {} bytes, and at most {} are read", text.len(), limits.bytes);
        return Err(Unreadable { line: 1, column: 1, reason });
    }
    check_signs(text)?;
    let mut reader = Reader { parser: Parser::new_from_str(text), depth: limits.depth, documents: 0 };
    let mut root = Node::Null;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(root),
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::DocumentStart(_) if reader.documents == 0 => reader.documents = 1,
            Event::DocumentStart(_) => return Err(refused(span, "a second document")),
            event => root = reader.node(event, span, 0)?,
        }
    }
}

/// Signs that no YAML may contain, and line breaks that only some of its readers know.
fn check_signs(text: &str) -> Result<(), Unreadable> {
    let (mut line, mut column) = (1, 1);
    for sign in text.chars() {
        let reason = match sign {
            '\t' | '\n' | '\r' | ' '..='~' => None,
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Some("breaks lines for some readers and not for others; write it escaped")
            }
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\0'..='\u{9f}' => Some("may not be in YAML"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Err(Unreadable { line, column, reason: format!("{sign:?} {reason}") });
        }
        (line, column) = if sign == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    Ok(())
}

fn refused(span: Span, reason: impl Into<String>) -> Unreadable {
    Unreadable { line: span.start.line(), column: span.start.col() + 1, reason: reason.into() }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    depth: usize,
    documents: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Unreadable> {
        let broken = |error: &ScanError| Unreadable {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            reason: error.info().to_owned(),
        };
        match self.parser.next_event() {
            Some(next) => next.map_err(|error| broken(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The node that begins with `event`.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Unreadable> {
        if depth > self.depth {
            return Err(refused(span, format!("nested more than {} deep", self.depth)));
        }
        let (anchor, tag) = match &event {
            Event::Alias(_) => return Err(refused(span, "an alias, which is not read")),
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(anchor, tag)
            | Event::MappingStart(anchor, tag) => (*anchor, tag.is_some()),
            _ => return Err(refused(span, "nothing where a value should be")),
        };
        if anchor != 0 {
            return Err(refused(span, "an anchor, which is not read"));
        }
        if tag {
            return Err(refused(span, "a tag, which is not read"));
        }
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) => plain(text.into_owned(), span),
            Event::Scalar(text, ..) => Ok(Node::Text(text.into_owned())),
            Event::SequenceStart(..) => self.sequence(depth),
            _ => self.mapping(depth),
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, Unreadable> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Node::Sequence(nodes)),
                (event, span) => nodes.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Node, Unreadable> {
        let mut pairs: Vec<(String, Node)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Node::Mapping(pairs));
            }
            let key = match self.node(event, span, depth + 1)? {
                Node::Text(key) => key,
                other => {
                    return Err(refused(span, format!("{} as a key, which must be a text", other.what())));
                }
            };
            if !seen.insert(key.clone()) {
                return Err(refused(span, format!("the key {key:?} a second time")));
            }
            let (event, span) = self.next()?;
            pairs.push((key, self.node(event, span, depth + 1)?));
        }
    }
}

fn plain(text: String, span: Span) -> Result<Node, Unreadable> {
    Ok(match kind(&text) {
        Kind::Null => Node::Null,
        Kind::Bool(value) => Node::Bool(value),
        Kind::Integer => Node::Integer(text),
        Kind::Float => Node::Float(text),
        Kind::Timestamp => Node::Timestamp(text),
        Kind::Special => return Err(refused(span, format!("{text:?}, which must be in quotes"))),
        Kind::Text => Node::Text(text),
    })
}
