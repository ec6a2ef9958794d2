//! MAPIE's and confseq's answers: what may be looked at after every observation.

use std::path::Path;

use mlops_cases::{Tally, close, number, numbers};
use mlops_stats::interval::Interval;
use mlops_stats::sequential::boundary::{EmpiricalProcess, Mixture, Sides, double_stitching, poly_stitching};
use mlops_stats::sequential::{
    BettingInterval, MeanSequence, PredictableMixture, RiskMonitor, SimpleJumper, bernoulli_interval_tuned,
};
use serde_json::Value;

const RELATIVE: f64 = 1e-8;

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Result<(), String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let kind = case["kind"].as_str().ok_or("no kind")?;
    // A file is one document, or a list of them.
    let documents: Vec<&Value> =
        case["cases"].as_array().map_or_else(|| vec![case], |all| all.iter().collect());
    for (place, document) in documents.into_iter().enumerate() {
        let name = format!("{stem} {place}");
        known(&name, document, kind, tally);
        match kind {
            "simple_jumper" => jumper(document, &name, tally)?,
            "risk_monitoring" => risk(document, &name, tally)?,
            "confidence_sequence" => sequence(document, &name, tally)?,
            "boundaries" => function(document, &name, tally)?,
            "bernoulli_confidence_sequence" => bernoulli(document, &name, tally)?,
            other => tally.unsupported(format!("{name}: kind {other}")),
        }
    }
    Ok(())
}

/// Says what of a document, or of a run in it, is not known, and whether no answer is in it.
fn known(name: &str, document: &Value, kind: &str, tally: &mut Tally) {
    const ABOUT: [&str; 7] = ["name", "tool", "kind", "note", "cases", "error", "message"];
    let (asked, answers): (&[&str], &[&str]) = match kind {
        "simple_jumper" => (&["pvalues"], &["runs"]),
        "jumper run" => (&["jump_size", "index"], &["martingale", "max", "first_at_least_20"]),
        "risk_monitoring" => (
            &["test_level", "tolerance", "reference_losses", "online_losses", "index"],
            &["threshold", "reference_upper_bound", "online_lower_bound", "first_detection"],
        ),
        "confidence_sequence" => (
            &["values", "index", "alpha"],
            &["empirical_bernstein", "hoeffding", "betting_grid_1e_3", "cm_eb_lower", "cm_eb_upper"],
        ),
        "method" => (&["tolerance"], &["lower", "upper"]),
        "boundaries" => (&["fn", "args"], &["value"]),
        "arguments" => (
            &[
                "v",
                "s",
                "c",
                "g",
                "h",
                "t",
                "A",
                "eta",
                "delta",
                "alpha",
                "v_opt",
                "t_opt",
                "v_min",
                "t_min",
                "alpha_opt",
                "quantile_p",
                "is_one_sided",
            ],
            &[],
        ),
        "bernoulli_confidence_sequence" => {
            (&["num_successes", "num_trials", "alpha", "t_opt", "alpha_opt"], &["interval"])
        }
        _ => return,
    };
    let fields = || document.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str));
    for field in fields().filter(|field| ![&ABOUT, asked, answers].iter().any(|all| all.contains(field))) {
        tally.unsupported(format!("{name}: {field}"));
    }
    let answered = document.get("error").is_some() || fields().any(|field| answers.contains(&field));
    tally.check(answered || answers.is_empty(), || format!("{name}: no answer to compare"));
}

fn same(name: &str, ours: f64, theirs: &Value, tally: &mut Tally) -> Result<(), String> {
    let expected = number(theirs).ok_or_else(|| format!("{name}: {theirs} is no number"))?;
    tally.check(close(ours, expected, RELATIVE, 1e-12), || format!("{name}: {ours}, expected {expected}"));
    Ok(())
}

fn positions(document: &Value) -> Result<Vec<usize>, String> {
    let index = document["index"].as_array().ok_or("no index")?;
    let position = |value: &Value| value.as_u64().and_then(|at| usize::try_from(at).ok());
    index.iter().map(|value| position(value).ok_or_else(|| format!("index {value}"))).collect()
}

/// What a recorded list says at each of the positions.
fn at_positions(
    name: &str,
    ours: &[f64],
    positions: &[usize],
    theirs: &Value,
    tally: &mut Tally,
) -> Result<(), String> {
    let theirs = theirs.as_array().ok_or_else(|| format!("{name} is no list"))?;
    tally.check(theirs.len() == positions.len(), || format!("{name}: {} values", theirs.len()));
    for (at, theirs) in positions.iter().zip(theirs) {
        let ours = ours.get(*at).ok_or_else(|| format!("{name}: position {at}"))?;
        same(&format!("{name} at {at}"), *ours, theirs, tally)?;
    }
    Ok(())
}

fn first(name: &str, ours: Option<usize>, theirs: &Value, tally: &mut Tally) {
    let holds = theirs.as_u64() == ours.map(|at| at as u64);
    tally.check(holds, || format!("{name}: {ours:?}, expected {theirs}"));
}

fn jumper(document: &Value, name: &str, tally: &mut Tally) -> Result<(), String> {
    let p_values = numbers(&document["pvalues"])?;
    for run in document["runs"].as_array().ok_or("no runs")? {
        let jump = number(&run["jump_size"]).ok_or("no jump_size")?;
        let name = format!("{name} jump {jump}");
        known(&name, run, "jumper run", tally);
        let mut jumper = SimpleJumper::new(jump).map_err(|error| error.to_string())?;
        let mut values = Vec::new();
        for p_value in &p_values {
            jumper.observe(*p_value).map_err(|error| error.to_string())?;
            values.push(jumper.value());
        }
        at_positions(&format!("{name} martingale"), &values, &positions(run)?, &run["martingale"], tally)?;
        if let Some(highest) = run.get("max") {
            same(&format!("{name} max"), values.iter().copied().fold(0.0, f64::max), highest, tally)?;
        }
        if let Some(expected) = run.get("first_at_least_20") {
            let at = values.iter().position(|value| *value >= 20.0);
            first(&format!("{name} first_at_least_20"), at, expected, tally);
        }
    }
    Ok(())
}

/// Losses, as a list or one digit each.
fn losses(value: &Value) -> Result<Vec<f64>, String> {
    match value.as_str() {
        None => numbers(value),
        Some(digits) => digits
            .chars()
            .map(|digit| digit.to_digit(10).map(f64::from).ok_or("a loss is no digit".to_owned()))
            .collect(),
    }
}

fn risk(document: &Value, name: &str, tally: &mut Tally) -> Result<(), String> {
    let level = number(&document["test_level"]).ok_or("no test_level")?;
    let tolerance = number(&document["tolerance"]).ok_or("no tolerance")?;
    let mut monitor = RiskMonitor::new(&losses(&document["reference_losses"])?, level, tolerance)
        .map_err(|error| error.to_string())?;
    same(&format!("{name} threshold"), monitor.threshold(), &document["threshold"], tally)?;
    if let Some(upper) = document.get("reference_upper_bound") {
        same(&format!("{name} reference_upper_bound"), monitor.reference_upper_bound(), upper, tally)?;
    }
    let mut bounds = Vec::new();
    for loss in losses(&document["online_losses"])? {
        monitor.observe(loss).map_err(|error| error.to_string())?;
        bounds.push(monitor.online_lower_bound());
    }
    let name_of = |what: &str| format!("{name} {what}");
    let theirs = &document["online_lower_bound"];
    at_positions(&name_of("online_lower_bound"), &bounds, &positions(document)?, theirs, tally)?;
    let at = monitor.first_detection().and_then(|at| usize::try_from(at).ok());
    first(&name_of("first_detection"), at, &document["first_detection"], tally);
    Ok(())
}

/// The ends of an interval after each of the values.
fn ends(
    values: &[f64],
    mut next: impl FnMut(f64) -> mlops_stats::Result<Interval>,
) -> Result<(Vec<f64>, Vec<f64>), String> {
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for value in values {
        let interval = next(*value).map_err(|error| error.to_string())?;
        lower.push(interval.lower);
        upper.push(interval.upper);
    }
    Ok((lower, upper))
}

fn sequence(document: &Value, name: &str, tally: &mut Tally) -> Result<(), String> {
    let values = numbers(&document["values"])?;
    let at = positions(document)?;
    let alpha = document.get("alpha").and_then(number).unwrap_or(0.05);
    let error = |error: mlops_stats::Error| error.to_string();
    for (method, make) in [
        ("empirical_bernstein", PredictableMixture::empirical_bernstein as fn(_, _) -> _),
        ("hoeffding", PredictableMixture::hoeffding),
    ] {
        let Some(theirs) = document.get(method) else { continue };
        known(&format!("{name} {method}"), theirs, "method", tally);
        let mut made: PredictableMixture = make(alpha, (0.0, 1.0)).map_err(error)?;
        let (lower, upper) = ends(&values, |value| made.observe(value).map(|()| made.interval()))?;
        at_positions(&format!("{name} {method} lower"), &lower, &at, &theirs["lower"], tally)?;
        at_positions(&format!("{name} {method} upper"), &upper, &at, &theirs["upper"], tally)?;
    }
    if let Some(theirs) = document.get("betting_grid_1e_3") {
        known(&format!("{name} betting"), theirs, "method", tally);
        let tolerance = number(&theirs["tolerance"]).ok_or("no tolerance")?;
        let mut made = BettingInterval::new(alpha, (0.0, 1.0), 1_000).map_err(error)?;
        let (lower, upper) = ends(&values, |value| made.observe(value).map(|()| made.interval()))?;
        for (end, ours) in [("lower", lower), ("upper", upper)] {
            let theirs = numbers(&theirs[end])?;
            tally
                .check(theirs.len() == at.len(), || format!("{name} betting {end}: {} values", theirs.len()));
            for (at, theirs) in at.iter().zip(theirs) {
                let ours = *ours.get(*at).ok_or("a position beyond the values")?;
                let holds = (ours - theirs).abs() <= tolerance;
                tally.check(holds, || format!("{name} betting {end} at {at}: {ours}, expected {theirs}"));
            }
        }
    }
    let ends_of_mean = (document.get("cm_eb_lower"), document.get("cm_eb_upper"));
    if let (Some(_), None) | (None, Some(_)) = ends_of_mean {
        tally.unsupported(format!("{name}: one end of cm_eb"));
    }
    if let (Some(theirs_lower), Some(theirs_upper)) = ends_of_mean {
        // Recorded with the running intersection.
        let mut made = MeanSequence::new(alpha, (0.0, 1.0)).map_err(error)?;
        let mut within = Interval { level: 1.0 - alpha, lower: 0.0, upper: 1.0 };
        let (lower, upper) = ends(&values, |value| {
            made.observe(value)?;
            let now = made.interval();
            within.lower = within.lower.max(now.lower);
            within.upper = within.upper.min(now.upper);
            Ok(within)
        })?;
        at_positions(&format!("{name} cm_eb lower"), &lower, &at, theirs_lower, tally)?;
        at_positions(&format!("{name} cm_eb upper"), &upper, &at, theirs_upper, tally)?;
    }
    Ok(())
}

fn function(case: &Value, name: &str, tally: &mut Tally) -> Result<(), String> {
    let called = case["fn"].as_str().ok_or("no fn")?;
    let name = format!("{name} {called} {}", case["args"]);
    known(&name, &case["args"], "arguments", tally);
    let answer = answer(called, &case["args"]).map_err(|missing| format!("{name}: {missing}"))?;
    match (answer, case["value"].get("error").or_else(|| case.get("error"))) {
        (None, _) => tally.unsupported(name),
        (Some(answer), Some(_)) => tally.check(answer.is_err(), || format!("{name}: {answer:?}")),
        (Some(Ok(ours)), None) => same(&name, ours, &case["value"], tally)?,
        (Some(Err(error)), None) => {
            tally.check(false, || format!("{name}: {error}, expected {}", case["value"]));
        }
    }
    Ok(())
}

/// What a function of confseq answers, its defaults included; `None` for one that is not known.
fn answer(called: &str, args: &Value) -> Result<Option<mlops_stats::Result<f64>>, String> {
    let or = |what: &str, default: f64| args.get(what).and_then(number).unwrap_or(default);
    let of = |what: &str| args.get(what).and_then(number).ok_or_else(|| format!("no {what}"));
    let sides = if args["is_one_sided"].as_bool().unwrap_or(true) { Sides::One } else { Sides::Two };
    let of_mixture = called.strip_suffix("_mixture_bound").or_else(|| called.strip_suffix("_log_mixture"));
    if let Some(kind) = of_mixture {
        let (at, alpha) = (of("v_opt")?, or("alpha_opt", 0.05));
        let mixture = match kind {
            "normal" => Mixture::normal(at, alpha, sides),
            "gamma_exponential" => Mixture::gamma_exponential(at, alpha, of("c")?),
            "gamma_poisson" => Mixture::gamma_poisson(at, alpha, of("c")?),
            "beta_binomial" => Mixture::beta_binomial(at, alpha, (of("g")?, of("h")?), sides),
            _ => return Ok(None),
        };
        let v = of("v")?;
        let value = if called.ends_with("_bound") {
            let level = of("alpha")?;
            mixture.and_then(|mixture| mixture.bound(v, level))
        } else {
            let s = of("s")?;
            mixture.and_then(|mixture| mixture.log_value(s, v))
        };
        return Ok(Some(value));
    }
    Ok(Some(match called {
        "poly_stitching_bound" => {
            let shape = (or("s", 1.4), or("eta", 2.0));
            poly_stitching(of("v")?, of("alpha")?, of("v_min")?, or("c", 0.0), shape)
        }
        "double_stitching_bound" => {
            let shape = (or("delta", 0.5), or("s", 1.4), or("eta", 2.0));
            double_stitching(of("quantile_p")?, of("t")?, of("alpha")?, of("t_opt")?, shape)
        }
        "empirical_process_lil_bound" => {
            let t = of("t")?;
            EmpiricalProcess::with_leading_constant(of("alpha")?, of("t_min")?, or("A", 0.85))
                .map(|band| band.at(t))
        }
        _ => return Ok(None),
    }))
}

fn bernoulli(case: &Value, name: &str, tally: &mut Tally) -> Result<(), String> {
    let of = |what: &str| number(&case[what]).ok_or_else(|| format!("{name}: no {what}"));
    let count = |what: &str| case[what].as_u64().ok_or_else(|| format!("{name}: no {what}"));
    let (successes, trials) = (count("num_successes")?, count("num_trials")?);
    let alpha_opt = case.get("alpha_opt").and_then(number).unwrap_or(0.05);
    let answer = bernoulli_interval_tuned(successes, trials, of("alpha")?, of("t_opt")?, alpha_opt);
    let name = format!("{name} {successes} of {trials}");
    match (answer, &case["interval"]) {
        // The tool searches for a lower end of 0 until its numbers end.
        (Ok(ours), Value::Object(error)) => {
            tally.check(ours.lower == 0.0, || format!("{name}: {ours:?}, expected {error:?}"));
        }
        (Err(_), Value::Object(_)) => tally.check(true, String::new),
        (Ok(ours), theirs) => {
            same(&format!("{name} lower"), ours.lower, &theirs[0], tally)?;
            same(&format!("{name} upper"), ours.upper, &theirs[1], tally)?;
        }
        (Err(error), theirs) => tally.check(false, || format!("{name}: {error}, expected {theirs}")),
    }
    Ok(())
}
