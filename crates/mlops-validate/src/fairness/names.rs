//! Names that nobody has, and the one that was perhaps meant.

use crate::Error;

/// An error about a name, with the nearest of those that are known.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let given: String = name.chars().take(64).collect::<String>().to_lowercase();
    let nearest = known
        .iter()
        .map(|word| (strsim::jaro_winkler(&given, word), *word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let expected = match nearest {
        Some((_, word)) => format!("{word:?}? (there are {list})"),
        None => format!("one of {list}"),
    };
    Error::input(
        what,
        format!("{:?} is none that is known, expected {expected}", crate::error::shorten(name)),
    )
}
