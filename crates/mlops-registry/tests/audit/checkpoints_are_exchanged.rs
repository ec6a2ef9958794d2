//! A checkpoint has the form that other transparency logs read and write, to the byte.

use crate::world::worlds;
use mlops_registry::Error;
use mlops_registry::audit::{Discrepancy, Shown, Unproven, verify_text};
use mlops_registry::merkle::{
    Checkpoint, Ed25519Signer, NoteKind, Rejection, SignedCheckpoint, SignedNote, Signer as _, VerifierKey,
    empty_root,
};

/// The key and note that the tests of golang.org/x/mod/sumdb/note publish.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
/// Base 64 of the type and the secret of `PETER`.
const PETER_SEED: &str = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_SIGNED: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_SIGNED: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

fn note(text: &str) -> Result<SignedNote, Error> {
    SignedNote::from_bytes(text.as_bytes())
}

#[test]
fn a_note_of_the_reference_is_read_verified_and_written() {
    let text = format!("{TEXT}\n{PETER_SIGNED}{ENOCH_SIGNED}");
    let read = note(&text).unwrap();
    assert_eq!((read.unverified(), read.signatures(), read.to_text()), (TEXT, 2, text));
    let names = |keys: &[VerifierKey]| {
        let signed =
            read.verify(keys).map(|signed| signed.iter().map(|by| by.key.name().to_owned()).collect());
        signed.unwrap_or_else(|rejection: Rejection| vec![rejection.to_string()])
    };
    assert_eq!(names(&[key(PETER)]), ["PeterNeumann"]);
    assert_eq!(names(&[key(ENOCH), key(PETER)]), ["PeterNeumann", "EnochRoot"]);
    assert_eq!(read.verify(&[]), Err(Rejection::Unsigned { signatures: 2 }));

    let seed: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&PETER_SEED[at..at + 2], 16).unwrap()).collect();
    let peter = Ed25519Signer::from_seed(&seed.try_into().unwrap());
    let ours = SignedNote::sign(TEXT, "PeterNeumann", &peter).unwrap();
    assert_eq!(ours.to_text(), format!("{TEXT}\n{PETER_SIGNED}"));
    assert_eq!(VerifierKey::new("PeterNeumann", peter.public_key()).unwrap().to_string(), PETER);
}

#[test]
fn signatures_of_strangers_say_nothing_and_false_ones_spoil_the_note() {
    // The same twice is once.
    let twice = note(&format!("{TEXT}\n{PETER_SIGNED}{PETER_SIGNED}{ENOCH_SIGNED}")).unwrap();
    assert_eq!(twice.verify(&[key(PETER), key(PETER)]).unwrap().len(), 1);
    // Peter's name over another text, though Enoch's is right.
    let forged = TEXT.replace("answer", "cause");
    let spoiled = note(&format!("{forged}\n{PETER_SIGNED}{ENOCH_SIGNED}")).unwrap();
    assert_eq!(spoiled.verify(&[key(PETER)]), Err(Rejection::Forged));
    let longer = format!("{}ABCD{}", &PETER_SIGNED[..60], &PETER_SIGNED[60..]);
    assert_eq!(note(&format!("{TEXT}\n{longer}")).unwrap().verify(&[key(PETER)]), Err(Rejection::Forged));
    // The name of one with the id of another is nobody's.
    let renamed = PETER_SIGNED.replace("PeterNeumann", "EnochRoot");
    let unknown = note(&format!("{TEXT}\n{renamed}")).unwrap();
    assert_eq!(unknown.verify(&[key(PETER), key(ENOCH)]), Err(Rejection::Unsigned { signatures: 1 }));
}

#[test]
fn what_is_no_note_is_refused() {
    let many = PETER_SIGNED.repeat(101);
    let long = "x".repeat(1_000_001);
    let bare = PETER_SIGNED.trim_end();
    for (bad, why) in [
        (TEXT.to_owned(), "no blank line"),
        (format!("{TEXT}\n"), "no signature"),
        (format!("{TEXT}\n{bare}"), "no line feed"),
        (format!("\u{1}{TEXT}\n{PETER_SIGNED}"), "control character"),
        (format!("{}\n{PETER_SIGNED}", TEXT.replace('\n', "\r\n")), "control character"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "Peter Neumann")), "no signature"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "Peter\u{2003}Neumann")), "no signature"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "Peter+Neumann")), "no signature"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "")), "no signature"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace('—', "-")), "no signature"),
        (format!("{TEXT}\n{}", PETER_SIGNED.replace("AM=", "AN=")), "no signature"),
        (format!("{TEXT}\n{PETER_SIGNED}Unexpected line.\n"), "line 2"),
        (format!("{TEXT}\n— PeterNeumann x08gow==\n"), "no signature"),
        (format!("{TEXT}\n{many}"), "more than 100"),
        (format!("{long}\n\n{PETER_SIGNED}"), "more than 1000000"),
        (String::new(), "no line feed"),
        ("\n\n".to_owned(), "no signature"),
    ] {
        match note(&bad) {
            Err(Error::Corrupt { reason, .. }) => assert!(reason.contains(why), "{why}: {reason}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    let bytes = [b"\xff".as_slice(), format!("{TEXT}\n{PETER_SIGNED}").as_bytes()].concat();
    assert!(matches!(SignedNote::from_bytes(&bytes), Err(Error::Corrupt { .. })));
}

#[test]
fn a_key_has_one_spelling() {
    // From the tests of transparency-dev/formats: a witness of the public network.
    let witness = key("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2");
    assert_eq!((witness.kind(), witness.id()), (NoteKind::Cosignature, 0xda77_ade7));
    for text in [PETER, ENOCH] {
        assert_eq!(key(text).to_string(), text);
        for from in 0..text.len() {
            for to in from..=text.len() {
                assert!((from, to) == (0, text.len()) || text[from..to].parse::<VerifierKey>().is_err());
            }
            let mut bytes = text.as_bytes().to_vec();
            bytes[from] += 1;
            assert!(String::from_utf8(bytes).unwrap().parse::<VerifierKey>().is_err(), "byte {from}");
        }
    }
    for bad in [
        // Too long a key and an unknown type, with ids to match.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
        "++",
    ] {
        assert!(matches!(bad.parse::<VerifierKey>(), Err(Error::Invalid { .. })), "{bad}");
    }
    let public_key = *witness.public_key();
    for bad in ["", "a b", "a+b", "a\u{a0}b", "a\nb", &"x".repeat(257)] {
        assert!(matches!(VerifierKey::new(bad, public_key), Err(Error::Invalid { .. })), "{bad:?}");
    }
}

#[test]
fn the_example_of_the_specification_is_read() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let signed = SignedCheckpoint::from_bytes(text.as_bytes()).unwrap();
    let checkpoint = signed.unverified();
    assert_eq!(
        (checkpoint.origin().as_str(), checkpoint.size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(signed.to_text(), text);
    assert_eq!(signed.note().signatures(), 2);
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let signer = Ed25519Signer::from_seed(&[7; 32]);
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let read = |body: &str| {
        let note = SignedNote::sign(body, "log.example", &signer).unwrap();
        SignedCheckpoint::from_bytes(note.to_text().as_bytes())
    };
    let extended = read(&format!("log.example\n3\n{root}\nmore\n")).unwrap();
    assert_eq!(extended.unverified().extensions(), ["more"]);
    assert_eq!(read(&format!("log.example\n{}\n{root}\n", u64::MAX)).unwrap().unverified().size(), u64::MAX);
    for body in [
        "\n".to_owned(),
        "log.example\n".to_owned(),
        "log.example\n3\n".to_owned(),
        format!("\n3\n{root}\n"),
        format!("{}\n3\n{root}\n", "x".repeat(257)),
        format!("log.example\n03\n{root}\n"),
        format!("log.example\n00\n{root}\n"),
        format!("log.example\n+3\n{root}\n"),
        format!("log.example\n-3\n{root}\n"),
        format!("log.example\n 3\n{root}\n"),
        format!("log.example\n3.0\n{root}\n"),
        format!("log.example\n٣\n{root}\n"),
        format!("log.example\n\n{root}\n"),
        format!("log.example\n18446744073709551616\n{root}\n"),
        format!("log.example\n3\n{}\n", &root[4..]),
        format!("log.example\n3\nAAAA{root}\n"),
        format!("log.example\n3\n{root} \n"),
        format!("log.example\n3\n{}\n", root.replace("2I=", "2J=")),
        format!("log.example\n3\n{root}\n\nmore\n"),
        format!("log.example\n3\n{root}\nmore\n\n"),
    ] {
        assert!(matches!(read(&body), Err(Error::Corrupt { .. })), "{body:?}");
    }
}

#[test]
fn witnesses_count_only_beside_the_log() {
    let (log, one, two) = ([7; 32], [8; 32], [9; 32]);
    let [log, one, two] = [log, one, two].map(|seed| Ed25519Signer::from_seed(&seed));
    let at = "2013-04-01T00:00:00.9Z".parse().unwrap();
    let checkpoint = Checkpoint::new("log.example".parse().unwrap(), 0, empty_root());
    let signed = SignedCheckpoint::sign(&checkpoint, "log.example", &log).unwrap();
    let witnessed = signed.clone().cosign("w.example/1", &one, at).unwrap();
    let witnessed = SignedCheckpoint::from_bytes(witnessed.to_text().as_bytes()).unwrap();
    // As made with the Python package cryptography from the words of the specification.
    let recorded = "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\
        — log.example iRusLVRfX5aYfzefjXMB+UB8Q2/VbqcgmSzCxy9TzPOisUGUb+l7NN8arOWt8x1p79azg56PtAXte/SgjLR0Eu2oLA0=\n\
        — w.example/1 LdN3UAAAAABRWM4AaSzXn5xSi3OVJjqwbLgFcx4qK+8H6yzOHbem58aWiHbPdKAjSv4U81lwAUB/K6+gzHQ9i6xh3P0hwB0wMg/MCw==\n";
    assert_eq!(witnessed.to_text(), recorded);
    let log_key = VerifierKey::new("log.example", log.public_key()).unwrap();
    let witness = |signer: &Ed25519Signer| VerifierKey::witness("w.example/1", signer.public_key()).unwrap();
    let asked = [witness(&one), witness(&two)];
    let verified = witnessed.verify(&log_key, &asked).unwrap();
    assert_eq!(verified.checkpoint, &checkpoint);
    assert_eq!(verified.witnesses.len(), 1);
    assert_eq!(verified.witnesses[0].at, Some("2013-04-01T00:00:00Z".parse().unwrap()));
    assert!(signed.verify(&log_key, &asked).unwrap().witnesses.is_empty());

    // A witness alone, or a witness's key taken for the log's, is not enough.
    let text = witnessed.to_text();
    let lines: Vec<&str> = text.lines().collect();
    let alone = format!("{}\n", [&lines[..4], &lines[5..]].concat().join("\n"));
    let alone = SignedCheckpoint::from_bytes(alone.as_bytes()).unwrap();
    assert_eq!(alone.verify(&log_key, &asked), Err(Rejection::Unsigned { signatures: 1 }));
    let plain = VerifierKey::new("w.example/1", one.public_key()).unwrap();
    assert_eq!(witnessed.verify(&plain, &[]), Err(Rejection::Unsigned { signatures: 2 }));
    // The time is part of what is signed.
    let later = text.replace("AABRWM4Aa", "AABRWM8Aa");
    assert_ne!(later, text, "{text}");
    let later = SignedCheckpoint::from_bytes(later.as_bytes()).unwrap();
    assert_eq!(later.verify(&log_key, &asked), Err(Rejection::Forged));
    assert!(matches!(
        signed.cosign("w.example/1", &one, "1969-12-31".parse().unwrap()),
        Err(Error::Invalid { .. })
    ));
}

#[test]
fn a_log_that_was_cut_is_found_against_an_older_checkpoint() {
    for world in worlds() {
        world.promoted("1.0.0");
        let text = world.registry.checkpoint().unwrap().to_text();
        let key = world.registry.verifier_key().unwrap();
        let kept = SignedCheckpoint::from_bytes(text.as_bytes()).unwrap();
        let size = kept.verify(&key, &[]).unwrap().checkpoint.size();
        assert!(text.starts_with(&format!("registry.example\n{size}\n")));
        world.promoted("1.1.0");
        let report = world.registry.audit().against_checkpoint(&kept, &key).verify().unwrap();
        assert!(report.is_clean() && report.heads == 1, "{report}");

        // An older copy of the registry in its place.
        let earlier = worlds().into_iter().find(|other| other.name == world.name).unwrap();
        let report = earlier.registry.audit().against_checkpoint(&kept, &key).verify().unwrap();
        let now = earlier.registry.store().size().unwrap();
        assert_eq!(report.discrepancies, [Discrepancy::LogCut { size: now, signed: size }]);
        let other =
            VerifierKey::new("registry.example", Ed25519Signer::from_seed(&[8; 32]).public_key()).unwrap();
        let report = world.registry.audit().against_checkpoint(&kept, &other).verify().unwrap();
        assert!(matches!(report.discrepancies[..], [Discrepancy::HeadRejected { .. }]), "{report}");
    }
}

#[test]
fn growth_is_proven_from_text_alone() {
    for world in worlds() {
        world.promoted("1.0.0");
        let then = world.registry.tree_head().unwrap();
        world.later();
        world.promoted("1.1.0");
        let key = world.signer.public_key();
        let proof = world.registry.prove_extension(&then).unwrap();
        let text = proof.to_text().unwrap();
        match verify_text(text.as_bytes(), &key).unwrap() {
            Shown::Extension { old, new } => {
                assert_eq!(&old, then.unverified());
                assert_eq!(new.size(), world.registry.store().size().unwrap());
            }
            other => panic!("{other:?}"),
        }
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(verify_text(&bytes, &key).is_err(), "byte {at}");
            assert!(verify_text(&text.as_bytes()[..at], &key).is_err(), "the first {at} bytes");
        }
        let other = Ed25519Signer::from_seed(&[8; 32]).public_key();
        let rejected = verify_text(text.as_bytes(), &other);
        assert!(matches!(rejected, Err(Unproven::Rejected(Rejection::OtherKey { .. }))), "{rejected:?}");
        let entry = world.registry.prove(0).unwrap().to_text().unwrap();
        assert!(matches!(verify_text(entry.as_bytes(), &key), Ok(Shown::Entry { .. })));
        let unknown = verify_text(b"{\"format\":\"x\"}\n", &key).unwrap_err();
        assert_eq!(unknown.to_string(), "the text is no proof: \"x\" is no format of proofs");

        // A log that does not extend it says so itself.
        let earlier = worlds().into_iter().find(|other| other.name == world.name).unwrap();
        assert!(matches!(earlier.registry.prove_extension(&then), Err(Error::Corrupt { .. })));
        earlier.promoted("2.0.0");
        earlier.promoted("2.1.0");
        assert!(matches!(earlier.registry.prove_extension(&then), Err(Error::Corrupt { .. })));
    }
}
