use maud::html;

use crate::Html;
use crate::html::Text;

/// What a colour says. The words beside it always say the same, for who can't see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tone {
    /// As hoped.
    Good,
    /// Broken, refused, over the limit.
    Bad,
    /// Look at it.
    Caution,
    /// It says nothing.
    #[default]
    Neutral,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Caution => "caution",
            Self::Neutral => "neutral",
        }
    }
}

/// A word in a coloured pill: the state of a check.
///
/// ```
/// let html = mlops_report::Html::from(mlops_report::Badge::passed());
/// assert!(html.as_str().contains("passed"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    tone: Tone,
    label: String,
}

impl Badge {
    /// A badge of your own.
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self { tone, label: label.into() }
    }

    /// `passed`.
    pub fn passed() -> Self {
        Self::new(Tone::Good, "passed")
    }

    /// `failed`.
    pub fn failed() -> Self {
        Self::new(Tone::Bad, "failed")
    }

    /// `warning`: failed, but nothing stops for it.
    pub fn warning() -> Self {
        Self::new(Tone::Caution, "warning")
    }

    /// `inconclusive`: it could not be said.
    pub fn inconclusive() -> Self {
        Self::new(Tone::Caution, "inconclusive")
    }

    /// `not applicable`.
    pub fn not_applicable() -> Self {
        Self::new(Tone::Neutral, "not applicable")
    }
}

impl From<Badge> for Html {
    fn from(badge: Badge) -> Self {
        Html::of(html! { span class={ "badge " (badge.tone.class()) } { (Text(&badge.label)) } })
    }
}

/// The answer of a page in one line: a coloured box with a heading and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    tone: Tone,
    heading: String,
    content: Html,
}

impl Banner {
    /// A banner.
    pub fn new(tone: Tone, heading: impl Into<String>) -> Self {
        Self { tone, heading: heading.into(), content: Html::default() }
    }

    /// What stands under the heading.
    #[must_use]
    pub fn with(mut self, content: impl Into<Html>) -> Self {
        self.content.extend([content.into()]);
        self
    }
}

impl From<Banner> for Html {
    fn from(banner: Banner) -> Self {
        Html::of(html! {
            div class={ "banner " (banner.tone.class()) } {
                p class="banner-heading" { (Text(&banner.heading)) }
                (banner.content.markup())
            }
        })
    }
}
