//! What the fuzzers of DVC's files do with their bytes, apart from the fuzzers: the same source is
//! compiled into the tests, without them.

use mlops_registry::dvc::{DvcFile, Hash, Listing};

/// Reads a `.dvc` file: it is refused, or written so that it is read as the same. Only where a
/// name goes on in another line may it be otherwise: DVC breaks some after a sign that it escapes,
/// and takes its own break for a blank. What is added under such a name is refused.
pub(crate) fn read_dvc_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(file) = text.parse::<DvcFile>() else { return };
    let written = file.to_string();
    let is_broken = written.contains("\n    ");
    assert!(is_broken || written.parse::<DvcFile>().ok() == Some(file), "{text:?}\n{written:?}");
}

/// Reads the list of the files of a folder: it is refused, or written so that it is read as the same.
pub(crate) fn read_dvc_listing(bytes: &[u8]) {
    let Ok(listing) = Listing::parse(bytes, Hash::Md5) else { return };
    assert_eq!(Listing::parse(&listing.to_bytes(), Hash::Md5).ok(), Some(listing));
}
