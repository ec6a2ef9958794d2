//! Writes patterns in the syntax of the two engines.

use super::syntax::{Category, Class, Flags, Member, Node, Repetition};

/// Letters that Python takes for the same when it ignores case, beyond simple folding.
const DOTTED: [char; 4] = ['i', 'I', 'İ', 'ı'];

/// Letters, numbers and the underscore: what Python calls alphanumeric, without marks.
const WORD: &str = r"\p{L}\p{N}_";
const ASCII_WORD: &str = "0-9A-Za-z_";

/// A pattern for an engine of linear time; `None` if it needs one that goes back.
///
/// Word boundaries are those of the engine, which agree on ASCII that is not empty.
pub(super) fn linear(node: &Node) -> Option<String> {
    let mut writer = Writer { out: String::new(), backtracking: false, possible: true };
    writer.node(node, true);
    writer.possible.then_some(writer.out)
}

/// A pattern for an engine that goes back.
pub(super) fn backtracking(node: &Node) -> String {
    let mut writer = Writer { out: String::new(), backtracking: true, possible: true };
    writer.node(node, false);
    writer.out
}

struct Writer {
    out: String,
    backtracking: bool,
    possible: bool,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What only an engine that goes back understands.
    fn put_hard(&mut self, text: &str) {
        self.possible &= self.backtracking;
        self.put(text);
    }

    /// `last` says that nothing follows that could take in more text.
    fn node(&mut self, node: &Node, last: bool) {
        match node {
            Node::Char(one, flags) => self.one(*one, *flags),
            Node::Any(flags) => self.put(if flags.dot_all { "(?s:.)" } else { r"[^\n]" }),
            Node::Class(class) => self.class(class),
            Node::Start(flags) => self.put(if flags.multiline { "(?m:^)" } else { r"\A" }),
            Node::End(flags) if flags.multiline => self.put("(?m:$)"),
            // At the end of the pattern, taking in the line break does no harm.
            Node::End(_) if last && !self.backtracking => self.put(r"\n?\z"),
            Node::End(_) => self.put_hard(r"(?=\n?\z)"),
            Node::TextStart => self.put(r"\A"),
            Node::TextEnd => self.put(r"\z"),
            Node::Boundary { negated, ascii } => self.boundary(*negated, *ascii),
            Node::Group { index, inner } => {
                self.put(if index.is_some() { "(" } else { "(?:" });
                self.node(inner, last);
                self.put(")");
            }
            Node::Concat(nodes) => {
                let ends = |node: &Node| matches!(node, Node::End(flags) if !flags.multiline);
                for (at, node) in nodes.iter().enumerate() {
                    self.node(node, last && nodes[at + 1..].iter().all(ends));
                }
            }
            Node::Alternate(nodes) => {
                self.put("(?:");
                for (at, node) in nodes.iter().enumerate() {
                    self.put(if at > 0 { "|" } else { "" });
                    self.node(node, last);
                }
                self.put(")");
            }
            // Looking twice is looking once; the engines repeat no look-around.
            Node::Repeat { inner, least, most, kind } if matches!(**inner, Node::Look { .. }) => {
                match (least, most, kind) {
                    (_, Some(0), _) => {}
                    (0, _, Repetition::Lazy) => self.around("(?:|", inner, ")"),
                    (0, _, _) => self.around("(?:", inner, "|)"),
                    _ => self.node(inner, false),
                }
            }
            Node::Repeat { inner, least, most, kind } => {
                let possessive = *kind == Repetition::Possessive;
                if possessive {
                    self.put_hard("(?>");
                }
                self.put("(?:");
                self.node(inner, last && *most == Some(1));
                self.put(")");
                match (least, most) {
                    (0, None) => self.put("*"),
                    (1, None) => self.put("+"),
                    (0, Some(1)) => self.put("?"),
                    (least, None) => self.put(&format!("{{{least},}}")),
                    (least, Some(most)) => self.put(&format!("{{{least},{most}}}")),
                }
                match kind {
                    Repetition::Greedy => {}
                    Repetition::Lazy => self.put("?"),
                    Repetition::Possessive => self.put(")"),
                }
            }
            Node::Look { ahead, negated, inner } => {
                self.put_hard(match (ahead, negated) {
                    (true, false) => "(?=",
                    (true, true) => "(?!",
                    (false, false) => "(?<=",
                    (false, true) => "(?<!",
                });
                self.node(inner, false);
                self.put(")");
            }
            Node::Atomic(inner) => {
                self.put_hard("(?>");
                self.node(inner, false);
                self.put(")");
            }
            Node::BackReference { group, ignore_case } => {
                let flag = if *ignore_case { "i" } else { "" };
                self.put_hard(&format!("(?{flag}:\\{group})"));
            }
            Node::Conditional { group, yes, no } => {
                self.put_hard(&format!("(?({group})(?:"));
                self.node(yes, false);
                self.put(")|(?:");
                self.node(no, false);
                self.put("))");
            }
        }
    }

    fn around(&mut self, before: &str, node: &Node, after: &str) {
        self.put(before);
        self.node(node, false);
        self.put(after);
    }

    fn boundary(&mut self, negated: bool, ascii: bool) {
        if !self.backtracking {
            return self.put(if negated { r"\B" } else { r"\b" });
        }
        let word = if ascii { ASCII_WORD } else { WORD };
        self.put(&if negated {
            // Python finds none in empty text.
            format!(r"(?:(?<=[{word}])(?=[{word}])|(?<![{word}])(?![{word}])(?!\A\z))")
        } else {
            format!("(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))")
        });
    }

    fn one(&mut self, one: char, flags: Flags) {
        if !flags.ignore_case {
            self.literal(one);
        } else if flags.ascii {
            if one.is_ascii_alphabetic() {
                self.put(&format!("[{}{}]", one.to_ascii_lowercase(), one.to_ascii_uppercase()));
            } else {
                self.literal(one);
            }
        } else if DOTTED.contains(&one) {
            self.put("[iIİı]");
        } else {
            self.put("(?i:");
            self.literal(one);
            self.put(")");
        }
    }

    fn literal(&mut self, one: char) {
        if one.is_ascii() && !one.is_ascii_alphanumeric() {
            self.put(&format!("\\x{:02x}", u32::from(one)));
        } else {
            self.out.push(one);
        }
    }

    fn class(&mut self, class: &Class) {
        // Categories hold both cases; folding would add a mark that stands for a letter.
        let letters = class.members.iter().any(|member| matches!(member, Member::Range(..)));
        let folded = letters && class.flags.ignore_case && !class.flags.ascii;
        if class.members.is_empty() {
            return self.put(if class.negated { "(?s:.)" } else { r"[^\x00-\x{10ffff}]" });
        }
        self.put(match (folded, class.negated) {
            (true, true) => "(?i:[^",
            (true, false) => "(?i:[",
            (false, true) => "[^",
            (false, false) => "[",
        });
        for member in &class.members {
            match *member {
                Member::Range(low, high) => {
                    self.range(low, high);
                    if folded && DOTTED.iter().any(|one| (low..=high).contains(one)) {
                        self.put("iıİ");
                    } else if class.flags.ignore_case && class.flags.ascii {
                        self.other_case(low, high);
                    }
                }
                Member::Category { kind, negated } => {
                    let inner = category(kind, class.flags.ascii);
                    self.put(&if negated { format!("[^{inner}]") } else { inner.to_owned() });
                }
            }
        }
        self.put(if folded { "])" } else { "]" });
    }

    fn range(&mut self, low: char, high: char) {
        self.literal(low);
        if low != high {
            self.put("-");
            self.literal(high);
        }
    }

    /// The letters of the other case of those of a range, in ASCII.
    fn other_case(&mut self, low: char, high: char) {
        for (from, to, other) in [('a', 'z', 'A'), ('A', 'Z', 'a')] {
            let (low, high) = (low.max(from), high.min(to));
            if low <= high {
                let moved = |one: char| {
                    char::from_u32(u32::from(one) - u32::from(from) + u32::from(other)).unwrap_or(one)
                };
                self.range(moved(low), moved(high));
            }
        }
    }
}

/// What stands within the brackets of a class.
fn category(kind: Category, ascii: bool) -> &'static str {
    match (kind, ascii) {
        (Category::Digit, false) => r"\p{Nd}",
        (Category::Digit, true) => "0-9",
        // Python's spaces hold four separators that Unicode's do not.
        (Category::Space, false) => r"\s\x1c-\x1f",
        (Category::Space, true) => r"\t-\r\x20",
        (Category::Word, false) => WORD,
        (Category::Word, true) => ASCII_WORD,
    }
}
