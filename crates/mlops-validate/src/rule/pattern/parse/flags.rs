use super::parser::{Parsed, Parser};
use crate::rule::pattern::syntax::{Flags, Node};

impl Parser<'_> {
    /// `(?i)` and the like, which may only stand at the start.
    pub(super) fn leading_flags(&mut self, flags: &mut Flags) -> Parsed<()> {
        loop {
            if flags.verbose {
                self.skip_space();
            }
            let Some(inner) = self.rest().strip_prefix("(?") else { return Ok(()) };
            let letters: String = inner.chars().take_while(char::is_ascii_alphabetic).collect();
            if letters.is_empty() || !inner[letters.len()..].starts_with(')') || letters.contains('P') {
                return Ok(());
            }
            self.at += 2;
            let (on, off) = self.flag_letters(&letters, "", *flags)?;
            debug_assert_eq!(off, Flags::default(), "nothing is turned off");
            *flags = on;
            self.at += letters.len() + 1;
        }
    }

    /// The flags with some turned on and some off.
    fn flag_letters(&self, on: &str, off: &str, flags: Flags) -> Parsed<(Flags, Flags)> {
        let (mut flags, mut turned_off) = (flags, Flags::default());
        if on.contains('a') && on.contains('u') {
            return Err(self.error("the flags \"a\" and \"u\" are incompatible"));
        }
        for letter in on.chars() {
            match letter {
                'a' => flags.ascii = true,
                'u' => flags.ascii = false,
                'i' => flags.ignore_case = true,
                'm' => flags.multiline = true,
                's' => flags.dot_all = true,
                'x' => flags.verbose = true,
                'L' => return Err(self.error("the flag \"L\" is for bytes, not for text")),
                other => return Err(self.error(&format!("unknown flag {other:?}"))),
            }
        }
        for letter in off.chars() {
            if on.contains(letter) {
                return Err(self.error(&format!("the flag {letter:?} is turned on and off")));
            }
            let (flag, off) = match letter {
                'i' => (&mut flags.ignore_case, &mut turned_off.ignore_case),
                'm' => (&mut flags.multiline, &mut turned_off.multiline),
                's' => (&mut flags.dot_all, &mut turned_off.dot_all),
                'x' => (&mut flags.verbose, &mut turned_off.verbose),
                other => return Err(self.error(&format!("the flag {other:?} can't be turned off"))),
            };
            (*flag, *off) = (false, true);
        }
        Ok((flags, turned_off))
    }

    /// Space and comments of a verbose pattern.
    pub(super) fn skip_space(&mut self) {
        while let Some(next) = self.peek() {
            if matches!(next, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') {
                self.at += 1;
            } else if next == '#' {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else {
                break;
            }
        }
    }

    /// `(?i-s:…)`
    pub(super) fn scoped(&mut self, flags: Flags) -> Parsed<Node> {
        let letters = |parser: &mut Self| {
            let letters: String = parser.rest().chars().take_while(char::is_ascii_alphabetic).collect();
            parser.at += letters.len();
            letters
        };
        let on = letters(self);
        if self.peek() == Some(')') {
            self.flag_letters(&on, "", flags)?;
            return Err(self.error("flags for the whole pattern have to stand at its start"));
        }
        let off = if self.eat("-") { letters(self) } else { String::new() };
        let (inner_flags, _) = self.flag_letters(&on, &off, flags)?;
        if (on.is_empty() && off.is_empty()) || !self.eat(":") {
            return Err(self.error("missing :"));
        }
        let inner = self.alternatives(inner_flags)?;
        if !self.eat(")") {
            return Err(self.error("missing ), unterminated subpattern"));
        }
        Ok(Node::Group { index: None, inner: Box::new(inner) })
    }
}
