//! Experiments, runs, and what was logged to them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::files::{Entry, Is, Meta, entries, keyed, values};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{
    Logged, Point, Refuse, SourceExperiment, SourceInput, SourceRun, is_deleted, known, status,
};
use crate::name::cut;

/// The longest line of a metric: two whole numbers, one of 17 digits, and a data set.
const MAX_LINE: u64 = 2000;

pub(super) fn experiments(
    folders: &BTreeMap<String, (PathBuf, bool)>,
    refuse: Refuse<'_>,
) -> Result<Vec<SourceExperiment>> {
    let mut experiments = Vec::new();
    for (id, (path, trashed)) in folders {
        let read = || {
            let meta = Meta::read(path)?;
            named("experiment_id", &meta.some_text("experiment_id")?, id)?;
            Ok::<_, String>(SourceExperiment {
                id: id.clone(),
                name: meta.some_text("name")?,
                deleted: *trashed || is_deleted(meta.text("lifecycle_stage")?.as_deref())?,
                created_at: meta.time("creation_time")?,
                updated_at: meta.time("last_update_time")?,
                place: meta.filled("artifact_location")?,
                tags: BTreeMap::new(),
            })
        };
        match read() {
            Ok(mut experiment) => {
                experiment.tags = values(&path.join("tags"), &mut |name, reason| {
                    refuse(Matter::ExperimentTags, format!("{id} {name}"), reason);
                })?;
                experiments.push(experiment);
            }
            Err(reason) => refuse(Matter::Experiments, id.clone(), reason),
        }
    }
    Ok(experiments)
}

/// That a thing is called as its folder is: else it was put there by hand.
fn named(what: &str, name: &str, folder: &str) -> Result<(), String> {
    if name == folder {
        return Ok(());
    }
    Err(format!("{what} is {:?} in the folder {:?}, expected the same", cut(name), cut(folder)))
}

/// What lies in an experiment's folder and is no run.
const NOT_RUNS: [&str; 5] = ["tags", "datasets", "models", "traces", "artifacts"];

pub(super) fn runs(
    folders: &BTreeMap<String, (PathBuf, bool)>,
    refuse: Refuse<'_>,
) -> Result<Vec<SourceRun>> {
    let mut runs = Vec::new();
    for (experiment, (path, _)) in folders {
        for Entry { name, path, is } in entries(path)? {
            if NOT_RUNS.contains(&name.as_str()) || is == Is::File {
                continue;
            }
            let read = match is {
                Is::Folder => run(experiment, &name, &path),
                _ => Err("expected a folder with a name in UTF-8, and no link".to_owned()),
            };
            match read {
                Ok(run) => runs.push(run),
                Err(reason) => refuse(Matter::Runs, format!("{experiment}/{name}"), reason),
            }
        }
    }
    runs.sort_by(|a: &SourceRun, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    Ok(runs)
}

fn run(experiment: &str, id: &str, folder: &Path) -> Result<SourceRun, String> {
    let meta = Meta::read(folder)?;
    // Before 1.0 there was only the longer word for it.
    let own = meta.text("run_id")?.map_or_else(|| meta.some_text("run_uuid"), Ok)?;
    named("run_id", &own, id)?;
    named("experiment_id", &meta.some_text("experiment_id")?, experiment)?;
    let parent = super::files::text(&folder.join("tags").join("mlflow.parentRunId"), 1000);
    Ok(SourceRun {
        id: own,
        experiment: experiment.to_owned(),
        name: meta
            .filled("run_name")?
            .map_or_else(|| meta.text("name"), |name| Ok(Some(name)))?
            .unwrap_or_default(),
        status: status(&meta.some_text("status")?)?,
        user: meta.filled("user_id")?,
        started_at: meta.time("start_time")?,
        ended_at: meta.time("end_time")?,
        deleted: is_deleted(meta.text("lifecycle_stage")?.as_deref())?,
        deleted_at: meta.time("deleted_time")?,
        place: meta.filled("artifact_uri")?,
        parent: parent.ok().filter(|parent| !parent.is_empty()),
        more: known([
            ("source_name", meta.text("source_name")?),
            ("entry_point_name", meta.text("entry_point_name")?),
            ("source_version", meta.text("source_version")?),
        ]),
        folder: Some(folder.to_owned()),
    })
}

pub(super) fn logged(run: &SourceRun, refuse: Refuse<'_>) -> Result<Logged> {
    let Some(folder) = &run.folder else { return Ok(Logged::default()) };
    let mut logged = Logged {
        params: values(&folder.join("params"), &mut |name, reason| {
            refuse(Matter::Params, format!("{} {name}", run.id), reason);
        })?,
        tags: values(&folder.join("tags"), &mut |name, reason| {
            refuse(Matter::Tags, format!("{} {name}", run.id), reason);
        })?,
        inputs: Vec::new(),
    };
    for entry in entries(&folder.join("inputs"))? {
        match input(folder, &entry) {
            Ok(Some(input)) => logged.inputs.push(input),
            Ok(None) => {}
            Err(reason) => refuse(Matter::DataSets, format!("{} {}", run.id, entry.name), reason),
        }
    }
    logged.inputs.sort_by(|a, b| (&a.name, &a.digest).cmp(&(&b.name, &b.digest)));
    Ok(logged)
}

/// A data set that a run has read; `None` for what else runs have read.
fn input(run: &Path, entry: &Entry) -> Result<Option<SourceInput>, String> {
    let meta = Meta::read(&entry.path)?;
    if meta.text("source_type")?.as_deref() != Some("DATASET") {
        return Ok(None);
    }
    let id = meta.some_text("source_id")?;
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(format!("source_id is {:?}, expected letters and digits", cut(&id)));
    }
    let experiment = run.parent().unwrap_or(run);
    let data = Meta::read(&experiment.join("datasets").join(&id))
        .map_err(|reason| format!("the data set {id}: {reason}"))?;
    Ok(Some(SourceInput {
        name: data.some_text("name")?,
        digest: data.some_text("digest")?,
        source_type: data.text("source_type")?.unwrap_or_default(),
        source: data.text("source")?.unwrap_or_default(),
        schema: data.filled("schema")?,
        profile: data.filled("profile")?,
        tags: meta.below("tags")?.all_texts()?,
    }))
}

pub(super) fn metrics(
    run: &SourceRun,
    refuse: Refuse<'_>,
    each: &mut dyn FnMut(&str, &[Point]) -> Result<()>,
) -> Result<()> {
    let Some(folder) = &run.folder else { return Ok(()) };
    let files = keyed(&folder.join("metrics"), &mut |name, reason| {
        refuse(Matter::Points, format!("{} {name}", run.id), reason);
    })?;
    for (name, path) in files {
        let mut points = Vec::new();
        let read = lines(&path, &mut |number, line| match point(line) {
            Ok(point) => points.push(point),
            Err(reason) => {
                refuse(Matter::Points, format!("{} {name} line {number}", run.id), reason);
            }
        });
        if let Err(reason) = read {
            refuse(Matter::Points, format!("{} {name}", run.id), reason);
        }
        if !points.is_empty() {
            each(&name, &points)?;
        }
    }
    Ok(())
}

/// The lines of a file that are not empty, with their numbers from 1.
fn lines(path: &Path, each: &mut dyn FnMut(usize, &str)) -> Result<(), String> {
    let mut file = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read =
            (&mut file).take(MAX_LINE).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            return Err(format!(
                "line {number} has more than {MAX_LINE} bytes: it and what follows is not read"
            ));
        }
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            each(number, text.trim());
        }
    }
    Ok(())
}

/// `time value`, with a step since 1.0, with the name and digest of a data set since 2.20.
fn point(line: &str) -> Result<Point, String> {
    let parts: Vec<&str> = line.split(' ').collect();
    let bad = |what: &str| format!("{what} in {:?}", cut(line));
    if !matches!(parts.len(), 2 | 3 | 5) {
        return Err(bad("expected `time value step`"));
    }
    let at_ms = parts[0].parse().map_err(|_| bad("expected a time in whole milliseconds"))?;
    let value = number(parts[1]).ok_or_else(|| bad("expected a number"))?;
    let step = match parts.get(2) {
        Some(step) => step.parse().map_err(|_| bad("expected a step that is a whole number"))?,
        None => 0,
    };
    Ok(Point { value, step, at_ms })
}

/// A number as Python writes it: `nan`, `inf`, `-inf`, `1e-05`.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_metric() {
        let read = |line: &str| point(line).map(|p| (p.at_ms, p.value, p.step));
        assert_eq!(read("5 0.1 -3"), Ok((5, 0.1, -3)));
        assert_eq!(read("5 0.1"), Ok((5, 0.1, 0)));
        assert_eq!(read("5 inf 1"), Ok((5, f64::INFINITY, 1)));
        assert_eq!(read("5 -inf 1"), Ok((5, f64::NEG_INFINITY, 1)));
        assert_eq!(read("5 1e-05 7 flights 9f86"), Ok((5, 1e-5, 7)));
        assert_eq!(read("-5 5e-324 9223372036854775807"), Ok((-5, 5e-324, i64::MAX)));
        assert!(point("5 nan 1").unwrap().value.is_nan());
        for bad in ["", "5", "5 0.1 3 4", "x 1 2", "5 x 2", "5 1 x", "5 1 99999999999999999999", "5.0 1 2"] {
            assert!(point(bad).is_err(), "{bad}");
        }
    }
}
