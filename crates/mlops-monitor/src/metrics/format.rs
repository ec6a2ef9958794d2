use super::Escaping;

/// A text format that Prometheus scrapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics text 1.0.0.
    OpenMetrics,
}

/// How metrics are written: a format and what happens to unusual names.
///
/// ```
/// use mlops_monitor::metrics::{Exposition, Format};
/// let asked = Exposition::negotiate(Some("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
/// assert_eq!(asked.format(), Format::OpenMetrics);
/// assert_eq!(asked.content_type(), "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exposition {
    format: Format,
    escaping: Escaping,
    /// Whether version 1.0.0 was asked for, from which on the escaping is negotiated and said.
    versioned: bool,
}

/// The format with names as they are.
impl From<Format> for Exposition {
    fn from(format: Format) -> Self {
        Self { format, escaping: Escaping::AllowUtf8, versioned: false }
    }
}

impl Exposition {
    /// What a client gets that sent this `Accept` header: the first of those it likes best
    /// (`q`) that we can write; text 0.0.4 with underscores if there is none, or no header.
    ///
    /// Of OpenMetrics anything from 1.0.0 on is answered with 1.0.0.
    ///
    /// # Source
    /// `choose_encoder` of `prometheus_client` 0.26, which ignores `q`, and `Negotiate` of
    /// the Go client, which doesn't.
    pub fn negotiate(accept: Option<&str>) -> Self {
        let mut asked: Vec<Asked<'_>> = accept
            .unwrap_or_default()
            .split(',')
            .map(Asked::read)
            .filter(|asked| asked.quality > 0.0)
            .collect();
        // Stable: of those liked as much as each other the first.
        asked.sort_by(|a, b| b.quality.total_cmp(&a.quality));
        let plain = Self { format: Format::Text, escaping: Escaping::Underscores, versioned: false };
        asked.iter().find_map(Asked::answer).unwrap_or(plain)
    }

    /// The format.
    pub const fn format(self) -> Format {
        self.format
    }

    /// What happens to unusual names.
    pub const fn escaping(self) -> Escaping {
        self.escaping
    }

    /// The same with other names.
    #[must_use]
    pub const fn with_escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self
    }

    /// The value of the header `Content-Type`.
    pub fn content_type(self) -> String {
        let media_type = match (self.format, self.versioned) {
            (Format::Text, false) => "text/plain; version=0.0.4",
            (Format::Text, true) => "text/plain; version=1.0.0",
            (Format::OpenMetrics, _) => "application/openmetrics-text; version=1.0.0",
        };
        let escaping = if self.versioned { ["; escaping=", self.escaping.as_str()] } else { [""; 2] };
        [media_type, "; charset=utf-8", escaping[0], escaping[1]].concat()
    }

    pub(super) const fn is_open_metrics(self) -> bool {
        matches!(self.format, Format::OpenMetrics)
    }
}

/// One of the media types of an `Accept` header.
struct Asked<'a> {
    media_type: &'a str,
    version: Option<&'a str>,
    escaping: Escaping,
    quality: f64,
}

impl<'a> Asked<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let mut asked = Self { media_type, version: None, escaping: Escaping::Underscores, quality: 1.0 };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "version" => asked.version = Some(value),
                "escaping" => asked.escaping = Escaping::named(value).unwrap_or(Escaping::Underscores),
                // A weight that is none is taken as a refusal, as the RFC's grammar has no such thing.
                "q" => asked.quality = value.parse().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
                _ => {}
            }
        }
        asked
    }

    fn answer(&self) -> Option<Exposition> {
        let is = |media_type: &str| self.media_type.eq_ignore_ascii_case(media_type);
        let format = match () {
            () if is("application/openmetrics-text") => Format::OpenMetrics,
            () if is("text/plain") => Format::Text,
            () => return None,
        };
        let major = |version: &str| version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        let versioned = self.version.and_then(major).is_some_and(|major| major >= 1);
        match (format, self.version, versioned) {
            // The drafts of OpenMetrics are nothing that we write.
            (Format::OpenMetrics, Some(_), false) => None,
            (_, _, true) => Some(Exposition { format, escaping: self.escaping, versioned }),
            (_, _, false) => Some(Exposition { format, escaping: Escaping::Underscores, versioned }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_liked_best_and_known_is_given() {
        let given = |accept: &str| Exposition::negotiate(Some(accept)).content_type();
        let text = "text/plain; version=0.0.4; charset=utf-8";
        let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        assert_eq!(Exposition::negotiate(None).content_type(), text);
        assert_eq!(given(""), text);
        assert_eq!(given("*/*"), text);
        assert_eq!(given("image/png, application/openmetrics-text"), open);
        assert_eq!(
            given("Application/OpenMetrics-Text ; Version=\"1.0.0\" ; q=0.9, */*;q=0.1"),
            format!("{open}; escaping=underscores")
        );
        assert_eq!(given("text/plain;q=0.9,application/openmetrics-text;q=0.5"), text);
        assert_eq!(given("application/openmetrics-text;q=0,text/plain;q=0.1"), text);
        assert_eq!(given("application/openmetrics-text;version=0.0.1"), text);
        // What Prometheus 3 sends.
        assert_eq!(
            given(
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
            ),
            format!("{open}; escaping=allow-utf-8"),
        );
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(header in "[a-z/*;=,.q0-9\"\\- ]{0,80}|\\PC{0,40}") {
            let _ = Exposition::negotiate(Some(&header)).content_type();
        }
    }
}
