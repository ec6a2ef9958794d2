use mlops_core::{Check, Outcome, Severity, Verdict};
use mlops_report::{
    Badge, Banner, Cell, Column, Details, Html, IntervalChart, KeyValues, Page, Section, Table, Tone,
};

use super::text;

/// A verdict as one self-contained HTML page: the answer, every check with its number,
/// interval, limit and reason, the intervals as charts, and what each check is made of.
///
/// It shows what was measured on the machine too, so two pages of the same candidate may
/// differ where their canonical forms do not.
pub fn page(verdict: &Verdict) -> String {
    let subject = &verdict.subject;
    let page = Page::new(format!("{} {}", subject.model, subject.version))
        .subtitle(subtitle(verdict))
        .lead(banner(verdict));
    sections(verdict).into_iter().fold(page, Page::section).render()
}

pub(super) fn subtitle(verdict: &Verdict) -> String {
    format!("judged by the gate “{}” at {}", verdict.gate, verdict.at)
}

/// The parts of that page below the answer, for a page of your own.
pub fn sections(verdict: &Verdict) -> Vec<Section> {
    let mut sections = vec![Section::new("Checks").with(checks(&verdict.checks))];
    sections.extend(intervals(&verdict.checks));
    let parts = verdict.checks.iter().filter(|check| !check.details.is_empty());
    let parts: Html = parts.map(details).collect();
    if !parts.as_str().is_empty() {
        sections.push(Section::new("What the checks are made of").with(parts));
    }
    sections.push(Section::new("What the judgement rests on").with(basis(verdict)));
    sections
}

pub(super) fn banner(verdict: &Verdict) -> Banner {
    let total = verdict.checks.len();
    let blocking: Vec<&str> = verdict.blocking().map(|check| check.name.as_str()).collect();
    let noted = verdict
        .checks
        .iter()
        .filter(|check| !check.blocks() && matches!(check.outcome, Outcome::Failed | Outcome::Inconclusive));
    let noted = noted.count();
    if verdict.passed() {
        let heading = if noted == 0 { "Passed".to_owned() } else { format!("Passed, {noted} to look at") };
        Banner::new(Tone::Good, heading)
            .with(format!("Nothing of {} blocks.", text::count(total, "check", "checks")))
    } else if blocking.is_empty() {
        Banner::new(Tone::Bad, "Refused").with("Nothing was shown: no check passed.")
    } else {
        let what = text::count(blocking.len(), "check blocks", "checks block");
        Banner::new(Tone::Bad, "Refused").with(format!("{what}: {}", blocking.join("; ")))
    }
}

fn checks(checks: &[Check]) -> Table {
    let levels: Vec<f64> = checks.iter().filter_map(|check| check.interval).map(|seen| seen.level).collect();
    let one_level = levels.first().filter(|first| levels.iter().all(|level| level.total_cmp(first).is_eq()));
    let columns = [
        Column::text("check"),
        Column::mark("outcome"),
        Column::number("observed"),
        Column::text(
            one_level.map_or("interval".to_owned(), |level| format!("{} % interval", 100.0 * level)),
        ),
        Column::text("expected"),
        Column::text("reason"),
    ];
    Table::new(columns).rows(checks.iter().map(|check| {
        let name = match check.severity {
            Severity::Critical => check.name.clone(),
            other => format!("{} ({other})", check.name),
        };
        let interval = check.interval.map(|interval| {
            let ends = format!("[{}, {}]", text::shown(interval.lower), text::shown(interval.upper));
            if one_level.is_some() { ends } else { format!("{ends} at {} %", 100.0 * interval.level) }
        });
        let reason = match &check.measured {
            None => check.reason.clone(),
            Some(measured) => {
                let value = mlops_report::number::number(measured.value);
                format!("{} (measured here: {value} {}, {})", check.reason, measured.unit, measured.what)
            }
        };
        [
            Cell::from(name),
            badge(check).into(),
            check.observed.map(text::whole_or_shown).into(),
            interval.into(),
            check.expected.clone().into(),
            reason.into(),
        ]
    }))
}

fn badge(check: &Check) -> Badge {
    match check.outcome {
        Outcome::Passed => Badge::passed(),
        Outcome::Failed if check.blocks() => Badge::failed(),
        Outcome::Failed => Badge::warning(),
        Outcome::Inconclusive => Badge::inconclusive(),
        Outcome::NotApplicable => Badge::not_applicable(),
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Passed => Tone::Good,
        Outcome::Failed => Tone::Bad,
        Outcome::Inconclusive => Tone::Caution,
        Outcome::NotApplicable => Tone::Neutral,
    }
}

/// Estimates around zero, such as differences, have a chart of their own: beside shares
/// they would be dots.
fn intervals(checks: &[Check]) -> Option<Section> {
    const AROUND_ZERO: f64 = 0.25;
    let estimates: Vec<_> =
        checks.iter().filter_map(|check| Some((check, check.observed?, check.interval?))).collect();
    let mut section = Section::new("How sure the numbers are");
    for (title, near) in [("Metrics", false), ("Differences and gaps", true)] {
        let of_chart = estimates.iter().filter(|(_, value, interval)| {
            let furthest =
                [*value, interval.lower, interval.upper].into_iter().map(f64::abs).fold(0.0, f64::max);
            (furthest <= AROUND_ZERO) == near
        });
        let mut of_chart = of_chart.peekable();
        if of_chart.peek().is_none() {
            continue;
        }
        let chart = IntervalChart::new(title);
        let chart = of_chart.fold(chart, |chart, (check, value, interval)| {
            chart.estimate(&check.name, *value, (interval.lower, interval.upper), tone(check.outcome))
        });
        section.push(if near { chart.limit("no difference", 0.0) } else { chart });
    }
    (!estimates.is_empty()).then_some(section)
}

fn details(check: &Check) -> Html {
    let columns = [Column::text("part"), Column::number("value"), Column::text("note")];
    let table = Table::new(columns).rows(check.details.iter().map(|detail| {
        [
            Cell::from(detail.label.clone()),
            detail.value.map(text::whole_or_shown).into(),
            detail.note.clone().into(),
        ]
    }));
    let parts = text::count(check.details.len(), "part", "parts");
    Details::new(format!("{}: {parts}", check.name)).with(table).into()
}

fn basis(verdict: &Verdict) -> KeyValues {
    let mut basis = KeyValues::new().entry("artifact", Html::code(&verdict.subject.artifact.to_string()));
    if let Some(digest) = verdict.gate_digest {
        basis = basis.entry("gate", Html::code(&digest.to_string()));
    }
    verdict
        .inputs
        .iter()
        .fold(basis, |basis, (name, digest)| basis.entry(name, Html::code(&digest.to_string())))
}
