//! When does a concept drift? The SEA stream, a model that was right about the first of its four
//! concepts, five detectors side by side on its errors, and the performance that is estimated
//! without labels, which can't see it. Writes a page that shows all.
//!
//! `cargo run --release --example concept_drift -- [report.html]`
//!
//! Exit code 0 if the answers are those of this story, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::path::Path;
use std::process::ExitCode;

use mlops::drift::chunks::Chunking;
use mlops::drift::performance::{Cbpe, CbpeSettings, ClassifierMetric, performance_section};
use mlops::drift::stream::{
    Adwin, Ddm, Eddm, MeanEProcess, MeanEProcessSettings, PageHinkley, Side, StreamMonitor,
};
use mlops::report::{Banner, Page, Tone};
use mlops_examples::sea::{LIMITS, Logistic, sea};
use mlops_examples::{Result, exit_code, page_from_arguments};

/// A quarter of the stream has the concept that the model knows.
const QUARTER: usize = 15_000;
/// It learns from so many cases; what is usual is seen in as many after them.
const TRAINING: usize = 5_000;

fn judge(page: &Path) -> Result<bool> {
    let stream = sea(LIMITS.len() * QUARTER, 7);
    let model = Logistic::learn(&stream[..TRAINING]);
    // Who has labels asks whether the model was wrong. It was promised to be in 13 of 100 cases.
    let mut promise = MeanEProcessSettings::default();
    (promise.level, promise.side) = (0.13, Side::Up);
    let detectors = [
        Adwin::default().into(),
        Ddm::default().into(),
        Eddm::default().into(),
        PageHinkley::default().into(),
        MeanEProcess::new(promise)?.into(),
    ];
    let mut errors: StreamMonitor = StreamMonitor::new("error rate", detectors)?;
    let watched = &stream[TRAINING..];
    for case in watched {
        errors.update_error(model.predicts(&case.inputs) != case.label)?;
    }
    let (mut cried_wolf, mut found) = (Vec::new(), Vec::new());
    for (detector, alarms) in errors.counts() {
        let change = (QUARTER - TRAINING) as u64;
        let of_it = || errors.alarms().filter(|alarm| alarm.detector == detector).map(|alarm| alarm.index);
        let early = of_it().filter(|index| *index < change).count();
        let first = of_it().find(|index| *index >= change);
        let after = first.map_or("never".to_owned(), |first| format!("after {} cases", first - change));
        println!("{detector:<17} {alarms:>3} alarms, {early:>2} of them early; the change is seen {after}");
        cried_wolf.extend((early > 0).then_some(detector));
        found.extend(first.filter(|first| early == 0 && first - change < 2_000).map(|_| detector));
    }
    // Who has none asks how sure the model is, and can't see it.
    let settings = CbpeSettings::default().metrics([ClassifierMetric::Accuracy]);
    let settings = settings.chunks(Chunking::size(2_500));
    let (reference, later) = watched.split_at(TRAINING);
    let cbpe = Cbpe::fit(&model.predictions(reference)?, &settings)?;
    let estimated = cbpe.estimate(&model.predictions(later)?)?;
    let last = estimated.last().and_then(|chunk| chunk.get("accuracy")).ok_or("no chunk was estimated")?;
    let (seems, is) = last.value.zip(last.realized).ok_or("accuracy is not defined")?;
    println!("at the end: accuracy estimated without labels {seems:.3}, with labels {is:.3}");

    let words = format!("{} of 5 detectors see it within 2,000 cases, and nothing before.", found.len());
    let report = Page::new("When does a concept drift?")
        .lead(Banner::new(Tone::Caution, "The concept drifted, the inputs did not").with(words))
        .section(errors.section("With labels: five detectors on the errors"))
        .section(performance_section("Without labels", cbpe.reference().iter().chain(&estimated)));
    std::fs::write(page, report.render())
        .map_err(|error| format!("can't write {}: {error}", page.display()))?;
    println!("see {}", page.display());
    Ok(cried_wolf == ["EDDM"] && found.len() >= 3 && seems > 0.86 && is < 0.82)
}

fn main() -> ExitCode {
    exit_code(judge(&page_from_arguments("concept_drift.html")))
}
