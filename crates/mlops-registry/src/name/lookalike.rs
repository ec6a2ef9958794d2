use serde::{Deserialize, Serialize};
use unicode_security::confusable_detection::skeleton;

use super::{Rule, check};
use crate::registry::{Document, Registry, StoredExt as _};
use crate::store::{Change, Key, Kind};
use crate::{Error, Result};

/// The longest name of an experiment or a model, as `mlops-core` has it.
const MAX: usize = 256;

/// The names of one kind of thing that look the same, in the order in which they came.
///
/// One record for each look, which whoever takes a name writes: so two who take names that
/// look alike at once meet here.
#[derive(Debug, Serialize, Deserialize)]
struct Lookalikes {
    what: String,
    skeleton: String,
    names: Vec<String>,
}

impl Document for Lookalikes {
    const KIND: Kind = Kind::Lookalike;
    fn key(&self) -> Key {
        Key::from([self.what.as_str(), self.skeleton.as_str()])
    }
}

impl Registry {
    /// Takes a name for a new thing, such as an `experiment`. `others` are the names that may
    /// stand from a time when looks were not recorded; asked for only if the name is not
    /// plain ASCII.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has what can't be seen; [`Error::Conflict`] with the name
    /// that it would be taken for.
    pub(crate) fn claim_name(
        &self,
        what: &'static str,
        name: &str,
        others: impl FnOnce() -> Result<Vec<String>>,
    ) -> Result<Change> {
        check(what, name, MAX, Rule::Title)?;
        let look: String = skeleton(name).collect();
        let there = self.find::<Lookalikes>(Key::from([what, look.as_str()]))?;
        let mut names = there.as_ref().map(|there| there.value.names.clone()).unwrap_or_default();
        let others = if name.is_ascii() { Vec::new() } else { others()? };
        if let Some(other) = names.iter().chain(&others).find(|other| looks_like(name, other)) {
            return Err(Error::Conflict {
                what,
                key: name.to_owned(),
                expected: "unlike any other".to_owned(),
                current: format!("not to be told from {other:?} by its look"),
            });
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        there.put(&Lookalikes { what: what.to_owned(), skeleton: look, names })
    }
}

/// Whether two different names look the same, as UTS 39 has it (*confusable*: their skeletons
/// are equal), and not merely because ASCII has letters that resemble each other: `v1` may
/// stand beside `vl`, a Cyrillic `а` not beside a Latin one.
pub(crate) fn looks_like(a: &str, b: &str) -> bool {
    if a == b || (a.is_ascii() && b.is_ascii()) || !skeleton(a).eq(skeleton(b)) {
        return false;
    }
    let plain = a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(|(a, b)| a == b || (a.is_ascii() && b.is_ascii()));
    !plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike() {
        for (a, b) in [
            ("flight-delay", "flight-dеlay"),
            ("ana", "аna"),
            ("coc", "сос"),
            ("flight", "ｆlight"),
            ("AI", "АІ"),
            ("model", "𝐦odel"),
            ("a-b", "a‐b"),
            ("Größe-scope", "Größe-ѕcope"),
        ] {
            assert!(looks_like(a, b) && looks_like(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("v1", "vl"),
            ("modern", "modem"),
            ("run-0", "run-O"),
            ("größe-1", "größe-l"),
            ("grosse", "größe"),
            ("resume", "résumé"),
            ("a", "a"),
            ("a", "b"),
        ] {
            assert!(!looks_like(a, b) && !looks_like(b, a), "{a} {b}");
        }
    }
}
