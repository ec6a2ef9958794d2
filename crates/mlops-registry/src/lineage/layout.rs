//! Where the nodes of a graph stand: in layers from left to right, each to the right of what
//! it came of, in an order that keeps what belongs together side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::{LineageGraph, LineageNode};

/// How often the layers are put in order, once from either side.
const SWEEPS: usize = 8;

/// A node and where it stands: its layer, and its place there.
pub(super) struct Layout<'a> {
    pub(super) layers: Vec<Vec<&'a LineageNode>>,
    /// The edges by layer and place of their ends.
    pub(super) edges: Vec<(&'a LineageNode, &'a LineageNode)>,
}

/// Sugiyama's way: layers by the longest path, then the order of each by the mean place of
/// its neighbours. The same graph gives the same layout. `O(SWEEPS · (n log n + e))`.
pub(super) fn layout(graph: &LineageGraph) -> Layout<'_> {
    let edges: Vec<_> = graph.edges.iter().map(|edge| (&edge.source, &edge.target)).collect();
    let after = forwards(graph, &edges);
    let mut layer: BTreeMap<&LineageNode, usize> = BTreeMap::new();
    // In topological order: each is final when its turn comes.
    let order = topological(graph, &after);
    for node in &order {
        let own = *layer.entry(node).or_default();
        for target in after.get(node).into_iter().flatten() {
            let there = layer.entry(target).or_default();
            *there = (*there).max(own + 1);
        }
    }
    // What nothing led to stands as far right as it can: beside what came of it.
    let has_source: BTreeSet<_> = after.values().flatten().copied().collect();
    for node in order.iter().rev().filter(|node| !has_source.contains(**node)) {
        let next = after.get(node).into_iter().flatten().filter_map(|target| layer.get(target)).min();
        if let Some(next) = next.copied() {
            layer.insert(node, next.saturating_sub(1));
        }
    }
    let mut layers: Vec<Vec<&LineageNode>> = Vec::new();
    for (node, layer) in layer {
        if layers.len() <= layer {
            layers.resize_with(layer + 1, Vec::new);
        }
        layers[layer].push(node);
    }
    layers.retain(|layer| !layer.is_empty());
    for sweep in 0..SWEEPS {
        arrange(&mut layers, &edges, sweep % 2 == 0);
    }
    Layout { layers, edges }
}

type After<'a> = BTreeMap<&'a LineageNode, Vec<&'a LineageNode>>;

/// The edges without those that would close a circle, found depth first from each node in turn.
fn forwards<'a>(graph: &'a LineageGraph, edges: &[(&'a LineageNode, &'a LineageNode)]) -> After<'a> {
    let mut all: After<'a> = BTreeMap::new();
    for (source, target) in edges {
        all.entry(source).or_default().push(target);
    }
    let mut kept: After<'a> = BTreeMap::new();
    let mut done: BTreeSet<&LineageNode> = BTreeSet::new();
    let mut open: BTreeSet<&LineageNode> = BTreeSet::new();
    for start in graph.nodes.keys() {
        if done.contains(start) {
            continue;
        }
        let mut path: Vec<(&LineageNode, usize)> = vec![(start, 0)];
        open.insert(start);
        while let Some((node, next)) = path.pop() {
            let Some(target) = all.get(node).and_then(|targets| targets.get(next)).copied() else {
                open.remove(node);
                done.insert(node);
                continue;
            };
            path.push((node, next + 1));
            if open.contains(target) {
                continue;
            }
            kept.entry(node).or_default().push(target);
            if !done.contains(target) {
                open.insert(target);
                path.push((target, 0));
            }
        }
    }
    kept
}

fn topological<'a>(graph: &'a LineageGraph, after: &After<'a>) -> Vec<&'a LineageNode> {
    let mut waiting: BTreeMap<&LineageNode, usize> = graph.nodes.keys().map(|node| (node, 0)).collect();
    for target in after.values().flatten() {
        *waiting.entry(target).or_default() += 1;
    }
    let mut ready: BTreeSet<&LineageNode> =
        waiting.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(node) = ready.pop_first() {
        order.push(node);
        for target in after.get(node).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(target) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(target);
                }
            }
        }
    }
    order
}

/// Puts each layer in the order of the mean height of its neighbours in the layer before;
/// or behind, if not `rightwards`.
fn arrange(layers: &mut [Vec<&LineageNode>], edges: &[(&LineageNode, &LineageNode)], rightwards: bool) {
    let mut neighbours: BTreeMap<&LineageNode, Vec<&LineageNode>> = BTreeMap::new();
    for (source, target) in edges {
        let (of, to) = if rightwards { (target, source) } else { (source, target) };
        neighbours.entry(of).or_default().push(to);
    }
    let mut height: BTreeMap<&LineageNode, f64> = BTreeMap::new();
    let count = layers.len();
    for turn in 0..count {
        let layer = &mut layers[if rightwards { turn } else { count - 1 - turn }];
        // In the middle, whatever their number: a lone node stands beside the middle of many.
        let middle = (layer.len() as f64 - 1.0) / 2.0;
        let ranked = layer.iter().enumerate().map(|(at, node)| {
            let around = neighbours.get(node).into_iter().flatten();
            let known: Vec<f64> = around.filter_map(|other| height.get(other)).copied().collect();
            let own = at as f64 - middle;
            let mean = if known.is_empty() { own } else { known.iter().sum::<f64>() / known.len() as f64 };
            (mean, *node)
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.cmp(other)));
        *layer = ranked.into_iter().map(|(_, node)| node).collect();
        for (at, node) in layer.iter().enumerate() {
            height.insert(node, at as f64 - middle);
        }
    }
}
