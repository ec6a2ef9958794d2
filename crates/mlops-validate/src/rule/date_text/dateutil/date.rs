use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::reading::Reading;
use crate::rule::text::broken_by_only_text;
use crate::rule::{Mismatch, ValueRule};

/// Values are dates or times, as `dateutil.parser.parse` (python-dateutil 4.0.0) decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsDate;

impl ValueRule for IsDate {
    fn key(&self) -> String {
        "dateutil".to_owned()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        broken_by_only_text(values, "a date in text", false, |text| Ok(is_date(text)))
    }
}

/// Whether `dateutil.parser.parse` reads a text. Linear time.
pub(in crate::rule::date_text) fn is_date(text: &str) -> bool {
    let mut reading = Reading::new(text);
    reading.read().is_some() && reading.is_moment().is_some()
}
