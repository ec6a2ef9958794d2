//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_core::Digest;
use mlops_drift::{Detector, Profile};

/// Reads bytes as a profile. If they are one, it can be used in every way.
pub(crate) fn read_profile(bytes: &[u8]) {
    let Ok(profile) = Profile::from_bytes(bytes) else { return };
    let written = profile.to_bytes();
    assert_eq!(Profile::from_bytes(&written).expect("what was read can be written"), profile);
    let mut twice = profile.clone();
    // Too many rows for one profile is an answer.
    if twice.merge(&profile).is_ok() {
        assert_eq!(twice.rows(), 2 * profile.rows());
        let again = Profile::from_bytes(&twice.to_bytes()).expect("a merged profile is one");
        assert_eq!(again.rows(), twice.rows());
    }
    for column in profile.columns() {
        let _ = (column.exactness(), column.distinct());
        if let Some(quantiles) = column.quantiles() {
            let _ = (quantiles.quantile(0.5), quantiles.rank(0.0));
        }
    }
    let window = profile.window();
    let _ = Detector::default().compare(&window, &window);
}

/// A file with this body whose checksum fits.
pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"mlopsprf\x01\0\0\0".to_vec();
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(Digest::of(body).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}
