//! Experiments, runs, and what was logged to them.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::Database;
use super::cell::{id, metric, pair, shown, some_text, some_whole, text, time, whole};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{
    Logged, Point, Refuse, SourceExperiment, SourceInput, SourceRun, is_deleted, known, status,
};

pub(super) fn experiments(database: &Database, refuse: Refuse<'_>) -> Result<Vec<SourceExperiment>> {
    let columns = [
        "experiment_id",
        "name",
        "artifact_location",
        "lifecycle_stage",
        "creation_time",
        "last_update_time",
        "workspace",
    ];
    let read = |row: &Row<'_>| {
        database.is_ours(text(row, 6)?.as_deref())?;
        Ok::<_, String>(SourceExperiment {
            id: id(row, 0)?,
            name: some_text(row, 1)?,
            place: text(row, 2)?,
            deleted: is_deleted(text(row, 3)?.as_deref())?,
            created_at: time(row, 4)?,
            updated_at: time(row, 5)?,
            tags: BTreeMap::new(),
        })
    };
    let mut experiments = Vec::new();
    database.rows("experiments", &columns, "ORDER BY experiment_id", &[], &mut |row| {
        match read(row) {
            Ok(experiment) => experiments.push(experiment),
            Err(reason) => {
                refuse(Matter::Experiments, format!("{} {}", shown(row, 0), shown(row, 1)), reason);
            }
        }
        Ok(())
    })?;
    for experiment in &mut experiments {
        let rest = "WHERE experiment_id = ? ORDER BY key";
        database.rows("experiment_tags", &["key", "value"], rest, &[&experiment.id], &mut |row| {
            if let Err(reason) = pair(row, &mut experiment.tags) {
                refuse(Matter::ExperimentTags, format!("{} {}", experiment.name, shown(row, 0)), reason);
            }
            Ok(())
        })?;
    }
    Ok(experiments)
}

pub(super) fn runs(database: &Database, refuse: Refuse<'_>) -> Result<Vec<SourceRun>> {
    let mut parents = BTreeMap::new();
    let rest = "WHERE key = 'mlflow.parentRunId'";
    database.rows("tags", &["run_uuid", "value"], rest, &[], &mut |row| {
        // What can't be read is told when the tags of the run are.
        let _ = pair(row, &mut parents);
        Ok(())
    })?;
    let columns = [
        "run_uuid",
        "name",
        "user_id",
        "status",
        "start_time",
        "end_time",
        "lifecycle_stage",
        "artifact_uri",
        "experiment_id",
        "deleted_time",
        "source_type",
        "source_name",
        "entry_point_name",
        "source_version",
    ];
    let read = |row: &Row<'_>| {
        let id = some_text(row, 0)?;
        Ok::<_, String>(SourceRun {
            name: text(row, 1)?.unwrap_or_default(),
            user: text(row, 2)?.filter(|user| !user.is_empty()),
            status: status(&some_text(row, 3)?)?,
            started_at: time(row, 4)?,
            ended_at: time(row, 5)?,
            deleted: is_deleted(text(row, 6)?.as_deref())?,
            place: text(row, 7)?.filter(|place| !place.is_empty()),
            experiment: self::id(row, 8)?,
            deleted_at: time(row, 9)?,
            folder: None,
            parent: parents.get(&id).filter(|parent| !parent.is_empty()).cloned(),
            more: known([
                ("source_type", text(row, 10)?.filter(|kind| kind != "UNKNOWN")),
                ("source_name", text(row, 11)?),
                ("entry_point_name", text(row, 12)?),
                ("source_version", text(row, 13)?),
            ]),
            id,
        })
    };
    let mut runs = Vec::new();
    database.rows("runs", &columns, "ORDER BY start_time, run_uuid", &[], &mut |row| {
        match read(row) {
            Ok(run) => runs.push(run),
            Err(reason) => refuse(Matter::Runs, shown(row, 0), reason),
        }
        Ok(())
    })?;
    Ok(runs)
}

pub(super) fn logged(database: &Database, run: &SourceRun, refuse: Refuse<'_>) -> Result<Logged> {
    let mut logged = Logged::default();
    let rest = "WHERE run_uuid = ? ORDER BY key";
    for (table, matter, into) in
        [("params", Matter::Params, &mut logged.params), ("tags", Matter::Tags, &mut logged.tags)]
    {
        database.rows(table, &["key", "value"], rest, &[&run.id], &mut |row| {
            if let Err(reason) = pair(row, into) {
                refuse(matter, format!("{} {}", run.id, shown(row, 0)), reason);
            }
            Ok(())
        })?;
    }
    let mut used = Vec::new();
    let rest = "WHERE destination_type = 'RUN' AND source_type = 'DATASET' AND destination_id = ? ORDER BY input_uuid";
    database.rows("inputs", &["input_uuid", "source_id"], rest, &[&run.id], &mut |row| {
        match (some_text(row, 0), some_text(row, 1)) {
            (Ok(input), Ok(dataset)) => used.push((input, dataset)),
            (Err(reason), _) | (_, Err(reason)) => {
                refuse(Matter::DataSets, format!("{} {}", run.id, shown(row, 0)), reason);
            }
        }
        Ok(())
    })?;
    for (input, dataset) in used {
        match data_set(database, &input, &dataset)? {
            Ok(input) => logged.inputs.push(input),
            Err(reason) => refuse(Matter::DataSets, format!("{} {dataset}", run.id), reason),
        }
    }
    logged.inputs.sort_by(|a, b| (&a.name, &a.digest).cmp(&(&b.name, &b.digest)));
    Ok(logged)
}

fn data_set(database: &Database, input: &str, dataset: &str) -> Result<Result<SourceInput, String>> {
    let columns =
        ["name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"];
    let read = |row: &Row<'_>| {
        Ok::<_, String>(SourceInput {
            name: some_text(row, 0)?,
            digest: some_text(row, 1)?,
            source_type: text(row, 2)?.unwrap_or_default(),
            source: text(row, 3)?.unwrap_or_default(),
            schema: text(row, 4)?.filter(|schema| !schema.is_empty()),
            profile: text(row, 5)?.filter(|profile| !profile.is_empty()),
            tags: BTreeMap::new(),
        })
    };
    let mut found = Err("the data set that it names is not there".to_owned());
    database.rows("datasets", &columns, "WHERE dataset_uuid = ? LIMIT 1", &[&dataset], &mut |row| {
        found = read(row);
        Ok(())
    })?;
    let Ok(mut read) = found else { return Ok(found) };
    let mut refused = None;
    let rest = "WHERE input_uuid = ? ORDER BY name";
    database.rows("input_tags", &["name", "value"], rest, &[&input], &mut |row| {
        refused = refused.take().or(pair(row, &mut read.tags).err());
        Ok(())
    })?;
    Ok(refused.map_or(Ok(read), Err))
}

pub(super) fn metrics(
    database: &Database,
    run: &SourceRun,
    refuse: Refuse<'_>,
    each: &mut dyn FnMut(&str, &[Point]) -> Result<()>,
) -> Result<()> {
    let read = |row: &Row<'_>| {
        let point = Point {
            value: metric(row, 1, 4)?,
            at_ms: some_whole(row, 2)?,
            // Before there were steps, there was one.
            step: whole(row, 3)?.unwrap_or(0),
        };
        Ok::<_, String>((some_text(row, 0)?, point))
    };
    let (mut name, mut points) = (String::new(), Vec::new());
    let columns = ["key", "value", "timestamp", "step", "is_nan"];
    let rest = "WHERE run_uuid = ? ORDER BY key, step, timestamp, value";
    database.rows("metrics", &columns, rest, &[&run.id], &mut |row| {
        match read(row) {
            Ok((next, point)) => {
                if next != name {
                    if !points.is_empty() {
                        each(&name, &points)?;
                        points.clear();
                    }
                    name = next;
                }
                points.push(point);
            }
            Err(reason) => refuse(Matter::Points, format!("{} {}", run.id, shown(row, 0)), reason),
        }
        Ok(())
    })?;
    if points.is_empty() { Ok(()) } else { each(&name, &points) }
}

pub(super) fn latest(
    database: &Database,
    run: &SourceRun,
    refuse: Refuse<'_>,
) -> Result<BTreeMap<String, f64>> {
    let mut latest = BTreeMap::new();
    let columns = ["key", "value", "is_nan"];
    database.rows("latest_metrics", &columns, "WHERE run_uuid = ? ORDER BY key", &[&run.id], &mut |row| {
        match (some_text(row, 0), metric(row, 1, 2)) {
            (Ok(name), Ok(value)) => {
                latest.insert(name, value);
            }
            (Err(reason), _) | (_, Err(reason)) => {
                refuse(Matter::LatestMetrics, format!("{} {}", run.id, shown(row, 0)), reason);
            }
        }
        Ok(())
    })?;
    Ok(latest)
}
