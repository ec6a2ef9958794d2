//! The parts of a pattern in Python's syntax.

/// How a pattern may be read, where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a pattern may set by itself")]
pub(super) struct Flags {
    pub(super) ascii: bool,
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    pub(super) verbose: bool,
}

/// A part of a pattern. Flags are resolved: a part means the same wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Char(char, Flags),
    /// Any character, a line break too if so flagged.
    Any(Flags),
    Class(Class),
    /// `^`
    Start(Flags),
    /// `$`: the end, or before a line break that ends the text.
    End(Flags),
    /// `\A`
    TextStart,
    /// `\Z`
    TextEnd,
    /// `\b` and `\B`
    Boundary {
        negated: bool,
        ascii: bool,
    },
    Group {
        /// From 1; `None` if it captures nothing.
        index: Option<usize>,
        inner: Box<Node>,
    },
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Repeat {
        inner: Box<Node>,
        least: u32,
        most: Option<u32>,
        kind: Repetition,
    },
    Look {
        ahead: bool,
        negated: bool,
        inner: Box<Node>,
    },
    /// `(?>…)`
    Atomic(Box<Node>),
    BackReference {
        group: usize,
        ignore_case: bool,
    },
    /// `(?(1)…|…)`
    Conditional {
        group: usize,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    Greedy,
    Lazy,
    Possessive,
}

/// `[…]`, `\d` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) members: Vec<Member>,
    pub(super) flags: Flags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Range(char, char),
    Category { kind: Category, negated: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Digit,
    Space,
    Word,
}

impl Node {
    /// How many characters it matches at least and at most, `None` without a limit.
    pub(super) fn width(&self, groups: &[(u64, Option<u64>)]) -> (u64, Option<u64>) {
        let of_all = |nodes: &[Self]| {
            nodes.iter().map(|node| node.width(groups)).fold((0, Some(0)), |(low, high), (least, most)| {
                (
                    u64::saturating_add(low, least),
                    high.zip(most).map(|(a, b): (u64, u64)| a.saturating_add(b)),
                )
            })
        };
        match self {
            Self::Char(..) | Self::Any(_) | Self::Class(_) => (1, Some(1)),
            Self::Start(_)
            | Self::End(_)
            | Self::TextStart
            | Self::TextEnd
            | Self::Boundary { .. }
            | Self::Look { .. } => (0, Some(0)),
            Self::Group { inner, .. } | Self::Atomic(inner) => inner.width(groups),
            Self::Concat(nodes) => of_all(nodes),
            Self::Alternate(nodes) => widest(nodes.iter().map(|node| node.width(groups))),
            Self::Repeat { inner, least, most, .. } => {
                let (low, high) = inner.width(groups);
                let times = |width: u64, count: u32| width.saturating_mul(u64::from(count));
                let high = match (high, most) {
                    (Some(0), _) => Some(0),
                    (high, most) => high.zip(*most).map(|(high, most)| times(high, most)),
                };
                (times(low, *least), high)
            }
            Self::BackReference { group, .. } => groups.get(group - 1).copied().unwrap_or((0, None)),
            Self::Conditional { yes, no, .. } => widest([yes.width(groups), no.width(groups)].into_iter()),
        }
    }

    /// How many parts there are once repetitions are written out.
    pub(super) fn size(&self) -> u64 {
        let all = |nodes: &[Self]| nodes.iter().map(Self::size).fold(1, u64::saturating_add);
        match self {
            Self::Group { inner, .. } | Self::Look { inner, .. } | Self::Atomic(inner) => {
                inner.size().saturating_add(1)
            }
            Self::Concat(nodes) | Self::Alternate(nodes) => all(nodes),
            Self::Repeat { inner, least, most, .. } => {
                inner.size().saturating_mul(u64::from(most.unwrap_or(*least).max(1))).saturating_add(1)
            }
            Self::Conditional { yes, no, .. } => yes.size().saturating_add(no.size()),
            Self::Class(class) => class.members.len() as u64,
            _ => 1,
        }
    }

    /// Whether `found` holds for it or a part of it.
    pub(super) fn any(&self, found: &dyn Fn(&Self) -> bool) -> bool {
        found(self)
            || match self {
                Self::Group { inner, .. }
                | Self::Look { inner, .. }
                | Self::Atomic(inner)
                | Self::Repeat { inner, .. } => inner.any(found),
                Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().any(|node| node.any(found)),
                Self::Conditional { yes, no, .. } => yes.any(found) || no.any(found),
                _ => false,
            }
    }
}

fn widest(widths: impl Iterator<Item = (u64, Option<u64>)>) -> (u64, Option<u64>) {
    widths
        .reduce(|(low, high), (least, most)| (low.min(least), high.zip(most).map(|(a, b)| a.max(b))))
        .unwrap_or((0, Some(0)))
}
