//! Registered models and their versions.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::Database;
use super::cell::{pair, shown, some_text, some_whole, text, time};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{DELETED_STAGE, Refuse, SourceModel, SourceVersion, known};

pub(super) fn models(database: &Database, refuse: Refuse<'_>) -> Result<Vec<SourceModel>> {
    let columns = ["name", "description", "creation_time", "last_updated_time", "workspace"];
    let read = |row: &Row<'_>| {
        database.is_ours(text(row, 4)?.as_deref())?;
        Ok::<_, String>(SourceModel {
            name: some_text(row, 0)?,
            description: text(row, 1)?.unwrap_or_default(),
            created_at: time(row, 2)?,
            updated_at: time(row, 3)?,
            tags: BTreeMap::new(),
            aliases: BTreeMap::new(),
            versions: Vec::new(),
        })
    };
    let mut models = Vec::new();
    database.rows("registered_models", &columns, "ORDER BY name", &[], &mut |row| {
        match read(row) {
            Ok(model) => models.push(model),
            Err(reason) => refuse(Matter::Models, shown(row, 0), reason),
        }
        Ok(())
    })?;
    for model in &mut models {
        let of = of(database, "registered_model_tags");
        database.rows(
            "registered_model_tags",
            &["key", "value"],
            &format!("{of} ORDER BY key"),
            &[&model.name, &database.workspace],
            &mut |row| {
                if let Err(reason) = pair(row, &mut model.tags) {
                    refuse(Matter::ModelTags, format!("{} {}", model.name, shown(row, 0)), reason);
                }
                Ok(())
            },
        )?;
        aliases(database, model, refuse)?;
        model.versions = versions(database, &model.name, refuse)?;
    }
    Ok(models)
}

/// The rows of a model by its name, in the workspace if the table knows of any.
fn of(database: &Database, table: &str) -> &'static str {
    if database.schema.has(table, "workspace") {
        "WHERE name = ?1 AND workspace = ?2"
    } else {
        "WHERE name = ?1 AND ?2 IS NOT NULL"
    }
}

fn aliases(database: &Database, model: &mut SourceModel, refuse: Refuse<'_>) -> Result<()> {
    const TABLE: &str = "registered_model_aliases";
    let rest = format!("{} ORDER BY alias", of(database, TABLE));
    let values: [&dyn rusqlite::ToSql; 2] = [&model.name, &database.workspace];
    database.rows(TABLE, &["alias", "version"], &rest, &values, &mut |row| {
        match some_text(row, 0).and_then(|alias| Ok((alias, number(some_whole(row, 1)?)?))) {
            Ok((alias, version)) => {
                model.aliases.insert(alias, version);
            }
            Err(reason) => refuse(Matter::Aliases, format!("{}@{}", model.name, shown(row, 0)), reason),
        }
        Ok(())
    })
}

fn versions(database: &Database, model: &str, refuse: Refuse<'_>) -> Result<Vec<SourceVersion>> {
    const TABLE: &str = "model_versions";
    let columns = [
        "version",
        "description",
        "user_id",
        "current_stage",
        "status",
        "source",
        "run_id",
        "creation_time",
        "last_updated_time",
        "storage_location",
        "run_link",
        "status_message",
    ];
    let read = |row: &Row<'_>| {
        Ok::<_, String>(SourceVersion {
            number: number(some_whole(row, 0)?)?,
            description: text(row, 1)?.unwrap_or_default(),
            user: text(row, 2)?.filter(|user| !user.is_empty()),
            stage: text(row, 3)?.unwrap_or_else(|| "None".to_owned()),
            status: text(row, 4)?.unwrap_or_else(|| "READY".to_owned()),
            source: text(row, 5)?.unwrap_or_default(),
            run: text(row, 6)?.filter(|run| !run.is_empty()),
            created_at: time(row, 7)?,
            updated_at: time(row, 8)?,
            tags: BTreeMap::new(),
            more: known([
                ("storage_location", text(row, 9)?),
                ("run_link", text(row, 10)?),
                ("status_message", text(row, 11)?),
            ]),
        })
    };
    let mut versions = Vec::new();
    let values: [&dyn rusqlite::ToSql; 2] = [&model, &database.workspace];
    let rest = format!("{} ORDER BY version", of(database, TABLE));
    database.rows(TABLE, &columns, &rest, &values, &mut |row| {
        match read(row) {
            // MLflow itself no longer tells of these.
            Ok(version) if version.stage == DELETED_STAGE => {}
            Ok(version) => versions.push(version),
            Err(reason) => refuse(Matter::Versions, format!("{model}/{}", shown(row, 0)), reason),
        }
        Ok(())
    })?;
    for version in &mut versions {
        const TAGS: &str = "model_version_tags";
        let rest = format!("{} AND version = ?3 ORDER BY key", of(database, TAGS));
        let values: [&dyn rusqlite::ToSql; 3] = [&model, &database.workspace, &version.number];
        database.rows(TAGS, &["key", "value"], &rest, &values, &mut |row| {
            if let Err(reason) = pair(row, &mut version.tags) {
                refuse(Matter::VersionTags, format!("{model}/{} {}", version.number, shown(row, 0)), reason);
            }
            Ok(())
        })?;
    }
    Ok(versions)
}

fn number(number: i64) -> Result<u32, String> {
    let positive = u32::try_from(number).ok().filter(|number| *number > 0);
    positive.ok_or_else(|| format!("the version is {number}, expected a number from 1 to {}", u32::MAX))
}

/// Where the files of a logged model lie.
pub(super) fn logged_model(database: &Database, id: &str) -> Result<Option<String>> {
    let mut place = None;
    let rest = "WHERE model_id = ? LIMIT 1";
    database.rows("logged_models", &["artifact_location"], rest, &[&id], &mut |row| {
        place = text(row, 0).ok().flatten();
        Ok(())
    })?;
    Ok(place)
}
