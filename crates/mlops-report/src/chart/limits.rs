use super::Key;
use crate::number;

/// Dashed lines at values that matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits(Vec<(String, f64)>);

impl Limits {
    pub(super) fn push(&mut self, label: impl Into<String>, value: f64) {
        self.0.push((label.into(), value));
    }

    /// Those that have a place on an axis.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|(_, value)| *value).filter(|value| value.is_finite())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.0.iter().map(|(label, value)| Key::new("limit", format!("{label} {}", number::number(*value))))
    }
}
