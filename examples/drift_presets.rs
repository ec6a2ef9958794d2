//! Which change matters? Two real tables, judged as three tools would: the houses of
//! California, where the world did move, and employment in Massachusetts, where it drifted a
//! little and no model was hurt. Writes a page that shows both.
//!
//! `cargo run --release --example drift_presets -- [report.html]`
//!
//! Exit code 0 if the answers are those of this story, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::path::Path;
use std::process::ExitCode;

use mlops::drift::parquet::ParquetTable;
use mlops::drift::{Columns, Detector, Profile, ProfileSettings};
use mlops::report::{Banner, Page, Tone};
use mlops_examples::{EMPLOYMENT_CODES, Result, data, exit_code, page_from_arguments, progress};

fn judge(page: &Path) -> Result<bool> {
    let houses = |part: &str| {
        ParquetTable::open(data(&format!("../../crates/mlops-drift/testdata/california_{part}.parquet")))
    };
    let people = |year: u16| ParquetTable::open(data(&format!("employment_{year}.parquet")));
    let (houses, people) = ([houses("reference")?, houses("analysis")?], [people(2015)?, people(2018)?]);
    // What is neither an input nor a prediction, and numbers that are names.
    let of_houses = Columns::default().ignore(["id", "timestamp", "clf_target", "y_pred"]);
    let of_people = Columns::default().categorical(EMPLOYMENT_CODES).ignore(["id", "employed"]);
    let bar = progress("values read");
    let compare = |detector: &Detector, tables: &[ParquetTable; 2], columns| {
        detector.compare_parquet(&tables[0], &tables[1], columns, &|read| {
            bar.set_length(read.total);
            bar.set_position(read.done);
        })
    };

    let ours = Detector::default();
    let (moved, still) = (compare(&ours, &houses, &of_houses)?, compare(&ours, &people, &of_people)?);
    println!("California, where the world moved\n{}", moved.to_terminal(110));
    println!("Massachusetts, 2018 against 2015\n{}", still.to_terminal(110));
    for (tool, detector) in [("evidently", Detector::evidently()), ("psi-classic", Detector::psi_classic())] {
        println!("as {tool} judges: California {}", compare(&detector, &houses, &of_houses)?);
        println!("as {tool} judges: Massachusetts {}", compare(&detector, &people, &of_people)?);
    }

    // Who has no room for the training data keeps its profile.
    let kept = houses[0].profile(&of_houses, ProfileSettings::default(), &|_| ())?.to_bytes();
    let today = houses[1].window(&of_houses, &|_| ())?;
    let again = ours.compare(&Profile::from_bytes(&kept)?.window(), &today)?;
    println!("\nfrom a profile of {} kB: {again}", kept.len() / 1000);

    let report = Page::new("Which change matters?")
        .lead(Banner::new(Tone::Caution, "California moved").with(moved.to_string()))
        .lead(Banner::new(Tone::Good, "Massachusetts did not").with(still.to_string()))
        .section(moved.section("Houses in California"))
        .section(still.section("Employment in Massachusetts, 2018 against 2015"));
    std::fs::write(page, report.render())
        .map_err(|error| format!("can't write {}: {error}", page.display()))?;
    println!("see {}", page.display());
    let same = moved.drifted().map(|column| &column.name).eq(again.drifted().map(|column| &column.name));
    Ok(same && moved.dataset_drifted() == Some(true) && still.dataset_drifted() == Some(false))
}

fn main() -> ExitCode {
    exit_code(judge(&page_from_arguments("drift_presets.html")))
}
