use std::fmt;

use crate::rows::MISSING;

/// The class of a row as it is told: by number, by name, or not at all.
///
/// Of two classes: 0 and 1, `false` and `true`. Of more: the name, or a number that is written
/// as the name is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Label<'l> {
    /// It is not known.
    Missing,
    /// By number; NaN is missing.
    Number(f64),
    /// By name.
    Text(&'l str),
}

impl From<bool> for Label<'_> {
    fn from(positive: bool) -> Self {
        Self::Number(f64::from(u8::from(positive)))
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl From<$type> for Label<'_> {
            fn from(number: $type) -> Self {
                Self::Number(f64::from(number))
            }
        }
    )*};
}
numbers!(u8, u16, u32, i8, i16, i32, f32, f64);

/// Beyond 2⁵³ to the nearest number that there is.
impl From<i64> for Label<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl<'l> From<&'l str> for Label<'l> {
    fn from(name: &'l str) -> Self {
        Self::Text(name)
    }
}

impl<'l, L: Into<Label<'l>>> From<Option<L>> for Label<'l> {
    fn from(label: Option<L>) -> Self {
        label.map_or(Self::Missing, Into::into)
    }
}

impl<'l, L: Copy + Into<Label<'l>>> From<&L> for Label<'l> {
    fn from(label: &L) -> Self {
        (*label).into()
    }
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// The classes, to find a label among them.
pub(super) struct Names<'c> {
    classes: &'c [String],
    numbers: Vec<Option<f64>>,
    binary: bool,
}

impl<'c> Names<'c> {
    pub(super) fn new(classes: &'c [String], binary: bool) -> Self {
        Self { classes, numbers: classes.iter().map(|name| name.parse().ok()).collect(), binary }
    }

    /// `None` if it is none of them.
    #[inline]
    pub(super) fn code(&self, label: Label<'_>) -> Option<u32> {
        // What nearly all labels are, without a search.
        if let (Label::Number(number), [zeroth @ Some(_), first @ Some(_)]) = (label, &self.numbers[..]) {
            // Without a branch that depends on which of the two it is.
            let is_first = *first == Some(number);
            if is_first || *zeroth == Some(number) {
                return Some(u32::from(is_first));
            }
        }
        self.search(label)
    }

    fn search(&self, label: Label<'_>) -> Option<u32> {
        let place = match label {
            Label::Missing => return Some(MISSING),
            Label::Number(number) if number.is_nan() => return Some(MISSING),
            Label::Number(number) => self.numbers.iter().position(|named| *named == Some(number)),
            Label::Text("false") if self.binary => Some(0),
            Label::Text("true") if self.binary => Some(1),
            Label::Text(text) => self.classes.iter().position(|name| name == text),
        };
        u32::try_from(place?).ok()
    }
}
