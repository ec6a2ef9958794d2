//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_core::Digest;
use mlops_drift::stream::{Reading, SavedDetector, StreamDetector};

/// Above so many values a state is none, as their count might overflow.
const MOST: u64 = 1 << 53;

/// Reads bytes as the state of a detector. If they are one, it can be gone on with, and is
/// still one afterwards.
pub(crate) fn read_detector(bytes: &[u8]) {
    let Ok(mut detector) = SavedDetector::from_bytes(bytes) else { return };
    let again = SavedDetector::from_bytes(&detector.to_bytes());
    assert_eq!(again.as_ref(), Ok(&detector), "what was read can be written");
    assert_finite(detector.reading());
    for step in 0..400_u32 {
        let value = match step % 10 {
            7 => [0.25, 1e-9, 1.0 - 1e-9][step as usize / 10 % 3],
            8 => [f64::NAN, f64::INFINITY, -1e300, 1.1e140][step as usize / 10 % 4],
            9 => [-3.5, 1e140, -1e140, 17.0][step as usize / 10 % 4],
            other => f64::from((step / 100 + other) % 3 / 2),
        };
        let before = (step % 10 > 6).then(|| detector.clone());
        if detector.update(value).is_err() {
            assert!(before.is_none_or(|before| before == detector), "{value} was refused and changed it");
        }
        assert_finite(detector.reading());
    }
    let again = SavedDetector::from_bytes(&detector.to_bytes());
    assert!(again == Ok(detector.clone()) || detector.observations() > MOST, "{again:?} is not {detector:?}");
    detector.reset();
    assert_eq!(detector.observations(), 0);
}

fn assert_finite(reading: Reading) {
    let numbers = [reading.value, reading.warning, reading.drift];
    assert!(numbers.into_iter().flatten().all(f64::is_finite), "{reading:?}");
}

/// A file with this body whose checksum fits.
pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"mlopsdet\x01\0\0\0".to_vec();
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(Digest::of(body).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}
