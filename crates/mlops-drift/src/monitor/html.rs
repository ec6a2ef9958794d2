//! Windows as a section of an HTML page.

use mlops_core::Timestamp;
use mlops_report::{
    Cell, Column, Details, HeatCell, HeatMap, Html, Lane, Section, Table, Timeline, Tone, number,
};

use super::{Alarm, DriftMonitor, WindowReport};
use crate::html::badge;
use crate::words::short;
use crate::{ColumnDrift, Status};

impl DriftMonitor {
    /// The history under a heading, as [`windows_section`] shows it, with all alarms that are
    /// remembered.
    pub fn section(&self, heading: impl Into<String>) -> Section {
        let windows: Vec<&WindowReport> = self.history().collect();
        let alarms: Vec<Alarm> = self.alarms().cloned().collect();
        section(heading, &windows, &alarms)
    }
}

/// Windows in their order under a heading: a map of how far each column was from the
/// reference in each of them, from when to when there were alarms, what a look might spend of
/// α, the latest in words, and what drifted in those before, folded.
///
/// Alarms are those that began or ended with one of the windows.
///
/// Forty windows of eleven columns take about 110 kB, and each column with an alarm 2 kB more.
///
/// ```
/// use mlops_drift::monitor::{WindowReport, windows_section};
/// let kept: Vec<WindowReport> = Vec::new();
/// let section = windows_section("By week", &kept);
/// assert!(mlops_report::Html::from(section).as_str().contains("No window has been closed yet."));
/// ```
pub fn windows_section<'a>(
    heading: impl Into<String>,
    windows: impl IntoIterator<Item = &'a WindowReport>,
) -> Section {
    let windows: Vec<&WindowReport> = windows.into_iter().collect();
    let mut alarms: Vec<Alarm> = Vec::new();
    for changed in windows.iter().flat_map(|window| &window.alarms) {
        let same = |alarm: &&mut Alarm| alarm.since == changed.since && alarm.column() == changed.column();
        match alarms.iter_mut().find(same) {
            Some(alarm) => alarm.clone_from(changed),
            None => alarms.push(changed.clone()),
        }
    }
    section(heading, &windows, &alarms)
}

fn section(heading: impl Into<String>, windows: &[&WindowReport], alarms: &[Alarm]) -> Section {
    let Some((latest, before)) = windows.split_last() else {
        return Section::new(heading).with("No window has been closed yet.");
    };
    let mut section = Section::new(heading).with(map(windows)).with(
        "The colour is the distance from the reference; half of it is the limit. A column drifted \
         if it is beyond the limit and by more than chance.",
    );
    section.push(spent(windows));
    if !alarms.is_empty() {
        section.push(lanes(windows, alarms));
    }
    for sentence in other_references(windows) {
        section.push(sentence);
    }
    section.push(Details::new(format!("The latest: {latest}.")).with(columns(latest)).open());
    if !before.is_empty() {
        section.push(Details::new("The windows before, in words").with(told(before)));
    }
    section
}

/// What the latest look that judged might spend.
fn spent(windows: &[&WindowReport]) -> String {
    let judged = windows.iter().rev().find_map(|window| Some((window.look?, window.drift.as_ref()?.alpha)));
    match judged {
        Some((look, alpha)) if look.share < 1.0 => format!(
            "Each look has a share of α = {alpha}, so that looking often does not alarm falsely more often: \
             of look {} it was {}. Adjusted p-values are divided by it, and are more than chance up to {alpha}.",
            number::count(look.number),
            short(look.share)
        ),
        Some((_, alpha)) => {
            format!("Each look has the whole of α = {alpha}: the more looks, the more false alarms.")
        }
        None => String::new(),
    }
}

/// From when to when each column had an alarm. One that is not over goes on to the end, or to
/// the next of its column: that one is of another monitor.
fn lanes(windows: &[&WindowReport], alarms: &[Alarm]) -> Timeline {
    let end = windows.iter().map(|window| window.window.until()).max().unwrap_or(Timestamp::MIN);
    let mut columns: Vec<&str> = alarms.iter().map(Alarm::column).collect();
    columns.sort_unstable();
    columns.dedup();
    columns.into_iter().fold(Timeline::new("Alarms by column"), |timeline, column| {
        let mut of: Vec<&Alarm> = alarms.iter().filter(|alarm| alarm.column() == column).collect();
        of.sort_by_key(|alarm| alarm.since);
        let next = of.iter().skip(1).map(|alarm| alarm.since).chain([end]);
        let lane = of.iter().zip(next).fold(Lane::new(column), |lane, (alarm, next)| {
            let since = alarm.since.as_micros();
            match alarm.until {
                Some(until) => lane.span("alarm, over", since, until.as_micros()),
                // It has no width yet.
                None if alarm.since == next => lane.event("an alarm begins", since, Tone::Bad),
                None => lane.span("alarm", since, next.as_micros()),
            }
        });
        timeline.lane(lane)
    })
}

/// A map of the windows. How far a column went is a share of twice its limit, so that it is
/// the same colour for every test.
fn map(windows: &[&WindowReport]) -> HeatMap {
    let mut names: Vec<&str> = Vec::new();
    for column in windows.iter().flat_map(|window| window.columns()) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let mut map = HeatMap::new(
        "Distance from the reference by column and window",
        windows.iter().map(|window| begin(window)),
    )
    .ends("as in the reference", "twice the limit or more")
    .key(Tone::Caution, "drifted")
    .missing("too few rows, or not to be compared");
    let mut columns = windows.iter().flat_map(|window| window.columns());
    if columns.any(|column| column.status == Status::SchemaChanged) {
        map = map.key(Tone::Bad, "not the same column any more");
    }
    if names.is_empty() {
        // No window could be judged: that is to be seen, and not an empty drawing.
        return map.row("all columns", windows.iter().map(|window| cell(window, "")));
    }
    names.into_iter().fold(map, |map, name| map.row(name, windows.iter().map(|window| cell(window, name))))
}

/// A window is known by the moment at which it begins.
fn begin(window: &WindowReport) -> String {
    let words = window.window.to_string();
    words.split_once(" until ").map_or(words.clone(), |(begin, _)| begin.to_owned())
}

fn cell(window: &WindowReport, name: &str) -> HeatCell {
    match window.columns().find(|column| column.name == name) {
        Some(column) => known(column).title(in_words(column)),
        None if window.drift.is_none() => HeatCell::missing().title(too_few(window)),
        None => HeatCell::missing().title("no such column"),
    }
}

fn known(column: &ColumnDrift) -> HeatCell {
    let share = column.deciding().map(|found| found.reach() / 2.0);
    match (column.status, share) {
        (Status::SchemaChanged, _) => HeatCell::category(Tone::Bad),
        (Status::Drifted, Some(share)) => HeatCell::value(share).tone(Tone::Caution),
        (Status::Stable, Some(share)) => HeatCell::value(share),
        _ => HeatCell::missing(),
    }
}

fn in_words(column: &ColumnDrift) -> String {
    match column.status {
        Status::Stable => column.reason.clone(),
        status => format!("{status}: {}", column.reason),
    }
}

fn too_few(window: &WindowReport) -> String {
    if window.rows >= window.min_rows {
        return "no row that was not looked at before".to_owned();
    }
    format!("too few rows to say: {} of {}", number::count(window.rows), number::count(window.min_rows))
}

/// Every column of one window.
fn columns(window: &WindowReport) -> Html {
    if window.drift.is_none() {
        return too_few(window).into();
    }
    let head = [Column::text("column"), Column::mark("status"), Column::text("in words")];
    let rows = window.columns().map(|column| {
        [column.name.as_str().into(), badge(column.status).into(), column.reason.as_str().into()]
    });
    Table::new(head).rows(rows).into()
}

/// What is to be said of each window, the newest first.
fn told(windows: &[&WindowReport]) -> Table {
    // A mark: a day is not broken into two lines.
    let head = [Column::mark("from"), Column::text("what drifted")];
    Table::new(head).rows(windows.iter().rev().map(|window| {
        let of_note = |column: &&ColumnDrift| {
            matches!(column.status, Status::Drifted | Status::SchemaChanged | Status::Inconclusive)
        };
        let words: Html = window.columns().filter(of_note).map(sentence).collect();
        let cell = match &window.drift {
            None => too_few(window).into(),
            Some(_) if words.as_str().is_empty() => Cell::none(),
            Some(_) => words.into(),
        };
        [begin(window).into(), cell]
    }))
}

fn sentence(column: &ColumnDrift) -> String {
    match column.status {
        Status::Drifted => column.to_string(),
        _ => format!("{}: {}", column.name, in_words(column)),
    }
}

/// Where another number of rows in the reference says that it is another reference: the
/// colours before and after are not of one scale.
fn other_references(windows: &[&WindowReport]) -> Vec<String> {
    let judged: Vec<_> =
        windows.iter().filter_map(|window| Some((window, window.drift.as_ref()?.reference_rows))).collect();
    let changed = judged.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| {
        let (window, rows) = pair[1];
        format!("From {} on it is another reference, of {} rows.", begin(window), number::count(rows))
    });
    changed.collect()
}
