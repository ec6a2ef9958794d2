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

use std::ops::Range;

use super::field::{DATASET, Type, attributes, sources, type_of};
use super::filter::{Clause, Comparison, Test};
use super::like::Pattern;
use super::syntax_error::{MAX_TOKEN, hint};
use super::{Field, OrderBy, Source, SyntaxError};
use crate::store::Kind;
use crate::tracking::RunId;

/// The longest filter or order, in bytes.
const MAX_LENGTH: usize = 1 << 16;
/// The most clauses in one filter.
const MAX_CLAUSES: usize = 100;
/// The most texts in one list.
const MAX_LIST: usize = 1000;

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

struct Reader<'a> {
    kind: Kind,
    what: &'static str,
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(kind: Kind, what: &'static str, text: &'a str) -> Result<Self> {
        let mut reader = Self { kind, what, text, at: 0 };
        if attributes(kind).is_empty() {
            return Err(reader.error(format!("a kind of thing that can be searched, which {kind} is not")));
        }
        if text.len() > MAX_LENGTH {
            reader.at = text.floor_char_boundary(MAX_LENGTH);
            return Err(reader.error(format!("the end, within {MAX_LENGTH} bytes")));
        }
        Ok(reader)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// What is wrong here.
    fn error(&self, expected: impl Into<String>) -> SyntaxError {
        self.error_at(self.at, expected)
    }

    fn error_at(&self, position: usize, expected: impl Into<String>) -> SyntaxError {
        let rest = self.text.get(position..).unwrap_or_default();
        let mut chars = rest.char_indices();
        let length = match chars.next() {
            Some((_, first)) if is_word(first) => rest.find(|c| !is_word(c)),
            Some((_, quote @ ('\'' | '"' | '`'))) => chars.find(|(_, c)| *c == quote).map(|(i, _)| i + 1),
            Some((_, first)) => Some(first.len_utf8()),
            None => None,
        };
        let token = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        SyntaxError {
            what: self.what,
            position,
            token: token.chars().take(MAX_TOKEN).collect(),
            expected: expected.into(),
        }
    }

    /// What is wrong with the word that was just read.
    fn unread(&self, word: &str, expected: &str) -> SyntaxError {
        self.error_at(self.at - word.len(), expected)
    }

    /// Reads a word of the grammar, in whatever case, if it is next.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(is_word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    /// Text in quotes of one of these kinds, in which the quote itself is written twice.
    fn quoted(&mut self, quotes: &[char]) -> Result<Option<String>> {
        let start = self.at;
        let Some(quote) = self.rest().chars().next().filter(|c| quotes.contains(c)) else { return Ok(None) };
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            if c != quote {
                text.push(c);
            } else if chars.next_if(|(_, next)| *next == quote).is_some() {
                text.push(quote);
            } else {
                self.at = start + 1 + i + 1;
                return Ok(Some(text));
            }
        }
        Err(self.error(format!("a closing {quote}")))
    }

    fn plain(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let plain = &rest[..rest.find(|c| !of(c)).unwrap_or(rest.len())];
        self.at += plain.len();
        plain
    }

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
            return Ok(Field::attribute(attribute.name));
        }
        let names: Vec<_> = usable().map(|attribute| attribute.name).collect();
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

    fn null(&mut self, field: &Field) -> Result<Test> {
        let not = self.word("NOT");
        if !self.word("NULL") {
            return Err(self.error(if not { "NULL" } else { "NULL or NOT NULL" }));
        }
        let fits = match self.kind {
            Kind::Run => matches!(field.source, Source::Param | Source::Tag),
            Kind::Experiment => field.source == Source::Tag,
            _ => false,
        };
        if !fits {
            return Err(self.unread("NULL", &format!("a comparison: {field} can't be compared with NULL")));
        }
        Ok(if not { Test::NotNull } else { Test::Null })
    }

    fn list(&mut self, field: &Field, takes_list: bool) -> Result<Vec<String>> {
        if !takes_list {
            return Err(self.unread("IN", &format!("another comparison: {field} is not compared with lists")));
        }
        self.space();
        if !self.sign('(') {
            return Err(self.error("a list of texts, such as ('a', 'b')"));
        }
        let mut list = Vec::new();
        loop {
            self.space();
            if !list.is_empty() && self.sign(')') {
                return Ok(list);
            }
            if list.len() == MAX_LIST {
                return Err(self.error(format!("), after at most {MAX_LIST} texts")));
            }
            let text = self.text(field)?;
            list.push(self.id(field, text));
            self.space();
            if self.sign(')') {
                return Ok(list);
            }
            if !self.sign(',') {
                return Err(self.error("a comma or )"));
            }
        }
    }

    fn like(&mut self, field: &Field, is: Type, word: &str, ignore_case: bool) -> Result<Test> {
        if is != Type::Text {
            return Err(self.unread(word, &format!("=, !=, <, <=, > or >=: {field} is a number")));
        }
        Ok(Test::Like(Pattern::new(self.text(field)?, ignore_case)))
    }

    fn text(&mut self, field: &Field) -> Result<String> {
        self.space();
        self.quoted(&['\'', '"'])?.ok_or_else(|| self.error(format!("text in quotes: {field} is text")))
    }

    fn compared(&mut self, field: &Field, is: Type) -> Result<Test> {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let start = self.at;
        let comparison = match self.plain(|c| "=!<>~".contains(c)) {
            "=" => Equal,
            "!=" => NotEqual,
            "<" => Less,
            "<=" => LessOrEqual,
            ">" => Greater,
            ">=" => GreaterOrEqual,
            _ if is == Type::Text => {
                return Err(
                    self.error_at(start, "one of =, !=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL")
                );
            }
            _ => return Err(self.error_at(start, "one of =, !=, <, <=, >, >=")),
        };
        if is != Type::Text {
            self.space();
            let at = self.at;
            let number = self.number(field, is)?;
            return match is {
                Type::Number | Type::Text => self.of_number(comparison, number, at),
                Type::Time => Ok(of_time(comparison, number)),
            };
        }
        if !matches!(comparison, Equal | NotEqual) {
            return Err(self.error_at(start, format!("one of =, !=, LIKE, ILIKE: {field} is text")));
        }
        self.space();
        let at = self.at;
        let mut text = self.text(field)?;
        if self.kind == Kind::Run && *field == Field::attribute("status") {
            text = self.status(&text, at)?;
        }
        text = self.id(field, text);
        Ok(if comparison == Equal { Test::Is(text) } else { Test::IsNot(text) })
    }

    /// The id that runs are found by, if the text is the other one.
    fn id(&self, field: &Field, text: String) -> String {
        let of_run = matches!(self.kind, Kind::Run | Kind::Version) && *field == Field::attribute("run_id");
        if !of_run {
            return text;
        }
        text.parse::<RunId>().map_or(text, |id| id.uid())
    }

    /// A status that there is. One that there is not would find nothing, without a word.
    fn status(&self, text: &str, at: usize) -> Result<String> {
        let upper = text.to_uppercase();
        let known = || STATUSES.iter().copied();
        if known().any(|status| status == upper) {
            return Ok(upper);
        }
        Err(self.error_at(at, hint(&upper, known(), &known().collect::<Vec<_>>().join(", "))))
    }

    fn number(&mut self, field: &Field, is: Type) -> Result<f64> {
        let start = self.at;
        let expected = || match is {
            Type::Time => format!("whole milliseconds since 1970: {field} is a time"),
            _ => format!("a number, NaN, Infinity or -Infinity: {field} is a number"),
        };
        let negative = self.sign('-');
        let named = if is == Type::Number { self.plain(char::is_alphabetic) } else { "" };
        let size = match named.to_ascii_lowercase().as_str() {
            "" => {
                let written = self.digits();
                let size: f64 = match written.parse() {
                    Ok(size) if written.contains(|c: char| c.is_ascii_digit()) => size,
                    _ => return Err(self.error_at(start, expected())),
                };
                if size.is_infinite() {
                    return Err(self.error_at(start, "a number that a double can hold, or Infinity"));
                }
                size
            }
            "nan" => f64::NAN,
            "infinity" | "inf" => f64::INFINITY,
            _ => return Err(self.error_at(start, expected())),
        };
        if self.rest().starts_with(is_word) {
            return Err(self.error_at(start, expected()));
        }
        let number = if negative { -size } else { size };
        if *field == Field::attribute("version_number") && number.fract() != 0.0 {
            return Err(self.error_at(start, "a whole number: a version has one"));
        }
        Ok(number)
    }

    /// `5`, `5.`, `.5`, `5e-3`.
    fn digits(&mut self) -> &'a str {
        let start = self.at;
        let digit = |c: char| c.is_ascii_digit();
        self.plain(digit);
        if self.sign('.') {
            self.plain(digit);
        }
        let mantissa = self.at;
        if self.sign('e') || self.sign('E') {
            self.sign('-');
            if self.plain(digit).is_empty() {
                self.at = mantissa;
            }
        }
        &self.text[start..self.at]
    }

    fn of_number(&self, comparison: Comparison, number: f64, at: usize) -> Result<Test> {
        match comparison {
            _ if !number.is_nan() => Ok(Test::Number(comparison, number + 0.0)),
            Comparison::Equal => Ok(Test::NotANumber(true)),
            Comparison::NotEqual => Ok(Test::NotANumber(false)),
            _ => Err(self.error_at(at, "a number: NaN is neither less nor greater, it takes = or !=")),
        }
    }
}

/// The words that a run can stand at.
const STATUSES: [&str; 5] = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

/// Moments have microseconds, and are compared by their whole milliseconds.
fn of_time(comparison: Comparison, milliseconds: f64) -> Test {
    let (from, until) = (milliseconds.ceil() * 1e3, (milliseconds.floor() + 1.0) * 1e3);
    match comparison {
        Comparison::Equal => Test::Within(from, until),
        Comparison::NotEqual => Test::Without(from, until),
        Comparison::Less => Test::Number(Comparison::Less, from),
        Comparison::LessOrEqual => Test::Number(Comparison::Less, until),
        Comparison::Greater => Test::Number(Comparison::GreaterOrEqual, until),
        Comparison::GreaterOrEqual => Test::Number(Comparison::GreaterOrEqual, from),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What looks like a part of the name before it.
fn is_glued(c: char) -> bool {
    "-/+*%:$#@&|\\^?~'\"`([{".contains(c)
}
