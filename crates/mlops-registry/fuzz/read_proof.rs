//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_registry::audit::{EntryProof, ExtensionProof, verify_export, verify_text};
use mlops_registry::merkle::{Ed25519Signer, SignedTreeHead, Signer as _};

/// Reads bytes as each kind of proof, as a head and as an export. What is read is written as
/// the same bytes, and shows nothing with a key of ours.
pub(crate) fn read_proof(bytes: &[u8]) {
    let key = Ed25519Signer::from_seed(&[7; 32]).public_key();
    verify_text(bytes, &key).expect_err("nobody has signed it with this key");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(proof) = EntryProof::from_text(text) {
        assert_eq!(proof.to_text().expect("it was read"), text, "a proof has one spelling");
    }
    if let Ok(proof) = ExtensionProof::from_text(text) {
        assert_eq!(proof.to_text().expect("it was read"), text, "a proof has one spelling");
    }
    // A head in front, and an export behind.
    if let Some((head, export)) = text.split_once('\n')
        && let Ok(head) = SignedTreeHead::from_text(&format!("{head}\n"))
    {
        verify_export(&mut export.as_bytes(), &head, &key).expect_err("nobody has signed it with this key");
    }
}
