//! Every recorded answer of the genuine tool is ours, and where it lets pass what can be
//! read in two ways, we say so.

use mlops_registry::model_signing::{Refusal, Verification};

use crate::recorded::{Recorded, RecordedModel};

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("../../testdata/model_signing/variants.json")).unwrap()
}

fn model(name: &str) -> RecordedModel {
    recorded().models.into_iter().find(|model| model.name == name).unwrap()
}

/// What we say of a recorded case, without leniency.
fn strictly(model: &RecordedModel, case: &str) -> Verification {
    let check = model.checks.iter().find(|check| check.case == case).unwrap_or_else(|| panic!("{case}"));
    model.verify(check, |files| files).unwrap_or_else(|| panic!("{case}: the key"))
}

#[test]
fn what_the_tool_says_we_say() {
    let mut compared = 0;
    let mut different = Vec::new();
    for model in &recorded().models {
        for check in &model.checks {
            compared += 1;
            if model.accepted(check) != check.ok {
                different.push(format!("{}: {} (the tool: {})", model.name, check.case, check.ok));
            }
        }
    }
    assert!(different.is_empty(), "{different:#?}");
    assert!(compared > 120, "{compared}");
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    let model = model("p256");
    let twice = strictly(&model, "signed: name twice, the first wrong");
    assert!(matches!(&twice.refusals[..], [Refusal::Ambiguous { .. }]), "{twice:?}");
    let all = strictly(&model, "signed: ignores everything");
    assert_eq!(all.refusals, [Refusal::IgnoresAll]);
    assert!(strictly(&model, "signed: name twice").is_ok(), "twice the same is not two ways");
    // Apart from these two, leniency changes nothing.
    for check in &model.checks {
        let lenient = model.accepted(check);
        let strict = model.verify(check, |files| files).is_some_and(|verification| verification.is_ok());
        let expected = lenient
            && !["signed: name twice, the first wrong", "signed: ignores everything"]
                .contains(&check.case.as_str());
        assert_eq!(strict, expected, "{}", check.case);
    }
}

#[test]
fn each_refusal_has_its_name() {
    let model = model("p256");
    let says = |case: &str| {
        let refusals = strictly(&model, case).refusals;
        refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    for (case, expected) in [
        ("key another", "the bundle is signed with the key"),
        ("key P-384", "the bundle is signed with the key"),
        ("other hint", "the bundle is signed with the key 0000"),
        ("bit flipped", "the signature is not one of this payload"),
        ("payload changed", "the signature is not one of this payload"),
        ("payload type", "the payload is of the type \"text/plain\""),
        ("no signatures", "bears no signature"),
        ("no envelope", "no DSSE envelope"),
        ("no key", "not signed with a public key"),
        ("certificate beside", "not signed with a public key"),
        ("media type 0.2", "of the media type \"application/vnd.dev.sigstore.bundle+json;version=0.2\""),
        ("unknown member", "unknown field `more`"),
        ("payload is garbage", "the signature is not one of this payload"),
        ("payload cut by a digit", "its payload is not base 64"),
        ("signed: wrong root", "the digest of the model is 0000"),
        ("signed: absolute name", "\"/config.json\" is no name within the model"),
        ("signed: ../name", "\"../b.pub\" is no name within the model"),
        ("signed: other algorithm", "by \"sha512\", not by sha256"),
        ("signed: two subjects", "not one subject"),
        ("signed: predicate type", "the statement is of the type \"https://slsa.dev/provenance/v1\""),
        ("signed: method unknown", "neither files nor shards"),
        ("signed: no name", "name is missing"),
        ("hidden file", "\".hidden\" was not signed"),
        ("moved", "\"tok.txt\" was not signed; \"sub/tok.txt\" is missing"),
        ("longer", "\"empty\" was signed as e3b0c442"),
    ] {
        let said = says(case);
        assert!(said.contains(expected), "{case}: {said}");
    }
    let swapped = strictly(&model, "swapped");
    assert_eq!((swapped.refusals.len(), swapped.model.as_deref()), (2, Some("m")));
}
