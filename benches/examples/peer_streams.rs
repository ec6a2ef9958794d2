//! Our side of `peers/streams.py`: `peer_streams FOLDER`, rounds on standard input.
//!
//! The folder holds two streams of 64-bit floats in the machine's bytes, `bits` and `numbers`.
//! A round is `DETECTOR STREAM LENGTH`; the answer is where it saw a drift.

use std::error::Error;
use std::fs;
use std::path::Path;

use mlops::drift::stream::{
    Adwin, Cusum, Ddm, EcddWt, Eddm, Fhddm, HddmA, HddmW, Kswin, KswinSettings, PageHinkley, Rddm, Status,
    StreamDetector,
};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn stream(folder: &Path, name: &str) -> Result<Vec<f64>> {
    Ok(fs::read(folder.join(name))?.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect())
}

/// By the name that the peer has for it, with its defaults.
fn detector(name: &str) -> Result<Box<dyn StreamDetector>> {
    Ok(match name {
        "adwin" => Box::new(Adwin::default()),
        "cusum" => Box::new(Cusum::default()),
        "ddm" => Box::new(Ddm::default()),
        "ecdd" => Box::new(EcddWt::default()),
        "eddm" => Box::new(Eddm::default()),
        "fhddm" => Box::new(Fhddm::default()),
        "hddm_a" => Box::new(HddmA::default()),
        "hddm_w" => Box::new(HddmW::default()),
        "page_hinkley" => Box::new(PageHinkley::default()),
        "rddm" => Box::new(Rddm::default()),
        "kswin" => {
            // Twice the newest part: River then compares with all of the older part, as ours always does.
            let mut settings = KswinSettings::default();
            (settings.window_size, settings.stat_size) = (60, 30);
            Box::new(Kswin::new(settings)?)
        }
        other => return Err(format!("no detector {other}").into()),
    })
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("expected a folder of streams")?;
    let folder = Path::new(&folder);
    let (bits, numbers) = (stream(folder, "bits")?, stream(folder, "numbers")?);
    mlops_benches::answer_rounds(
        |operation| -> Result<Vec<usize>> {
            let [name, stream, length] = operation.split(' ').collect::<Vec<_>>()[..] else {
                return Err(format!("{operation}: expected DETECTOR STREAM LENGTH").into());
            };
            let stream = if stream == "bits" { &bits } else { &numbers };
            let mut detector = detector(name)?;
            let mut found = Vec::new();
            for (place, value) in stream.iter().take(length.parse()?).enumerate() {
                if detector.update(*value)? == Status::Drift {
                    found.push(place);
                }
            }
            Ok(found)
        },
        |answer| json!(answer),
    )
}
