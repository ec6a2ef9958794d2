//! The bytes of one answer, of one label.
//!
//! ```text
//! answer  version: u32  part of the chain: u8  outcome: u8  decided: i64  latency: u64 s, u32 ns
//!         score or kind of failure: u64  id: u32, bytes  inputs: u32, f64 each  CRC-32 of all before: u32
//! label   model: u32  value: f64  known: i64  id: u32, bytes
//! ```
//! A text is its length and its bytes. An answer has a sum of its own, since it is read
//! alone, long after the file was opened.

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, PredictionId, ServedBy, Timestamp};

use super::names::Names;
use crate::{Error, Label, Result};

const SCORE: u8 = 0;
const FAILED: u8 = 1;

/// Adds a text.
pub(super) fn put_text(payload: &mut Vec<u8>, text: &str) {
    // Nothing that comes here is longer: names have 256 bytes at most, and a longer kind
    // or version would make its whole frame too long, which is refused.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    payload.extend_from_slice(&length.to_le_bytes());
    payload.extend_from_slice(text.as_bytes());
}

/// Adds an answer, whose version has the number given; `names` knows its kind of failure.
pub(super) fn put_answer(
    payload: &mut Vec<u8>,
    event: &PredictionEvent,
    version: u32,
    names: &Names,
) -> Result<()> {
    let start = payload.len();
    let (outcome, what) = match event.prediction {
        Prediction::Score(score) => (SCORE, score.to_bits()),
        Prediction::Failed(kind) => (FAILED, names.number_of_kind(kind).map_or(u64::MAX, u64::from)),
        _ => return Err(unsupported("prediction", format!("{:?}", event.prediction))),
    };
    let inputs = u32::try_from(event.inputs.len())
        .map_err(|_| unsupported("count of inputs", event.inputs.len().to_string()))?;
    let mut head = [0; 34];
    head[..4].copy_from_slice(&version.to_le_bytes());
    head[4] = part_code(event.served_by)?;
    head[5] = outcome;
    head[6..14].copy_from_slice(&event.at.as_micros().to_le_bytes());
    head[14..22].copy_from_slice(&event.latency.as_secs().to_le_bytes());
    head[22..26].copy_from_slice(&event.latency.subsec_nanos().to_le_bytes());
    head[26..34].copy_from_slice(&what.to_le_bytes());
    payload.extend_from_slice(&head);
    put_text(payload, event.id.as_str());
    payload.extend_from_slice(&inputs.to_le_bytes());
    for input in event.inputs.iter() {
        payload.extend_from_slice(&input.to_le_bytes());
    }
    let sum = crc32fast::hash(&payload[start..]);
    payload.extend_from_slice(&sum.to_le_bytes());
    Ok(())
}

/// An answer as it stands in the file, read but for its inputs.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) version: u32,
    pub(super) served_by: ServedBy,
    pub(super) at: Timestamp,
    pub(super) id: PredictionId,
    latency: Duration,
    prediction: Prediction,
    inputs: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The next answer.
    pub(super) fn read(reader: &mut Reader<'a>, names: &Names) -> Result<Self, String> {
        let start = reader.rest;
        let version = reader.u32()?;
        let served_by = part_of(reader.u8()?)?;
        let outcome = reader.u8()?;
        let at = reader.moment()?;
        let (seconds, nanos) = (reader.u64()?, reader.u32()?);
        if nanos >= 1_000_000_000 {
            return Err(format!("a latency with {nanos} ns beyond its seconds"));
        }
        let what = reader.u64()?;
        let id = reader.id()?;
        let count = reader.u32()? as usize;
        let inputs = reader.bytes(count.checked_mul(8).ok_or("too many inputs")?)?;
        let length = start.len() - reader.rest.len();
        if reader.u32()? != crc32fast::hash(&start[..length]) {
            return Err("an answer that differs from its checksum".to_owned());
        }
        if names.version(version).is_none() {
            return Err(format!("version {version}, which has no name"));
        }
        let prediction = match outcome {
            SCORE => Prediction::Score(f64::from_bits(what)),
            FAILED => Prediction::Failed(
                names.kind(what).ok_or_else(|| format!("kind {what} of failure, which has no name"))?,
            ),
            other => return Err(format!("outcome {other}, expected 0 or 1")),
        };
        let latency = Duration::new(seconds, nanos);
        Ok(Self { version, served_by, at, id, latency, prediction, inputs })
    }

    /// The event it was made from.
    pub(super) fn into_event(self, names: &Names) -> Result<PredictionEvent, String> {
        let named = names.version(self.version);
        let named = named.and_then(|(model, version)| Some((names.model(model)?.clone(), version.clone())));
        let (model, version) = named.ok_or_else(|| format!("version {} has no name", self.version))?;
        let inputs: Arc<[f64]> =
            self.inputs.as_chunks::<8>().0.iter().map(|input| f64::from_le_bytes(*input)).collect();
        Ok(PredictionEvent {
            id: self.id,
            model,
            version,
            at: self.at,
            latency: self.latency,
            served_by: self.served_by,
            inputs,
            prediction: self.prediction,
        })
    }
}

/// Adds a label, whose model has the number given.
pub(super) fn put_label(payload: &mut Vec<u8>, label: &Label, model: u32) {
    payload.extend_from_slice(&model.to_le_bytes());
    payload.extend_from_slice(&label.value().to_le_bytes());
    payload.extend_from_slice(&label.known_at().as_micros().to_le_bytes());
    put_text(payload, label.id().as_str());
}

/// The next label, and the number of its model.
pub(super) fn read_label(reader: &mut Reader<'_>, names: &Names) -> Result<(u32, Label), String> {
    let number = reader.u32()?;
    let model = names.model(number).ok_or_else(|| format!("model {number}, which has no name"))?;
    let value = f64::from_bits(reader.u64()?);
    let known_at = reader.moment()?;
    let id = reader.id()?;
    let label = Label::new(model.clone(), id, value, known_at).map_err(|error| error.to_string())?;
    Ok((number, label))
}

fn part_code(part: ServedBy) -> Result<u8> {
    Ok(match part {
        ServedBy::Champion => 0,
        ServedBy::Canary => 1,
        ServedBy::Shadow => 2,
        ServedBy::Fallback => 3,
        ServedBy::Constant => 4,
        _ => return Err(unsupported("served_by", format!("{part:?}"))),
    })
}

fn part_of(code: u8) -> Result<ServedBy, String> {
    Ok(match code {
        0 => ServedBy::Champion,
        1 => ServedBy::Canary,
        2 => ServedBy::Shadow,
        3 => ServedBy::Fallback,
        4 => ServedBy::Constant,
        _ => return Err(format!("part {code} of the chain, expected 0 to 4")),
    })
}

fn unsupported(what: &'static str, value: String) -> Error {
    Error::Parameter { what, value, expected: "what format 1 of the log can hold" }
}

/// Reads a payload from front to back, and never beyond its end.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| format!("{} bytes left, expected {count}", self.rest.len()))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, String> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, String> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.array().map(u64::from_le_bytes)
    }

    fn moment(&mut self) -> Result<Timestamp, String> {
        let micros = self.array().map(i64::from_le_bytes)?;
        let moment = Timestamp::from_micros(micros);
        if moment.as_micros() == micros { Ok(moment) } else { Err(format!("{micros} µs is no moment")) }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, String> {
        let length = self.u32()? as usize;
        std::str::from_utf8(self.bytes(length)?).map_err(|error| error.to_string())
    }

    fn id(&mut self) -> Result<PredictionId, String> {
        self.text()?.parse::<PredictionId>().map_err(|error| error.to_string())
    }
}
