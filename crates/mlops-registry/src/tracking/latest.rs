use super::{Metric, RunId};
use crate::Result;
use crate::registry::{Document as _, Registry};
use crate::store::{Key, Kind, Query, Record};

/// How many points are read at a time.
const PAGE: usize = 1000;

/// The largest number that a key may have.
const LARGEST: i64 = 1 << 53;

/// Text behind every number in hexadecimal.
const BEHIND: &str = "g";

impl Registry {
    /// The latest point of each metric of a run, in the order of their names.
    ///
    /// A thousand points are read at a time; where a metric has more left than that, its last
    /// one is looked for by strides that double and then halve, in a few hundred small reads,
    /// however many there are.
    pub(super) fn latest_metrics(&self, run: &RunId) -> Result<Vec<Metric>> {
        let mut latest: Vec<Metric> = Vec::new();
        let mut query = Query::under(Kind::Metric, run.key(), PAGE);
        loop {
            let records = self.store().read(&query)?;
            for record in &records {
                let metric: Metric = record.document()?;
                // In the order of step, time and value: the latest comes last.
                match latest.last_mut() {
                    Some(before) if before.name == metric.name => *before = metric,
                    _ => latest.push(metric),
                }
            }
            let Some(full) = records.get(PAGE - 1) else { return Ok(latest) };
            let last = match latest.last_mut() {
                Some(metric) => {
                    *metric = self.last_point(metric.clone())?;
                    metric.key()
                }
                None => full.key.clone(),
            };
            query = query.after(last);
        }
    }

    /// The last point of the metric that `point` is one of.
    fn last_point(&self, mut point: Metric) -> Result<Metric> {
        let group = Metric::group(&point.run, &point.name);
        let after = |under: &Key, after: Key| -> Result<Option<Metric>> {
            let query = Query::under(Kind::Metric, under.clone(), 1).after(after);
            self.store().read(&query)?.first().map(Record::document).transpose()
        };
        let beyond = |step: i64| after(&group, group.clone().and(step).and(LARGEST).and(BEHIND));
        if let Some(further) = furthest(point.step, beyond, |found: &Metric| found.step)? {
            point = further;
        }
        let at_step = group.clone().and(point.step);
        let beyond = |at: i64| after(&at_step, at_step.clone().and(at).and(BEHIND));
        if let Some(further) = furthest(point.at.as_micros(), beyond, |found: &Metric| found.at.as_micros())?
        {
            point = further;
        }
        // What is left has one step and one time, and differs by its value.
        let at_time = at_step.clone().and(point.at.as_micros());
        let mut query = Query::under(Kind::Metric, at_time, PAGE).after(point.key());
        while let Some(last) = self.store().read(&query)?.pop() {
            point = last.document()?;
            query = query.after(last.key);
        }
        Ok(point)
    }
}

/// The first thing whose number is the greatest, if any is beyond `from`. `beyond` gives the
/// first of those with a greater number; it is asked twice for each bit of the distance.
fn furthest<T>(
    from: i64,
    beyond: impl Fn(i64) -> Result<Option<T>>,
    number: impl Fn(&T) -> i64,
) -> Result<Option<T>> {
    let mut found = None;
    let (mut last, mut stride) = (from, 0_i64);
    while let Some(thing) = beyond(last.saturating_add(stride).min(LARGEST))? {
        last = number(&thing);
        found = Some(thing);
        stride = stride.saturating_mul(2).saturating_add(1);
    }
    let mut end = last.saturating_add(stride).min(LARGEST);
    while last < end {
        let middle = last + (end - last) / 2;
        match beyond(middle)? {
            Some(thing) => {
                last = number(&thing);
                found = Some(thing);
            }
            None => end = middle,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_furthest_is_the_greatest(numbers in prop::collection::btree_set(-LARGEST..=LARGEST, 1..20)) {
            let first = *numbers.first().unwrap();
            let beyond = |number: i64| Ok(numbers.range(number + 1..).next().copied());
            let found = furthest(first, beyond, |number| *number).unwrap();
            prop_assert_eq!(found.unwrap_or(first), *numbers.last().unwrap());
        }
    }
}
