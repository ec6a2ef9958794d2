use super::FORMAT;
use crate::error::excerpt;
use crate::{Error, Result};

/// From the margin to the response, and back for the base score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Identity,
    Logistic,
}

impl Link {
    /// The link of an objective. A name that is not known here is refused: its link could
    /// only be guessed.
    pub(super) fn of(objective: &str) -> Result<Self> {
        match objective {
            "binary:logistic" | "reg:logistic" => Ok(Self::Logistic),
            "binary:logitraw"
            | "reg:squarederror"
            | "reg:linear"
            | "reg:squaredlogerror"
            | "reg:absoluteerror"
            | "reg:pseudohubererror"
            | "reg:quantileerror"
            | "rank:ndcg"
            | "rank:map"
            | "rank:pairwise" => Ok(Self::Identity),
            _ => Err(Error::unsupported(FORMAT, format!("the objective {}", excerpt(objective)))),
        }
    }

    #[inline]
    pub(super) fn response(self, margin: f32) -> f32 {
        match self {
            Self::Identity => margin,
            // The library keeps the exponential finite in the same way.
            Self::Logistic => 1.0 / ((-margin).min(88.7).exp() + 1.0),
        }
    }

    /// The margin of a base score, which is stored on the scale of the response.
    ///
    /// # Errors
    /// The base score, if it can be none of this link's responses.
    pub(super) fn margin(self, base_score: f32) -> Result<f32, String> {
        match self {
            Self::Identity if base_score.is_finite() => Ok(base_score),
            Self::Logistic if base_score > 0.0 && base_score < 1.0 => Ok(-(1.0 / base_score - 1.0).ln()),
            Self::Identity => Err(format!("{base_score} found, a finite number expected")),
            Self::Logistic => Err(format!("{base_score} found, a number between 0 and 1 expected")),
        }
    }
}
