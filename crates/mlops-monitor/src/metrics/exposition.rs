//! Families as text: what a scrape gets.

use std::borrow::Cow;
use std::fmt::Debug;

use mlops_core::Timestamp;

use super::number::push_number;
use super::spec::Definition;
use super::{Escaping, Exposition, Format, Kind};

/// A family of any kind.
pub(super) trait Collect: Debug + Send + Sync {
    /// Writes the family as it is now; no lock is held while it does.
    fn write(&self, out: &mut String, exposition: Exposition, with_created: bool);
}

/// The labels of a series, as they are written without escaping of names: made once.
#[derive(Debug)]
pub(super) struct Labels {
    /// `a="1",zone="z",`: a comma behind each.
    text: String,
    /// Where `le` belongs.
    le: usize,
}

impl Labels {
    pub(super) fn new(definition: &Definition, values: &[&str]) -> Self {
        Self::escaped(definition, values, Escaping::AllowUtf8)
    }

    fn escaped(definition: &Definition, values: &[impl AsRef<str>], escaping: Escaping) -> Self {
        let (mut text, mut le) = (String::new(), 0);
        for place in &definition.sorted {
            let (Some(name), Some(value)) = (definition.labels.get(*place), values.get(*place)) else {
                continue;
            };
            text.push_str(&escaping.label_name(name));
            text.push_str("=\"");
            push_escaped(&mut text, value.as_ref(), true);
            text.push_str("\",");
            if name.as_str() < "le" {
                le = text.len();
            }
        }
        Self { text, le }
    }
}

/// Backslash and line feed behind a backslash, and the quote if `quotes`.
fn push_escaped(out: &mut String, text: &str, quotes: bool) {
    let mut rest = text;
    while let Some(at) = rest.find(|c| matches!(c, '\\' | '\n') || (quotes && c == '"')) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let special = after.chars().next();
        out.push('\\');
        out.extend(special.map(|special| if special == '\n' { 'n' } else { special }));
        rest = after.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// A sample's name as it is written.
#[derive(Debug)]
struct SampleName {
    suffix: &'static str,
    text: String,
    /// Then it stands, quoted already, among the labels.
    quoted: bool,
}

/// Writes one family.
pub(super) struct Writer<'a> {
    out: &'a mut String,
    definition: &'a Definition,
    exposition: Exposition,
    names: Vec<SampleName>,
    /// Whether label names are written otherwise than in [`Labels::new`].
    escapes_labels: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut String, definition: &'a Definition, exposition: Exposition) -> Self {
        let escaping = exposition.escaping();
        let name = |suffix| {
            let text = escaping.metric_name(&format!("{}{suffix}", definition.base)).into_owned();
            SampleName { suffix, quoted: text.starts_with('"'), text }
        };
        let escapes_labels = definition.labels.iter().any(|label| {
            escaping != Escaping::AllowUtf8
                && escaping.label_name(label) != Escaping::AllowUtf8.label_name(label)
        });
        let mut names = vec![name("")];
        names.extend(definition.kind.suffixes().iter().map(|suffix| name(suffix)));
        Self { out, definition, exposition, names, escapes_labels }
    }

    /// `HELP`, `TYPE` and, in OpenMetrics, `UNIT`.
    pub(super) fn header(&mut self) {
        let Definition { kind, unit, .. } = self.definition;
        let suffix = match self.exposition.format() {
            Format::Text if *kind == Kind::Counter => "_total",
            _ => "",
        };
        self.header_of(suffix, kind.as_str());
        if self.exposition.is_open_metrics() && !unit.is_empty() {
            let name = self.name("");
            let line = ["# UNIT ", name.as_str(), " ", unit, "\n"].concat();
            self.out.push_str(&line);
        }
    }

    /// The times of creation as a family of their own, as 0.0.4 has no place for them.
    pub(super) fn created_header(&mut self) {
        self.header_of("_created", "gauge");
    }

    fn header_of(&mut self, suffix: &str, kind: &str) {
        let name = self.name(suffix);
        let quotes = self.exposition.is_open_metrics();
        self.out.push_str("# HELP ");
        self.out.push_str(&name);
        self.out.push(' ');
        push_escaped(self.out, &self.definition.help, quotes);
        self.out.push_str("\n# TYPE ");
        self.out.push_str(&name);
        self.out.push(' ');
        self.out.push_str(kind);
        self.out.push('\n');
    }

    fn name(&self, suffix: &str) -> String {
        let name = self.names.iter().find(|name| name.suffix == suffix);
        name.map(|name| name.text.clone()).unwrap_or_default()
    }

    /// Writes the samples of one series.
    pub(super) fn samples<'b>(&'b mut self, labels: &'b Labels, values: &[Box<str>]) -> Samples<'b> {
        let labels = if self.escapes_labels {
            let Labels { text, le } = Labels::escaped(self.definition, values, self.exposition.escaping());
            (Cow::Owned(text), le)
        } else {
            (Cow::Borrowed(labels.text.as_str()), labels.le)
        };
        Samples { out: self.out, names: &self.names, labels }
    }
}

/// Writes the samples of one series.
#[derive(Debug)]
pub struct Samples<'a> {
    out: &'a mut String,
    names: &'a [SampleName],
    labels: (Cow<'a, str>, usize),
}

impl Samples<'_> {
    pub(super) fn push(&mut self, suffix: &str, value: f64) {
        self.line(suffix, None, value);
    }

    pub(super) fn push_bucket(&mut self, le: &str, value: f64) {
        self.line("_bucket", Some(le), value);
    }

    pub(super) fn push_created(&mut self, created: Timestamp) {
        self.line("_created", None, created.as_micros() as f64 / 1e6);
    }

    fn line(&mut self, suffix: &str, le: Option<&str>, value: f64) {
        let Self { out, names, labels: (text, place) } = self;
        let Some(name) = names.iter().find(|name| name.suffix == suffix) else { return };
        if !name.quoted {
            out.push_str(&name.text);
        }
        if name.quoted || le.is_some() || !text.is_empty() {
            out.push('{');
            if name.quoted {
                out.push_str(&name.text);
                out.push(',');
            }
            match le {
                Some(le) => {
                    let (before, after) = text.split_at(*place);
                    out.push_str(before);
                    out.push_str("le=\"");
                    out.push_str(le);
                    out.push_str("\",");
                    out.push_str(after);
                }
                None => out.push_str(text),
            }
            // The comma behind the last one.
            out.pop();
            out.push('}');
        }
        out.push(' ');
        push_number(out, value);
        out.push('\n');
    }
}
