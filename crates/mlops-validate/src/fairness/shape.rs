use super::counts::{Axis, Cells, keys_of};
use super::frame::{Group, GroupValue, Level};
use super::label::Label;
use super::metric::Answer;
use super::rows::group_name;
use super::{Convention, FrameOptions, GroupCounts, GroupKey, Measure, MetricFrame};
use crate::{Error, Result};

/// Which groups belong together.
pub(super) type Ranges = [std::ops::Range<usize>];

/// The features of a frame in the making.
pub(super) struct Shape {
    pub(super) control: Vec<String>,
    pub(super) sensitive: Vec<String>,
    pub(super) axes: Vec<Axis>,
}

impl Shape {
    /// `answers` gives the answers of a measure for ranges of groups, each of which has rows.
    pub(super) fn frame(
        self,
        measures: &[Measure],
        options: FrameOptions,
        rows_of: impl Fn(std::ops::Range<usize>) -> u64,
        answers: impl Fn(&Measure, &Ranges) -> Result<Vec<Result<Answer, String>>>,
    ) -> Result<MetricFrame> {
        if self.sensitive.is_empty() {
            return Err(Error::input("rows", "they have no sensitive feature, expected at least one"));
        }
        for (index, measure) in measures.iter().enumerate() {
            if measures[..index].iter().any(|other| other.name() == measure.name()) {
                return Err(Error::input("measures", format!("{:?} is there twice", measure.name())));
            }
        }
        if measures.is_empty() {
            return Err(Error::input("measures", "there are none, expected at least one"));
        }
        let groups: usize = self.axes.iter().map(|axis| axis.keys.len()).product();
        let levels: usize = self.axes[..self.control.len()].iter().map(|axis| axis.keys.len()).product();
        let of_level = groups / levels.max(1);
        let ranges = (0..levels)
            .map(|level| level * of_level..(level + 1) * of_level)
            .chain((0..groups).map(|group| group..group + 1));
        let sized: Vec<(std::ops::Range<usize>, u64)> =
            ranges.map(|range| (range.clone(), rows_of(range))).collect();
        let there: Vec<std::ops::Range<usize>> =
            sized.iter().filter(|(_, rows)| *rows > 0).map(|(range, _)| range.clone()).collect();
        let mut values: Vec<Vec<GroupValue>> = vec![Vec::with_capacity(measures.len()); sized.len()];
        for measure in measures {
            let mut answers = answers(measure, &there)?.into_iter();
            for (index, (range, rows)) in sized.iter().enumerate() {
                let value = if *rows == 0 {
                    Ok(Answer::undefined(f64::NAN, "no row is of this group"))
                } else {
                    answers.next().unwrap_or_else(|| Err("it was not computed".to_owned()))
                };
                let value = value.map_err(|reason| {
                    let place = self.place(index < levels, range.start);
                    Error::input(format!("{} of {place}", measure.name()), reason)
                })?;
                values[index].push(shown(value, options.convention));
            }
        }
        let mut values = values.into_iter();
        let keys = |group: usize, axes: std::ops::Range<usize>| -> Vec<GroupKey> {
            keys_of(&self.axes, group)[axes].iter().map(|key| (*key).clone()).collect()
        };
        let controls = self.control.len();
        let overall =
            sized[..levels].iter().zip(values.by_ref().take(levels)).map(|((range, rows), values)| Level {
                control: keys(range.start, 0..controls),
                rows: *rows,
                values,
            });
        let overall = overall.collect();
        let groups = sized[levels..].iter().zip(values).map(|((range, rows), values)| {
            let sensitive = keys(range.start, controls..self.axes.len());
            Group {
                control: keys(range.start, 0..controls),
                name: group_name(self.sensitive.iter().map(String::as_str), &sensitive),
                sensitive,
                rows: *rows,
                too_few: *rows > 0 && *rows < options.min_rows,
                values,
            }
        });
        let groups = groups.collect();
        let metrics = measures.iter().map(|measure| measure.name().to_owned()).collect();
        let convention = options.convention;
        Ok(MetricFrame {
            sensitive: self.sensitive,
            control: self.control,
            metrics,
            convention,
            overall,
            groups,
        })
    }

    fn place(&self, is_level: bool, group: usize) -> String {
        let keys = keys_of(&self.axes, group);
        let axes = if is_level { self.control.len() } else { self.axes.len() };
        let name = group_name(self.axes[..axes].iter().map(|axis| axis.name.as_str()), keys);
        if name.is_empty() { "all rows".to_owned() } else { name }
    }
}

fn shown(answer: Answer, convention: Convention) -> GroupValue {
    let Answer { value, undefined, warning } = answer;
    let value = match (convention, undefined) {
        (Convention::NotDefined, Some(_)) => None,
        _ => Some(value),
    };
    GroupValue { value, note: undefined.or(warning).map(str::to_owned) }
}

impl GroupCounts {
    /// The answers of a measure of classes for ranges of groups.
    pub(super) fn answers(
        &self,
        measure: &Measure,
        convention: Convention,
        ranges: &Ranges,
    ) -> Result<Vec<Result<Answer, String>>> {
        let (rows, weights) = self.cells(measure.weights())?;
        let classes = self.classes();
        let k2 = classes.len() * classes.len();
        if convention == Convention::NotDefined {
            let present = present(classes, &rows);
            measure
                .metric()
                .refuse_labels(present.iter(), measure.positive_label())
                .map_err(|reason| Error::input(measure.name(), reason))?;
        }
        let summed = |of: &[f64], range: &std::ops::Range<usize>| -> Vec<f64> {
            let mut sums = vec![0.0; k2];
            for group in of[range.start * k2..range.end * k2].chunks(k2.max(1)) {
                for (sum, cell) in sums.iter_mut().zip(group) {
                    *sum += cell;
                }
            }
            sums
        };
        Ok(ranges
            .iter()
            .map(|range| {
                let (rows, weights) = (summed(&rows, range), weights.map(|weights| summed(weights, range)));
                let cells = Cells { classes, rows: &rows, weights: weights.as_deref() };
                measure.metric().of_cells(cells, measure.positive_label(), convention)
            })
            .collect())
    }

    /// The labels that a row has, or is predicted to have.
    pub(super) fn present_labels(&self) -> Result<Vec<Label>> {
        Ok(present(self.classes(), &self.cells(None)?.0))
    }
}

fn present(classes: &[Label], cells: &[f64]) -> Vec<Label> {
    let k = classes.len();
    let mut there = vec![false; k];
    for (cell, _) in cells.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        there[cell / k % k] = true;
        there[cell % k] = true;
    }
    classes.iter().zip(there).filter(|(_, there)| *there).map(|(class, _)| class.clone()).collect()
}
