//! Sections of an HTML page: how good the answers were, which alerts there have been, and
//! what it cost.

use mlops_core::{Version, Window};
use mlops_report::{Badge, Cell, Column, Html, LineChart, Section, Series, Table, Tone};
use mlops_stats::bootstrap::Estimate;

use crate::performance::window_in_words;
use crate::{Alert, AlertState, Ending, PerformanceSummary, Price};

/// A month in so few letters that a year of them fits below a chart, and beside the figures of a table.
fn short(window: Window) -> String {
    match window.from().to_string().get(..7) {
        Some(month) if window.is_month() => month.to_owned(),
        _ => window_in_words(window),
    }
}

/// Performance by window: a chart of the gap between mean score and positive rate, of AUC
/// and of Brier score, a line with its interval for each version, and a table of all figures.
///
/// `rate` names the positive rate, such as `late rate`; `gap_limit` is drawn on both sides of 0.
///
/// ```
/// use mlops_monitor::html::performance_section;
/// let section = performance_section("Performance", "late rate", Some(0.025), &[]);
/// # let _ = section;
/// ```
pub fn performance_section(
    heading: impl Into<String>,
    rate: &str,
    gap_limit: Option<f64>,
    summaries: &[PerformanceSummary],
) -> Section {
    let mut windows: Vec<Window> = summaries.iter().map(|summary| summary.window).collect();
    windows.sort_unstable();
    windows.dedup();
    let mut versions: Vec<&Version> = summaries.iter().map(|summary| &summary.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let chart = |title: String, metric: fn(&PerformanceSummary) -> Option<Estimate>| {
        let labels = windows.iter().map(|window| short(*window));
        let mut chart = LineChart::over_labels(title, labels);
        for version in &versions {
            let estimates: Vec<Option<Estimate>> = windows
                .iter()
                .map(|window| {
                    let of = |summary: &&PerformanceSummary| {
                        summary.window == *window && summary.version == **version
                    };
                    summaries.iter().find(of).and_then(metric)
                })
                .collect();
            let value = |estimate: &Option<Estimate>| estimate.map_or(f64::NAN, |estimate| estimate.value);
            let ends = |estimate: &Option<Estimate>| {
                estimate.map_or((f64::NAN, f64::NAN), |estimate| {
                    (estimate.interval.lower, estimate.interval.upper)
                })
            };
            let series = Series::new(version.to_string(), estimates.iter().map(value));
            chart = chart.series(series.band(estimates.iter().map(ends)));
        }
        chart
    };
    let mut gap = chart(format!("Mean score less {rate}"), |summary| summary.gap);
    if let Some(limit) = gap_limit {
        gap = gap.limit("at most", limit).limit("at least", -limit);
    }
    Section::new(heading)
        .with(gap)
        .with(chart("AUC".to_owned(), |summary| summary.roc_auc))
        .with(chart("Brier score, lower is better".to_owned(), |summary| summary.brier))
        .with(table(rate, summaries))
}

fn table(rate: &str, summaries: &[PerformanceSummary]) -> Table {
    let interval = |estimate: Option<Estimate>| {
        estimate.map(|estimate| {
            let decimals = |value| mlops_report::number::fixed(value, 3);
            let (lower, upper) = (estimate.interval.lower, estimate.interval.upper);
            let (value, ends) =
                (decimals(estimate.value), format!("[{}, {}]", decimals(lower), decimals(upper)));
            // Below, and not beside: ten columns have to fit a screen 1,000 pixels wide.
            let (value, ends) = (Html::text(&value).into_string(), Html::text(&ends).into_string());
            Cell::from(Html::trusted(format!("{value}<br><small>{ends}</small>")))
        })
    };
    let fixed = |value: Option<f64>| value.map(|value| Cell::fixed(value, 3));
    let head = [
        Column::text("window"),
        Column::text("version"),
        Column::number("answers"),
        Column::number("failed"),
        Column::number("labels"),
        Column::number("score"),
        Column::number(rate),
        Column::number("gap"),
        Column::number("AUC"),
        Column::number("Brier"),
    ];
    Table::new(head).caption("Score: the mean of the labelled answers. In brackets: the interval if chance works on whole days").rows(
        summaries.iter().map(|summary| {
            [
                Cell::from(short(summary.window)),
                Cell::from(summary.version.to_string()),
                summary.counts.answers.into(),
                summary.counts.failed.into(),
                summary.counts.labelled.into(),
                fixed(summary.mean_score).into(),
                fixed(summary.positive_rate).into(),
                interval(summary.gap).into(),
                interval(summary.roc_auc).into(),
                interval(summary.brier).into(),
            ]
        }),
    )
}

/// Alerts in the order given, each with what it says in words.
///
/// Only an alert that is over is good news; one that ended without a sample has no value.
pub fn alerts_section(heading: impl Into<String>, alerts: &[Alert]) -> Section {
    let head = [
        Column::text("at"),
        Column::mark("state"),
        Column::text("rule"),
        Column::text("series"),
        Column::number("value"),
        Column::text("since"),
        Column::text("in words"),
    ];
    let table = Table::new(head).rows(alerts.iter().map(|alert| {
        let (tone, word) = match alert.state {
            AlertState::Firing => (Tone::Bad, "firing"),
            AlertState::Pending => (Tone::Caution, "pending"),
            AlertState::Inactive if alert.is_resolved() => (Tone::Good, "resolved"),
            AlertState::Inactive if alert.ended == Some(Ending::NoSample) => (Tone::Neutral, "no sample"),
            AlertState::Inactive => (Tone::Neutral, "inactive"),
        };
        let value = (alert.ended != Some(Ending::NoSample)).then(|| Cell::fixed(alert.value, 3));
        [
            Cell::from(alert.at.to_string()),
            Badge::new(tone, word).into(),
            Cell::from(alert.rule.as_str()),
            Cell::from(Html::code(&alert.labels.to_string())),
            Cell::from(value),
            Cell::from(alert.since.to_string()),
            Cell::from(alert.summary.as_str()),
        ]
    }));
    Section::new(heading).with(table)
}

/// What the predictions of each window cost: a row for each window and the count of its
/// predictions, in the order given, with the cost of 1,000 of them if there were any.
///
/// ```
/// use mlops_core::Window;
/// use mlops_monitor::{Price, html::cost_section};
/// let april = Window::month_of("2013-04-01".parse()?);
/// let section = cost_section("Cost", &Price::new(0.05, 2, "EUR")?, &[(april, 27_578)]);
/// # let _ = section;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn cost_section(heading: impl Into<String>, price: &Price, rows: &[(Window, u64)]) -> Section {
    let months = rows.iter().all(|(window, _)| window.is_month());
    let currency = price.currency();
    let head = [
        Column::text(if months { "month" } else { "window" }),
        Column::number("predictions"),
        Column::number(format!("cost, {currency}")),
        Column::number(format!("{currency} per 1,000")),
    ];
    let table = Table::new(head).caption(price.to_string()).rows(rows.iter().map(|(window, predictions)| {
        [
            Cell::from(short(*window)),
            Cell::from(*predictions),
            Cell::fixed(price.of(*window), 2),
            price.per_thousand(*window, *predictions).map(|cost| Cell::fixed(cost, 4)).into(),
        ]
    }));
    Section::new(heading).with(table)
}
