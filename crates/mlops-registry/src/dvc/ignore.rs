//! Patterns of `.gitignore` and `.dvcignore`.
//!
//! # Source
//! [gitignore](https://git-scm.com/docs/gitignore), the pattern format. `.dvcignore` shares it as
//! `pathspec` 1.1 reads it for DVC 3.67, which takes some of it otherwise than Git: see [`Reader`].

use std::path::Path;

use super::file::read_text;
use crate::Result;

/// Who reads the patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// Of `.gitignore`. A pattern is about what it matches.
    Git,
    /// Of `.dvcignore`. A pattern is about what it matches and all below, so that one after `!`
    /// for a folder takes back no more than the folder. Lines have no blanks at their ends.
    Dvc,
}

/// What the ignore files of a folder and of those above it say.
#[derive(Debug)]
pub(super) struct Ignored {
    reader: Reader,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// The folder of the file that it is in, relative to the root: empty or with `/` at its end.
    base: String,
    segments: Vec<String>,
    folders_only: bool,
    /// Of DVC: what is below a folder, and the folder, but no file of its name.
    below: bool,
    /// A pattern after `!` takes back what those before it have said.
    ignore: bool,
}

impl Ignored {
    /// With rules that stand in no file, the ones before all others.
    pub(super) fn with(reader: Reader, lines: &str) -> Self {
        let mut ignored = Self { reader, rules: Vec::new() };
        ignored.add("", lines);
        ignored
    }

    /// Takes in the ignore file of each folder from `root` on that `path`, relative to it, is in.
    pub(super) fn read(mut self, root: &Path, path: &str) -> Result<Self> {
        let name = match self.reader {
            Reader::Git => ".gitignore",
            Reader::Dvc => ".dvcignore",
        };
        let bases = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
        for base in bases.map(|end| &path[..end]) {
            // DVC does not read one that those above it ignore.
            if self.reader == Reader::Dvc && self.covers(&format!("{base}{name}"), false) {
                continue;
            }
            if let Some(text) = read_text(&root.join(base).join(name))? {
                self.add(base, &text);
            }
        }
        Ok(self)
    }

    fn add(&mut self, base: &str, text: &str) {
        let reader = self.reader;
        match reader {
            Reader::Git => {
                let lines = text.lines().map(trim_blanks);
                self.rules.extend(lines.filter_map(|line| Rule::parse(reader, base, line)));
            }
            Reader::Dvc => {
                let lines = text.split(['\n', '\r']).map(str::trim);
                self.rules.extend(lines.filter_map(|line| Rule::parse(reader, base, line)));
            }
        }
    }

    /// Whether what lies at `path`, relative to the root, is ignored: itself, or a folder that it
    /// is in.
    pub(super) fn covers(&self, path: &str, is_folder: bool) -> bool {
        let above = path.match_indices('/').map(|(at, _)| (&path[..at], true));
        above.chain([(path, is_folder)]).any(|(path, is_folder)| self.names(path, is_folder))
    }

    /// Whether it is ignored itself; the last rule that knows it says so.
    pub(super) fn names(&self, path: &str, is_folder: bool) -> bool {
        let known = self.rules.iter().rev().find(|rule| rule.matches(self.reader, path, is_folder));
        known.is_some_and(|rule| rule.ignore)
    }
}

impl Rule {
    fn parse(reader: Reader, base: &str, mut pattern: &str) -> Option<Self> {
        if pattern.is_empty() || pattern.starts_with('#') {
            return None;
        }
        let ignore = !pattern.starts_with('!');
        pattern = pattern.strip_prefix('!').unwrap_or(pattern);
        let folders_only = pattern.ends_with('/');
        pattern = pattern.strip_suffix('/').unwrap_or(pattern);
        let anchored = pattern.contains('/');
        let mut segments: Vec<String> =
            pattern.trim_start_matches('/').split('/').map(ToOwned::to_owned).collect();
        if !anchored {
            segments.insert(0, "**".to_owned());
        }
        // With a bracket that nothing closes it matches nothing.
        if segments.iter().any(|segment| signs(segment).is_none()) {
            return None;
        }
        let all = segments.iter().all(|segment| segment == "**");
        let mut below = false;
        match reader {
            // `*/` and `**/` match nothing, as `pathspec` puts them, unless a folder is before them.
            Reader::Dvc if folders_only && base.is_empty() && is_any_folder(&segments) => return None,
            Reader::Dvc if !all => {
                while segments.pop_if(|last| last == "**").is_some() {
                    below = true;
                }
            }
            // `a/**` is all within `a`, but not `a`.
            _ if segments.last().is_some_and(|last| last == "**") => segments.push("*".to_owned()),
            _ => {}
        }
        Some(Self { base: base.to_owned(), segments, folders_only, below, ignore })
    }

    fn matches(&self, reader: Reader, path: &str, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        let Some(path) = path.strip_prefix(&self.base) else { return false };
        let parts: Vec<&str> = path.split('/').collect();
        let whole = parts.len();
        match reader {
            Reader::Git => self.is(&parts),
            Reader::Dvc => {
                (1..=whole).any(|end| (end < whole || is_folder || !self.below) && self.is(&parts[..end]))
            }
        }
    }

    fn is(&self, parts: &[&str]) -> bool {
        wild(&self.segments, parts, |segment| segment == "**", |segment, part| matches_part(segment, part))
    }
}

/// Whether it is `**` or `**/*`, with any number of `**`.
fn is_any_folder(segments: &[String]) -> bool {
    let [first, rest @ ..] = segments else { return false };
    let rest = if let [rest @ .., last] = rest
        && last == "*"
    {
        rest
    } else {
        rest
    };
    first == "**" && rest.iter().all(|segment| segment == "**")
}

/// Without the blanks at its end that no backslash keeps.
fn trim_blanks(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    let kept = trimmed.len() < line.len() && trimmed.ends_with('\\') && !trimmed.ends_with("\\\\");
    if kept { &line[..=trimmed.len()] } else { trimmed }
}

/// One sign of a pattern.
enum Sign {
    Any,
    One,
    Exactly(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn matches_part(pattern: &str, part: &str) -> bool {
    let signs = signs(pattern).unwrap_or_default();
    let part: Vec<char> = part.chars().collect();
    wild(
        &signs,
        &part,
        |sign| matches!(sign, Sign::Any),
        |sign, found| match sign {
            Sign::Any | Sign::One => true,
            Sign::Exactly(expected) => expected == found,
            Sign::Class { negated, ranges } => {
                ranges.iter().any(|(first, last)| first <= found && found <= last) != *negated
            }
        },
    )
}

/// The signs of a part of a pattern; none, if a bracket in it is not closed.
fn signs(pattern: &str) -> Option<Vec<Sign>> {
    let signs: Vec<char> = pattern.chars().collect();
    let mut rest = &signs[..];
    let mut parsed = Vec::new();
    while let [sign, after @ ..] = rest {
        rest = after;
        parsed.push(match sign {
            '*' => Sign::Any,
            '?' => Sign::One,
            '\\' if !rest.is_empty() => {
                rest = &after[1..];
                Sign::Exactly(after[0])
            }
            '[' => {
                let (class, after) = class(after)?;
                rest = after;
                class
            }
            other => Sign::Exactly(*other),
        });
    }
    Some(parsed)
}

/// A class such as `[!a-z]`, after its bracket; none, if no bracket ends it.
fn class(signs: &[char]) -> Option<(Sign, &[char])> {
    let negated = matches!(signs.first(), Some('!' | '^'));
    let mut rest = &signs[usize::from(negated)..];
    let mut ranges = Vec::new();
    loop {
        let (first, after) = match rest {
            [']', after @ ..] if !ranges.is_empty() => return Some((Sign::Class { negated, ranges }, after)),
            ['\\', sign, after @ ..] | [sign, after @ ..] => (*sign, after),
            [] => return None,
        };
        rest = after;
        let mut last = first;
        if let ['-', end, after @ ..] = rest
            && *end != ']'
        {
            last = *end;
            rest = after;
        }
        ranges.push((first, last));
    }
}

/// Whether `pattern` matches all of `items`, where a star stands for any number of them. Goes
/// back to the last star only, which is enough, and never takes longer than the product of both.
fn wild<P, T>(
    pattern: &[P],
    items: &[T],
    is_star: impl Fn(&P) -> bool,
    one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut star = None;
    while i < items.len() {
        match pattern.get(p) {
            Some(sign) if is_star(sign) => {
                star = Some((p + 1, i));
                p += 1;
            }
            Some(sign) if one(sign, &items[i]) => (p, i) = (p + 1, i + 1),
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (p, i) = (after, from + 1);
            }
        }
    }
    pattern[p..].iter().all(is_star)
}

#[cfg(test)]
mod tests;
