use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::order::Parent;
use super::pending::{Growing, Pending, PointKey, is_closed, key, named, note, points_here, record};
use super::{Placed, Taking};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{Logged, Point, SourceInput, SourceRun};
use crate::tracking::{DataInput, Dataset, Run, RunData, RunId, check_param, check_point, check_tag};

/// The tag of a data set that says what it was for.
const CONTEXT: &str = "mlflow.data.context";

impl Taking<'_> {
    /// Takes a run with all that was logged to it, or what is not here yet; then reads it back.
    pub(super) fn run(&self, source: &SourceRun, parent: &Parent) -> Result<()> {
        let there = match self.experiments.borrow().get(&source.experiment) {
            Some(Placed::Here { runs, .. }) => Ok(runs.get(&source.id).cloned()),
            Some(Placed::Refused) => Err("its experiment is not taken"),
            None => Err("its experiment is not in the source"),
        };
        let there = match there {
            Ok(_) if self.runs.borrow().contains_key(&source.id) => {
                return self.left_out(source, "there is another run of that id in the source");
            }
            Ok(Some(run)) if run.deleted.as_ref().is_some_and(|deletion| deletion.purged) => {
                return self.left_out(source, "it was taken before, and is being purged here");
            }
            Ok(there) => there,
            Err(reason) => return self.left_out(source, reason),
        };
        self.nesting(source, parent, there.as_ref());
        let logged = self.source.logged(source, &mut |m, name, why| self.refused(m, name, why))?;
        let run = match there {
            Some(run) if is_closed(&run, source) => {
                self.tally.borrow_mut().there(Matter::Runs, 1);
                self.runs.borrow_mut().insert(source.id.clone(), run.id.clone());
                self.contents_left_out(source, &logged, "its run was deleted here: restore it")?;
                return self.verify_run(source, &run.id);
            }
            there => self.grow(source, parent, &logged, there)?,
        };
        self.runs.borrow_mut().insert(source.id.clone(), run.clone());
        self.files_of_run(source, &run)?;
        self.verify_run(source, &run)?;
        self.verify_logged(source, &logged, &run)
    }

    fn nesting(&self, source: &SourceRun, parent: &Parent, there: Option<&Run>) {
        let mut tally = self.tally.borrow_mut();
        match parent {
            Parent::Lost(reason) => tally.refused(Matter::Nested, &source.id, reason),
            Parent::Run(id) if !self.runs.borrow().contains_key(id) => {
                tally.refused(Matter::Nested, &source.id, "the run that it is part of is not taken");
            }
            Parent::Run(_) if there.is_some() => tally.there(Matter::Nested, 1),
            // One that is new is counted when it is made.
            Parent::None | Parent::Run(_) => {}
        }
    }

    /// Writes the run, or what it lacks here.
    fn grow(
        &self,
        source: &SourceRun,
        parent: &Parent,
        logged: &Logged,
        there: Option<Run>,
    ) -> Result<RunId> {
        let named = named(source, logged.tags.get("mlflow.runName"));
        if named.is_none() && there.is_none() && !source.name.is_empty() {
            let (mut tally, name) = (self.tally.borrow_mut(), format!("{} name", source.id));
            tally.tell(Matter::Runs, name, &source.name, &source.id);
        }
        let here = match &there {
            Some(run) => Some((self.registry().run_data(&run.id)?, self.registry().inputs(&run.id)?)),
            None => None,
        };
        if there.is_some() {
            self.tally.borrow_mut().there(Matter::Runs, 1);
        }
        let mut growing = Growing {
            taking: self,
            source,
            parent,
            note: note(&logged.tags),
            named,
            id: there.map(|run| run.id),
            pending: Pending::default(),
        };
        self.pairs(&mut growing, logged, here.as_ref().map(|(data, _)| data))?;
        self.data_sets(&mut growing, logged, here.as_ref().map_or(&[][..], |(_, inputs)| inputs))?;
        let mut seen: Option<(String, HashSet<PointKey>)> = None;
        self.source.metrics(
            source,
            &mut |m, name, why| self.refused(m, name, why),
            &mut |name, points| {
                let (_, seen) = match seen.take() {
                    Some((before, set)) if before == name => seen.insert((before, set)),
                    _ => {
                        let here = match (&growing.id, &here) {
                            (Some(id), Some(_)) => points_here(self, id, name)?,
                            _ => HashSet::new(),
                        };
                        seen.insert((name.to_owned(), here))
                    }
                };
                let points = self.new_points(source, name, points, seen);
                let mut rest = points.as_slice();
                while !rest.is_empty() {
                    rest = growing.pending.points(name, rest);
                    if growing.pending.is_full() {
                        growing.flush()?;
                    }
                }
                Ok(())
            },
        )?;
        growing.flush()
    }

    /// Parameters and tags.
    fn pairs(&self, growing: &mut Growing<'_, '_>, logged: &Logged, here: Option<&RunData>) -> Result<()> {
        let id = growing.source.id.clone();
        for (matter, pairs) in [(Matter::Params, &logged.params), (Matter::Tags, &logged.tags)] {
            for (name, value) in pairs {
                let (fits, there) = match matter {
                    Matter::Params => (check_param(name, value), here.and_then(|here| here.params.get(name))),
                    _ => (check_tag(name, value), here.and_then(|here| here.tags.get(name))),
                };
                match (fits, there) {
                    (Err(reason), _) => self.refused(matter, format!("{id} {name}"), reason),
                    (Ok(()), Some(there)) if there == value => self.tally.borrow_mut().there(matter, 1),
                    (Ok(()), Some(there)) => {
                        self.tally.borrow_mut().differs(matter, format!("{id} {name}"), value, there);
                    }
                    (Ok(()), None) => {
                        let pending = &mut growing.pending;
                        let into =
                            if matter == Matter::Params { &mut pending.params } else { &mut pending.tags };
                        into.push((name.clone(), value.clone()));
                        pending.added(name.len() + value.len());
                        if pending.is_full() {
                            growing.flush()?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn data_sets(&self, growing: &mut Growing<'_, '_>, logged: &Logged, here: &[DataInput]) -> Result<()> {
        let mut seen = HashSet::new();
        for input in &logged.inputs {
            let name = format!("{} {} {}", growing.source.id, input.name, input.digest);
            // Its content does not depend on which run it is of.
            let run = growing.id.clone().unwrap_or_else(|| placeholder(growing));
            let made = match data_set(input)
                .and_then(|set| Ok((set.input(&run).map_err(|e| e.to_string())?, set)))
            {
                Ok(((made, size), set)) => (made, size, set),
                Err(reason) => {
                    self.refused(Matter::DataSets, name, reason);
                    continue;
                }
            };
            let (made, size, set) = made;
            if made.source != input.source {
                let mut tally = self.tally.borrow_mut();
                tally.tell(Matter::DataSets, &name, "a source with a secret in it", &made.source);
            }
            let is_it = |there: &&DataInput| (&there.name, &there.digest) == (&made.name, &made.digest);
            if !seen.insert((made.name.clone(), made.digest)) {
                self.refused(Matter::DataSets, name, "its run has read it by this name and digest already");
            } else if let Some(there) = here.iter().find(is_it) {
                let mut tally = self.tally.borrow_mut();
                if *there == made {
                    tally.there(Matter::DataSets, 1);
                } else {
                    tally.differs(Matter::DataSets, name, &format!("{made:?}"), &format!("{there:?}"));
                }
            } else {
                growing.pending.inputs.push(set);
                growing.pending.added(size + 1000);
                if growing.pending.is_full() {
                    growing.flush()?;
                }
            }
        }
        Ok(())
    }

    /// The points of a metric that are to be written; counts the others.
    fn new_points(
        &self,
        source: &SourceRun,
        name: &str,
        points: &[Point],
        seen: &mut HashSet<PointKey>,
    ) -> Vec<Point> {
        let mut new = Vec::with_capacity(points.len());
        let (mut there, mut refused) = (0, BTreeMap::<String, usize>::new());
        let shown = placeholder_id();
        for point in points {
            let fits = record(&shown, name, point)
                .and_then(|metric| check_point(name, point.step, Some(metric.at)).map(|()| metric.at));
            match fits {
                Ok(at) if seen.insert(key(point.step, at, point.value)) => new.push(*point),
                Ok(_) => there += 1,
                Err(error) => *refused.entry(error.to_string()).or_default() += 1,
            }
        }
        let mut tally = self.tally.borrow_mut();
        tally.there(Matter::Points, there);
        for (reason, count) in refused {
            tally.refused_all(Matter::Points, count, format!("{} {name}", source.id), reason);
        }
        new
    }

    /// Counts a run that is not taken, with all that is of it.
    fn left_out(&self, source: &SourceRun, reason: &str) -> Result<()> {
        self.refused(Matter::Runs, &source.id, reason);
        if source.parent.is_some() {
            self.refused(Matter::Nested, &source.id, "it is not taken");
        }
        let logged = self.source.logged(source, &mut |m, name, why| self.refused(m, name, why))?;
        self.contents_left_out(source, &logged, "its run is not taken")
    }

    fn contents_left_out(&self, source: &SourceRun, logged: &Logged, reason: &str) -> Result<()> {
        let mut points = 0;
        self.source.metrics(source, &mut |m, name, why| self.refused(m, name, why), &mut |_, of| {
            points += of.len();
            Ok(())
        })?;
        let latest = self.source.latest(source, &mut |m, name, why| self.refused(m, name, why))?.len();
        let files = self.files_there(source);
        let mut tally = self.tally.borrow_mut();
        for (matter, count) in [
            (Matter::Params, logged.params.len()),
            (Matter::Tags, logged.tags.len()),
            (Matter::DataSets, logged.inputs.len()),
            (Matter::Points, points),
            (Matter::LatestMetrics, latest),
            (Matter::Files, files),
        ] {
            if count > 0 {
                tally.refused_all(matter, count, &source.id, reason);
            }
        }
        Ok(())
    }
}

/// A data set as it is logged here.
///
/// # Errors
/// Why it can't be.
pub(super) fn data_set(input: &SourceInput) -> Result<Dataset, String> {
    let json = |what: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => {
            serde_json::from_str::<Value>(text).map(Some).map_err(|error| format!("{what}: {error}"))
        }
    };
    let mut set = Dataset::given(&input.name, &input.digest).source(&input.source_type, &input.source);
    if let Some(schema) = json("schema", &input.schema)? {
        set = set.schema(schema);
    }
    if let Some(profile) = json("profile", &input.profile)? {
        set = set.profile(profile);
    }
    for (name, value) in &input.tags {
        set = if name == CONTEXT { set.context(value) } else { set.tag(name, value) };
    }
    Ok(set)
}

/// An id for what is checked before it has one.
fn placeholder(growing: &Growing<'_, '_>) -> RunId {
    match growing.taking.experiments.borrow().get(&growing.source.experiment) {
        Some(Placed::Here { name, .. }) => RunId { experiment: name.clone(), number: 1 },
        _ => placeholder_id(),
    }
}

fn placeholder_id() -> RunId {
    RunId { experiment: "x".parse().expect("a letter is a name"), number: 1 }
}
