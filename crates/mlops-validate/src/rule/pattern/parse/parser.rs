use crate::rule::pattern::syntax::{Flags, Node, Repetition};

/// Groups within groups; deeper ones are refused.
pub(super) const DEEPEST: usize = 60;
/// Python's `MAXREPEAT`.
const MOST_TIMES: u64 = u32::MAX as u64;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    /// In bytes.
    pub(super) at: usize,
    pub(super) depth: usize,
    /// What groups match at least and at most; `None` while they are open.
    pub(super) groups: Vec<Option<(u64, Option<u64>)>>,
    pub(super) names: Vec<(String, usize)>,
    /// References that a conditional makes to groups that may follow.
    pub(super) later: Vec<usize>,
    /// How many groups there were when the look-behind around began.
    pub(super) behind: Option<usize>,
}

pub(super) type Parsed<T> = Result<T, String>;

/// Reads a pattern.
///
/// # Errors
/// What is wrong, and at which character.
pub(in crate::rule::pattern) fn parse(text: &str) -> Parsed<Node> {
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
    pub(super) fn error(&self, what: &str) -> String {
        let place = self.text[..self.at].chars().count();
        format!("{what} at character {place}")
    }

    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// What stands before `end`, which is passed over.
    pub(super) fn until(&mut self, end: char, what: &str) -> Parsed<String> {
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

    pub(super) fn alternatives(&mut self, flags: Flags) -> Parsed<Node> {
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

    pub(super) fn sequence(&mut self, flags: Flags) -> Parsed<Node> {
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

    pub(super) fn digits(&mut self) -> String {
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
    pub(super) fn one(&mut self, flags: Flags) -> Parsed<Option<Node>> {
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
}
