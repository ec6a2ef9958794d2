use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Which rows a look compares with the reference. *When* is looked is said by the
/// [`Cadence`](super::Cadence).
///
/// ```
/// use mlops_drift::monitor::CurrentWindow;
/// assert_eq!(serde_json::from_str::<CurrentWindow>(r#"{"latest_rows": 500}"#)?.to_string(), "the latest 500 rows");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The windows of two looks may overlap. That costs nothing in false alarms (see
/// [`Horizon`](super::Horizon)), and a change is seen later the longer the window is: rows
/// from before it are in there still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CurrentWindow {
    /// The rows since the latest look: each row is looked at once.
    #[default]
    SinceLastLook,
    /// So many rows, those that came last. The first looks have fewer.
    LatestRows(u64),
    /// The rows of so long a time, up to the look. Where rows are counted it ends with the
    /// latest row.
    LatestSpan(Duration),
}

impl CurrentWindow {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::LatestRows(0) => {
                Err(Error::Setting { setting: "latest rows", value: 0.0, expected: "at least 1" })
            }
            Self::LatestSpan(span) if span.as_micros() == 0 => Err(Error::Setting {
                setting: "latest span",
                value: span.as_secs_f64(),
                expected: "at least a microsecond",
            }),
            _ => Ok(()),
        }
    }

    /// Whether rows are kept from look to look.
    pub(super) fn slides(self) -> bool {
        self != Self::SinceLastLook
    }
}

impl fmt::Display for CurrentWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SinceLastLook => f.pad("the rows since the latest look"),
            Self::LatestRows(rows) => write!(f, "the latest {rows} rows"),
            Self::LatestSpan(span) => write!(f, "the rows of the latest {span:?}"),
        }
    }
}
