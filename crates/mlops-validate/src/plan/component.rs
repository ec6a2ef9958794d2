use std::collections::BTreeSet;

/// Metrics that look at some columns, which no other metric of the plan looks at: a source
/// may read these columns apart from all others.
#[derive(Debug)]
pub(crate) struct Component {
    /// The columns, sorted; none for metrics that only count rows.
    pub(crate) columns: Vec<String>,
    /// The metrics by their number in the plan.
    pub(crate) metrics: Vec<usize>,
}

impl Component {
    /// All metrics with all columns.
    pub(super) fn of_all(columns: Vec<String>, metrics: usize) -> Vec<Self> {
        vec![Self { columns, metrics: (0..metrics).collect() }]
    }

    /// The smallest components of metrics that look at these columns.
    pub(super) fn of(looked_at: &[BTreeSet<String>]) -> Vec<Self> {
        let mut components: Vec<(BTreeSet<String>, Vec<usize>)> = Vec::new();
        for (metric, columns) in looked_at.iter().enumerate() {
            let (mut columns, mut metrics) = (columns.clone(), vec![metric]);
            // What shares a column with it, or like it has none, becomes one with it.
            components.retain_mut(|(others, of_others)| {
                let apart = columns.is_disjoint(others) && !(columns.is_empty() && others.is_empty());
                if !apart {
                    columns.append(others);
                    metrics.append(of_others);
                }
                apart
            });
            metrics.sort_unstable();
            components.push((columns, metrics));
        }
        let component =
            |(columns, metrics): (BTreeSet<_>, _)| Self { columns: columns.into_iter().collect(), metrics };
        components.into_iter().map(component).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components(looked_at: &[&[&str]]) -> Vec<(Vec<String>, Vec<usize>)> {
        let looked_at: Vec<BTreeSet<String>> =
            looked_at.iter().map(|columns| columns.iter().map(ToString::to_string).collect()).collect();
        let mut found: Vec<_> =
            Component::of(&looked_at).into_iter().map(|c| (c.columns, c.metrics)).collect();
        found.sort();
        found
    }

    #[test]
    fn columns_that_a_metric_looks_at_together_are_read_together() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(components(&[]), []);
        assert_eq!(
            components(&[&["a"], &[], &["b"], &["c"], &["a"], &["d", "c"], &[]]),
            [
                (names(&[]), vec![1, 6]),
                (names(&["a"]), vec![0, 4]),
                (names(&["b"]), vec![2]),
                (names(&["c", "d"]), vec![3, 5]),
            ]
        );
        assert_eq!(components(&[&["a"], &["b"], &["b", "a"]]), [(names(&["a", "b"]), vec![0, 1, 2])]);
    }
}
