use mlops_report::{
    Cell, Column, Curve, CurveChart, Details, DistributionChart, Headline, IntervalChart, KeyValues, Page,
    Section, Table, Tone, number,
};

use super::classes::{ClassScores, ConfusionCounts, Curves};
use super::{Estimate, GroupScores, LatencyPicture, ModelReport, Score, WorstSlices};
use crate::gate::page::{banner, sections, subtitle};
use crate::gate::text;

impl ModelReport {
    /// The report as one self-contained HTML page, without script and without network.
    pub fn to_html(&self) -> String {
        let subject = &self.verdict.subject;
        let page = Page::new(format!("{} {}", subject.model, subject.version))
            .subtitle(subtitle(&self.verdict))
            .lead(banner(&self.verdict))
            .lead(self.headline());
        let mut all = Vec::new();
        let mut checks = sections(&self.verdict).into_iter();
        all.extend(checks.next());
        all.extend(self.scores_section());
        if let Some(classes) = &self.classes {
            all.extend(self.curves_section(classes));
            all.extend(self.confusion_section(classes));
        }
        all.extend(self.groups.iter().filter(|groups| !groups.shown.is_empty()).map(groups_section));
        all.extend(self.slices.iter().map(slices_section));
        all.extend(self.latency.as_ref().map(latency_section));
        all.extend(checks);
        all.into_iter().fold(page, Page::section).render()
    }

    fn candidate_name(&self) -> String {
        format!("candidate {}", self.verdict.subject.version)
    }

    fn production_name(&self) -> String {
        self.production.as_ref().map_or("production".to_owned(), |version| format!("production {version}"))
    }

    /// What a reader asks first: how good, against what, on how much.
    fn headline(&self) -> Headline {
        let rows = number::count(self.labelled_rows as u64);
        let unlabelled = match self.unlabelled_rows {
            0 => String::new(),
            rows => format!("{} without a label", number::count(rows as u64)),
        };
        let mut headline = Headline::new().figure("labelled rows", rows, unlabelled, Tone::Neutral);
        for name in ["roc_auc", "log_loss", "f1", "rmse", "r2"] {
            let Some(score) = self.score(name) else { continue };
            let Some(value) = score.candidate.value() else { continue };
            let remark = match &score.difference {
                Some(difference) => difference
                    .value()
                    .map_or(String::new(), |value| format!("{} to production", text::difference(value))),
                None => interval_text(&score.candidate),
            };
            headline = headline.figure(name, text::shown(value), remark, tone(score));
        }
        headline
    }

    fn scores_section(&self) -> Option<Section> {
        if self.scores.is_empty() {
            return None;
        }
        let mut columns = vec![
            Column::text("metric"),
            Column::text("better"),
            Column::number("candidate"),
            Column::text("interval"),
        ];
        if self.production.is_some() {
            columns.extend([
                Column::number(self.production_name()),
                Column::text("interval"),
                Column::number("difference"),
                Column::text("interval"),
            ]);
        }
        let table = Table::new(columns).rows(self.scores.iter().map(|score| {
            let mut cells = vec![Cell::from(score.metric), score.better.into()];
            cells.extend(cells_of(&score.candidate, text::shown));
            if let (Some(production), Some(difference)) = (&score.production, &score.difference) {
                cells.extend(cells_of(production, text::shown));
                cells.extend(cells_of(difference, text::difference));
            }
            cells
        }));
        let mut section = Section::new("Scores").with(table);
        let differences: Vec<(&Score, f64, (f64, f64))> = self
            .scores
            .iter()
            .filter_map(|score| {
                let difference = score.difference.as_ref()?;
                let interval = difference.interval()?;
                Some((score, difference.value()?, (interval.lower, interval.upper)))
            })
            .collect();
        if !differences.is_empty() {
            let chart = IntervalChart::new(format!("Candidate less {}", self.production_name()))
                .limit("no difference", 0.0);
            section.push(differences.into_iter().fold(chart, |chart, (score, value, ends)| {
                let better = match score.better {
                    "neither" => String::new(),
                    word => format!(", {word} is better"),
                };
                chart.estimate(format!("{}{better}", score.metric), value, ends, tone(score))
            }));
        }
        Some(section)
    }

    fn curves_section(&self, classes: &ClassScores) -> Option<Section> {
        let mut section = Section::new("Curves");
        let mut drawn = false;
        let mut draw = |title: &str, of: &dyn Fn(&Curves) -> Vec<(f64, f64)>, diagonal: &str| {
            if of(&classes.candidate).is_empty() {
                return;
            }
            let mut chart = CurveChart::new(title).of_shares();
            if !diagonal.is_empty() {
                chart = chart.diagonal(diagonal);
            }
            chart = chart.curve(Curve::new(self.candidate_name(), of(&classes.candidate)));
            if let Some(production) = &classes.production {
                chart = chart.curve(Curve::new(self.production_name(), of(production)));
            }
            section.push(chart);
            drawn = true;
        };
        draw("ROC: true positive rate over false positive rate", &|curves| curves.roc.clone(), "guessing");
        draw("Precision over recall", &|curves| curves.precision_recall.clone(), "");
        draw(
            "Gain: share of all positives over share of rows, highest scores first",
            &|curves| curves.gain.clone(),
            "guessing",
        );
        let mut chart =
            CurveChart::new("Calibration: share of positives over mean score, by tenths of the rows")
                .of_shares()
                .diagonal("as said");
        let both = [
            (self.candidate_name(), Some(&classes.candidate)),
            (self.production_name(), classes.production.as_ref()),
        ];
        for (name, curves) in both {
            let Some(curves) = curves.filter(|curves| !curves.reliability.is_empty()) else { continue };
            let bins = &curves.reliability;
            let curve = Curve::new(name, bins.iter().map(|bin| (bin.predicted, bin.observed)));
            chart =
                chart.curve(curve.intervals(bins.iter().map(|bin| (bin.interval.lower, bin.interval.upper))));
            drawn = true;
        }
        section.push(chart);
        drawn.then_some(section)
    }

    fn confusion_section(&self, classes: &ClassScores) -> Option<Section> {
        let ours = classes.candidate.confusion?;
        let threshold = self.decision_threshold?;
        let mut section = Section::new("Decisions")
            .with(confusion(&format!("{}, positive from {threshold}", self.candidate_name()), &ours));
        if let Some(theirs) = classes.production.as_ref().and_then(|curves| curves.confusion) {
            section
                .push(confusion(&format!("{}, positive from {threshold}", self.production_name()), &theirs));
        }
        Some(section)
    }
}

/// Whether the difference to production is shown to be one, and which way.
fn tone(score: &Score) -> Tone {
    let Some(interval) = score.difference.as_ref().and_then(Estimate::interval) else { return Tone::Neutral };
    match score.better {
        "higher" if interval.lower > 0.0 => Tone::Good,
        "higher" if interval.upper < 0.0 => Tone::Bad,
        "lower" if interval.upper < 0.0 => Tone::Good,
        "lower" if interval.lower > 0.0 => Tone::Bad,
        _ => Tone::Neutral,
    }
}

fn interval_text(estimate: &Estimate) -> String {
    estimate.interval().map_or(String::new(), |interval| {
        format!("[{}, {}]", text::shown(interval.lower), text::shown(interval.upper))
    })
}

/// The number and its interval; where there is none, the reason stands for the interval.
fn cells_of(estimate: &Estimate, shown: fn(f64) -> String) -> [Cell; 2] {
    match estimate {
        Estimate::Known { value, .. } => [Cell::from(shown(*value)), interval_text(estimate).into()],
        Estimate::Unknown { reason } => [Cell::none(), reason.clone().into()],
    }
}

fn confusion(caption: &str, counts: &ConfusionCounts) -> Table {
    let columns = [
        Column::text("in truth"),
        Column::number("said positive"),
        Column::number("said negative"),
        Column::number("rows"),
        Column::number("right"),
    ];
    let row = |truth: &str, positive: u64, negative: u64, right: u64| {
        let rows = positive + negative;
        let share = if rows == 0 { Cell::none() } else { Cell::percent(right as f64 / rows as f64, 1) };
        let cells = [positive, negative, rows].map(|count| Cell::from(number::count(count)));
        std::iter::once(Cell::from(truth)).chain(cells).chain([share]).collect::<Vec<_>>()
    };
    Table::new(columns)
        .caption(caption)
        .row(row("positive", counts.true_positives, counts.false_negatives, counts.true_positives))
        .row(row("negative", counts.false_positives, counts.true_negatives, counts.true_negatives))
}

fn groups_section(groups: &GroupScores) -> Section {
    let chart = IntervalChart::new(format!("{} by {}, {}", groups.metric, groups.by, groups.told()));
    let known = groups.shown.iter().filter_map(|group| Some((group, group.estimate.value()?)));
    let chart = known.fold(chart, |chart, (group, value)| {
        let ends = group.estimate.interval().map_or((value, value), |ends| (ends.lower, ends.upper));
        chart.estimate(
            format!("{}, {} rows", group.group, number::count(group.rows as u64)),
            value,
            ends,
            Tone::Neutral,
        )
    });
    let columns = [
        Column::text("group"),
        Column::number("labelled rows"),
        Column::number(groups.metric),
        Column::text("interval"),
    ];
    let table = Table::new(columns).rows(groups.shown.iter().map(|group| {
        let [value, interval] = cells_of(&group.estimate, text::shown);
        [Cell::from(group.group.clone()), number::count(group.rows as u64).into(), value, interval]
    }));
    Section::new(format!("By {}", groups.by))
        .with(chart)
        .with(Details::new(format!("{}: in numbers", groups.by)).with(table))
}

fn slices_section(slices: &WorstSlices) -> Section {
    let WorstSlices { check, report } = slices;
    let tested = number::count(report.tested);
    let section = Section::new(check.clone());
    if report.slices.is_empty() {
        return section.with(format!("Of {tested} slices none is shown to be worse."));
    }
    let chart = IntervalChart::new("How much worse than allowed, or than the rest of the rows")
        .limit("no worse", 0.0);
    let chart = report.slices.iter().fold(chart, |chart, slice| {
        let label = format!("{}, {} rows", slice.description, number::count(slice.rows));
        chart.estimate(label, slice.difference, (slice.interval.lower, slice.interval.upper), Tone::Bad)
    });
    let columns = [
        Column::text("slice"),
        Column::number("rows"),
        Column::number("mean loss"),
        Column::number("of the rest"),
        Column::number("effect"),
        Column::number("adjusted p"),
    ];
    let table = Table::new(columns).caption(format!("{tested} slices tested")).rows(
        report.slices.iter().map(|slice| {
            [
                Cell::from(slice.description.clone()),
                number::count(slice.rows).into(),
                text::shown(slice.mean).into(),
                text::shown(slice.rest_mean).into(),
                text::shown(slice.effect_size).into(),
                number::number(slice.adjusted_p_value).into(),
            ]
        }),
    );
    section.with(chart).with(table)
}

fn latency_section(picture: &LatencyPicture) -> Section {
    let summary = &picture.summary;
    let mut section = Section::new("Latency");
    let chart = IntervalChart::new(format!("Percentiles in ms with 95 % intervals, {}", summary.load));
    section.push(summary.percentiles.iter().fold(chart, |chart, at| {
        // Beyond the largest call there is nothing to be seen.
        let ends = (at.lower_ms.unwrap_or(at.value_ms), at.upper_ms.unwrap_or(summary.slowest_ms));
        chart.estimate(format!("p{}", at.percentile), at.value_ms, ends, Tone::Neutral)
    }));
    if !picture.calls.is_empty() {
        let above = match picture.above {
            0 => String::new(),
            calls => format!(
                ", without {} above",
                text::count(usize::try_from(calls).unwrap_or(usize::MAX), "call", "calls")
            ),
        };
        section.push(
            DistributionChart::of_numbers(
                format!("Calls by latency in ms{above}"),
                &picture.edges_ms,
                &[],
                &picture.calls,
            )
            .called("", "share of calls"),
        );
    }
    let throughput = &summary.throughput;
    let mut facts = KeyValues::new()
        .entry("mean", format!("{} ms", number::number(summary.mean_ms)))
        .entry("slowest", format!("{} ms", number::number(summary.slowest_ms)))
        .entry(
            "answers a second",
            match throughput.interval {
                None => number::number(throughput.per_second),
                Some(interval) => format!(
                    "{} [{}, {}]",
                    number::number(throughput.per_second),
                    number::number(interval.lower),
                    number::number(interval.upper)
                ),
            },
        )
        .entry("correlation of a call with the next", text::shown(summary.clumping));
    if let Some(memory) = &summary.memory {
        let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
        facts = facts
            .entry(
                "resident memory before, warm, after",
                format!("{}, {}, {}", mib(memory.before), mib(memory.warm), mib(memory.after)),
            )
            .entry("most above the start", mib(memory.most_above_start()));
    }
    section.with(facts)
}
