use super::parser::{Parsed, Parser};
use crate::rule::pattern::syntax::{Category, Class, Flags, Member};

impl Parser<'_> {
    pub(super) fn class(&mut self, flags: Flags) -> Parsed<Class> {
        let start = self.at;
        let negated = self.eat("^");
        let mut members = Vec::new();
        let mut first = true;
        loop {
            let Some(next) = self.next() else {
                self.at = start;
                return Err(self.error("unterminated character set"));
            };
            if next == ']' && !first {
                break;
            }
            first = false;
            let low = self.member(next)?;
            if self.peek() != Some('-') || self.rest().starts_with("-]") {
                members.extend(low.into_member());
                continue;
            }
            self.at += 1;
            let Some(next) = self.next() else {
                self.at = start;
                return Err(self.error("unterminated character set"));
            };
            match (low, self.member(next)?) {
                (One::Char(low), One::Char(high)) if low <= high => {
                    let one = |code: u32, other: u32| char::from_u32(code).or(char::from_u32(other));
                    // An end that is half of a pair of surrogates moves to the nearest text.
                    if let (Some(low), Some(high)) = (one(low, 0xe000), one(high, 0xd7ff))
                        && low <= high
                    {
                        members.push(Member::Range(low, high));
                    }
                }
                _ => return Err(self.error("bad character range")),
            }
        }
        Ok(Class { negated, members, flags })
    }

    fn member(&mut self, next: char) -> Parsed<One> {
        if next != '\\' {
            return Ok(One::Char(u32::from(next)));
        }
        let Some(letter) = self.next() else { return Err(self.error("unterminated character set")) };
        let category = |kind, negated| One::Category(Member::Category { kind, negated });
        Ok(match letter {
            'd' => category(Category::Digit, false),
            'D' => category(Category::Digit, true),
            's' => category(Category::Space, false),
            'S' => category(Category::Space, true),
            'w' => category(Category::Word, false),
            'W' => category(Category::Word, true),
            'b' => One::Char(8),
            '0'..='7' => {
                self.at -= 1;
                let octal = |one: &char| ('0'..='7').contains(one);
                let digits: String = self.rest().chars().take_while(octal).take(3).collect();
                self.at += digits.len();
                match u32::from_str_radix(&digits, 8) {
                    Ok(code) if code <= 0o377 => One::Char(code),
                    _ => return Err(self.error(&format!("octal escape \\{digits} is above \\377"))),
                }
            }
            other => {
                let surrogate = |digits: usize, parser: &Self| {
                    u32::from_str_radix(&parser.text[parser.at - digits..parser.at], 16).unwrap_or(0xd800)
                };
                match (self.character(other)?, other) {
                    (Some(one), _) => One::Char(u32::from(one)),
                    (None, 'u') => One::Char(surrogate(4, self)),
                    (None, _) => One::Char(surrogate(8, self)),
                }
            }
        })
    }
}

/// What stands in a class: a code point, which may be half of a pair of surrogates.
enum One {
    Char(u32),
    Category(Member),
}

impl One {
    fn into_member(self) -> Option<Member> {
        match self {
            Self::Char(code) => char::from_u32(code).map(|one| Member::Range(one, one)),
            Self::Category(member) => Some(member),
        }
    }
}
