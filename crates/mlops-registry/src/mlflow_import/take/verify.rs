//! What was imported, read back and compared with the source.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Taking;
use super::pending::{key, points_here, record, stands};
use super::runs::data_set;
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{Logged, SourceRun};
use crate::tracking::{RunId, check_point};

impl Taking<'_> {
    /// The run itself.
    pub(super) fn verify_run(&self, source: &SourceRun, id: &RunId) -> Result<()> {
        let run = self.registry().run(id)?;
        let mut tally = self.tally.borrow_mut();
        let differ = stands(&run, source);
        if differ.is_empty() {
            tally.verified(Matter::Runs, 1);
        }
        for (what, there, here) in differ {
            tally.tell(Matter::Runs, format!("{} {what}", source.id), &there, &here);
        }
        let parent = source.parent.as_ref().and_then(|parent| self.runs.borrow().get(parent).cloned());
        if parent.is_some() && run.parent == parent {
            tally.verified(Matter::Nested, 1);
        }
        Ok(())
    }

    /// What was logged to it.
    pub(super) fn verify_logged(&self, source: &SourceRun, logged: &Logged, run: &RunId) -> Result<()> {
        let data = self.registry().run_data(run)?;
        let params =
            logged.params.iter().filter(|(name, value)| data.params.get(*name) == Some(value)).count();
        let tags = logged.tags.iter().filter(|(name, value)| data.tags.get(*name) == Some(value)).count();
        let inputs = self.registry().inputs(run)?;
        let same = logged.inputs.iter().filter_map(|input| data_set(input).ok()?.input(run).ok());
        let same: Vec<_> = same.map(|(input, _)| input).filter(|input| inputs.contains(input)).collect();
        let distinct: HashSet<_> = same.iter().map(|input| (&input.name, input.digest)).collect();
        {
            let mut tally = self.tally.borrow_mut();
            tally.verified(Matter::Params, params);
            tally.verified(Matter::Tags, tags);
            tally.verified(Matter::DataSets, distinct.len());
        }
        self.verify_points(source, run)?;
        for (name, value) in self.source.latest(source, &mut |m, name, why| self.refused(m, name, why))? {
            let mut tally = self.tally.borrow_mut();
            match data.metrics.get(&name) {
                // There are one NaN and one zero.
                Some(here)
                    if here.partial_cmp(&value).is_some_and(Ordering::is_eq) || both_nan(*here, value) =>
                {
                    tally.there(Matter::LatestMetrics, 1);
                    tally.verified(Matter::LatestMetrics, 1);
                }
                here => {
                    let here = here.map_or_else(|| "none".to_owned(), ToString::to_string);
                    let shown = format!("{} {name}", source.id);
                    tally.differs(Matter::LatestMetrics, shown, &value.to_string(), &here);
                }
            }
        }
        Ok(())
    }

    fn verify_points(&self, source: &SourceRun, run: &RunId) -> Result<()> {
        // What can't be read was told when it was to be taken.
        self.source.metrics(source, &mut |_, _, _| {}, &mut |name, points| {
            let here = points_here(self, run, name)?;
            let mut missing = None;
            let mut found = 0;
            for point in points {
                let Ok(metric) = record(run, name, point) else { continue };
                if check_point(name, point.step, Some(metric.at)).is_err() {
                    continue;
                }
                if here.contains(&key(point.step, metric.at, point.value)) {
                    found += 1;
                } else {
                    missing = missing.or(Some(*point));
                }
            }
            let mut tally = self.tally.borrow_mut();
            tally.verified(Matter::Points, found);
            if let Some(point) = missing {
                tally.tell(
                    Matter::Points,
                    format!("{} {name}", source.id),
                    &format!("{point:?}"),
                    "not there",
                );
            }
            Ok(())
        })
    }
}

const fn both_nan(a: f64, b: f64) -> bool {
    a.is_nan() && b.is_nan()
}
