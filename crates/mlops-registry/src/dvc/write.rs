//! YAML as `ruamel.yaml` writes it for DVC: block style, lines of about eighty signs.
//!
//! # Source
//! The emitter of `ruamel.yaml` 0.19.1 with the settings of DVC 3.67; where it does what nobody
//! would expect, such as a name of eighty letters on a line of its own, so does this.

use std::fmt::Write as _;

use crate::yaml::{Kind, Node, kind};

/// Signs after which a line is broken at a blank.
const WIDTH: usize = 80;

/// From so many signs on a key has a line of its own.
const LONG_KEY: usize = 123;

#[derive(Default)]
pub(super) struct Writer {
    text: String,
    column: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

impl Writer {
    /// The document of a mapping.
    pub(super) fn document(pairs: &[(&str, Node)]) -> String {
        let mut writer = Self::default();
        writer.pairs(pairs.iter().map(|(key, node)| (*key, node)), 0);
        writer.text
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.column = 0;
        self.pad(indent);
    }

    fn pad(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// The pairs of a mapping, the first of which begins where the writer is.
    fn pairs<'n>(&mut self, pairs: impl Iterator<Item = (&'n str, &'n Node)>, indent: usize) {
        for (at, (key, node)) in pairs.enumerate() {
            if at > 0 {
                self.pad(indent);
            }
            if key.chars().count() < LONG_KEY && !key.contains(is_break) {
                self.scalar(key, indent + 2, false);
                self.put(":");
                self.value(node, indent);
            } else {
                self.put("? ");
                self.scalar(key, indent + 2, true);
                self.line(indent);
                self.put(":");
                self.value(node, indent);
            }
        }
    }

    /// What follows a key of a mapping.
    fn value(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Null => self.line(0),
            Node::Sequence(nodes) if !nodes.is_empty() => {
                self.line(indent);
                self.items(nodes, indent);
            }
            Node::Mapping(pairs) if !pairs.is_empty() => {
                self.line(indent + 2);
                self.pairs(pairs.iter().map(|(key, node)| (key.as_str(), node)), indent + 2);
            }
            _ => {
                self.put(" ");
                self.leaf(node, indent + 2);
            }
        }
    }

    /// The items of a list, the first of which begins where the writer is.
    fn items(&mut self, nodes: &[Node], indent: usize) {
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                self.pad(indent);
            }
            self.put("- ");
            match node {
                Node::Sequence(nodes) if !nodes.is_empty() => self.items(nodes, indent + 2),
                Node::Mapping(pairs) if !pairs.is_empty() => {
                    self.pairs(pairs.iter().map(|(key, node)| (key.as_str(), node)), indent + 2);
                }
                _ => self.leaf(node, indent + 2),
            }
        }
    }

    /// What has nothing within, and the end of its line.
    fn leaf(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Null => {}
            Node::Bool(value) => self.put(if *value { "true" } else { "false" }),
            Node::Integer(text) | Node::Float(text) | Node::Timestamp(text) => self.put(text),
            Node::Text(text) => self.scalar(text, indent, true),
            Node::Sequence(_) => self.put("[]"),
            Node::Mapping(_) => self.put("{}"),
        }
        self.line(0);
    }

    fn scalar(&mut self, text: &str, indent: usize, split: bool) {
        match style(text) {
            Style::Plain => self.plain(text, indent, split),
            Style::Single => self.single_quoted(text, indent, split),
            Style::Double => self.double_quoted(text, indent, split),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, split: bool) {
        for run in runs(text) {
            if run.starts_with(' ') {
                if run.len() == 1 && self.column >= WIDTH && split {
                    self.line(indent);
                } else {
                    self.put(run);
                }
            } else {
                // The blank before it is written by now: it stays at the end of the line.
                if self.column + run.chars().count() > WIDTH && self.column > indent {
                    self.line(indent);
                }
                self.put(run);
            }
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize, split: bool) {
        self.put("'");
        let mut rest = text.len();
        for run in runs(text) {
            let first = rest == text.len();
            rest -= run.len();
            if run == " " && self.column > WIDTH && split && !first && rest > 0 {
                self.line(indent);
            } else if run.starts_with(is_break) {
                self.text.push_str(run);
                self.pad(indent);
            } else {
                self.put(run);
            }
        }
        self.put("'");
    }

    fn double_quoted(&mut self, text: &str, indent: usize, split: bool) {
        self.put("\"");
        let signs: Vec<char> = text.chars().collect();
        // Signs before this one are written.
        let mut start = 0;
        for at in 0..signs.len() {
            if !is_bare(signs[at]) {
                self.signs(signs.get(start..at));
                self.escaped(signs[at]);
                start = at + 1;
            }
            let wide = self.column + at > WIDTH + start;
            if at == 0 || at + 1 >= signs.len() || !(signs[at] == ' ' || start >= at) || !wide || !split {
                continue;
            }
            let at_blank = breaks_without_escape(&signs, start, at);
            self.signs(signs.get(start..at));
            start = start.max(at);
            if !at_blank {
                self.put("\\");
            }
            self.line(indent);
            if signs[start] == ' ' {
                // A blank that begins a line must be escaped, or the line break stands for it.
                if at_blank {
                    start += 1;
                } else {
                    self.put("\\");
                }
            }
        }
        self.signs(signs.get(start..));
        self.put("\"");
    }

    fn signs(&mut self, signs: Option<&[char]>) {
        let signs = signs.unwrap_or_default();
        self.text.extend(signs);
        self.column += signs.len();
    }

    fn escaped(&mut self, sign: char) {
        let before = self.text.len();
        self.text.push('\\');
        let short = match sign {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => sign,
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => '-',
        };
        let _ = match u32::from(sign) {
            _ if short != '-' => write!(self.text, "{short}"),
            code @ ..=0xff => write!(self.text, "x{code:02X}"),
            code @ ..=0xffff => write!(self.text, "u{code:04X}"),
            code => write!(self.text, "U{code:08X}"),
        };
        self.column += self.text.len() - before;
    }
}

/// Whether a line that is broken before the sign `at` needs no backslash at its end.
fn breaks_without_escape(signs: &[char], start: usize, at: usize) -> bool {
    let Some(blank) = signs[at..].iter().position(|sign| *sign == ' ').map(|blank| at + blank) else {
        return false;
    };
    let end = signs[at..blank].iter().position(|sign| *sign == '\n').map_or(blank, |feed| at + feed);
    let quotes = signs[at..end].iter().any(|sign| matches!(sign, '"' | '\''));
    let blank_after = signs.get(end + 1).is_none_or(|next| matches!(next, ' ' | '\n'));
    let two_blanks = signs[at - 1] == ' ' && signs[at] == ' ';
    signs[end] == ' ' && start != at && !(quotes || blank_after || two_blanks)
}

/// Runs of blanks, of line breaks, and of other signs.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let class = |sign: char| if sign == ' ' { 0 } else { 1 + i32::from(is_break(sign)) };
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = class(rest.chars().next()?);
        let end = rest.find(|sign| class(sign) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

fn style(text: &str) -> Style {
    let found = Signs::of(text);
    let plain =
        kind(text) == Kind::Text && !found.indicator && !found.breaks && !found.special && !found.at_ends;
    if plain {
        Style::Plain
    } else if text.contains(['\'', '\n']) || found.special || found.blank_beside_break {
        Style::Double
    } else {
        Style::Single
    }
}

/// What is in a scalar that says how it can be written.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each may be so whatever the others are")]
struct Signs {
    /// A sign that means something in YAML where it stands.
    indicator: bool,
    breaks: bool,
    /// Signs that must be escaped.
    special: bool,
    /// A blank or a line break first or last.
    at_ends: bool,
    blank_beside_break: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        let ends = |sign: char| sign == ' ' || is_break(sign);
        let mut found = Self {
            indicator: text.starts_with("---") || text.starts_with("..."),
            at_ends: text.starts_with(ends) || text.ends_with(ends),
            ..Self::default()
        };
        let mut before = None;
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            let next_is_blank = signs.peek().copied().is_none_or(is_blank);
            found.indicator |= match before {
                None => match sign {
                    '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
                    | '@' | '`' => true,
                    '?' | ':' | '-' => next_is_blank,
                    _ => false,
                },
                Some(before) => sign == ':' && next_is_blank || sign == '#' && is_blank(before),
            };
            found.breaks |= is_break(sign);
            found.special |= !(is_printable(sign) || sign == '\n');
            found.blank_beside_break |= before
                .is_some_and(|before| sign == ' ' && is_break(before) || before == ' ' && is_break(sign));
            before = Some(sign);
        }
        found
    }
}

fn is_break(sign: char) -> bool {
    matches!(sign, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(sign: char) -> bool {
    is_break(sign) || matches!(sign, '\0' | ' ' | '\t' | '\r')
}

fn is_printable(sign: char) -> bool {
    matches!(sign, ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && sign != '\u{feff}'
}

/// Whether it stands for itself in double quotes.
fn is_bare(sign: char) -> bool {
    is_printable(sign) && !is_break(sign) && !matches!(sign, '"' | '\\')
}
