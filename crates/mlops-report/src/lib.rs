//! HTML pages, tables and charts for reports, as pure functions from values to text: one
//! file, no network, no script, no font from anywhere; dark and light, phone and paper.
//!
//! ```
//! use mlops_report::{Badge, Banner, Cell, Column, LineChart, Page, Section, Series, Table, Tone};
//!
//! let checks = Table::new([Column::text("check"), Column::number("observed"), Column::mark("outcome")])
//!     .row(["roc_auc".into(), Cell::fixed(0.7061, 4), Badge::passed().into()]);
//! let months = LineChart::over_labels("AUC by month", ["March", "April"])
//!     .series(Series::new("1.0.0", [0.706, 0.689]))
//!     .limit("at least", 0.6);
//! let html: String = Page::new("flight-delay 1.0.0")
//!     .lead(Banner::new(Tone::Good, "Passed").with("All 7 checks hold."))
//!     .section(Section::new("Checks").with(checks).with(months))
//!     .render();
//! # assert!(html.contains("0.7061"));
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | make a file | [`Page`], [`Section`] |
//! | say the answer first | [`Banner`], [`Headline`] |
//! | list checks, columns, groups | [`Table`], [`Column`], [`Cell`], [`Badge`] |
//! | say what a thing is | [`KeyValues`] |
//! | fold something away | [`Details`] |
//! | show a course over time, its interval, and when it was decided | [`LineChart`], [`Series`] |
//! | draw a curve over its own places: ROC, precision and recall, calibration | [`CurveChart`], [`Curve`] |
//! | say when what happened | [`Timeline`], [`Lane`] |
//! | show many courses at once | [`HeatMap`], [`HeatCell`] |
//! | compare sizes | [`BarChart`] |
//! | show estimates and how sure they are | [`IntervalChart`] |
//! | show how a distribution moved | [`DistributionChart`] |
//! | write a number for a person | [`number`] |
//! | bring markup of your own | [`Html`] |
//!
//! Everything turns into [`Html`] with `From`, and every container takes what does.
//! Text is escaped wherever it goes in. Numbers that are not finite are named in tables
//! and left out of charts; a chart without a number says so.
#![forbid(unsafe_code)]

mod badge;
mod chart;
mod html;
mod list;
pub mod number;
mod page;
mod table;

pub use badge::{Badge, Banner, Tone};
pub use chart::{
    BarChart, Curve, CurveChart, DistributionChart, HeatCell, HeatMap, IntervalChart, Lane, LineChart, Place,
    Series, Timeline,
};
pub use html::Html;
pub use list::{Details, Headline, KeyValues, Value};
pub use page::{Page, Section};
pub use table::{Cell, Column, Table};
