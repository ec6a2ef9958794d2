//! Has the world changed since the model was trained? Watches its inputs week by week, and
//! writes a page that shows which of them moved, how far, and says why in words.
//!
//! `cargo run --release --example drift_report -- [report.html]`
//!
//! Exit code 0 if the latest week is as in training, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::path::Path;
use std::process::ExitCode;

use mlops::drift::monitor::{Cadence, DriftMonitor};
use mlops::drift::{Columns, Window as Rows};
use mlops::report::{Banner, Page, Tone};
use mlops::{Outcome, Window};
use mlops_examples::{Result, exit_code, flights, known, page_from_arguments, within};

fn watch(report: &Path) -> Result<bool> {
    let joined = known(&flights()?)?;
    let inputs = joined
        .inputs()
        .iter()
        .chain(std::iter::once(&"event_timestamp".to_owned()))
        .map(|name| joined.batch().schema().index_of(name))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let year = joined.batch().project(&inputs)?;

    // The months that the model was trained on, read once; the days of the week are names.
    let columns = Columns::default().categorical(["day_of_week"]).ignore(["event_timestamp"]);
    let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
    let served = Window::new(training.until(), "2013-12-30".parse()?)?;
    let reference = Rows::read(&[within(&year, training)?], &columns)?;
    let mut monitor =
        DriftMonitor::builder(reference, Cadence::Week).columns(columns).min_rows(500).build()?;

    let mut weeks = monitor.add_batch(&within(&year, served)?, "event_timestamp")?;
    weeks.extend(monitor.advance(served.until()));
    for week in &weeks {
        println!("{week}");
    }
    let latest = weeks.last().ok_or("no week is over")?;
    println!("\nthe latest of them in words");
    for column in latest.columns() {
        println!("  {:<9} {column}", column.status);
    }
    let check = latest.check("input drift");
    let (tone, heading) = match check.outcome {
        Outcome::Passed => (Tone::Good, "The latest week is as in training"),
        Outcome::Failed => (Tone::Caution, "The latest week is not as in training"),
        Outcome::Inconclusive | Outcome::NotApplicable => (Tone::Caution, "It can't be said"),
    };
    let page = Page::new("Inputs of flight-delay by week")
        .subtitle(format!("against the training months, {training}"))
        .lead(Banner::new(tone, heading).with(check.reason))
        .section(monitor.section("By week"));
    std::fs::write(report, page.render())
        .map_err(|error| format!("can't write {}: {error}", report.display()))?;
    println!("\n{heading}; see {}", report.display());
    Ok(check.outcome == Outcome::Passed)
}

fn main() -> ExitCode {
    exit_code(watch(&page_from_arguments("drift.html")))
}
