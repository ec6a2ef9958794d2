//! The life of a model on a year of real flights, chapter by chapter.
//!
//! The question: one hour before a scheduled departure, will the flight arrive 15 minutes
//! late or more? Each chapter is a file; each calls the library and contains no algorithm
//! of its own. What comes out is compared with recorded numbers, and the program fails if
//! one of them misses.
//!
//! `cargo run --release --example lifecycle -- --help`
#![forbid(unsafe_code)]

mod adjusted;
mod args;
mod chapter_10_recover;
mod chapter_11_report;
mod chapter_1_validate;
mod chapter_2_features;
mod chapter_3_model;
mod chapter_4_evaluate;
mod chapter_5_register;
mod chapter_6_serve;
mod chapter_7_watch;
mod chapter_8_replace;
mod chapter_9_refuse;
mod expected;
mod flights;
mod governance;
mod judge;
mod operations;
mod out_dir;
mod say;
mod service;
mod timetable;
mod watch;
mod year;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use mlops::ManualClock;

use crate::args::Args;
use crate::chapter_8_replace::World;
use crate::chapter_11_report::Told;
use crate::expected::Expected;
use crate::operations::Canary;
use crate::out_dir::OutDir;
use crate::watch::Watch;

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
    // The labels of March are complete.
    let clock = Arc::new(ManualClock::new("2013-04-01T12:00:00Z".parse()?));

    let validated = chapter_1_validate::tell(&args.data)?;
    let known = chapter_2_features::tell(&args.data, &validated.flights, &expected)?;
    let models = chapter_3_model::tell(&args.data, &known.history, &expected)?;
    let inputs = chapter_5_register::inputs(&args.data)?;
    let evaluated = chapter_4_evaluate::tell(&known.history, &models, inputs.clone(), &*clock, &expected)?;
    out.begin()?;
    let governance = chapter_5_register::tell(
        &args.data,
        &out,
        &inputs,
        &models,
        &evaluated,
        Arc::<ManualClock>::clone(&clock),
    )?;

    let world = World {
        data: &args.data,
        flights: &validated.flights,
        catalog: &known.catalog,
        inputs: &inputs,
        history: &known.history,
        governance: &governance,
        clock: &clock,
    };
    let mut watch = Watch::new(&out)?;
    let mut service = chapter_6_serve::tell(
        &out,
        &known.catalog,
        &known.history,
        &governance,
        Arc::<ManualClock>::clone(&clock),
    )?;
    chapter_7_watch::tell(&mut service, &mut watch, &evaluated)?;
    let replaced = chapter_8_replace::tell(&world, &mut service, &mut watch, &models.challenger)?;
    let retrained = (&models.retrained, &evaluated.retrained[..]);
    let (refused, units) =
        chapter_9_refuse::tell(&world, &mut service, &mut watch, &models.challenger, retrained)?;
    let broken = chapter_10_recover::tell(&world, &mut service, &mut watch, &models.challenger)?;

    let judged = [evaluated.judged, replaced.judged].into_iter().chain(refused);
    let told = Told {
        before: vec![validated.section, known.section, models.section, evaluated.by_month],
        verdicts: judged.map(|judged| judged.section).collect(),
        after: vec![replaced.side_by_side, units],
    };
    let canaries: Vec<Canary> = [replaced.canary].into_iter().chain(broken).collect();
    chapter_11_report::tell(&world, &out, &service, &watch, &canaries, told, &expected)?;

    say::end(&[
        ("registry", out.path(governance::STORE)),
        ("artifacts", out.path(governance::ARTIFACTS)),
        ("tree head", out.path(chapter_5_register::TREE_HEAD)),
        ("online features", out.path(service::ONLINE)),
        ("prediction log", out.path(service::LOG)),
        ("alerts", out.path(watch::ALERTS)),
        ("metrics", out.path(chapter_11_report::METRICS[0].0)),
        ("report", out.path("report.html")),
    ])
}
