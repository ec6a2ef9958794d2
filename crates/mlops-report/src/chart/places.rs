//! The x axis of a [`LineChart`](super::LineChart).

use super::frame::{label_ticks, middle};
use super::scale::{Scale, Tick};
use super::time::{self, TimeScale};
use crate::number;

/// A place on the x axis of a [`LineChart`](super::LineChart): made from a label, a number, or a moment (UTC
/// microseconds since 1970).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// The first of the labels that is equal.
    Label(String),
    /// A number on an axis of numbers.
    Number(f64),
    /// A moment on an axis of moments.
    Moment(i64),
}

impl From<&str> for Place {
    fn from(label: &str) -> Self {
        Self::Label(label.to_owned())
    }
}

impl From<String> for Place {
    fn from(label: String) -> Self {
        Self::Label(label)
    }
}

impl From<f64> for Place {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Place {
    fn from(moment: i64) -> Self {
        Self::Moment(moment)
    }
}

/// What stands along the x axis, in the order of the values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Places {
    Labels(Vec<String>),
    Numbers(Vec<f64>),
    Moments(Vec<i64>),
}

/// The x axis of a chart: where each point lies (0 to 1, or nowhere), its words, and where
/// each marker lies.
pub(super) struct Axis {
    pub(super) places: Vec<Option<f64>>,
    pub(super) ticks: Vec<Tick>,
    pub(super) words: Vec<String>,
    pub(super) markers: Vec<Option<f64>>,
}

impl Places {
    /// The axis on which all of it has a place, and all of `marked` that is of its kind;
    /// nothing if there is nothing to place.
    pub(super) fn axis(&self, marked: &[&Place]) -> Option<Axis> {
        match self {
            Self::Labels(labels) if labels.is_empty() => None,
            Self::Labels(labels) => {
                let at = |index| middle(index, labels.len());
                let markers = marked.iter().map(|place| match place {
                    Place::Label(label) => labels.iter().position(|known| known == label).map(at),
                    _ => None,
                });
                Some(Axis {
                    places: (0..labels.len()).map(|index| Some(at(index))).collect(),
                    ticks: label_ticks(labels),
                    words: labels.clone(),
                    markers: markers.collect(),
                })
            }
            Self::Numbers(numbers) => {
                let marked = marked.iter().map(|place| match **place {
                    Place::Number(number) if number.is_finite() => Some(number),
                    _ => None,
                });
                // Markers alone are no chart.
                numbers.iter().find(|number| number.is_finite())?;
                let scale = Scale::of(numbers.iter().copied().chain(marked.clone().flatten()))?;
                Some(Axis {
                    places: numbers.iter().map(|x| x.is_finite().then(|| scale.at(*x))).collect(),
                    words: numbers.iter().map(|number| number::number(*number)).collect(),
                    markers: marked.map(|number| number.map(|number| scale.at(number))).collect(),
                    ticks: scale.ticks,
                })
            }
            Self::Moments(moments) => {
                let marked = marked.iter().map(|place| match **place {
                    Place::Moment(moment) => Some(moment),
                    _ => None,
                });
                moments.first()?;
                let scale = TimeScale::of(moments.iter().copied().chain(marked.clone().flatten()))?;
                Some(Axis {
                    places: moments.iter().map(|moment| Some(scale.at(*moment))).collect(),
                    words: moments.iter().map(|moment| time::words(*moment)).collect(),
                    markers: marked.map(|moment| moment.map(|moment| scale.at(moment))).collect(),
                    ticks: scale.ticks,
                })
            }
        }
    }
}
