/// What a family measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

impl Kind {
    /// As the `TYPE` line says it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }

    /// What its samples have behind the name of the family.
    pub(super) const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Gauge => &[],
            Self::Histogram => &["_bucket", "_count", "_sum", "_created"],
            Self::Summary => &["_count", "_sum", "_created"],
        }
    }

    /// The label that the exposition itself puts on samples.
    pub(super) const fn reserved_label(self) -> Option<&'static str> {
        match self {
            Self::Counter | Self::Gauge => None,
            Self::Histogram => Some("le"),
            Self::Summary => Some("quantile"),
        }
    }

    /// Whether it counts from a moment on.
    pub(super) const fn has_created(self) -> bool {
        !matches!(self, Self::Gauge)
    }
}
