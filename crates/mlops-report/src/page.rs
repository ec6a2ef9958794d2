use maud::{DOCTYPE, PreEscaped, html};

use crate::Html;
use crate::html::Text;

/// A part of a page under its own heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    heading: String,
    content: Html,
}

impl Section {
    /// A section without content.
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), content: Html::default() }
    }

    /// Adds text (as a paragraph), a table, a chart, or anything else that turns into [`Html`].
    #[must_use]
    pub fn with(mut self, content: impl Into<Html>) -> Self {
        self.push(content);
        self
    }

    /// The same in a loop.
    pub fn push(&mut self, content: impl Into<Html>) {
        self.content.extend([content.into()]);
    }
}

impl From<Section> for Html {
    fn from(section: Section) -> Self {
        Html::of(html! {
            section {
                h2 { (Text(&section.heading)) }
                (section.content.markup())
            }
        })
    }
}

/// A whole page in one file: no script, no font and no picture from anywhere.
///
/// Dark or light as the reader's system is, fit for a phone and for paper. With four
/// sections or more it begins with links to them.
///
/// ```
/// use mlops_report::{Page, Section};
/// let page = Page::new("Gate of flight-delay")
///     .subtitle("1.0.0 on March 2013")
///     .section(Section::new("Data").with("26,399 flights."))
///     .render();
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    title: String,
    subtitle: String,
    lead: Html,
    sections: Vec<Section>,
    footer: String,
}

impl Page {
    /// A page without content.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            lead: Html::default(),
            sections: Vec::new(),
            footer: String::new(),
        }
    }

    /// A line under the title.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// Adds what stands above the first section: a banner, a headline.
    #[must_use]
    pub fn lead(mut self, content: impl Into<Html>) -> Self {
        self.lead.extend([content.into()]);
        self
    }

    /// Adds a section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The small print at the end: where the numbers come from.
    #[must_use]
    pub fn footer(mut self, footer: impl Into<String>) -> Self {
        self.footer = footer.into();
        self
    }

    /// The page as the text of an HTML file.
    pub fn render(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (Text(&self.title)) }
                    style { (PreEscaped(include_str!("style.css"))) }
                }
                body {
                    header {
                        h1 { (Text(&self.title)) }
                        @if !self.subtitle.is_empty() { p class="subtitle" { (Text(&self.subtitle)) } }
                    }
                    main {
                        (self.lead.markup())
                        @if self.sections.len() >= 4 {
                            nav aria-label="Contents" { ul {
                                @for (index, section) in self.sections.iter().enumerate() {
                                    li { a href={ "#s" (index + 1) } { (Text(&section.heading)) } }
                                }
                            } }
                        }
                        @for (index, section) in self.sections.iter().enumerate() {
                            section id={ "s" (index + 1) } {
                                h2 { (Text(&section.heading)) }
                                (section.content.markup())
                            }
                        }
                    }
                    @if !self.footer.is_empty() { footer { p { (Text(&self.footer)) } } }
                }
            }
        }
        .into_string()
    }
}
