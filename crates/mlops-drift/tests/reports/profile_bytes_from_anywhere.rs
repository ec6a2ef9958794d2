//! Bytes that claim to be a profile are one, or a typed error: never a panic, a hang, or
//! memory that they only claim to need. `fuzz/` runs the same function without an end.

use crate::read_profile::{read_profile, sealed};
use crate::table::{batch, numbers, ramp, texts};
use mlops_drift::{Columns, Error, Profile, ProfileAccumulator, ProfileSettings};
use proptest::prelude::*;

fn written() -> Vec<u8> {
    let names: Vec<String> = (0..200).map(|i| format!("n{}", i % 60)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let table = batch(vec![
        ("number", numbers(ramp(200, 0.37))),
        ("name", texts(&names)),
        ("few", texts(&vec!["a\"b"; 200])),
        ("gone", numbers(vec![None; 200])),
    ]);
    let settings = ProfileSettings::new(16, 12, 8).unwrap();
    let mut accumulator = ProfileAccumulator::with(&Columns::default(), settings);
    accumulator.update(&table).unwrap();
    accumulator.finish().to_bytes()
}

#[test]
fn what_is_wrong_is_named() {
    let bytes = written();
    let read = |bytes: &[u8]| Profile::from_bytes(bytes).unwrap_err().to_string();
    let mut another = bytes.clone();
    another[8] = 2;
    assert_eq!(
        Profile::from_bytes(&another),
        Err(Error::Version { what: "the profile", found: 2, expected: 1 })
    );
    assert_eq!(read(&another), "the profile is written in version 2 of the format, expected 1");
    assert_eq!(read(b""), "the profile is damaged: it does not begin as one does");
    assert_eq!(read(&bytes[..30]), "the profile is damaged: it ends after 30 bytes");
    let (cut, body) = (read(&bytes[..bytes.len() - 5]), bytes.len() - 52);
    assert_eq!(cut, format!("the profile is damaged: {} bytes follow the header, expected {body}", body - 5));
    let mut changed = bytes.clone();
    changed[60] ^= 1;
    assert_eq!(read(&changed), "the profile is damaged: its checksum is another");
    let of_body = |from: &str, to: &str| {
        let body = String::from_utf8(bytes[52..].to_vec()).unwrap();
        assert!(body.contains(from), "{from} in {body}");
        read(&sealed(body.replacen(from, to, 1).as_bytes()))
    };
    assert!(of_body("\"rows\":200", "\"rows\":201").contains("does not fit together"));
    assert!(of_body("\"rows\":200", "\"rows\":18446744073709551615").contains("more than can be"));
    assert!(of_body("\"name\":\"few\"", "\"name\":\"name\"").contains("there already"));
    assert!(of_body("\"points\":16", "\"points\":17").contains("points is 17, expected even"));
    assert!(of_body("\"points\":16", "\"points\":18").contains("column \"number\" does not fit"));
    assert!(of_body("\"missing\":200", "\"missing\":199").contains("column \"gone\" does not fit"));
    assert!(of_body("{\"settings\"", "{\"more\":1,\"settings\"").contains("unknown field `more`"));
    let deep = "[".repeat(1_000_000);
    assert!(read(&sealed(deep.as_bytes())).contains("damaged"));
}

#[test]
fn a_profile_is_written_and_read_as_it_is() {
    let bytes = written();
    let profile = Profile::from_bytes(&bytes).unwrap();
    assert_eq!(profile.to_bytes(), bytes);
    assert_eq!((profile.rows(), profile.columns().len()), (200, 4));
    assert!(profile.column("name").unwrap().frequent().is_some());
    read_profile(&bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn changed_bytes_are_refused_or_a_profile(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>())
    ) {
        let mut bytes = written();
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_profile(&bytes);
        // The same with a checksum that fits, as somebody would who means it.
        if bytes.len() > 52 {
            read_profile(&sealed(&bytes[52..]));
        }
    }

    #[test]
    fn changed_numbers_are_refused_or_a_profile(at in any::<prop::sample::Index>(), number in "-?[0-9]{1,20}(\\.5|e[0-9]{1,3})?") {
        // One of the numbers of the body becomes another.
        let body = String::from_utf8(written()[52..].to_vec()).unwrap();
        let starts: Vec<usize> = body
            .char_indices()
            .filter(|(i, c)| c.is_ascii_digit() && matches!(body.as_bytes()[i - 1], b':' | b'[' | b','))
            .map(|(i, _)| i)
            .collect();
        let start = starts[at.index(starts.len())];
        let end = start + body[start..].find([',', ']', '}']).unwrap();
        read_profile(&sealed(format!("{}{number}{}", &body[..start], &body[end..]).as_bytes()));
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_profile(&bytes);
        read_profile(&sealed(&bytes));
    }
}
