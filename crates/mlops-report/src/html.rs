use std::borrow::Cow;
use std::fmt;

use maud::{Markup, PreEscaped, Render, html};

/// A piece of HTML that is safe to put anywhere in the body of a page.
///
/// Everything of this crate turns into it, and every container takes it. A string turns
/// into a paragraph; its characters are escaped, and control characters, which HTML
/// can't hold, are shown as `�`.
///
/// ```
/// use mlops_report::Html;
/// assert_eq!(Html::from("a < b").as_str(), "<p>a &lt; b</p>");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// The characters of `text`, escaped, without a paragraph around them.
    pub fn text(text: &str) -> Self {
        Html::of(html! { (Text(text)) })
    }

    /// A file name, a digest, a rule: text in a monospaced font.
    pub fn code(text: &str) -> Self {
        Html::of(html! { code { (Text(text)) } })
    }

    /// Markup that the caller vouches for: well-formed, escaped, and without scripts.
    pub fn trusted(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    pub(crate) fn of(markup: Markup) -> Self {
        Self(markup.into_string())
    }

    pub(crate) fn markup(&self) -> PreEscaped<&str> {
        PreEscaped(&self.0)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Html::of(html! { p { (Text(text)) } })
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T: Into<Html>> FromIterator<T> for Html {
    fn from_iter<I: IntoIterator<Item = T>>(pieces: I) -> Self {
        Self(pieces.into_iter().map(|piece| piece.into().0).collect())
    }
}

impl Extend<Html> for Html {
    fn extend<I: IntoIterator<Item = Html>>(&mut self, pieces: I) {
        for piece in pieces {
            self.0.push_str(&piece.0);
        }
    }
}

/// Foreign text inside a template: control characters replaced, the rest escaped.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Render for Text<'_> {
    fn render_to(&self, buffer: &mut String) {
        clean(self.0).as_ref().render_to(buffer);
    }
}

/// `text` without what HTML can't hold: control characters but tab and line feed, and non-characters.
fn clean(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n'))
            || matches!(u32::from(c) & 0xFFFF, 0xFFFE | 0xFFFF)
            || ('\u{FDD0}'..='\u{FDEF}').contains(&c)
    };
    if text.contains(forbidden) {
        Cow::Owned(text.chars().map(|c| if forbidden(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_not_become_markup() {
        assert_eq!(Html::text("<b a=\"1\">&'").as_str(), "&lt;b a=&quot;1&quot;&gt;&amp;'");
        assert_eq!(Html::text("a\0\u{1b}b\u{FFFF}\tc\n").as_str(), "a\u{FFFD}\u{FFFD}b\u{FFFD}\tc\n");
        assert_eq!(Html::code("<").as_str(), "<code>&lt;</code>");
    }

    #[test]
    fn pieces_are_put_one_after_the_other() {
        let mut all: Html = ["a", "b"].into_iter().collect();
        all.extend([Html::text("c")]);
        assert_eq!(all.as_str(), "<p>a</p><p>b</p>c");
    }
}
