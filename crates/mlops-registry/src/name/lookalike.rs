use serde::{Deserialize, Serialize};
use unicode_security::confusable_detection::skeleton;

use super::{Rule, check};
use crate::registry::{Document, Registry, Stored, StoredExt as _};
use crate::store::{Change, Expected, Key, Kind};
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
        Self::key_of(&self.what, &self.skeleton)
    }
}

impl Lookalikes {
    fn key_of(what: &str, skeleton: &str) -> Key {
        Key::from([what, skeleton])
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
        let (there, look) = self.looks(what, name)?;
        let mut names = there.as_ref().map(|there| there.value.names.clone()).unwrap_or_default();
        let others = if name.is_ascii() { Vec::new() } else { others()? };
        is_unlike(what, name, names.iter().chain(&others))?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        there.put(&Lookalikes { what: what.to_owned(), skeleton: look, names })
    }

    /// The same for what may have a name that it has already, and where `others` are all that
    /// there are: a name in plain ASCII, as hardly any is not, writes nothing, and expects that
    /// nothing of its look was written.
    pub(crate) fn claim_look(
        &self,
        what: &'static str,
        name: &str,
        others: Vec<String>,
    ) -> Result<(Option<Expected>, Option<Change>)> {
        if !name.is_ascii() {
            return Ok((None, Some(self.claim_name(what, name, || Ok(others))?)));
        }
        check(what, name, MAX, Rule::Title)?;
        let (there, look) = self.looks(what, name)?;
        is_unlike(what, name, there.iter().flat_map(|there| &there.value.names).chain(&others))?;
        let (kind, key) = (Lookalikes::KIND, Lookalikes::key_of(what, &look));
        Ok((Some(Expected { kind, key, revision: there.map(|there| there.revision) }), None))
    }

    /// What looks like `name`, and its look.
    fn looks(&self, what: &str, name: &str) -> Result<(Option<Stored<Lookalikes>>, String)> {
        let look: String = skeleton(name).collect();
        Ok((self.find(Lookalikes::key_of(what, &look))?, look))
    }
}

fn is_unlike<'a>(what: &'static str, name: &str, mut others: impl Iterator<Item = &'a String>) -> Result<()> {
    let Some(other) = others.find(|other| looks_like(name, other)) else { return Ok(()) };
    Err(Error::Conflict {
        what,
        key: name.to_owned(),
        expected: "unlike any other".to_owned(),
        current: format!("not to be told from {other:?} by its look"),
    })
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
