use maud::html;

use crate::html::Text;
use crate::{Html, Tone, number};

/// Names and their values: what a thing is, in two columns.
///
/// ```
/// use mlops_report::{Html, KeyValues};
/// let about = KeyValues::new()
///     .entry("Model", "flight-delay 1.0.0")
///     .entry("Artifact", Html::code("sha256:ba7816bf"));
/// assert!(Html::from(about).as_str().contains("<dt>Model</dt>"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValues {
    entries: Vec<(String, Html)>,
}

impl KeyValues {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name and its value; a string is taken as text.
    #[must_use]
    pub fn entry(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.entries.push((name.into(), value.into().0));
        self
    }
}

/// The value of an entry of [`KeyValues`]: text, a number or [`Html`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(Html);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Html::text(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Html::text(&text))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(Html::text(&number::number(value)))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self(Html::text(&number::count(value)))
    }
}

impl From<Html> for Value {
    fn from(html: Html) -> Self {
        Self(html)
    }
}

impl From<KeyValues> for Html {
    fn from(list: KeyValues) -> Self {
        Html::of(html! {
            dl class="facts" {
                @for (name, value) in &list.entries {
                    div { dt { (Text(name)) } dd { (value.markup()) } }
                }
            }
        })
    }
}

/// The few numbers that matter most, set large in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    figures: Vec<(String, String, String, Tone)>,
}

impl Headline {
    /// No figures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a figure: what it is, its value as it is to be read, and a remark (or `""`).
    #[must_use]
    pub fn figure(
        mut self,
        label: impl Into<String>,
        value: impl Into<String>,
        remark: impl Into<String>,
        tone: Tone,
    ) -> Self {
        self.figures.push((label.into(), value.into(), remark.into(), tone));
        self
    }
}

impl From<Headline> for Html {
    fn from(headline: Headline) -> Self {
        Html::of(html! {
            dl class="headline" {
                @for (label, value, remark, tone) in &headline.figures {
                    div class=(tone.class()) {
                        dt { (Text(label)) }
                        dd {
                            span class="figure" { (Text(value)) }
                            @if !remark.is_empty() { span class="remark" { (Text(remark)) } }
                        }
                    }
                }
            }
        })
    }
}

/// Something that can be folded away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    summary: String,
    content: Html,
    open: bool,
}

impl Details {
    /// Folded, under one line that stays to be seen.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), content: Html::default(), open: false }
    }

    /// Adds what is folded away.
    #[must_use]
    pub fn with(mut self, content: impl Into<Html>) -> Self {
        self.content.extend([content.into()]);
        self
    }

    /// Shows the content from the start.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

impl From<Details> for Html {
    fn from(details: Details) -> Self {
        Html::of(html! {
            details open[details.open] {
                summary { (Text(&details.summary)) }
                div class="folded" { (details.content.markup()) }
            }
        })
    }
}
