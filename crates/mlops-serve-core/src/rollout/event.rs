use std::fmt;

use mlops_core::{PredictionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::watch::Point;
use crate::Pair;

/// What a rollout is told.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Both versions were asked. Pairs of other versions are left out; pairs of role shadow
    /// are counted and left out.
    Pair(&'a Pair),
    /// The label of a request has become known. Those of requests that the rollout does not
    /// wait for are left out, so that all labels may be passed on.
    Label {
        /// The request.
        id: &'a PredictionId,
        /// 0 or 1 for a classifier.
        value: f64,
        /// When it became known.
        known_at: Timestamp,
    },
    /// Time has passed. A rollout without requests learns from ticks only.
    Tick(Timestamp),
    /// A person, or another rule, ends it.
    Abort {
        /// When.
        at: Timestamp,
        /// Why, in words.
        reason: &'a str,
    },
}

/// What the caller is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Action {
    /// The candidate answers this share of the requests from now on. A [`Stop`](Self::Stop)
    /// is preceded by a share of 0.
    SetShare(f64),
    /// The candidate is out, for good.
    Stop(Stop),
    /// Every step has passed: the candidate may become production, if the registry's policy
    /// says so too. Its share stays as it is until then.
    Complete,
}

/// Why a rollout was stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// By which check.
    pub cause: Cause,
    /// What it has shown, in words and numbers; the cause is not named again.
    pub reason: String,
    /// What the check knew; `None` if a person ended it.
    pub numbers: Option<Point>,
}

/// What is looked after, and may stop a rollout.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Failures and guard actions.
    Failures,
    /// Squared error against the labels.
    Harm,
    /// The scores of one segment.
    Segment {
        /// The segment's field, such as `carrier`.
        field: String,
        /// Its value, such as `B6`.
        value: String,
    },
    /// The scores of all values of segments that appeared too late to have a share of α of
    /// their own.
    OtherSegments,
    /// Somebody ended it.
    Aborted,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failures => f.pad("failures"),
            Self::Harm => f.pad("harm"),
            Self::Segment { field, value } => f.pad(&format!("{field}={value}")),
            Self::OtherSegments => f.pad("other segments"),
            Self::Aborted => f.pad("aborted"),
        }
    }
}
