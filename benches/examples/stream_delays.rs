//! How often detectors of a stream alarm while nothing changes, and how soon after it does:
//! `stream_delays [STREAMS]`. Prints a Markdown table.
//!
//! A stream says whether each prediction was wrong: at a rate of 0.2, or from some value on at
//! 0.3 or 0.4. `false`: the share of stationary streams of 5,000 with at least one alarm. A
//! delay is the median over the streams, with `(x %)` of them without an alarm within 5,000
//! values after the change; streams with an alarm before it are left out.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use std::env;
use std::error::Error;

use mlops::drift::stream::{
    Adwin, Ddm, EcddWt, Eddm, HddmA, HddmW, MeanEProcess, MeanEProcessSettings, PageHinkley, RiskEProcess,
    RiskEProcessSettings, ScoreMartingale, ScoreMartingaleSettings, Side, Status, StreamDetector,
};
use mlops::stats::Random;

const LONG: u32 = 5_000;
const RATE: f64 = 0.2;
const CHANGES: [(u32, f64); 4] = [(0, 0.3), (0, 0.4), (1_000, 0.3), (1_000, 0.4)];

type Make = Box<dyn Fn(u64) -> mlops::drift::Result<Box<dyn StreamDetector>>>;

fn detectors() -> Vec<(&'static str, Make)> {
    fn of<D: StreamDetector + 'static>(make: impl Fn(u64) -> mlops::drift::Result<D> + 'static) -> Make {
        Box::new(move |stream| Ok(Box::new(make(stream)?)))
    }
    vec![
        (
            "[`RiskEProcess`], told 0.2",
            of(|_| {
                let mut settings = RiskEProcessSettings::default();
                settings.level = RATE;
                RiskEProcess::new(settings)
            }),
        ),
        (
            "[`MeanEProcess`], told 0.2",
            of(|_| {
                let mut settings = MeanEProcessSettings::default();
                (settings.level, settings.side) = (RATE, Side::Up);
                MeanEProcess::new(settings)
            }),
        ),
        (
            "`ScoreMartingale`, up",
            of(|stream| {
                let mut settings = ScoreMartingaleSettings::default();
                (settings.seed, settings.side) = (stream << 20, Side::Up);
                ScoreMartingale::new(settings)
            }),
        ),
        ("ADWIN", of(|_| Ok(Adwin::default()))),
        ("DDM", of(|_| Ok(Ddm::default()))),
        ("EDDM", of(|_| Ok(Eddm::default()))),
        ("ECDD-WT", of(|_| Ok(EcddWt::default()))),
        ("HDDM-A", of(|_| Ok(HddmA::default()))),
        ("HDDM-W", of(|_| Ok(HddmW::default()))),
        ("Page–Hinkley", of(|_| Ok(PageHinkley::default()))),
    ]
}

/// After how many values it alarms, if within `LONG`.
fn alarm(detector: &mut dyn StreamDetector, random: &mut Random, rate: f64, values: u32) -> Option<u32> {
    (1..=values).find(|_| detector.update_error(random.unit() < rate) == Ok(Status::Drift))
}

fn main() -> Result<(), Box<dyn Error>> {
    let streams: u64 = env::args().nth(1).map_or(Ok(1_000), |number| number.parse())?;
    println!(
        "| detector | false in {LONG} | 0.3 at once | 0.4 at once | 0.3 after 1,000 | 0.4 after 1,000 |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, make) in detectors() {
        let mut wrong = 0;
        for stream in 0..streams {
            let mut random = Random::replicate(41, stream);
            wrong += u64::from(alarm(&mut *make(stream)?, &mut random, RATE, LONG).is_some());
        }
        print!("| {name} | {:.1} %", 100.0 * wrong as f64 / streams as f64);
        for (change, rate) in CHANGES {
            let mut delays = Vec::new();
            for stream in 0..streams {
                let mut random = Random::replicate(42, stream);
                let mut detector = make(stream)?;
                if alarm(&mut *detector, &mut random, RATE, change).is_none() {
                    delays.push(alarm(&mut *detector, &mut random, rate, LONG).unwrap_or(u32::MAX));
                }
            }
            let never = delays.iter().filter(|delay| **delay == u32::MAX).count();
            let share = 100.0 * never as f64 / delays.len().max(1) as f64;
            delays.sort_unstable();
            match delays.get(delays.len() / 2) {
                Some(&median) if median < u32::MAX => print!(" | {median}"),
                _ => print!(" | never"),
            }
            if never > 0 {
                print!(" ({share:.0} %)");
            }
        }
        println!(" |");
    }
    Ok(())
}
