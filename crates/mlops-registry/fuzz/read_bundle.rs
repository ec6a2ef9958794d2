//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_registry::model_signing::{Bundle, EcSigningKey, ModelFiles};
use mlops_registry::signing::pae;

const KEY: &str = include_str!("../testdata/model_signing/keys/p256.pem");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Reads bytes as a bundle. What is read is written and read as the same, and nobody whose
/// key is ours has signed it. As a statement they are tried too.
pub(crate) fn read_bundle(bytes: &[u8]) {
    let key = EcSigningKey::from_pem(KEY).expect("a key").public_key();
    if let Ok(bundle) = Bundle::from_json(bytes) {
        let text = bundle.to_json().expect("it was read");
        assert_eq!(Bundle::from_json(text.as_bytes()).as_ref(), Ok(&bundle), "a bundle is read back");
    }
    let verified = ModelFiles::at(FILE).verify(bytes, &key).expect("the file is there");
    assert!(!verified.is_ok(), "nobody has signed it with this key");
    read_statement(bytes);
}

/// Signs bytes as they are, and reads what they say: they are not of this file.
pub(crate) fn read_statement(bytes: &[u8]) {
    let key = EcSigningKey::from_pem(KEY).expect("a key");
    let signature = key.sign(&pae(IN_TOTO, bytes)).expect("a signature");
    let bundle = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{}}}},"dsseEnvelope":{{"payload":"{}","payloadType":"{IN_TOTO}","signatures":[{{"sig":"{}"}}]}}}}"#,
        base64(bytes),
        base64(&signature)
    );
    for files in [ModelFiles::at(FILE), ModelFiles::at(FILE).as_lenient_as_the_tool()] {
        let verified = files.verify(bundle.as_bytes(), &key.public_key()).expect("the file is there");
        assert!(!verified.is_ok(), "these bytes say nothing of this file");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word =
            group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
