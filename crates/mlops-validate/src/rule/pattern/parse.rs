//! Reads patterns in the syntax of Python's `re` (3.11).

use super::syntax::{Category, Class, Flags, Member, Node, Repetition};

/// Groups within groups; deeper ones are refused.
const DEEPEST: usize = 60;
/// Python's `MAXREPEAT`.
const MOST_TIMES: u64 = u32::MAX as u64;

pub(super) struct Parser<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    depth: usize,
    /// What groups match at least and at most; `None` while they are open.
    groups: Vec<Option<(u64, Option<u64>)>>,
    names: Vec<(String, usize)>,
    /// References that a conditional makes to groups that may follow.
    later: Vec<usize>,
    /// How many groups there were when the look-behind around began.
    behind: Option<usize>,
}

type Parsed<T> = Result<T, String>;

/// Reads a pattern.
///
/// # Errors
/// What is wrong, and at which character.
pub(super) fn parse(text: &str) -> Parsed<Node> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        groups: Vec::new(),
        names: Vec::new(),
        later: Vec::new(),
        behind: None,
    };
    let mut flags = Flags::default();
    parser.leading_flags(&mut flags)?;
    let node = parser.alternatives(flags)?;
    if parser.at < text.len() {
        return Err(parser.error("unbalanced parenthesis"));
    }
    match parser.later.iter().find(|group| **group > parser.groups.len()) {
        Some(group) => Err(parser.error(&format!("invalid group reference {group}"))),
        None => Ok(node),
    }
}

impl Parser<'_> {
    fn error(&self, what: &str) -> String {
        let place = self.text[..self.at].chars().count();
        format!("{what} at character {place}")
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// What stands before `end`, which is passed over.
    fn until(&mut self, end: char, what: &str) -> Parsed<String> {
        match self.rest().split_once(end) {
            None => Err(self.error(&format!("missing {end}, unterminated {what}"))),
            Some(("", _)) => Err(self.error(&format!("missing {what}"))),
            Some((inner, _)) => {
                let inner = inner.to_owned();
                self.at += inner.len() + end.len_utf8();
                Ok(inner)
            }
        }
    }

    /// `(?i)` and the like, which may only stand at the start.
    fn leading_flags(&mut self, flags: &mut Flags) -> Parsed<()> {
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
    fn skip_space(&mut self) {
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

    fn alternatives(&mut self, flags: Flags) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(&format!("more than {DEEPEST} groups within groups")));
        }
        let mut branches = vec![self.sequence(flags)?];
        while self.eat("|") {
            branches.push(self.sequence(flags)?);
        }
        self.depth -= 1;
        Ok(match branches.len() {
            1 => branches.remove(0),
            _ => Node::Alternate(branches),
        })
    }

    fn sequence(&mut self, flags: Flags) -> Parsed<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            if flags.verbose {
                self.skip_space();
            }
            match self.peek() {
                None | Some('|' | ')') => break,
                Some(_) => {}
            }
            if let Some((least, most)) = self.repetition()? {
                self.repeat(&mut nodes, least, most)?;
            } else if let Some(node) = self.one(flags)? {
                nodes.push(node);
            }
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Concat(nodes) })
    }

    /// `*`, `+`, `?`, `{…}`; what only looks like the last is text.
    fn repetition(&mut self) -> Parsed<Option<(u32, Option<u32>)>> {
        let start = self.at;
        let counts = match self.next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') if self.peek() != Some('}') => {
                let low = self.digits();
                let high = if self.eat(",") { self.digits() } else { low.clone() };
                if !self.eat("}") {
                    self.at = start;
                    return Ok(None);
                }
                let number = |digits: &str| match digits.parse::<u64>() {
                    Ok(number) if number < MOST_TIMES => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
                    _ => Err(self.error("the repetition number is too large")),
                };
                let least = if low.is_empty() { 0 } else { number(&low)? };
                let most = if high.is_empty() { None } else { Some(number(&high)?) };
                if most.is_some_and(|most| most < least) {
                    return Err(self.error("min repeat greater than max repeat"));
                }
                (least, most)
            }
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(counts))
    }

    fn digits(&mut self) -> String {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        self.at += digits.len();
        digits
    }

    fn repeat(&mut self, nodes: &mut Vec<Node>, least: u32, most: Option<u32>) -> Parsed<()> {
        let anchor = |node: &Node| {
            matches!(
                node,
                Node::Start(_) | Node::End(_) | Node::TextStart | Node::TextEnd | Node::Boundary { .. }
            )
        };
        let inner = match nodes.pop() {
            None => return Err(self.error("nothing to repeat")),
            Some(node) if anchor(&node) => return Err(self.error("nothing to repeat")),
            Some(Node::Repeat { .. }) => return Err(self.error("multiple repeat")),
            Some(node) => node,
        };
        let kind = if self.eat("?") {
            Repetition::Lazy
        } else if self.eat("+") {
            Repetition::Possessive
        } else {
            Repetition::Greedy
        };
        nodes.push(Node::Repeat { inner: Box::new(inner), least, most, kind });
        Ok(())
    }

    /// A part without its repetition; `None` for a comment.
    fn one(&mut self, flags: Flags) -> Parsed<Option<Node>> {
        Ok(Some(match self.next() {
            Some('.') => Node::Any(flags),
            Some('^') => Node::Start(flags),
            Some('$') => Node::End(flags),
            Some('[') => Node::Class(self.class(flags)?),
            Some('(') => return self.group(flags),
            Some('\\') => self.escape(flags)?,
            Some(other) => Node::Char(other, flags),
            None => return Err(self.error("the pattern ends too early")),
        }))
    }

    fn group(&mut self, flags: Flags) -> Parsed<Option<Node>> {
        if !self.eat("?") {
            return self.capture(None, flags).map(Some);
        }
        let close = |parser: &mut Self, node: Node| {
            if parser.eat(")") {
                Ok(Some(node))
            } else {
                Err(parser.error("missing ), unterminated subpattern"))
            }
        };
        match self.next() {
            Some('P') if self.eat("<") => {
                let name = self.until('>', "group name")?;
                self.check_name(&name)?;
                self.capture(Some(name), flags).map(Some)
            }
            Some('P') if self.eat("=") => {
                let name = self.until(')', "group name")?;
                self.check_name(&name)?;
                let group = self.group_of(&name)?;
                self.back_reference(group, flags).map(Some)
            }
            Some('P') => Err(self.error("unknown extension ?P")),
            Some(':') => {
                let inner = self.alternatives(flags)?;
                close(self, Node::Group { index: None, inner: Box::new(inner) })
            }
            Some('>') => {
                let inner = self.alternatives(flags)?;
                close(self, Node::Atomic(Box::new(inner)))
            }
            Some('#') => match self.rest().find(')') {
                Some(end) => {
                    self.at += end + 1;
                    Ok(None)
                }
                None => Err(self.error("missing ), unterminated comment")),
            },
            Some(kind @ ('=' | '!')) => {
                let inner = Box::new(self.alternatives(flags)?);
                close(self, Node::Look { ahead: true, negated: kind == '!', inner })
            }
            Some('<') => {
                let negated = match self.next() {
                    Some('=') => false,
                    Some('!') => true,
                    _ => return Err(self.error("unknown extension after ?<")),
                };
                let outer = self.behind;
                self.behind = outer.or(Some(self.groups.len()));
                let inner = self.alternatives(flags)?;
                self.behind = outer;
                let widths: Vec<_> = self.groups.iter().map(|width| width.unwrap_or((0, None))).collect();
                let (least, most) = inner.width(&widths);
                if most != Some(least) {
                    return Err(self.error("look-behind requires fixed-width pattern"));
                }
                close(self, Node::Look { ahead: false, negated, inner: Box::new(inner) })
            }
            Some('(') => self.conditional(flags).map(Some),
            Some('-') => {
                self.at -= 1;
                self.scoped(flags).map(Some)
            }
            Some(letter) if letter.is_ascii_alphabetic() => {
                self.at -= 1;
                self.scoped(flags).map(Some)
            }
            Some(other) => Err(self.error(&format!("unknown extension ?{other}"))),
            None => Err(self.error("unexpected end of pattern")),
        }
    }

    /// `(?i-s:…)`
    fn scoped(&mut self, flags: Flags) -> Parsed<Node> {
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

    fn capture(&mut self, name: Option<String>, flags: Flags) -> Parsed<Node> {
        let start = self.at;
        self.groups.push(None);
        let index = self.groups.len();
        if let Some(name) = name {
            if self.names.iter().any(|(known, _)| *known == name) {
                return Err(self.error(&format!("there are two groups called {name:?}")));
            }
            self.names.push((name, index));
        }
        let inner = self.alternatives(flags)?;
        if !self.eat(")") {
            self.at = start;
            return Err(self.error("missing ), unterminated subpattern"));
        }
        let widths: Vec<_> = self.groups.iter().map(|width| width.unwrap_or((0, None))).collect();
        self.groups[index - 1] = Some(inner.width(&widths));
        Ok(Node::Group { index: Some(index), inner: Box::new(inner) })
    }

    fn conditional(&mut self, flags: Flags) -> Parsed<Node> {
        let name = self.until(')', "group name")?;
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) {
            match name.parse() {
                Ok(0) => return Err(self.error("bad group number")),
                Ok(group) if group < 100 => {
                    self.later.push(group);
                    group
                }
                _ => return Err(self.error(&format!("invalid group reference {name}"))),
            }
        } else {
            self.check_name(&name)?;
            self.group_of(&name)?
        };
        if let Some(before) = self.behind
            && (group > before || self.groups.get(group - 1).copied().flatten().is_none())
        {
            return Err(self.error("a look-behind can't refer to a group within it"));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(&format!("more than {DEEPEST} groups within groups")));
        }
        let yes = self.sequence(flags)?;
        let no = if self.eat("|") { self.sequence(flags)? } else { Node::Concat(Vec::new()) };
        self.depth -= 1;
        if self.peek() == Some('|') {
            return Err(self.error("conditional backref with more than two branches"));
        }
        if !self.eat(")") {
            return Err(self.error("missing ), unterminated subpattern"));
        }
        Ok(Node::Conditional { group, yes: Box::new(yes), no: Box::new(no) })
    }

    fn check_name(&self, name: &str) -> Parsed<()> {
        let first = |one: char| one == '_' || one.is_alphabetic();
        let mut letters = name.chars();
        let is_name = letters.next().is_some_and(first) && letters.all(|one| first(one) || one.is_numeric());
        if is_name { Ok(()) } else { Err(self.error(&format!("bad character in group name {name:?}"))) }
    }

    fn group_of(&self, name: &str) -> Parsed<usize> {
        match self.names.iter().find(|(known, _)| known == name) {
            Some((_, group)) => Ok(*group),
            None => Err(self.error(&format!("unknown group name {name:?}"))),
        }
    }

    fn back_reference(&self, group: usize, flags: Flags) -> Parsed<Node> {
        match self.groups.get(group.wrapping_sub(1)) {
            None => Err(self.error(&format!("invalid group reference {group}"))),
            Some(None) => Err(self.error("cannot refer to an open group")),
            Some(Some(_)) if self.behind.is_some_and(|before| group > before) => {
                Err(self.error("a look-behind can't refer to a group within it"))
            }
            Some(Some(_)) => Ok(Node::BackReference { group, ignore_case: flags.ignore_case }),
        }
    }

    fn escape(&mut self, flags: Flags) -> Parsed<Node> {
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
    fn character(&mut self, letter: char) -> Parsed<Option<char>> {
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

    fn code(&mut self, digits: usize) -> Parsed<u32> {
        let written: String = self.rest().chars().take_while(char::is_ascii_hexdigit).take(digits).collect();
        if written.len() < digits {
            return Err(self.error(&format!("incomplete escape, expected {digits} hexadecimal digits")));
        }
        self.at += digits;
        u32::from_str_radix(&written, 16).map_err(|_| self.error("bad escape"))
    }

    fn class(&mut self, flags: Flags) -> Parsed<Class> {
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

/// A part that matches no text.
fn nothing(flags: Flags) -> Node {
    Node::Class(Class { negated: false, members: Vec::new(), flags })
}
