//! Runs in an order in which each comes after the one that it is part of, as they get numbers
//! here: a purge relies on it.

use std::collections::{HashMap, HashSet};

use crate::mlflow_import::source::SourceRun;

/// What is known of the run that another one is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    None,
    /// Its id in the source.
    Run(String),
    /// It can't be kept, for this reason.
    Lost(String),
}

/// The runs with their parents, each once.
pub(super) fn parents_first(runs: Vec<SourceRun>) -> Vec<(SourceRun, Parent)> {
    let places: HashMap<String, usize> =
        runs.iter().enumerate().map(|(i, run)| (run.id.clone(), i)).collect();
    let mut placed = HashSet::new();
    let mut order = Vec::with_capacity(runs.len());
    for start in 0..runs.len() {
        // Up to one that is placed already, then down again.
        let (mut line, mut met, mut at) = (Vec::new(), HashSet::new(), Some(start));
        while let Some(i) = at.filter(|i| !placed.contains(i) && met.insert(*i)) {
            line.push(i);
            at = runs[i].parent.as_ref().and_then(|parent| places.get(parent)).copied();
        }
        for i in line.into_iter().rev() {
            let parent = match &runs[i].parent {
                None => Parent::None,
                Some(id) => match places.get(id) {
                    None => Parent::Lost(format!("the run {id:?} that it is part of is not in the source")),
                    // The first of a circle: what it is part of is part of it.
                    Some(place) if !placed.contains(place) => {
                        Parent::Lost(format!("the run {id:?} that it is part of is part of it"))
                    }
                    Some(_) => Parent::Run(id.clone()),
                },
            };
            placed.insert(i);
            order.push((i, parent));
        }
    }
    let mut runs: Vec<Option<SourceRun>> = runs.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(i, parent)| Some((runs[i].take()?, parent))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tracking::RunStatus;

    fn run(id: usize, parent: Option<usize>) -> SourceRun {
        SourceRun {
            id: id.to_string(),
            experiment: "0".to_owned(),
            name: String::new(),
            status: RunStatus::Finished,
            user: None,
            started_at: None,
            ended_at: None,
            deleted: false,
            deleted_at: None,
            place: None,
            parent: parent.map(|parent| parent.to_string()),
            folder: None,
            more: std::collections::BTreeMap::new(),
        }
    }

    proptest! {
        #[test]
        fn each_comes_once_and_after_its_parent(parents in prop::collection::vec(prop::option::of(0usize..12), 0..10)) {
            let runs: Vec<_> = parents.iter().enumerate().map(|(i, parent)| run(i, *parent)).collect();
            let order = parents_first(runs);
            prop_assert_eq!(order.len(), parents.len());
            let mut seen = HashSet::new();
            for (run, parent) in &order {
                match parent {
                    Parent::None => prop_assert!(run.parent.is_none()),
                    Parent::Run(id) => prop_assert!(seen.contains(id) && run.parent.as_ref() == Some(id)),
                    Parent::Lost(_) => {
                        // It is not there, or leads back.
                        let (mut at, mut steps) = (run.parent.clone(), 0);
                        while let Some(id) = at.filter(|id| *id != run.id && steps < 20) {
                            at = parents.get(id.parse::<usize>().unwrap()).and_then(|p| p.map(|p| p.to_string()));
                            steps += 1;
                            if at.is_none() {
                                prop_assert!(id.parse::<usize>().unwrap() >= parents.len(), "{} is reached", id);
                            }
                        }
                    }
                }
                prop_assert!(seen.insert(run.id.clone()));
            }
        }
    }
}
