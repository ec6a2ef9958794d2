//! The year on one page, for people who look rather than read.

use std::fs;

use mlops::Window;
use mlops::drift::monitor::windows_section;
use mlops::monitor::html::{alerts_section, cost_section, performance_section};
use mlops::monitor::metrics::Format;
use mlops::monitor::{PredictionLog as _, PredictionQuery, Price};
use mlops::report::{Banner, Page, Section, Tone};
use mlops_examples::within;

use crate::Result;
use crate::chapter_2_features::join;
use crate::chapter_5_register::verify;
use crate::chapter_6_serve::tell_skew;
use crate::chapter_8_replace::World;
use crate::expected::Expected;
use crate::operations::Canary;
use crate::out_dir::OutDir;
use crate::say;
use crate::service::Service;
use crate::watch::{GAP, Watch};
use crate::year::timeline;

/// What Prometheus would read, and the same as OpenMetrics.
pub(crate) const METRICS: [(&str, Format); 2] =
    [("metrics.prom", Format::Text), ("metrics.openmetrics", Format::OpenMetrics)];

/// The months that a version scored from the first flight to the last, and its name in `expected.json`.
const WHOLE: [(u32, &str, &str); 8] = [
    (5, "1.0.0", "lightgbm"),
    (6, "1.0.0", "lightgbm"),
    (7, "1.0.0", "lightgbm"),
    (7, "1.1.0", "xgboost"),
    (8, "1.1.0", "xgboost"),
    (9, "1.1.0", "xgboost"),
    (10, "1.1.0", "xgboost"),
    (11, "1.1.0", "xgboost"),
];

/// The months at whose end the rule must have fired, and for which version; for no other.
const ALARMS: [(u32, &str); 8] = [
    (4, "1.0.0"),
    (5, "1.0.0"),
    (6, "1.0.0"),
    (7, "1.0.0"),
    (9, "1.1.0"),
    (10, "1.1.0"),
    (11, "1.1.0"),
    (12, "1.0.0"),
];

/// Sections of the chapters before.
pub(crate) struct Told {
    pub(crate) before: Vec<Section>,
    pub(crate) verdicts: Vec<Section>,
    pub(crate) after: Vec<Section>,
}

pub(crate) fn tell(
    world: &World<'_>,
    out: &OutDir,
    service: &Service,
    watch: &Watch,
    canaries: &[Canary<'_>],
    told: Told,
    expected: &Expected,
) -> Result<()> {
    say::chapter(11, "Report: the year on one page");
    say::line("served", service.served);
    service.served.all_by_models()?;
    // The same flights again, from the files of history alone.
    let until = Window::new("2013-04-01T12:00:00Z".parse()?, service.now())?;
    tell_skew(service, &join(world.catalog, &within(world.flights, until)?)?)?;
    say::line(
        "inputs left out of drift",
        format!("{} flights, whose version takes others", service.not_compared()),
    );
    let checked = watch.compare(&WHOLE, &ALARMS, expected)?;
    say::line("equal to expected.json", format!("{checked} numbers, and the alerts where they must be"));
    verify(world.governance, out)?;
    for (name, format) in METRICS {
        fs::write(out.path(name), service.exposition.encode(format))?;
    }
    let costs = costs(service)?;

    let production = world.governance.registry.production(&service.model)?;
    let production = production.map_or("nothing".to_owned(), |version| version.version.to_string());
    let heading = format!("flight-delay {production} is in production");
    let standing = match watch.firing() {
        None => Banner::new(Tone::Good, heading),
        Some(alert) => Banner::new(Tone::Caution, heading).with(alert),
    };
    let mut page = Page::new("The life of flight-delay")
        .subtitle("A year of real flights: from data to production, and through nine months of it")
        .lead(standing)
        .section(timeline(world, service, watch)?)
        .section(performance_section("Scores by month", "late rate", Some(GAP), &watch.summaries))
        .section(alerts_section("Alerts", &watch.alerts))
        .section(windows_section("What the flights were like", &service.weeks))
        .section(costs);
    for canary in canaries {
        page = page.section(canary.rollout.section(format!("Canary of {}", canary.version())));
    }
    let sections = told.before.into_iter().chain(told.verdicts).chain(told.after);
    page = sections.fold(page, Page::section);
    page = page.section(world.governance.registry.section("Registry and audit log")?);
    let html = page.render();
    if html.len() > 1_000_000 {
        return Err(format!("the report has {} bytes, expected at most 1 MB", html.len()).into());
    }
    let path = out.path("report.html");
    fs::write(&path, html).map_err(|error| format!("can't write {}: {error}", path.display()))?;
    Ok(())
}

/// What a thousand predictions cost, by month; shadows are predictions too.
fn costs(service: &Service) -> Result<Section> {
    let first = Window::new("2013-04-01".parse()?, "2014-01-01".parse()?)?;
    let months = std::iter::successors(Some(Window::month_of(first.from())), |month| {
        Some(Window::month_of(month.until()))
    });
    let rows = months
        .take_while(|month| first.contains(month.from()))
        .map(|month| {
            let query = PredictionQuery::new(service.model.clone()).decided(month.range());
            let counts = service.log.count(&query)?;
            Ok((month, counts.labelled + counts.unlabelled))
        })
        .collect::<Result<Vec<(Window, u64)>>>()?;
    Ok(cost_section("Cost", &Price::new(0.05, 2, "EUR")?, &rows))
}
