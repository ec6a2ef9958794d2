use std::borrow::Cow;

use super::json::Reader;
use super::objective::Link;
use super::tree::{self, Tree, integer_in_string, keep};
use super::{FORMAT, XgBoost};
use crate::error::excerpt;
use crate::forest::ForestBuilder;
use crate::{Error, Result, Signature};

/// What a file says; keys may come in any order, so it is judged when all are read.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    learner: Option<Learner<'a>>,
}

#[derive(Debug, Default)]
struct Learner<'a> {
    feature_names: Option<Vec<String>>,
    param: Option<LearnerParam<'a>>,
    objective: Option<Cow<'a, str>>,
    booster: Option<Booster<'a>>,
}

#[derive(Debug, Default)]
struct LearnerParam<'a> {
    base_score: Option<Cow<'a, str>>,
    num_class: Option<usize>,
    num_feature: Option<usize>,
    num_target: Option<usize>,
}

#[derive(Debug, Default)]
struct Booster<'a> {
    name: Option<Cow<'a, str>>,
    model: Option<GbTree>,
}

#[derive(Debug, Default)]
struct GbTree {
    promised: Option<usize>,
    num_parallel_tree: Option<usize>,
    tree_info: Option<Vec<i32>>,
    iteration_indptr: Option<Vec<i32>>,
    trees: Option<Vec<Tree>>,
}

impl<'a> Document<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let mut document = Self::default();
        reader.object(|reader, key| match key {
            "learner" => keep(reader, key, &mut document.learner, learner),
            _ => reader.skip(),
        })?;
        reader.end()?;
        Ok(document)
    }

    /// First what the model needs, by name, then whether the numbers agree.
    pub(super) fn into_model(self) -> Result<XgBoost> {
        let learner = self.learner.ok_or_else(|| missing("learner"))?;
        let booster = learner.booster.ok_or_else(|| missing("learner.gradient_booster"))?;
        match booster.name.ok_or_else(|| missing("learner.gradient_booster.name"))?.as_ref() {
            "gbtree" => {}
            other => return Err(unsupported(format!("the booster {}", excerpt(other)))),
        }
        let objective = learner.objective.ok_or_else(|| missing("learner.objective.name"))?;
        let link = Link::of(&objective)?;
        let param = learner.param.ok_or_else(|| missing("learner.learner_model_param"))?;
        let base_score = param.one_output()?;
        let base = link.margin(base_score).map_err(|reason| malformed("base_score", reason))?;
        let n_features =
            param.num_feature.ok_or_else(|| missing("learner.learner_model_param.num_feature"))?;
        let mut signature = Signature::new(n_features, 1);
        if let Some(names) = learner.feature_names.filter(|names| !names.is_empty()) {
            signature = signature
                .with_feature_names(names)
                .map_err(|error| malformed("feature_names", error.to_string()))?;
        }
        let trees = booster.model.ok_or_else(|| missing("learner.gradient_booster.model"))?;
        let mut forest = ForestBuilder::new(NOTHING_IS_ZERO);
        for tree in trees.in_order(n_features)? {
            let reached = forest.push_tree(&tree.branches).map_err(|at| tree.revisited(at))?;
            let nodes = tree.branches.len() - tree.num_deleted;
            if reached != nodes {
                let reason = format!("{reached} of {nodes} nodes can be reached");
                return Err(malformed(format!("tree {}", tree.id), reason));
            }
        }
        Ok(XgBoost { signature, forest: forest.finish(), base, link })
    }
}

/// XGBoost has no band around zero.
const NOTHING_IS_ZERO: f64 = -1.0;

impl LearnerParam<'_> {
    /// The base score of a model with one output; other models are refused.
    fn one_output(&self) -> Result<f32> {
        if let Some(classes @ 2..) = self.num_class {
            return Err(unsupported(format!("several classes (`num_class` {classes})")));
        }
        if let Some(targets @ 2..) = self.num_target {
            return Err(unsupported(format!("several targets (`num_target` {targets})")));
        }
        let written = self.base_score.as_deref();
        let written = written.ok_or_else(|| missing("learner.learner_model_param.base_score"))?.trim_ascii();
        let inner = written.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(written);
        if inner.contains(',') {
            return Err(unsupported(format!("several base scores ({})", excerpt(written))));
        }
        inner
            .trim_ascii()
            .parse()
            .map_err(|_| malformed("base_score", format!("{} found, a number expected", excerpt(written))))
    }
}

impl GbTree {
    /// The trees by their ids, which decide the order in which leaves are added.
    fn in_order(self, n_features: usize) -> Result<Vec<Tree>> {
        let mut trees = self.trees.ok_or_else(|| missing("trees"))?;
        let count = trees.len();
        let promised = self.promised.ok_or_else(|| missing("gbtree_model_param.num_trees"))?;
        if promised != count {
            return Err(malformed("trees", format!("{count} found, `num_trees` says {promised}")));
        }
        let parallel = self.num_parallel_tree.unwrap_or(1);
        if parallel == 0 || !count.is_multiple_of(parallel) {
            let reason = format!("{count} trees are no iterations of {parallel} (`num_parallel_tree`)");
            return Err(malformed("trees", reason));
        }
        let groups = self.tree_info.ok_or_else(|| missing("tree_info"))?;
        if groups.len() != count {
            return Err(malformed("tree_info", format!("{} entries, {count} expected", groups.len())));
        }
        if let Some((tree, group)) = groups.iter().enumerate().find(|(_, group)| **group != 0) {
            return Err(malformed("tree_info", format!("tree {tree} adds to output {group} of 1")));
        }
        if let Some(ends) = self.iteration_indptr {
            let rising = ends.first() == Some(&0) && ends.is_sorted();
            if !rising || ends.last().and_then(|end| usize::try_from(*end).ok()) != Some(count) {
                return Err(malformed("iteration_indptr", format!("it does not rise from 0 to {count}")));
            }
        }
        trees.sort_by_key(|tree| tree.id);
        for (position, tree) in trees.iter().enumerate() {
            if tree.id != position {
                let reason = format!("id {} found, every id from 0 to {} once expected", tree.id, count - 1);
                return Err(malformed("trees", reason));
            }
            if let Some(count) = tree.num_feature.filter(|count| *count != n_features) {
                let reason = format!("it was made for {count} features, the model has {n_features}");
                return Err(malformed(format!("tree {position}"), reason));
            }
            if let Some((feature, node)) = tree.widest.filter(|(feature, _)| *feature as usize >= n_features)
            {
                let reason = format!("split on feature {feature}, the model has {n_features} features");
                return Err(malformed(format!("tree {position}, node {node}"), reason));
            }
        }
        Ok(trees)
    }
}

fn learner<'a>(reader: &mut Reader<'a>) -> Result<Learner<'a>> {
    let mut learner = Learner::default();
    reader.object(|reader, key| match key {
        "feature_names" => keep(reader, key, &mut learner.feature_names, |reader| {
            reader.list(|reader| reader.string().map(Cow::into_owned))
        }),
        "learner_model_param" => keep(reader, key, &mut learner.param, learner_param),
        "objective" => keep(reader, key, &mut learner.objective, objective),
        "gradient_booster" => keep(reader, key, &mut learner.booster, booster),
        _ => reader.skip(),
    })?;
    Ok(learner)
}

fn learner_param<'a>(reader: &mut Reader<'a>) -> Result<LearnerParam<'a>> {
    let mut param = LearnerParam::default();
    reader.object(|reader, key| match key {
        "base_score" => keep(reader, key, &mut param.base_score, Reader::string),
        "num_class" => keep(reader, key, &mut param.num_class, integer_in_string),
        "num_feature" => keep(reader, key, &mut param.num_feature, integer_in_string),
        "num_target" => keep(reader, key, &mut param.num_target, integer_in_string),
        _ => reader.skip(),
    })?;
    Ok(param)
}

fn objective<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, str>> {
    let mut name = None;
    reader.object(|reader, key| match key {
        "name" => keep(reader, key, &mut name, Reader::string),
        _ => reader.skip(),
    })?;
    name.ok_or_else(|| missing("learner.objective.name"))
}

fn booster<'a>(reader: &mut Reader<'a>) -> Result<Booster<'a>> {
    let mut booster = Booster::default();
    reader.object(|reader, key| match key {
        "name" => keep(reader, key, &mut booster.name, Reader::string),
        "model" => keep(reader, key, &mut booster.model, gbtree),
        _ => reader.skip(),
    })?;
    Ok(booster)
}

fn gbtree(reader: &mut Reader<'_>) -> Result<GbTree> {
    let mut model = GbTree::default();
    reader.object(|reader, key| match key {
        "gbtree_model_param" => reader.object(|reader, key| match key {
            "num_trees" => keep(reader, key, &mut model.promised, integer_in_string),
            "num_parallel_tree" => keep(reader, key, &mut model.num_parallel_tree, integer_in_string),
            _ => reader.skip(),
        }),
        "tree_info" => keep(reader, key, &mut model.tree_info, |reader| reader.list(Reader::integer)),
        "iteration_indptr" => {
            keep(reader, key, &mut model.iteration_indptr, |reader| reader.list(Reader::integer))
        }
        "trees" => keep(reader, key, &mut model.trees, |reader| {
            let mut trees = Vec::new();
            reader.array(|reader| {
                trees.push(tree::read(reader, trees.len())?);
                Ok(())
            })?;
            Ok(trees)
        }),
        _ => reader.skip(),
    })?;
    Ok(model)
}

fn missing(key: &str) -> Error {
    malformed("the model", format!("it has no `{key}`"))
}

fn malformed(at: impl Into<String>, reason: String) -> Error {
    Error::malformed(FORMAT, at, reason)
}

fn unsupported(what: String) -> Error {
    Error::unsupported(FORMAT, what)
}
