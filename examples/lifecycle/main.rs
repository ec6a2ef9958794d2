//! The life of a model on a year of real flights, chapter by chapter.
//!
//! The question: one hour before a scheduled departure, will the flight arrive 15 minutes
//! late or more? Each chapter is a file; each calls the library and contains no algorithm
//! of its own. What comes out is compared with recorded numbers, and the program fails if
//! one of them misses.
//!
//! `cargo run --release --example lifecycle -- --help`
#![forbid(unsafe_code)]

mod args;
mod chapter_1_validate;
mod chapter_2_features;
mod chapter_3_model;
mod chapter_4_evaluate;
mod chapter_5_register;
mod expected;
mod flights;
mod out_dir;
mod say;

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use mlops::ManualClock;
use mlops::report::{Banner, Page, Tone};

use crate::args::Args;
use crate::expected::Expected;
use crate::out_dir::OutDir;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

fn main() -> ExitCode {
    match tell(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nthe story stops here: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn tell(args: &Args) -> Result<()> {
    let expected = Expected::read(&args.data)?;
    let out = OutDir::at(&args.out)?;
    // The morning on which the labels of March are complete.
    let clock = Arc::new(ManualClock::new("2013-04-02T09:00:00Z".parse()?));

    let validated = chapter_1_validate::tell(&args.data)?;
    let known = chapter_2_features::tell(&args.data, &validated.flights, &expected)?;
    let models = chapter_3_model::tell(&args.data, &known.history, &expected)?;
    let inputs = chapter_5_register::inputs(&args.data)?;
    let judged = chapter_4_evaluate::tell(&known.history, &models, inputs.clone(), &*clock, &expected)?;
    out.begin()?;
    let registered = chapter_5_register::tell(&args.data, &out, &inputs, &models, &judged, clock)?;

    let report = out.path("report.html");
    let page = Page::new("The life of flight-delay")
        .subtitle("From real data to an approved, provable model")
        .lead(Banner::new(
            Tone::Good,
            format!("{} {} is in production", judged.subject.model, judged.subject.version),
        ))
        .section(validated.section)
        .section(known.section)
        .section(models.section)
        .section(judged.by_month);
    let page = judged.verdict_sections.into_iter().fold(page, Page::section).section(registered);
    fs::write(&report, page.render())
        .map_err(|error| format!("can't write {}: {error}", report.display()))?;

    say::end(&[
        ("registry", out.path(chapter_5_register::STORE)),
        ("artifacts", out.path(chapter_5_register::ARTIFACTS)),
        ("tree head", out.path(chapter_5_register::TREE_HEAD)),
        ("report", report),
    ])
}
