//! Keys as the tool and OpenSSL write them, and no others.

use std::fs;
use std::path::PathBuf;

use mlops_registry::Error;
use mlops_registry::model_signing::{Curve, EcPublicKey, EcSigningKey};
use mlops_registry::secret::MemorySecrets;

pub(crate) fn pem(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/model_signing/keys");
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn both_forms_of_each_curve() {
    for (name, curve) in [("p256", Curve::P256), ("p384", Curve::P384), ("p521", Curve::P521)] {
        let public = EcPublicKey::from_pem(&pem(&format!("{name}.pub.pem"))).unwrap();
        assert_eq!(public.curve(), curve);
        assert_eq!(public.to_pem(), pem(&format!("{name}.pub.pem")), "the one spelling");
        for form in [format!("{name}.pem"), format!("{name}.sec1.pem")] {
            let key = EcSigningKey::from_pem(&pem(&form)).unwrap();
            assert_eq!(key.public_key(), public, "{form}");
            let signature = key.sign(b"message").unwrap();
            assert_eq!(signature, key.sign(b"message").unwrap(), "deterministic");
            assert!(public.verifies(b"message", &signature));
            assert!(!public.verifies(b"massage", &signature));
            let shown = format!("{key:?}");
            assert!(!shown.contains("1111") && shown.contains(&public.id().to_hex()[..16]), "{shown}");
        }
    }
    // As OpenSSL writes it by default, with the curve in front.
    let both = format!(
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{}",
        pem("p256.sec1.pem")
    );
    EcSigningKey::from_pem(&both).unwrap();
    let secrets = MemorySecrets::default().with("release", pem("p256.pem")).unwrap();
    EcSigningKey::from_secret(&secrets, "release").unwrap();
}

#[test]
fn others_are_refused_by_name_and_not_shown() {
    for (text, expected) in [
        (pem("secp256k1.pub.pem"), "secp256k1"),
        (pem("p256.pem"), "PRIVATE KEY"),
        (String::new(), "0 bytes without a label"),
        ("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----".to_owned(), "PUBLIC KEY"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".to_owned(), "SubjectPublicKeyInfo"),
        (pem("p256.pub.pem").replace("MFkw", "MFow"), "public key"),
        ("x".repeat(1 << 20), "bytes without a label"),
    ] {
        let error = EcPublicKey::from_pem(&text).unwrap_err();
        assert!(matches!(error, Error::Invalid { field: "public key", .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for text in [
        pem("secp256k1.pem"),
        pem("secp256k1.sec1.pem"),
        pem("encrypted.pem"),
        pem("p256.pub.pem"),
        String::new(),
    ] {
        let error = EcSigningKey::from_pem(&text).unwrap_err();
        assert!(matches!(error, Error::Invalid { field: "signing key", .. }), "{error}");
        let (shown, body) = (error.to_string(), text.lines().nth(1).unwrap_or("nothing of it"));
        assert!(!shown.contains(body), "{shown}");
    }
    // A point that is not on the curve.
    let off = pem("p256.pub.pem").lines().nth(2).unwrap().to_owned();
    let moved = pem("p256.pub.pem").replace(&off, &format!("A{}", &off[1..]));
    assert!(EcPublicKey::from_pem(&moved).is_err());
}
