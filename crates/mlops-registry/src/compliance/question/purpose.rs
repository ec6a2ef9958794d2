//! What people say of a version.

use super::{Dossier, Finding, Proof, Question, missing};
use crate::registry::Stored;

pub(super) fn card(question: Question, of: &Dossier) -> Finding {
    let Some(Stored { value: recorded, revision }) = &of.card else {
        return missing("write the card of the version");
    };
    let card = &recorded.card;
    let (fields, to_do): (&[(&str, &Vec<String>)], _) = match question {
        Question::Purpose => (
            &[("intended use", &card.intended_use), ("intended users", &card.intended_users)],
            "say in the card what the model is for, and who it is for",
        ),
        Question::Limits => (
            &[("limits", &card.limits), ("out of scope", &card.out_of_scope)],
            "say in the card where the model is wrong, and what it is not for",
        ),
        Question::Harm => (
            &[("factors", &card.factors), ("ethical considerations", &card.ethical_considerations)],
            "say in the card which groups its answers depend on, and whom it may harm",
        ),
        Question::Owner => (&[("owners", &card.owners)], "say in the card who answers for the model"),
        _ => (
            &[("intended use", &card.intended_use), ("limits", &card.limits), ("owners", &card.owners)],
            "complete the card: intended use, limits and owners",
        ),
    };
    let found = fields.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
        let first: String = text[0].chars().take(160).collect();
        Proof::new(format!("card, {name}: {first}")).by(&recorded.by, recorded.at).entry(revision.0)
    });
    let found: Vec<_> = found.collect();
    if found.len() == fields.len() {
        Finding::Found(found)
    } else {
        Finding::Missing { to_do: to_do.to_owned(), found }
    }
}

pub(super) fn description(of: &Dossier) -> Finding {
    let version = &of.version.value;
    let mut found = Vec::new();
    if !version.description.trim().is_empty() {
        found.push(
            Proof::new("description of the version")
                .by(&version.registered_by, version.registered_at)
                .entry(of.version.revision.0),
        );
    }
    found.extend(
        of.descriptions.iter().map(|stored| Proof::new("description, added later").entry(stored.revision.0)),
    );
    if found.is_empty() {
        return missing("describe what is different in this version");
    }
    if let Some(before) = &of.before {
        found.push(Proof::new(format!("follows {}", before.version)).digest(before.artifact));
    }
    Finding::Found(found)
}
