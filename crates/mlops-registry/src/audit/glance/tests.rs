use mlops_core::{Principal, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::audit::{Act, Recorded};
use crate::store::Revision;

/// What the slow reader says, in the words of the fast one.
fn slow(sequence: u64, leaf: &[u8]) -> Option<Glance> {
    let Entry { act, changes, pruned, collected, .. } = Entry::read(sequence, leaf).ok()?;
    let changes = changes.into_iter().map(|change| Glanced {
        kind: change.kind,
        key: canonical::to_string(&change.key).unwrap().into(),
        was: change.was.map(|was| was.0),
        digest: change.digest,
    });
    Some(Glance { artifacts: act.artifacts, changes: changes.collect(), pruned, collected })
}

fn any_digest() -> impl Strategy<Value = Digest> {
    any::<u64>().prop_map(|seed| Digest::of(seed.to_le_bytes()))
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        3 => "[a-z0-9./ é\"\\\\\n]{0,8}".prop_map(Part::Text),
        2 => (-(1_i64 << 53)..=1 << 53).prop_map(Part::Number),
        1 => (-3_i64..3).prop_map(Part::Number),
        1 => prop_oneof![Just((1_i64 << 53) - 1), Just(-(1_i64 << 53))].prop_map(Part::Number),
    ]
}

fn any_change() -> impl Strategy<Value = Recorded> {
    (
        prop::sample::select(Kind::ALL.to_vec()),
        prop::collection::vec(any_part(), 0..4),
        prop::option::of(0..1_u64 << 53),
        prop::option::of(any_digest()),
    )
        .prop_map(|(kind, parts, was, digest)| Recorded {
            kind,
            key: parts.into_iter().collect(),
            was: was.map(Revision),
            digest,
        })
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let micros = prop_oneof![
        any::<i64>(),
        (0_i64..4_000_000_000).prop_map(|seconds| seconds * 1_000_000),
        (0_i64..4_000_000_000_000).prop_map(|millis| millis * 1000),
    ];
    let act = (micros, "[a-z@.]{1,9}", "[a-z.]{0,9}", "\\PC{0,12}", prop::option::of("\\PC{0,12}"));
    let lists = (
        prop::collection::vec(any_digest(), 0..3),
        prop::collection::vec(any_digest(), 0..3),
        prop::collection::vec("\\PC{0,9}", 0..3),
        prop::option::weighted(0.2, prop::collection::btree_set(any_digest(), 1..3)),
    );
    (0..1_u64 << 53, act, lists, prop::collection::vec(any_change(), 0..4)).prop_map(
        |(
            sequence,
            (micros, actor, action, subject, reason),
            (evidence, artifacts, refused, collected),
            changes,
        )| {
            let actor = Principal::new(actor).unwrap_or_else(|_| Principal::new("ana").unwrap());
            let act = Act::new(Timestamp::from_micros(micros), actor, action, subject);
            let mut act = act.evidence(evidence).artifacts(artifacts).refused(refused);
            act.reason = reason;
            let collected = collected.and_then(|digests| Collected::new(sequence, digests).ok());
            Entry { sequence, act, changes, pruned: None, collected }
        },
    )
}

#[test]
fn what_a_registry_writes_is_read_fast() {
    let entry = r#"{"action":"stage.set","actor":"ana@bank.example","at":"2013-04-01T00:00:00Z","changes":[{"digest":null,"key":["flight-delay",-3],"kind":"stage","was":12}],"sequence":7,"subject":"flight-delay/1.0.0"}"#;
    assert!(Reader::default().fast(7, entry.as_bytes()).is_some());
    assert!(Reader::default().fast(8, entry.as_bytes()).is_none());
    // The key of a point of a metric has its time in microseconds.
    let point =
        entry.replace(r#"["flight-delay",-3]"#, r#"["a",1,"auc",0,1795739011810438,"bfe6b851eb851eb8"]"#);
    assert!(Reader::default().fast(7, point.as_bytes()).is_some());
    let (exact, beyond) = (point.replace("1795739011810438", "9007199254740992"), "9007199254740993");
    assert!(Reader::default().fast(7, exact.as_bytes()).is_some());
    assert!(Reader::default().fast(7, exact.replace("9007199254740992", beyond).as_bytes()).is_none());
}

#[test]
fn the_same_moments_are_spelled_rightly() {
    for text in [
        "2013-04-01T00:00:00Z",
        "2013-04-01T00:00:00.001Z",
        "2013-04-01T23:59:59.000001Z",
        "2012-02-29T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
    ] {
        assert!(is_moment(text.as_bytes()), "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
    }
    for text in [
        "2013-04-01T00:00:00.000Z",
        "2013-04-01T00:00:00.100000Z",
        "2013-04-01T00:00:00.1Z",
        "2013-04-01T00:00:00+00:00",
        "2013-04-01 00:00:00Z",
        "2013-04-31T00:00:00Z",
        "2013-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2013-13-01T00:00:00Z",
        "2013-00-01T00:00:00Z",
        "2013-04-00T00:00:00Z",
        "2013-04-01T24:00:00Z",
        "2013-04-01T00:60:00Z",
        "2013-04-01T00:00:60Z",
        "2013-04-01",
        "",
    ] {
        assert!(!is_moment(text.as_bytes()), "{text}");
    }
}

proptest! {
    #[test]
    fn both_readers_say_the_same(entry in any_entry()) {
        let text = canonical::to_string(&entry).unwrap();
        let expected = slow(entry.sequence, text.as_bytes());
        prop_assert!(expected.is_some(), "{}", text);
        prop_assert_eq!(Reader::default().read(entry.sequence, text.as_bytes()).ok(), expected);
        for change in &entry.changes {
            let text = key_text(&change.key).unwrap();
            prop_assert_eq!(&text, &canonical::to_string(&change.key).unwrap());
            prop_assert_eq!(&key_of(&text).unwrap(), &change.key);
        }
    }

    #[test]
    fn the_fast_one_accepts_nothing_more(
        entry in any_entry(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 1..4),
    ) {
        let mut bytes = canonical::to_string(&entry).unwrap().into_bytes();
        for (at, how, byte) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b" 0-9\"\\,]}"[usize::from(byte) % 9]),
                _ => drop(bytes.remove(at)),
            }
        }
        if let Some(glance) = Reader::default().fast(entry.sequence, &bytes) {
            prop_assert_eq!(Some(glance), slow(entry.sequence, &bytes), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Reader::default().read(0, &bytes).is_err());
    }
}
