//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_registry::merkle::{Ed25519Signer, SignedCheckpoint, SignedNote, Signer as _, VerifierKey};

/// Reads bytes as a note, as a checkpoint and as a key. What is read is written as the same
/// bytes, and nobody whose key is ours has signed it.
pub(crate) fn read_checkpoint(bytes: &[u8]) {
    let signer = Ed25519Signer::from_seed(&[7; 32]);
    let key = signer.public_key();
    let log = VerifierKey::new("registry.example", key).expect("a name");
    let witnesses = [VerifierKey::witness("witness.example", key).expect("a name")];
    if let Ok(note) = SignedNote::from_bytes(bytes) {
        assert_eq!(note.to_text().as_bytes(), bytes, "a note has one spelling");
        note.verify(&witnesses).expect_err("nobody has signed it with this key");
    }
    if let Ok(checkpoint) = SignedCheckpoint::from_bytes(bytes) {
        assert_eq!(checkpoint.to_text().as_bytes(), bytes, "a checkpoint has one spelling");
        assert_eq!(checkpoint.unverified().to_string(), checkpoint.note().unverified());
        checkpoint.verify(&log, &witnesses).expect_err("nobody has signed it with this key");
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = text.parse::<VerifierKey>()
    {
        assert_eq!(key.to_string(), text, "a key has one spelling");
    }
}
