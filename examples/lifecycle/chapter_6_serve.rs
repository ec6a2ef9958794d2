//! A request becomes an answer: the first month of production, flight by flight.

use std::sync::Arc;

use mlops::features::Catalog;
use mlops::serve::predictor::{FieldValue, Request};
use mlops::{ManualClock, Version};

use crate::Result;
use crate::flights::History;
use crate::governance::Governance;
use crate::out_dir::OutDir;
use crate::say;
use crate::service::Service;

pub(crate) fn tell(
    out: &OutDir,
    catalog: &Catalog,
    history: &History,
    governance: &Governance,
    clock: Arc<ManualClock>,
) -> Result<Service> {
    say::chapter(6, "Serve: a request becomes an answer");
    // What was approved, from where it is kept: not whatever lies beside.
    let champion = governance.deployment(&"flight-delay".parse()?, &Version::new(1, 0, 0))?;
    let mut service = Service::start(out, catalog, history, champion, clock)?;
    let from = service.now();
    bad_requests(&service)?;
    say::with_progress("serving April", 0, |_| {
        service.run_until("2013-05-01T12:00:00Z".parse()?, |_, _| Ok(()))
    })?;
    let served = service.served;
    say::line("served", format!("from {from} until {}", service.now()));
    say::detail(served);
    say::line("features made known", format!("{} rows, each at its time", say::count64(served.feature_rows)));
    say::line("labels joined", format!("{}, each when its flight had landed", say::count64(served.labels)));
    served.all_by_models()?;
    tell_skew(&service, history)?;
    Ok(service)
}

/// What served flights were answered from, beside what the point-in-time join gives.
pub(crate) fn tell_skew(service: &Service, history: &History) -> Result<()> {
    let (flights, differ) = service.skew(history)?;
    say::line("online against offline", format!("{} flights, {differ} differences", say::count64(flights)));
    if differ == 0 { Ok(()) } else { Err("what was served is not what the join gives".into()) }
}

/// Requests that are not what they should be, and what becomes of them.
fn bad_requests(service: &Service) -> Result<()> {
    let good = [
        ("hour", FieldValue::Integer(17)),
        ("day_of_week", FieldValue::Integer(4)),
        ("distance", FieldValue::Integer(733)),
        ("carrier", FieldValue::Text("UA")),
        ("tailnum", FieldValue::Text("N14228")),
        ("origin", FieldValue::Text("EWR")),
        ("carrier_code", FieldValue::Number(11.0)),
    ];
    let cases = [
        ("out of range", "hour", FieldValue::Integer(25)),
        ("of the wrong type", "day_of_week", FieldValue::Text("Friday")),
        ("not allowed", "carrier", FieldValue::Text("ZZ")),
        ("missing, needed", "origin", FieldValue::Missing),
        ("missing, has a fallback", "distance", FieldValue::Missing),
        ("unknown to the store", "tailnum", FieldValue::Text("N00000")),
    ];
    let predictor = service.rehearsal()?;
    for (number, (what, field, value)) in cases.into_iter().enumerate() {
        let fields = good.map(|(name, given)| (name, if name == field { value } else { given }));
        let id = format!("example-{number}").parse()?;
        let told = match predictor.predict(&Request::new(&id, "example", &fields)) {
            Ok(answer) => {
                let why = answer.no_model.as_ref().map_or(String::new(), |why| format!(": {why}"));
                format!("answered {:.3} by {:?} {}{why}", answer.score, answer.served_by, answer.version)
            }
            Err(error) => format!("refused: {error}"),
        };
        say::line(what, told);
    }
    Ok(())
}
