//! Arbitrary text and numbers give a page of the same shape as harmless ones, with every
//! tag closed and no number in a drawing that is not one.

use mlops_report::{
    Badge, Banner, BarChart, Cell, Column, Curve, CurveChart, Details, DistributionChart, Headline, HeatCell,
    HeatMap, Html, IntervalChart, KeyValues, Lane, LineChart, Page, Section, Series, Table, Timeline, Tone,
};
use proptest::prelude::*;

/// A page that uses everything, with `text` wherever text goes.
fn words(text: &str) -> String {
    let table = Table::new([Column::text(text), Column::number(text), Column::mark(text)])
        .caption(text)
        .row([text.into(), Cell::code(text), Badge::new(Tone::Bad, text).into()]);
    let curve = CurveChart::new(text).curve(Curve::new(text, [(0.0, 1.0), (1.0, 0.5)])).diagonal(text);
    let line = LineChart::over_labels(text, [text, text])
        .series(Series::new(text, [1.0, 2.0]).band([(0.0, 2.0), (1.0, 3.0)]))
        .limit(text, 1.0)
        .marker(text, text, Tone::Bad);
    let moments = LineChart::over_moments(text, [0, 5_000_000]).series(Series::new(text, [1.0, 2.0])).marker(
        text,
        3_000_000_i64,
        Tone::Good,
    );
    let heat = HeatMap::new(text, [text, text])
        .row(text, [HeatCell::value(0.5).title(text).tone(Tone::Bad), HeatCell::missing().title(text)])
        .ends(text, text)
        .key(Tone::Bad, text);
    let timeline = Timeline::new(text)
        .lane(Lane::new(text).span(text, 0, 10_000_000).event(text, 5_000_000, Tone::Caution))
        .lane(Lane::new(text).span(text, 3_000_000, 5_000_000).event(text, 5_000_000, Tone::Good));
    Page::new(text)
        .subtitle(text)
        .footer(text)
        .lead(Banner::new(Tone::Good, text).with(text))
        .lead(Headline::new().figure(text, text, format!("{text}!"), Tone::Good))
        .section(Section::new(text).with(text).with(table).with(line).with(moments).with(curve))
        .section(Section::new(text).with(heat).with(timeline))
        .section(Section::new(text).with(BarChart::new(text).bar(text, 1.0, Tone::Bad).limit(text, 2.0)))
        .section(Section::new(text).with(IntervalChart::new(text).estimate(
            text,
            0.0,
            (-1.0, 1.0),
            Tone::Caution,
        )))
        .section(
            Section::new(text)
                .with(DistributionChart::of_names(text, [text, text], &[1, 2], &[2, 1]).called(text, text))
                .with(DistributionChart::of_numbers(text, &[0.0, 1.0, 3.0], &[1, 2], &[2, 1]))
                .with(Details::new(text).with(Html::text(text)).open())
                .with(KeyValues::new().entry(text, text).entry(text, Html::code(text))),
        )
        .render()
}

fn numbers(values: &[f64], moments: &[i64]) -> String {
    let mut bars = BarChart::new("bars");
    let mut intervals = IntervalChart::new("intervals");
    let points = || values.iter().map(|value| (*value, -value));
    let curve = CurveChart::new("curve").curve(Curve::new("c", points()).intervals(points())).diagonal("d");
    for (index, value) in values.iter().enumerate() {
        bars = bars.bar("b", *value, Tone::Neutral).limit("l", *value);
        let next = values[(index + 1) % values.len()];
        intervals = intervals.estimate("e", *value, (next, *value), Tone::Good).limit("l", next);
    }
    let pairs = values.iter().zip(values.iter().rev()).map(|(low, high)| (*low, *high));
    let series = Series::new("s", values.iter().copied()).band(pairs);
    let counts: Vec<u64> = values.iter().map(|value| value.to_bits() % 100).collect();
    let over_moments = || LineChart::over_moments("m", moments.iter().copied());
    let marked = moments.iter().fold(over_moments(), |chart, moment| chart.marker("k", *moment, Tone::Good));
    let at = |index: usize| moments.get(index).copied().unwrap_or(0);
    let lane = (0..moments.len()).fold(Lane::new("a"), |lane, index| {
        lane.span("s", at(index), at(index + 1)).event("h", at(index), Tone::Bad)
    });
    [
        Html::from(bars),
        intervals.into(),
        curve.into(),
        values
            .iter()
            .fold(LineChart::over_numbers("n", values.iter().copied()), |chart, value| {
                chart.marker("k", *value, Tone::Bad).marker("k", "none", Tone::Bad)
            })
            .series(series.clone())
            .into(),
        marked.series(series.clone()).into(),
        Timeline::new("t").lane(lane.clone()).lane(lane).into(),
        HeatMap::new("h", ["a", "b", "c"]).row("r", values.iter().copied()).row("r", [Tone::Bad]).into(),
        LineChart::over_labels("l", (0..values.len()).map(|index| index.to_string()))
            .series(series)
            .limit("x", f64::NAN)
            .into(),
        DistributionChart::of_numbers("d", values, &counts, &counts[..counts.len().saturating_sub(1)]).into(),
        DistributionChart::of_names("d", ["a", "b"], &counts, &[u64::MAX, u64::MAX]).into(),
    ]
    .into_iter()
    .collect::<Html>()
    .into_string()
}

fn fail(reason: String) -> TestCaseError {
    TestCaseError::fail(reason)
}

/// The tags of a page in order, checked to nest; what is between `<style>` is CSS.
fn tags(html: &str) -> Result<Vec<&str>, TestCaseError> {
    const VOID: [&str; 2] = ["meta", "!DOCTYPE"];
    let mut open = Vec::new();
    let mut seen = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) =
            piece.split_once('>').ok_or_else(|| fail(format!("a tag without end: <{piece}")))?;
        if text.contains('>') && open.last() != Some(&"style") && !tag.starts_with("style") {
            return Err(fail(format!("a bare > in {text:?}")));
        }
        let name = tag.split(' ').next().unwrap_or_default();
        seen.push(name);
        if let Some(name) = name.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(fail(format!("</{name}> closes what is not open, after {open:?}")));
            }
        } else if !VOID.contains(&name) {
            open.push(name);
        }
        if tag.matches('"').count() % 2 != 0 {
            return Err(fail(format!("a quote too many in <{tag}>")));
        }
    }
    if open.is_empty() { Ok(seen) } else { Err(fail(format!("never closed: {open:?}"))) }
}

/// What stands in the attributes of the shapes of all drawings.
fn coordinates(html: &str) -> impl Iterator<Item = &str> {
    let attributes = html.split('"').skip(1).step_by(2);
    attributes.filter(|value| value.starts_with(['M', '-', '.']) || value.starts_with(char::is_numeric))
}

#[test]
fn the_words_of_an_attack_are_shown_not_run() {
    let attack = "</style></title><script>alert(1)</script>\" onload='x' <!-- ]]> &lt; \0";
    let html = words(attack);
    assert_eq!(tags(&html).unwrap(), tags(&words("x")).unwrap());
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("onload='x' <"), "{html}");
    assert!(!html.contains('\0'));
}

#[test]
fn a_page_needs_nothing_from_anywhere() {
    let html = words("x");
    for outside in ["http:", "https:", "<script", "<link", "<img", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
    assert_eq!(html.matches("<svg ").count(), html.matches("role=\"img\"><title>").count());
    assert_eq!(html.matches("<svg ").count(), 10, "every drawing is among them, both lanes too");
}

proptest! {
    #[test]
    fn any_text_gives_the_same_page(text in "[ -~\\PC\\x00-\\x1f]{1,40}") {
        let (page, harmless) = (words(&text), words("x"));
        prop_assert_eq!(tags(&page)?, tags(&harmless)?);
    }

    #[test]
    fn any_numbers_give_a_drawing(values in prop::collection::vec(
        prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(-f64::MAX),
                    Just(f64::MIN_POSITIVE), Just(0.0), Just(-0.0), Just(1.0), -1.0..1.0],
        0..6,
    ), moments in prop::collection::vec(
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0), 0..2_000_000_000_000_000_i64],
        0..6,
    )) {
        let html = numbers(&values, &moments);
        tags(&html)?;
        for value in coordinates(&html) {
            prop_assert!(!value.contains("NaN") && !value.contains("inf") && !value.contains('e'), "{}", value);
        }
    }
}
