//! Patterns of `.gitignore` and `.dvcignore`.
//!
//! # Source
//! [gitignore](https://git-scm.com/docs/gitignore), the pattern format, which `.dvcignore` shares.

use std::path::Path;

use super::file::read_text;
use crate::Result;

/// What the ignore files of a folder and of those above it say.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// The folder of the file that it is in, relative to the root: empty or with `/` at its end.
    base: String,
    segments: Vec<String>,
    folders_only: bool,
    /// A pattern after `!` takes back what those before it have said.
    ignore: bool,
}

impl Ignored {
    /// With rules that stand in no file, the ones before all others.
    pub(super) fn with(lines: &str) -> Self {
        let mut ignored = Self::default();
        ignored.add("", lines);
        ignored
    }

    /// Takes in the file `name` of each folder from `root` on that `path`, relative to it, is in.
    pub(super) fn read(mut self, root: &Path, path: &str, name: &str) -> Result<Self> {
        let bases = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
        for base in bases.map(|end| &path[..end]) {
            if let Some(text) = read_text(&root.join(base).join(name))? {
                self.add(base, &text);
            }
        }
        Ok(self)
    }

    fn add(&mut self, base: &str, text: &str) {
        self.rules.extend(text.lines().filter_map(|line| Rule::parse(base, line)));
    }

    /// Whether what lies at `path`, relative to the root, is ignored: itself, or a folder that it
    /// is in.
    pub(super) fn covers(&self, path: &str, is_folder: bool) -> bool {
        let above = path.match_indices('/').map(|(at, _)| (&path[..at], true));
        above.chain([(path, is_folder)]).any(|(path, is_folder)| self.names(path, is_folder))
    }

    /// Whether it is ignored itself; the last rule that knows it says so.
    pub(super) fn names(&self, path: &str, is_folder: bool) -> bool {
        let known = self.rules.iter().rev().find(|rule| rule.matches(path, is_folder));
        known.is_some_and(|rule| rule.ignore)
    }
}

impl Rule {
    fn parse(base: &str, line: &str) -> Option<Self> {
        let mut pattern = trim_blanks(line);
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
        // `a/**` is all within `a`, but not `a`.
        if segments.last().is_some_and(|last| last == "**") {
            segments.push("*".to_owned());
        }
        Some(Self { base: base.to_owned(), segments, folders_only, ignore })
    }

    fn matches(&self, path: &str, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        let Some(path) = path.strip_prefix(&self.base) else { return false };
        let parts: Vec<&str> = path.split('/').collect();
        wild(&self.segments, &parts, |segment| segment == "**", |segment, part| matches_part(segment, part))
    }
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
    let signs = signs(pattern);
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

fn signs(pattern: &str) -> Vec<Sign> {
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
            '[' => match class(after) {
                Some((class, after)) => {
                    rest = after;
                    class
                }
                None => Sign::Exactly('['),
            },
            other => Sign::Exactly(*other),
        });
    }
    parsed
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
mod tests {
    use super::*;

    fn ignored(lines: &str, path: &str) -> bool {
        let folder = path.ends_with('/');
        Ignored::with(lines).covers(path.trim_end_matches('/'), folder)
    }

    #[test]
    fn patterns_are_those_of_git() {
        for (lines, yes, no) in [
            ("*.bin", "a.bin d/b.bin a.bin/x .bin", "a.bin2 bin"),
            ("/a", "a a/b", "b/a ab"),
            ("d/", "d/ d/x x/d/ x/d/y", "d x/d"),
            ("a/b", "a/b a/b/c", "x/a/b b"),
            ("**/b", "b a/b a/c/b", "bb"),
            ("a/**", "a/x a/x/y", "a b/a/x"),
            ("a/**/b", "a/b a/x/b a/x/y/b", "a/xb ab b"),
            ("a?c[0-9][!a-c]", "abc1d axc0-", "ac1d abcxd abc1a abc1"),
            ("[]a]b", "]b ab", "bb"),
            ("[a", "[a", "a"),
            ("\\#x", "#x", "x"),
            ("#x", "", "#x x"),
            ("\\!x\n!y", "!x", "x y"),
            ("*\n!*.txt\n!d/", "a d/b", "a.txt d/"),
            ("a\\*b", "a*b", "axb a\\*b"),
            ("*a*a*a*a*a*a*a*a*b", "aaaaaaaab", &"a".repeat(200)),
        ] {
            for path in yes.split(' ').filter(|path| !path.is_empty()) {
                assert!(ignored(lines, path), "{lines:?} ignores {path:?}");
            }
            for path in no.split(' ').filter(|path| !path.is_empty()) {
                assert!(!ignored(lines, path), "{lines:?} does not ignore {path:?}");
            }
        }
        assert!(ignored("a b  ", "a b") && ignored("a\\ ", "a ") && !ignored("a\\ ", "a"));
        let deeper = {
            let mut rules = Ignored::with("*.tmp");
            rules.add("d/", "/a\n!*.tmp");
            rules
        };
        assert!(deeper.covers("d/a", false) && !deeper.covers("e/a", false));
        assert!(deeper.covers("x.tmp", false) && !deeper.covers("d/x.tmp", false));
    }
}
