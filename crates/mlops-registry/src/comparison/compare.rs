use std::collections::BTreeMap;

use mlops_core::{Digest, ModelName, Version};

use super::{Pair, Side, VersionComparison};
use crate::Result;
use crate::model::ModelVersion;
use crate::model::signature::{Field, Signature};
use crate::registry::Registry;
use crate::tracking::Tag;

impl Registry {
    /// Puts two versions of a model side by side: metrics and parameters with their
    /// differences, the digests of the data, what they take and give, the training windows,
    /// the model files.
    ///
    /// All from what was registered, but for where the runs ran, which their tags tell.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if one is not registered; those of the stores.
    pub fn compare_versions(&self, model: &ModelName, a: &Version, b: &Version) -> Result<VersionComparison> {
        let (one, other) = (self.version(model, a)?, self.version(model, b)?);
        Ok(VersionComparison {
            model: model.clone(),
            a: self.side(&one)?,
            b: self.side(&other)?,
            metrics: pairs(one.lineage.metrics.clone(), other.lineage.metrics.clone()),
            params: pairs(one.lineage.params.clone(), other.lineage.params.clone()),
            data: pairs(by_name(&one.lineage.data), by_name(&other.lineage.data)),
            schema: pairs(columns(one.signature.as_ref()), columns(other.signature.as_ref())),
            environment: pairs(self.environment(&one)?, self.environment(&other)?),
            changes: match (&one.signature, &other.signature) {
                (Some(one), Some(other)) => one.changes(other),
                _ => Vec::new(),
            },
        })
    }

    fn environment(&self, version: &ModelVersion) -> Result<BTreeMap<String, String>> {
        let tags: Vec<Tag> = self.values(&version.run.key())?;
        let tells = |name: &str| name.starts_with("env.") || name.starts_with("mlflow.source.git.");
        Ok(tags.into_iter().filter(|tag| tells(&tag.name)).map(|tag| (tag.name, tag.value)).collect())
    }

    fn side(&self, version: &ModelVersion) -> Result<Side> {
        Ok(Side {
            version: version.version.clone(),
            artifact: version.artifact,
            size: self.artifacts().size(&version.artifact)?,
            flavour: version.flavour.clone(),
            framework: version.framework.clone(),
            run: version.run.clone(),
            made_by: version.made_by.clone(),
            registered_by: version.registered_by.clone(),
            registered_at: version.registered_at,
            window: version.lineage.window,
        })
    }
}

fn pairs<T>(a: BTreeMap<String, T>, b: BTreeMap<String, T>) -> BTreeMap<String, Pair<T>> {
    let mut pairs: BTreeMap<_, _> =
        a.into_iter().map(|(name, value)| (name, Pair { a: Some(value), b: None })).collect();
    for (name, value) in b {
        pairs.entry(name).or_insert(Pair { a: None, b: None }).b = Some(value);
    }
    pairs
}

/// The type of each column, by side and name; by place where it has no name.
fn columns(signature: Option<&Signature>) -> BTreeMap<String, String> {
    let Some(signature) = signature else { return BTreeMap::new() };
    let side = |side: &'static str, fields: &[Field]| {
        let column = |(place, field): (usize, &Field)| {
            let name = field.name.clone().unwrap_or_else(|| format!("#{}", place + 1));
            let optional = if field.required { "" } else { ", optional" };
            (format!("{side} {name}"), format!("{}{optional}", field.kind))
        };
        fields.iter().enumerate().map(column).collect::<Vec<_>>()
    };
    let params = signature.params().iter().map(|param| {
        (format!("parameter {}", param.name), format!("{}, {} by default", param.kind, param.default))
    });
    let columns = side("input", signature.inputs()).into_iter().chain(side("output", signature.outputs()));
    columns.chain(params).collect()
}

/// In one order, so that the same data sets are the same.
fn by_name(data: &[(String, Digest)]) -> BTreeMap<String, Vec<Digest>> {
    let mut names: BTreeMap<String, Vec<Digest>> = BTreeMap::new();
    for (name, digest) in data {
        names.entry(name.clone()).or_default().push(*digest);
    }
    for digests in names.values_mut() {
        digests.sort_unstable();
    }
    names
}
