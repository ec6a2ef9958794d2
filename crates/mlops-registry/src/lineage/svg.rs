use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::layout;
use super::{LineageGraph, LineageNode, NodeFacts, NodeKind};

/// The size of a node, the gaps between them, and the margin, in units of the drawing.
const WIDTH: usize = 236;
const HEIGHT: usize = 46;
const GAP_X: usize = 64;
const GAP_Y: usize = 18;
const MARGIN: usize = 16;

/// How many characters fit on the two lines of a node.
const LABEL: usize = 32;
const REMARK: usize = 40;

/// Colours as those of `mlops-report`, by day and by night.
const STYLE: &str = "\
.ml-g{--ink:#1c2430;--soft:#5b6675;--line:#8b95a3;--paper:#fff;--c1:#2563b0;--c2:#c4570c;--c3:#16825d;\
--c4:#a33b8f;--c5:#7a6a08;--c6:#0b7c93;--c7:#5b6675;font:13px system-ui,-apple-system,'Segoe UI',Roboto,\
'Liberation Sans',sans-serif}\
@media (prefers-color-scheme:dark){.ml-g{--ink:#e4e8ee;--soft:#a3adba;--line:#76818f;--paper:#14181e;\
--c1:#74aef2;--c2:#f19a5b;--c3:#5cc6a0;--c4:#dd8fce;--c5:#cdbb52;--c6:#58c0d6;--c7:#a3adba}}\
.ml-g .paper{fill:var(--paper)}.ml-g text{fill:var(--ink)}.ml-g .r{fill:var(--soft);font-size:11px}\
.ml-g .e{fill:none;stroke:var(--line);stroke-width:1.3}.ml-g .h{fill:var(--line)}\
.ml-g .b{fill:var(--paper);stroke:currentColor;stroke-width:1.3}.ml-g .k{fill:currentColor}\
.ml-g .start .b{stroke-width:3}\
.ml-g .k1{color:var(--c1)}.ml-g .k2{color:var(--c5)}.ml-g .k3{color:var(--c6)}.ml-g .k4{color:var(--c2)}\
.ml-g .k5{color:var(--c4)}.ml-g .k6{color:var(--c3)}.ml-g .k7{color:var(--c7)}";

impl LineageGraph {
    /// The graph as a drawing: an SVG document of its own, which may also stand within a
    /// page. What came of something is to its right. The same graph gives the same bytes.
    ///
    /// Texts that are too long are cut; all of them are in the titles, which a pointer shows
    /// and a screen reader reads. Light and dark follow the reader's preference; no script,
    /// and nothing from elsewhere.
    pub fn to_svg(&self) -> String {
        let layout = layout(self);
        let tallest = layout.layers.iter().map(Vec::len).max().unwrap_or(1);
        let height_of = |count: usize| count * HEIGHT + count.saturating_sub(1) * GAP_Y;
        let inner = height_of(tallest);
        let mut at: BTreeMap<&LineageNode, (usize, usize)> = BTreeMap::new();
        for (x, layer) in layout.layers.iter().enumerate() {
            let top = MARGIN + (inner - height_of(layer.len())) / 2;
            for (y, node) in layer.iter().enumerate() {
                at.insert(node, (MARGIN + x * (WIDTH + GAP_X), top + y * (HEIGHT + GAP_Y)));
            }
        }
        let width =
            2 * MARGIN + layout.layers.len() * (WIDTH + GAP_X) - GAP_X.min(layout.layers.len() * GAP_X);
        // Below, where what leads back goes along.
        let back = layout.edges.iter().filter(|(source, target)| is_back(&at, source, target)).count();
        let height = 2 * MARGIN + inner + back * 10;
        let mut svg = String::new();
        let title = escape(&format!(
            "Lineage of {} {}: {} things, {} links{}",
            self.start.kind(),
            self.start.label(),
            self.nodes.len(),
            self.edges.len(),
            if self.cut { ", cut" } else { "" }
        ));
        // Writing to text can't fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ml-g\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" style=\"max-width:100%;height:auto\" role=\"img\" \
             aria-label=\"{title}\"><title>{title}</title><style>{STYLE}</style>\
             <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>"
        );
        let mut below = MARGIN + inner;
        for (source, target) in &layout.edges {
            let (Some(from), Some(to)) = (at.get(source), at.get(target)) else { continue };
            let (x1, y1) = (from.0 + WIDTH, from.1 + HEIGHT / 2);
            let (x2, y2) = (to.0, to.1 + HEIGHT / 2);
            let kind = super::EdgeKind::between(source.kind(), target.kind());
            let words = escape(&format!(
                "{} {} – {kind} – {} {}",
                source.kind(),
                source.label(),
                target.kind(),
                target.label()
            ));
            let tip = x2 - 7;
            let path = if is_back(&at, source, target) {
                below += 10;
                let (out, back) = (x1 + GAP_X / 3, x2.saturating_sub(GAP_X / 3));
                format!("M{x1} {y1}H{out}V{below}H{back}V{y2}H{tip}")
            } else {
                let bend = GAP_X / 2;
                format!("M{x1} {y1}C{} {y1} {} {y2} {tip} {y2}", x1 + bend, tip - bend)
            };
            let _ = write!(
                svg,
                "<g><title>{words}</title><path class=\"e\" d=\"{path}\"/>\
                 <path class=\"h\" d=\"M{x2} {y2}l-8 -4v8z\"/></g>"
            );
        }
        for (node, facts) in &self.nodes {
            if let Some((x, y)) = at.get(node) {
                self.draw(&mut svg, node, facts, *x, *y);
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn draw(&self, svg: &mut String, node: &LineageNode, facts: &NodeFacts, x: usize, y: usize) {
        let start = if *node == self.start { " start" } else { "" };
        let mut remark = node.kind().to_string();
        if let LineageNode::DataSet { digest, .. } = node {
            remark = format!("{remark} · {}", digest.short());
        }
        for word in [facts.more.get("version").map(String::as_str), facts.state.as_deref()] {
            if let Some(word) = word.filter(|word| !word.is_empty()) {
                let _ = write!(remark, " · {word}");
            }
        }
        let mut title = format!("{} {}", node.kind(), node.label());
        if let Some(state) = &facts.state {
            let _ = write!(title, ", {state}");
        }
        if let Some(since) = facts.since {
            let _ = write!(title, ", from {since}");
        }
        if let Some(until) = facts.until {
            let _ = write!(title, " until {until}");
        }
        let _ = write!(title, "\n{node}");
        let _ = write!(
            svg,
            "<g class=\"k{}{start}\"><title>{}</title>\
             <rect class=\"b\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>\
             <rect class=\"k\" x=\"{x}\" y=\"{}\" width=\"4\" height=\"{}\"/>\
             <text x=\"{}\" y=\"{}\">{}</text><text class=\"r\" x=\"{}\" y=\"{}\">{}</text></g>",
            colour(node.kind()),
            escape(&title),
            y + 6,
            HEIGHT - 12,
            x + 13,
            y + 20,
            escape(&cut(&node.label(), LABEL)),
            x + 13,
            y + 36,
            escape(&cut(&remark, REMARK)),
        );
    }
}

fn is_back(at: &BTreeMap<&LineageNode, (usize, usize)>, source: &LineageNode, target: &LineageNode) -> bool {
    match (at.get(source), at.get(target)) {
        (Some(from), Some(to)) => to.0 <= from.0,
        _ => false,
    }
}

const fn colour(kind: NodeKind) -> usize {
    match kind {
        NodeKind::DataSet => 1,
        NodeKind::View => 2,
        NodeKind::Service => 3,
        NodeKind::Run => 4,
        NodeKind::Version => 5,
        NodeKind::Deployment => 6,
        NodeKind::Predictions => 7,
    }
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

/// For text and attributes of XML. Control characters, which XML can't hold, become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
