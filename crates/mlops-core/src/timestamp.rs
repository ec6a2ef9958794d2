use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// A moment: microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
///
/// Reads `2013-04-01T00:00:00Z`, any offset (converted), a moment without offset (taken
/// as UTC) and a date (its midnight in UTC). Years 0 to 9999.
///
/// ```
/// use std::time::Duration;
/// use mlops_core::Timestamp;
/// let noon: Timestamp = "2013-04-01T14:00:00+02:00".parse()?;
/// assert_eq!(noon.to_string(), "2013-04-01T12:00:00Z");
/// assert_eq!(noon + Duration::from_micros(1), "2013-04-01T12:00:00.000001".parse()?);
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 0000-01-01 and 9999-12-31T23:59:59.999999: what RFC 3339 can spell.
const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200_000_000..=253_402_300_799_999_999;

impl Timestamp {
    /// The earliest moment that can be written.
    pub const MIN: Self = Self(*RANGE.start());
    /// The latest moment that can be written.
    pub const MAX: Self = Self(*RANGE.end());

    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z, brought into [`MIN`](Self::MIN)`..=`[`MAX`](Self::MAX).
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }
}

impl FromStr for Timestamp {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        let naive = |format| NaiveDateTime::parse_from_str(value, format);
        let parsed = DateTime::parse_from_rfc3339(value)
            .map(|moment| moment.naive_utc())
            .or_else(|_| naive("%Y-%m-%dT%H:%M:%S%.f"))
            .or_else(|_| naive("%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| {
                NaiveDate::parse_from_str(value, "%Y-%m-%d").map(|day| day.and_time(chrono::NaiveTime::MIN))
            })
            .map_err(|_| Error::invalid("timestamp", value, "RFC 3339, such as 2013-04-01T12:00:00Z"))?;
        let micros = parsed.and_utc().timestamp_micros();
        if RANGE.contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(Error::invalid("timestamp", value, "a year from 0 to 9999"))
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = DateTime::from_timestamp_micros(self.0).expect("the range is checked when it is made");
        f.pad(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in RANGE) {
            let moment = Timestamp::from_micros(micros);
            prop_assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
        }

        #[test]
        fn arithmetic_never_panics(micros in any::<i64>(), seconds in any::<u64>()) {
            let moment = Timestamp::from_micros(micros);
            let later = moment + Duration::from_secs(seconds);
            prop_assert!(later >= moment);
            prop_assert!((moment - Duration::from_secs(seconds)) <= moment);
            let _ = (later.to_string(), later.saturating_since(moment));
        }

        #[test]
        fn text_never_panics(text in "\\PC*") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
