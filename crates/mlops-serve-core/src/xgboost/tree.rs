use super::FORMAT;
use super::json::Reader;
use crate::error::excerpt;
use crate::forest::{Branch, Missing, Revisited};
use crate::{Error, Result};

/// What stands for "no node" among the parents, and for a pruned split among the features.
const NONE: i32 = i32::MAX;

/// The arrays of a tree, one entry a node.
#[derive(Debug, Default)]
struct Written {
    id: Option<i64>,
    param: Option<Param>,
    left_children: Option<Vec<i32>>,
    right_children: Option<Vec<i32>>,
    parents: Option<Vec<i32>>,
    split_indices: Option<Vec<i32>>,
    split_conditions: Option<Vec<f32>>,
    default_left: Option<Vec<u8>>,
    split_type: Option<Vec<u8>>,
    categories: usize,
    /// Lengths of the statistics, which no answer depends on.
    statistics: [Option<usize>; 3],
}

/// `tree_param`: numbers in strings.
#[derive(Debug, Default)]
struct Param {
    num_nodes: Option<usize>,
    num_feature: Option<usize>,
    num_deleted: Option<usize>,
    size_leaf_vector: Option<usize>,
}

/// A tree whose arrays fit together.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) id: usize,
    /// All nodes; only those below the root count.
    pub(super) branches: Vec<Branch<f32>>,
    /// The number of features that the tree was made for.
    pub(super) num_feature: Option<usize>,
    /// How many of the branches were cut off; nothing leads to them.
    pub(super) num_deleted: usize,
    /// The largest feature that is split on, and a node that does.
    pub(super) widest: Option<(u32, usize)>,
}

/// Reads the tree at `position` in the file. It is checked here and now, so that what is
/// kept of a file is never larger than the file.
pub(super) fn read(reader: &mut Reader<'_>, position: usize) -> Result<Tree> {
    let mut written = Written::default();
    reader.object(|reader, key| match key {
        "id" => keep(reader, key, &mut written.id, Reader::integer),
        "tree_param" => keep(reader, key, &mut written.param, param),
        "left_children" => keep(reader, key, &mut written.left_children, integers),
        "right_children" => keep(reader, key, &mut written.right_children, integers),
        "parents" => keep(reader, key, &mut written.parents, integers),
        "split_indices" => keep(reader, key, &mut written.split_indices, integers),
        "split_conditions" => keep(reader, key, &mut written.split_conditions, |r| r.list(Reader::float)),
        "default_left" => keep(reader, key, &mut written.default_left, |r| r.list(Reader::flag)),
        "split_type" => keep(reader, key, &mut written.split_type, |r| r.list(Reader::flag)),
        "base_weights" => keep(reader, key, &mut written.statistics[0], length),
        "loss_changes" => keep(reader, key, &mut written.statistics[1], length),
        "sum_hessian" => keep(reader, key, &mut written.statistics[2], length),
        "categories" | "categories_nodes" | "categories_segments" | "categories_sizes" => {
            written.categories += reader.nullable(length)?.unwrap_or(0);
            Ok(())
        }
        _ => reader.skip(),
    })?;
    written.check(position)
}

/// Reads what stands behind a key that may stand there once; `null` is as good as absent.
pub(super) fn keep<'a, T>(
    reader: &mut Reader<'a>,
    key: &str,
    place: &mut Option<T>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T>,
) -> Result<()> {
    let Some(value) = reader.nullable(read)? else { return Ok(()) };
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(reader.malformed(format!("`{key}` stands there a second time"))),
    }
}

/// A whole number in a string, as parameters are written.
pub(super) fn integer_in_string(reader: &mut Reader<'_>) -> Result<usize> {
    let text = reader.string()?;
    text.trim_ascii().parse().map_err(|_| {
        reader.malformed(format!("{} found, a whole number in a string expected", excerpt(&text)))
    })
}

fn integers(reader: &mut Reader<'_>) -> Result<Vec<i32>> {
    reader.list(Reader::integer)
}

fn length(reader: &mut Reader<'_>) -> Result<usize> {
    let mut length = 0;
    reader.array(|reader| {
        length += 1;
        reader.skip()
    })?;
    Ok(length)
}

fn param(reader: &mut Reader<'_>) -> Result<Param> {
    let mut param = Param::default();
    reader.object(|reader, key| match key {
        "num_nodes" => keep(reader, key, &mut param.num_nodes, integer_in_string),
        "num_feature" => keep(reader, key, &mut param.num_feature, integer_in_string),
        "num_deleted" => keep(reader, key, &mut param.num_deleted, integer_in_string),
        "size_leaf_vector" => keep(reader, key, &mut param.size_leaf_vector, integer_in_string),
        _ => reader.skip(),
    })?;
    Ok(param)
}

/// The arrays of a tree, all of one length.
struct Arrays {
    id: usize,
    left: Vec<i32>,
    right: Vec<i32>,
    parents: Vec<i32>,
    features: Vec<i32>,
    conditions: Vec<f32>,
    default_left: Vec<u8>,
    categorical: Vec<u8>,
}

impl Written {
    fn check(self, position: usize) -> Result<Tree> {
        let at = format!("tree {}", self.id.map_or_else(|| position.to_string(), |id| id.to_string()));
        let malformed = |reason: String| Error::malformed(FORMAT, at.as_str(), reason);
        let unsupported = |what: &str| Error::unsupported(FORMAT, format!("{what} ({at})"));
        let missing = |key: &str| malformed(format!("it has no `{key}`"));
        let id = self.id.ok_or_else(|| missing("id"))?;
        let id = usize::try_from(id).map_err(|_| malformed("a negative id".to_owned()))?;
        let param = self.param.ok_or_else(|| missing("tree_param"))?;
        if param.size_leaf_vector.is_some_and(|size| size > 1) {
            return Err(unsupported("vector leaves"));
        }
        if self.categories > 0 {
            return Err(unsupported("categorical splits"));
        }
        let num_nodes = param.num_nodes.ok_or_else(|| missing("tree_param.num_nodes"))?;
        let right = |key: &str, length: Option<usize>| match length {
            None => Err(missing(key)),
            Some(length) if length == num_nodes => Ok(()),
            Some(length) => Err(malformed(format!("`{key}` has {length} entries, {num_nodes} expected"))),
        };
        for (key, length) in [
            ("left_children", self.left_children.as_ref().map(Vec::len)),
            ("right_children", self.right_children.as_ref().map(Vec::len)),
            ("parents", self.parents.as_ref().map(Vec::len)),
            ("split_indices", self.split_indices.as_ref().map(Vec::len)),
            ("split_conditions", self.split_conditions.as_ref().map(Vec::len)),
            ("default_left", self.default_left.as_ref().map(Vec::len)),
            ("split_type", Some(self.split_type.as_ref().map_or(num_nodes, Vec::len))),
            ("base_weights", self.statistics[0]),
            ("loss_changes", self.statistics[1]),
            ("sum_hessian", self.statistics[2]),
        ] {
            right(key, length)?;
        }
        if num_nodes == 0 {
            return Err(malformed("it has no nodes".to_owned()));
        }
        let arrays = Arrays {
            id,
            left: self.left_children.unwrap_or_default(),
            right: self.right_children.unwrap_or_default(),
            parents: self.parents.unwrap_or_default(),
            features: self.split_indices.unwrap_or_default(),
            conditions: self.split_conditions.unwrap_or_default(),
            default_left: self.default_left.unwrap_or_default(),
            categorical: self.split_type.unwrap_or_default(),
        };
        arrays.tree(param.num_feature, param.num_deleted.unwrap_or(0))
    }
}

impl Arrays {
    fn tree(self, num_feature: Option<usize>, num_deleted: usize) -> Result<Tree> {
        let nodes = self.left.len();
        let deleted = (0..nodes).filter(|node| self.is_deleted(*node)).count();
        if deleted != num_deleted {
            let reason = format!("{deleted} nodes are deleted, `num_deleted` says {num_deleted}");
            return Err(Error::malformed(FORMAT, format!("tree {}", self.id), reason));
        }
        if self.parents[0] != NONE {
            return Err(self.malformed(0, format!("the root has the parent {}", self.parents[0])));
        }
        let branches = (0..nodes).map(|node| self.branch(node)).collect::<Result<Vec<_>>>()?;
        let widest = branches
            .iter()
            .enumerate()
            .filter_map(|(node, branch)| match branch {
                Branch::Split { feature, .. } => Some((*feature, node)),
                Branch::Leaf(_) => None,
            })
            .max();
        Ok(Tree { id: self.id, branches, num_feature, num_deleted, widest })
    }

    /// A leaf that was cut off when the tree was pruned. It keeps its place.
    fn is_deleted(&self, node: usize) -> bool {
        self.features[node] == NONE
    }

    fn branch(&self, node: usize) -> Result<Branch<f32>> {
        let (left, right) = (self.left[node], self.right[node]);
        let condition = self.conditions[node];
        if left == -1 && right == -1 {
            return if condition.is_finite() || self.is_deleted(node) {
                Ok(Branch::Leaf(condition))
            } else {
                Err(self.malformed(node, format!("the leaf is {condition}, a finite number expected")))
            };
        }
        match self.categorical.get(node) {
            None | Some(0) => {}
            Some(1) => {
                let what = format!("categorical splits (tree {}, node {node})", self.id);
                return Err(Error::unsupported(FORMAT, what));
            }
            Some(kind) => return Err(self.malformed(node, format!("split type {kind}, 0 or 1 expected"))),
        }
        if condition.is_nan() {
            return Err(self.malformed(node, "the threshold is NaN".to_owned()));
        }
        let missing = match self.default_left[node] {
            0 => Missing::NanRight,
            1 => Missing::NanLeft,
            flag => return Err(self.malformed(node, format!("default_left {flag}, 0 or 1 expected"))),
        };
        Ok(Branch::Split {
            feature: u32::try_from(self.features[node])
                .map_err(|_| self.malformed(node, format!("split on feature {}", self.features[node])))?,
            // The library goes left below the threshold, a forest up to it.
            threshold: condition.next_down(),
            missing,
            left: self.child(node, "left", left)?,
            right: self.child(node, "right", right)?,
        })
    }

    fn child(&self, node: usize, side: &str, child: i32) -> Result<usize> {
        let nodes = self.left.len();
        let position = usize::try_from(child).ok().filter(|child| *child < nodes).ok_or_else(|| {
            self.malformed(node, format!("{side} child {child} does not exist, the tree has {nodes} nodes"))
        })?;
        if self.is_deleted(position) {
            return Err(self.malformed(node, format!("{side} child {child} is deleted")));
        }
        if usize::try_from(self.parents[position]) != Ok(node) {
            let reason = format!("{side} child {child} says its parent is {}", self.parents[position]);
            return Err(self.malformed(node, reason));
        }
        Ok(position)
    }

    fn malformed(&self, node: usize, reason: String) -> Error {
        Error::malformed(FORMAT, format!("tree {}, node {node}", self.id), reason)
    }
}

impl Tree {
    pub(super) fn revisited(&self, at: Revisited) -> Error {
        let reason = format!("child {} has a parent already", at.child);
        Error::malformed(FORMAT, format!("tree {}, node {}", self.id, at.parent), reason)
    }
}
