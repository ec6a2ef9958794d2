//! Does the model treat groups alike? Metrics by group, parity, the four-fifths rule.
//!
//! The names and numbers are those of fairlearn 0.15. Where a group has no value of a
//! metric, such as a true positive rate without positives, fairlearn takes 0 and compares
//! it with the others; here the group is left out by name, unless fairlearn's
//! [`Convention`] is asked for.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | put rows, predictions and groups together | [`GroupRows`], [`Labels`], [`Feature`] |
//! | count a table in parts | [`GroupCounts`] |
//! | see metrics by group, with control features | [`MetricFrame`] |
//! | have demographic parity, equalized odds or equal opportunity as a number | [`Disparity`] |
//! | know how sure that number is | [`Disparity::intervals`] |
//! | ask the four-fifths rule | [`FourFifths`] |
//! | keep out a model that treats groups differently | kind `fairness` of a [gate](crate::gate) |
//!
//! ```
//! use mlops_validate::fairness::{Disparity, Feature, GroupCounts, GroupRows, Labels};
//!
//! let late = [1, 0, 1, 1, 0, 0, 1, 0];
//! let predicted = [1, 0, 1, 0, 1, 0, 0, 0];
//! let rows = GroupRows::classified(Labels::integers("late", &late)?, Labels::integers("predicted", &predicted)?)?
//!     .sensitive(Feature::new("carrier", ["UA", "UA", "UA", "UA", "AA", "AA", "AA", "AA"].map(Some)))?;
//! let counts = GroupCounts::of(&rows)?;
//! let parity = Disparity::named("demographic_parity_ratio")?.of(&counts)?;
//! assert_eq!(parity[0].value, Some(0.5));
//! assert_eq!(parity[0].lowest.as_deref(), Some("carrier=AA"));
//! # Ok::<(), mlops_validate::Error>(())
//! ```

mod by_rows;
mod compare;
mod convention;
mod counts;
mod disparity;
mod feature;
mod four_fifths;
mod frame;
mod interval;
mod keys;
mod label;
mod measure;
mod metric;
mod names;
mod rows;
mod shape;

pub use compare::{Comparison, Method};
pub use convention::Convention;
pub use counts::GroupCounts;
pub use disparity::{Aggregate, Disparity};
pub use feature::{Feature, GroupKey};
pub use four_fifths::{FourFifths, FourFifthsLevel, SelectedGroup};
pub use frame::{Compared, FrameOptions, Group, GroupValue, LeftOut, Level, MetricFrame};
pub use interval::DisparityInterval;
pub use label::{Label, Labels};
pub use measure::Measure;
pub use metric::GroupMetric;
pub use rows::GroupRows;
