use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Field, FieldType, Signature};

/// Which number of a version goes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a semantic version has three numbers")]
pub enum Bump {
    /// The last: nothing that a caller sees is different.
    Patch,
    /// The second: a caller may give more than before.
    Minor,
    /// The first: a caller must look.
    Major,
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Patch => "PATCH",
            Self::Minor => "MINOR",
            Self::Major => "MAJOR",
        })
    }
}

/// The part of a signature that a change is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SchemaPart {
    /// What the model takes.
    Input,
    /// What it gives.
    Output,
    /// The parameters of a call.
    Param,
    /// All of it.
    Signature,
}

impl fmt::Display for SchemaPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Param => "parameter",
            Self::Signature => "signature",
        })
    }
}

/// What became of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It is new.
    Added {
        /// What it holds.
        kind: String,
        /// Whether a caller must give it.
        required: bool,
    },
    /// It is gone.
    Removed,
    /// It holds something else, or in another shape.
    Retyped {
        /// What it held.
        from: String,
        /// What it holds now.
        to: String,
    },
    /// A caller could leave it out, and must give it now.
    NowRequired,
    /// A caller had to give it, and may leave it out now.
    NowOptional,
    /// It stands in another place.
    Moved,
    /// It is something else if the call does not say.
    Default {
        /// What it was, as JSON.
        from: String,
        /// What it is now.
        to: String,
    },
}

/// One difference between the signatures of two versions.
///
/// Printed, it is a sentence: `input "carrier" (string) is new and required`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaChange {
    /// Where.
    pub part: SchemaPart,
    /// The column; `#1` is the first of those without a name.
    pub name: String,
    /// What became of it.
    pub kind: ChangeKind,
}

impl SchemaChange {
    /// What it asks of the version, as the [table](super) says.
    pub const fn bump(&self) -> Bump {
        match (self.part, &self.kind) {
            (SchemaPart::Input, ChangeKind::Added { required: false, .. })
            | (SchemaPart::Param, ChangeKind::Added { .. } | ChangeKind::Default { .. }) => Bump::Minor,
            _ => Bump::Major,
        }
    }

    /// That there is no signature any more.
    pub(crate) fn dropped() -> Self {
        Self { part: SchemaPart::Signature, name: String::new(), kind: ChangeKind::Removed }
    }
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, name, kind } = self;
        if *part == SchemaPart::Signature {
            return write!(f, "the signature was left out");
        }
        write!(f, "{part} {name:?} ")?;
        match kind {
            ChangeKind::Added { kind, required } if *part == SchemaPart::Input => {
                write!(f, "({kind}) is new and {}", if *required { "required" } else { "optional" })
            }
            ChangeKind::Added { kind, .. } => write!(f, "({kind}) is new"),
            ChangeKind::Removed => f.write_str("was removed"),
            ChangeKind::Retyped { from, to } => write!(f, "was {from} and is {to}"),
            ChangeKind::NowRequired => f.write_str("was optional and is required"),
            ChangeKind::NowOptional => f.write_str("was required and is optional"),
            ChangeKind::Moved => f.write_str("stands in another place"),
            ChangeKind::Default { from, to } => write!(f, "was {from} by default and is {to}"),
        }
    }
}

impl Signature {
    /// What is different in `later`: inputs, outputs, then parameters, each by name.
    /// `O(n log n)`.
    pub fn changes(&self, later: &Self) -> Vec<SchemaChange> {
        let mut changes = fields(SchemaPart::Input, self.inputs(), later.inputs());
        changes.extend(fields(SchemaPart::Output, self.outputs(), later.outputs()));
        changes.extend(self.param_changes(later));
        changes
    }

    /// What `later` asks of its version at least.
    pub fn bump(&self, later: &Self) -> Bump {
        self.changes(later).iter().map(SchemaChange::bump).max().unwrap_or(Bump::Patch)
    }

    fn param_changes(&self, later: &Self) -> Vec<SchemaChange> {
        let named = |signature: &'_ Self| -> BTreeMap<String, super::ParamSpec> {
            signature.params().iter().map(|param| (param.name.clone(), param.clone())).collect()
        };
        let (before, after) = (named(self), named(later));
        let mut changes = Vec::new();
        let mut push = |name: &str, kind| {
            changes.push(SchemaChange { part: SchemaPart::Param, name: name.to_owned(), kind });
        };
        let words = |param: &super::ParamSpec| match param.shape {
            None => param.kind.to_string(),
            Some(length) => format!("{}[{length}]", param.kind),
        };
        for (name, old) in &before {
            match after.get(name) {
                None => push(name, ChangeKind::Removed),
                Some(new) if new.kind != old.kind || new.shape != old.shape => {
                    push(name, ChangeKind::Retyped { from: words(old), to: words(new) });
                }
                Some(new) if new.default != old.default => push(
                    name,
                    ChangeKind::Default { from: old.default.to_string(), to: new.default.to_string() },
                ),
                Some(_) => {}
            }
        }
        for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            push(name, ChangeKind::Added { kind: words(new), required: false });
        }
        changes
    }
}

/// By name, or by place where there is none.
fn keyed(fields: &[Field]) -> BTreeMap<String, (usize, &Field)> {
    let key = |place: usize, field: &Field| field.name.clone().unwrap_or_else(|| format!("#{}", place + 1));
    fields.iter().enumerate().map(|(place, field)| (key(place, field), (place, field))).collect()
}

fn fields(part: SchemaPart, before: &[Field], after: &[Field]) -> Vec<SchemaChange> {
    let (old, new) = (keyed(before), keyed(after));
    let mut changes = Vec::new();
    let mut push = |name: &str, kind| changes.push(SchemaChange { part, name: name.to_owned(), kind });
    let words = FieldType::to_string;
    for (name, (_, was)) in &old {
        let Some((_, is)) = new.get(name) else {
            push(name, ChangeKind::Removed);
            continue;
        };
        if was.kind != is.kind {
            push(name, ChangeKind::Retyped { from: words(&was.kind), to: words(&is.kind) });
        }
        match (was.required, is.required) {
            (false, true) => push(name, ChangeKind::NowRequired),
            (true, false) => push(name, ChangeKind::NowOptional),
            _ => {}
        }
    }
    for (name, (_, is)) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        push(name, ChangeKind::Added { kind: words(&is.kind), required: is.required });
    }
    // Answers are read by their place too; what a call brings is found by its name.
    if part == SchemaPart::Output && old.len() == new.len() && old.keys().eq(new.keys()) {
        for (name, (place, _)) in &old {
            if new.get(name).is_some_and(|(now, _)| now != place) {
                push(name, ChangeKind::Moved);
            }
        }
    }
    changes
}
