use std::collections::BTreeMap;

use mlops_core::{Digest, DigestWriter, Timestamp};

use super::GroupColumn;
use super::rows::{Column, GivenTruth};

/// What was compared, so that a verdict can't be told of other rows. Little-endian:
/// microseconds of each time; 0, 1 or 2 (unknown) of each label; then, of the labelled
/// rows, the scores, those of production, and for each group column the length and text
/// of its name and the same of each key, where no key has the length 2³² − 1; for each number column the words `number column`, the same of
/// its name, and its values of the labelled rows.
///
/// Where numbers are predicted, `numbers` stands first, and in place of the labels the true
/// values, NaN for one that is not known.
pub(super) fn of_rows(
    times: &[Timestamp],
    truth: GivenTruth<'_>,
    scores: &Column,
    production: Option<&Column>,
    groups: &[GroupColumn],
    numbers: &[(String, Vec<f64>)],
) -> Digest {
    let mut writer = DigestWriter::new();
    let mut bytes = Vec::with_capacity(8 * times.len());
    let mut write = |fill: &mut dyn FnMut(&mut Vec<u8>)| {
        bytes.clear();
        fill(&mut bytes);
        writer.update(&bytes);
    };
    if let GivenTruth::Numbers(_) = truth {
        write(&mut |bytes| bytes.extend(b"numbers"));
    }
    write(&mut |bytes| bytes.extend(times.iter().flat_map(|time| time.as_micros().to_le_bytes())));
    write(&mut |bytes| match truth {
        GivenTruth::Classes(labels) => bytes.extend(labels.iter().map(|label| label.map_or(2, u8::from))),
        GivenTruth::Numbers(values) => {
            bytes.extend(values.iter().flat_map(|value| value.unwrap_or(f64::NAN).to_le_bytes()));
        }
    });
    for column in std::iter::once(scores).chain(production) {
        write(&mut |bytes| bytes.extend(column.values().iter().flat_map(|score| score.to_le_bytes())));
    }
    for group in groups {
        write(&mut |bytes| {
            text(bytes, group.name());
            for number in group.of_rows() {
                match group.key(*number as usize) {
                    Some(key) => text(bytes, key),
                    None => bytes.extend(u32::MAX.to_le_bytes()),
                }
            }
        });
    }
    for (name, values) in numbers {
        write(&mut |bytes| {
            bytes.extend(b"number column");
            text(bytes, name);
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        });
    }
    writer.finish()
}

/// Of metrics computed elsewhere: of each the length and text of its name, and its value.
pub(super) fn of_metrics(metrics: &BTreeMap<String, f64>) -> Digest {
    let mut bytes = Vec::new();
    for (name, value) in metrics {
        text(&mut bytes, name);
        bytes.extend(value.to_le_bytes());
    }
    Digest::of(&bytes)
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX - 1).to_le_bytes());
    bytes.extend(text.as_bytes());
}
