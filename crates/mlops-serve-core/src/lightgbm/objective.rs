use super::FORMAT;
use super::text::Field;
use crate::error::excerpt;
use crate::{Error, Result};

/// From the margin to the response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Link {
    Identity,
    Logistic { sigmoid: f64 },
}

impl Link {
    /// What `objective=` says. A name that is not known here is refused: its link could
    /// only be guessed.
    pub(super) fn read(objective: Field<'_>) -> Result<Self> {
        let mut words = objective.words();
        let name = words.next().unwrap_or_default();
        let mut link = match name {
            "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank"
            | "rank_xendcg" => Self::Identity,
            "cross_entropy" | "xentropy" => Self::Logistic { sigmoid: 1.0 },
            "binary" => Self::Logistic { sigmoid: f64::NAN },
            _ => return Err(Error::unsupported(FORMAT, format!("the objective {}", excerpt(name)))),
        };
        for option in words {
            match (option.split_once(':'), &mut link) {
                (Some(("sigmoid", value)), Self::Logistic { sigmoid }) if name == "binary" => {
                    *sigmoid = objective.number(value)?;
                }
                _ => {
                    let what = format!("the option {} of the objective `{name}`", excerpt(option));
                    return Err(Error::unsupported(FORMAT, what));
                }
            }
        }
        match link {
            Self::Logistic { sigmoid } if !(sigmoid > 0.0 && sigmoid.is_finite()) => {
                Err(objective.malformed("`sigmoid:` and a positive number expected"))
            }
            link => Ok(link),
        }
    }

    #[inline]
    pub(super) fn response(self, margin: f64) -> f64 {
        match self {
            Self::Identity => margin,
            Self::Logistic { sigmoid } => 1.0 / (1.0 + (-sigmoid * margin).exp()),
        }
    }
}
