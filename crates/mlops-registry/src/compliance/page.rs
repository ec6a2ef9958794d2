//! A report as a page.

use mlops_core::Digest;
use mlops_report::{Badge, Banner, Cell, Column, Html, KeyValues, Page, Section, Table, Tone};

use super::{Checklist, ComplianceReport, Item, ItemState, Proof};

impl ComplianceReport {
    /// The report as one HTML file.
    pub fn page(&self) -> String {
        let counts = |state| self.checklists.iter().map(|checklist| checklist.count(state)).sum::<usize>();
        let (missing, attested) = (counts(ItemState::Missing), counts(ItemState::Attested));
        let (tone, heading) = match missing {
            0 => (Tone::Neutral, "Nothing that was looked for is missing".to_owned()),
            1 => (Tone::Caution, "1 item is missing".to_owned()),
            many => (Tone::Caution, format!("{many} items are missing")),
        };
        let found = counts(ItemState::Found);
        let lead = Banner::new(tone, heading).with(format!(
            "{found} items are on record, for {attested} a person answers. This is what the registry can show: it claims no compliance, and whether the evidence suffices people decide."
        ));
        let page = Page::new(format!("{} {}: evidence", self.model, self.version))
            .subtitle(format!("{}, {}", self.registry, self.at))
            .lead(lead);
        self.sections().into_iter().fold(page, Page::section).render()
    }

    /// The report as sections of a page of your own: what it is about, and one for each checklist.
    pub fn sections(&self) -> Vec<Section> {
        let facts = KeyValues::new()
            .entry("model", self.model.to_string())
            .entry("version", self.version.to_string())
            .entry("artifact", Html::code(&self.artifact.to_string()))
            .entry("registry", self.registry.to_string())
            .entry("entries of its audit log", self.log_size)
            .entry("looked at", self.at.to_string());
        let about = Section::new("What was looked at").with(facts);
        std::iter::once(about).chain(self.checklists.iter().map(section)).collect()
    }
}

fn section(checklist: &Checklist) -> Section {
    let head = [
        Column::text("section"),
        Column::text("asks for"),
        Column::mark("evidence"),
        Column::text("on record, and to be done"),
    ];
    let rows = checklist.items.iter().map(|item| {
        [item.section.as_str().into(), item.asks.as_str().into(), badge(item.state).into(), told(item).into()]
    });
    let table: Table = Table::new(head).rows::<[Cell; 4]>(rows);
    Section::new(checklist.title.clone()).with(format!("Source: {}.", checklist.source)).with(table)
}

fn badge(state: ItemState) -> Badge {
    match state {
        ItemState::Found => Badge::new(Tone::Good, "found"),
        ItemState::Attested => Badge::new(Tone::Neutral, "attested"),
        ItemState::Missing => Badge::new(Tone::Caution, "missing"),
    }
}

fn told(item: &Item) -> String {
    let proofs = item.proofs.iter().map(proof);
    let to_do = item.to_do.iter().map(|task| format!("To do: {task}."));
    proofs.chain(to_do).collect::<Vec<_>>().join(" ")
}

fn proof(proof: &Proof) -> String {
    let by = proof.by.as_ref().map(|by| format!("by {by}"));
    let at = proof.at.map(|at| format!("at {at}"));
    let entry = proof.entry.map(|entry| format!("entry {entry}"));
    let digest = proof.digest.map(Digest::short);
    let where_from: Vec<_> = [by, at, entry, digest].into_iter().flatten().collect();
    if where_from.is_empty() {
        format!("{}.", proof.what)
    } else {
        format!("{} ({}).", proof.what, where_from.join(", "))
    }
}
