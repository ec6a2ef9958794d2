use super::FORMAT;
use super::text::{Field, Lines};
use crate::error::excerpt;
use crate::forest::{Branch, ForestBuilder, Missing, Revisited};
use crate::{Error, Result};

/// The lines of a tree that matter, as they stand there.
#[derive(Debug, Default)]
struct Written<'a> {
    num_leaves: Option<Field<'a>>,
    num_cat: Option<Field<'a>>,
    split_feature: Option<Field<'a>>,
    threshold: Option<Field<'a>>,
    decision_type: Option<Field<'a>>,
    left_child: Option<Field<'a>>,
    right_child: Option<Field<'a>>,
    leaf_value: Option<Field<'a>>,
    is_linear: Option<Field<'a>>,
}

/// Reads tree `number`, whose first line is used up.
pub(super) fn read(
    lines: &mut Lines<'_>,
    number: usize,
    n_features: usize,
    builder: &mut ForestBuilder<f64>,
) -> Result<()> {
    let mut written = Written::default();
    while let Some((key, value)) = lines.next_field()? {
        match key {
            "num_leaves" => lines.keep(&mut written.num_leaves, "num_leaves", value)?,
            "num_cat" => lines.keep(&mut written.num_cat, "num_cat", value)?,
            "split_feature" => lines.keep(&mut written.split_feature, "split_feature", value)?,
            "threshold" => lines.keep(&mut written.threshold, "threshold", value)?,
            "decision_type" => lines.keep(&mut written.decision_type, "decision_type", value)?,
            "left_child" => lines.keep(&mut written.left_child, "left_child", value)?,
            "right_child" => lines.keep(&mut written.right_child, "right_child", value)?,
            "leaf_value" => lines.keep(&mut written.leaf_value, "leaf_value", value)?,
            "is_linear" => lines.keep(&mut written.is_linear, "is_linear", value)?,
            word if value.is_none() => {
                return Err(lines.malformed(format!("{} found, `key=value` expected", excerpt(word))));
            }
            _ => {}
        }
    }
    let branches = Tree { number, n_features, written }.branches()?;
    let reached = builder.push_tree(&branches).map_err(|Revisited { parent, child }| {
        let child = node_name(child, branches.len() / 2);
        malformed(number, parent, format!("{child} has a parent already"))
    })?;
    if reached < branches.len() {
        let reason = format!("{reached} of {} nodes and leaves can be reached", branches.len());
        return Err(Error::malformed(FORMAT, format!("tree {number}"), reason));
    }
    Ok(())
}

struct Tree<'a> {
    number: usize,
    n_features: usize,
    written: Written<'a>,
}

impl Tree<'_> {
    /// The splits in their order, then the leaves in theirs.
    fn branches(&self) -> Result<Vec<Branch<f64>>> {
        let written = &self.written;
        let what_for = |what: &str| Error::unsupported(FORMAT, format!("{what} (tree {})", self.number));
        if self.required(written.num_cat, "num_cat")?.integer()? != 0 {
            return Err(what_for("categorical splits"));
        }
        if written.is_linear.map(|field| field.integer()).transpose()?.unwrap_or(0) != 0 {
            return Err(what_for("linear leaves"));
        }
        let num_leaves = self.required(written.num_leaves, "num_leaves")?;
        let n_leaves = usize::try_from(num_leaves.integer()?)
            .ok()
            .filter(|leaves| *leaves > 0)
            .ok_or_else(|| num_leaves.malformed("at least 1 expected"))?;
        let leaf_value = self.required(written.leaf_value, "leaf_value")?;
        let leaves = leaf_value.numbers(n_leaves)?;
        if let Some(leaf) = leaves.iter().position(|value| value.is_infinite()) {
            return Err(leaf_value.malformed(format!("leaf {leaf} is infinite")));
        }
        let mut branches = if n_leaves == 1 { Vec::new() } else { self.splits(n_leaves)? };
        branches.extend(leaves.into_iter().map(Branch::Leaf));
        Ok(branches)
    }

    fn splits(&self, n_leaves: usize) -> Result<Vec<Branch<f64>>> {
        let written = &self.written;
        let count = n_leaves - 1;
        let features = self.required(written.split_feature, "split_feature")?.integers(count)?;
        let thresholds = self.required(written.threshold, "threshold")?.numbers(count)?;
        let left = self.required(written.left_child, "left_child")?.integers(count)?;
        let right = self.required(written.right_child, "right_child")?.integers(count)?;
        let decisions = match written.decision_type {
            Some(field) => field.integers(count)?,
            None => vec![0; count],
        };
        (0..count)
            .map(|node| {
                Ok(Branch::Split {
                    feature: self.feature(node, features[node])?,
                    threshold: thresholds[node],
                    missing: self.missing(node, decisions[node])?,
                    left: self.child(node, "left", left[node], n_leaves)?,
                    right: self.child(node, "right", right[node], n_leaves)?,
                })
            })
            .collect()
    }

    fn feature(&self, node: usize, feature: i32) -> Result<u32> {
        u32::try_from(feature).ok().filter(|feature| (*feature as usize) < self.n_features).ok_or_else(|| {
            let reason = format!("split on feature {feature}, the model has {} features", self.n_features);
            malformed(self.number, node, reason)
        })
    }

    /// Bit 0: categorical; bit 1: missing goes left; bits 2 and 3: what is missing.
    fn missing(&self, node: usize, decision: i32) -> Result<Missing> {
        let left = decision & 0b10 != 0;
        match (decision & 1, decision >> 2) {
            (1, 0..=3) => {
                let what = format!("categorical splits (tree {}, node {node})", self.number);
                Err(Error::unsupported(FORMAT, what))
            }
            (0, 0) => Ok(Missing::NanIsZero),
            (0, 1) if left => Ok(Missing::ZeroLeft),
            (0, 1) => Ok(Missing::ZeroRight),
            (0, 2) if left => Ok(Missing::NanLeft),
            (0, 2) => Ok(Missing::NanRight),
            _ => {
                let reason = format!("decision type {decision}, 0 to 11 expected");
                Err(malformed(self.number, node, reason))
            }
        }
    }

    /// A child is a split, or the complement of a leaf.
    fn child(&self, node: usize, side: &str, child: i32, n_leaves: usize) -> Result<usize> {
        let n_splits = n_leaves - 1;
        let (number, limit, first) =
            if child < 0 { (!child, n_leaves, n_splits) } else { (child, n_splits, 0) };
        usize::try_from(number).ok().filter(|number| *number < limit).map(|number| first + number).ok_or_else(
            || {
                let reason = format!(
                    "{side} child {child} does not exist, the tree has {n_splits} nodes and {n_leaves} leaves"
                );
                malformed(self.number, node, reason)
            },
        )
    }

    fn required<'a>(&self, field: Option<Field<'a>>, key: &str) -> Result<Field<'a>> {
        field.ok_or_else(|| {
            Error::malformed(FORMAT, format!("tree {}", self.number), format!("it has no `{key}=`"))
        })
    }
}

fn malformed(tree: usize, node: usize, reason: String) -> Error {
    Error::malformed(FORMAT, format!("tree {tree}, node {node}"), reason)
}

/// What a position in the list of splits and leaves is called in the file.
fn node_name(position: usize, n_splits: usize) -> String {
    match position.checked_sub(n_splits) {
        Some(leaf) => format!("leaf {leaf}"),
        None => format!("node {position}"),
    }
}
