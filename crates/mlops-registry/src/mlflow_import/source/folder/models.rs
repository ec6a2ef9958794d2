//! Registered models and their versions.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::{Entry, Is, Meta, entries, values};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{DELETED_STAGE, Refuse, SourceModel, SourceVersion, known};
use crate::name::cut;

pub(super) fn models(folder: &Path, refuse: Refuse<'_>) -> Result<Vec<SourceModel>> {
    let mut models = Vec::new();
    for Entry { name, path, is } in entries(folder)? {
        if is == Is::File {
            continue;
        }
        let read = || {
            if is == Is::Other {
                return Err("expected a folder with a name in UTF-8, and no link".to_owned());
            }
            let meta = Meta::read(&path)?;
            Ok(SourceModel {
                name: meta.some_text("name")?,
                description: meta.text("description")?.unwrap_or_default(),
                created_at: meta.time("creation_timestamp")?,
                updated_at: meta.time("last_updated_timestamp")?,
                tags: BTreeMap::new(),
                aliases: BTreeMap::new(),
                versions: Vec::new(),
            })
        };
        let mut model = match read() {
            Ok(model) => model,
            Err(reason) => {
                refuse(Matter::Models, name, reason);
                continue;
            }
        };
        model.tags = values(&path.join("tags"), &mut |tag, reason| {
            refuse(Matter::ModelTags, format!("{name} {tag}"), reason);
        })?;
        let aliases = values(&path.join("aliases"), &mut |alias, reason| {
            refuse(Matter::Aliases, format!("{name}@{alias}"), reason);
        })?;
        for (alias, version) in aliases {
            match number(version.trim()) {
                Ok(version) => {
                    model.aliases.insert(alias, version);
                }
                Err(reason) => refuse(Matter::Aliases, format!("{name}@{alias}"), reason),
            }
        }
        model.versions = versions(&name, &path, refuse)?;
        models.push(model);
    }
    Ok(models)
}

fn versions(model: &str, folder: &Path, refuse: Refuse<'_>) -> Result<Vec<SourceVersion>> {
    let mut versions = Vec::new();
    for Entry { name, path, is } in entries(folder)? {
        let Some(text) = name.strip_prefix("version-").filter(|_| is != Is::File) else { continue };
        match version(text, &path) {
            Ok(version) if version.stage == DELETED_STAGE => {}
            Ok(mut version) => {
                version.tags = values(&path.join("tags"), &mut |tag, reason| {
                    refuse(Matter::VersionTags, format!("{model}/{text} {tag}"), reason);
                })?;
                versions.push(version);
            }
            Err(reason) => refuse(Matter::Versions, format!("{model}/{text}"), reason),
        }
    }
    versions.sort_by_key(|version: &SourceVersion| version.number);
    Ok(versions)
}

fn version(folder: &str, path: &Path) -> Result<SourceVersion, String> {
    let meta = Meta::read(path)?;
    let own = meta.some_text("version")?;
    if own != folder {
        return Err(format!(
            "version is {:?} in the folder version-{}, expected the same",
            cut(&own),
            cut(folder)
        ));
    }
    Ok(SourceVersion {
        number: number(folder)?,
        description: meta.text("description")?.unwrap_or_default(),
        user: meta.filled("user_id")?,
        stage: meta.filled("current_stage")?.unwrap_or_else(|| "None".to_owned()),
        status: meta.filled("status")?.unwrap_or_else(|| "READY".to_owned()),
        source: meta.text("source")?.unwrap_or_default(),
        run: meta.filled("run_id")?,
        created_at: meta.time("creation_timestamp")?,
        updated_at: meta.time("last_updated_timestamp")?,
        tags: BTreeMap::new(),
        more: known([
            ("storage_location", meta.text("storage_location")?),
            ("run_link", meta.text("run_link")?),
            ("status_message", meta.text("status_message")?),
        ]),
    })
}

fn number(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number: &u32| *number > 0);
    number.ok_or_else(|| format!("the version is {:?}, expected a number from 1 to {}", cut(text), u32::MAX))
}
