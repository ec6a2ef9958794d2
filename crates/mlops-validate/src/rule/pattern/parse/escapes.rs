use super::parser::{Parsed, Parser};
use crate::rule::pattern::syntax::{Category, Class, Flags, Member, Node};

impl Parser<'_> {
    pub(super) fn escape(&mut self, flags: Flags) -> Parsed<Node> {
        let category = |kind, negated| {
            Node::Class(Class { negated: false, members: vec![Member::Category { kind, negated }], flags })
        };
        let Some(next) = self.next() else { return Err(self.error("bad escape (end of pattern)")) };
        Ok(match next {
            'A' => Node::TextStart,
            'Z' => Node::TextEnd,
            'b' => Node::Boundary { negated: false, ascii: flags.ascii },
            'B' => Node::Boundary { negated: true, ascii: flags.ascii },
            'd' => category(Category::Digit, false),
            'D' => category(Category::Digit, true),
            's' => category(Category::Space, false),
            'S' => category(Category::Space, true),
            'w' => category(Category::Word, false),
            'W' => category(Category::Word, true),
            '1'..='9' => return self.numbered(next, flags),
            other => match self.character(other)? {
                Some(one) => Node::Char(one, flags),
                // Half of a pair of surrogates stands in no text.
                None => nothing(flags),
            },
        })
    }

    /// `\1`, or `\123` for a character in octal digits.
    fn numbered(&mut self, first: char, flags: Flags) -> Parsed<Node> {
        let mut digits = String::from(first);
        if let Some(second) = self.peek().filter(char::is_ascii_digit) {
            self.at += 1;
            digits.push(second);
            let octal = |one: char| ('0'..='7').contains(&one);
            if let Some(third) = self.peek().filter(|third| octal(*third))
                && octal(first)
                && octal(second)
            {
                self.at += 1;
                digits.push(third);
                return match u32::from_str_radix(&digits, 8) {
                    Ok(code) if code <= 0o377 => match char::from_u32(code) {
                        Some(one) => Ok(Node::Char(one, flags)),
                        None => Ok(nothing(flags)),
                    },
                    _ => Err(self.error(&format!("octal escape \\{digits} is above \\377"))),
                };
            }
        }
        let group = digits.parse().unwrap_or(usize::MAX);
        self.back_reference(group, flags)
    }

    /// The character that an escape stands for, within a class or not; `None` for half of a
    /// pair of surrogates.
    pub(super) fn character(&mut self, letter: char) -> Parsed<Option<char>> {
        let simple = match letter {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => return self.code(2).map(char::from_u32),
            'u' => return self.code(4).map(char::from_u32),
            'U' => match self.code(8)? {
                code if code > 0x10_ffff => return Err(self.error("bad escape, no such character")),
                code => return Ok(char::from_u32(code)),
            },
            'N' => return Err(self.error("characters by name, \\N{…}, are not known here")),
            '0' => {
                let octal = |one: &char| ('0'..='7').contains(one);
                let digits: String = self.rest().chars().take_while(octal).take(2).collect();
                self.at += digits.len();
                return Ok(char::from_u32(u32::from_str_radix(&digits, 8).unwrap_or(0)));
            }
            other if other.is_ascii_alphanumeric() => {
                return Err(self.error(&format!("bad escape \\{other}")));
            }
            other => other,
        };
        Ok(Some(simple))
    }

    pub(super) fn code(&mut self, digits: usize) -> Parsed<u32> {
        let written: String = self.rest().chars().take_while(char::is_ascii_hexdigit).take(digits).collect();
        if written.len() < digits {
            return Err(self.error(&format!("incomplete escape, expected {digits} hexadecimal digits")));
        }
        self.at += digits;
        u32::from_str_radix(&written, 16).map_err(|_| self.error("bad escape"))
    }
}

/// A part that matches no text.
fn nothing(flags: Flags) -> Node {
    Node::Class(Class { negated: false, members: Vec::new(), flags })
}
