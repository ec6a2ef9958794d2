use super::parser::{DEEPEST, Parsed, Parser};
use crate::rule::pattern::syntax::{Flags, Node};

impl Parser<'_> {
    pub(super) fn group(&mut self, flags: Flags) -> Parsed<Option<Node>> {
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

    pub(super) fn conditional(&mut self, flags: Flags) -> Parsed<Node> {
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

    pub(super) fn back_reference(&self, group: usize, flags: Flags) -> Parsed<Node> {
        match self.groups.get(group.wrapping_sub(1)) {
            None => Err(self.error(&format!("invalid group reference {group}"))),
            Some(None) => Err(self.error("cannot refer to an open group")),
            Some(Some(_)) if self.behind.is_some_and(|before| group > before) => {
                Err(self.error("a look-behind can't refer to a group within it"))
            }
            Some(Some(_)) => Ok(Node::BackReference { group, ignore_case: flags.ignore_case }),
        }
    }
}
