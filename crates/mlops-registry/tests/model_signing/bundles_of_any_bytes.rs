//! Whatever bytes claim to be a bundle are read or refused, and none that was edited says
//! anything else than what was signed.

#[path = "../../fuzz/read_bundle.rs"]
mod read_bundle;

use proptest::prelude::*;
use read_bundle::read_bundle;

use crate::recorded::{Recorded, text};

fn seeds() -> Vec<Vec<u8>> {
    let recorded: Recorded =
        serde_json::from_str(include_str!("../../testdata/model_signing/variants.json")).unwrap();
    recorded.models.iter().map(|model| text(&model.bundle)).collect()
}

#[test]
fn the_seeds_are_read() {
    for seed in seeds() {
        read_bundle(&seed);
    }
}

#[test]
fn edited_seeds_are_read_or_refused() {
    let seeds = seeds();
    let config = ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() };
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 1..6);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&(0..seeds.len(), edits), |(seed, edits)| {
            let mut bytes = seeds[seed].clone();
            for (at, how, byte) in edits {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, b" 0-9\"\\,]}\n+/="[usize::from(byte) % 13]),
                    _ => drop(bytes.remove(at)),
                }
            }
            read_bundle(&bytes);
            Ok(())
        })
        .unwrap();
}

/// Statements that were signed and then read: what is edited is the payload.
#[test]
fn edited_statements_are_read_or_refused() {
    let recorded: Recorded =
        serde_json::from_str(include_str!("../../testdata/model_signing/variants.json")).unwrap();
    let payloads: Vec<Vec<u8>> = recorded
        .models
        .iter()
        .map(|model| {
            let bundle = mlops_registry::model_signing::Bundle::from_json(&text(&model.bundle)).unwrap();
            bundle.unverified().to_vec()
        })
        .collect();
    let config = ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() };
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&(0..payloads.len(), edits), |(seed, edits)| {
            let mut bytes = payloads[seed].clone();
            for (at, byte) in edits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            read_bundle::read_statement(&bytes);
            Ok(())
        })
        .unwrap();
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_bundle(&bytes);
    }
}
