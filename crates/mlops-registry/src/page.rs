//! The registry as a section of an HTML page.

use mlops_core::{ModelName, Principal};
use mlops_report::{Badge, Cell, Column, Details, Html, KeyValues, Section, Table, Tone, number};

use crate::Result;
use crate::audit::{Entry, EntryProof};
use crate::comparison::{Topic, VersionComparison};
use crate::model::{ModelVersion, Stage};
use crate::promotion::Promotion;
use crate::registry::Registry;
use crate::store::Key;
use crate::trial::{Trial, TrialOutcome};

/// How many entries of the audit log a page shows, the last ones.
const ENTRIES: u64 = 500;

impl Registry {
    /// The registry under a heading: for each model what is in production and why, its
    /// versions, what was in production when, its trials; then the audit log, and the proof
    /// of the entry that put a version into production last, for who can't look into the store.
    ///
    /// Of a longer log the last 500 entries.
    ///
    /// # Errors
    /// Those of the store and of the signer.
    pub fn section(&self, heading: impl Into<String>) -> Result<Section> {
        let mut section = Section::new(heading);
        let mut last = None;
        for model in self.models()? {
            let history = self.list::<Promotion>(&Key::from([model.name.as_str()]))?;
            last = last.max(history.last().map(|promotion| promotion.revision));
            let history: Vec<Promotion> = history.into_iter().map(|promotion| promotion.value).collect();
            let versions = self.versions(&model.name)?;
            if let Some((promotion, version)) = self.standing(&model.name, &history)? {
                section.push(facts(promotion, &version));
            } else {
                section.push(format!("No version of {} is in production.", model.name));
            }
            section.push(self.versions_table(&model.name, &versions)?);
            if !history.is_empty() {
                section.push(history_table(&model.name, &history));
            }
            let trials = self.trials(&model.name)?;
            if !trials.is_empty() {
                section.push(trials_table(&model.name, &trials));
            }
        }
        section.push(self.log_table()?);
        if let Some(revision) = last {
            section.push(proof(&self.prove(revision.0)?));
        }
        Ok(section)
    }

    fn standing<'a>(
        &self,
        model: &ModelName,
        history: &'a [Promotion],
    ) -> Result<Option<(&'a Promotion, ModelVersion)>> {
        let Some(promotion) = history.last().filter(|promotion| promotion.ended.is_none()) else {
            return Ok(None);
        };
        Ok(Some((promotion, self.version(model, &promotion.version)?)))
    }

    fn versions_table(&self, model: &ModelName, versions: &[ModelVersion]) -> Result<Table> {
        let head = [
            Column::text("version"),
            Column::mark("stage"),
            Column::text("since"),
            Column::text("made by"),
            Column::text("trained on"),
            Column::text("file"),
            Column::text("what it is"),
        ];
        let mut table = Table::new(head).caption(format!("Versions of {model}"));
        for version in versions {
            let stage = self.stage(model, &version.version)?;
            table.push([
                version.version.to_string().into(),
                stage_badge(stage.stage).into(),
                stage.since.to_string().into(),
                version.made_by.to_string().into(),
                version.lineage.window.map(|window| window.to_string()).into(),
                Cell::code(&version.artifact.short()),
                version.description.as_str().into(),
            ]);
        }
        Ok(table)
    }

    fn log_table(&self) -> Result<Table> {
        let size = self.store().size()?;
        let from = size.saturating_sub(ENTRIES);
        let caption = if from == 0 {
            "The audit log".to_owned()
        } else {
            format!("The audit log, its last {ENTRIES} entries of {}", number::count(size))
        };
        let head = [
            Column::number("entry"),
            Column::text("at"),
            Column::text("who"),
            Column::text("did"),
            Column::text("to"),
            Column::text("why"),
        ];
        Ok(Table::new(head).caption(caption).rows(self.entries(from..size)?.into_iter().map(log_row)))
    }
}

fn log_row(Entry { sequence, act, .. }: Entry) -> [Cell; 6] {
    let refused = (!act.refused.is_empty()).then(|| format!("refused: {}", act.refused.join("; ")));
    let why: Vec<String> = act.reason.into_iter().chain(refused.clone()).collect();
    let did = if refused.is_some() { format!("{} (refused)", act.action) } else { act.action };
    [
        sequence.into(),
        act.at.to_string().into(),
        act.actor.to_string().into(),
        did.into(),
        act.subject.into(),
        Some(why.join("; ")).filter(|why| !why.is_empty()).into(),
    ]
}

fn facts(promotion: &Promotion, version: &ModelVersion) -> KeyValues {
    let mut facts = KeyValues::new()
        .entry("in production", format!("{} {}", version.model, version.version))
        .entry("since", promotion.promoted_at.to_string())
        .entry("by", how(promotion))
        .entry("artifact", Html::code(&version.artifact.to_string()))
        .entry("made by", version.made_by.to_string())
        .entry("approved by", names(&promotion.approved_by));
    if let Some(policy) = &promotion.policy {
        facts = facts.entry("by policy", Html::code(&policy.digest.to_string()));
    }
    for (name, digest) in &version.lineage.data {
        facts = facts.entry(format!("made from {name}"), Html::code(&digest.to_string()));
    }
    facts
}

/// What put it there, in words.
fn how(promotion: &Promotion) -> String {
    match &promotion.rollback {
        None => format!("promotion of {}", promotion.promoted_by),
        Some(rollback) => format!("rollback of {}: {}", promotion.promoted_by, rollback.reason),
    }
}

fn names(principals: &[Principal]) -> String {
    principals.iter().map(Principal::as_str).collect::<Vec<_>>().join(", ")
}

fn history_table(model: &ModelName, history: &[Promotion]) -> Table {
    let head = [
        Column::number(""),
        Column::text("version"),
        Column::text("from"),
        Column::text("until"),
        Column::mark("how"),
        Column::text("by"),
        Column::text("approved by"),
        Column::text("why"),
    ];
    let next = history.iter().skip(1).map(|next| Some(next.promoted_at)).chain([None]);
    let until = history.iter().zip(next).map(|(promotion, next)| {
        let end = promotion.ended.as_ref().map(|end| end.at);
        end.or(next).map(|until| until.to_string())
    });
    Table::new(head).caption(format!("{model} in production")).rows(history.iter().zip(until).map(
        |(promotion, until)| {
            let how = if promotion.rollback.is_some() {
                Badge::new(Tone::Caution, "rollback")
            } else {
                Badge::new(Tone::Good, "promotion")
            };
            [
                u64::from(promotion.number).into(),
                promotion.version.to_string().into(),
                promotion.promoted_at.to_string().into(),
                until.into(),
                how.into(),
                promotion.promoted_by.to_string().into(),
                names(&promotion.approved_by).into(),
                promotion.rollback.as_ref().map(|rollback| rollback.reason.as_str()).into(),
            ]
        },
    ))
}

fn trials_table(model: &ModelName, trials: &[Trial]) -> Table {
    let head = [
        Column::text("version"),
        Column::text("beside"),
        Column::text("as"),
        Column::text("until"),
        Column::mark("outcome"),
        Column::text("why"),
    ];
    Table::new(head).caption(format!("{model} on trial")).rows(trials.iter().map(|trial| {
        let phases: Vec<_> =
            trial.phases.iter().map(|phase| format!("{} from {}", phase.kind, phase.since)).collect();
        let end = trial.end.as_ref();
        [
            trial.version.to_string().into(),
            trial.beside.as_ref().map(ToString::to_string).into(),
            phases.join(", ").into(),
            end.map(|end| end.at.to_string()).into(),
            outcome_badge(end.map(|end| &end.outcome)).into(),
            end.and_then(|end| end.outcome.reason()).into(),
        ]
    }))
}

fn stage_badge(stage: Stage) -> Badge {
    let tone = match stage {
        Stage::Production => Tone::Good,
        Stage::Staging => Tone::Caution,
        Stage::None | Stage::Archived => Tone::Neutral,
    };
    Badge::new(tone, stage.to_string())
}

fn outcome_badge(outcome: Option<&TrialOutcome>) -> Badge {
    match outcome {
        None => Badge::new(Tone::Caution, "running"),
        Some(outcome) => {
            let tone = match outcome {
                TrialOutcome::Completed => Tone::Good,
                TrialOutcome::Stopped { .. } => Tone::Bad,
                TrialOutcome::Withdrawn { .. } => Tone::Neutral,
            };
            Badge::new(tone, outcome.as_str())
        }
    }
}

/// The proof, to be copied from the page and verified elsewhere.
fn proof(proof: &EntryProof) -> Details {
    let (entry, head) = (proof.unverified(), proof.head());
    // Writing it can't fail: it was read from JSON.
    let text = proof.to_text().unwrap_or_default();
    let facts = KeyValues::new()
        .entry("the log", head.unverified().origin().as_str())
        .entry("its length", head.unverified().size())
        .entry("signed at", head.unverified().at().to_string())
        .entry("its root", Html::code(&head.unverified().root().to_string()))
        .entry("signed with the key", Html::code(&head.key().to_string()))
        .entry("hashes from the entry to the root", proof.inclusion().hashes.len() as u64);
    Details::new(format!("Proof that entry {} is in the log: {}", entry.sequence, entry.act))
        .with("Whoever has the public key can check it without access to the registry.")
        .with(facts)
        .with(Html::code(text.trim_end()))
}

impl VersionComparison {
    /// The comparison as a table: one row a metric, parameter, data set and fact.
    pub fn table(&self) -> Table {
        let head = [
            Column::text(""),
            Column::text(""),
            Column::number(self.a.version.to_string()),
            Column::number(self.b.version.to_string()),
            Column::number("difference"),
        ];
        let caption = format!("{} {} and {}", self.model, self.a.version, self.b.version);
        let mut topic = None;
        Table::new(head).caption(caption).rows(self.rows().into_iter().map(|row| {
            let first = (topic != Some(row.topic)).then(|| row.topic.to_string());
            topic = Some(row.topic);
            let [name, a, b, difference] = row.cells();
            let name = if row.topic == Topic::Version { name.into() } else { Cell::code(&name) };
            [first.unwrap_or_default().into(), name, a.into(), b.into(), difference.into()]
        }))
    }
}
